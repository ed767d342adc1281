"""Figures at month ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from portal.access import Scope
from staffing.queries.gaps import Desk
from staffing.queries.snapshot import month_ends

# Up to so many people a year of month ends takes a fraction of a second.
SMALL = 20_000


@dataclass(frozen=True)
class TrendPoint:
    """``hours_rate``: part of those due in that year who had reached its target by then; None without any record."""

    day: date
    officers: int
    downstream: Fraction | None
    target: Fraction
    reviewers_gap: int
    hours_due: int
    hours_met: int
    hours_rate: Fraction | None


def days_of(desk: Desk, months: int = 12) -> list[date]:
    """Month ends of a trend, oldest first, ending with the desk's own day; none before the first record."""
    first = desk.facts.earliest
    return [day for day in month_ends(desk.as_of, months) if first is not None and first <= day]


def is_quick(desk: Desk, months: int = 12) -> bool:
    """Can the trend be drawn with the page? In a large county it is computed apart the first time."""
    return len(desk.facts.ids) <= SMALL or all(desk.on(day).is_warm() for day in days_of(desk, months))


def trend_at(desk: Desk, months: int = 12) -> list[TrendPoint]:
    """The trend of the desk's unit; each day is judged by its own policy. No query but for a year's ledger."""
    points = []
    for day in days_of(desk, months):
        found = desk.on(day).figures()
        points.append(
            TrendPoint(
                day,
                found.headcount.officers,
                found.downstream.ratio,
                found.downstream.target,
                found.reviewers.gap,
                found.hours.due,
                found.hours.met,
                found.hours.rate if found.hours.recorded else None,
            )
        )
    return points


def trend(unit, as_of: date, *, scope: Scope, months: int = 12) -> list[TrendPoint]:
    """The last month ends and ``as_of``, oldest first. Raises Unit.DoesNotExist outside ``scope``."""
    return trend_at(Desk(unit, as_of, scope=scope), months)
