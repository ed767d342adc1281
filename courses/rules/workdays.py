"""Working days (工作日): 行政处罚法 第八十五条 counts its terms of two, three, five and seven days in them.

The day on which something happens is not counted; the term ends with the last counted working day. Days off and
make-up days are those of the yearly notice 国务院办公厅关于部分节假日安排的通知, kept with their source in
courses/data/holidays.toml. Of a year that is not in the table only weekends are known: ``Calendar.knows`` tells, and
whoever shows a date must say so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DAY = timedelta(days=1)
HOLIDAYS = Path(__file__).parent.parent / "data" / "holidays.toml"


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


def read_notices(text: str) -> Calendar:
    """The calendar of a holiday table (TOML, see courses/data/holidays.toml).

    Raises ValueError naming the year: no notice named as the source, a range out of order or of another year, a day of
    the week worked "instead", a day both off and worked.
    """
    off, on, years = set(), set(), set()
    for name, notice in tomllib.loads(text).items():
        year, free, worked = int(name), set(), set(notice["worked"])
        for first, last in notice["off"]:
            if not first <= last:
                raise ValueError(f"{year}: {first} is after {last}")
            free.update(days(first, last))
        wrong = [day for day in free | worked if day.year != year]
        wrong += [day for day in worked if day.weekday() < 5 or day in free]
        if wrong or not notice["source"].strip():
            raise ValueError(f"{year}: {', '.join(map(str, sorted(wrong))) or 'no source'}")
        off, on = off | free, on | worked
        years.add(year)
    return Calendar(frozenset(off), frozenset(on), frozenset(years))


CHINA = read_notices(HOLIDAYS.read_text(encoding="utf-8"))
