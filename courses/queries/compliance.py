"""学时达标 of a unit and the units below it, and the people behind each number. The figures are staffing's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from courses.rules import pace
from staffing.queries.facts import derived, ordinal, to_date
from staffing.queries.figures import HoursFigure
from staffing.queries.gaps import Desk
from staffing.queries.gaps_table import Mask, place_counts
from staffing.queries.people_of import DENOMINATOR, MISSING, NUMERATOR, People, PersonFact, people_at
from staffing.queries.snapshot import Snapshot
from staffing.queries.unit_tree import UnitInfo
from staffing.rules import hours

# Those of the missing who will not get there at today's pace.
BEHIND = "behind"
SIDES = (MISSING, BEHIND, NUMERATOR, DENOMINATOR)
TENTHS = 10


@dataclass(frozen=True)
class UnitLine:
    """One unit. ``behind``: who will miss the target by 31 December at today's pace; ``missing``: hours in all."""

    unit: UnitInfo
    figure: HoursFigure
    behind: int
    missing: Fraction

    @property
    def known(self) -> bool:
        """Is there anything to judge: people due, and entries?"""
        return self.figure.rate is not None and bool(self.figure.recorded)


@dataclass(frozen=True)
class Board:
    whole: UnitLine
    children: tuple[UnitLine, ...]


@dataclass(frozen=True)
class Outlook:
    """Per person: ``behind`` flags, hours ``missing`` in tenths; both summed under every unit."""

    forecasts: dict[int, pace.Forecast]
    behind: np.ndarray
    missing: np.ndarray
    behind_under: list[int]
    missing_under: list[int]


def board(desk: Desk) -> Board:
    """The unit of the desk and those one level below. No query of its own when facts are warm."""
    figures, outlook = desk.figures(children=True), outlook_of(desk)

    def line(one) -> UnitLine:
        index = desk.tree.by_code.get(one.unit.code, desk.tree.root)
        return UnitLine(
            one.unit, one.hours, outlook.behind_under[index], Fraction(outlook.missing_under[index], TENTHS)
        )

    return Board(line(figures), tuple(line(child) for child in figures.children if child.hours.due))


def outlook_of(desk: Desk) -> Outlook:
    """Everybody's forecast on the day of the desk; made once until a fact changes."""
    name = (desk.as_of, desk.policy, desk.year)
    return derived(desk.key, name, lambda: _outlook(desk.snapshot()), family="pace", keep=8)


def _outlook(s: Snapshot) -> Outlook:
    h = s.hours
    missing = np.maximum(np.maximum(h.target - h.counted, h.online_min - h.online), 0)
    missing[~h.due] = 0
    forecasts, known = {}, {}
    behind = np.zeros(len(missing), dtype=bool)
    firsts = _first_months(s)
    until = min(s.day, date(s.year, 12, 31))
    for i in np.nonzero(h.due & ~h.met)[0].tolist():
        key = (int(h.counted[i]), int(h.online[i]), int(h.months[i]), int(firsts[i]))
        if key not in known:
            known[key] = pace.forecast(_stand(s, i, key), until)
        forecasts[i] = known[key]
        behind[i] = not known[key].will_meet
    columns = [place_counts(s, Mask(behind)), place_counts(s, Mask(missing > 0), missing)]
    sums = s.facts.tree.accumulate(np.column_stack(columns).astype(np.int64)).tolist()
    return Outlook(forecasts, behind, missing, [row[0] for row in sums], [row[1] for row in sums])


def _first_months(s: Snapshot) -> np.ndarray:
    """The month from which the year was due: January, or that of joining."""
    found = np.ones(len(s.facts.ids), dtype=np.int64)
    first, beyond = ordinal(date(s.year, 1, 1)), ordinal(date(s.year + 1, 1, 1))
    who = np.nonzero(s.active)[0]
    rows = s.membership[who]
    joined = s.facts.joined[rows]
    late = s.facts.joined_known[rows] & (joined >= first) & (joined < beyond)
    found[who[late]] = [to_date(int(day)).month for day in joined[late]]
    return found


def _stand(s: Snapshot, i: int, key: tuple[int, int, int, int]) -> pace.Stand:
    counted, online, months, first = key
    return pace.Stand(
        Fraction(counted, TENTHS),
        Fraction(online, TENTHS),
        Fraction(int(s.hours.target[i]), TENTHS),
        hours.online_minimum(months, s.params),
        hours.online_maximum(months, s.params),
        months,
        first,
    )


# --- the people ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HourFact:
    """One line of the list; hours in 学时. ``forecast`` None for who has met the target."""

    person: PersonFact
    target: Fraction
    counted: Fraction
    online: Fraction
    missing: Fraction
    online_missing: Fraction
    met: bool
    forecast: pace.Forecast | None


def people(desk: Desk, side: str) -> People:
    """The people of one side of the figure, in order of staff number. Raises KeyError for an unknown side."""
    if side not in SIDES:
        raise KeyError(side)
    found = people_at(desk, "hours", MISSING if side == BEHIND else side)
    if side == BEHIND:
        flags = outlook_of(desk).behind
        found = found.keep(pk for pk, index in zip(found.ids, found.indexes.tolist(), strict=True) if flags[index])
    return found


def facts(desk: Desk, found: People, start: int = 0, stop: int | None = None) -> list[HourFact]:
    """Lines ``start`` to ``stop`` of a list. Two queries a thousand lines."""
    h, outlook = found.snapshot.hours, outlook_of(desk)
    rows = found.rows(start, stop)
    return [
        HourFact(
            row,
            *(Fraction(int(array[i]), TENTHS) for array in (h.target, h.counted, h.online, outlook.missing)),
            Fraction(max(0, int(h.online_min[i] - h.online[i])), TENTHS),
            bool(h.met[i]),
            outlook.forecasts.get(i),
        )
        for row, i in zip(rows, found.indexes[start:stop].tolist(), strict=True)
    ]
