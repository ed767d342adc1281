"""Who will miss the year's hours at today's pace (pure; hours in 学时, months as exact parts)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from staffing.rules.hours import ZERO, floor_half

FULL = 12


@dataclass(frozen=True)
class Forecast:
    """Where somebody stands on 31 December if they go on as so far. ``needed``: hours a month from now on."""

    projected: Fraction
    online: Fraction
    will_meet: bool
    needed: Fraction


@dataclass(frozen=True)
class Stand:
    """What a forecast is made of: the figure of the day, and the months of the year that were due.

    ``first_month``: January, or that of joining. ``months_due``: of the whole year, long leave that has passed taken
    off (staffing.rules.hours.months_due).
    """

    counted: Fraction
    online: Fraction
    target: Fraction
    online_min: Fraction
    online_max: Fraction | None
    months_due: int
    first_month: int = 1


def passed(day: date, first_month: int, months_due: int) -> Fraction:
    """Months due that have passed by the end of ``day``; a month that runs counts by its days. Leave lies behind us."""
    gone = Fraction(day.month - first_month) + Fraction(day.day, monthrange(day.year, day.month)[1])
    off = FULL + 1 - first_month - months_due
    return min(max(gone - off, ZERO), Fraction(months_due))


def forecast(stand: Stand, day: date) -> Forecast:
    """The year's end at the pace of the months so far: so much a month goes on to 31 December.

    Online hours stay under their ceiling. Who has met the target keeps it. Before the first month due nothing can be
    told: such a person counts as going to meet it.
    """
    gone = passed(day, stand.first_month, stand.months_due)
    left = Fraction(stand.months_due) - gone
    met = stand.counted >= stand.target and stand.online >= stand.online_min
    missing = max(stand.target - stand.counted, stand.online_min - stand.online, ZERO)
    needed = missing / left if left else missing
    if not gone:
        return Forecast(stand.counted, stand.online, True, needed)
    times = Fraction(stand.months_due) / gone
    online = stand.online * times
    if stand.online_max is not None:
        online = max(min(online, stand.online_max), stand.online)
    total = (stand.counted - stand.online) * times + online
    will = met or (floor_half(total) >= stand.target and online >= stand.online_min)
    return Forecast(floor_half(total), floor_half(online), will, needed)
