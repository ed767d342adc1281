"""What a transcript 学习档案 says: every year's figure, and every entry with what counts of it. Numbers are masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from courses.queries.hours import HourLine, lines_of, year_end, years_of
from staffing.models import HourYearLine, Person, Unit
from staffing.queries.policies import PolicyBook
from staffing.queries.standing import BookYear, HourBook


@dataclass(frozen=True)
class TranscriptYear:
    """One year; ``closed``: the line frozen when the year was closed, None while it is open."""

    book: BookYear
    lines: tuple[HourLine, ...]
    closed: HourYearLine | None

    @property
    def year(self) -> int:
        return self.book.year


@dataclass(frozen=True)
class Transcript:
    person: Person
    unit: Unit | None
    day: date
    years: tuple[TranscriptYear, ...]


def transcript(person: Person, today: date) -> Transcript:
    """All years of a person with entries, and this one; newest first. Five queries."""
    book, policies = HourBook(person.pk), PolicyBook()
    frozen = {row.closing.year: row for row in HourYearLine.objects.filter(person=person).select_related("closing")}
    years = []
    for year in years_of(book.rows, today):
        day = year_end(year, today)
        home = book.home(day)
        found = book.year(year, day, policies.on(day, home.locality if home else ""))
        years.append(TranscriptYear(found, lines_of(found), frozen.get(year)))
    return Transcript(person, book.home(today), today, tuple(years))
