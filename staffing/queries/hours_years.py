"""Years of study hours as closed books: what was frozen, and how today's figures differ from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from django.db.models import Count, Min, Q, QuerySet

from portal.access import EVERYWHERE, Scope
from staffing.models import HourCredit, HourYear, HourYearLine, Person, Policy, Unit
from staffing.queries import facts as store
from staffing.queries.gaps import Desk
from staffing.queries.gaps_table import Mask, members
from staffing.rules.params import Params

MOST_YEARS = 10


def closing_of(year: int) -> HourYear | None:
    """The closing of ``year``; None while it is open."""
    return HourYear.objects.filter(year=year).select_related("policy", "closed_by").first()


def covers_all(scope: Scope) -> bool:
    """Does ``scope`` reach the whole tree? Only then may a year be closed."""
    roots = Unit.objects.filter(depth=1).values_list("path", flat=True)
    return scope.everywhere or all(scope.covers(path) for path in roots)


def year_desk(year: int, policy: Policy | None = None) -> Desk:
    """The whole tree on the last day of ``year``, under ``policy`` or else the one in force on that day."""
    desk = Desk(None, date(year, 12, 31), scope=EVERYWHERE, year=year)
    if policy:
        desk.policy = Params.of(policy)
    return desk


def policy_of(desk: Desk) -> Policy | None:
    """The row of the policy a desk reckons with; None when nobody has entered any."""
    return Policy.objects.filter(code=desk.policy.code, start=desk.policy.start).first()


@dataclass(frozen=True)
class YearRow:
    """A year in the list, for one scope. ``due`` and ``met``: as closed, else as of its last day (or today) by today's
    facts.
    """

    year: int
    due: int
    met: int
    closing: HourYear | None
    running: bool

    @property
    def short(self) -> int:
        return self.due - self.met

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.met, self.due) if self.due else None


def years(today: date, scope: Scope = EVERYWHERE) -> list[YearRow]:
    """Years with entries up to the running one, latest first, at most MOST_YEARS, for people inside ``scope``. Four
    queries when facts are warm, and one for each closed year of a smaller scope.
    """
    first = HourCredit.objects.aggregate(first=Min("year"))["first"] or today.year
    closed = {row.year: row for row in HourYear.objects.select_related("policy", "closed_by")}
    earliest = max(min([first, *closed]), today.year - MOST_YEARS + 1)
    desk = Desk(None, today, scope=EVERYWHERE)
    return [_row(desk, year, closed.get(year), scope) for year in range(today.year, earliest - 1, -1)]


def year_row(year: int, today: date, scope: Scope) -> YearRow:
    """One year of the list."""
    return _row(Desk(None, today, scope=EVERYWHERE), year, closing_of(year), scope)


def _row(desk: Desk, year: int, closing: HourYear | None, scope: Scope) -> YearRow:
    if closing:
        due, met = (closing.due, closing.met) if scope.everywhere else counts_of(closing, scope)
        return YearRow(year, due, met, closing, False)
    running = year == desk.as_of.year
    desk = desk if running else desk.on(date(year, 12, 31))
    table, places = desk.table(), [desk.index]
    if not scope.everywhere:
        places = [desk.tree.by_path[path] for path in scope.paths if path in desk.tree.by_path]
    due, met = (sum(table.n(place, key) for place in places) for key in ("hours/of", "hours"))
    return YearRow(year, due, met, None, running)


@dataclass(frozen=True)
class Frozen:
    """One person's figures of a year, in 学时."""

    target: Decimal
    counted: Decimal
    online: Decimal
    met: bool


@dataclass
class Adjustment:
    """Somebody whose figures are no longer those of the closing. ``before`` None: was not due then; ``now`` None: is
    not due by today's facts. ``entries``: what was recorded after the closing.
    """

    person_id: int
    before: Frozen | None
    now: Frozen | None
    staff_no: str = ""
    name: str = ""
    unit_name: str = ""
    entries: list[HourCredit] = field(default_factory=list)

    @property
    def change(self) -> Decimal:
        """Hours counted more (or fewer) than when the year was closed."""
        return (self.now.counted if self.now else Decimal(0)) - (self.before.counted if self.before else Decimal(0))


@dataclass(frozen=True)
class Today:
    """Figures of a closed year by today's facts, for one scope: due, met, and who changed."""

    due: int
    met: int
    changed: list[Adjustment]


def lines_of(closing: HourYear, scope: Scope) -> QuerySet[HourYearLine]:
    """Frozen lines of units inside ``scope``, by staff number."""
    rows = HourYearLine.objects.filter(closing=closing).select_related("person", "unit")
    if not scope.everywhere:
        rows = rows.filter(scope.inside("unit__path"))
    return rows.order_by("person__staff_no")


def counts_of(closing: HourYear, scope: Scope) -> tuple[int, int]:
    """(due, met) of the frozen lines inside ``scope``."""
    told = lines_of(closing, scope).order_by().aggregate(due=Count("pk"), met=Count("pk", filter=Q(met=True)))
    return told["due"], told["met"]


def frozen_line(person_id: int, year: int) -> HourYearLine | None:
    """A person's line of a closed year; None when the year is open or they were not due."""
    return HourYearLine.objects.filter(closing__year=year, person=person_id).select_related("closing", "unit").first()


def today_of(closing: HourYear, scope: Scope) -> Today:
    """A closed year by today's facts and the policy it was closed under. Six queries when facts are warm."""
    desk = year_desk(closing.year, closing.policy)
    name = ("closed", closing.pk, desk.policy)
    due, met, before, changed = store.derived(desk.key, name, lambda: _compare(desk, closing), family="closed", keep=2)
    if not scope.everywhere:
        inside = set(Unit.objects.filter(scope.inside("path")).values_list("pk", flat=True))
        due, met = _inside(due, inside), _inside(met, inside)
        changed = {
            pk: pair for pk, pair in changed.items() if pair[2] in inside or (pk in before and before[pk] in inside)
        }
    return Today(len(due), len(met), _told(closing, changed))


def _inside(people: dict[int, int], units: set[int]) -> dict[int, int]:
    return {pk: unit for pk, unit in people.items() if unit in units}


def _compare(desk: Desk, closing: HourYear):
    """(due, met, closed) as {person: unit}, and of those who changed {person: (before, now, unit)}."""
    found = {line.person_id: line for line in figures_of(desk)}
    due = {pk: line.unit_id for pk, line in found.items()}
    met = {pk: line.unit_id for pk, line in found.items() if line.met}
    before, held = {}, {}
    rows = HourYearLine.objects.filter(closing=closing)
    for pk, unit, target, counted, online, reached in rows.values_list(
        "person_id", "unit_id", "target", "counted", "online", "met"
    ):
        before[pk], held[pk] = unit, Frozen(target, counted, online, reached)
    changed = {}
    for pk in held.keys() | found.keys():
        line = found.get(pk)
        now = Frozen(line.target, line.counted, line.online, line.met) if line else None
        if now != held.get(pk):
            changed[pk] = (held.get(pk), now, line.unit_id if line else before[pk])
    return due, met, before, changed


def figures_of(desk: Desk) -> list[HourYearLine]:
    """Lines, not saved, of everybody who is due on the desk's day, with the unit they count in."""
    s = desk.snapshot()
    rows = members(s, Mask(s.hours.due), desk.index)
    units = np.array([unit.id for unit in desk.tree.units] or [0])
    columns = (desk.facts.ids, units[s.base], s.hours.target, s.hours.counted, s.hours.online, s.hours.met)
    picked = [column[rows].tolist() for column in columns]
    return [
        HourYearLine(
            person_id=pk,
            unit_id=unit,
            target=Decimal(target) / 10,
            counted=Decimal(counted) / 10,
            online=Decimal(online) / 10,
            met=met,
        )
        for pk, unit, target, counted, online, met in zip(*picked, strict=True)
    ]


def _told(closing: HourYear, changed: dict) -> list[Adjustment]:
    """Changed people with their names and what was recorded since."""
    people = {
        pk: (staff_no, name)
        for pk, staff_no, name in Person.objects.filter(pk__in=changed).values_list("pk", "staff_no", "name")
    }
    units = dict(Unit.objects.filter(pk__in={pair[2] for pair in changed.values()}).values_list("pk", "name"))
    since = defaultdict(list)
    rows = HourCredit.objects.filter(person__in=changed, year=closing.year, recorded_at__gt=closing.closed_at)
    for row in rows.order_by("pk"):
        since[row.person_id].append(row)
    found = [
        Adjustment(pk, before, now, *people[pk], units.get(unit, ""), since[pk])
        for pk, (before, now, unit) in changed.items()
        if pk in people
    ]
    return sorted(found, key=lambda one: one.staff_no)
