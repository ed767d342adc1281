"""Registering by spreadsheet: upload and plan, look, commit. A list of names is short, so it is read at once; the file
and its plan are kept sealed until the import is committed or given up.
"""

from __future__ import annotations

import hashlib
import json
import os

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exams.actions import registrations
from exams.actions.registrations import Registered, Way
from exams.models.imports import ExamImport
from exams.models.sittings import Sitting
from exams.queries.registrations import Plan, UnreadableError, plan
from portal import audit
from portal.access import Access
from portal.actions.errors import Refused
from portal.sheets import SheetError
from staffing import files
from staffing.models import Person
from staffing.queries import rosters_plan

State = ExamImport.State
MOST_BYTES = 5 * 2**20


def upload_sheet(*, actor, now, sitting: Sitting, file, filename: str) -> ExamImport:
    """Keep an uploaded list, read it and plan what it would do. Registers nobody.

    Raises Refused for a file that is empty, too large or cannot be read, with what to do about it.
    """
    data = file.read(MOST_BYTES + 1)
    if not data:
        raise Refused(_("文件是空的，请检查后重新选择。"), "file")
    if len(data) > MOST_BYTES:
        raise Refused(_("文件超过%(limit)s MB，请分成几个文件上传。") % {"limit": MOST_BYTES // 2**20}, "file")
    suffix = os.path.splitext(filename)[1].lower()[:6]
    name = files.put_upload([data], suffix)
    try:
        made = _plan(actor, now, sitting, name, filename, suffix)
    except (SheetError, UnreadableError) as error:
        files.remove(name)
        lang = "en" if (get_language() or "").startswith("en") else "zh"
        raise Refused(error.text(lang) if isinstance(error, SheetError) else str(error), "file") from error
    plan_name = files.put_upload([json.dumps(made.as_json(), ensure_ascii=False).encode()], ".json")
    with transaction.atomic():
        imported = ExamImport.objects.create(
            kind=ExamImport.Kind.REGISTRATIONS,
            sitting=sitting,
            file=name,
            file_name=os.path.basename(filename)[:200],
            sha256=hashlib.sha256(data).hexdigest(),
            plan_file=plan_name,
            totals=made.totals,
            state=State.PREVIEW,
            uploaded_by=actor,
            uploaded_at=now,
        )
        audit.record(
            actor=actor,
            now=now,
            action="exam_import.uploaded",
            obj=imported,
            unit_code=sitting.unit.code,
            file=imported.file_name,
            sha256=imported.sha256,
            sitting=sitting.code,
            totals=made.totals,
        )
    return imported


def _plan(actor, now, sitting, name, filename, suffix) -> Plan:
    with files.clear_copy(name, suffix) as path:
        book = rosters_plan.read(path, os.path.basename(filename))
    scope = Access(actor, now).scope("registrations.edit")
    return plan(book, sitting, scope=scope, day=timezone.localdate(now))


def plan_of(imported: ExamImport) -> Plan:
    """The stored plan. Raises FileNotFoundError once it has been removed."""
    with files.open_clear(imported.plan_file) as file:
        return Plan.of(json.load(file))


def commit_sheet(*, actor, now, imported: ExamImport) -> Registered:
    """Register the accepted people of a looked-at list, once; everything is checked again as of now.

    A second commit registers nobody and says so. Raises Refused when the list was given up.
    """
    wanted = plan_of(imported).accepted if imported.plan_file else []
    with transaction.atomic():
        waiting = ExamImport.objects.filter(pk=imported.pk, state=State.PREVIEW)
        if not waiting.update(state=State.COMMITTED, committed_at=now):
            if ExamImport.objects.filter(pk=imported.pk, state=State.COMMITTED).exists():
                return Registered()
            raise Refused(_("这份名单已放弃，请重新上传。"))
        people = list(Person.objects.filter(pk__in=wanted).order_by("staff_no"))
        done = registrations.register_people(
            actor=actor, now=now, sitting=imported.sitting, people=people, way=Way.SHEET
        )
        imported.refresh_from_db()
    return done


def discard_sheet(*, actor, now, imported: ExamImport) -> None:
    """Give an upload up before it is committed; its files go. Doing it twice is harmless."""
    with transaction.atomic():
        if not ExamImport.objects.filter(pk=imported.pk, state=State.PREVIEW).update(
            state=State.DISCARDED, plan_file=""
        ):
            return
        audit.record(
            actor=actor,
            now=now,
            action="exam_import.discarded",
            obj=imported,
            unit_code=imported.sitting.unit.code,
            file=imported.file_name,
        )
    files.remove(imported.file, imported.plan_file)
