"""Figures at month ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from portal.access import Scope
from staffing.queries.gaps import Desk
from staffing.queries.snapshot import month_ends


@dataclass(frozen=True)
class TrendPoint:
    """``hours_rate``: part of those due in that year who had reached the year's target by then."""

    day: date
    officers: int
    downstream: Fraction | None
    target: Fraction
    reviewers_gap: int
    hours_due: int
    hours_met: int
    hours_rate: Fraction | None


def trend(unit, as_of: date, *, scope: Scope, months: int = 12) -> list[TrendPoint]:
    """The last month ends and ``as_of``, oldest first; days before the first record are left out.

    Each day is judged by the policy of that day. Raises Unit.DoesNotExist outside ``scope``.
    """
    points = []
    for day in month_ends(as_of, months):
        desk = Desk(unit, day, scope=scope)
        if desk.facts.earliest is None or day < desk.facts.earliest:
            continue
        found = desk.figures()
        points.append(
            TrendPoint(
                day,
                found.headcount.officers,
                found.downstream.ratio,
                found.downstream.target,
                found.reviewers.gap,
                found.hours.due,
                found.hours.met,
                found.hours.rate,
            )
        )
    return points
