"""Teaching a case step by step (domain §2.10): what may be shown, and how much time was spent on it (pure)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from courses.rules import workdays

# Time between two acts of the learner counts as reading up to this; who leaves the page open earns nothing by it.
LONGEST_PAUSE = timedelta(minutes=10)
# Fewer answers than these would tell who answered what (ux.md §6.11).
ENOUGH_ANSWERS = 5
STRIP_DAYS = 14

Span = tuple[datetime, datetime]


def opened(points: Sequence[str | None], answered: Collection[str], step: int) -> int:
    """How many steps may be shown. ``points``: for each step the id of its judgement, None for a step that is read.

    Never more than ``step``, never anything after a judgement that has no answer; at least the first step.
    """
    most = min(max(step, 1), len(points))
    for n, point in enumerate(points[:most], 1):
        if point is not None and point not in answered:
            return n
    return most


def all_open(points: Sequence[str | None], answered: Collection[str], step: int) -> bool:
    """Has the learner seen every step and judged at every point?"""
    return (
        bool(points) and opened(points, answered, step) == len(points) and not {*points} - {None} - {*(answered or ())}
    )


def least_minutes(stated: int | None, about: int) -> int:
    """Minutes the case takes at least: as the editor stated, else half of what it takes about, rounded up."""
    return ceil(about / 2) if stated is None else stated


def add_dwell(spans: Sequence[Span], since: datetime | None, now: datetime) -> list[Span]:
    """``spans`` with the time from the last act to ``now``, at most LONGEST_PAUSE of it; neighbours joined."""
    found = list(spans)
    if since is None or now <= since:
        return found
    end = min(now, since + LONGEST_PAUSE)
    if found and found[-1][1] == since:
        found[-1] = (found[-1][0], end)
    elif not found or found[-1][1] < since:
        found.append((since, end))
    return found


def seconds_of(spans: Sequence[Span]) -> int:
    """Whole seconds of disjoint spans."""
    return int(sum((end - start for start, end in spans), timedelta()).total_seconds())


@dataclass(frozen=True)
class StripDay:
    """A day of the calendar strip: does it count as a working day, what happened on it."""

    day: date
    works: bool
    names: tuple[str, ...] = ()


def strip(events: Sequence[tuple[date, str]], calendar: workdays.Calendar = workdays.CHINA) -> list[StripDay]:
    """The days around the latest events, so that a term can be counted by eye: at most STRIP_DAYS, ending with the
    last event and beginning with the earliest one that still fits. Nothing when that is a single event.
    """
    if not events:
        return []
    last = max(day for day, _name in events)
    near = [(day, name) for day, name in events if (last - day).days < STRIP_DAYS]
    first = min(day for day, _name in near)
    if first == last:
        return []
    return [
        StripDay(day, calendar.is_workday(day), tuple(name for when, name in near if when == day))
        for day in workdays.days(first, last)
    ]
