"""Writing a comparison: everything of one import inside the caller's transaction, in bulk, with the journal that
undoes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from django.db.models import Max

from portal import crypto
from portal.masks import mask_id, mask_mobile
from staffing.actions import rosters_bulk
from staffing.actions import units as unit_actions
from staffing.models import ImportChange, Person, Unit
from staffing.queries import rosters_journal as journal
from staffing.queries.rosters_journal import TABLES
from staffing.roster.diff.model import (
    LEAVE,
    MEMBERSHIP,
    PERSON,
    POSTING,
    QUALIFICATION,
    STATUS,
    UNIT,
    Change,
    Diff,
)

BATCH = 2000
# Numbers given to people whom a roster brings without a staff number; the people pages make theirs from another letter.
STAFF_PREFIX = "R"
_UNIT_COLUMNS = ("unit", "from_unit", "to_unit")


class Writer:
    """One import's writing. Ranges are closed before new ones open, so that the overlap guards never see both."""

    def __init__(self, *, batch, actor, now, diff: Diff, hook=lambda stage: None):
        self.batch, self.actor, self.now, self.diff, self.hook = batch, actor, now, diff, hook
        self.units: dict[str, int] = {}
        self.people: dict[int, int] = {}
        self.created: dict[int, list[tuple[str, int, bytes]]] = {}
        self.altered: dict[int, list] = {}
        self.entries: list[dict] = []

    def run(self) -> None:
        """Write all changes. Must run inside a transaction; raises IntegrityError when a guard of the database
        objects.
        """
        by_table: dict[str, list[Change]] = {}
        for change in self.diff.changes:
            by_table.setdefault(change.table, []).append(change)
        self._units(by_table.get(UNIT, ()))
        self.hook("units")
        self._people(by_table.get(PERSON, ()))
        self.hook("people")
        for table in (MEMBERSHIP, POSTING, QUALIFICATION, STATUS, LEAVE):
            changes = by_table.pop(table, ())
            self._alter(table, [c for c in changes if c.ref is not None])
            self._create(table, [c for c in changes if c.ref is None])
            self.hook(table)
        self._journal()
        self.hook("journal")

    # --- units ------------------------------------------------------------------------------------------------------

    def _units(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.ref is None:
                parent = change.after["parent"]
                parent = self.units.get(parent, parent) if isinstance(parent, str) else parent
                unit = unit_actions.create_unit(
                    actor=self.actor,
                    now=self.now,
                    name=change.after["name"],
                    kind=change.after["kind"],
                    empower_mode=change.after["empower_mode"],
                    parent=Unit.objects.get(pk=parent) if parent else None,
                )
                self.units[change.after["name"]] = unit.pk
                mark = journal.digest(UNIT, unit.pk, journal.content(UNIT, vars(unit)))
                after = {"seal": journal.seal([mark]), "rows": [[UNIT, unit.pk]]}
                self._entry(UNIT, unit.pk, None, after)
            else:
                unit = Unit.objects.get(pk=change.ref)
                unit_actions.change_unit(actor=self.actor, now=self.now, unit=unit, **change.after)
                self._entry(UNIT, unit.pk, {}, {"changed": [[UNIT, unit.pk, change.before, change.after]]})

    # --- people -----------------------------------------------------------------------------------------------------

    def _people(self, changes: Iterable[Change]) -> None:
        numbers, blank = self._staff_numbers(), rosters_bulk.defaults(Person)
        for some in _batches([c for c in changes if c.ref is None]):
            rows = [blank | self._person(change.after, numbers) for change in some]
            for change, row, pk in zip(some, rows, rosters_bulk.insert(Person, rows)):
                self.people[change.person] = pk
                self._made(PERSON, pk, pk, row)
        for change in changes:
            if change.ref is not None:
                values = dict(change.after)
                self._numbers(values)
                Person.objects.filter(pk=change.ref).update(**values)
                self._note(PERSON, change)

    def _person(self, after: dict, numbers: Iterator[str]) -> dict:
        values = dict(after)
        if not values.get("staff_no"):
            values["staff_no"] = next(numbers)
        self._numbers(values)
        return values

    @staticmethod
    def _numbers(values: dict) -> None:
        """Index and mask that stand beside an encrypted number."""
        if "id_number" in values:
            number = values["id_number"] or ""
            values["id_index"] = crypto.blind_index(number) or None
            values["id_masked"] = mask_id(number)
        if "mobile" in values:
            values["mobile_masked"] = mask_mobile(values["mobile"] or "")

    @staticmethod
    def _staff_numbers() -> Iterator[str]:
        ours = Person.objects.filter(staff_no__regex=rf"^{STAFF_PREFIX}[0-9]{{7}}$")
        last = ours.aggregate(last=Max("staff_no"))["last"]
        number = int(last[1:]) if last else 0
        while True:
            number += 1
            yield f"{STAFF_PREFIX}{number:07d}"

    # --- dated facts ------------------------------------------------------------------------------------------------

    def _alter(self, table: str, changes: list[Change]) -> None:
        model = TABLES[table]
        for change in changes:
            model.objects.filter(pk=change.ref).update(**self._values(change.after))
            self._note(table, change)

    def _create(self, table: str, changes: list[Change]) -> None:
        model = TABLES[table]
        blank = rosters_bulk.defaults(model)
        for some in _batches(changes):
            rows = []
            for change in some:
                values = self._values(change.after)
                values.pop("statuses", None)
                if table == STATUS:
                    values["qualification_id"] = values.pop("qualification")
                else:
                    values["person_id"] = self._who(change)
                rows.append(blank | values)
            ids = rosters_bulk.insert(model, rows)
            for change, row, pk in zip(some, rows, ids):
                self._made(table, self._who(change), pk, row)
            if table == QUALIFICATION:
                self._statuses(some, ids)

    def _statuses(self, changes: list[Change], qualifications: list[int]) -> None:
        model = TABLES[STATUS]
        blank = rosters_bulk.defaults(model)
        owners, rows = [], []
        for change, qualification in zip(changes, qualifications):
            for status in change.after.get("statuses", ()):
                owners.append(self._who(change))
                rows.append(blank | {"qualification_id": qualification, **status})
        for owner, row, pk in zip(owners, rows, rosters_bulk.insert(model, rows)):
            self._made(STATUS, owner, pk, row)

    def _values(self, after: dict) -> dict:
        values = dict(after)
        for name in _UNIT_COLUMNS:
            if name in values:
                ref = values.pop(name)
                values[f"{name}_id"] = self.units[ref] if isinstance(ref, str) else ref
        return values

    def _who(self, change: Change) -> int:
        return self.people[change.person] if change.person < 0 else change.person

    # --- journal ----------------------------------------------------------------------------------------------------

    def _made(self, table: str, person: int, pk: int, row: dict) -> None:
        mark = journal.digest(table, pk, journal.content(table, row))
        self.created.setdefault(person, []).append((table, pk, mark))

    def _note(self, table: str, change: Change) -> None:
        before, after = ({**_stored(values)} for values in (change.before, self._values(change.after)))
        before = {f"{k}_id" if k in _UNIT_COLUMNS else k: v for k, v in before.items()}
        self.altered.setdefault(change.person, []).append([table, change.ref, before, after])

    def _entry(self, table: str, pk: int, before, after, person=None) -> None:
        self.entries.append(
            {
                "batch_id": self.batch.pk,
                "sequence": len(self.entries) + 1,
                "table": table,
                "row_id": pk,
                "person_id": person,
                "before": before,
                "after": after,
            }
        )

    def _journal(self) -> None:
        """One entry a person: rows made (with a fingerprint of their content) and rows altered (old and new values)."""
        new = set(self.people.values())
        for person in [*self.created, *(p for p in self.altered if p not in self.created)]:
            made = self.created.get(person, [])
            after = {"rows": [row[:2] for row in made], "seal": journal.seal(row[2] for row in made)}
            if person in self.altered:
                after["changed"] = self.altered[person]
            self._entry(PERSON, person, None if person in new else {}, after, person)
        self.created.clear()
        seen = sorted(self.diff.unchanged)
        if seen:
            self._entry("seen", 0, None, {"people": seen})
        rosters_bulk.insert(ImportChange, self.entries)


def _stored(values: dict) -> dict:
    """Journal form: dates as text, personal numbers encrypted."""
    out = {}
    for name, value in values.items():
        if name in ("id_number", "mobile"):
            value = crypto.encrypt(value or "")
        out[name] = value.isoformat() if isinstance(value, date) else value
    return out


def _batches(items: list) -> Iterator[list]:
    step = iter(items)
    while some := list(islice(step, BATCH)):
        yield some
