"""Work that outlives a request: started in a transaction, run by a worker, watched by a page.

A thin layer over django-tasks, which has neither progress nor a reaper. A job may run more than once (its worker can be
killed after the commit and before the tick), so handlers are idempotent. ``attempts`` is the fencing number: a run that
lost its job to the reaper can no longer write to it.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import task

from portal import audit, notices
from portal.models import Job, WorkerBeat
from portal.ui import JobView, Link

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
# The page polls every second or two; writing progress more often only costs the database.
WRITE_EVERY = 0.5

_handlers: dict[str, Callable] = {}


class Failed(Exception):
    """Raised by a handler: the job cannot be done, and this sentence (for the user) says why."""


class Cancelled(Exception):
    """The user asked to stop; raised by ``progress`` inside the handler, which lets it through."""


class Lost(Exception):
    """The reaper gave this job to another run; this one must stop and write nothing more."""


def handler(kind: str):
    """Register ``fn(job, progress) -> dict | None`` for a kind of job. Raises ValueError when the kind is taken."""

    def decorate(fn):
        if _handlers.setdefault(kind, fn) is not fn:
            raise ValueError(f"job kind {kind} registered twice")
        return fn

    return decorate


# --- starting, stopping, trying again --------------------------------------------------------------------------------


def start(*, actor, now, kind: str, title: str, args: dict | None = None, result_url: str = "") -> Job:
    """Create a job and queue it when the caller's transaction commits. Raises KeyError for an unregistered kind."""
    _handlers[kind]
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            title=title[:200],
            owner=actor,
            args=args or {},
            created_at=now,
            beat_at=now,
            result={"url": result_url} if result_url else {},
        )
        transaction.on_commit(lambda: run_job.enqueue(str(job.pk)))
    return job


def cancel(*, actor, now, job_id) -> bool:
    """Stop a job: at once when it waits, at its next progress report when it runs. False when it is already over."""
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
        stopped = waiting.update(state=Job.State.CANCELLED, finished_at=now)
        asked = stopped or Job.objects.filter(pk=job_id, state=Job.State.RUNNING, cancel_asked=False).update(
            cancel_asked=True
        )
        if asked:
            audit.record(actor=actor, now=now, action="job.cancelled", obj=Job.objects.get(pk=job_id))
    return bool(asked)


def retry(*, actor, now, job_id) -> bool:
    """Queue a failed or cancelled job once more. False when it is in another state."""
    over = Job.objects.filter(pk=job_id, state__in=[Job.State.FAILED, Job.State.CANCELLED])
    with transaction.atomic():
        if not over.update(
            state=Job.State.QUEUED,
            error="",
            step="",
            done=0,
            total=0,
            cancel_asked=False,
            beat_at=now,
            finished_at=None,
        ):
            return False
        audit.record(actor=actor, now=now, action="job.retried", obj=Job.objects.get(pk=job_id))
        transaction.on_commit(lambda: run_job.enqueue(str(job_id)))
    return True


# --- running ---------------------------------------------------------------------------------------------------------


@dataclass
class Run:
    """One attempt in this process. The heart of the worker beats for it while its handler holds a transaction."""

    job_id: object
    attempt: int
    depth: int
    done: int = 0
    total: int = 0
    step: str = ""
    stop: str = ""
    written_at: float = field(default=0.0)

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Remember how far we are and write it now and then. Raises Cancelled or Lost when this run has to stop."""
        fresh = message != self.step
        self.done, self.total, self.step = int(done), int(total), str(message)[:100]
        in_handlers_transaction = len(connection.atomic_blocks) > self.depth
        if not in_handlers_transaction and (fresh or time.monotonic() - self.written_at >= WRITE_EVERY):
            self.write(timezone.now())
        if self.stop == "cancelled":
            raise Cancelled
        if self.stop == "lost":
            raise Lost

    def write(self, now) -> None:
        """Beat and progress in one conditional update; learns whether the job was cancelled or taken away."""
        self.written_at = time.monotonic()
        mine = Job.objects.filter(pk=self.job_id, state=Job.State.RUNNING, attempts=self.attempt)
        if not mine.update(beat_at=now, done=self.done, total=self.total, step=self.step):
            self.stop = "lost"
        elif mine.filter(cancel_asked=True).exists():
            self.stop = "cancelled"


_here = threading.Lock()
_running: Run | None = None


def current() -> Run | None:
    """What this process is running now; the worker's heart asks."""
    return _running


@task()
def run_job(job_id: str) -> None:
    """The one task in the queue: everything about the job is in its row."""
    run(job_id)


def run(job_id) -> Job:
    """Run a queued job here and now and return it; a job in any other state is left alone."""
    global _running
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, attempts=F("attempts") + 1, started_at=now, beat_at=now
    )
    job = Job.objects.select_related("owner").get(pk=job_id)
    if not claimed:
        return job
    mine = Run(job.pk, job.attempts, len(connection.atomic_blocks))
    with _here:
        outer, _running = _running, mine
    language = (job.owner and job.owner.language) or settings.LANGUAGE_CODE
    try:
        with translation.override(language):
            _attempt(job, mine)
    finally:
        with _here:
            _running = outer
    job.refresh_from_db()
    return job


def _attempt(job: Job, mine: Run) -> None:
    try:
        result = _handlers[job.kind](job, mine.progress)
    except Cancelled:
        _finish(job, mine, state=Job.State.CANCELLED)
    except Lost:
        log.warning("job %s: attempt %s lost its job", job.pk, mine.attempt)
    except Failed as error:
        _finish(job, mine, state=Job.State.FAILED, error=str(error)[:500])
    except (OperationalError, InterfaceError) as error:
        _log_error(job, error)
        if job.attempts < MAX_ATTEMPTS:
            _requeue(job.pk, mine.attempt, timezone.now())
        else:
            _finish(job, mine, state=Job.State.FAILED, error=_unexpected(job))
    except Exception as error:
        _log_error(job, error)
        _finish(job, mine, state=Job.State.FAILED, error=_unexpected(job))
    else:
        _finish(job, mine, state=Job.State.DONE, result={**job.result, **(result or {})}, error="")


def _log_error(job: Job, error: Exception) -> None:
    # Without the message: it may quote a cell, and cells hold ID numbers.
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("job %s (%s), attempt %s: %s\n%s", job.pk, job.kind, job.attempts, type(error).__name__, where)


def _unexpected(job: Job) -> str:
    return _("任务没有完成。原因已记入系统日志，任务编号 %(id)s，请联系系统管理员。") % {"id": str(job.pk)[:8]}


def _finish(job: Job, mine: Run, *, state, **values) -> None:
    now = timezone.now()
    if state == Job.State.DONE and mine.total:
        values |= {"done": mine.total, "total": mine.total, "step": mine.step}
    over = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=mine.attempt)
    with transaction.atomic():
        if not over.update(state=state, finished_at=now, beat_at=now, **values):
            return
        job.state = state
        _tell(job, mine.attempt, now)


def _tell(job: Job, attempt: int, now) -> None:
    """The promise of the job page: whoever leaves it is told how it ended."""
    texts = {Job.State.DONE: _("已完成：%(title)s"), Job.State.FAILED: _("没有完成：%(title)s")}
    if job.owner_id and job.state in texts:
        notices.send(
            recipients=[job.owner_id],
            now=now,
            key=f"{notice_key(job)}:{attempt}",
            text=texts[job.state] % {"title": job.title},
            url=reverse("portal:job", args=[job.pk]),
        )


# --- after a killed worker -------------------------------------------------------------------------------------------


def _requeue(job_id, attempt: int, now) -> bool:
    """Give a running job back to the queue, unless somebody else already did."""
    with transaction.atomic():
        lost = Job.objects.filter(pk=job_id, state=Job.State.RUNNING, attempts=attempt)
        if not lost.update(state=Job.State.QUEUED, beat_at=now, step="", done=0, total=0):
            return False
        transaction.on_commit(lambda: run_job.enqueue(str(job_id)))
    return True


def _give_up(job_id, attempt: int, now) -> bool:
    """Fail a job that lost its worker once too often, and tell its owner."""
    with transaction.atomic():
        lost = Job.objects.filter(pk=job_id, state=Job.State.RUNNING, attempts=attempt)
        why = _("任务中断了%(n)s次，已停止重试。请联系系统管理员。") % {"n": attempt}
        if not lost.update(state=Job.State.FAILED, finished_at=now, error=why):
            return False
        _tell(Job.objects.get(pk=job_id), attempt, now)
    return True


def reap(now) -> int:
    """Take back jobs whose worker fell silent for JOB_STALE_SECONDS, and queue again those whose task got lost.

    Returns how many were touched. A job that lost its worker MAX_ATTEMPTS times fails. Several workers may call it.
    """
    stale = now - timedelta(seconds=settings.JOB_STALE_SECONDS)
    silent = Job.objects.filter(state=Job.State.RUNNING).filter(Q(beat_at__isnull=True) | Q(beat_at__lt=stale))
    touched = 0
    for pk, attempt, title in silent.values_list("pk", "attempts", "title"):
        log.warning("job %s (%s): no sign of its worker, attempt %s", pk, title, attempt)
        if attempt < MAX_ATTEMPTS:
            touched += _requeue(pk, attempt, now)
        else:
            touched += _give_up(pk, attempt, now)
    # Committed but never queued (the process died in between), or its task row was pruned. A second task finds the job
    # claimed and does nothing.
    waiting = Job.objects.filter(state=Job.State.QUEUED, beat_at__lt=stale)
    for pk in waiting.values_list("pk", flat=True):
        with transaction.atomic():
            if Job.objects.filter(pk=pk, state=Job.State.QUEUED, beat_at__lt=stale).update(beat_at=now):
                transaction.on_commit(lambda pk=pk: run_job.enqueue(str(pk)))
                touched += 1
    return touched


# --- reading ---------------------------------------------------------------------------------------------------------


def mine(user, access):
    """The jobs a user may see: their own, or all with ``jobs.view``."""
    jobs = Job.objects.select_related("owner")
    return jobs if access.can("jobs.view") else jobs.filter(owner=user)


def notice_key(job: Job) -> str:
    """Beginning of the keys of the notices about this job; who watched it finish need not read them."""
    return f"job:{job.pk}"


STOPPING = gettext_lazy("正在停止")


def view_of(job: Job, *, link_result: bool = True) -> JobView:
    """What components/job.html shows. ``link_result`` False for other viewers: results are the owner's."""
    result = None
    if link_result and job.state == Job.State.DONE and job.result.get("url"):
        result = Link(job.result.get("label") or _("查看结果"), job.result["url"], primary=True)
    waits = job.state == Job.State.QUEUED
    return JobView(
        title=job.title,
        state=job.state,
        done=job.done,
        total=job.total,
        message=str(STOPPING) if job.cancel_asked and job.state == Job.State.RUNNING else job.step,
        reason=job.error,
        poll_url="" if job.is_over else reverse("portal:job_poll", args=[job.pk]),
        result=result,
        cancel_url="" if job.is_over or job.cancel_asked else reverse("portal:job_cancel", args=[job.pk]),
        worker_note=_("后台程序没有响应，任务会在它恢复后继续。") if waits and not worker_alive(timezone.now()) else "",
    )


def worker_alive(now) -> bool:
    """Has any worker beaten within JOB_STALE_SECONDS? Always true when jobs run inside the request (no queue)."""
    if not settings.TASKS["default"]["BACKEND"].endswith("DatabaseBackend"):
        return True
    return WorkerBeat.objects.filter(at__gt=now - timedelta(seconds=settings.JOB_STALE_SECONDS)).exists()
