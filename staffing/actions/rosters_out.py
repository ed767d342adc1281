"""The annotated workbook leaves the house: made anew each time, and written to the audit trail."""

from __future__ import annotations

import os
import tempfile

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from staffing import files
from staffing.actions.errors import Refused
from staffing.models import RosterImport
from staffing.queries import rosters as queries
from staffing.queries import rosters_annotate
from staffing.queries.rosters_show import lang
from staffing.resources import in_file_language


def annotated_workbook(*, actor, now, import_id) -> bytes:
    """The uploaded workbook with remarks on its cells. Raises Refused when the upload is no longer kept."""
    batch = RosterImport.objects.get(pk=import_id)
    plan, diff = queries.plan_of(batch), queries.diff_of(batch)
    if plan is None or not batch.file:
        raise Refused(_("原文件已不保存，不能生成批注表。"))
    suffix = os.path.splitext(batch.file)[1]
    with (
        tempfile.TemporaryDirectory(prefix="portal-") as folder,
        files.clear_copy(batch.file, suffix) as source,
        in_file_language(),
    ):
        out = os.path.join(folder, "annotated.xlsx")
        refused = diff.refused if diff else frozenset()
        rosters_annotate.annotate(source, plan.load(), out, name=batch.file_name, refused=refused, lang=lang())
        with open(out, "rb") as made:
            data = made.read()
    with transaction.atomic():
        audit.record(
            actor=actor,
            now=now,
            action="export.made",
            obj=batch,
            unit_code=batch.unit.code if batch.unit else "",
            what="roster.annotated",
            number=batch.number,
            rows=len(plan),
        )
    return data
