"""Units a roster needs and the tree lacks: which are created, below what, and which known ones learn their mode."""

from __future__ import annotations

import re

from staffing.roster.diff.facts import Tree, UnitFact
from staffing.roster.diff.model import UNIT, Change, Conflict

MODES = {"赋权": "empowered", "部门派驻+辐射": "radiated"}
_COUNTY = re.compile(r"^(.{1,12}?[县区市旗])")


def propose(plan, tree: Tree, needed: set[str]) -> list[Change]:
    """Creations in order, parents first. Outside bodies are created only when somebody's post is there (``needed``).

    Everything hangs under one county; when neither tree nor roster has one, the bureau's name tells it.
    """
    proposals = [p for p in plan.units_proposed if tree.find(p.name) is None]
    proposals = [p for p in proposals if p.kind != "external" or p.name in needed]
    if not proposals:
        return []
    changes: list[Change] = []
    root = _root(proposals, tree, changes)
    pending, progress = list(proposals), True
    while pending and progress:
        progress, left = False, []
        for proposal in pending:
            parent = tree.find(proposal.parent) if proposal.parent else None
            if proposal.parent and parent is None and any(p.name == proposal.parent for p in pending):
                left.append(proposal)
                continue
            progress = True
            if parent is None and proposal.kind != "county":
                parent = root
            _add(tree, changes, proposal.name, proposal.kind, MODES.get(proposal.mode, ""), parent)
        pending = left
    return changes


def _root(proposals, tree: Tree, changes: list[Change]):
    for unit in tree.roots():
        if unit.kind == "county":
            return unit.ref
    county = next((p for p in proposals if p.kind == "county"), None)
    if county is not None:
        _add(tree, changes, county.name, "county", "", None)
        proposals.remove(county)
        return county.name
    bureau = next((p for p in proposals if p.kind in ("bureau", "department")), None)
    found = _COUNTY.match(bureau.name) if bureau else None
    if found and tree.find(found[1]) is None:
        _add(tree, changes, found[1], "county", "", None)
        return found[1]
    roots = tree.roots()
    return roots[0].ref if len(roots) == 1 else None


def _add(tree: Tree, changes: list[Change], name: str, kind: str, mode: str, parent) -> None:
    tree.add(UnitFact(ref=name, name=name, kind=kind, mode=mode, parent=parent))
    after = {"name": name, "kind": kind, "empower_mode": mode, "parent": parent}
    changes.append(Change("unit", UNIT, 0, None, None, after))


def learn_modes(plan, tree: Tree, changes: list[Change], conflicts: list[Conflict]) -> None:
    """A known town or squad without a mode takes the one its people's rows name; a different one is only reported."""
    told: dict[object, tuple[str, str, int]] = {}
    for row in plan.rows:
        record = row.record
        mode = MODES.get(record.get("town_mode") or "", "") if record else ""
        ref = tree.find(record.get("working_unit")) if mode else None
        if isinstance(ref, int) and row.action in ("accept", "fix", "merge"):
            told.setdefault(ref, (mode, row.sheet, row.row))
    for ref, (mode, sheet, number) in told.items():
        unit = tree[ref]
        if unit.kind not in ("town", "squad") or unit.mode == mode:
            continue
        parent = tree[unit.parent].mode if unit.parent is not None else ""
        known = unit.mode or parent
        if not known:
            changes.append(Change("unit", UNIT, 0, ref, {"empower_mode": ""}, {"empower_mode": mode}, sheet, number))
            unit.mode = mode
        elif known != mode:
            conflicts.append(Conflict("MODE_DIFFERS", 0, unit.name, "empower_mode", known, mode, sheet, number))
