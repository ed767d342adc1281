"""A worker killed at any point of writing leaves nothing behind; its job is found again and ends the same."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from portal import jobs
from portal.models import AuditEvent, Job
from staffing.actions import rosters, rosters_commit
from staffing.models import ImportChange, Person, RosterImport
from tests.cast import NOW, Cast
from tests.staffing.rosters.books import AS_OF, BUREAU, EAST, book, line

STAGES = ("units", "people", "membership", "posting", "qualification", "status", "journal")


def run_and_kill(job: Job, database: str, stage: str) -> int:
    """Run the job in a process of its own with the power cut at a stage of the writing; how that process ended."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        signal.alarm(120)
        # A connection of its own: what a fork inherits belongs to the parent, and a browser test before this one
        # (its event loop is not seen here) makes Django look for connections in another place than the parent did.
        connections["default"] = connections.create_connection("default")
        connection.settings_dict["NAME"] = database

        class Cut(rosters_commit.Writer):
            def __init__(self, **kwargs):
                super().__init__(**{**kwargs, "hook": self.cut})

            @staticmethod
            def cut(now):
                if now == stage:
                    os.kill(os.getpid(), signal.SIGKILL)

        rosters_commit.Writer = Cut
        jobs.run(job.pk)
    finally:
        os._exit(1)  # never reached by the killed one; nothing of the test's own may run twice


@pytest.fixture
def database(transactional_db, tmp_path):
    """Where another process finds the test's data; SQLite's test database lives in memory and is copied to a file."""
    if connection.vendor == "sqlite":
        path, plain, kept = str(tmp_path / "shared.sqlite3"), connection.settings_dict["NAME"], []

        def share():
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [path])
            # Closing the connection to the database in memory would drop it: it is put aside.
            kept.append(connection.connection)
            connection.connection, connection.settings_dict["NAME"] = None, path

        yield share, path
        if kept:
            connection.close()
            connection.settings_dict["NAME"], connection.connection = plain, kept[0]
    else:
        yield (lambda: None), connection.settings_dict["NAME"]


@pytest.mark.parametrize("stage", STAGES)
def test_killed_while_writing(database, tmp_path, facts, settings, stage):
    share, name = database
    cast = Cast()
    rows = [line("郑新民", 21, BUREAU, EAST, 执法证号="99010026777"), line("何东来", 23, "北山镇综合行政执法队")]
    path = book(tmp_path / "roster.xlsx", rows)
    batch = rosters.import_file(actor=cast.user("hr"), now=NOW, path=path, as_of=AS_OF, commit=False)
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default"]}}
    rosters.request_commit(actor=cast.user("hr"), now=NOW, import_id=batch.pk, expected=batch.changes["signature"])
    job = Job.objects.get(kind="roster.commit")
    share()
    before, told = facts(), AuditEvent.objects.count()

    connection.close()
    assert run_and_kill(job, name, stage) == -signal.SIGKILL
    assert facts() == before and AuditEvent.objects.count() == told
    assert not ImportChange.objects.exists()
    assert RosterImport.objects.get().state == RosterImport.State.COMMITTING

    later = timezone.now() + timedelta(seconds=settings.JOB_STALE_SECONDS + 60)
    assert jobs.reap(later) == 1
    job = jobs.run(job.pk)
    assert job.state == Job.State.DONE, job.error
    assert RosterImport.objects.get().state == RosterImport.State.COMMITTED
    assert sorted(Person.objects.filter(staff_no__startswith="R").values_list("name", flat=True)) == [
        "何东来",
        "郑新民",
    ]
    assert AuditEvent.objects.filter(action="roster.committed").count() == 1
