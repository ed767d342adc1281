"""What the gap pages hand out, column by column: the people behind a figure, postings, and the figures of units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from portal import figures as show
from staffing.models import UnitKind
from staffing.queries.people_of import CATEGORIES, CERT_STATES, REVIEWER_STATES, STANDINGS
from staffing.resources import Column, Sheet


class GapSheet(Sheet):
    """Rows are facts as the pages show them: ID numbers masked for everybody."""

    def _cells(self, rows: Iterable, chosen: list[Column], full: bool) -> Iterator[list]:
        return ([column.export(row) for column in chosen] for row in rows)


def _of(*names: str):
    """Reads ``row.a.b`` for ("a", "b")."""

    def read(row):
        for name in names:
            row = getattr(row, name)
        return row

    return read


class GapPeopleResource(GapSheet):
    """名单: one row a person. Rows are ``PersonFact``."""

    staff_no = Column("工号", _of("staff_no"), width=14, text=True)
    name = Column("姓名", _of("name"))
    id_number = Column("身份证号", _of("id_masked"), width=22, text=True)
    gender = Column("性别", _of("gender"), width=6)
    age = Column("年龄", _of("age"), width=6, private=True)
    category = Column("人员类别", lambda row: str(CATEGORIES[row.category]), width=16)
    home_unit = Column("编制所在单位", _of("home"), width=28)
    work_unit = Column("现工作单位", lambda row: row.actual or row.base, width=28)
    standing = Column("在岗情况", lambda row: str(STANDINGS[row.state]), width=10)
    position = Column("职务", _of("position"), width=14)
    cert_no = Column("执法证号", _of("cert_no"), width=18, text=True)
    cert_until = Column("有效期至", _of("cert_until"))
    cert_state = Column("证件状态", lambda row: str(CERT_STATES[row.cert_state]), width=10)
    legal = Column("法律职业资格", lambda row: _("有") if row.legal else "")
    reviewer = Column("法制审核人员", lambda row: str(REVIEWER_STATES.get(row.reviewer, "")), width=14)
    hours_target = Column("本年目标学时", _of("hours_target"))
    hours_counted = Column("已计入学时", _of("hours_counted"))


class GapPostingResource(GapSheet):
    """名单: one row a posting with its person. Rows are ``PersonFact`` with ``posting``."""

    staff_no = Column("工号", _of("staff_no"), width=14, text=True)
    name = Column("姓名", _of("name"))
    id_number = Column("身份证号", _of("id_masked"), width=22, text=True)
    home_unit = Column("编制所在单位", _of("home"), width=28)
    posting_type = Column("派驻形式", lambda row: row.posting.get_kind_display(), width=10)
    posted_unit = Column("派驻单位", _of("posting", "place"), width=28)
    start = Column("派驻时间", _of("posting", "start"))
    due = Column("应归位日期", _of("posting", "due"))
    basis = Column("文号", _of("posting", "doc_no"), width=24, text=True)
    position = Column("职务", _of("position"), width=14)


def _ratio(f) -> str:
    d = f.downstream
    return "" if d.ratio is None else show.percent(d.ratio, 2, d.target)


def _unit_kind(f) -> str:
    return str(dict(UnitKind.choices).get(f.unit.kind, ""))


class GapResource(GapSheet):
    """缺口: one row a unit. Rows are ``Figures``."""

    unit = Column("单位", lambda f: str(f.unit.name), width=30)
    kind = Column("类别", _unit_kind, width=16)
    officers = Column("执法人员", _of("headcount", "officers"), width=10)
    in_post = Column("在岗", _of("headcount", "in_post"), width=8)
    auxiliaries = Column("辅助人员", _of("headcount", "auxiliaries"), width=10)
    downstream = Column("下沉人数", _of("downstream", "numerator"), width=10)
    downstream_of = Column("下沉基数", _of("downstream", "denominator"), width=10)
    downstream_ratio = Column("下沉比例", _ratio, width=10)
    reviewers_required = Column("审核人员应有", _of("reviewers", "required"))
    reviewers_qualified = Column("审核人员合格", _of("reviewers", "qualified"))
    reviewers_gap = Column("审核人员缺", _of("reviewers", "gap"))
    reviewers_unit_gaps = Column("逐单位相加缺", _of("reviewers", "sum_of_unit_gaps"), width=14)
    certified = Column("有效持证", _of("certificates", "in_force"), width=10)
    expiring = Column("90日内到期", _of("certificates", "expiring_90"))
    expired = Column("过期", _of("certificates", "expired"), width=8)
    hours_due = Column("学时应达标", _of("hours", "due"))
    hours_met = Column("学时达标", _of("hours", "met"), width=10)
    postings_open = Column("派驻借调在期", _of("postings", "open"), width=14)
    postings_due = Column("30日内应归位", _of("postings", "due_30"), width=14)
    postings_overdue = Column("逾期未归位", _of("postings", "overdue"))


def sheet_of(people) -> type[GapSheet]:
    """The resource for a list: of postings where the figure counts postings, else of people."""
    return GapPostingResource if people.posting_ids is not None else GapPeopleResource
