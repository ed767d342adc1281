"""Figures of a unit on a day. Everything is computed once for all units and kept until a fact changes."""

from __future__ import annotations

from datetime import date

from portal.access import Scope
from staffing.models import Unit
from staffing.queries import facts as store
from staffing.queries.figures import Figures
from staffing.queries.gaps_table import Table
from staffing.queries.policies import policy_for
from staffing.queries.snapshot import Snapshot
from staffing.queries.unit_tree import Tree, UnitInfo
from staffing.rules.params import Params

EVERYWHERE = Scope(everywhere=True)


class Desk:
    """One request's look at the figures: facts, policy and the viewer's scope, read once (two queries when warm)."""

    def __init__(self, unit: Unit | UnitInfo | None, as_of: date, *, scope: Scope, year: int | None = None):
        self.key, self.facts = store.current()
        self.tree: Tree = self.facts.tree
        self.as_of, self.scope, self.year = as_of, scope, year or as_of.year
        self.index = self._choose(unit)
        self.unit = self.tree.info(self.index)
        self.policy: Params = policy_for(as_of, self.unit)

    def _choose(self, unit) -> int:
        if unit is None and not self.scope.everywhere:
            indexes = [i for path in self.scope.paths if (i := self.tree.by_path.get(path)) is not None]
            if not indexes:
                raise Unit.DoesNotExist
            return min(indexes)
        index = self.tree.index_of(unit)
        if not self.covers(index):
            raise Unit.DoesNotExist
        return index

    def covers(self, index: int) -> bool:
        """May the viewer see figures of this unit?"""
        return self.scope.everywhere or (index != self.tree.root and self.scope.covers(self.tree.units[index].path))

    def snapshot(self, day: date | None = None) -> Snapshot:
        """Everybody's standing on a day."""
        day = day or self.as_of
        name = ("snapshot", day, self.policy, self.year)
        return store.derived(
            self.key, name, lambda: Snapshot(self.facts, day, self.policy, self.year), family="snapshot", keep=4
        )

    def table(self) -> Table:
        """Counts of all units on the day."""
        name = ("table", self.as_of, self.policy, self.year)
        return store.derived(
            self.key,
            name,
            lambda: Table(self.facts, self.as_of, self.policy, self.year, self.snapshot()),
            family="table",
            keep=48,
        )

    def figures(self, children: bool = False) -> Figures:
        return self.table().figures(self.index, children)

    def visible_units(self) -> list[UnitInfo]:
        """Units inside the viewer's scope, in tree order."""
        return [info for i, info in enumerate(self.tree.units) if self.covers(i)]


def figures(
    unit: Unit | UnitInfo | None, as_of: date, *, scope: Scope, year: int | None = None, children: bool = False
) -> Figures:
    """All figures of ``unit`` on ``as_of``; None: the viewer's first unit, or the whole tree.

    ``year``: the year of study hours. ``children``: also those of the units one level down.
    Raises Unit.DoesNotExist when the unit is not there or lies outside ``scope``.
    """
    return Desk(unit, as_of, scope=scope, year=year).figures(children)


def tree() -> list[UnitInfo]:
    """All units in tree order. No query of its own when facts are warm."""
    return list(store.current()[1].tree.units)


def earliest_day() -> date | None:
    """First day on which anybody is on record."""
    return store.current()[1].earliest


def find_unit(text: str) -> UnitInfo:
    """A unit by code, exact name or alias. Raises Unit.DoesNotExist; an ambiguous name counts as not found."""
    rows = Unit.objects.filter(code=text) or Unit.objects.filter(name=text) or Unit.objects.filter(aliases__name=text)
    found = list(rows[:2])
    if len(found) != 1:
        raise Unit.DoesNotExist(text)
    known = store.current()[1].tree
    return known.info(known.index_of(found[0]))
