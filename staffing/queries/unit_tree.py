"""The unit tree as arrays, in path order: the units under one unit are a slice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from django.utils.translation import gettext_lazy

from staffing.models import EmpowerMode, Unit, UnitKind

STEP = Unit.steplen


@dataclass(frozen=True)
class UnitInfo:
    """A unit as figures show it. ``mode`` is its own or the nearest ancestor's; ``id`` None is the whole forest."""

    id: int | None
    code: str
    name: str
    kind: str
    path: str = ""
    mode: str = ""
    own_mode: str = ""
    quota: int | None = None
    locality: str = ""
    short_name: str = ""
    opened: date | None = None
    closed: date | None = None
    depth: int = 0

    @property
    def label(self) -> str:
        return self.short_name or self.name

    def open_on(self, day: date) -> bool:
        return (self.opened is None or self.opened <= day) and (self.closed is None or day < self.closed)


EVERYTHING = UnitInfo(None, "", gettext_lazy("全部单位"), "")


class Tree:
    """``units[i]`` by path; ``parent[i]``; ``last[i]``: one past the last unit under i. Index ``root`` is the whole."""

    def __init__(self):
        rows = Unit.objects.order_by("path").values_list(
            "id",
            "code",
            "name",
            "kind",
            "path",
            "empower_mode",
            "quota",
            "locality",
            "short_name",
            "opened",
            "closed",
            "depth",
        )
        self.units: list[UnitInfo] = []
        self.by_path: dict[str, int] = {}
        parents = []
        for pk, code, name, kind, path, mode, quota, locality, short, opened, closed, depth in rows:
            above = self.by_path.get(path[:-STEP], -1)
            effective = mode or (self.units[above].mode if above >= 0 else "")
            self.by_path[path] = len(self.units)
            parents.append(above)
            self.units.append(
                UnitInfo(pk, code, name, kind, path, effective, mode, quota, locality, short, opened, closed, depth)
            )
        self.root = len(self.units)
        self.parent = [self.root if above < 0 else above for above in parents]
        self.last = list(range(1, self.root + 1))
        for i in range(self.root - 1, -1, -1):
            above = self.parent[i]
            if above != self.root:
                self.last[above] = max(self.last[above], self.last[i])
        self.last.append(self.root)
        self._sum_quotas()
        self.children: dict[int, list[int]] = {}
        for i, above in enumerate(self.parent):
            self.children.setdefault(above, []).append(i)
        self.by_id = {info.id: i for i, info in enumerate(self.units)}
        self.by_code = {info.code: i for i, info in enumerate(self.units)}
        self.in_town = self._under(UnitKind.TOWN)
        self.in_department = self._under(UnitKind.DEPARTMENT)

    def _sum_quotas(self) -> None:
        """A unit without a quota of its own has the sum of those right below it."""
        below: dict[int, int] = {}
        for i in range(self.root - 1, -1, -1):
            if self.units[i].quota is None and i in below:
                self.units[i] = replace(self.units[i], quota=below[i])
            if self.units[i].quota is not None:
                below[self.parent[i]] = below.get(self.parent[i], 0) + self.units[i].quota

    def _under(self, kind) -> np.ndarray:
        flags = np.zeros(self.root + 1, dtype=bool)
        for i, info in enumerate(self.units):
            flags[i] = info.kind == kind or flags[self.parent[i]]
        return flags

    def span(self, index: int) -> tuple[int, int]:
        """Half-open range of the indexes of a unit and everything under it."""
        return (0, self.root) if index == self.root else (index, self.last[index])

    def info(self, index: int) -> UnitInfo:
        return EVERYTHING if index == self.root else self.units[index]

    def index_of(self, unit) -> int:
        """Index of a Unit, UnitInfo or None. Raises Unit.DoesNotExist when the tree does not hold it."""
        if unit is None or unit.id is None:
            roots = self.children.get(self.root, [])
            return roots[0] if len(roots) == 1 else self.root
        try:
            return self.by_id[unit.id]
        except KeyError:
            raise Unit.DoesNotExist from None

    def accumulate(self, matrix: np.ndarray) -> np.ndarray:
        """Add every row into its parent's, bottom up (in place); row ``root`` receives the whole."""
        for i in range(self.root - 1, -1, -1):
            matrix[self.parent[i]] += matrix[i]
        return matrix

    def common(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Nearest common ancestor of each pair of indexes."""
        width = self.root + 1
        keys = one.astype(np.int64) * width + other
        distinct, inverse = np.unique(keys, return_inverse=True)
        found = np.array([self._common(int(key) // width, int(key) % width) for key in distinct], dtype=np.int64)
        return found[inverse] if len(distinct) else np.zeros(0, dtype=np.int64)

    def _common(self, one: int, other: int) -> int:
        while one != other:
            # Path order: an ancestor always has the smaller index, except the whole, which has the greatest.
            if one == self.root or other == self.root:
                return self.root
            if one > other:
                one = self.parent[one]
            else:
                other = self.parent[other]
        return one

    def topmost(self, indexes: list[int]) -> list[int]:
        """Leave out units that lie under another of the list."""
        kept: list[int] = []
        for i in sorted(indexes):
            if not kept or i >= self.last[kept[-1]]:
                kept.append(i)
        return kept

    def squads(self, day: date, people: list[int]) -> list[int]:
        """Squads that exist on ``day``: open, and with people or a mode of their own (``people``: under each unit).

        A town without any squad stands for its own where officers work in it directly.
        """
        found = [
            i
            for i, info in enumerate(self.units)
            if info.kind == UnitKind.SQUAD and info.open_on(day) and (people[i] or info.own_mode)
        ]
        for i, info in enumerate(self.units):
            if info.kind == UnitKind.TOWN and info.open_on(day) and people[i]:
                low, high = self.span(i)
                if not any(
                    self.units[j].kind == UnitKind.SQUAD and self.units[j].open_on(day) for j in range(low, high)
                ):
                    found.append(i)
        return self.topmost(found)

    def reviewed(self, squads: list[int], all_modes: bool) -> list[int]:
        """Of the squads, those that must have reviewers: empowered or of unknown mode, or all if the policy says so."""
        return [i for i in squads if all_modes or self.units[i].mode != EmpowerMode.RADIATED]
