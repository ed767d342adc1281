"""Taking an import back: exactly what it made is removed and what it altered gets its old values, or nothing
happens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import audit, crypto, jobs
from portal.access import Scope
from portal.masks import mask_id, mask_mobile
from staffing.actions.errors import Refused
from staffing.actions.rosters_base import scope_of
from staffing.models import ImportChange, Person, RosterImport, Unit
from staffing.queries import rosters_journal as journal
from staffing.queries.rosters_journal import TABLES

# Deleted in this order, so that nothing is left hanging on a row that goes.
_ORDER = ("status", "leave", "qualification", "posting", "membership", "person", "unit")
_SHOWN = 20


class LaterChanges(Refused):
    """Facts that the import wrote were changed afterwards; ``names`` are the people and units concerned."""

    def __init__(self, names: list[str]):
        self.names = names
        shown = _("、").join(names[:_SHOWN])
        text = _("没有撤销：导入之后又有改动，涉及%(n)s处：%(names)s。请先处理这些改动。")
        super().__init__(text % {"n": len(names), "names": shown + ("…" if len(names) > _SHOWN else "")})


def request_undo(*, actor, now, import_id) -> RosterImport:
    """Queue the undoing of a committed import. Raises Refused for an import in another state."""
    with transaction.atomic():
        batch = RosterImport.objects.select_for_update().get(pk=import_id)
        if batch.state == RosterImport.State.UNDONE:
            return batch
        if batch.state != RosterImport.State.COMMITTED:
            raise Refused(_("这次导入还没有写入，不需要撤销。"))
        batch.job = jobs.start(
            actor=actor,
            now=now,
            kind="roster.undo",
            title=_("撤销花名册导入：%(file)s") % {"file": batch.file_name},
            args={"import": str(batch.pk)},
            result_url=reverse("staffing:import_result", args=[batch.pk]),
        )
        batch.save(update_fields=["job"])
    return batch


def undo_import(*, actor, now, import_id) -> RosterImport:
    """Restore the facts to what they were before this import. Doing it twice does nothing.

    Raises Refused for an import that was not committed or that wrote outside the actor's scope, and LaterChanges when
    later facts stand on what it wrote.
    """
    scope = scope_of(actor, now)
    with transaction.atomic():
        batch = RosterImport.objects.select_for_update().get(pk=import_id)
        if batch.state == RosterImport.State.UNDONE:
            return batch
        if batch.state != RosterImport.State.COMMITTED:
            raise Refused(_("这次导入还没有写入，不需要撤销。"))
        audit.bump("figures")
        entries = list(ImportChange.objects.filter(batch=batch).exclude(table="seen").order_by("sequence"))
        if not _inside(scope, entries):
            raise Refused(_("这次导入涉及您管理范围以外的人员，请上级政工部门撤销。"))
        made: dict[str, set[int]] = defaultdict(set)
        for entry in entries:
            for table, pk in entry.after.get("rows", ()):
                made[table].add(pk)
        names = _later(entries, made)
        if names:
            raise LaterChanges(names)
        try:
            for table in _ORDER:
                _delete(table, sorted(made[table], reverse=table == "unit"))
        except ProtectedError as error:
            raise LaterChanges(sorted({_called(thing) for thing in error.protected_objects})) from error
        # Ranges that were closed open again only after the ones that followed them are gone; last change first.
        for entry in reversed(entries):
            for table, pk, before, _after in reversed(entry.after.get("changed", ())):
                TABLES[table].objects.filter(pk=pk).update(**_restored(before))
        batch.state, batch.undone_at = RosterImport.State.UNDONE, now
        batch.save(update_fields=["state", "undone_at"])
        audit.record(
            actor=actor, now=now, action="roster.undone", obj=batch, number=batch.number, changes=batch.changes
        )
    return batch


def _inside(scope: Scope, entries: list[ImportChange]) -> bool:
    """May an account of this scope take back everything that was written? Whose people they are today decides."""
    if scope.everywhere:
        return True
    units = Unit.objects.filter(pk__in=[entry.row_id for entry in entries if entry.table == "unit"])
    if not all(scope.covers(path) for path in units.values_list("path", flat=True)):
        return False
    people = sorted({entry.row_id for entry in entries if entry.table == "person"})
    for start in range(0, len(people), journal.CHUNK):
        some = people[start : start + journal.CHUNK]
        last: dict[int, str] = {}
        rows = TABLES["membership"].objects.filter(person__in=some).order_by("start", "pk")
        for person, path in rows.values_list("person_id", "unit__path"):
            last[person] = path
        if not all(scope.covers(path) for path in last.values()):
            return False
    return True


def _restored(before: dict) -> dict:
    values = {}
    for name, value in before.items():
        if name in ("id_number", "mobile"):
            value = crypto.decrypt(value)
            if name == "mobile":
                values["mobile_masked"] = mask_mobile(value)
            else:
                values |= {"id_index": crypto.blind_index(value) or None, "id_masked": mask_id(value)}
        values[name] = value
    return values


def _delete(table: str, ids: list[int]) -> None:
    model = TABLES[table]
    if table == "unit":
        for pk in ids:
            # Deepest first by creation order; the tree keeps its own counts.
            Unit.objects.get(pk=pk).delete()
        return
    for start in range(0, len(ids), journal.CHUNK):
        model.objects.filter(pk__in=ids[start : start + journal.CHUNK]).delete()


def _later(entries: list[ImportChange], made: dict[str, set[int]]) -> list[str]:
    """Names of people and units whose written facts no longer stand as the import left them."""
    content: dict[tuple[str, int], list] = {}
    wanted = {table: set(ids) for table, ids in made.items()}
    for entry in entries:
        for table, pk, _before, _after in entry.after.get("changed", ()):
            wanted.setdefault(table, set()).add(pk)
    for table, ids in wanted.items():
        content.update({((table, pk)): values for pk, values in journal.contents(table, ids)})
    people, units = set(), set()
    for entry in entries:
        if not _stands(entry, content):
            (people if entry.table == "person" else units).add(entry.row_id)
    people |= _hung_on(made)
    people |= _placed(made)
    units |= _founded(made)
    found = [str(name) for name in Person.objects.filter(pk__in=people).values_list("name", flat=True)]
    found += Unit.objects.filter(pk__in=units).values_list("name", flat=True)
    return sorted(set(found)) or (["—"] if people or units else [])


def _stands(entry: ImportChange, content: dict) -> bool:
    rows = [tuple(row) for row in entry.after.get("rows", ())]
    if any(row not in content for row in rows):
        return False
    if rows and journal.seal(journal.digest(*row, content[row]) for row in rows) != entry.after["seal"]:
        return False
    for table, pk, _before, after in entry.after.get("changed", ()):
        values = content.get((table, pk))
        if values is None:
            return False
        now = dict(zip(journal.COLUMNS[table], values))
        for name, value in after.items():
            if name in ("id_number", "mobile"):
                mask = mask_id if name == "id_number" else mask_mobile
                column = "id_masked" if name == "id_number" else "mobile_masked"
                if now[column] != mask(crypto.decrypt(value)):
                    return False
            elif now[name] != journal.plain(value):
                return False
    return True


def _hung_on(made: dict[str, set[int]]) -> set[int]:
    """People on whose made rows something hangs that the import did not make."""
    people = set()
    for table in ("person", "qualification"):
        ids = sorted(made[table])
        for relation in TABLES[table]._meta.related_objects:
            model = relation.related_model
            if model is ImportChange:
                continue
            ours = made.get(next((name for name, each in TABLES.items() if each is model), ""), set())
            for owner in _strangers(model, relation.field.name, ids, ours):
                people.add(owner if table == "person" else _owner(owner))
    return people


def _placed(made: dict[str, set[int]]) -> set[int]:
    """People whose post, posting or its origin lies in a unit the import made, by a row it did not make."""
    people: set[int] = set()
    units = sorted(made["unit"])
    for table, name in (("membership", "unit"), ("posting", "from_unit"), ("posting", "to_unit")):
        model, ours = TABLES[table], made[table]
        strangers = [pk for pk, _unit in _rows_of(model, name, units) if pk not in ours]
        for start in range(0, len(strangers), journal.CHUNK):
            some = strangers[start : start + journal.CHUNK]
            people.update(model.objects.filter(pk__in=some).values_list("person_id", flat=True))
    return people


def _founded(made: dict[str, set[int]]) -> set[int]:
    """Units set up since under one the import made: taking that one away would take them along."""
    found: set[int] = set()
    for path in Unit.objects.filter(pk__in=made["unit"]).values_list("path", flat=True):
        found.update(Unit.objects.filter(path__startswith=path).values_list("pk", flat=True))
    return found - made["unit"]


def _called(thing) -> str:
    """The name of whom or what a row is about."""
    return str(getattr(thing, "person", None) or thing)


def _rows_of(model, field: str, ids: list[int]) -> Iterator[tuple[int, int]]:
    for start in range(0, len(ids), journal.CHUNK):
        some = ids[start : start + journal.CHUNK]
        rows = model._base_manager.filter(**{f"{field}__in": some}).order_by()
        yield from rows.values_list("pk", f"{field}_id")


def _strangers(model, field: str, ids: list[int], ours: set[int]) -> Iterator[int]:
    return (owner for pk, owner in _rows_of(model, field, ids) if pk not in ours)


def _owner(qualification: int) -> int:
    return TABLES["qualification"].objects.values_list("person_id", flat=True).get(pk=qualification)
