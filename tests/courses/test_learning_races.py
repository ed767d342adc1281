"""Learning, two at the same moment: windows, scans, seats, quizzes, claims, cases, drills, and hours never twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from courses.actions import attendance, cases, claims, completion, drills, quizzes, signing, signups, watching
from courses.actions.enrolments import enrol
from courses.models import (
    Attendance,
    AttendanceState,
    CaseRun,
    Enrolment,
    HourClaim,
    Judgement,
    LecturePage,
    LessonDone,
    LessonPage,
    QuizRun,
    Session,
    Signup,
    Watch,
)
from exams.queries.keys import keys_of
from portal import audit
from portal.actions.errors import Refused
from portal.models import AuditEvent
from staffing.models import HourCredit
from tests.cast import NOW, Cast
from tests.courses.made import FIRST, SECOND, CourseCast
from tests.courses.test_claims import make
from tests.courses.tree import ensure_tree
from tests.courses.watched import Window, watch_through
from tests.exams.together import several_writers, together

pytestmark = [pytest.mark.django_db(transaction=True), several_writers]


@pytest.fixture
def school(transactional_db):
    ensure_tree()
    return CourseCast(Cast())


def stands(person, source: str) -> list[Decimal]:
    """What stands in the ledger under a source, with its later numbers."""
    rows = HourCredit.objects.filter(person=person, source__regex=rf"^{source}(#\d+)?$", reversed_by=None)
    return list(rows.values_list("hours", flat=True))


def refusals(outcomes) -> int:
    return sum(isinstance(outcome, Refused) for outcome in outcomes)


def test_windows_and_reports(school):
    pages = [school.video, school.lecture, school.reading, school.video]

    def opening(page):
        return lambda: watching.start(actor=school.officer, now=NOW, page=type(page).objects.get(pk=page.pk))

    together(*map(opening, pages))
    assert Watch.objects.filter(live__isnull=False).count() == 1
    assert Watch.objects.count() == 3 and Enrolment.objects.count() == 1
    window = Window(school.officer, school.video)
    for _n in range(6):
        window.now += timedelta(seconds=15)
        at = window.watch.position

        def report(at=at):
            return watching.beat(
                user_id=school.officer.pk,
                watch_id=window.pk,
                lease=window.lease,
                played=(at, at + 15),
                position=at + 15,
                now=window.now,
            )

        outcomes = together(*[report] * 5)
        assert sum(getattr(outcome, "finished", False) for outcome in outcomes) <= 1
    watch = window.watch
    assert watch.wall <= 90 and watch.covered_seconds <= 90 and watch.done_at
    assert LessonDone.objects.count() == 1


def test_the_last_lessons_of_a_course_and_its_quiz(school):
    """Finished together: the course completes, once; the quiz handed in twice stands as it was first."""
    people = [school.wang, school.cast.sun, school.cast.chen, school.cast.zhou]
    for person in people:
        for page in (school.video, school.reading):
            watch_through(person, page)
        LessonDone.objects.create(person=person, lesson=school.quizzed, year=NOW.year, at=NOW)
        # Enrolled before: who enrols now waits for the other's row, and needs no lock.
        enrol(actor=school.officer, now=NOW, person=person, course=school.course)

    def advance(person, page):
        page = LessonPage.objects.get(pk=page.pk)
        return lambda: completion.advance(actor=school.officer, now=NOW, person=person, page=page)

    together(*(advance(person, page) for person in people for page in (school.video, school.reading)))
    for person in people:
        course = Enrolment.objects.get(person=person)
        assert course.completed_at and stands(person, f"course:{school.course.pk}:{NOW.year}") == [course.credit.hours]
    assert AuditEvent.objects.filter(action="course.completed").count() == len(people)

    run = quizzes.start(actor=school.officer, now=NOW, person=school.wang, page=school.quizzed)
    keys = keys_of(item["v"] for item in run.items)
    right = {str(at): keys[item["v"]].answer for at, item in enumerate(run.items)}

    def hand_in(answers):
        mine = QuizRun.objects.get(pk=run.pk)
        return lambda: quizzes.hand_in(actor=school.officer, now=NOW, run=mine, answers=answers)

    scores = {outcome.score for outcome in together(hand_in(right), hand_in({}), hand_in(right), hand_in({}))}
    run.refresh_from_db()
    assert scores == {run.score} and run.passed == (run.answers == right)


def test_scans_seats_and_settling(school):
    cast, row = school.cast, school.session
    people = [cast.chen, cast.zhou, cast.wu, cast.wang, cast.sun, cast.zhao]
    told = {"session": row, "actor": school.training, "now": NOW}
    together(*(lambda one=one: signups.sign_up(people=[one], **told) for one in people for _twice in (1, 2)))
    live = Signup.objects.filter(session=row).exclude(state=Signup.State.CANCELLED)
    assert live.filter(state=Signup.State.SEATED).count() == row.capacity == 2 and live.count() == len(people)
    together(*(lambda one=one: signups.sign_off(people=[one], **told) for one in people[:3]))
    assert live.filter(state=Signup.State.SEATED).count() == 2 and live.count() == 3

    def scan(direction, at):
        given = {"person": school.wang, "session": row, "direction": direction}
        return lambda: signing.sign(actor=school.officer, now=at, at=at, **given)

    came, left = row.starts_at - timedelta(minutes=5), row.ends_at
    seen = together(*[scan("in", came)] * 4)
    assert sum(not one.again for one in seen) == 1
    together(*[scan("out", left)] * 4)
    one = Attendance.objects.get()
    assert (one.signed_in, one.signed_out, one.state) == (came, left, AttendanceState.PRESENT)
    assert AuditEvent.objects.filter(action="attendance.signed").count() == 2

    # The recording watched to its end, and the attendance settled, at the same moment and several times.
    over = row.ends_at + timedelta(hours=1)
    school.whole_film()
    watch_through(school.wang, school.lecture, until=over)

    def settle(session=row):
        session = Session.objects.get(pk=session.pk)
        return lambda: attendance.settle_session(actor=school.training, now=over, session=session)

    def watched():
        page = LecturePage.objects.get(pk=school.lecture.pk)
        return completion.advance(actor=school.officer, now=over, person=school.wang, page=page)

    together(settle(), watched, settle(), watched, settle())
    assert stands(school.wang, f"session:{row.pk}") == [Decimal(3)]

    # A correction against settling: the ledger ends as the list does.
    for n in range(4, 8):
        other = school.make_session(n, row.starts_at.date() - timedelta(days=n))
        present = {"state": AttendanceState.PRESENT, "signed_in": other.starts_at, "signed_out": other.ends_at}
        office = {"actor": school.training, "now": over, "session": other, "person": cast.sun}
        attendance.correct(**office, **present, reason="漏签")
        together(settle(other), lambda o=office: attendance.correct(**o, state=AttendanceState.VOID, reason="记错"))
        one = Attendance.objects.get(session=other)
        assert one.state == AttendanceState.VOID and stands(cast.sun, f"session:{other.pk}") == []


def test_judgements_choices_and_claims(school):
    case, mine = school.case, {"actor": school.officer, "person": school.wang}
    together(*[lambda: cases.begin(now=NOW, case=case, **mine)] * 3)
    assert CaseRun.objects.count() == 1
    at = NOW
    for step in (1, 2):
        at += timedelta(minutes=6)
        cases.open_next(now=at, case=case, step=step, **mine)
    for point in (FIRST, SECOND):
        at += timedelta(minutes=6)
        given = {"now": at, "case": case, "point": point, **mine}
        said = together(*(lambda n=n, g=given: cases.judge(choice=f"{g['point'][:-1]}{n}", **g) for n in (1, 2, 1, 2)))
        assert len({one.pk for one in said}) == 1
    assert Judgement.objects.count() == 2
    cases.open_next(now=at, case=case, step=5, **mine)
    together(*[lambda: cases.finish(now=at, case=case, **mine)] * 4)
    assert stands(school.wang, f"case:{case.pk}:{NOW.year}") == [case.hours]
    assert AuditEvent.objects.filter(action="case.completed").count() == 1

    drill = school.drill
    runs = together(*[lambda: drills.start(now=NOW, drill=drill, **mine)] * 3)
    assert len({run.pk for run in runs}) == 1

    def choose(at, choice):
        later = NOW + timedelta(minutes=at + 1)
        return lambda: drills.choose(actor=school.officer, now=later, run=runs[0], at=at, choice=choice)

    # Both choices of the first scene: one of them is the way, whoever asks.
    ways = together(choose(0, 0), choose(0, 1), choose(0, 0), choose(0, 1))
    assert len({run.path[0]["choice"] for run in ways}) == 1
    if not ways[0].finished_at:
        together(*[choose(1, 0)] * 4)
    assert AuditEvent.objects.filter(action="drill.completed").count() == 1
    assert len(stands(school.wang, f"drill:{drill.pk}:{NOW.year}")) <= 1

    made = make(school.cast)
    office = {"actor": school.training, "now": NOW}

    def decide(**told):
        claim = HourClaim.objects.select_related("person").get(pk=made.pk)
        return lambda: claims.decide_claim(claim=claim, **office, **told)

    approve = {"state": HourClaim.State.APPROVED, "hours_given": Decimal(4)}
    outcomes = together(decide(**approve), decide(state="refused", reason="材料不全"), decide(**approve))
    made.refresh_from_db()
    approved = made.state == HourClaim.State.APPROVED
    assert refusals(outcomes) == (1 if approved else 2)
    assert stands(school.wang, f"claim:{made.pk}") == ([Decimal(4)] if approved else [])
    assert audit.verify().ok
