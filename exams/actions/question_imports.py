"""Importing questions: upload, plan, look, commit, undo. Reading and planning happen outside any transaction; a
commit is one. States: reading → preview (or refused) → committed → undone; discarded from any before committing.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exams.actions import uploads
from exams.actions.bank import add_questions
from exams.actions.pictures import add_picture
from exams.formats import store
from exams.formats.model import FormatError, Reading
from exams.models import Bank, ExamImport, QuestionState
from exams.queries import question_plan
from portal import audit, jobs
from portal.actions.errors import Refused
from portal.sheets import SheetError
from staffing import files

State = ExamImport.State
MOST_BYTES = 40 * 2**20
# Rows up to which a commit is quick enough to be made within a request.
AT_ONCE = 1500
PREPARE, COMMIT = "questions.prepare", "questions.commit"


def upload(*, actor, now, bank: Bank, file, filename: str) -> ExamImport:
    """Keep an upload sealed and queue its reading. Raises Refused for a closed bank, a file that is empty or too large,
    and one whose content this bank has taken in already.
    """
    if bank.closed:
        raise Refused(_("题库“%(bank)s”已停用，不能增加试题。") % {"bank": bank.name}, "file")
    data = uploads.content_of(file, MOST_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    if twin := _twin(bank, digest):
        told = {"day": date_format(twin.committed_at, "Y-m-d")}
        raise Refused(_("这份文件已于%(day)s导入本题库，内容没有变化。") % told, "file")
    name = files.put_upload([data], uploads.suffix_of(filename))
    with transaction.atomic():
        batch = ExamImport.objects.create(
            kind=ExamImport.Kind.QUESTIONS,
            bank=bank,
            file=name,
            file_name=os.path.basename(filename)[:200],
            sha256=digest,
            uploaded_by=actor,
            uploaded_at=now,
        )
        _note(actor, now, "exam_import.uploaded", batch, sha256=digest)
        batch.job = jobs.start(
            actor=actor,
            now=now,
            kind=PREPARE,
            title=_("解析试题：%(file)s") % {"file": batch.file_name},
            args={"import": str(batch.pk)},
            result_url=reverse("exams:question_import", args=[batch.pk]),
        )
        batch.save(update_fields=["job"])
    batch.refresh_from_db()
    return batch


def _twin(bank: Bank, digest: str) -> ExamImport | None:
    rows = ExamImport.objects.filter(kind=ExamImport.Kind.QUESTIONS, bank=bank, sha256=digest)
    return rows.filter(state=State.COMMITTED).first()


def _note(actor, now, action: str, batch: ExamImport, **data) -> None:
    audit.record(actor=actor, now=now, action=action, obj=batch, bank=batch.bank.code, file=batch.file_name, **data)


def prepare(*, now, import_id, progress=lambda done, total, text: None) -> ExamImport:
    """Read, compare and store the plan. Again: the plan is made anew. A file that cannot be read leaves the import
    refused with the reason.
    """
    batch = question_plan.find_import(import_id)
    if batch.state not in (State.READING, State.PREVIEW):
        return batch
    progress(0, 0, _("正在读取文件"))
    suffix = os.path.splitext(batch.file)[1]
    try:
        with files.clear_copy(batch.file, suffix) as path:
            reading = question_plan.read_file(path, batch.file_name)
    except (SheetError, FormatError) as error:
        text = question_plan.error_text(error, get_language() or "zh")
        ExamImport.objects.filter(pk=batch.pk, state=State.READING).update(state=State.REFUSED, error=text[:500])
        batch.refresh_from_db()
        return batch
    progress(0, 0, _("正在与题库比对"))
    keep_pictures(reading, actor=batch.uploaded_by, now=now)
    question_plan.compare(reading, batch.bank)
    _store(batch, reading, state=State.PREVIEW)
    return batch


def keep_pictures(reading: Reading, *, actor, now) -> None:
    """Store the file's pictures and let the drafts name them as stored."""
    names: dict[str, str | None] = {}
    for sha, (name, content) in reading.pictures.items():
        try:
            names[sha] = add_picture(actor=actor, now=now, content=content, name=name).sha256
        except Refused:
            names[sha] = None
    question_plan.rename_pictures(reading, names)


def _store(batch: ExamImport, reading: Reading, *, written: int = 0, **fields) -> None:
    """Keep the plan as it stands, in place of the one before; nothing when the import is over meanwhile."""
    name = files.put_upload([json.dumps(store.to_json(reading), ensure_ascii=False).encode()], ".json")
    changed = ExamImport.objects.filter(pk=batch.pk, state__in=(State.READING, State.PREVIEW))
    if changed.update(plan_file=name, totals={**reading.totals, "written": written}, **fields):
        transaction.on_commit(lambda old=batch.plan_file: files.remove(old))
    else:
        files.remove(name)
    batch.refresh_from_db()


def request_commit(*, actor, now, import_id, **choices) -> ExamImport:
    """Commit at once, or in the background when there are many rows. Raises Refused."""
    batch = question_plan.find_import(import_id)
    if sum(batch.totals.values()) <= AT_ONCE:
        return commit(actor=actor, now=now, import_id=import_id, **choices)
    _check(choices.get("activate", False), choices.get("reason", ""))
    with transaction.atomic():
        batch.job = jobs.start(
            actor=actor,
            now=now,
            kind=COMMIT,
            title=_("导入试题：%(file)s") % {"file": batch.file_name},
            args={"import": str(batch.pk), **choices},
            result_url=reverse("exams:question_import", args=[batch.pk]),
        )
        batch.save(update_fields=["job"])
    return batch


def _check(activate: bool, reason: str) -> None:
    if activate and not reason.strip():
        raise Refused(_("请填写本批试题由谁、何时审定。"), "reason")


def commit(*, actor, now, import_id, with_review: bool = False, activate: bool = False, reason: str = "") -> ExamImport:
    """Write the import's questions, once: accepted and corrected rows, with ``with_review`` the doubtful ones too.

    Compared again as of now: what the bank has got meanwhile is not written twice. ``activate``: the batch was reviewed
    elsewhere, as ``reason`` says; its questions go into use at once, the committer answering for the review. Raises
    Refused when there is nothing to write, or the import was given up.
    """
    _check(activate, reason)
    batch = question_plan.find_import(import_id)
    reading = question_plan.stored_plan(batch) if batch.state == State.PREVIEW else None
    with transaction.atomic():
        # Everything that writes to a bank queues here, so that the comparison stays true.
        bank = Bank.objects.select_for_update().get(pk=batch.bank_id)
        batch = ExamImport.objects.select_for_update(of=("self",)).select_related("bank").get(pk=batch.pk)
        if batch.state == State.COMMITTED:
            return batch
        if batch.state != State.PREVIEW or reading is None:
            raise Refused(_("这次导入现在不能写入（%(state)s）。") % {"state": batch.get_state_display()})
        question_plan.compare(reading, bank)
        choices = {"with_review": with_review, "activate": activate, "reason": reason}
        written = write(actor=actor, now=now, batch=batch, reading=reading, **choices)
        _store(batch, reading, written=written, state=State.COMMITTED, committed_at=now)
    return batch


def write(*, actor, now, batch: ExamImport, reading: Reading, with_review: bool, activate: bool, reason: str) -> int:
    """The rows of a compared reading into the batch's bank; the number written. Inside the caller's transaction."""
    actions = {"accept", "fix"} | ({"review"} if with_review else set())
    drafts = [row.draft for row in reading.rows if row.draft and row.action in actions]
    if not drafts:
        raise Refused(_("没有可以导入的试题。"))
    choice = {"state": QuestionState.ACTIVE, "reviewer": actor} if activate else {}
    add_questions(actor=actor, now=now, bank=batch.bank, drafts=drafts, imported=batch, **choice)
    told = {"written": len(drafts), "totals": reading.totals, "sha256": batch.sha256}
    if activate:
        told |= {"activated": True, "reason": reason.strip()[:300]}
    _note(actor, now, "questions.imported", batch, **told)
    return len(drafts)


def discard(*, actor, now, import_id) -> None:
    """Give up an import that was not written; its files are removed. Doing it twice does nothing."""
    with transaction.atomic():
        batch = ExamImport.objects.select_for_update(of=("self",)).select_related("bank").get(pk=import_id)
        if batch.state == State.DISCARDED:
            return
        if batch.state not in (State.READING, State.PREVIEW, State.REFUSED):
            raise Refused(_("这次导入已经写入，请用撤销。"))
        names = batch.file, batch.plan_file
        batch.state, batch.file, batch.plan_file = State.DISCARDED, "", ""
        batch.save(update_fields=["state", "file", "plan_file"])
        _note(actor, now, "exam_import.discarded", batch)
        transaction.on_commit(lambda: files.remove(*names))


@dataclass(frozen=True)
class FileImport:
    """What ``import_file`` found and did: ``batch`` None when nothing was written."""

    reading: Reading
    batch: ExamImport | None = None


def import_file(
    *,
    actor,
    now,
    bank: Bank,
    path: str,
    reading: Reading,
    sha256: str,
    with_review: bool = False,
    activate: bool = False,
    reason: str = "",
) -> FileImport:
    """Commit a file in one go, for commands and the demonstration. The same file into the same bank again writes
    nothing and gives the first import. Raises Refused when no row can be written.
    """
    _check(activate, reason)
    if twin := _twin(bank, sha256):
        question_plan.compare(reading, bank)
        return FileImport(reading, twin)
    keep_pictures(reading, actor=actor, now=now)
    with open(path, "rb") as file:
        name = files.put_upload(iter(lambda: file.read(2**20), b""), os.path.splitext(path)[1].lower()[:6])
    try:
        with transaction.atomic():
            bank = Bank.objects.select_for_update().get(pk=bank.pk)
            batch = ExamImport.objects.create(
                kind=ExamImport.Kind.QUESTIONS,
                bank=bank,
                file=name,
                file_name=os.path.basename(path)[:200],
                sha256=sha256,
                state=State.PREVIEW,
                uploaded_by=actor,
                uploaded_at=now,
            )
            question_plan.compare(reading, bank)
            choices = {"with_review": with_review, "activate": activate, "reason": reason}
            written = write(actor=actor, now=now, batch=batch, reading=reading, **choices)
            _store(batch, reading, written=written, state=State.COMMITTED, committed_at=now)
    except BaseException:
        files.remove(name)
        raise
    return FileImport(reading, batch)
