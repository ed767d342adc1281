"""What a worker process does besides running tasks: say that it lives, report for long jobs, take back lost ones.

The heart is a thread with its own database connection. While a handler holds a transaction, only the heart can write
its progress (PostgreSQL); on SQLite it waits for the lock like everybody and tries again.
"""

import logging
import threading
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal import jobs
from portal.models import SignInFailure, WorkerBeat

log = logging.getLogger(__name__)

BEAT_SECONDS = 5
KEEP_TASKS = timedelta(days=7)
KEEP_BEATS = timedelta(days=1)
# Long after the last lock that they could make.
KEEP_FAILURES = timedelta(days=1)


class Heart(threading.Thread):
    """Beats every BEAT_SECONDS until stopped."""

    def __init__(self, name: str):
        super().__init__(name="heart", daemon=True)
        self.worker = name
        self._stopped = threading.Event()

    def run(self):
        pruned_on = None
        while not self._stopped.is_set():
            close_old_connections()
            try:
                now = timezone.now()
                self.beat(now)
                if pruned_on != now.date():
                    prune(now)
                    pruned_on = now.date()
            except DatabaseError as error:
                # Locked or away: the next beat tries again, well within JOB_STALE_SECONDS.
                log.warning("heartbeat: %s", type(error).__name__)
            self._stopped.wait(BEAT_SECONDS)
        connection.close()

    def beat(self, now) -> None:
        """One beat. Our own job first, so that the reaper never takes it from us."""
        WorkerBeat.objects.update_or_create(pk=self.worker, defaults={"at": now})
        if current := jobs.current():
            current.write(now)
        jobs.reap(now)

    def stop(self) -> None:
        """End the thread and forget this worker, so that /readyz does not count a stopped one as alive."""
        self._stopped.set()
        if self.is_alive():
            self.join(timeout=BEAT_SECONDS)
        WorkerBeat.objects.filter(pk=self.worker).delete()


def prune(now) -> None:
    """Forget finished queue rows after a week; failed sign-ins and beats of workers gone after a day. Jobs stay."""
    old = DBTaskResult.objects.filter(enqueued_at__lt=now - KEEP_TASKS)
    old.exclude(status="READY").delete()
    WorkerBeat.objects.filter(at__lt=now - KEEP_BEATS).delete()
    SignInFailure.objects.filter(at__lt=now - KEEP_FAILURES).delete()
