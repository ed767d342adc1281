"""What a claim for hours earned elsewhere may be worth, and on which days (pure).

A training of several days counts day by day, under each day's ceiling (domain §2.1), from the hour it began on the
first day to the hour it ended on the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from staffing.rules.hours import TEACHING, ZERO, Span, class_of, minutes_of, session_hours, teaching_hours
from staffing.rules.params import Params

COURT = "court"
# What may be claimed: what the portal does not record itself.
KINDS = ("external", COURT, "contest", "mentoring", "teaching")
# Proved by the learner's own note; everything else needs a paper.
BY_NOTE = (COURT, "mentoring")
NOTE_LENGTH = 50
MOST_DAYS = 31


def days_of(began: datetime, ended: datetime) -> tuple[Span, ...]:
    """The time of each day of a claim, for local times [``began``, ``ended``).

    Raises ValueError when it ends before it began, lasts more than MOST_DAYS, or when days would end before they begin.
    """
    if ended <= began:
        raise ValueError("ends before it begins")
    number = (ended.date() - began.date()).days
    if not number:
        return ((began, ended),)
    if number >= MOST_DAYS or ended.time() <= began.time():
        raise ValueError("not a row of days")
    length = ended - (began + timedelta(days=number))
    return tuple((began + timedelta(days=n), began + timedelta(days=n) + length) for n in range(number + 1))


def worth(kind: str, span: Span, params: Params) -> Fraction:
    """The most hours one day of a claim can be worth; a court observation has its own fixed hours (domain §2.10)."""
    if kind == COURT:
        return params.hours_court
    minutes = int(minutes_of([span]))
    if class_of(kind) == TEACHING:
        return teaching_hours(minutes, params)
    return min(session_hours(minutes, params.hours_unit_minutes), params.hours_daily_cap)


def most_hours(kind: str, spans: Sequence[Span], params: Params) -> Fraction:
    """The most hours a claim can be worth."""
    if kind == COURT:
        return params.hours_court
    return sum((worth(kind, span, params) for span in spans), ZERO)


def by_day(kind: str, hours: Fraction, spans: Sequence[Span], params: Params) -> list[tuple[Span, Fraction]]:
    """``hours`` laid on the days of a claim, earlier days filled first; days that get none are left out."""
    if len(spans) == 1:
        return [(spans[0], hours)]
    found = []
    for span in spans:
        part = min(hours, worth(kind, span, params))
        if part > 0:
            found.append((span, part))
            hours -= part
    return found
