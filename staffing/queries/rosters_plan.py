"""From a file to a comparison without writing anything: read in a child process, plan, load the facts, compare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date

from portal import crypto
from portal.access import EVERYWHERE, Scope
from portal.sheets import Book, read_book_safely
from staffing import files
from staffing.models import ColumnMemory, RosterImport, Unit
from staffing.queries import rosters_facts
from staffing.roster import KnownUnit, Plan, plan_book
from staffing.roster.diff import Diff, Facts, compare
from staffing.roster.resolve import Decisions
from staffing.roster.store import StoredDiff, StoredPlan

Progress = Callable[[int, int, str], None]


def read(path: str, name: str) -> Book:
    """The workbook, parsed in a child process. Raises portal.sheets.SheetError."""
    return read_book_safely(path, name=name)


def remembered(unit: Unit | None) -> dict[str, str]:
    """How this unit's headers were mapped before; what everybody agreed on (no unit) comes first and may be
    overridden.
    """
    rows = ColumnMemory.objects.filter(unit__isnull=True) | ColumnMemory.objects.filter(unit=unit)
    ordered = sorted(rows.values_list("unit_id", "header", "canonical"), key=lambda row: row[0] is not None)
    return {header: canonical for _unit, header, canonical in ordered}


def make_plan(
    book: Book, *, as_of: date, mapping: dict[str, str] | None = None, sheets=None, unit=None, progress=None
) -> Plan:
    """Rows planned against the known unit names; explicit ``mapping`` wins over the remembered one."""
    known = [KnownUnit(name, kind, aliases) for name, kind, aliases in rosters_facts.known_units()]
    return plan_book(
        book,
        as_of=as_of,
        known_units=known,
        mapping={**remembered(unit), **(mapping or {})},
        sheets=sheets or None,
        progress=progress,
    )


def compare_plan(
    plan: Plan,
    *,
    as_of: date,
    scope: Scope = EVERYWHERE,
    decisions: dict | None = None,
    accept_review: bool = False,
    complete: bool = True,
    unit: Unit | None = None,
) -> tuple[Diff, Facts]:
    """What importing the plan would change today, within ``scope``."""
    decided = Decisions(opened(decisions or {}), accept_review)
    left = {int(key[5:]) for key in decided.stored if key.startswith("left!") and key[5:].isdigit()}
    facts = rosters_facts.load(plan, as_of=as_of, scope=scope, complete=complete, unit=unit, left=left)
    diff = compare(
        plan, facts, as_of=as_of, decisions=decided, complete=complete, fallback_unit=unit.pk if unit else None
    )
    return diff, facts


def sealed(decision: dict) -> dict:
    """A decision as it is kept: an ID number typed with it is encrypted."""
    number = (decision.get("set") or {}).get("id_number")
    if not isinstance(number, str) or not number:
        return decision
    return {**decision, "set": {**decision["set"], "id_number": {"sealed": crypto.encrypt(number)}}}


def opened(decisions: dict[str, dict]) -> dict[str, dict]:
    """Decisions as the comparison takes them. Raises portal.crypto.UnknownKeyError."""
    found = {}
    for key, decision in decisions.items():
        given = decision.get("set") or {}
        if isinstance(number := given.get("id_number"), dict):
            decision = {**decision, "set": {**given, "id_number": crypto.decrypt(number["sealed"])}}
        found[key] = decision
    return found


def basis(batch: RosterImport) -> str:
    """Fingerprint of what a stored comparison rests on beside the facts: decisions, mapping, sheets."""
    text = json.dumps(
        [batch.decisions, batch.mapping, batch.sheets, batch.as_of.isoformat(), batch.is_complete], sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_current(batch: RosterImport, revision: int) -> bool:
    """Does the stored comparison still speak of today's facts and the latest decisions?"""
    return batch.base_revision == revision and batch.changes.get("basis") == basis(batch)


def diff_name(plan_file: str) -> str:
    """The comparison lies beside its plan."""
    return plan_file.removesuffix(".plan") + ".diff"


def stored_plan(batch: RosterImport) -> StoredPlan:
    """The plan of an import. Raises FileNotFoundError when the file is gone."""
    return StoredPlan(files.open_stored(batch.plan_file), unseal=crypto.unseal)


def stored_diff(batch: RosterImport) -> StoredDiff:
    """The comparison of an import. Raises FileNotFoundError when the file is gone."""
    return StoredDiff(files.open_stored(diff_name(batch.plan_file)), unseal=crypto.unseal)
