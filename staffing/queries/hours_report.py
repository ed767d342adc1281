"""Study hours of everybody in a unit: what the ``hours`` command prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from portal.access import Scope
from staffing.models import HourYear, Person
from staffing.queries.gaps import Desk
from staffing.queries.gaps_table import Mask, members
from staffing.queries.hours_years import closing_of
from staffing.queries.unit_tree import UnitInfo
from staffing.rules.params import Params


@dataclass(frozen=True)
class HourLine:
    """One person's year, in 学时."""

    staff_no: str
    name: str
    unit: str
    unit_code: str
    target: float
    counted: float
    online: float
    met: bool
    missing: float


@dataclass(frozen=True)
class HourReport:
    unit: UnitInfo
    year: int
    as_of: date
    policy: Params
    due: int
    met: int
    lines: tuple[HourLine, ...]
    closed: HourYear | None = None

    def as_json(self) -> dict:
        """The document of the ``hours`` command."""
        return {
            "year": self.year,
            "as_of": self.as_of.isoformat(),
            "unit": {"code": self.unit.code, "name": str(self.unit.name), "kind": str(self.unit.kind)},
            "policy": self.policy.as_json(),
            "totals": {
                "due": self.due,
                "met": self.met,
                "short": self.due - self.met,
                "rate": self.met / self.due if self.due else None,
                "missing_hours": sum(line.missing for line in self.lines),
            },
            # Whole tree, as frozen: what the year counted on the day it was closed.
            "closed": {
                "at": timezone.localtime(self.closed.closed_at).isoformat(),
                "due": self.closed.due,
                "met": self.closed.met,
            }
            if self.closed
            else None,
            "people": [vars(line) for line in self.lines],
        }


def hour_report(unit, year: int, as_of: date, *, scope: Scope) -> HourReport:
    """Everybody in ``unit`` with a target in ``year``, up to ``as_of``. Raises Unit.DoesNotExist outside ``scope``."""
    desk = Desk(unit, as_of, scope=scope, year=year)
    s, table = desk.snapshot(), desk.table()
    names = {pk: (no, name) for pk, no, name in Person.objects.values_list("id", "staff_no", "name")}
    lines = []
    for i in members(s, Mask(s.hours.due), desk.index).tolist():
        staff_no, name = names[int(desk.facts.ids[i])]
        place = desk.tree.info(int(s.base[i]))
        target, counted, online = (int(array[i]) / 10 for array in (s.hours.target, s.hours.counted, s.hours.online))
        missing = (
            max(0, int(s.hours.target[i] - s.hours.counted[i]), int(s.hours.online_min[i] - s.hours.online[i])) / 10
        )
        lines.append(
            HourLine(staff_no, name, place.name, place.code, target, counted, online, bool(s.hours.met[i]), missing)
        )
    return HourReport(
        desk.unit,
        year,
        as_of,
        desk.policy,
        table.n(desk.index, "hours/of"),
        table.n(desk.index, "hours"),
        tuple(lines),
        closing_of(year),
    )
