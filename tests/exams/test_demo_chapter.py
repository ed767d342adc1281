"""The exam chapter of the demonstration county: told through the actions, and worth looking at."""

from datetime import date

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings

from exams.models import Attempt, MarkingTask, PassCertificate, Question, Registration, Sitting
from exams.queries.preflight import preflight
from exams.queries.register import register_of
from portal import audit
from portal.models import User, WorkerBeat
from portal.sheets import read_book
from staffing.demo.builder import build
from staffing.demo.chapters import tell_all
from staffing.models import Qualification
from staffing.queries import rosters_plan

TODAY = date(2026, 11, 22)
# Without a mark on any collected test pytest-django makes no test database, and the module fixture would see another.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def chapter(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small county with its exam chapter, its rosters read in this process, taken back after this module."""
    private = {**settings.STORAGES["private"], "OPTIONS": {"location": str(tmp_path_factory.mktemp("private"))}}
    elsewhere = override_settings(STORAGES={**settings.STORAGES, "private": private})
    with django_db_blocker.unblock(), elsewhere, pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(rosters_plan, "read_book_safely", read_book)
        build(today=TODAY, scale=0.12)
        before = set(Qualification.objects.values_list("pk", flat=True))
        told, _learning = tell_all(today=TODAY, seed=2026)
        told.new_qualifications = Qualification.objects.exclude(pk__in=before)
        yield told
        transaction.set_rollback(True)


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
    client = Client()
    client.force_login(User.objects.get(username="officer"), backend=settings.AUTHENTICATION_BACKENDS[0])
    assert "岗前练兵测试" in client.get("/exams/").content.decode()
    assert "目前没有可以练习的试题" not in client.get("/exams/practice/").content.decode()
    assert not Attempt.objects.filter(sitting=sitting("2026-lianbing")).exists()


def test_the_next_exam_is_not_ready_yet(chapter):
    row = sitting("2026-dong")
    assert preflight(row, now=row.made_at).red


def test_the_audit_trail_holds(chapter):
    assert audit.verify().ok
