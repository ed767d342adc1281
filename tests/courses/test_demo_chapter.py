"""The exam and the learning chapter of the demonstration county: told through the actions, and worth looking at.

One county serves both: building it takes longer than everything that is asked of it.
"""

import json
import re
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.test import Client, override_settings
from django.utils import timezone

import courses.demo
from courses.models import (
    Attendance,
    CaseRun,
    Comment,
    CoursePage,
    DrillRun,
    Enrolment,
    HourClaim,
    LecturePage,
    LessonDone,
    Series,
    Session,
    Signup,
)
from courses.queries.attendance import parts
from courses.queries.series import plan_of
from courses.queries.watching import going_on
from exams.models import Attempt, MarkingTask, PassCertificate, Question, Registration, Sitting
from exams.queries.preflight import preflight
from exams.queries.register import register_of
from portal import audit
from portal.access import Scope
from portal.models import User, WorkerBeat
from portal.sheets import read_book
from staffing.demo.builder import build
from staffing.demo.chapters import tell_all
from staffing.models import HourCredit, HourYear, Person, Qualification
from staffing.queries import rosters_plan
from staffing.queries.gaps import figures

TODAY = date(2026, 11, 22)
# Without a mark on any collected test pytest-django makes no test database, and the module fixture would see another.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def chapter(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small county with its chapters, its rosters read in this process, taken back after this module."""
    private = {**settings.STORAGES["private"], "OPTIONS": {"location": str(tmp_path_factory.mktemp("private"))}}
    elsewhere = override_settings(STORAGES={**settings.STORAGES, "private": private})
    with django_db_blocker.unblock(), elsewhere, pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(rosters_plan, "read_book_safely", read_book)
        build(today=TODAY, scale=0.12)
        before = set(Qualification.objects.values_list("pk", flat=True))
        told, told.learning = tell_all(today=TODAY, seed=2026)
        told.new_qualifications = Qualification.objects.exclude(pk__in=before)
        yield told
        transaction.set_rollback(True)


def signed_in(name):
    client = Client()
    client.force_login(User.objects.get(username=name), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def sitting(code):
    return Sitting.objects.get(code=code)


def test_a_sitting_in_each_state(chapter):
    found = {row.code: row.state for row in Sitting.objects.all()}
    assert found == {
        "2025-qiu": "released",
        "2026-xia": "released",
        "2026-shenhe": "closed",
        "2026-lianbing": "open",
        "2026-dong": "registering",
    }
    assert Question.objects.count() == 300 and not WorkerBeat.objects.exists()


@pytest.mark.parametrize("code", ["2025-qiu", "2026-xia"])
def test_released_registers_add_up_and_say_why(chapter, code):
    sums = register_of(sitting(code)).sums
    assert sums.registered == sums.passed + sums.failed + sums.withdrawn + sums.absent + sums.disqualified
    assert sums.passed > 10 and sums.failed and sums.withdrawn
    passed = Registration.objects.filter(sitting__code=code, outcome="passed")
    assert PassCertificate.objects.filter(registration__in=passed).count() == sums.passed


def test_release_reached_the_ledger(chapter):
    assert chapter.new_qualifications.filter(kind="enforce", number=None).exists()


def test_one_marker_is_done_and_the_other_waits(chapter):
    tasks = MarkingTask.objects.filter(attempt__sitting=sitting("2026-shenhe"))
    assert tasks.filter(state="done").exists() and tasks.filter(state="waiting").exists()


def test_the_officer_may_sit_today_and_practise(chapter):
    client = signed_in("officer")
    assert "岗前练兵测试" in client.get("/exams/").content.decode()
    assert "目前没有可以练习的试题" not in client.get("/exams/practice/").content.decode()
    assert not Attempt.objects.filter(sitting=sitting("2026-lianbing")).exists()


def test_the_next_exam_is_not_ready_yet(chapter):
    row = sitting("2026-dong")
    assert preflight(row, now=row.made_at).red


# --- learning --------------------------------------------------------------------------------------------------------


def at(hour=9):
    return timezone.make_aware(datetime.combine(TODAY, time(hour)))


def test_the_year_of_lectures_adds_up(chapter):
    plan = plan_of(Series.objects.get(code="djt"), TODAY.year, at())
    tally = plan.tally
    assert tally.planned == tally.held + tally.missed + tally.todo
    assert tally.held > 30 and tally.missed >= 5 and tally.todo and tally.dropped == 4
    held = Session.objects.filter(state=Session.State.HELD)
    assert held.filter(series__code="djt").count() == tally.held + tally.extra
    assert f"已办{held.count()}讲、{Attendance.objects.count()}人次" in chapter.learning.text
    # One that fell out has no reason yet: the office has something to write down.
    assert [mark for mark in plan.marks if mark.label.endswith("缺办（原因待补）")]
    assert Signup.objects.filter(session__starts_at__gt=at()).exists()


def test_presence_and_the_ledger_are_equal(chapter):
    for session in Session.objects.filter(state=Session.State.HELD).select_related("series__unit"):
        found = parts(session)
        credits = HourCredit.objects.filter(source__startswith=f"session:{session.pk}", kind="lecture")
        credits = credits.filter(source__regex=rf"^session:{session.pk}(#|$)")
        booked = credits.aggregate(all=Sum("hours"))["all"] or Decimal(0)
        assert found.hours == booked > 0 and found.credited <= found.signed_out + found.guests, session.code
        assert found.expected >= found.came >= found.signed_out > 0, session.code
        assert Attendance.objects.filter(session=session).count() <= found.expected + found.guests


def test_the_officer_is_in_the_middle_of_a_course(chapter):
    me = Person.objects.get(user__username="officer")
    course = CoursePage.objects.get(slug=Enrolment.objects.get(person=me).course.slug)
    assert Enrolment.objects.get(person=me).completed_at is None
    assert LessonDone.objects.filter(person=me).exists() and going_on(me, TODAY.year)
    assert course.title in signed_in("officer").get("/learning/").content.decode()


def test_there_is_something_to_look_at_everywhere(chapter):
    """Colleagues finished, judged, ran and claimed; the last year is closed; this one is neither lost nor won."""
    assert Enrolment.objects.filter(completed_at__isnull=False, credit__isnull=False).count() == 2
    assert CaseRun.objects.filter(completed_at__isnull=False).count() >= 10 and DrillRun.objects.count() >= 5
    assert {claim.state for claim in HourClaim.objects.all()} >= {"submitted", "approved", "returned"}
    assert LecturePage.objects.filter(recording__isnull=False).exists() and Comment.objects.count() == 2
    closed = HourYear.objects.get()
    assert closed.year == TODAY.year - 1 and 0 < closed.met < closed.due == closed.lines.filter(target__gt=0).count()
    hours = figures(None, TODAY, scope=Scope(everywhere=True)).hours
    assert 0 <= hours.met < hours.due
    office = signed_in("training")
    for path in ("compliance/", "sessions/", "series/djt/", "assignments/", "claims/", "years/"):
        assert office.get(f"/learning/office/{path}").status_code == 200, path


def test_nothing_told_names_anybody_real(chapter):
    """Identity numbers of the county begin with 99; what the chapter's editor wrote holds no number of a person."""
    assert all(person.id_number.startswith("99") for person in Person.objects.all()[:200])
    texts = [path.read_text() for path in Path(courses.demo.__file__).parent.glob("data/*.[jv][st][ot]*")]
    assert len(texts) > 5
    for text in texts:
        assert not re.search(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)", json.dumps(text, ensure_ascii=False))


def test_the_audit_trail_holds(chapter):
    assert audit.verify().ok
