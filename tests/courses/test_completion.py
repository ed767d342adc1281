"""What completes lessons, courses and recordings, and what they earn: once, and never for minutes earned elsewhere."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.actions.completion import advance, advance_for_case, recording_rows
from courses.actions.enrolments import begin, enrol
from courses.models import CaseRun, CoursePage, Enrolment, LecturePage, LessonDone, LessonPage, QuizRun, Watch
from courses.queries import progress
from courses.queries.lectures import earning
from courses.rules import completion as rules
from courses.rules.completion import Conditions, Facts
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from staffing.actions.hours import credit_hours, set_hours
from staffing.models import HourCredit, HourYear
from staffing.queries.policies import policy_for
from tests.cast import NOW, TODAY

flags = st.booleans()


@given(st.integers(0, 100), st.integers(0, 90), st.none() | st.integers(0, 100), flags, flags, flags, flags)
def test_a_page_is_done_when_nothing_it_asks_is_missing(watch, read, quiz, case, watched, passed, judged):
    conditions, facts = Conditions(watch, read, quiz, case), Facts(watched, passed, judged)
    left = rules.missing(conditions, facts)
    assert set(left) <= set(conditions.kinds)
    assert rules.done(conditions, facts) == (bool(conditions.kinds) and not left)
    # More facts never take anything away.
    assert set(rules.missing(conditions, Facts(True, passed, judged))) <= set(left)
    assert not rules.missing(conditions, Facts(True, True, True))


@given(st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)))
def test_what_completes_a_course_can_be_opened_and_is_not_more_than_at_the_start(frozen, live):
    required = rules.required_lessons(frozen, live)
    assert required <= live
    assert required == (frozen & live or live)


def test_hours_of_a_course():
    assert rules.course_hours(Decimal(2), 90, 45) == 2
    assert rules.course_hours(None, 100 * 60, 45) == 2 and rules.course_hours(None, 30 * 60, 45) == Decimal("0.5")
    assert rules.course_hours(None, 100 * 60, 50) == 2 and rules.course_hours(None, 99 * 60, 50) == Decimal("1.5")
    assert rules.course_hours(None, 22 * 60, 45) == 0
    assert rules.too_generous(Decimal(4), 90 * 60, 45) and not rules.too_generous(Decimal(3), 90 * 60, 45)


def watched(learning, page, *, seconds=60, person=None, year=2026, ended=NOW):
    """A viewing that was finished, as the player leaves it."""
    span = [[(ended - timedelta(seconds=seconds)).timestamp(), ended.timestamp()]]
    return Watch.objects.create(
        person=person or learning.wang,
        page=page,
        year=year,
        duration=seconds,
        rule={"share": "0.9", "no_skip": True, "checks": False},
        covered=[[0, seconds]],
        covered_seconds=seconds,
        wall=seconds,
        spans=span,
        done_at=ended,
    )


def passed(learning, page, score=100, person=None):
    return QuizRun.objects.create(
        person=person or learning.wang,
        page=page,
        year=2026,
        items=[],
        pass_mark=60,
        started_at=NOW,
        finished_at=NOW,
        score=score,
        passed=score >= 60,
    )


def go(learning, page, now=NOW, person=None):
    return advance(actor=learning.officer, now=now, person=person or learning.wang, page=page)


@pytest.mark.django_db
def test_a_course_from_its_first_lesson_to_its_hours(learning):
    assert progress.condition_words(progress.conditions_of(learning.video)) == "看满90%"
    assert progress.condition_words(progress.conditions_of(learning.quizzed)) == "测验60分"
    first = go(learning, learning.video)
    assert not first.done and first.missing == ["看满90%（还没有开始）"]
    enrolment = Enrolment.objects.get()
    assert enrolment.rule["lessons"] == [learning.video.pk, learning.reading.pk, learning.quizzed.pk]
    assert enrolment.rule["watch"] == "0.9" and enrolment.rule["quiz"] == 60 and enrolment.hours == 2

    half = watched(learning, learning.video)
    Watch.objects.filter(pk=half.pk).update(done_at=None, covered_seconds=53)
    assert go(learning, learning.video).missing == ["看满90%（已看88%）"]
    Watch.objects.filter(pk=half.pk).update(done_at=NOW)
    assert go(learning, learning.video) == go(learning, learning.video)
    assert LessonDone.objects.count() == 1 and not HourCredit.objects.exists()

    watched(learning, learning.reading, ended=NOW - timedelta(hours=1))
    assert go(learning, learning.reading).done
    passed(learning, learning.quizzed, 50)
    assert go(learning, learning.quizzed).missing == ["测验60分（最好成绩50分）"]
    passed(learning, learning.quizzed)
    last = go(learning, learning.quizzed)
    credit = HourCredit.objects.get()
    assert last.done and last.credit == credit and not last.missing
    assert (credit.kind, credit.hours, credit.source) == ("online", 2, f"course:{learning.course.pk}:2026")
    assert credit.earned_on == TODAY and credit.spans.count() == 2
    enrolment.refresh_from_db()
    assert enrolment.completed_at == NOW and enrolment.credit == credit
    # Again, and again by every lesson: nothing more.
    for page in (learning.video, learning.reading, learning.quizzed):
        assert go(learning, page).credit == credit
    assert HourCredit.objects.count() == 1
    assert AuditEvent.objects.filter(action="course.completed").count() == 1
    assert [n.text for n in Notice.objects.filter(recipient=learning.officer)] == [
        "已学完《行政处罚证据规则》，计2学时。"
    ]

    # The next year begins anew: last year's viewing does not count.
    later = NOW.replace(year=2027)
    assert not go(learning, learning.video, later).done
    assert Enrolment.objects.count() == 2


@pytest.mark.django_db
def test_what_was_asked_at_the_start_stands(learning):
    enrol(actor=learning.officer, now=NOW, person=learning.wang, course=learning.course)
    again = enrol(actor=learning.officer, now=NOW + timedelta(days=1), person=learning.wang, course=learning.course)
    assert again.started_at == NOW
    extra = LessonPage(title="新增一课", slug="4", minutes=5)
    learning.course.add_child(instance=extra)
    extra.save_revision().publish()
    learning.reading.unpublish()
    CoursePage.objects.filter(pk=learning.course.pk).update(hours=9, watch_share=100)
    watched(learning, learning.video)
    passed(learning, learning.quizzed)
    assert go(learning, LessonPage.objects.get(pk=learning.video.pk)).done
    assert go(learning, learning.quizzed).credit.hours == 2


@pytest.mark.django_db
def test_courses_that_cannot_be_taken(learning):
    empty = CoursePage(title="空课", slug="kong")
    learning.course.get_parent().add_child(instance=empty)
    empty.save_revision().publish()
    with pytest.raises(Refused, match="还没有"):
        enrol(actor=learning.officer, now=NOW, person=learning.wang, course=empty)
    learning.course.unpublish()
    with pytest.raises(Refused, match="已经撤下"):
        begin(actor=learning.officer, now=NOW, person=learning.wang, page=LessonPage.objects.get(pk=learning.video.pk))
    assert begin(actor=learning.officer, now=NOW, person=learning.wang, page=learning.lecture) is None


@pytest.mark.django_db
def test_minutes_earned_elsewhere_earn_nothing_again(learning):
    """Wang watched the course while sitting in a lecture that was credited for the same time."""
    course = learning.course
    LessonPage.objects.filter(pk__in=[learning.reading.pk, learning.quizzed.pk]).update(live=False)
    watched(learning, learning.video, seconds=5400)
    credit_hours(
        actor=learning.training,
        now=NOW,
        person=learning.wang,
        kind="lecture",
        hours=2,
        earned_on=TODAY,
        title="同一时间的讲座",
        source="session:999",
        spans=[(NOW - timedelta(hours=2), NOW)],
    )
    result = go(learning, learning.video)
    assert result.done and result.credit is None and "不再重复计" in result.note
    assert Enrolment.objects.get(course=course).completed_at == NOW


@pytest.mark.django_db
def test_a_political_course_is_booked_as_such_and_a_closed_year_is_explained(learning):
    CoursePage.objects.filter(pk=learning.course.pk).update(kind="political")
    LessonPage.objects.filter(pk__in=[learning.reading.pk, learning.quizzed.pk]).update(live=False)
    HourYear.objects.create(year=2026, closed_at=NOW, policy=learning.cast.policy, due=1, met=0)
    watched(learning, learning.video)
    credit = go(learning, LessonPage.objects.get(pk=learning.video.pk)).credit
    assert credit.kind == "political" and credit.reason == "关账后学完"


@pytest.mark.django_db
def test_a_recording_earns_its_sessions_hours_unless_presence_did(learning):
    learning.whole_film()
    assert go(learning, learning.lecture).missing == ["看满90%（还没有开始）"]
    watched(learning, learning.lecture, seconds=150 * 60)
    result = go(learning, learning.lecture)
    source = f"session:{learning.session.pk}"
    assert (result.credit.kind, result.credit.hours, result.credit.source) == ("online", 3, source)
    assert go(learning, learning.lecture).credit == result.credit and HourCredit.objects.count() == 1
    # Settling attendance may rely on it.
    # Also when the film was taken away since.
    learning.lecture.recording = None
    learning.lecture.save()
    (row,) = recording_rows(learning.session, [learning.wang.pk, learning.cast.li.pk])
    learning.lecture.recording = learning.film
    learning.lecture.save()
    assert (row.person_id, row.kind, row.hours, row.source) == (learning.wang.pk, "online", 3, source)
    again = set_hours(
        actor=learning.training,
        now=NOW,
        person=learning.wang,
        kind=row.kind,
        hours=row.hours,
        earned_on=row.earned_on,
        title=row.title,
        source=row.source,
        spans=row.spans,
    )
    assert again == result.credit

    there = learning.cast.sun
    credit_hours(
        actor=learning.training,
        now=NOW,
        person=there,
        kind="lecture",
        hours=3,
        earned_on=TODAY,
        title="先审后决",
        source=source,
    )
    watched(learning, learning.lecture, person=there)
    result = go(learning, learning.lecture, person=there)
    assert result.done and result.credit.kind == "lecture" and "看录像不再重复计" in result.note
    assert HourCredit.objects.filter(person=there).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "hours"), [(22, 0), (23, Decimal("0.5")), (149, 3), (300, 3)])
def test_a_recording_earns_no_more_than_it_is_long(learning, minutes, hours):
    learning.film.duration = minutes * 60
    learning.film.save()
    page = learning.lecture = LecturePage.objects.select_related("session__series__unit").get(pk=learning.lecture.pk)
    watched(learning, page, seconds=minutes * 60)
    credit = go(learning, page).credit
    assert (credit.hours if credit else 0) == hours
    rows = recording_rows(learning.session, [learning.wang.pk])
    assert [row.hours for row in rows] == ([hours] if hours else [])
    lines = earning(page.session, page, policy_for(TODAY)).recording
    assert (f"计{hours}学时" if hours else "不足半学时") in lines[0]
    assert (f"录像长{minutes}分钟，学时不超过录像时长。" in lines) == (hours != 3)


@pytest.mark.django_db
def test_a_recording_without_a_session_earns_its_own_length(learning):
    learning.lecture.session = None
    learning.film.duration = 4000
    learning.film.save()
    learning.lecture.recording = learning.film
    learning.lecture.save()
    watched(learning, learning.lecture)
    credit = go(learning, learning.lecture).credit
    assert credit.hours == 1 and credit.source == f"lecture:{learning.lecture.pk}:2026"
    assert recording_rows(learning.session, [learning.wang.pk]) == []


@pytest.mark.django_db
def test_a_lesson_with_a_case_waits_for_the_judgement(learning):
    lesson = LessonPage(title="案例课", slug="5", case=learning.case)
    learning.course.add_child(instance=lesson)
    lesson.save_revision().publish()
    lesson = LessonPage.objects.get(pk=lesson.pk)
    assert go(learning, lesson).missing == ["完成案例（还没有完成）"]
    CaseRun.objects.create(person=learning.wang, case=learning.case, year=2026, started_at=NOW, completed_at=NOW)
    (result,) = advance_for_case(actor=learning.officer, now=NOW, person=learning.wang, case=learning.case)
    assert result.done
    assert advance_for_case(actor=learning.officer, now=NOW, person=learning.cast.sun, case=learning.case) == []


@pytest.mark.django_db
def test_minutes_earned_elsewhere_are_left_out_and_it_is_said(learning):
    learning.whole_film()
    watched(learning, learning.lecture, seconds=150 * 60)
    ((start, end),) = [
        (datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC))
        for a, b in Watch.objects.get(page_id=learning.lecture.pk).spans
    ]
    credit_hours(
        actor=learning.training,
        now=NOW,
        person=learning.wang,
        kind="external",
        hours=1,
        earned_on=TODAY,
        title="会议培训",
        spans=[(start, start + timedelta(minutes=45))],
    )
    result = go(learning, learning.lecture)
    assert result.credit.hours == 2 and end - start == timedelta(minutes=150)
    assert result.note == "其中1学时的时间已在别处计过，不再重复计。"
