"""kill -9 of web, worker and database while candidates answer: nothing acknowledged is lost."""

from __future__ import annotations

import sys

import pytest
from django.db import connection

from exams.benchmarks import crash
from exams.benchmarks.crash_cluster import available


def held(found):
    assert (found["lost"], found["folded_wrong"], found["ended_twice"]) == (0, 0, 0), found
    assert found["audit_ok"] and found["acknowledged"] > found["attempts"] > 0, found


@pytest.mark.skipif(connection.vendor != "sqlite", reason="starts from the migrated SQLite database of the test run")
def test_five_kills_on_sqlite(transactional_db, tmp_path):
    template = str(tmp_path / "template.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [template])
    held(crash.run(5, "sqlite", sys.stdout, template=template, seed=5, candidates=6))


@pytest.mark.skipif(not available(), reason="no PostgreSQL server programs on this machine")
def test_five_kills_on_postgresql():
    held(crash.run(5, "postgresql", sys.stdout, seed=5, candidates=6))


@pytest.mark.full
@pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(not available(), reason="no server"))]
)
def test_a_hundred_kills(engine):
    held(crash.run(100, engine, sys.stdout))
