"""The list of a sitting's candidates as a workbook; audited like every export."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models.sittings import Registration, Sitting
from portal.sheets import OutColumn, OutSheet
from staffing.actions.exports import Made, write_file
from staffing.resources import in_file_language


def export_candidates(*, actor, now, sitting: Sitting, rows, words: str = "") -> Made:
    """``rows`` (a queryset of Registration with person and unit) without any ID number. ``words``: what list it is."""
    with in_file_language():
        columns = [
            OutColumn(_("准考证号"), 18, text=True),
            OutColumn(_("姓名"), 12),
            OutColumn(_("工号"), 12, text=True),
            OutColumn(_("身份证号"), 22, text=True),
            OutColumn(_("单位"), 30),
            OutColumn(_("报名方式"), 10),
            OutColumn(_("报名状态"), 10),
            OutColumn(_("原因"), 30),
            OutColumn(_("结果"), 10),
        ]
        found = [_line(row) for row in rows]
        return write_file(
            OutSheet(_("考生名单"), columns, found, note=sitting.title),
            actor=actor,
            now=now,
            name=f"{sitting.title}_{_('考生名单')}_{timezone.localdate(now).isoformat()}.xlsx",
            rows=len(found),
            obj=sitting,
            unit_code=sitting.unit.code,
            what="candidates",
            list=words,
        )


def _line(row: Registration) -> list:
    return [
        row.exam_no or "",
        row.person.name,
        row.person.staff_no,
        row.person.id_masked,
        row.unit.name,
        row.get_way_display(),
        row.get_state_display(),
        row.reason,
        row.get_outcome_display() if row.outcome else "",
    ]
