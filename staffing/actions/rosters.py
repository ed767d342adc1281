"""Importing rosters: upload, plan, decide, commit. Reading and planning happen outside any transaction; a commit is
one.

States: reading → preview (or mapping, or refused) → committing → committed → undone; discarded from any before
committing.
"""

from __future__ import annotations

import os
from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import audit, jobs
from portal.sheets import SheetError
from staffing import files
from staffing.actions.errors import Refused
from staffing.actions.rosters_base import OPEN, State, compare, must_be_open, receive, store
from staffing.actions.rosters_commit import Stale, commit_import, import_file, import_plan, request_commit
from staffing.models import ColumnMemory, RosterImport, Unit
from staffing.queries import rosters_plan
from staffing.roster import resolve

# Rows up to which a comparison is quick enough to be made within a request.
AT_ONCE = 3000

__all__ = [
    "Stale",
    "commit_import",
    "compare_again",
    "decide",
    "decide_many",
    "discard_import",
    "import_file",
    "import_plan",
    "prepare_plan",
    "queue",
    "reopen",
    "request_commit",
    "save_mapping",
    "start_import",
]


def start_import(
    *,
    actor,
    now,
    file,
    filename: str,
    as_of: date,
    sheets: list[str] | None = None,
    unit: Unit | None = None,
    complete: bool = True,
    again: bool = False,
) -> RosterImport:
    """Store an upload and queue its reading. ``file`` is an open binary file or an uploaded file.

    Raises Refused for a file that is empty or too large, and when the same file of the same date is already in.
    """
    batch = receive(actor, now, file, filename, as_of, sheets, unit, complete, again)
    queue(actor=actor, now=now, import_id=batch.pk)
    batch.refresh_from_db()
    return batch


def queue(*, actor, now, import_id, kind: str = "roster.prepare") -> None:
    """Queue the reading (or only the comparison) of an import that is still open."""
    batch = RosterImport.objects.get(pk=import_id)
    with transaction.atomic():
        titles = {"roster.prepare": _("解析花名册：%(file)s"), "roster.compare": _("重新比对：%(file)s")}
        job = jobs.start(
            actor=actor,
            now=now,
            kind=kind,
            title=titles[kind] % {"file": batch.file_name},
            args={"import": str(batch.pk)},
            result_url=reverse("staffing:import_preview", args=[batch.pk]),
        )
        RosterImport.objects.filter(pk=batch.pk, state__in=[State.READING, *OPEN]).update(
            job=job, **({"state": State.READING} if kind == "roster.prepare" else {})
        )


def prepare_plan(*, now, import_id, progress=lambda done, total, text: None) -> RosterImport:
    """Read, plan, compare and store. Idempotent: running again replaces the stored plan. A file that cannot be read
    leaves the import refused with the reason."""
    batch = RosterImport.objects.select_related("unit", "uploaded_by").get(pk=import_id)
    if batch.state not in (State.READING, *OPEN):
        return batch
    progress(0, 0, _("正在读取文件"))
    suffix = os.path.splitext(batch.file)[1]
    try:
        with files.clear_copy(batch.file, suffix) as path:
            book = rosters_plan.read(path, batch.file_name)
    except SheetError as error:
        return _refuse(batch, now, error)
    text = _("正在解析：%(sheets)s个表") % {"sheets": len(book.sheets)}
    plan = rosters_plan.make_plan(
        book,
        as_of=batch.as_of,
        mapping=batch.mapping,
        sheets=batch.sheets,
        unit=batch.unit,
        progress=lambda done, total: progress(done, total, text),
    )
    del book
    store(batch, plan)
    compare(batch, plan, now, progress)
    return batch


def _refuse(batch: RosterImport, now, error: SheetError) -> RosterImport:
    with transaction.atomic():
        changed = RosterImport.objects.filter(pk=batch.pk, state__in=[State.READING, *OPEN]).update(
            state=State.REFUSED,
            error_code=error.code,
            error=str(error)[:500],
            changes={"error_en": error.text("en")},
        )
        if changed:
            audit.record(actor=batch.uploaded_by, now=now, action="roster.refused", obj=batch, code=error.code)
    batch.refresh_from_db()
    return batch


def compare_again(*, now, import_id, progress=lambda done, total, text: None) -> RosterImport:
    """Compare the stored plan once more with today's facts and decisions."""
    batch = RosterImport.objects.select_related("unit", "uploaded_by").get(pk=import_id)
    if batch.state in OPEN and batch.plan_file:
        compare(batch, rosters_plan.stored_plan(batch).load(), now, progress)
    return batch


def save_mapping(
    *, actor, now, import_id, mapping: dict[str, str], sheets: list[str] | None = None, remember: bool = True
) -> RosterImport:
    """Correct how columns are understood and plan again. ``mapping``: header (or "sheet!C") → field, "" to ignore.

    Remembered corrections are taken the next time this unit uploads the same header. Raises Refused when it is too
    late.
    """
    with transaction.atomic():
        batch = RosterImport.objects.select_for_update().get(pk=import_id)
        must_be_open(batch)
        batch.mapping = {**batch.mapping, **mapping}
        if sheets is not None:
            batch.sheets = sheets
        batch.save(update_fields=["mapping", "sheets"])
        if remember:
            for header, canonical in mapping.items():
                if "!" not in header:
                    ColumnMemory.objects.update_or_create(
                        unit=batch.unit, header=header[:120], defaults={"canonical": canonical, "used_at": now}
                    )
    queue(actor=actor, now=now, import_id=batch.pk)
    batch.refresh_from_db()
    return batch


def decide(*, actor, now, import_id, decisions: dict[str, dict | None]) -> RosterImport:
    """Add decisions (see staffing.roster.resolve.Decisions); None takes one back. Raises Refused when it is too late.

    A small import is compared again at once; a large one when its user asks for it.
    """
    with transaction.atomic():
        batch = RosterImport.objects.select_for_update().get(pk=import_id)
        must_be_open(batch)
        for key, decision in decisions.items():
            if decision is None:
                batch.decisions.pop(key, None)
            else:
                batch.decisions[key] = rosters_plan.sealed(decision)
        batch.save(update_fields=["decisions"])
    if sum(batch.totals.values()) <= AT_ONCE:
        compare_again(now=now, import_id=batch.pk)
    return batch


def decide_many(*, actor, now, import_id, code: str, choice: str) -> int:
    """Take ``choice`` for every undecided row that waits because of ``code``; how many that were."""
    batch = RosterImport.objects.get(pk=import_id)
    plan = rosters_plan.stored_plan(batch)
    taken = {}
    for row in plan.rows(plan.find(action="review", code=code)):
        key = f"{row.sheet}!{row.row}"
        if key not in batch.decisions and choice in resolve.choices(row) and choice != resolve.SET:
            taken[key] = {"choice": choice}
    decide(actor=actor, now=now, import_id=import_id, decisions=taken)
    return len(taken)


def discard_import(*, actor, now, import_id) -> RosterImport:
    """Give up an import that was not committed; its files are removed. Doing it twice does nothing."""
    with transaction.atomic():
        batch = RosterImport.objects.select_for_update().get(pk=import_id)
        if batch.state == State.DISCARDED:
            return batch
        if batch.state not in (State.READING, *OPEN, State.REFUSED):
            raise Refused(_("这次导入已经写入，请用撤销。"))
        names = batch.file, batch.plan_file, rosters_plan.diff_name(batch.plan_file) if batch.plan_file else ""
        batch.state, batch.file, batch.plan_file = State.DISCARDED, "", ""
        batch.save(update_fields=["state", "file", "plan_file"])
        audit.record(actor=actor, now=now, action="roster.discarded", obj=batch, number=batch.number)
        transaction.on_commit(lambda: files.remove(*names))
    return batch


def reopen(*, import_id) -> RosterImport:
    """An import whose job ended without a result can be worked on again: back to preview, or to reading when there
    is no plan.
    """
    with transaction.atomic():
        batch = RosterImport.objects.select_for_update(of=("self",)).select_related("job").get(pk=import_id)
        stuck = batch.state in (State.COMMITTING, State.READING) and (batch.job is None or batch.job.is_over)
        if stuck and batch.plan_file:
            batch.state = State.PREVIEW
            batch.save(update_fields=["state"])
    return batch
