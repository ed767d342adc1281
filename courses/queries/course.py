"""What the page of a course shows to one reader: its lessons, how far one is, what comes next, what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CoursePage, Enrolment, LessonPage, Watch
from courses.queries import progress
from courses.queries.assignments import meant_for
from courses.queries.progress import Seen
from courses.queries.watching import clock_words, content_of, length_words
from courses.queries.worth import hours_of_course, unit_minutes
from courses.rules import completion
from courses.rules.assigning import DONE, STARTED, TODO
from portal.figures import num

NOTHING = Seen()


@dataclass(frozen=True)
class LessonLine:
    """A lesson in the list of its course. ``words``: what it is and how long it takes; ``asks``: what completes it."""

    lesson: LessonPage
    n: int
    url: str
    kind: str
    words: str
    asks: str
    state: str = TODO
    percent: int = 0
    current: bool = False
    seen: Seen = NOTHING

    @property
    def chapter(self) -> str:
        return self.lesson.chapter

    @property
    def optional(self) -> bool:
        return not self.asks


@dataclass(frozen=True)
class Told:
    """What a reader has been told about a page: must or may study it, until when."""

    required: bool
    due: date | None
    reason: str


@dataclass(frozen=True)
class CourseView:
    """``hours`` 学时; ``rule`` as an enrolment keeps it; ``done`` of ``required`` lessons; ``next`` where to go on."""

    course: CoursePage
    lines: Sequence[LessonLine]
    hours: Decimal
    length: str
    rule: dict
    enrolment: Enrolment | None = None
    next: LessonLine | None = None
    done: int = 0
    required: int = 0
    warnings: Sequence[str] = field(default_factory=list)

    @property
    def chapters(self) -> list[completion.Chapter]:
        return completion.chapters(self.lines)

    @property
    def percent(self) -> int:
        return self.done * 100 // self.required if self.required else 0

    @property
    def completed_at(self) -> datetime | None:
        return self.enrolment.completed_at if self.enrolment else None

    @property
    def credited(self) -> Decimal:
        """学时 that were given for it."""
        credit = self.enrolment and self.enrolment.credit
        return credit.hours if credit else Decimal(0)

    @property
    def worth(self) -> str:
        """What completes it, in a sentence."""
        return _worth_words(self.rule, self.required)

    @property
    def short(self) -> str:
        """学时 as shown."""
        return num(self.hours)


def _worth_words(rule: dict, lessons: int) -> str:
    words = [_("学完%(n)d个课时") % {"n": lessons}]
    words.append(_("视频看满%(share)d%%") % {"share": int(Decimal(rule["watch"]) * 100)})
    if rule.get("quiz"):
        words.append(_("测验%(mark)d分") % {"mark": rule["quiz"]})
    return _("，").join(words)


def _kind(lesson: LessonPage) -> str:
    if lesson.video_id:
        return "video"
    if lesson.case_id and not lesson.body:
        return "case"
    if lesson.document_id:
        return "pdf"
    return "text" if lesson.body or lesson.minutes else "quiz" if lesson.quiz_count else "text"


ICONS = {"video": "player-play", "case": "gavel", "pdf": "file-text", "text": "book", "quiz": "list-check"}


def _kind_words(kind: str) -> str:
    return {"video": _("视频"), "case": _("案例"), "pdf": _("文档"), "text": _("图文"), "quiz": _("测验")}[kind]


def lesson_lines(
    request, person, lessons: Sequence[LessonPage], rule: dict, year: int, current=None
) -> list[LessonLine]:
    """Lessons with what each asks and how far ``person`` is. Two queries, none for nobody."""
    done, begun = set(), {}
    if person is not None and lessons:
        ids = [lesson.pk for lesson in lessons]
        done = progress.done_pages(person, ids, year)
        rows = Watch.objects.filter(person=person, page__in=ids, year=year)
        rows = rows.values_list("page_id", "covered_seconds", "duration", "done_at")
        begun = {pk: Seen(covered, duration, at is not None) for pk, covered, duration, at in rows}
    lines = []
    for n, lesson in enumerate(lessons, 1):
        content, kind = content_of(lesson, rule), _kind(lesson)
        words = [_kind_words(kind)]
        if content.seconds:
            words.append(length_words(content.seconds))
        if lesson.quiz_count and lesson.quiz_topic_id and kind != "quiz":
            words.append(_("测验%(n)d题") % {"n": lesson.quiz_count})
        asks = progress.condition_words(progress.conditions_of(lesson, rule))
        state = DONE if lesson.pk in done else STARTED if lesson.pk in begun else TODO
        seen = begun.get(lesson.pk, NOTHING)
        percent = 100 if state == DONE else min(seen.covered * 100 // max(seen.duration, 1), 99)
        lines.append(
            LessonLine(
                lesson,
                n,
                lesson.get_url(request) or "",
                ICONS[kind],
                " · ".join(words),
                asks,
                state,
                percent,
                current is not None and lesson.pk == current.pk,
                seen,
            )
        )
    return lines


def enrolment_of(person, course: CoursePage, year: int) -> Enrolment | None:
    """How somebody takes a course this year. One query, none for nobody."""
    if person is None or not course.pk:
        return None
    return Enrolment.objects.filter(person=person, course=course.pk, year=year).select_related("credit").first()


def course_view(request, person, course: CoursePage, year: int, *, current=None, edits: bool = False) -> CourseView:
    """The course for one reader; ``person`` None: nobody's progress. ``current``: the lesson one is looking at.

    ``edits``: warned of what an editor should look at again. Four or five queries.
    """
    lessons = progress.lessons_of(course) if course.pk else []
    enrolment = enrolment_of(person, course, year)
    rule = enrolment.rule if enrolment else progress.rule_of(course, lessons)
    lines = lesson_lines(request, person, lessons, rule, year, current)
    asking = [line.lesson.pk for line in lines if not line.optional]
    required = completion.required_lessons(rule.get("lessons", ()), asking)
    done = {line.lesson.pk for line in lines if line.state == DONE} & required
    left = [line for line in lines if line.lesson.pk in required - done]
    seconds, today = progress.seconds_of(lessons, rule), timezone.localdate()
    hours = enrolment.hours if enrolment else hours_of_course(course, seconds, today)
    return CourseView(
        course=course,
        lines=lines,
        hours=hours,
        length=length_words(seconds) if seconds else "",
        rule=rule,
        enrolment=enrolment,
        next=(left or lines or [None])[0],
        done=len(done),
        required=len(required),
        warnings=warnings_of(course, lines, seconds, unit_minutes(today)) if edits else [],
    )


def warnings_of(course: CoursePage, lines: Sequence[LessonLine], seconds: int, unit: int) -> list[str]:
    """What an editor should look at again: lessons that ask nothing, hours beyond what the content takes at ``unit``
    minutes each.
    """
    found = []
    if not lines:
        found.append(_("课程还没有已发布的课时，不能学习。"))
    silent = [line.lesson.title for line in lines if line.optional]
    if silent:
        words = {"lessons": _("、").join(silent)}
        found.append(_("这些课时没有视频、阅读分钟、测验或案例，不计入完成条件：%(lessons)s。") % words)
    if course.hours is None and lines and not completion.course_hours(None, seconds, unit):
        found.append(_("各课时合计不足半学时，学完不计学时。请填写学时或补充课时。"))
    if course.hours is not None and completion.too_generous(course.hours, seconds, unit):
        told = {"hours": num(course.hours), "length": clock_words(seconds)}
        found.append(_("课程定为%(hours)s学时，各课时合计只有%(length)s，请核对。") % told)
    return found


def told_of(person, page, year: int, today: date) -> Told | None:
    """The strictest of what a reader has been told about a page: required first, then the earliest day. One query,
    two when the page was assigned to anybody.
    """
    if person is None or not page.pk:
        return None
    mine = meant_for(person, today, year=year, page=page.pk)
    if not mine:
        return None
    first = min(mine, key=lambda row: (not row.required, row.due is None, row.due or today))
    return Told(first.required, first.due, first.reason)
