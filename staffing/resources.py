"""What an exported sheet holds, column by column (django-import-export resources over plain rows).

Headings are the canonical ones of staffing/roster/header_synonyms.csv and cells use the words the roster import
reads, so a sheet that goes out and comes back unchanged changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from import_export import resources
from import_export.fields import Field

from portal.sheets import OutColumn, OutSheet
from staffing.models import Category, EstablishmentType, LeaveKind, QualificationKind
from staffing.queries.people_list import Line

# The roster import's own words where they differ from the labels on our pages.
ESTABLISHMENT = {
    EstablishmentType.CONTRACT: "编外（合同制）",
    EstablishmentType.DISPATCH: "编外（劳务派遣）",
}
CATEGORY = {Category.OFFICER: "执法人员", Category.AUXILIARY: "执法辅助人员", Category.WORKER: "工勤人员"}
LEAVE = {LeaveKind.SICK: "病假", LeaveKind.MATERNITY: "产假", LeaveKind.STUDY: "学习", LeaveKind.OTHER: "待岗"}
LEFT = {
    "retired": "退休",
    "transferred": "调出",
    "resigned": "辞职",
    "dismissed": "辞退",
    "died": "去世",
    "moved": "调出",
    "other": "调出",
}


def in_file_language():
    """Files are written in the language of the installation whoever asks: they go back in as rosters."""
    return translation.override(settings.LANGUAGE_CODE)


def yes_no(value: bool | None) -> str:
    """是, 否, or nothing when it is not known."""
    return "" if value is None else "是" if value else "否"


class Column(Field):
    """A column of an exported sheet. ``private``: only for who may see restricted facts; ``full``: only with full
    numbers.
    """

    def __init__(self, heading: str, read, *, width=12.0, text=False, private=False, full=False):
        super().__init__(column_name=heading, readonly=True)
        self.read, self.width, self.text, self.private, self.full = read, width, text, private, full

    def export(self, instance, **kwargs):
        return self.read(instance)


class Sheet(resources.Resource):
    """A resource whose rows are read one by one: memory does not grow with their number."""

    def columns(self, *, private: bool, full: bool) -> list[str]:
        return [
            name
            for name, column in self.fields.items()
            if (private or not column.private) and (full or not column.full)
        ]

    def sheet(self, name: str, rows: Iterable, *, note: str, private: bool = True, full: bool = False) -> OutSheet:
        """The sheet to write: masked numbers unless ``full``, restricted columns only when ``private``."""
        chosen = [self.fields[key] for key in self.columns(private=private, full=full)]
        heads = [OutColumn(column.column_name, column.width, column.text) for column in chosen]
        return OutSheet(name, heads, self._cells(rows, chosen, full), note)

    def _cells(self, rows: Iterable, chosen: list[Column], full: bool) -> Iterator[list]:
        for row in rows:
            row.full = full
            yield [column.export(row) for column in chosen]


def _person(name):
    return lambda line: getattr(line.person, name)


def _held(kind, name):
    def read(line: Line):
        held = line.held.get(kind)
        return getattr(held, name) if held else None

    return read


def _id(line) -> str:
    return line.person.id_number if line.full else line.person.id_masked


def _birth(line: Line) -> str:
    return line.person.birth_date.isoformat() if line.person.birth_date else ""


def _status(line: Line) -> str:
    """在岗, or what keeps the person away, in the words rosters use ("借调县政府办")."""
    if line.left:
        return LEFT.get(line.membership.end_reason if line.membership else "", "调出")
    if line.away:
        return f"{line.away.get_kind_display()}{line.away_to}"
    return LEAVE[line.leave.kind] if line.leave else "在岗"


def _home(line: Line) -> str:
    unit = line.home or (line.units.get(line.membership.unit_id) if line.membership else None)
    return unit.name if unit else ""


def _establishment(line: Line) -> str:
    row = line.membership
    if row is None or not row.establishment_type:
        return ""
    return ESTABLISHMENT.get(row.establishment_type) or row.get_establishment_type_display()


def _state(line: Line) -> str:
    held = line.held.get(QualificationKind.ENFORCE)
    return str(STATE[held.state]) if held else ""


def _reviewer(line: Line) -> str:
    held = line.held.get(QualificationKind.REVIEWER)
    return yes_no(bool(held and held.state == "valid"))


def _reviewer_mode(line: Line) -> str:
    held = line.held.get(QualificationKind.REVIEWER)
    if held is None or held.full_time is None:
        return ""
    return "专职" if held.full_time else "兼职"


def _legal(line: Line) -> str:
    held = line.held.get(QualificationKind.LEGAL)
    if held is None or held.state != "valid":
        return "无"
    return held.grade or "有"


STATE = {
    "valid": "有效",
    "suspended": "暂扣",
    "expired": "过期",
    "cancelled": "注销",
    "revoked": "收缴",
    "lost": "遗失",
}


class PeopleResource(Sheet):
    """花名册: one row a person, as a bureau keeps it."""

    name = Column("姓名", _person("name"), width=10)
    staff_no = Column("工号", _person("staff_no"), text=True)
    gender = Column("性别", _person("gender"), width=6)
    id_number = Column("身份证号", _id, width=21, text=True)
    birth_date = Column("出生年月", _birth, text=True, private=True)
    ethnicity = Column("民族", _person("ethnicity"), width=8, private=True)
    political_status = Column("政治面貌", _person("political_status"), private=True)
    party_join_date = Column("入党时间", _person("party_join_date"), text=True, private=True)
    first_education = Column("第一学历", _person("first_education"), private=True)
    education = Column("最高学历", _person("education"), private=True)
    degree = Column("学位", _person("degree"), private=True)
    school = Column("毕业院校", _person("school"), width=18, private=True)
    major = Column("所学专业", _person("major"), width=16, private=True)
    law_major = Column("是否法学专业", lambda line: yes_no(line.person.is_law_major))
    establishment_type = Column("编制性质", _establishment, width=16)
    category = Column("人员类别", lambda line: CATEGORY[line.membership.category] if line.membership else "")
    home_unit = Column("编制所在单位", _home, width=24)
    work_unit = Column("现工作单位", lambda line: line.base.name if line.base else "", width=24)
    posting_type = Column("派驻形式", lambda line: line.deployed.get_kind_display() if line.deployed else "", width=9)
    posting_start = Column(
        "派驻时间", lambda line: line.deployed.start if line.deployed and line.deployed.start_known else None
    )
    planned_return = Column("计划归位时间", lambda line: line.deployed.due if line.deployed else None)
    posting_basis = Column("派驻文件", lambda line: line.deployed.doc_no if line.deployed else "", width=18)
    position = Column("职务", _person("position"))
    rank = Column("职级", _person("rank"))
    prof_title = Column("职称", _person("prof_title"))
    work_start = Column("参加工作时间", _person("work_start_date"), text=True, private=True)
    enforcement_start = Column("从事执法工作时间", _person("enforcement_start_date"), text=True)
    cert_no = Column("执法证号", _held(QualificationKind.ENFORCE, "number"), width=15, text=True)
    cert_issued = Column("发证日期", _held(QualificationKind.ENFORCE, "issued"))
    cert_until = Column("有效期至", _held(QualificationKind.ENFORCE, "valid_until"))
    cert_state = Column("证件状态", _state)
    legal = Column("法律职业资格", _legal)
    reviewer = Column("是否法制审核人员", _reviewer)
    reviewer_mode = Column("专职/兼职", _reviewer_mode)
    reviewer_start = Column("从事法制审核时间", _held(QualificationKind.REVIEWER, "issued"))
    mobile = Column("联系电话", _person("mobile"), width=14, text=True, full=True)
    status = Column("人员状态", _status, width=16)
    remarks = Column("备注", _person("remarks"), width=20, private=True)


class QualificationResource(Sheet):
    """资格证件: one row a certificate or assignment that stands on the day. Rows are ``HeldRow``."""

    name = Column("姓名", lambda row: row.line.person.name, width=10)
    staff_no = Column("工号", lambda row: row.line.person.staff_no, text=True)
    id_number = Column(
        "身份证号",
        lambda row: row.line.person.id_number if row.full else row.line.person.id_masked,
        width=21,
        text=True,
    )
    unit = Column("编制所在单位", lambda row: _home(row.line), width=24)
    kind = Column("证件类型", lambda row: str(QualificationKind(row.held.kind).label), width=16)
    number = Column("证件编号", lambda row: row.held.number, width=18, text=True)
    grade = Column("等级", lambda row: row.held.grade)
    issuer = Column("发证机关", lambda row: row.held.issuer, width=20)
    issued = Column("发证日期", lambda row: row.held.issued)
    until = Column("有效期至", lambda row: row.held.valid_until)
    state = Column("证件状态", lambda row: STATE[row.held.state])


class HeldRow:
    """A line with one of its qualifications."""

    def __init__(self, line: Line, held):
        self.line, self.held, self.full = line, held, False


def held_rows(lines: Iterable[Line]) -> Iterator[HeldRow]:
    """One row for every qualification of every line."""
    for line in lines:
        for held in line.held.values():
            yield HeldRow(line, held)


class PostingResource(Sheet):
    """派驻借调登记: one row a posting. Rows are postings with ``person``, ``from_unit`` and ``to_unit`` fetched."""

    name = Column("姓名", lambda row: row.person.name, width=10)
    staff_no = Column("工号", lambda row: row.person.staff_no, text=True)
    id_number = Column(
        "身份证号", lambda row: row.person.id_number if row.full else row.person.id_masked, width=21, text=True
    )
    home_unit = Column("编制所在单位", lambda row: row.from_unit.name if row.from_unit else "", width=24)
    posting_type = Column("派驻形式", lambda row: row.get_kind_display(), width=9)
    posted_unit = Column("派驻单位", lambda row: row.place, width=24)
    start = Column("派驻时间", lambda row: row.start if row.start_known else None)
    due = Column("计划归位时间", lambda row: row.due)
    end = Column("实际归位时间", lambda row: row.end)
    basis = Column("派驻文件", lambda row: row.doc_no, width=18)
    full_time = Column("是否集中办公", lambda row: yes_no(row.full_time))
    locked = Column("编制是否锁定", lambda row: yes_no(row.post_locked))
    street = Column("街道考核分", lambda row: row.score_street)
    bureau = Column("局考核分", lambda row: row.score_bureau)


def heading(title: str, words: str, *, by, now: datetime, basis: str = "") -> str:
    """The line above the header: what, whose, as of when, by which policy, who took it out and when."""
    parts = [title, words]
    if basis:
        parts.append(f"口径：{basis}")
    moment = timezone.localtime(now).strftime("%Y-%m-%d %H:%M")
    return "；".join([*parts, f"导出：{by} {moment}", "内部资料"])
