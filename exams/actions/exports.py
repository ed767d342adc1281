"""Registers leaving the portal: every file is a row in the audit trail before anybody holds it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from exams.models.sittings import Sitting
from exams.queries.register import sheet_of
from portal import audit
from portal.sheets import OutColumn, OutSheet
from staffing.actions.exports import Made, write_file


def register_book(*, actor, now, sitting: Sitting) -> Made:
    """The register as a workbook, once released as it was frozen, numbers masked; audited as export.made."""
    found = sheet_of(sitting)
    columns = [
        OutColumn(_("准考证号"), 16, text=True),
        OutColumn(_("姓名"), 10),
        OutColumn(_("工号"), 12, text=True),
        OutColumn(_("身份证号"), 20, text=True),
        OutColumn(_("单位"), 28),
        *(OutColumn(paper, 14) for paper in found.papers),
        OutColumn(_("考试结果"), 10),
        OutColumn(_("原因"), 20),
        OutColumn(_("资格"), 30),
        OutColumn(_("合格证明编号"), 20, text=True),
    ]
    rows = (
        [
            row["exam_no"],
            row["name"],
            row["staff_no"],
            row["id_masked"],
            row["unit"],
            *row["scores"],
            row["outcome_text"],
            row["reason"],
            row["note"],
            row["certificate"],
        ]
        for row in found.rows
    )
    sheet = OutSheet(_("成绩登记册"), columns, rows, note=sitting.title)
    name = _("%(title)s成绩登记册.xlsx") % {"title": sitting.title}
    return write_file(
        sheet, actor=actor, now=now, name=name, rows=found.sums.registered, what="exam.register", sitting=sitting.code
    )


def note_register(*, actor, now, sitting: Sitting, rows: int) -> None:
    """Audit row of a printed register."""
    with transaction.atomic():
        audit.record(actor=actor, now=now, action="export.made", obj=sitting, rows=rows, what="exam.register.pdf")
