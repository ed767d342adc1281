"""Taking in a yearly ledger of hours: upload and plan, look, commit. Nothing is written before the commit."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.formats.hours_sheet import ACCEPT, HoursSheet, LedgerRow, UnreadableError, leave_end
from courses.models import LearningImport
from courses.queries.hours_plan import HoursPlan, Line, plan, read_sheet, source_of, unit_book
from exams.actions import uploads
from portal import audit
from portal.access import EVERYWHERE, Access, Scope
from portal.actions.errors import Refused
from portal.sheets import SheetError
from staffing import files
from staffing.actions.hours import HourRow, Settled, set_hours_many
from staffing.actions.people_many import NewPerson, create_people
from staffing.actions.units import create_unit
from staffing.models import HourKind, Unit
from staffing.queries import rosters_plan

State = LearningImport.State
MOST_BYTES = 10 * 2**20


@dataclass(frozen=True)
class Imported:
    """What a commit wrote: rows taken in, ledger entries of each sort, people and units created."""

    rows: int = 0
    people: int = 0
    units: int = 0
    credited: int = 0
    changed: int = 0
    reversed: int = 0


def read_file(path: str, *, now, name: str = "") -> HoursSheet:
    """The ledger in a file. Raises Refused with what is wrong and what to do."""
    try:
        return read_sheet(rosters_plan.read(path, name or os.path.basename(path)), timezone.localdate(now))
    except (SheetError, UnreadableError) as error:
        lang = "en" if (get_language() or "").startswith("en") else "zh"
        raise Refused(error.text(lang) if isinstance(error, SheetError) else str(error), "file") from error


def upload(*, actor, now, year: int, file, filename: str) -> LearningImport:
    """Keep an uploaded ledger sealed, read it, and wait for a look. Writes no hours. Raises Refused for a file that is
    empty, too large or no ledger of hours.
    """
    data, suffix = uploads.content_of(file, MOST_BYTES), uploads.suffix_of(filename)
    name = files.put_upload([data], suffix)
    try:
        with files.clear_copy(name, suffix) as path:
            sheet = read_file(path, now=now, name=os.path.basename(filename))
    except Refused:
        files.remove(name)
        raise
    found = plan(sheet, year, timezone.localdate(now), scope=Access(actor, now).scope("hours.import"))
    plan_file = files.put_upload([json.dumps(sheet.as_json(), ensure_ascii=False).encode()], ".json")
    with transaction.atomic():
        kept = LearningImport.objects.create(
            kind=LearningImport.Kind.HOURS,
            year=year,
            file=name,
            file_name=os.path.basename(filename)[:200],
            sha256=hashlib.sha256(data).hexdigest(),
            plan_file=plan_file,
            totals=found.totals,
            uploaded_by=actor,
            uploaded_at=now,
        )
        _note(actor, now, "learning_import.uploaded", kept, totals=found.totals)
    return kept


def _note(actor, now, action: str, kept: LearningImport, **data) -> None:
    told = {"file": kept.file_name, "sha256": kept.sha256, "year": kept.year}
    audit.record(actor=actor, now=now, action=action, obj=kept, **told, **data)


def sheet_of(kept: LearningImport) -> HoursSheet:
    """The ledger of an upload as it was read. Raises FileNotFoundError once it has been removed."""
    with files.open_clear(kept.plan_file) as file:
        return HoursSheet.of(json.load(file))


def discard(*, actor, now, kept: LearningImport) -> None:
    """Give an upload up before it is committed; its files go. Doing it twice is harmless."""
    with transaction.atomic():
        waiting = LearningImport.objects.filter(pk=kept.pk, state=State.PREVIEW)
        if not waiting.update(state=State.DISCARDED, plan_file=""):
            return
        _note(actor, now, "learning_import.discarded", kept)
        names = [name for name in (kept.file, kept.plan_file) if name]
        transaction.on_commit(lambda: files.remove(*names))


def commit_upload(*, actor, now, kept: LearningImport, add_people: bool = False, reason: str = "") -> Imported:
    """Write the accepted rows of a looked-at ledger, once. Raises Refused when it was given up, or as import_hours."""
    with transaction.atomic():
        waiting = LearningImport.objects.filter(pk=kept.pk, state=State.PREVIEW)
        if not waiting.update(state=State.COMMITTED, committed_at=now):
            if LearningImport.objects.filter(pk=kept.pk, state=State.COMMITTED).exists():
                return Imported()
            raise Refused(_("这份台账已放弃，请重新上传。"))
        return import_hours(
            actor=actor,
            now=now,
            year=kept.year,
            sheet=sheet_of(kept),
            sha256=kept.sha256,
            file_name=kept.file_name,
            scope=Access(actor, now).scope("hours.import"),
            add_people=add_people,
            reason=reason,
        )


def import_hours(
    *,
    actor,
    now,
    year: int,
    sheet: HoursSheet,
    sha256: str,
    file_name: str = "",
    scope: Scope = EVERYWHERE,
    add_people: bool = False,
    reason: str = "",
) -> Imported:
    """Write a ledger's accepted rows as entries for the whole year, one for each person and kind.

    A later ledger of the same year replaces what an earlier one wrote. ``add_people``: units, people and their long
    leave that the database does not know are created too, as a roster import would (members from the stated day of
    joining, else from 1 January, start not known). Everything is compared again as of now; the same ledger again
    writes nothing. Raises Refused: another year's ledger, nothing to write, a closed year without ``reason``.
    """
    try:
        with transaction.atomic():
            found = plan(sheet, year, timezone.localdate(now), scope=scope, add_people=add_people)
            done = _Writing(actor, now, found, reason.strip(), file_name).run()
            if done.rows:
                told = {"file": file_name, "sha256": sha256, "year": year, "reason": reason.strip()}
                audit.record(actor=actor, now=now, action="hours.imported", **told, **vars(done))
            return done
    except IntegrityError as error:
        raise Refused(_("没有写入：资料刚刚被他人修改，请重新导入。")) from error


class _Writing:
    def __init__(self, actor, now, found: HoursPlan, reason: str, file_name: str):
        self.by = {"actor": actor, "now": now}
        self.plan, self.reason, self.file_name = found, reason, file_name

    def run(self) -> Imported:
        lines = [line for line in self.plan.lines if line.action == ACCEPT]
        self._refuse(lines)
        if not lines:
            return Imported()
        units, people = self._people(lines)
        done = self._hours(lines)
        return Imported(len(lines), people, units, done.credited, done.changed, done.reversed)

    def _refuse(self, lines: list[Line]) -> None:
        if self.plan.problem:
            raise Refused(self.plan.problem)
        if lines:
            if self.plan.closed and not self.reason:
                told = {"year": self.plan.year}
                raise Refused(_("%(year)s年度学时已关账，变动须写明原因。") % told, "reason")
            return
        totals = self.plan.totals
        if totals["skip"] and not totals["review"] and not totals["reject"]:
            return
        if self.plan.unknown:
            told = {"n": self.plan.unknown}
            raise Refused(_("%(n)s人不在库中，请先导入花名册，或选择同时登记库中没有的人员。") % told)
        raise Refused(_("没有可以写入的行，请按各行说明处理后再导入。"))

    def _people(self, lines: list[Line]) -> tuple[int, int]:
        new = [line for line in lines if line.person is None]
        if not new:
            return 0, 0
        units = _Units(self.by, self.plan.units)
        people = create_people(**self.by, rows=[self._person(line.row, units) for line in new])
        for line, person in zip(new, people, strict=True):
            line.person = person
        return len(units.made), len(new)

    def _person(self, row: LedgerRow, units: _Units) -> NewPerson:
        unit = units.find(row.unit)
        if unit is None:
            raise Refused(_("第%(row)s行没有写明单位，不能登记人员。") % {"row": row.row})
        start = date.fromisoformat(row.joined) if row.joined else date(self.plan.year, 1, 1)
        leave, end = None, leave_end(row)
        # Leave that began before the first day on record counts from that day on.
        if end and start < end:
            leave = row.leave_kind, max(date.fromisoformat(row.leave_from), start), end
        return NewPerson(
            name=row.name,
            unit=unit,
            start=start,
            id_number=row.id_number,
            category=row.category,
            start_known=bool(row.joined),
            leave=leave,
        )

    def _hours(self, lines: list[Line]) -> Settled:
        told = {"year": self.plan.year, "file": self.file_name}
        reason = self.reason or _("按%(year)s年度学时台账导入：%(file)s") % told
        return set_hours_many(**self.by, rows=self._rows(lines), reason=reason[:200])

    def _rows(self, lines: list[Line]) -> Iterable[HourRow]:
        year = self.plan.year
        titles = {
            kind: _("%(year)s年度台账：%(kind)s") % {"year": year, "kind": HourKind(kind).label}
            for kind in self.plan.sheet.kinds
        }
        for line in lines:
            for kind, day in line.days.items():
                hours = Decimal(line.row.hours[kind])
                source = source_of(year, kind)
                yield HourRow(line.person.pk, kind, hours, day, titles[kind], source, whole_year=True)


class _Units:
    """The tree's units by the names ledgers use, with those that had to be made."""

    def __init__(self, by: dict, proposals):
        self.book, self.made = unit_book(), {}
        for proposal in proposals:
            parent = self.made.get(proposal.parent) or Unit.objects.filter(name=proposal.parent or None).first()
            self.made[proposal.name] = create_unit(
                **by,
                name=proposal.name,
                kind=proposal.kind,
                empower_mode=proposal.mode,
                parent=Unit.objects.get(pk=parent.pk) if parent else None,
            )
            self.book.note(proposal.name)
        self.found: dict[str, Unit | None] = {}

    def find(self, name: str) -> Unit | None:
        """The unit a row names; None when it names none."""
        if name not in self.found:
            full = self.book.resolve(name) if name else None
            self.found[name] = self.made.get(full) or Unit.objects.filter(name=full).first() if full else None
        return self.found[name]
