"""What the uploads of the exam office share: how large a file may be, how it is kept, how it is given up."""

from __future__ import annotations

import hashlib
import json
import os

from django.db import transaction
from django.utils.translation import gettext as _

from exams.models.imports import ExamImport
from exams.models.sittings import Sitting
from portal import audit
from portal.actions.errors import Refused
from staffing import files

State = ExamImport.State


def content_of(file, most: int) -> bytes:
    """All bytes of an upload. Raises Refused for one that is empty or has more than ``most`` bytes."""
    file.seek(0)
    data = file.read(most + 1)
    if not data:
        raise Refused(_("文件是空的，请检查后重新选择。"), "file")
    if len(data) > most:
        raise Refused(_("文件超过%(limit)s MB，请分成几个文件上传。") % {"limit": most // 2**20}, "file")
    return data


def suffix_of(filename: str) -> str:
    """The ending under which a file is kept and read."""
    return os.path.splitext(filename)[1].lower()[:6]


def keep_sheet(
    *, actor, now, kind: str, sitting: Sitting, file: str, filename: str, data: bytes, plan: dict, totals: dict
) -> ExamImport:
    """A sheet of a sitting that was read already, waiting for a look. ``file``: its name in private storage."""
    plan_file = files.put_upload([json.dumps(plan, ensure_ascii=False).encode()], ".json")
    with transaction.atomic():
        kept = ExamImport.objects.create(
            kind=kind,
            sitting=sitting,
            file=file,
            file_name=os.path.basename(filename)[:200],
            sha256=hashlib.sha256(data).hexdigest(),
            plan_file=plan_file,
            totals=totals,
            state=State.PREVIEW,
            uploaded_by=actor,
            uploaded_at=now,
        )
        audit.record(
            actor=actor,
            now=now,
            action="exam_import.uploaded",
            obj=kept,
            unit_code=sitting.unit.code,
            file=kept.file_name,
            sha256=kept.sha256,
            sitting=sitting.code,
            totals=totals,
        )
    return kept


def discard_sheet(*, actor, now, kept: ExamImport) -> None:
    """Give a sheet up before it is committed; its files go. Doing it twice is harmless."""
    with transaction.atomic():
        waiting = ExamImport.objects.filter(pk=kept.pk, state=State.PREVIEW)
        if not waiting.update(state=State.DISCARDED, plan_file=""):
            return
        audit.record(
            actor=actor,
            now=now,
            action="exam_import.discarded",
            obj=kept,
            unit_code=kept.sitting.unit.code,
            file=kept.file_name,
        )
    files.remove(kept.file, kept.plan_file)
