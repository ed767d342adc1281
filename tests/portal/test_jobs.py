"""Jobs: progress, refusal, cancel, retry, and the reaper after a killed worker."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_tasks import task_backends
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from portal import jobs
from portal.models import Job, Notice, WorkerBeat
from portal.worker import Heart, prune
from tests.cast import NOW

SEEN = []


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    """A registry of this file's own, so that test kinds never leak into the program."""
    monkeypatch.setattr(jobs, "_handlers", {**jobs._handlers})
    SEEN.clear()

    @jobs.handler("test.good")
    def good(job, progress):
        for number in range(1, 4):
            progress(number, 3, f"第{number}步")
            SEEN.append(number)
        return {"url": "/somewhere/", "label": "看结果", "args": job.args}

    @jobs.handler("test.refuse")
    def refuse(job, progress):
        raise jobs.Failed("第3表没有表头，请补上。")

    @jobs.handler("test.crash")
    def crash(job, progress):
        raise ValueError(f"身份证号 {job.args} 不对")

    @jobs.handler("test.locked")
    def locked(job, progress):
        SEEN.append("try")
        raise OperationalError("database is locked")


def start(cast, kind, **kwargs):
    return jobs.start(actor=cast.user("hr"), now=NOW, kind=kind, title="解析花名册", **kwargs)


def test_unknown_kind_is_refused_before_anything_is_written(cast):
    with pytest.raises(KeyError):
        start(cast, "test.nothing")
    assert not Job.objects.exists()


def test_job_waits_for_the_commit_of_its_starter(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        job = start(cast, "test.good", args={"import": 7})
    assert SEEN == [] and len(callbacks) == 1
    callbacks[0]()
    job.refresh_from_db()
    assert job.state == Job.State.DONE and (job.done, job.total, job.step) == (3, 3, "第3步")
    assert job.result["args"] == {"import": 7} and jobs.view_of(job).result.url == "/somewhere/"
    assert Notice.objects.get(recipient=job.owner).url == f"/jobs/{job.pk}/"


def test_running_it_twice_does_the_work_once(cast):
    job = start(cast, "test.good")
    jobs.run(job.pk)
    jobs.run(job.pk)
    assert SEEN == [1, 2, 3]


def test_refusal_of_a_handler_is_shown_as_said(cast):
    job = jobs.run(start(cast, "test.refuse").pk)
    assert job.state == Job.State.FAILED and jobs.view_of(job).reason == "第3表没有表头，请补上。"


def test_crash_tells_the_user_without_details_and_the_log_without_values(cast, caplog):
    job = jobs.run(start(cast, "test.crash", args={"cell": "990100198206150017"}).pk)
    assert job.state == Job.State.FAILED and "系统日志" in job.error
    assert "ValueError" in caplog.text and "990100198206150017" not in caplog.text + job.error


def test_a_busy_database_is_tried_three_times(cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = start(cast, "test.locked")
    job.refresh_from_db()
    assert SEEN == ["try"] * 3 and job.state == Job.State.FAILED and job.attempts == 3


def test_cancel_before_and_during(cast):
    waiting = start(cast, "test.good")
    assert jobs.cancel(actor=waiting.owner, now=NOW, job_id=waiting.pk)
    assert jobs.run(waiting.pk).state == Job.State.CANCELLED and SEEN == []

    @jobs.handler("test.stopped")
    def stopped(job, progress):
        progress(1, 9, "开始")
        assert jobs.cancel(actor=job.owner, now=NOW, job_id=job.pk)
        progress(2, 9, "继续")
        SEEN.append("never")

    job = jobs.run(start(cast, "test.stopped").pk)
    assert job.state == Job.State.CANCELLED and "never" not in SEEN
    assert not jobs.cancel(actor=job.owner, now=NOW, job_id=job.pk)


def test_failed_job_can_be_tried_again_and_is_audited(cast):
    job = jobs.run(start(cast, "test.refuse").pk)
    assert jobs.retry(actor=cast.user("system"), now=NOW, job_id=job.pk)
    assert jobs.run(job.pk).attempts == 2
    done = jobs.run(start(cast, "test.good").pk)
    assert not jobs.retry(actor=cast.user("system"), now=NOW, job_id=done.pk)


def test_progress_inside_the_handlers_transaction_writes_nothing_itself(cast, django_assert_num_queries):
    @jobs.handler("test.atomic")
    def atomic(job, progress):
        with transaction.atomic():
            before = len(connection.queries_log)
            for number in range(100):
                progress(number, 100, f"第{number}行")
            SEEN.append(len(connection.queries_log) - before)

    connection.force_debug_cursor = True
    try:
        job = jobs.run(start(cast, "test.atomic").pk)
    finally:
        connection.force_debug_cursor = False
    assert SEEN == [0] and (job.done, job.step) == (100, "第99行")


# --- killed workers ----------------------------------------------------------------------------------------------------


def kill_while_running(job):
    """Leave the row as a worker leaves it that was killed in the middle."""
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, attempts=job.attempts + 1, started_at=NOW, beat_at=NOW, done=1, total=3
    )


def test_job_of_a_killed_worker_is_taken_back_and_finished(cast, settings, django_capture_on_commit_callbacks):
    job = start(cast, "test.good")
    kill_while_running(job)
    assert jobs.reap(NOW + timedelta(seconds=settings.JOB_STALE_SECONDS)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.reap(NOW + timedelta(seconds=settings.JOB_STALE_SECONDS + 1)) == 1
    job.refresh_from_db()
    assert job.state == Job.State.DONE and job.attempts == 2


def test_third_killing_fails_the_job(cast):
    job = start(cast, "test.good")
    Job.objects.filter(pk=job.pk).update(attempts=2)
    job.refresh_from_db()
    kill_while_running(job)
    assert jobs.reap(NOW + timedelta(hours=1)) == 1
    job.refresh_from_db()
    assert job.state == Job.State.FAILED and "3次" in job.error
    assert "没有完成：解析花名册" in Notice.objects.get(recipient=job.owner).text


def test_a_worker_that_was_only_slow_cannot_write_to_the_job_it_lost(cast):
    @jobs.handler("test.slow")
    def slow(job, progress):
        progress(1, 3, "开始")
        # The reaper thought us dead, another worker claimed the job and finished it.
        Job.objects.filter(pk=job.pk).update(attempts=job.attempts + 1, step="别人的")
        with pytest.raises(jobs.Lost):
            progress(2, 3, "还在")
        raise jobs.Lost

    job = jobs.run(start(cast, "test.slow").pk)
    assert job.state == Job.State.RUNNING and job.step == "别人的"


def test_job_committed_but_never_queued_is_queued_by_the_reaper(cast, django_capture_on_commit_callbacks):
    job = start(cast, "test.good")
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.reap(NOW + timedelta(hours=1)) == 1
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_heart_beats_for_worker_and_running_job_and_keeps_the_reaper_off(cast):
    heart = Heart("w1")
    late = NOW + timedelta(hours=1)

    @jobs.handler("test.long")
    def long(job, progress):
        with transaction.atomic():
            progress(40, 100, "提交中")
            Job.objects.filter(pk=job.pk).update(beat_at=NOW)
            heart.beat(late)
            SEEN.append(Job.objects.get(pk=job.pk))

    job = jobs.run(start(cast, "test.long").pk)
    assert job.state == Job.State.DONE
    assert SEEN[0].state == Job.State.RUNNING and SEEN[0].done == 40 and SEEN[0].beat_at == late
    assert jobs.worker_alive(late) and WorkerBeat.objects.get().at == late


def test_old_queue_rows_and_beats_are_forgotten(db):
    WorkerBeat.objects.create(name="gone", at=NOW - timedelta(days=2))
    prune(NOW)
    assert not WorkerBeat.objects.exists()


# --- with the real queue -------------------------------------------------------------------------------------------------


@pytest.fixture
def queue(settings):
    """The database queue of production, without a second process."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    task_backends._settings = settings.TASKS
    if hasattr(task_backends._connections, "default"):
        del task_backends._connections.default
    task_backends.__dict__.pop("settings", None)
    yield
    if hasattr(task_backends._connections, "default"):
        del task_backends._connections.default
    task_backends.__dict__.pop("settings", None)


@pytest.mark.django_db(transaction=True)
def test_worker_of_the_real_queue_finishes_a_job_whose_first_worker_was_killed(queue, cast):
    job = start(cast, "test.good")
    assert DBTaskResult.objects.count() == 1
    # The first worker claimed task and job, and died.
    DBTaskResult.objects.get().claim("dead")
    kill_while_running(job)
    work()
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING and SEEN == []
    jobs.reap(NOW + timedelta(hours=1))
    work()
    job.refresh_from_db()
    assert job.state == Job.State.DONE and SEEN == [1, 2, 3]


def work():
    Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="w2",
        excluded_queue_names=[],
    ).run()


# --- pages ----------------------------------------------------------------------------------------------------------------


def test_only_owner_and_system_see_a_job(cast):
    job = start(cast, "test.good")
    for who, status in {"hr": 200, "system": 200, "legal": 404, "auditor": 404}.items():
        assert cast.client(who).get(f"/jobs/{job.pk}/").status_code == status, who
        assert cast.client(who).get(f"/jobs/{job.pk}/poll/").status_code == status, who
        if status == 404:
            assert cast.client(who).post(f"/jobs/{job.pk}/cancel/").status_code == 404


def test_page_polls_until_done_and_then_links_the_owner_to_the_result(cast):
    job = start(cast, "test.good")
    waiting = cast.client("hr").get(f"/jobs/{job.pk}/").content.decode()
    assert f'hx-get="/jobs/{job.pk}/poll/"' in waiting
    jobs.run(job.pk)
    assert Notice.objects.filter(recipient=job.owner, read_at=None).count() == 1
    done = cast.client("hr").get(f"/jobs/{job.pk}/poll/").content.decode()
    assert "hx-get" not in done and "/somewhere/" in done and "看结果" in done
    assert not Notice.objects.filter(recipient=job.owner, read_at=None).exists()
    assert "/somewhere/" not in cast.client("system").get(f"/jobs/{job.pk}/poll/").content.decode()


def test_cancel_and_retry_on_the_page(cast, django_capture_on_commit_callbacks):
    job = start(cast, "test.refuse")
    client = cast.client("system")
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/jobs/{job.pk}/retry/")
    page = client.get("/admin/jobs/?state=failed").content.decode()
    assert "解析花名册" in page and "第3表没有表头" in page


def test_worker_silence_is_said(cast, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    assert "后台程序没有响应" in cast.client("system").get("/admin/jobs/").content.decode()
    WorkerBeat.objects.create(name="w1", at=timezone.now())
    assert "后台程序没有响应" not in cast.client("system").get("/admin/jobs/").content.decode()
