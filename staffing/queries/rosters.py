"""Imports as their pages list and open them; always through the viewer's scope."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from portal import audit
from portal.access import Scope
from portal.crypto import UnknownKeyError
from staffing.models import ImportChange, Person, RosterImport, Unit
from staffing.queries.rosters_plan import is_current, stored_diff, stored_plan
from staffing.roster.store import StoredDiff, StoredPlan

WORKING = (RosterImport.State.READING, RosterImport.State.COMMITTING)
WAITING = (RosterImport.State.PREVIEW, RosterImport.State.MAPPING)


def visible(scope: Scope, user) -> QuerySet[RosterImport]:
    """Imports of units inside the scope, and the viewer's own."""
    rows = RosterImport.objects.select_related("unit", "uploaded_by", "job").order_by("-uploaded_at", "-number")
    if scope.everywhere:
        return rows
    return rows.filter(Q(uploaded_by=user) | Q(unit__in=Unit.objects.within(scope)))


def waiting(scope: Scope, user) -> QuerySet[RosterImport]:
    """Imports that wait for somebody to look at them."""
    return visible(scope, user).filter(state__in=WAITING)


def units(scope: Scope) -> QuerySet[Unit]:
    """Units an import may be said to come from."""
    return Unit.objects.within(scope).filter(closed__isnull=True).order_by("path")


def undecided(batch: RosterImport) -> int:
    """Review rows nobody has decided about."""
    decided = sum(1 for key in batch.decisions if not key.startswith("left!"))
    return max(0, batch.totals.get("review", 0) - decided)


def taken(batch: RosterImport) -> int:
    """Rows that would be written: accepted, mended, merged, and decided otherwise than to leave out."""
    counted = sum(batch.totals.get(action, 0) for action in ("accept", "fix", "merge"))
    decided = (d for key, d in batch.decisions.items() if not key.startswith("left!"))
    refused = batch.changes.get("refused", 0)
    return max(0, counted + sum(1 for d in decided if d.get("choice") != "skip") - refused)


def current(batch: RosterImport) -> bool:
    """Does the stored comparison speak of today's facts and the latest decisions?"""
    return is_current(batch, audit.revision("figures"))


def plan_of(batch: RosterImport) -> StoredPlan | None:
    """The stored plan; None when there is none (any more), or its key is gone."""
    try:
        return stored_plan(batch) if batch.plan_file else None
    except (FileNotFoundError, ValueError, UnknownKeyError):
        return None


def diff_of(batch: RosterImport) -> StoredDiff | None:
    """The stored comparison; None when there is none (any more), or its key is gone."""
    try:
        return stored_diff(batch) if batch.plan_file else None
    except (FileNotFoundError, ValueError, UnknownKeyError):
        return None


def stored_person(scope: Scope, id_index: str, day) -> Person | None:
    """Today's record of the person a row names, if the viewer may see it."""
    return Person.objects.within(scope, day).filter(id_index=id_index).first() if id_index else None


def people_touched(batch: RosterImport, limit: int = 30) -> tuple[list[tuple[int, str, bool]], int]:
    """(id, name, is new) of people a committed import wrote, new ones first, and how many there are in all."""
    rows = ImportChange.objects.filter(batch=batch, table="person", person__isnull=False).order_by("sequence")
    found = rows.values_list("person_id", "person__name", "before")[:limit]
    return [(pk, name, before is None) for pk, name, before in found], rows.count()
