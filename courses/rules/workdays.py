"""Working days (工作日): 行政处罚法 第八十五条 counts its terms of two, three, five and seven days in them.

The day on which something happens is not counted; the term ends with the last counted working day. Days off and
make-up days are those of the yearly notice 国务院办公厅关于部分节假日安排的通知. Of a year that is not in the table
only weekends are known: ``Calendar.knows`` tells, and whoever shows a date must say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
# Per year: ranges off (month, day, month, day), and weekend days worked instead.
NOTICES: dict[int, tuple[tuple[tuple[int, int, int, int], ...], tuple[tuple[int, int], ...]]] = {
    2022: (
        ((1, 1, 1, 3), (1, 31, 2, 6), (4, 3, 4, 5), (4, 30, 5, 4), (6, 3, 6, 5), (9, 10, 9, 12), (10, 1, 10, 7)),
        ((1, 29), (1, 30), (4, 2), (4, 24), (5, 7), (10, 8), (10, 9)),
    ),
    2023: (
        ((1, 1, 1, 2), (1, 21, 1, 27), (4, 5, 4, 5), (4, 29, 5, 3), (6, 22, 6, 24), (9, 29, 10, 6), (12, 30, 12, 31)),
        ((1, 28), (1, 29), (4, 23), (5, 6), (6, 25), (10, 7), (10, 8)),
    ),
    2024: (
        ((1, 1, 1, 1), (2, 10, 2, 17), (4, 4, 4, 6), (5, 1, 5, 5), (6, 8, 6, 10), (9, 15, 9, 17), (10, 1, 10, 7)),
        ((2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)),
    ),
    2025: (
        ((1, 1, 1, 1), (1, 28, 2, 4), (4, 4, 4, 6), (5, 1, 5, 5), (5, 31, 6, 2), (10, 1, 10, 8)),
        ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11)),
    ),
    2026: (
        ((1, 1, 1, 3), (2, 15, 2, 23), (4, 4, 4, 6), (5, 1, 5, 5), (6, 19, 6, 21), (9, 25, 9, 27), (10, 1, 10, 7)),
        ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)),
    ),
}


def days(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included."""
    day = first
    while day <= last:
        yield day
        day += DAY


@dataclass(frozen=True)
class Calendar:
    """``off``: days of a holiday notice without work; ``on``: weekend days worked; ``years``: years with a notice."""

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def knows(self, year: int) -> bool:
        """Is the year's holiday notice in the table?"""
        return year in self.years

    def is_holiday(self, day: date) -> bool:
        """A day off by the holiday notice, on whatever weekday."""
        return day in self.off

    def is_workday(self, day: date) -> bool:
        """Is it worked on this day?"""
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def add(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day``, which is not counted; 0 is the day itself."""
        while n > 0:
            day += DAY
            n -= self.is_workday(day)
        return day

    def count(self, start: date, end: date) -> int:
        """Working days in (start, end]."""
        return sum(self.is_workday(day) for day in days(start + DAY, end))


def _calendar() -> Calendar:
    off, on = set(), set()
    for year, (ranges, worked) in NOTICES.items():
        for month, day, to_month, to_day in ranges:
            off.update(days(date(year, month, day), date(year, to_month, to_day)))
        on.update(date(year, month, day) for month, day in worked)
    return Calendar(frozenset(off), frozenset(on), frozenset(NOTICES))


CHINA = _calendar()
