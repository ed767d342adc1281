"""Sign-in sheets to print: everybody expected in two blocks, with room for two signatures. No personal numbers."""

from __future__ import annotations

import io
from itertools import zip_longest

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Session
from courses.queries.attendance import ABSENT, Attendee, part_label, roll
from courses.queries.sessions import number_words, when
from portal import audit, pdf
from portal.access import Scope
from portal.actions.errors import Refused
from portal.sheets import OutColumn, OutSheet, write_book

# Lines of one page, and rows of the two blocks on it.
LINES = 28
# So many empty lines at the end for who comes unexpected.
SPARE = 4


def _people(session: Session, scope: Scope) -> list[Attendee]:
    """Everybody expected inside ``scope``. Raises Refused when there is nobody, or the lecture was called off."""
    if session.state == Session.State.CANCELLED:
        raise Refused(_("讲座已取消，没有签到表。"))
    found = [line for line in roll(session, scope).lines if line.part != "guest"]
    if not found:
        raise Refused(_("您的管理范围内没有应到人员。"))
    return found


def _title(session: Session) -> str:
    told = {"series": session.series.name, "year": session.year, "number": number_words(session)}
    return _("%(series)s（%(year)s年%(number)s）签到表") % told


def _line(session: Session) -> str:
    told = {"title": session.title, "when": when(session), "place": session.place or "—"}
    return _("主题：%(title)s　时间：%(when)s　地点：%(place)s") % told


def _note(actor, now, session: Session, rows: int, form: str) -> None:
    with transaction.atomic():
        audit.record(
            actor=actor,
            now=now,
            action="export.made",
            obj=session,
            unit_code=session.series.unit.code,
            what="sign_in_sheet",
            rows=rows,
            format=form,
        )


def _on_leave(line: Attendee | None) -> str:
    return part_label(line.part) if line is not None and line.part == "leave" else ""


def pdf_sheet(*, actor, now, session: Session, scope: Scope) -> bytes:
    """The sheet as PDF, audited. Raises Refused without anybody expected."""
    people = _people(session, scope)
    numbered = [(n, line, _on_leave(line)) for n, line in enumerate(people, 1)]
    blank = [(n, None, "") for n in range(len(people) + 1, len(people) + SPARE + 1)]
    everything, pages = numbered + blank, []
    for at in range(0, len(everything), 2 * LINES):
        part = everything[at : at + 2 * LINES]
        # The last page is filled evenly, so that both blocks end together.
        half = LINES if len(part) == 2 * LINES else -(-len(part) // 2)
        pages.append(list(zip_longest(part[:half], part[half:])))
    context = {
        "title": _title(session),
        "line": _line(session),
        "pages": pages,
        "n": len(people),
        "unit": session.series.unit,
        "printed_by": str(actor),
        "printed_at": timezone.localtime(now),
    }
    body = pdf.render("courses/attendance/sheet_pdf.html", context)
    _note(actor, now, session, len(people), "pdf")
    return body


def xlsx_sheet(*, actor, now, session: Session, scope: Scope) -> bytes:
    """The sheet as a workbook of one block, with staff numbers: filled in, it can be imported again. Audited. Raises
    Refused without anybody expected.
    """
    people = _people(session, scope)
    columns = [
        OutColumn(_("序号"), 6),
        OutColumn(_("姓名"), 12),
        OutColumn(_("工号"), 14, text=True),
        OutColumn(_("单位"), 30),
        OutColumn(_("签到时间"), 18),
        OutColumn(_("签退时间"), 18),
        OutColumn(_("签到方式"), 10),
        OutColumn(_("备注"), 24),
    ]
    rows = [
        (
            n,
            line.name,
            line.staff_no,
            line.unit.name if line.unit else "",
            _local(line, "signed_in"),
            _local(line, "signed_out"),
            line.row.get_way_display() if line.row else "",
            "" if line.part in (ABSENT, "present") else part_label(line.part),
        )
        for n, line in enumerate(people, 1)
    ]
    out = io.BytesIO()
    write_book(out, [OutSheet(_("签到表"), columns, rows, note=f"{_title(session)}　{_line(session)}")])
    _note(actor, now, session, len(people), "xlsx")
    return out.getvalue()


def _local(line: Attendee, name: str):
    moment = getattr(line.row, name, None)
    return timezone.localtime(moment) if moment else None
