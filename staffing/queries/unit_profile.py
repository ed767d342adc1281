"""Everything a unit's own page shows beyond its figures: who is there from where, who needs attention, what moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffing.models import Posting
from staffing.queries.facts import FOREVER, ordinal
from staffing.queries.gaps import Desk
from staffing.queries.people_of import NUMERATOR, Figure, People, PersonFact
from staffing.queries.snapshot import Snapshot
from staffing.rules.certificates import add_months

SHOWN = 40


@dataclass(frozen=True)
class Makeup:
    """Officers at the unit by where they come from; ``lent`` and ``sent`` work elsewhere."""

    own: int
    deployed: int
    borrowed: int
    auxiliaries: int
    lent: int
    sent: int
    on_leave: int

    @property
    def at_work(self) -> int:
        return self.own + self.deployed + self.borrowed


@dataclass(frozen=True)
class Line:
    """A person, the source seen from the unit (own, deployed, borrowed, lent, sent, auxiliary), what is amiss."""

    person: PersonFact
    source: str
    concerns: tuple[tuple[str, int | str], ...]


@dataclass(frozen=True)
class UnitPage:
    makeup: Makeup
    people: int
    lines: tuple[Line, ...]
    returning: int
    moves: tuple[Posting, ...]


def unit_page(desk: Desk) -> UnitPage:
    """The page of the desk's unit. Four queries beside the figures' own."""
    s = desk.snapshot()
    low, high = desk.tree.span(desk.index)

    def under(place):
        return (place >= low) & (place < high)

    home, base, actual = under(s.home), under(s.base), under(s.actual)
    here = s.active & (home | base | actual)
    makeup = Makeup(
        own=int((s.present & home & base).sum()),
        deployed=int((s.present & base & ~home).sum()),
        borrowed=int((s.officer & s.away & actual & ~base & ~s.on_leave).sum()),
        auxiliaries=int((s.auxiliary & base).sum()),
        lent=int((s.officer & s.away & base).sum()),
        sent=int((s.officer & home & ~base).sum()),
        on_leave=int((s.officer & s.on_leave & ~s.away & base).sum()),
    )
    concerns = _Concerns(desk, s)
    indexes = np.nonzero(here)[0]
    order = np.argsort(-concerns.weight[indexes], kind="stable")
    listed = indexes[order][:SHOWN]
    people = People(
        Figure("unit", desk.unit.name),
        NUMERATOR,
        desk.unit,
        desk.as_of,
        desk.policy,
        desk.facts.ids[listed].tolist(),
        None,
        s,
        listed,
    )
    sources = [_source(i, s, home, base, actual) for i in listed.tolist()]
    lines = [
        Line(person, source, tuple(concerns.of(i)))
        for person, source, i in zip(people.rows(), sources, listed.tolist(), strict=True)
    ]
    year_on = ordinal(add_months(desk.as_of, 12))
    inside = under(s.posting_home) | under(s.posting_to)
    due = desk.facts.posting_due[s.posting_rows]
    returning = int((inside & (due >= s.today) & (due <= year_on)).sum())
    return UnitPage(makeup, len(indexes), tuple(lines), returning, tuple(_moves(desk)))


def _source(i, s: Snapshot, home, base, actual) -> str:
    if s.auxiliary[i]:
        return "auxiliary"
    if s.away[i] and base[i]:
        return "lent"
    if base[i]:
        return "own" if home[i] else "deployed"
    return "borrowed" if s.away[i] and actual[i] else "sent"


class _Concerns:
    """What needs somebody's attention about each person; ``weight`` sorts the list."""

    def __init__(self, desk: Desk, s: Snapshot):
        self.s, self.facts = s, desk.facts
        size = len(s.facts.ids)
        rows = s.posting_rows
        self.due = np.full(size, FOREVER, dtype=np.int64)
        np.minimum.at(self.due, s.facts.postings.person[rows], s.facts.posting_due[rows])
        self.overdue = self.due < s.today
        self.returns = (self.due >= s.today) & (self.due <= s.today + s.params.return_alerts[0])
        self.uncertified = s.officer & ~s.in_force & ~s.expired
        self.short = s.hours.due & ~s.hours.met & s.hours.recorded
        flags = ((self.overdue, 32), (s.expired & s.officer, 16), (s.auxiliary & s.in_force, 16), (s.reminded, 8))
        flags += ((self.uncertified, 4), (self.returns, 2), (self.short, 1))
        self.weight = sum(np.where(flag, weight, 0) for flag, weight in flags)

    def of(self, i: int):
        """(key, number) of each concern, the gravest first."""
        s = self.s
        if self.overdue[i]:
            yield "overdue", int(s.today - self.due[i])
        if s.officer[i] and s.expired[i]:
            yield "expired", int(s.today - s.until[i])
        if s.auxiliary[i] and s.in_force[i]:
            yield "aux_certificate", 0
        if s.officer[i] and s.reminded[i]:
            yield "expiring", int(s.until[i] - s.today)
        if self.uncertified[i]:
            yield "uncertified", 0
        if self.returns[i]:
            yield "returns", int(self.due[i] - s.today)
        if self.short[i]:
            missing = max(s.hours.target[i] - s.hours.counted[i], s.hours.online_min[i] - s.hours.online[i])
            yield "hours", int(missing) / 10
        if s.retiring[i]:
            yield "retiring", 0
        if s.qualified[i]:
            yield "reviewer", 0
        elif s.legal_accepted[i] and s.officer[i]:
            yield "legal", 0


def _moves(desk: Desk, most: int = 30) -> list[Posting]:
    """Postings into the unit or of its people that began, ended or fell due in the last year, or soon will."""
    s, facts = desk.snapshot(), desk.facts
    low, high = desk.tree.span(desk.index)
    today = s.today
    last, soon = today - 365, today + 90
    start, end, due = facts.postings.start, facts.postings.end, facts.posting_due
    home, to = s.home[facts.postings.person], facts.posting_unit
    here = ((home >= low) & (home < high)) | ((to >= low) & (to < high))
    recent = (start > last) | ((end > last) & (end <= today)) | ((due > last) & (due <= soon) & (end > today))
    rows = np.flatnonzero(here & recent & (start <= today) & (end > start))
    rows = rows[np.lexsort((-facts.posting_id[rows], -start[rows]))][:most]
    ids = facts.posting_id[rows].tolist()
    kept = Posting.objects.select_related("person", "to_unit", "from_unit").in_bulk(ids)
    return [kept[pk] for pk in ids if pk in kept]
