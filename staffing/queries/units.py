"""The unit tree for its page and for the select boxes of forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from portal.access import Scope
from staffing.models import Category, Membership, Unit


@dataclass(frozen=True)
class UnitLine:
    """A line of the tree: ``officers`` and ``auxiliaries`` in the establishment of this unit and of all below it."""

    unit: Unit
    depth: int
    parent_name: str
    mode: str
    officers: int
    auxiliaries: int
    quota: int | None
    closed: bool

    @property
    def vacant(self) -> int | None:
        """Approved posts not filled; negative when over quota. Auxiliaries hold no post."""
        return None if self.quota is None else self.quota - self.officers

    @property
    def over(self) -> int:
        """Officers above the approved posts."""
        return max(0, -(self.vacant or 0))


def tree(scope: Scope, day: date, *, closed: bool = False) -> list[UnitLine]:
    """Units in ``scope`` in tree order with their people on ``day`` (two queries). ``closed`` adds units closed by
    then.

    A unit without a quota of its own shows the sum of those below it.
    """
    units = list(Unit.objects.within(scope).order_by("path"))
    here: dict[int, list[int]] = {}
    rows = (
        Membership.objects.on(day)
        .order_by()
        .values("unit")
        .annotate(
            officers=Count("pk", filter=Q(category=Category.OFFICER)),
            auxiliaries=Count("pk", filter=Q(category=Category.AUXILIARY)),
        )
    )
    if not scope.everywhere:
        rows = rows.filter(unit__in=[unit.pk for unit in units])
    for row in rows:
        here[row["unit"]] = [row["officers"], row["auxiliaries"]]
    totals = {unit.path: [*here.get(unit.pk, (0, 0)), unit.quota or 0] for unit in units}
    by_path = {unit.path: unit for unit in units}
    for unit in reversed(units):
        above = totals.get(unit.path[: -Unit.steplen])
        if above is not None:
            mine = totals[unit.path]
            above[0] += mine[0]
            above[1] += mine[1]
            if by_path[unit.path[: -Unit.steplen]].quota is None:
                above[2] += mine[2]
    lines = []
    for unit in units:
        is_closed = bool(unit.closed and unit.closed <= day)
        if is_closed and not closed:
            continue
        parent = by_path.get(unit.path[: -Unit.steplen])
        officers, auxiliaries, quota = totals[unit.path]
        lines.append(
            UnitLine(
                unit=unit,
                depth=unit.depth - (units[0].depth if units else 1),
                parent_name=parent.name if parent else "",
                mode=unit.get_empower_mode_display() or (parent.get_empower_mode_display() if parent else ""),
                officers=officers,
                auxiliaries=auxiliaries,
                quota=unit.quota if unit.quota is not None else (quota or None),
                closed=is_closed,
            )
        )
    return lines


def choices(scope: Scope, day: date) -> QuerySet[Unit]:
    """Units that may be chosen in a form: in ``scope`` and not closed on ``day``, in tree order."""
    return Unit.objects.within(scope).filter(Q(closed__isnull=True) | Q(closed__gt=day)).order_by("path")


def find(scope: Scope, code: str) -> Unit:
    """The unit of this code. Raises Unit.DoesNotExist when it is out of reach."""
    return Unit.objects.within(scope).get(code=code)
