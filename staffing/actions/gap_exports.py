"""Figures and the lists behind them as workbooks. Every file is a row in the audit trail before anybody holds it."""

from __future__ import annotations

import tempfile

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal import figures as show
from portal.sheets import OutColumn, OutSheet, write_book
from staffing.actions.exports import Made
from staffing.models import UnitKind
from staffing.queries.figures import Figures
from staffing.queries.people_of import CATEGORIES, CERT_STATES, REVIEWER_STATES, STANDINGS, People, PersonFact
from staffing.queries.policies import basis_text
from staffing.resources import heading, in_file_language


def export_people(*, actor, now, people: People) -> Made:
    """The list behind a figure, ID numbers masked, with what it lists, day and policy above the table."""
    with in_file_language():
        title = f"{people.unit.name} {people.label}"
        note = _note(title, _("共%(n)s人，截至%(day)s") % {"n": people.count, "day": people.as_of}, people, actor, now)
        columns, line = (_POSTING_COLUMNS, _posting_line) if people.posting_ids is not None else (_COLUMNS, _line)
        sheet = OutSheet(_("名单"), [OutColumn(*c) for c in columns], (line(row) for row in people.rows()), note)
        what = {"figure": people.figure.key, "side": people.side}
        return _write(sheet, title, people.count, people, actor, now, what)


def export_figures(*, actor, now, figures: Figures) -> Made:
    """Figures of a unit and the units one level below, one line each."""
    with in_file_language():
        title = _("%(unit)s 队伍资格缺口") % {"unit": figures.unit.name}
        note = _note(title, _("截至%(day)s") % {"day": figures.as_of}, figures, actor, now)
        lines = [_figure_line(f) for f in (figures, *figures.children)]
        sheet = OutSheet(_("缺口"), [OutColumn(*c) for c in _FIGURE_COLUMNS], lines, note)
        return _write(sheet, title, len(lines), figures, actor, now, {"figure": "board"})


def _note(title, words, source, actor, now) -> str:
    moment = timezone.localtime(now).strftime("%Y-%m-%d %H:%M")
    return heading(title, words, by=actor, now=moment, basis=f"{basis_text(source.policy)} {source.policy.legal_basis}")


def _write(sheet, title, number, source, actor, now, what) -> Made:
    file = tempfile.SpooledTemporaryFile(max_size=4 * 2**20)  # noqa: SIM115
    write_book(file, [sheet])
    with transaction.atomic():
        audit.record(
            actor=actor,
            now=now,
            action="export.made",
            unit_code=source.unit.code,
            what="gaps",
            as_of=source.as_of.isoformat(),
            rows=number,
            **what,
        )
    file.seek(0)
    return Made(file, f"{title}_{source.as_of.isoformat()}.xlsx", number)


_COLUMNS = (
    ("工号", 14, True),
    ("姓名", 12),
    ("身份证号", 22, True),
    ("性别", 6),
    ("年龄", 6),
    ("人员类别", 16),
    ("编制所在单位", 28),
    ("现工作单位", 28),
    ("在岗情况", 10),
    ("职务", 14),
    ("执法证号", 18, True),
    ("有效期至", 12),
    ("证件状态", 10),
    ("法律职业资格", 12),
    ("法制审核人员", 14),
    ("本年目标学时", 12),
    ("已计入学时", 12),
)


def _line(row: PersonFact) -> list:
    return [
        row.staff_no,
        row.name,
        row.id_masked,
        row.gender,
        row.age,
        str(CATEGORIES[row.category]),
        row.home,
        row.actual or row.base,
        str(STANDINGS[row.state]),
        row.position,
        row.cert_no,
        row.cert_until,
        str(CERT_STATES[row.cert_state]),
        _("有") if row.legal else "",
        str(REVIEWER_STATES.get(row.reviewer, "")),
        row.hours_target,
        row.hours_counted,
    ]


_POSTING_COLUMNS = (
    ("工号", 14, True),
    ("姓名", 12),
    ("身份证号", 22, True),
    ("编制所在单位", 28),
    ("派驻形式", 10),
    ("派驻单位", 28),
    ("派驻时间", 12),
    ("应归位日期", 12),
    ("文号", 24, True),
    ("职务", 14),
)


def _posting_line(row: PersonFact) -> list:
    posting = row.posting
    return [
        row.staff_no,
        row.name,
        row.id_masked,
        row.home,
        posting.get_kind_display(),
        posting.place,
        posting.start,
        posting.due,
        posting.doc_no,
        row.position,
    ]


_FIGURE_COLUMNS = (
    ("单位", 30),
    ("类别", 16),
    ("执法人员", 10),
    ("在岗", 8),
    ("辅助人员", 10),
    ("下沉人数", 10),
    ("下沉基数", 10),
    ("下沉比例", 10),
    ("审核人员应有", 12),
    ("审核人员合格", 12),
    ("审核人员缺", 12),
    ("逐单位相加缺", 14),
    ("有效持证", 10),
    ("90日内到期", 12),
    ("过期", 8),
    ("学时应达标", 12),
    ("学时达标", 10),
    ("派驻借调在期", 14),
    ("30日内应归位", 14),
    ("逾期未归位", 12),
)


def _figure_line(f: Figures) -> list:
    d, r, c = f.downstream, f.reviewers, f.certificates
    kinds = dict(UnitKind.choices)
    return [
        f.unit.name,
        str(kinds.get(f.unit.kind, "")),
        f.headcount.officers,
        f.headcount.in_post,
        f.headcount.auxiliaries,
        d.numerator,
        d.denominator,
        "" if d.ratio is None else show.percent(d.ratio, 2, d.target),
        r.required,
        r.qualified,
        r.gap,
        r.sum_of_unit_gaps,
        c.in_force,
        c.expiring_90,
        c.expired,
        f.hours.due,
        f.hours.met,
        f.postings.open,
        f.postings.due_30,
        f.postings.overdue,
    ]
