"""Figures of a unit on a day. Everything is computed once for all units and kept until a fact changes."""

from __future__ import annotations

from copy import copy
from datetime import date

from portal.access import Scope
from staffing.models import Unit
from staffing.queries import facts as store
from staffing.queries.figures import Figures
from staffing.queries.gaps_table import Table
from staffing.queries.policies import PolicyBook
from staffing.queries.snapshot import Snapshot
from staffing.queries.unit_tree import Tree, UnitInfo
from staffing.rules.params import Params


class Desk:
    """One request's look at the figures: facts, policies and the viewer's scope, read once (two queries when warm).

    Raises Unit.DoesNotExist when ``unit`` is not there or lies outside ``scope``.
    """

    def __init__(self, unit: Unit | UnitInfo | None, as_of: date, *, scope: Scope, year: int | None = None):
        self.key, self.facts = store.current()
        self.book = PolicyBook()
        self.tree: Tree = self.facts.tree
        self.scope = scope
        self.passing = False
        self.index = self._choose(unit)
        self.unit = self.tree.info(self.index)
        self._look(as_of, year)

    def _look(self, as_of: date, year: int | None = None):
        self.as_of, self.year = as_of, year or as_of.year
        self.policy: Params = self.book.on(as_of, self.unit.locality)

    def on(self, day: date) -> Desk:
        """The same desk on another day, without any query."""
        other = copy(self)
        other._look(day)
        other.passing = day != self.as_of
        return other

    def of(self, code: str) -> Desk:
        """The same desk for another unit. Raises Unit.DoesNotExist when it is not there or outside the scope."""
        index = self.tree.by_code.get(code)
        if index is None or not self.covers(index):
            raise Unit.DoesNotExist
        other = copy(self)
        other.index, other.unit = index, self.tree.units[index]
        other._look(self.as_of)
        return other

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

    def snapshot(self) -> Snapshot:
        """Everybody's standing on the day."""
        return self._kept("snapshot", 4, lambda: Snapshot(self.facts, self.as_of, self.policy, self.year))

    def table(self) -> Table:
        """Counts of all units on the day."""
        return self._kept("table", 48, self._count)

    def _count(self) -> Table:
        # A day looked at in passing must not push the standing of the page's own day out.
        s = Snapshot(self.facts, self.as_of, self.policy, self.year) if self.passing else self.snapshot()
        return Table(s)

    def _kept(self, family: str, keep: int, make):
        name = (self.as_of, self.policy, self.year)
        return store.derived(self.key, name, make, family=family, keep=keep)

    def is_warm(self) -> bool:
        """Are the counts of the day at hand?"""
        return store.is_kept(self.key, (self.as_of, self.policy, self.year), family="table")

    def figures(self, children: bool = False) -> Figures:
        return self.table().figures(self.index, children)

    def ancestors(self) -> list[UnitInfo]:
        """Units above this one that the viewer may see, top first."""
        found, index = [], self.index
        while index != self.tree.root and (index := self.tree.parent[index]) != self.tree.root:
            if self.covers(index):
                found.append(self.tree.units[index])
        return found[::-1]


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


def find_unit(text: str) -> UnitInfo:
    """A unit by code, exact name or alias. Raises Unit.DoesNotExist; an ambiguous name counts as not found."""
    rows = Unit.objects.filter(code=text) or Unit.objects.filter(name=text) or Unit.objects.filter(aliases__name=text)
    found = list(rows[:2])
    if len(found) != 1:
        raise Unit.DoesNotExist(text)
    known = store.current()[1].tree
    return known.info(known.index_of(found[0]))
