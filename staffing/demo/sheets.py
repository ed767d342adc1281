"""The rosters the demonstration county's bureau would have kept: several layouts, in the last one the usual dirt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import xlsxwriter

from staffing.demo import places
from staffing.demo.story import AWAY, DEPLOYED, Human, Story

ESTABLISHMENT = {
    "dedicated": "行政执法专项编制",
    "admin": "行政编制",
    "cangong": "参公事业编制",
    "public": "事业编制",
    "worker": "工勤编制",
    "contract": "编外（合同制）",
    "dispatch": "编外（劳务派遣）",
}
CATEGORY = {"officer": "执法人员", "auxiliary": "执法辅助人员", "worker": "工勤人员"}
KIND = {"down": "下沉", "station": "派驻", "transfer": "划转", "second": "借调", "draft": "抽调", "temp": "挂职"}
LEAVE = {"sick": "长病假", "maternity": "产假", "study": "学习"}
SHORT = {"大学本科": "本科", "大学专科": "大专", "硕士研究生": "研究生", "参公事业编制": "参公", "中共党员": "党员"}
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
NOTES = (
    "填表说明",
    "1.身份证号请设为文本格式。",
    "2.出生年月格式如1985.03。",
    "3.请于12月8日前报县综合行政执法局政工科。",
)
DEPARTMENTS = tuple(name for name, _short in places.DEPARTMENTS)


@dataclass
class Row:
    """One person as a sheet of ``day`` shows them; ``dirt`` overrides cells by heading."""

    human: Human
    day: date
    number: int = 0
    dirt: dict[str, object] | None = None

    @property
    def post(self):
        return self.human.post_on(self.day, *DEPLOYED)

    @property
    def home(self) -> str:
        return self.human.home_on(self.day)

    @property
    def working(self) -> str:
        return self.post.to if self.post else self.home

    @property
    def card(self):
        return self.human.card_on(self.day)

    def reviewer(self) -> bool:
        held = self.human.reviewer
        return bool(held and held[0] <= self.day and (held[1] is None or self.day < held[1]))

    def status(self) -> str:
        away = self.human.post_on(self.day, *AWAY)
        if away:
            return f"{KIND[away.kind]}{away.to_text}"
        return LEAVE.get(self.human.leave_on(self.day), "在岗")

    def card_state(self) -> str:
        if self.card is None:
            return ""
        for state, start, until, _doc, _reason in self.card.stops:
            if start <= self.day and (until is None or self.day < until):
                return {"suspended": "暂扣", "lost": "遗失"}[state]
        return "有效"


def _dotted(day: date | None) -> str | None:
    return f"{day:%Y.%m.%d}" if day else None


@dataclass(frozen=True)
class Head:
    """A column: heading, what it reads, width; ``group`` is the upper line of a two-row header."""

    title: str
    read: Callable[[Row], object]
    width: int = 11
    group: str = ""


def columns(day: date, *, grouped: bool = False) -> list[Head]:
    """A bureau's columns in the wording of that year's form."""
    held = "行政执法证" if grouped else ""
    return [
        Head("序号", lambda r: r.number, 5),
        Head("编制所在单位", lambda r: r.home, 26),
        Head("姓  名", lambda r: r.human.name, 9),
        Head("工号", lambda r: r.human.staff_no, 9),
        Head("性别", lambda r: r.human.gender, 5),
        Head("身份证号码", lambda r: r.human.id_number, 21),
        Head("出生年月", lambda r: f"{r.human.born:%Y.%m}", 9),
        Head("政治面貌", lambda r: r.human.political, 11),
        Head("第一学历", lambda r: r.human.first_education, 11),
        Head("最高学历", lambda r: r.human.education, 11),
        Head("毕业院校", lambda r: r.human.school, 18),
        Head("所学专业", lambda r: r.human.major, 14),
        Head("是否法学专业", lambda r: "是" if r.human.law_major else "否", 8),
        Head("编制性质", lambda r: ESTABLISHMENT[r.human.establishment], 17),
        Head("人员类别", lambda r: CATEGORY[r.human.category], 13),
        Head("现工作单位", lambda r: r.working, 26),
        Head("派驻形式", lambda r: KIND[r.post.kind] if r.post else None, 8),
        Head("派驻时间", lambda r: _dotted(r.post.start) if r.post else None, 11),
        Head("计划归位时间", lambda r: _dotted(r.post.due) if r.post else None, 11),
        Head("派驻文件", lambda r: r.post.doc if r.post else None, 18),
        Head("是否集中办公", lambda r: ("是" if r.post.full_time else "否") if r.post else None, 8),
        Head("编制是否锁定", lambda r: ("是" if r.post.locked else "否") if r.post else None, 8),
        Head("职务", lambda r: r.human.position, 9),
        Head("职级", lambda r: r.human.rank or None, 16),
        Head("参加工作时间", lambda r: r.human.work_start, 9),
        Head("进入本单位时间", lambda r: r.human.entered.isoformat() if r.human.entry_stated else None, 11),
        Head("证号" if grouped else "执法证号", lambda r: r.card.number if r.card else None, 14, held),
        Head("发证日期", lambda r: r.card.issued if r.card else None, 11, held),
        Head("有效期至", lambda r: r.card.until if r.card else None, 11, held),
        Head("证件状态", lambda r: r.card_state() or None, 8, held),
        Head("法律职业资格", lambda r: _legal(r, 0), 10),
        Head("法律职业资格证号", lambda r: _legal(r, 1), 18),
        Head("取得法律职业资格时间", lambda r: _legal(r, 2), 11),
        Head("是否法制审核人员", lambda r: "是" if r.reviewer() else "否", 8),
        Head("专职/兼职", lambda r: ("专职" if r.human.reviewer[2] else "兼职") if r.reviewer() else None, 8),
        Head("从事法制审核时间", lambda r: r.human.reviewer[0].isoformat() if r.reviewer() else None, 11),
        Head("联系电话", lambda r: r.human.mobile, 13),
        Head("人员状态", lambda r: r.status(), 16),
        Head("备注", lambda r: None, 16),
    ]


def _legal(row: Row, part: int):
    held = row.human.legal
    if held is None or held[2] > row.day:
        return "无" if part == 0 else None
    return held[part].isoformat() if part == 2 else held[part]


class Book:
    """A workbook with the furniture of a real one: title, 填报单位, header, rows, subtotals, signatures."""

    def __init__(self, path: Path):
        self.book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
        box = {"border": 1, "valign": "vcenter", "font_size": 10}
        self.title = self.book.add_format({"bold": True, "font_size": 18, "align": "center"})
        self.head = self.book.add_format(box | {"bold": True, "text_wrap": True, "align": "center"})
        self.cell = self.book.add_format(box)
        self.text = self.book.add_format(box | {"num_format": "@"})
        self.date = self.book.add_format(box | {"num_format": "yyyy-mm-dd"})

    def notes(self, lines: Iterable[str]) -> None:
        sheet = self.book.add_worksheet("填表说明")
        for at, line in enumerate(lines):
            sheet.write_string(at, 0, line)

    def table(self, name: str, unit: str, title: str, rows: list[Row], day: date, *, grouped=False, sums=False) -> None:
        sheet, heads = self.book.add_worksheet(name), columns(day, grouped=grouped)
        for at, head in enumerate(heads):
            sheet.set_column(at, at, head.width)
        last = len(heads) - 1
        sheet.merge_range(0, 0, 0, last, title, self.title)
        sheet.merge_range(1, 0, 1, 8, f"填报单位（盖章）：{unit}")
        sheet.merge_range(1, 9, 1, last, f"填报日期：{day.year}年{day.month}月{day.day}日")
        at = self._header(sheet, heads, 2, grouped)
        number = 0
        for home, group in groupby(rows, key=lambda row: row.home if sums else ""):
            block = list(group)
            for row in block:
                number += 1
                row.number = number
                self._row(sheet, at, row, heads)
                at += 1
            if sums and home:
                sheet.write_string(at, 0, "小计", self.cell)
                sheet.write_string(at, 2, f"{len(block)}人", self.cell)
                at += 1
        sheet.write_string(at, 0, "填表人：李某某")
        sheet.write_string(at, 6, "审核人：王某某")

    def _header(self, sheet, heads: list[Head], top: int, grouped: bool) -> int:
        if not grouped:
            for at, head in enumerate(heads):
                sheet.write_string(top, at, head.title, self.head)
            return top + 1
        at = 0
        while at < len(heads):
            group = heads[at].group
            end = at
            while group and end + 1 < len(heads) and heads[end + 1].group == group:
                end += 1
            if group:
                sheet.merge_range(top, at, top, end, group, self.head)
                for below in range(at, end + 1):
                    sheet.write_string(top + 1, below, heads[below].title, self.head)
            else:
                sheet.merge_range(top, at, top + 1, at, heads[at].title, self.head)
            at = end + 1
        return top + 2

    def _row(self, sheet, at: int, row: Row, heads: list[Head]) -> None:
        for column, head in enumerate(heads):
            value = (row.dirt or {}).get(head.title, ...)
            if value is ...:
                value = head.read(row)
            if isinstance(value, date):
                sheet.write_datetime(at, column, value, self.date)
            elif isinstance(value, int | float):
                sheet.write_number(at, column, value, self.cell)
            elif value is None:
                sheet.write_blank(at, column, None, self.cell)
            else:
                sheet.write_string(at, column, value, self.text)

    def close(self) -> None:
        self.book.close()


def _sorted(rows: Iterable[Row]) -> list[Row]:
    order = {place.name: at for at, place in enumerate(places.places())}
    return sorted(rows, key=lambda row: (order[row.home], row.human.category != "officer", row.human.staff_no))


def write_roster(story: Story, index: int, folder: Path) -> Path:
    """The roster of ``story.rosters[index]`` as a file of its own layout; the last one is dirty."""
    day = story.rosters[index]
    rows = _sorted(Row(human, day) for human in story.present(day))
    path = folder / f"云澜县执法队伍花名册_{day:%Y%m%d}.xlsx"
    book = Book(path)
    title = f"云澜县行政执法队伍人员花名册（{day.year}年）"
    if index == 0:
        book.notes(NOTES)
        for name, wanted in _parts(rows).items():
            book.table(name, places.BUREAU, f"{title}{name}", wanted, day)
    elif index == 1:
        for name, wanted in _parts(rows).items():
            book.table(name, places.BUREAU, f"{title}{name}", wanted, day, grouped=True)
    elif index == 2:
        book.table("花名册", places.BUREAU, title, rows, day, sums=True)
    else:
        _soil(story, rows)
        book.notes(["填表说明", "本表由各单位内勤汇总，备注栏请如实填写。"])
        for name, wanted in _parts(rows).items():
            book.table(name, places.BUREAU, f"{title}{name}", wanted, day, sums=name == "镇街中队")
    book.close()
    return path


def _parts(rows: list[Row]) -> dict[str, list[Row]]:
    """Sheets of a workbook: the bureau with those it sent down, the squads' own people, the departments."""
    parts = {
        "局机关": [row for row in rows if row.home.startswith(places.BUREAU)],
        "镇街中队": [row for row in rows if row.home in places.SQUADS],
        "行政执法部门": [row for row in rows if row.home in DEPARTMENTS],
    }
    return {name: wanted for name, wanted in parts.items() if wanted}


def _soil(story: Story, rows: list[Row]) -> None:
    """What people do to a sheet in a year: every defect stands in some row, and only unread cells lose anything."""
    chance = story.chance
    old = [row for row in rows if row.human.known_from < row.day]
    for row in old:
        row.dirt = {}
        if chance.yes(0.10):
            row.dirt["政治面貌"] = SHORT.get(row.human.political, row.human.political)
        if chance.yes(0.15):
            row.dirt["最高学历"] = SHORT.get(row.human.education, row.human.education)
        if chance.yes(0.10):
            words = ESTABLISHMENT[row.human.establishment]
            row.dirt["编制性质"] = SHORT.get(words, words)
        if chance.yes(0.08):
            row.dirt["联系电话"] = f"{row.human.mobile[:3]}-{row.human.mobile[3:7]}-{row.human.mobile[7:]}"
        if len(row.human.name) == 2 and chance.yes(0.5):
            row.dirt["姓  名"] = f"{row.human.name[0]}　{row.human.name[1]}"
        if chance.yes(0.05):
            row.dirt["出生年月"] = f"{row.human.born.year}年{row.human.born.month}月"
    spoilt: list[Callable[[Row], dict]] = [
        lambda row: {"身份证号码": row.human.id_number[:6] + " " + row.human.id_number[6:]},
        lambda row: {"身份证号码": row.human.id_number.lower()},
        lambda row: {"身份证号码": row.human.id_number.translate(FULL_WIDTH)},
        lambda row: {"联系电话": row.human.mobile[:10]},
        lambda row: {"身份证号码": _wrong(row.human.id_number)},
        lambda row: {"身份证号码": row.human.id_number[:17]},
        lambda row: {"身份证号码": float(row.human.id_number[:15] + "000")},
    ]
    for act, row in zip(spoilt * 2, chance.sample(old, len(spoilt) * 2)):
        row.dirt.update(act(row))


def _wrong(number: str) -> str:
    return number[:-1] + ("0" if number[-1] != "0" else "1")


def write_waiting(story: Story, folder: Path) -> Path:
    """The latest return of the bureau office, not yet looked at by HR: it has rows that need a decision."""
    day = story.today - timedelta(days=3)
    rows = [row for row in _sorted(Row(h, day) for h in story.present(day)) if row.home.startswith(places.BUREAU)]
    rows = [row for row in rows if row.home != places.BUREAU][:60]
    for row in rows:
        row.dirt = {}
    if len(rows) > 8:
        rows[3].dirt["性别"] = "女" if rows[3].human.gender == "男" else "男"
        rows[5].dirt["身份证号码"] = None
        rows[6].dirt["身份证号码"] = _wrong(rows[6].human.id_number)
        rows[7].dirt["姓  名"] = rows[7].human.name[0] + "某"
        for row in rows[9:12]:
            row.dirt["职务"] = "副科长"
    path = folder / f"局机关花名册_{day:%Y%m%d}.xlsx"
    book = Book(path)
    book.table("局机关", places.BUREAU, "云澜县综合行政执法局机关人员花名册", rows, day)
    book.close()
    return path
