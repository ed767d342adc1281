"""Which minutes of a person have earned hours already, and what stands in the ledger under a source."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import floor

from django.db.models import Q

from staffing.models import HourCredit, HourSpan, Person
from staffing.rules import hours
from staffing.rules.hours import Span

CHUNK = 2000
SOURCES_AT_ONCE = 100
SOURCE_LENGTH = 76


def base_source(source: str) -> str:
    """A source without its counter: what is corrected stands again as ``<source>#2``, ``#3``…"""
    return re.sub(r"#\d+$", "", source.strip())[:SOURCE_LENGTH]


def _under(sources: Iterable[str]) -> Q:
    wanted = Q()
    for source in sources:
        wanted |= Q(source=source) | Q(source__startswith=f"{source}#")
    return wanted


@dataclass
class Ledger:
    """``standing``: {(person id, source): entry not reversed}; ``used``: how many entries there ever were."""

    standing: dict[tuple[int, str], HourCredit] = field(default_factory=dict)
    used: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))


def ledger_under(person_ids: Iterable[int], sources: Iterable[str]) -> Ledger:
    """The entries of these people under these sources. A query for every 2,000 people and 100 sources."""
    found = Ledger()
    people, sources = sorted(set(person_ids)), sorted(set(sources))
    for at in range(0, len(people), CHUNK):
        for start in range(0, len(sources), SOURCES_AT_ONCE):
            rows = HourCredit.objects.filter(
                _under(sources[start : start + SOURCES_AT_ONCE]),
                person_id__in=people[at : at + CHUNK],
                reverses__isnull=True,
            )
            for row in rows.select_related("reversed_by").order_by("pk"):
                key = (row.person_id, base_source(row.source))
                found.used[key] += 1
                if getattr(row, "reversed_by", None) is None:
                    found.standing[key] = row
    return found


def standing_credit(person: Person | int, source: str) -> HourCredit | None:
    """The entry of ``person`` under ``source`` that has not been reversed; None when there is none. One query."""
    pk = person if isinstance(person, int) else person.pk
    return ledger_under([pk], [base_source(source)]).standing.get((pk, base_source(source)))


def taken_spans(spans_by_person: Mapping[int, Iterable[Span]]) -> dict[int, list[tuple[datetime, datetime, str]]]:
    """{person: [(start, end, source)]} of time that has earned hours and may touch the given spans; ``source`` is
    without its counter. One query for every 2,000 people.
    """
    wanted = {pk: list(spans) for pk, spans in spans_by_person.items()}
    people = sorted(pk for pk, spans in wanted.items() if spans)
    found: dict[int, list] = defaultdict(list)
    for at in range(0, len(people), CHUNK):
        part = people[at : at + CHUNK]
        first = min(start for pk in part for start, _end in wanted[pk])
        last = max(end for pk in part for _start, end in wanted[pk])
        rows = HourSpan.objects.filter(person_id__in=part, start__lt=last, end__gt=first)
        for pk, start, end, source in rows.values_list("person_id", "start", "end", "credit__source"):
            found[pk].append((start, end, base_source(source)))
    return found


def free_minutes(
    person_ids: Iterable[int], spans_by_person: Mapping[int, Iterable[Span]], ignore_source: str = ""
) -> dict[int, int]:
    """Whole minutes of each person's spans that have not earned hours elsewhere.

    ``ignore_source``: the source about to be credited; what stands under it now does not count as elsewhere. People
    without spans have 0. One query.
    """
    asked = {pk: list(spans_by_person.get(pk, ())) for pk in person_ids}
    taken, ignored = taken_spans(asked), base_source(ignore_source)
    found = {}
    for pk, spans in asked.items():
        elsewhere = [(start, end) for start, end, source in taken.get(pk, ()) if source != ignored]
        found[pk] = floor(hours.minutes_of(hours.free_spans(spans, elsewhere)))
    return found
