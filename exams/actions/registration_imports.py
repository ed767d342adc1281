"""Registering by spreadsheet: upload and plan, look, commit. A list of names is short, so it is read at once; the file
and its plan are kept sealed until the import is committed or given up.
"""

from __future__ import annotations

import json
import os

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exams.actions import registrations, uploads
from exams.actions.registrations import Registered, Way
from exams.models.imports import ExamImport
from exams.models.sittings import Sitting
from exams.queries.registrations import Plan, UnreadableError, plan
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
    data, suffix = uploads.content_of(file, MOST_BYTES), uploads.suffix_of(filename)
    name = files.put_upload([data], suffix)
    try:
        made = _plan(actor, now, sitting, name, filename, suffix)
    except (SheetError, UnreadableError) as error:
        files.remove(name)
        lang = "en" if (get_language() or "").startswith("en") else "zh"
        raise Refused(error.text(lang) if isinstance(error, SheetError) else str(error), "file") from error
    return uploads.keep_sheet(
        actor=actor,
        now=now,
        kind=ExamImport.Kind.REGISTRATIONS,
        sitting=sitting,
        file=name,
        filename=filename,
        data=data,
        plan=made.as_json(),
        totals=made.totals,
    )


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
