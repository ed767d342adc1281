"""Importing a score sheet of an exam on paper: upload and plan, look, commit. Nothing is written before the commit."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exams.actions import uploads
from exams.actions.standing import finalise
from exams.formats.scores import ACCEPT, ScoreRow, ScoreSheet, UnreadableError
from exams.models.imports import ExamImport
from exams.models.marking import ScoreEvent
from exams.models.sittings import Entry, Outcome, Registration, Sitting, SittingPaper
from exams.queries.score_plan import ScorePlan, plan, read_sheet, unit_book
from exams.rules.register import TOTAL
from portal import audit
from portal.actions.errors import Refused
from portal.sheets import SheetError
from staffing import files
from staffing.actions.people import create_person
from staffing.actions.units import create_unit
from staffing.models import Category, Membership, Unit
from staffing.queries import rosters_plan
from staffing.roster.text import squeeze

State = ExamImport.State
MOST_BYTES = 10 * 2**20
BATCH = 500


@dataclass(frozen=True)
class Imported:
    """What a commit wrote; ``rows`` 0 when everything was in already."""

    rows: int = 0
    people: int = 0
    units: int = 0


def read_file(path: str, sitting: Sitting, *, name: str = "") -> ScoreSheet:
    """The score sheet in a file. Raises Refused with what is wrong and what to do."""
    try:
        return read_sheet(rosters_plan.read(path, name or os.path.basename(path)), sitting, timezone.localdate())
    except (SheetError, UnreadableError) as error:
        lang = "en" if (get_language() or "").startswith("en") else "zh"
        raise Refused(error.text(lang) if isinstance(error, SheetError) else str(error), "file") from error


def upload(*, actor, now, sitting: Sitting, file, filename: str) -> ExamImport:
    """Keep an uploaded sheet sealed, read it, and wait for a look. Writes no score. Raises Refused."""
    data, suffix = uploads.content_of(file, MOST_BYTES), uploads.suffix_of(filename)
    name = files.put_upload([data], suffix)
    try:
        with files.clear_copy(name, suffix) as path:
            sheet = read_file(path, sitting, name=os.path.basename(filename))
    except Refused:
        files.remove(name)
        raise
    return uploads.keep_sheet(
        actor=actor,
        now=now,
        kind=ExamImport.Kind.SCORES,
        sitting=sitting,
        file=name,
        filename=filename,
        data=data,
        plan=sheet.as_json(),
        totals=plan(sheet, sitting).totals,
    )


def sheet_of(batch: ExamImport) -> ScoreSheet:
    """The sheet of an upload as it was read. Raises FileNotFoundError once it has been removed."""
    with files.open_clear(batch.plan_file) as file:
        return ScoreSheet.of(json.load(file))


def commit_upload(*, actor, now, batch: ExamImport, add_people: bool = False) -> Imported:
    """Write the accepted rows of a looked-at upload, once. Raises Refused when it was given up."""
    with transaction.atomic():
        waiting = ExamImport.objects.filter(pk=batch.pk, state=State.PREVIEW)
        if not waiting.update(state=State.COMMITTED, committed_at=now):
            if ExamImport.objects.filter(pk=batch.pk, state=State.COMMITTED).exists():
                return Imported()
            raise Refused(_("这份成绩表已放弃，请重新上传。"))
        return import_scores(
            actor=actor,
            now=now,
            sitting=batch.sitting,
            sheet=sheet_of(batch),
            sha256=batch.sha256,
            file_name=batch.file_name,
            add_people=add_people,
        )


def import_scores(
    *, actor, now, sitting: Sitting, sheet: ScoreSheet, sha256: str, file_name: str = "", add_people: bool = False
) -> Imported:
    """Write a sheet's accepted rows: registrations, marks (as IMPORTED events) and the papers where there are none.

    ``add_people``: units and people the database does not know are created too, as a roster import would (members from
    the exam's day, start not known). The sitting counts as held afterwards (已结束). Everything is compared again as of
    now; the same sheet again writes nothing. Raises Refused: online or cancelled sitting, other papers, nothing to
    write because every row waits for people.
    """
    try:
        with transaction.atomic():
            sitting = Sitting.objects.select_for_update(of=("self",)).select_related("unit").get(pk=sitting.pk)
            done = _Writing(actor, now, sitting, plan(sheet, sitting, add_people=add_people), sha256).run()
            if done.rows:
                audit.record(
                    actor=actor,
                    now=now,
                    action="scores.imported",
                    obj=sitting,
                    unit_code=sitting.unit.code,
                    file=file_name,
                    sha256=sha256,
                    rows=done.rows,
                    people=done.people,
                    units=done.units,
                )
            return done
    except IntegrityError as error:
        raise Refused(_("没有写入：资料刚刚被他人修改，请重新导入。")) from error


class _Writing:
    def __init__(self, actor, now, sitting: Sitting, found: ScorePlan, sha256: str):
        self.actor, self.now, self.sitting, self.plan, self.sha256 = actor, now, sitting, found, sha256
        self.day = timezone.localdate(sitting.opens_at)

    def run(self) -> Imported:
        if self.plan.problem:
            raise Refused(self.plan.problem)
        lines = [line for line in self.plan.lines if line.action == ACCEPT]
        if not lines:
            totals = self.plan.totals
            if totals["skip"] and not totals["review"] and not totals["reject"]:
                return Imported()
            if self.plan.unknown:
                told = {"n": self.plan.unknown}
                raise Refused(_("%(n)s人不在库中，请先导入花名册，或选择同时登记库中没有的人员。") % told)
            raise Refused(_("没有可以写入的行，请按各行说明处理后再导入。"))
        papers = self._papers()
        units = self._units(lines)
        people = 0
        for line in lines:
            if line.person is None:
                line.person = self._person(line.row, units)
                people += 1
        registrations = self._registrations(lines)
        self._scores(lines, registrations, papers)
        self._hold()
        return Imported(len(lines), people, len(units.made))

    def _papers(self) -> dict[str, SittingPaper]:
        sheet = self.plan.sheet
        known = list(SittingPaper.objects.filter(sitting=self.sitting))
        if not known:
            known = [
                SittingPaper.objects.create(
                    sitting=self.sitting,
                    position=position,
                    title=title[:60],
                    total=Decimal(sheet.total),
                    pass_mark=Decimal(sheet.pass_mark),
                )
                for position, title in enumerate(sheet.papers, 1)
            ]
        return {squeeze(paper.title): paper for paper in known}

    def _units(self, lines) -> _Units:
        units = _Units()
        if any(line.person is None for line in lines):
            units.make(self.actor, self.now, self.plan.units)
        return units

    def _person(self, row: ScoreRow, units: _Units):
        return create_person(
            actor=self.actor,
            now=self.now,
            name=row.name,
            unit=units.find(row.unit) or self.sitting.unit,
            start=self.day,
            category=Category.OFFICER,
            start_known=False,
            id_number=row.id_number,
        )

    def _registrations(self, lines) -> dict[int, Registration]:
        people = [line.person.pk for line in lines]
        homes = dict(Membership.objects.filter(person__in=people).order_by("start").values_list("person_id", "unit_id"))
        homes |= dict(Membership.objects.on(self.day).filter(person__in=people).values_list("person_id", "unit_id"))
        known = {one.person_id: one for one in Registration.objects.filter(sitting=self.sitting)}
        fresh, old = [], []
        for line in lines:
            one = known.get(line.person.pk)
            if one is None:
                one = Registration(
                    sitting=self.sitting,
                    person=line.person,
                    unit_id=homes.get(line.person.pk, self.sitting.unit_id),
                    way=Registration.Way.SHEET,
                    made_by=self.actor,
                    made_at=self.now,
                )
                fresh.append(one)
            else:
                old.append(one)
            _tell(one, line.row)
        Registration.objects.bulk_create(fresh, batch_size=BATCH)
        Registration.objects.bulk_update(
            old, ["exam_no", "state", "reason", "absent", "disqualified"], batch_size=BATCH
        )
        return {one.person_id: one for one in [*fresh, *old]}

    def _scores(self, lines, registrations: dict[int, Registration], papers: dict[str, SittingPaper]) -> None:
        ids = [one.pk for one in registrations.values()]
        entries = {(e.registration_id, e.paper_id): e for e in Entry.objects.filter(registration__in=ids)}
        wanted = [
            Entry(registration_id=pk, paper=paper)
            for pk in ids
            for paper in papers.values()
            if (pk, paper.pk) not in entries
        ]
        for entry in Entry.objects.bulk_create(wanted, batch_size=BATCH):
            entries[entry.registration_id, entry.paper_id] = entry
        acts = Counter(ScoreEvent.objects.filter(entry__registration__in=ids).values_list("entry_id", flat=True))
        events = []
        for line in lines:
            one = registrations[line.person.pk]
            for title, score in zip(self.plan.sheet.papers, line.row.scores):
                entry = entries[one.pk, papers[title].pk]
                if score is not None and entry.score != Decimal(score):
                    events.append(self._event(entry, line.row, score, acts[entry.pk]))
        ScoreEvent.objects.bulk_create(events, ignore_conflicts=True, batch_size=BATCH)
        finalise(entry.pk for entry in entries.values())

    def _event(self, entry: Entry, row: ScoreRow, score: str, number: int) -> ScoreEvent:
        return ScoreEvent(
            entry=entry,
            kind=ScoreEvent.Kind.IMPORTED,
            scores={TOTAL: score},
            reason=_("成绩表第%(row)s行") % {"row": row.row},
            key=f"sheet:{self.sha256[:32]}:{row.row}:{number}",
            at=self.now,
            actor=self.actor,
        )

    def _hold(self) -> None:
        before = (Sitting.State.DRAFT, Sitting.State.REGISTERING, Sitting.State.ARRANGED, Sitting.State.OPEN)
        Sitting.objects.filter(pk=self.sitting.pk, state__in=before).update(
            state=Sitting.State.CLOSED, closed_at=self.now
        )


def _tell(one: Registration, row: ScoreRow) -> None:
    """What a row says about a registration."""
    withdrawn = row.outcome == Outcome.WITHDRAWN
    one.state = Registration.State.WITHDRAWN if withdrawn else Registration.State.APPROVED
    one.exam_no = row.exam_no[:30] or one.exam_no
    one.reason = row.reason[:300]
    one.absent, one.disqualified = row.outcome == Outcome.ABSENT, row.outcome == Outcome.DISQUALIFIED


class _Units:
    """The tree's units by the names rosters use, and those made for this sheet."""

    def __init__(self):
        self.book = unit_book()
        self.made: dict[str, Unit] = {}

    def make(self, actor, now, proposals) -> None:
        for proposal in proposals:
            parent = self.made.get(proposal.parent) or Unit.objects.filter(name=proposal.parent or None).first()
            self.made[proposal.name] = create_unit(
                actor=actor,
                now=now,
                name=proposal.name,
                kind=proposal.kind,
                empower_mode=proposal.mode,
                parent=Unit.objects.get(pk=parent.pk) if parent else None,
            )
        for name in self.made:
            self.book.note(name)

    def find(self, name: str) -> Unit | None:
        """The unit a row names; None when it names none."""
        full = self.book.resolve(name)
        return self.made.get(full) or Unit.objects.filter(name=full).first() if full else None
