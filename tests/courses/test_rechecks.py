"""Courses that change while people take them: lessons withdrawn, deleted, added; a film replaced; policies of 50 minutes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from courses.actions import rechecks
from courses.actions.completion import advance, recording_rows
from courses.actions.enrolments import enrol
from courses.models import CoursePage, Enrolment, LecturePage, LessonPage
from courses.queries import pace, worth
from portal.models import AuditEvent, Notice
from staffing.models import HourCredit, Policy
from staffing.queries.policies import PolicyBook
from tests.cast import NOW, TODAY
from tests.courses.made import recording
from tests.courses.test_completion import passed
from tests.courses.watched import Window, watch_through


def learn(learning, person, *pages):
    """``person`` does what these lessons ask."""
    for page in pages:
        if page == learning.quizzed:
            passed(learning, page, person=person)
        else:
            watch_through(person, page)
        advance(actor=learning.officer, now=NOW, person=person, page=LessonPage.objects.get(pk=page.pk))


def courses_done():
    return set(Enrolment.objects.filter(completed_at__isnull=False).values_list("person__name", flat=True))


@pytest.fixture
def today(frozen, monkeypatch):
    """The cast's day; what waits for the end of a transaction is done at once."""
    monkeypatch.setattr(transaction, "on_commit", lambda fn, *_using, **_more: fn())


def test_what_is_withdrawn_is_not_waited_for(learning, today, django_assert_max_num_queries):
    cast = learning.cast
    learn(learning, cast.wang, learning.video, learning.reading)
    learn(learning, cast.sun, learning.video)
    learn(learning, cast.chen, learning.video, learning.reading, learning.quizzed)
    assert courses_done() == {cast.chen.name}
    quiz = LessonPage.objects.get(pk=learning.quizzed.pk)
    quiz.unpublish()
    assert courses_done() == {cast.chen.name, cast.wang.name}
    assert Notice.objects.filter(recipient=learning.officer, text__contains="计2学时").count() == 1
    # Nobody acted: the trail says so.
    assert AuditEvent.objects.filter(action="course.completed", actor=None).count() == 1
    with django_assert_max_num_queries(9):
        assert rechecks.recheck(now=NOW, page=quiz) == 0
    # Published again it asks nothing of who is through; the course that is withdrawn as a whole completes nothing.
    quiz.save_revision().publish()
    assert HourCredit.objects.filter(person=cast.wang).count() == 1
    CoursePage.objects.get(pk=learning.course.pk).unpublish()
    LessonPage.objects.get(pk=learning.reading.pk).unpublish()
    LessonPage.objects.get(pk=learning.quizzed.pk).unpublish()
    assert cast.sun.name not in courses_done()
    CoursePage.objects.get(pk=learning.course.pk).save_revision().publish()
    assert cast.sun.name in courses_done() and HourCredit.objects.count() == 3


def test_what_a_lesson_asks_no_more(learning, today):
    cast = learning.cast
    LessonPage.objects.filter(pk=learning.reading.pk).update(case=learning.case)
    learn(learning, cast.wang, learning.video, learning.quizzed)
    watch_through(cast.wang, learning.reading)
    assert not advance(
        actor=learning.officer, now=NOW, person=cast.wang, page=LessonPage.objects.get(pk=learning.reading.pk)
    ).done
    # The case was all that was missing. It is taken back, and asks nothing.
    learning.case.unpublish()
    assert courses_done() == {cast.wang.name}
    extra = learning.course.add_child(instance=LessonPage(title="新课时", slug="new", minutes=1))
    assert enrol(actor=None, now=NOW, person=cast.sun, course=learning.course).rule["lessons"][-1] == extra.pk
    learn(learning, cast.sun, learning.video, learning.reading, learning.quizzed)
    assert cast.sun.name not in courses_done()
    LessonPage.objects.get(pk=extra.pk).delete()
    assert courses_done() == {cast.wang.name, cast.sun.name}


def test_a_film_that_is_replaced_begins_anew_and_old_minutes_stay_true(learning):
    window = Window(learning.officer, learning.video)
    window.play(30)
    LessonPage.objects.filter(pk=learning.video.pk).update(video=recording("新录像", 60))
    # The window that is open goes on with the film it shows.
    window.through(60)
    assert window.watch.done_at and window.watch.duration == 90
    # Somebody in the middle of the old film begins the new one at its start; who is through stays through.
    other = Window(learning.officer, learning.video, now=window.now + timedelta(minutes=1))
    assert other.watch.done_at and other.watch.covered_seconds >= 81
    watch = other.watch
    watch.done_at, watch.live, watch.covered, watch.covered_seconds = None, None, [[0, 30]], 30
    watch.save()
    again = Window(learning.officer, learning.video, now=other.now + timedelta(minutes=1))
    assert again.watch.duration == 60 and again.watch.covered == [] and again.upto == 0
    assert again.watch.spans == watch.spans


def test_the_minutes_of_the_policy_hold_for_films_and_courses(learning):
    learning.film.duration = 150 * 60
    learning.film.save()
    Policy.objects.update(hours_unit_minutes=50)
    book = PolicyBook()
    learning.whole_film()
    page = LecturePage.objects.select_related("session__series__unit", "recording").get(pk=learning.lecture.pk)
    # 150 minutes are three hours of fifty minutes.
    found = worth.recording_worth(page, TODAY, book)
    assert (found.hours, found.kind, found.source) == (3, "online", f"session:{learning.session.pk}")
    Policy.objects.update(hours_unit_minutes=60)
    assert worth.recording_worth(page, TODAY, PolicyBook()).exact == Decimal("2.5")
    watch_through(learning.wang, page)
    credit = advance(actor=learning.officer, now=NOW, person=learning.wang, page=page).credit
    assert credit.hours == Decimal("2.5")
    (row,) = recording_rows(learning.session, [learning.wang.pk])
    assert (row.hours, row.kind) == (Decimal("2.5"), "online")
    CoursePage.objects.filter(pk=learning.course.pk).update(hours=None)
    LessonPage.objects.filter(pk=learning.reading.pk).update(minutes=88)
    offers = {offer.source: offer.hours for _page, offer in pace.catalogue(TODAY)}
    assert offers[f"session:{learning.session.pk}"] == Decimal("2.5")
    course = CoursePage.objects.get(pk=learning.course.pk)
    assert enrol(actor=None, now=NOW, person=learning.cast.sun, course=course).hours == 1
    assert offers[f"course:{course.pk}:2026"] == 1
