"""What follows when something on a page was done: the lesson, its course, the hours. Each once a year.

A course earns under ``course:<page>:<year>``, a lecture's recording under ``session:<id>`` like attendance (so that the
two never add up), a recording without a session under ``lecture:<page>:<year>``. The time spent goes along with the
hours, and the ledger takes off what was earned elsewhere in the same minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.actions.enrolments import begin
from courses.actions.learnt import book, cut_words
from courses.models import CasePage, Enrolment, LecturePage, LessonDone, LessonPage, Session, Watch
from courses.queries import progress, watching
from courses.queries.sessions import day_of
from courses.queries.worth import recording_worth
from courses.rules import completion
from portal import audit, notices
from portal.figures import num
from staffing.actions.common import hold_people
from staffing.actions.hours import HourRow
from staffing.models import HourCredit, HourKind
from staffing.queries.hours_spans import standing_credit
from staffing.queries.policies import PolicyBook


@dataclass(frozen=True)
class Advance:
    """How a page stands after something was done on it. ``missing``: what is left, one phrase each; ``credit``: the
    hours that stand for it (for a lesson: those of its course); ``note``: why none were given.
    """

    done: bool
    missing: list[str] = field(default_factory=list)
    credit: HourCredit | None = None
    note: str = ""


def advance(*, actor, now, person, page) -> Advance:
    """Look whether a lesson or a recorded lecture is complete and do what follows. Twice is harmless.

    Facts (watched, quiz passed, case judged) are stored by the caller before, in the same transaction. ``page``: a
    LessonPage or LecturePage. Raises Refused for a lesson of a course that cannot be taken.
    """
    year = progress.year_of(now)
    with transaction.atomic():
        # One thing of a person completes at a time: a case, its lesson and another lesson lead to the same rows.
        hold_people([person.pk])
        enrolment = begin(actor=actor, now=now, person=person, page=page)
        if enrolment:
            enrolment = _held(enrolment)
        rule = enrolment.rule if enrolment else None
        done, left = progress.standing(person, page, year, rule)
        if not done:
            return Advance(False, left)
        _made, first = LessonDone.objects.get_or_create(
            person=person, lesson_id=page.pk, year=year, defaults={"at": now}
        )
        if enrolment:
            return _after_lesson(actor, now, person, progress.course_of(page), enrolment)
        return _after_recording(actor, now, person, page, first)


def advance_for_case(*, actor, now, person, case: CasePage) -> list[Advance]:
    """After a case was judged to its end: the lessons that contain it, of courses the person takes this year."""
    year = progress.year_of(now)
    lessons = list(LessonPage.objects.live().filter(case=case))
    taken = (
        set(Enrolment.objects.filter(person=person, year=year).values_list("course_id", flat=True)) if lessons else ()
    )
    return [
        advance(actor=actor, now=now, person=person, page=lesson)
        for lesson in lessons
        if (course := progress.course_of(lesson)) and course.pk in taken
    ]


def complete_course(*, actor, now, person, course, enrolment: Enrolment) -> Advance:
    """Look whether a course that somebody takes is complete with the lessons they have done, and do what follows."""
    with transaction.atomic():
        hold_people([person.pk])
        return _after_lesson(actor, now, person, course, _held(enrolment))


def _held(enrolment: Enrolment) -> Enrolment:
    """Two lessons finished at the same moment must see each other."""
    return Enrolment.objects.select_for_update().get(pk=enrolment.pk)


def _after_lesson(actor, now, person, course, enrolment: Enrolment) -> Advance:
    if enrolment.completed_at:
        return Advance(True, credit=enrolment.credit)
    lessons = progress.lessons_of(course)
    asking = [row.pk for row in lessons if progress.conditions_of(row, enrolment.rule)]
    required = completion.required_lessons(enrolment.rule["lessons"], asking)
    if not required <= progress.done_pages(person, required, enrolment.year):
        return Advance(True)
    spans = watching.spans_of(person.pk, [row.pk for row in lessons], enrolment.year)
    credit = book(
        actor=actor,
        now=now,
        person=person,
        kind=course.kind,
        hours=enrolment.hours,
        title=enrolment.title,
        source=f"course:{course.pk}:{enrolment.year}",
        spans=spans,
    )
    enrolment.completed_at, enrolment.credit = now, credit
    enrolment.save(update_fields=["completed_at", "credit"])
    hours = credit.hours if credit else Decimal(0)
    audit.record(
        actor=actor,
        now=now,
        action="course.completed",
        obj=enrolment,
        person=person.pk,
        course=course.pk,
        title=enrolment.title,
        year=enrolment.year,
        hours=hours,
    )
    _tell(person, now, f"course:{enrolment.pk}:done", enrolment.title, hours, course.url)
    return Advance(True, credit=credit, note=cut_words(credit, enrolment.hours))


def _after_recording(actor, now, person, page: LecturePage, first: bool) -> Advance:
    worth = recording_worth(page, timezone.localdate(now), PolicyBook())
    known = standing_credit(person, worth.source)
    if known or not first:
        there = known and known.kind != HourKind.ONLINE
        return Advance(True, credit=known, note=_("现场已计，看录像不再重复计。") if there else "")
    spans = watching.spans_of(person.pk, [page.pk], progress.year_of(now))
    credit = None
    if worth.hours:
        credit = book(
            actor=actor,
            now=now,
            person=person,
            kind=worth.kind,
            hours=worth.exact,
            title=page.title,
            source=worth.source,
            spans=spans,
        )
    given = credit.hours if credit else Decimal(0)
    audit.record(
        actor=actor, now=now, action="lecture.watched", obj=page, person=person.pk, title=page.title, hours=given
    )
    if credit:
        _tell(person, now, f"recording:{page.pk}:{credit.year}", page.title, given, page.url)
    return Advance(True, credit=credit, note=cut_words(credit, worth.exact))


def recording_rows(session: Session, person_ids: Iterable[int]) -> list[HourRow]:
    """Ledger rows of those among these people who watched the session's recording through, in any year.

    For settling attendance: somebody whose presence gives nothing keeps what the recording earned. At most 6 queries
    and one for each of those who watched.
    """
    page = LecturePage.objects.filter(session=session).select_related("recording").first()
    if page is None or session.state == Session.State.CANCELLED:
        return []
    page.session = session
    rows = LessonDone.objects.filter(lesson=page.pk, person__in=list(person_ids)).order_by("person", "year")
    first: dict[int, LessonDone] = {}
    for row in rows:
        first.setdefault(row.person_id, row)
    # The film may have been cut or taken away since: what was seen is what counts.
    seen = Watch.objects.filter(page=page.pk, person__in=list(first)).values_list("person", "year", "duration")
    seconds = {(pk, year): duration for pk, year, duration in seen}
    policies, found = PolicyBook(), []
    for pk, row in first.items():
        length = seconds.get((pk, row.year))
        worth = recording_worth(page, day_of(session), policies, None if length is None else length // 60)
        if worth.hours:
            spans = watching.spans_of(pk, [page.pk], row.year)
            day = timezone.localdate(row.at)
            found.append(HourRow(pk, worth.kind, worth.exact, day, page.title, worth.source, spans))
    return found


def _tell(person, now, key: str, title: str, hours: Decimal, url: str) -> None:
    if not person.user_id:
        return
    words = {"title": title, "hours": num(hours)}
    text = _("已学完《%(title)s》，计%(hours)s学时。") if hours else _("已学完《%(title)s》。")
    notices.send(recipients=[person.user_id], now=now, key=key, text=text % words, url=url or "")
