"""Viewers of one film over HTTP: everybody begins, then reports every fifteen seconds while the film runs. Server,
database and viewers share the machine; the viewers are a process of their own.

What the server credited is compared with what the clock allowed, viewer by viewer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import Avg, Max, Sum
from django.utils import timezone
from django.utils.crypto import get_random_string

from courses.models import CoursePage, LessonPage, Recording, SectionPage, Watch
from exams.benchmarks import exam_data, exam_server
from exams.benchmarks.exam import share
from portal import crypto
from portal.models import Grant, Role, User
from staffing.models import HourCredit, Membership, Person, Unit, UnitKind

BEAT, SECONDS, WITHIN = 15, 90, 120
# Long enough that nobody finishes while it is measured; finishing has a phase of its own.
FILM = 3600
# Two seconds before nine tenths.
NEARLY = FILM * 0.9 - 2


def lesson() -> LessonPage:
    """A published course with one lesson, a film of an hour."""
    shelf = SectionPage.objects.get(holds="courses")
    course = shelf.add_child(instance=CoursePage(title="测速课程", slug="bench", hours=1, checks=False))
    film = Recording.objects.create(
        title="测速录像", type="video", duration=FILM, file=ContentFile(b"not a film", "bench.mp4"), facts={}
    )
    page = course.add_child(instance=LessonPage(title="测速课时", slug="1", video=film))
    for made in (course, page):
        made.save_revision().publish()
    return page


def viewers(size: int) -> list[str]:
    """``size`` officers of one unit, signed in: their session keys. Everybody is invented."""
    now = timezone.now()
    unit = Unit.add_root(code="bench", name="测速县综合行政执法局", kind=UnitKind.BUREAU)
    users = User.objects.bulk_create(
        [User(username=f"bench{n}", name=f"学员{n}", password=f"!{get_random_string(40)}") for n in range(size)],
        batch_size=500,
    )
    starts = now - timedelta(days=9)
    Grant.objects.bulk_create(
        [Grant(user=user, role=Role.OFFICER, unit=unit, starts=starts) for user in users], batch_size=500
    )
    people = Person.objects.bulk_create(
        [
            Person(
                staff_no=f"B{n:06d}",
                name=user.name,
                user=user,
                id_index=crypto.blind_index(user.username),
                id_masked="990***********0000",
                gender="男",
            )
            for n, user in enumerate(users)
        ],
        batch_size=500,
    )
    Membership.objects.bulk_create(
        [Membership(person=one, unit=unit, start=starts.date(), category="officer") for one in people], batch_size=500
    )
    sessions = [exam_data.session_of(user, now) for user in users]
    Session.objects.bulk_create(sessions, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [session.session_key for session in sessions]


class Viewers:
    """The client process."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "courses.benchmarks.learning_client"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, name: str, **command) -> dict:
        self.process.stdin.write(json.dumps({"do": name, **command}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(30)


def run(size: int, stdout) -> None:
    """All phases; the last lines prove that nobody was credited more than passed, nor less than reported in time."""
    size = min(size, 5000)
    began = time.perf_counter()
    page, sessions = lesson(), viewers(size)
    stdout.write(f"{size} viewers of one film: made in {time.perf_counter() - began:.1f} s")
    stdout.write(
        f"gunicorn: {exam_server.WORKERS} workers × {exam_server.THREADS} threads; viewers in one further process"
    )
    connection.close()
    everybody = Viewers()
    try:
        with exam_server.serving(sys.stderr) as server:
            everybody.do("load", port=server.port, sessions=sessions, page=page.pk)
            stdout.write(f"open: {size} within {WITHIN} s (the enrolment and the viewing of each)")
            _phase(server, stdout, everybody, "open", within=WITHIN)
            stdout.write(f"beats: one a viewer every {BEAT} s, {size / BEAT:.0f} a second, {SECONDS} s")
            _phase(server, stdout, everybody, "watch", every=BEAT, seconds=SECONDS)
            _honest(stdout)
            finishing = min(size, 200)
            Watch.objects.filter(pk__in=_first(finishing)).update(covered=[[0, NEARLY]])
            connection.close()
            stdout.write(f"finishing: {finishing} viewers reach their share, lesson, course and hours follow")
            _phase(server, stdout, everybody, "finish", count=finishing, start=NEARLY)
    finally:
        everybody.stop()
    done, credits = Watch.objects.filter(done_at__isnull=False).count(), HourCredit.objects.count()
    stdout.write(f"  finished {done}, entries in the ledger {credits}")
    stdout.write("load average " + " ".join(f"{x:.2f}" for x in os.getloadavg()) + f", {os.cpu_count()} cores")


def _first(count: int) -> list[int]:
    return list(Watch.objects.order_by("pk").values_list("pk", flat=True)[:count])


def _phase(server, stdout, everybody: Viewers, name: str, **command) -> dict:
    web, database, busy = server.cpu(), exam_server.cpu_of_database(), os.getloadavg()[0]
    result = everybody.do(name, **command)
    web, database = server.cpu() - web, exam_server.cpu_of_database() - database
    times = result["took"]
    p50, p95, p99 = (share(times, part) for part in (0.50, 0.95, 0.99))
    rate = len(times) / result["seconds"]
    stdout.write(f"  {name:<7} {len(times):6d}  {rate:7.1f}/s   p50 {p50:7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f} ms")
    stdout.write(
        f"  errors {sum(result['errors'].values())} {result['errors'] or ''}  web cpu {web:.1f} s"
        f" ({web / max(1, len(times)) * 1000:.2f} ms each), database cpu {database:.1f} s in {result['seconds']:.1f} s,"
        f" load before {busy:.2f}"
    )
    return result


def _honest(stdout) -> None:
    figures = Watch.objects.aggregate(Sum("wall"), Avg("wall"), Max("wall"))
    too_much = sum(row.wall > sum(b - a for a, b in row.spans) + 0.1 for row in Watch.objects.only("wall", "spans"))
    stdout.write(
        f"  credited {figures['wall__sum'] / 3600:.1f} h, on average {figures['wall__avg']:.1f} s of {SECONDS} s,"
        f" at most {figures['wall__max']:.1f} s; more than passed: {too_much}"
    )
    connection.close()
