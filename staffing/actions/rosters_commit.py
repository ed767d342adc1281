"""Committing an import: compare once more, then write everything in one short transaction, or nothing."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import audit, jobs
from portal.access import Scope
from portal.models import Revision
from staffing.actions.errors import Refused
from staffing.actions.rosters_base import (
    FIGURES,
    OPEN,
    State,
    compare,
    must_be_open,
    receive,
    scope_of,
    store,
    store_diff,
)
from staffing.actions.rosters_write import Writer
from staffing.models import RosterImport, Unit
from staffing.queries import rosters_plan

log = logging.getLogger(__name__)


class Stale(Refused):
    """The facts moved after the comparison was shown; a fresh comparison has been stored."""

    def __init__(self):
        super().__init__(_("另一次导入已先提交，差异已重新计算，请再看一遍。"))


def request_commit(*, actor, now, import_id, expected: str) -> RosterImport:
    """Queue the commit of the comparison whose signature is ``expected``. A second request does nothing."""
    with transaction.atomic():
        batch = RosterImport.objects.select_for_update().get(pk=import_id)
        if batch.state in (State.COMMITTING, State.COMMITTED):
            return batch
        must_be_open(batch)
        job = jobs.start(
            actor=actor,
            now=now,
            kind="roster.commit",
            title=_("导入花名册：%(file)s") % {"file": batch.file_name},
            args={"import": str(batch.pk), "expected": expected},
            result_url=reverse("staffing:import_result", args=[batch.pk]),
        )
        batch.state, batch.job = State.COMMITTING, job
        batch.save(update_fields=["state", "job"])
    return batch


def commit_import(
    *,
    actor,
    now,
    import_id,
    expected: str | None = None,
    accept_review: bool = False,
    progress=lambda done, total, text: None,
    hook=lambda stage: None,
) -> RosterImport:
    """Write an import in one transaction. Committing twice does nothing.

    ``expected`` is the signature of the comparison the user agreed to; when the facts have moved so that the result
    would
    differ, nothing is written, the new comparison is stored and Stale is raised. ``hook`` is called between writing
    stages.
    """
    batch = RosterImport.objects.select_related("unit", "uploaded_by").get(pk=import_id)
    if batch.state == State.COMMITTED:
        return batch
    if batch.state not in (*OPEN, State.COMMITTING):
        raise Refused(_("这次导入现在不能写入（%(state)s）。") % {"state": batch.get_state_display()})
    plan = rosters_plan.stored_plan(batch).load()
    return _Writing(batch, plan, actor, now, scope_of(actor, now), accept_review, progress, hook).run(expected=expected)


@dataclass
class _Writing:
    """Compare and write, again when somebody else was quicker."""

    batch: RosterImport
    plan: object
    actor: object
    now: object
    scope: Scope
    accept_review: bool
    progress: Callable
    hook: Callable = lambda stage: None

    def run(self, *, expected: str | None = None, compared: tuple | None = None) -> RosterImport:
        for _attempt in range(3):
            self.progress(0, 0, _("正在与现有名册比对"))
            revision, diff, facts = compared or self._compare()
            compared = None
            if expected is not None and diff.signature() != expected:
                self._show_again(diff, facts, revision)
                raise Stale
            self.progress(0, 0, _("正在写入"))
            if self._write(diff, revision):
                return self.batch
            self.batch.refresh_from_db()
            if self.batch.state == State.COMMITTED:
                return self.batch
        raise Refused(_("名册正在被其他人修改，请稍后再提交。"))

    def _compare(self) -> tuple:
        revision = audit.revision(FIGURES)
        diff, facts = rosters_plan.compare_plan(
            self.plan,
            as_of=self.batch.as_of,
            scope=self.scope,
            decisions=self.batch.decisions,
            accept_review=self.accept_review,
            complete=self.batch.is_complete,
            unit=self.batch.unit,
        )
        return revision, diff, facts

    def _show_again(self, diff, facts, revision: int) -> None:
        store_diff(self.batch, diff, facts, revision)
        RosterImport.objects.filter(pk=self.batch.pk, state=State.COMMITTING).update(state=State.PREVIEW)

    def _write(self, diff, revision: int) -> bool:
        """The one short transaction. False when the facts moved between comparing and writing, or the import is
        taken.
        """
        batch = self.batch
        try:
            with transaction.atomic():
                Revision.objects.get_or_create(pk=FIGURES, defaults={"number": 0})
                # Whoever writes an import holds this row: the second one compares again.
                if Revision.objects.select_for_update().get(pk=FIGURES).number != revision:
                    return False
                free = RosterImport.objects.filter(pk=batch.pk, state__in=[*OPEN, State.COMMITTING, State.READING])
                if not free.update(state=State.COMMITTED, committed_at=self.now):
                    return False
                Writer(batch=batch, actor=self.actor, now=self.now, diff=diff, hook=self.hook).run()
                batch.changes = {**diff.totals, "signature": batch.changes.get("signature", "")}
                batch.save(update_fields=["changes"])
                audit.record(
                    actor=self.actor,
                    now=self.now,
                    action="roster.committed",
                    obj=batch,
                    unit_code=batch.unit.code if batch.unit else "",
                    number=batch.number,
                    file=batch.file_name,
                    sha256=batch.sha256,
                    as_of=batch.as_of,
                    totals=batch.totals,
                    changes=diff.totals,
                )
        except IntegrityError as error:
            # Without the message: the database quotes the row that it refuses.
            log.error("import %s could not be written: %s", batch.pk, type(error.__cause__ or error).__name__)
            raise Refused(_("没有写入：名册与系统中的记录重叠，请重新比对后再提交。")) from error
        batch.state, batch.committed_at = State.COMMITTED, self.now
        return True


def import_file(
    *,
    actor,
    now,
    path: str,
    as_of: date,
    commit: bool = True,
    decisions: dict | None = None,
    accept_review: bool = False,
    sheets: list[str] | None = None,
    unit: Unit | None = None,
    complete: bool = True,
    filename: str = "",
    again: bool = False,
    scope: Scope | None = None,
    progress=lambda done, total, text: None,
) -> RosterImport:
    """Read, plan and (``commit``) write a file in one go, without a job. With ``commit`` False it waits in preview.

    Raises portal.sheets.SheetError for an unreadable file before anything is stored, and Refused as start_import does.
    """
    filename = filename or os.path.basename(path)
    progress(0, 0, _("正在读取文件"))
    book = rosters_plan.read(path, filename)
    plan = rosters_plan.make_plan(book, as_of=as_of, sheets=sheets, unit=unit)
    del book
    return import_plan(
        actor=actor,
        now=now,
        path=path,
        plan=plan,
        as_of=as_of,
        commit=commit,
        decisions=decisions,
        accept_review=accept_review,
        sheets=sheets,
        unit=unit,
        complete=complete,
        filename=filename,
        again=again,
        scope=scope,
        progress=progress,
    )


def import_plan(
    *,
    actor,
    now,
    path: str,
    plan,
    as_of: date,
    commit: bool = True,
    decisions: dict | None = None,
    accept_review: bool = False,
    sheets: list[str] | None = None,
    unit: Unit | None = None,
    complete: bool = True,
    filename: str = "",
    again: bool = False,
    scope: Scope | None = None,
    compared: tuple | None = None,
    progress=lambda done, total, text: None,
) -> RosterImport:
    """As import_file, for a plan that was made already. ``scope``: where rows may be written when it is not the
    actor's own
    (a command on the server); ``compared``: (revision, diff, facts) of a comparison just made with the same
    arguments.
    """
    filename = filename or os.path.basename(path)
    with open(path, "rb") as file:
        batch = receive(actor, now, file, filename, as_of, sheets, unit, complete, again)
    batch.decisions = {key: rosters_plan.sealed(decision) for key, decision in (decisions or {}).items()}
    batch.save(update_fields=["decisions"])
    store(batch, plan)
    if not commit:
        compare(batch, plan, now, progress)
        return batch
    writing = _Writing(batch, plan, actor, now, scope or scope_of(actor, now), accept_review, progress)
    return writing.run(compared=compared)
