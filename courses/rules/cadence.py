"""The rhythm of a lecture series and how far its year plan was kept (计划、已办、缺办、待办). Days only, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKLY, FORTNIGHTLY, MONTHLY, QUARTERLY = "weekly", "fortnightly", "monthly", "quarterly"
DAYS = {WEEKLY: 7, FORTNIGHTLY: 14}
MONTHS = {MONTHLY: 1, QUARTERLY: 3}
# A plan is made for a year; nobody means more.
MOST_DAYS = 400

HELD, LIVE, MISSED, TODO, DROPPED = "held", "live", "missed", "todo", "dropped"


def occurrences(cadence: str, first: date, until: date) -> list[date]:
    """Days from ``first`` to ``until`` (both included) in the rhythm: the same weekday every one or two weeks, or the
    same weekday of the month (第一个周三; the last one where a month has no fifth). Raises ValueError for an unknown
    rhythm and for more than MOST_DAYS.
    """
    if (until - first).days > MOST_DAYS:
        raise ValueError("a plan spans at most a year")
    if cadence in DAYS:
        step = DAYS[cadence]
        return [first + timedelta(days=n) for n in range(0, max(0, (until - first).days + 1), step)]
    if cadence not in MONTHS:
        raise ValueError(cadence)
    nth, found, month = (first.day - 1) // 7, [], first.year * 12 + first.month - 1
    while True:
        day = _nth_weekday(*divmod(month, 12), first.weekday(), nth)
        if day > until:
            return found
        found.append(day)
        month += MONTHS[cadence]


def _nth_weekday(year: int, month0: int, weekday: int, nth: int) -> date:
    begin = date(year, month0 + 1, 1)
    day = begin + timedelta(days=(weekday - begin.weekday()) % 7 + 7 * nth)
    return day if day.month == begin.month else day - timedelta(days=7)


def split(days: Iterable[date], closed: Mapping[date, str]) -> tuple[list[date], dict[date, str]]:
    """(days to plan, {day left out: why}): ``closed`` names the days on which no lecture is planned (节假日)."""
    kept, out = [], {}
    for day in days:
        if day in closed:
            out[day] = closed[day]
        else:
            kept.append(day)
    return kept, out


@dataclass(frozen=True)
class Held:
    """The session of a planned day, as far as the rhythm cares. ``live``: it has begun and is not over."""

    held: bool = False
    live: bool = False


def mark_of(day: date, today: date, session: Held | None, *, dropped: bool = False) -> str:
    """What became of a planned day.

    HELD: its session was held (also on a later day, 补办). LIVE: it is being held. MISSED: the day has passed and no
    session was held for it. TODO: it lies ahead, or its session does (a make-up that is arranged), or the session is
    over and still to be recorded. DROPPED: taken out of the plan; unless a session was held for it after all.
    """
    if session is not None and session.held:
        return HELD
    if session is not None and session.live:
        return LIVE
    if dropped:
        return DROPPED
    if session is not None:
        return TODO
    return MISSED if day < today else TODO


@dataclass(frozen=True)
class Tally:
    """Planned = held + missed + todo. ``dropped`` and ``extra`` (held without a planned day) stand outside."""

    planned: int
    held: int
    missed: int
    todo: int
    dropped: int = 0
    extra: int = 0


def tally(marks: Sequence[str], *, extra: int = 0) -> Tally:
    """Counts of a year's marks; one being held counts as held."""
    found = Counter(marks)
    held = found[HELD] + found[LIVE]
    return Tally(held + found[MISSED] + found[TODO], held, found[MISSED], found[TODO], found[DROPPED], extra)
