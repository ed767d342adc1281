"""Yearly ledgers of study hours (pure): where the header is, which columns are hours of which kind, what each row says.

A ledger has one row a person with the year's sums by kind; beside them who they are, when they joined and long leave.
Hours are exact decimals in 学时.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from staffing.roster.dates import parse_date
from staffing.roster.idcard import masked, parse_id
from staffing.roster.text import as_text, header_key, is_placeholder, squeeze

COLUMNS = {
    "name": ("姓名", "人员姓名"),
    "id_number": ("身份证号", "身份证号码", "公民身份号码", "证件号码", "证件号", "身份证"),
    "unit": ("单位", "工作单位", "所在单位", "单位名称", "所属单位", "执法单位"),
    "category": ("人员类别", "类别", "人员性质", "身份"),
    "joined": ("入职（转任）时间", "入职时间", "转任时间", "入职日期", "到岗时间", "进入本单位时间"),
    "leave_from": ("请假起", "请假开始", "请假起始", "长假起", "请假开始日期"),
    "leave_to": ("请假止", "请假结束", "请假截止", "长假止", "请假结束日期"),
    "leave_kind": ("请假类型", "请假类别", "假别", "长假类型"),
    "total": ("合计", "总学时", "学时合计", "总计", "小计"),
    "remark": ("备注", "说明"),
}
# Words in a column's heading → kind of hours; the first that fits. Political education first: it may be 线上 as well.
KINDS = (
    ("political", ("政治理论", "党性", "党课", "政治学习", "政治教育")),
    ("court", ("庭审",)),
    ("case", ("以案释法", "案例")),
    ("contest", ("比武", "竞赛", "练兵")),
    ("drill", ("演练",)),
    ("teaching", ("授课", "讲课", "讲授")),
    ("mentoring", ("带教", "师徒", "传帮带")),
    ("online", ("线上", "网络", "网上", "视频", "在线")),
    ("external", ("外部", "外训", "外出", "上级", "轮训")),
    ("lecture", ("线下", "大讲堂", "集中", "讲座", "面授", "法治培训", "业务培训", "现场")),
)
NOT_HOURS = frozenset(map(header_key, ("序号", "编号", "性别", "职务", "工号", "是否达标", "达标情况", "目标学时")))
SUMS = ("合计", "小计", "总计", "平均")
FOOTERS = ("填表人", "审核人", "制表", "填报", "注：", "注:", "说明：", "单位负责人")
LEAVE_KINDS = (("maternity", ("产", "生育")), ("sick", ("病", "医疗")), ("study", ("脱产", "学习", "培训")))
CATEGORIES = (("auxiliary", ("辅助", "协管", "协勤", "临聘", "编外")), ("worker", ("工勤", "后勤")))
_YEAR = re.compile(r"(20\d{2})\s*年")
LOOK = 30
MOST = Decimal(999)

ACCEPT, REVIEW, REJECT = "accept", "review", "reject"
# What each issue makes of its row; the words are with queries.hours_plan, in the reader's language.
CODES = {
    "NO_NAME": REJECT,
    "NO_ID": REVIEW,
    "ID_BAD": REJECT,
    "ID_TWICE": REJECT,
    "NOT_HOURS": REJECT,
    "HOURS_STEP": REJECT,
    "TOTAL_DIFFERS": REVIEW,
    "DAY_BAD": REVIEW,
    "LEAVE_BAD": REVIEW,
    "JOINED_LATER": REVIEW,
    "HIDDEN_ROW": REVIEW,
    "UNKNOWN_PERSON": REVIEW,
    "NAME_DIFFERS": REVIEW,
    "OUT_OF_SCOPE": REJECT,
    "IN_DETAIL": REVIEW,
    "LEAVE_UNKNOWN": ACCEPT,
    "JOINED_DIFFERS": ACCEPT,
    "CATEGORY_DIFFERS": ACCEPT,
}


class UnreadableError(ValueError):
    """There is no ledger of hours in the file."""


@dataclass
class Issue:
    """``words`` fill the sentence of ``code``; ``raw`` is the cell as it is shown."""

    field: str
    code: str
    raw: str | None = None
    words: dict[str, str] = field(default_factory=dict)


@dataclass
class LedgerRow:
    """One person's row. ``hours``: {kind: decimal text}, 0 included; days are ISO texts; ``leave_to`` is the last day
    of leave.
    """

    row: int
    name: str = ""
    id_number: str = ""
    unit: str = ""
    category: str = ""
    joined: str = ""
    leave_from: str = ""
    leave_to: str = ""
    leave_kind: str = ""
    hours: dict[str, str] = field(default_factory=dict)
    stated_total: str = ""
    issues: list[Issue] = field(default_factory=list)

    @property
    def id_masked(self) -> str:
        return masked(self.id_number) if self.id_number else ""

    @property
    def action(self) -> str:
        return worst(self.issues)

    def say(self, column: str, code: str, raw=None, **words) -> None:
        told = {name: str(word) for name, word in words.items()}
        self.issues.append(Issue(column, code, None if raw is None else str(raw)[:40], told))

    def amount(self, kind: str) -> Decimal:
        """Hours of a kind; 0 where the row names none."""
        return Decimal(self.hours.get(kind, "0"))


def worst(issues: list[Issue]) -> str:
    """What issues make of their row."""
    actions = {CODES[issue.code] for issue in issues}
    return REJECT if REJECT in actions else REVIEW if REVIEW in actions else ACCEPT


@dataclass
class HoursSheet:
    """A ledger as read. ``columns``: (heading, kind) of every column of hours; ``ignored``: headings not read;
    ``year``: the year its title names, 0 when it names none.
    """

    sheet: str
    header_row: int
    title: str
    year: int
    columns: list[tuple[str, str]]
    ignored: list[str] = field(default_factory=list)
    rows: list[LedgerRow] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """Kinds of hours this ledger speaks of."""
        return sorted({kind for _heading, kind in self.columns})

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping) -> HoursSheet:
        rows = [LedgerRow(**{**row, "issues": [Issue(**issue) for issue in row["issues"]]}) for row in data["rows"]]
        return cls(**{**data, "columns": [tuple(pair) for pair in data["columns"]], "rows": rows})


def kind_of(heading: str) -> str:
    """The kind of hours a column's heading speaks of; "" when of none."""
    text = squeeze(heading)
    return next((kind for kind, words in KINDS if any(word in text for word in words)), "")


def read(book, *, today: date) -> HoursSheet:
    """The first visible sheet with 姓名, 身份证号 and a column of hours. Raises UnreadableError when there is none."""
    for sheet in book.sheets:
        if sheet.hidden:
            continue
        for depth in (1, 2):
            for number in range(min(LOOK, len(sheet.rows))):
                found = _columns(sheet.rows, number, depth)
                if found:
                    return _Reader(sheet, number, depth, *found, today).run()
    raise UnreadableError("没有识别到学时台账，请检查表头是否有“姓名”“身份证号”，以及各类学时。")


def _columns(rows, number: int, depth: int):
    """(places of known columns, [(index, heading, kind)], headings not read) of a header, two rows deep if need be."""
    names = {header_key(text): column for column, texts in COLUMNS.items() for text in texts}
    width = max((len(row) for row in rows[number : number + depth]), default=0)
    at: dict[str, int] = {}
    hours, ignored = [], []
    for index in range(width):
        cells = [as_text(row[index]).strip() for row in rows[number : number + depth] if index < len(row)]
        heading = next((text for text in reversed(cells) if text), "")
        key = header_key(heading)
        if not key or key in NOT_HOURS:
            continue
        if key in names:
            at.setdefault(names[key], index)
        elif kind := kind_of(heading):
            hours.append((index, squeeze(heading), kind))
        else:
            ignored.append(squeeze(heading))
    return (at, hours, ignored) if {"name", "id_number"} <= at.keys() and hours else None


class _Reader:
    def __init__(self, sheet, number, depth, at, hours, ignored, today):
        self.sheet, self.at, self.hours, self.today = sheet, at, hours, today
        self.first = number + depth
        above = [as_text(cell).strip() for row in sheet.rows[:number] for cell in row if cell is not None]
        title = next((text for text in above if text), sheet.name)
        year = _YEAR.search(" ".join([*above, sheet.name]))
        self.out = HoursSheet(
            sheet=sheet.name,
            header_row=number + 1,
            title=title,
            year=int(year[1]) if year else 0,
            columns=[(heading, kind) for _index, heading, kind in hours],
            ignored=ignored,
        )

    def run(self) -> HoursSheet:
        seen: dict[str, int] = {}
        for number, cells in enumerate(self.sheet.rows[self.first :], self.first + 1):
            row = self._row(number, cells)
            if row is None:
                continue
            if row.id_number and seen.setdefault(row.id_number, number) != number:
                row.say("身份证号", "ID_TWICE", other=seen[row.id_number])
            self.out.rows.append(row)
        return self.out

    def _raw(self, cells, column: str):
        index = self.at.get(column)
        return cells[index] if index is not None and index < len(cells) else None

    def _cell(self, cells, column: str) -> str:
        text = as_text(self._raw(cells, column)).strip()
        return "" if is_placeholder(text) else text

    def _unit(self, number: int, cells) -> str:
        """The unit's cell, or the top of the merged cells it belongs to."""
        text, index = self._cell(cells, "unit"), self.at.get("unit")
        if not text and index is not None:
            for first, left, last, right in self.sheet.merged:
                if left <= index <= right and first < number <= last:
                    return self._cell(self.sheet.rows[first - 1], "unit")
        return text

    def _row(self, number: int, cells) -> LedgerRow | None:
        name, raw_id = squeeze(self._cell(cells, "name")), self._raw(cells, "id_number")
        lead = squeeze("".join(as_text(cell) for cell in cells[:3] if cell is not None))
        blank_id = not as_text(raw_id).strip()
        if blank_id and (not name or name.startswith(SUMS) or lead.startswith((*SUMS, *FOOTERS))):
            return None
        if header_key(name) in map(header_key, COLUMNS["name"]):
            return None
        row = LedgerRow(row=number, name=name, unit=squeeze(self._unit(number, cells)))
        if not name:
            row.say("姓名", "NO_NAME")
        found = parse_id(raw_id, self.today)
        row.id_number = found.value or ""
        if found.error:
            row.say("身份证号", "ID_BAD")
        elif not found.value:
            row.say("身份证号", "NO_ID")
        if number in self.sheet.hidden_rows:
            row.say("", "HIDDEN_ROW")
        row.category = _first(CATEGORIES, self._cell(cells, "category")) or "officer"
        self._days(row, cells)
        self._hours(row, cells)
        return row

    def _days(self, row: LedgerRow, cells) -> None:
        for column, label in (("joined", "入职时间"), ("leave_from", "请假起"), ("leave_to", "请假止")):
            raw = self._raw(cells, column)
            if not as_text(raw).strip() or is_placeholder(as_text(raw)):
                continue
            value = parse_date(raw).value
            if value and len(value) == 7 and column == "joined":
                value += "-01"  # the month of joining counts whole
            if value and len(value) == 10:
                setattr(row, column, value)
            else:
                row.say(label, "DAY_BAD", raw=as_text(raw))
        if bool(row.leave_from) != bool(row.leave_to) or row.leave_to < row.leave_from:
            row.say("请假起", "LEAVE_BAD", raw=" ".join(part for part in (row.leave_from, row.leave_to) if part))
            row.leave_from = row.leave_to = ""
        if row.leave_from:
            row.leave_kind = _first(LEAVE_KINDS, self._cell(cells, "leave_kind")) or "other"

    def _hours(self, row: LedgerRow, cells) -> None:
        sums: dict[str, Decimal] = {}
        read = True
        for index, heading, kind in self.hours:
            text = as_text(cells[index]).strip() if index < len(cells) else ""
            value = _number(text)
            if value is None:
                row.say(heading, "NOT_HOURS", raw=text, heading=heading)
                read = False
                continue
            if value < 0 or value > MOST or value * 2 % 1:
                row.say(heading, "HOURS_STEP", raw=text, heading=heading)
                read = False
                continue
            sums[kind] = sums.get(kind, Decimal(0)) + value
        row.hours = {kind: str(value.normalize() + 0) for kind, value in sums.items()}
        text = self._cell(cells, "total")
        stated = _number(text) if text else None
        if stated is not None:
            row.stated_total = str(stated.normalize() + 0)
            # Some ledgers leave political education out of the sum, because it does not count.
            total = sum(sums.values(), Decimal(0))
            if read and stated not in (total, total - sums.get("political", Decimal(0))):
                row.say("合计", "TOTAL_DIFFERS", raw=text, stated=_plain(stated), total=_plain(total))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _number(text: str) -> Decimal | None:
    """A cell's hours: nothing and a dash are 0; None when it is no number."""
    plain = squeeze(text).removesuffix("学时").removesuffix("小时")
    if not plain or is_placeholder(plain) or not plain.strip("-—–―─/"):
        return Decimal(0)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < 10**6 else None


def _first(table, text: str) -> str:
    return next((value for value, words in table if any(word in text for word in words)), "")


def leave_end(row: LedgerRow) -> date | None:
    """The first day back of a row's leave; None without leave."""
    return date.fromisoformat(row.leave_to) + timedelta(days=1) if row.leave_to else None
