"""What completes a lesson or a recorded lecture, and what a course is worth (pure).

A viewing counts from 90 % of the film on unless the course says otherwise (domain §2.1: video needs ≥ 90 % watched).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from staffing.rules.hours import session_hours

WATCH, READ, QUIZ, CASE = "watch", "read", "quiz", "case"
MINUTE = 60


@dataclass(frozen=True)
class Conditions:
    """What a page asks: percent of its film, minutes of reading, the quiz's pass mark (None: no quiz), a case."""

    watch: int = 0
    read: int = 0
    quiz: int | None = None
    case: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The conditions there are, in the order in which they are met."""
        asked = {WATCH: self.watch, READ: self.read, CASE: self.case, QUIZ: self.quiz is not None}
        return tuple(kind for kind, wanted in asked.items() if wanted)

    def __bool__(self):
        return bool(self.kinds)


@dataclass(frozen=True)
class Facts:
    """What somebody did on a page in a year. ``watched``: the film, or the reading time, was done."""

    watched: bool = False
    quiz: bool = False
    case: bool = False

    def met(self, kind: str) -> bool:
        return {WATCH: self.watched, READ: self.watched, QUIZ: self.quiz, CASE: self.case}[kind]


def missing(conditions: Conditions, facts: Facts) -> tuple[str, ...]:
    """The conditions that are not met yet. A page that asks for nothing completes nothing: see ``done``."""
    return tuple(kind for kind in conditions.kinds if not facts.met(kind))


def done(conditions: Conditions, facts: Facts) -> bool:
    """All conditions met, and there is at least one."""
    return bool(conditions) and not missing(conditions, facts)


def required_lessons(frozen: Iterable[int], live: Iterable[int]) -> frozenset[int]:
    """Lessons that complete a course: those it had when the learner began, as far as they can still be opened.

    Lessons added since ask nothing of those who began before; when none of the old ones is left, all of today's count.
    """
    live = frozenset(live)
    return (frozenset(frozen) & live) or live


def course_hours(stated: Decimal | None, seconds: int, unit_minutes: int) -> Decimal:
    """学时 of a course: as stated, else its content's minutes / ``unit_minutes`` down to the half hour."""
    if stated is not None:
        return stated
    whole = session_hours(seconds // MINUTE, unit_minutes)
    return Decimal(whole.numerator) / Decimal(whole.denominator)


def too_generous(hours: Decimal, seconds: int, unit_minutes: int) -> bool:
    """Is more than an hour more stated than the content takes? Quizzes and notes explain less than that."""
    return Fraction(hours) - Fraction(seconds, MINUTE * unit_minutes) > 1


@dataclass(frozen=True)
class Chapter:
    """Neighbouring lessons under one name ("" for none)."""

    name: str
    lessons: tuple


def chapters(lessons: Sequence) -> list[Chapter]:
    """Lessons in their order, neighbours of the same ``chapter`` together."""
    return [Chapter(name, tuple(rows)) for name, rows in groupby(lessons, key=lambda lesson: lesson.chapter)]
