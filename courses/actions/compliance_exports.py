"""学时达标 leaving the portal: units and people in one workbook; the audit row comes first."""

from __future__ import annotations

import tempfile

from django.db import transaction
from django.utils.translation import gettext as _

from courses.queries import compliance as queries
from portal import audit
from portal import figures as show
from portal.sheets import OutColumn, OutSheet, write_book
from staffing.actions.exports import Made
from staffing.queries.gaps import Desk
from staffing.queries.people_of import DENOMINATOR
from staffing.queries.policies import basis_text
from staffing.resources import heading, in_file_language


def export_compliance(*, actor, now, desk: Desk, side: str = DENOMINATOR) -> Made:
    """The units' table and the people of ``side``, ID numbers masked; audited as export.made.

    Raises KeyError for an unknown side.
    """
    with in_file_language():
        found = queries.people(desk, side)
        board, lines = queries.board(desk), queries.facts(desk, found)
        title = _("%(unit)s %(year)s年学时达标情况") % {"unit": desk.unit.name, "year": desk.year}
        words = _("截至%(day)s") % {"day": desk.as_of.isoformat()}
        note = heading(title, words, by=actor, now=now, basis=f"{basis_text(desk.policy)} {desk.policy.legal_basis}")
        sheets = [_units(board, note), _people(lines, note)]
        file = tempfile.SpooledTemporaryFile(max_size=4 * 2**20)  # noqa: SIM115
        write_book(file, sheets)
        with transaction.atomic():
            audit.record(
                actor=actor,
                now=now,
                action="export.made",
                rows=len(lines),
                unit_code=desk.unit.code,
                what="hours.compliance",
                as_of=desk.as_of.isoformat(),
                side=side,
            )
        file.seek(0)
        return Made(file, f"{title}_{desk.as_of.isoformat()}.xlsx", len(lines))


def _units(board: queries.Board, note: str) -> OutSheet:
    columns = [
        OutColumn(_("单位"), 30),
        OutColumn(_("应达标人数"), 12),
        OutColumn(_("达标人数"), 10),
        OutColumn(_("未达标人数"), 12),
        OutColumn(_("达标率"), 10),
        OutColumn(_("预计不能达标"), 14),
        OutColumn(_("还差学时合计"), 14),
    ]
    rows = [
        [
            str(line.unit.name),
            line.figure.due,
            line.figure.met,
            line.figure.short,
            show.percent(line.figure.rate, 2, 1),
            line.behind,
            float(line.missing),
        ]
        for line in (board.whole, *board.children)
    ]
    return OutSheet(_("单位"), columns, rows, note)


def _people(lines: list[queries.HourFact], note: str) -> OutSheet:
    columns = [
        OutColumn(_("工号"), 14, text=True),
        OutColumn(_("姓名"), 10),
        OutColumn(_("身份证号"), 22, text=True),
        OutColumn(_("编制所在单位"), 28),
        OutColumn(_("现工作单位"), 28),
        OutColumn(_("应学学时"), 10),
        OutColumn(_("已计入"), 10),
        OutColumn(_("其中线上"), 10),
        OutColumn(_("还差"), 10),
        OutColumn(_("其中线上至少"), 14),
        OutColumn(_("是否达标"), 10),
        OutColumn(_("照现进度年底"), 14),
        OutColumn(_("预计"), 12),
    ]
    rows = (_row(line) for line in lines)
    return OutSheet(_("人员"), columns, rows, note)


def _row(line: queries.HourFact) -> list:
    person, forecast = line.person, line.forecast
    will = "" if forecast is None else _("能达标") if forecast.will_meet else _("不能达标")
    return [
        person.staff_no,
        person.name,
        person.id_masked,
        person.home,
        person.actual or person.base,
        *(float(value) for value in (line.target, line.counted, line.online, line.missing, line.online_missing)),
        _("达标") if line.met else _("未达标"),
        float(forecast.projected) if forecast else None,
        will,
    ]
