"""How far somebody is on a page: what it asks, in words, and what of that is met. Facts are those of one year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CaseRun, CoursePage, Enrolment, LessonDone, LessonPage, QuizRun, Watch
from courses.queries.watching import content_of
from courses.rules import completion
from courses.rules.completion import CASE, QUIZ, READ, WATCH, Conditions, Facts
from portal.figures import num

# Characters of a tree path by which a page is deeper than its parent.
STEP = LessonPage.steplen


def year_of(now) -> int:
    """The year a moment belongs to, in local time (domain §2.1)."""
    return timezone.localdate(now).year


def course_of(page) -> CoursePage | None:
    """The course a lesson belongs to; None for any other page. One query, none when it is loaded already."""
    if not isinstance(page, LessonPage) or not page.path:
        return None
    known = getattr(page, "_course", None)
    if known is None:
        known = page._course = CoursePage.objects.filter(path=page.path[:-STEP]).first()
    return known


def lessons_of(course: CoursePage) -> list[LessonPage]:
    """The lessons of a course that learners see, in order. One query."""
    rows = LessonPage.objects.live().child_of(course).select_related("video", "case").order_by("path")
    lessons = list(rows)
    for lesson in lessons:
        lesson._course = course
    return lessons


def rule_of(course: CoursePage, lessons: Sequence[LessonPage]) -> dict:
    """What completes the course today, as an enrolment keeps it."""
    rule = {"watch": str(Decimal(course.watch_share) / 100), "no_skip": course.no_skip, "checks": course.checks}
    asked = {lesson.pk: conditions_of(lesson, rule) for lesson in lessons}
    quizzes = [conditions.quiz for conditions in asked.values() if conditions.quiz is not None]
    return rule | {
        "quiz": max(quizzes, default=0),
        "lessons": [pk for pk, conditions in asked.items() if conditions],
        "minutes": seconds_of(lessons, rule) // 60,
    }


def seconds_of(lessons: Iterable[LessonPage], rule: dict) -> int:
    """Seconds that the films and texts of these lessons take."""
    return sum(content_of(lesson, rule).seconds or 0 for lesson in lessons)


def rule_for(person, page, year: int) -> dict | None:
    """The rule under which somebody takes a lesson: as it stood when they began its course this year, else today's;
    None for pages outside courses. One or two queries.
    """
    course = course_of(page)
    if course is None:
        return None
    held = person and Enrolment.objects.filter(person=person, course=course, year=year).values_list("rule", flat=True)
    return (held.first() if held else None) or {
        "watch": str(Decimal(course.watch_share) / 100),
        "no_skip": course.no_skip,
        "checks": course.checks,
    }


def conditions_of(page, rule: dict | None = None) -> Conditions:
    """What a lesson or a recorded lecture asks. ``rule``: see ``rule_for``. A case that was withdrawn asks nothing."""
    content = content_of(page, rule)
    film = content.kind in ("video", "audio")
    case = page.case if getattr(page, "case_id", None) else None
    return Conditions(
        watch=int(content.share * 100) if film else 0,
        read=ceil(content.seconds / 60) if content.kind == "reading" else 0,
        quiz=page.quiz_pass if page.quiz_count and page.quiz_topic_id else None,
        case=bool(case and case.live),
    )


@dataclass(frozen=True)
class Seen:
    """What somebody did on a page in a year: seconds covered of its length and whether that is enough, the best score
    of its quiz and whether one was passed, whether its case was judged to the end.
    """

    covered: int = 0
    duration: int = 0
    watched: bool = False
    best: Decimal | None = None
    passed: bool = False
    judged: bool = False

    @property
    def facts(self) -> Facts:
        return Facts(self.watched, self.passed, self.judged)


def seen_of(person, page, year: int, conditions: Conditions) -> Seen:
    """What somebody did of what the page asks. One query for each kind of condition, none for nobody."""
    seen, mine = {}, {"person": person, "year": year}
    if person is None:
        return Seen()
    if conditions.watch or conditions.read:
        rows = Watch.objects.filter(**mine, page=page.pk).values_list("covered_seconds", "duration", "done_at")
        for covered, duration, done_at in rows:
            seen = {"covered": covered, "duration": duration, "watched": done_at is not None}
    if conditions.quiz is not None:
        runs = QuizRun.objects.filter(**mine, page=page.pk, score__isnull=False).values_list("score", "passed")
        scores = list(runs)
        seen["best"] = max((score for score, _passed in scores), default=None)
        seen["passed"] = any(passed for _score, passed in scores)
    if conditions.case:
        seen["judged"] = CaseRun.objects.filter(**mine, case=page.case_id, completed_at__isnull=False).exists()
    return Seen(**seen)


def done_pages(person, page_ids: Iterable[int], year: int) -> set[int]:
    """Which of these lessons or recordings somebody has finished this year; it stays so. One query."""
    rows = LessonDone.objects.filter(person=person, year=year, lesson__in=list(page_ids))
    return set(rows.values_list("lesson_id", flat=True))


# --- in words ---------------------------------------------------------------------------------------------------------


def _label(kind: str, conditions: Conditions) -> str:
    if kind == WATCH:
        return _("看满%(share)d%%") % {"share": conditions.watch}
    if kind == READ:
        return _("阅读满%(minutes)d分钟") % {"minutes": conditions.read}
    return _("测验%(mark)d分") % {"mark": conditions.quiz} if kind == QUIZ else _("完成案例")


def condition_words(conditions: Conditions) -> str:
    """“看满90%，测验60分”; "" when a page asks for nothing."""
    return _("，").join(_label(kind, conditions) for kind in conditions.kinds)


@dataclass(frozen=True)
class ConditionLine:
    """One condition of a page and how far it is: kind watch | read | case | quiz."""

    kind: str
    label: str
    done: bool
    detail: str = ""

    @property
    def words(self) -> str:
        return (
            _("%(label)s（%(detail)s）") % {"label": self.label, "detail": self.detail} if self.detail else self.label
        )


def condition_lines(conditions: Conditions, seen: Seen | None) -> list[ConditionLine]:
    """What a page asks and how far somebody is with each of it; ``seen`` None: nobody."""
    facts = seen.facts if seen else Facts()
    return [
        ConditionLine(kind, _label(kind, conditions), facts.met(kind), _detail(kind, seen) if seen else "")
        for kind in conditions.kinds
    ]


def _detail(kind: str, seen: Seen) -> str:
    if seen.facts.met(kind):
        return ""
    if kind in (WATCH, READ):
        if not seen.covered:
            return _("还没有开始")
        # Never rounded up to what is asked for.
        share = {"percent": seen.covered * 100 // max(seen.duration, 1)}
        return (_("已看%(percent)d%%") if kind == WATCH else _("已读%(percent)d%%")) % share
    if kind == CASE:
        return _("还没有完成")
    return _("还没有测验") if seen.best is None else _("最好成绩%(score)s分") % {"score": num(seen.best)}


def standing(person, page, year: int, rule: dict | None = None) -> tuple[bool, list[str]]:
    """(all that the page asks was done this year, and it asks something; what is still to be done, one phrase each)."""
    conditions = conditions_of(page, rule)
    seen = seen_of(person, page, year, conditions)
    left = [line.words for line in condition_lines(conditions, seen) if not line.done]
    return completion.done(conditions, seen.facts), left
