"""Sign-in sheets of a lecture (pure): an export with times, a paper list with signatures, or both in one workbook.

Tables may stand side by side: a header that begins again to the right is a second block, and blocks are read left to
right. Where the workbook has both kinds, the export says who was there and the paper list confirms it; what they do
not agree on is told, and nobody is taken from the paper alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from courses.formats.attendance_rows import (
    ABSENT,
    DUPLICATE,
    LEAVE,
    NO_SIGN_OUT,
    PRESENT,
    PROXY,
    AttendanceSheet,
    Difference,
    SheetRow,
)
from staffing.roster.text import as_text, header_key, is_placeholder, squeeze
from staffing.roster.units import stem

COLUMNS = {
    "number": ("序号", "编号", "号"),
    "name": ("姓名", "参训人员", "人员姓名"),
    "staff_no": ("工号", "人员编号"),
    "last4": ("身份证号后四位", "身份证后四位", "证件号后四位", "身份证号码后四位", "身份证号", "身份证号码", "后四位"),
    "unit": ("单位", "所在单位", "工作单位", "单位名称", "所属单位", "所在中队", "中队"),
    "signed_in": ("签到时间", "签入时间", "到场时间", "入场时间"),
    "signed_out": ("签退时间", "签出时间", "离场时间", "退场时间"),
    "signature": ("签名", "签字", "本人签名", "签到签名", "签到", "签到签字"),
    "signature_out": ("签退签名", "签退", "签退签字"),
    "way": ("签到方式", "方式", "签到途径"),
    "remark": ("备注", "说明", "备考"),
}
_NAMES = {header_key(text): column for column, texts in COLUMNS.items() for text in texts}
LOOK = 30

_LEAVE, _PROXY, _ABSENT = ("请假", "事假", "病假", "公假"), ("代签", "代签到", "替签"), ("缺席", "未到", "缺勤", "旷课")
_NOT_SIGNED = ("未签", "未签到", "缺签", "缺签到")
# Written or typed where a signature belongs: a mark of presence, nobody's name.
_MARKS = ("签", "到", "本人", "出席", "参会", "参训", "在场")
_MANUAL = ("补签", "人工", "补录", "手工")
_CLOCK = re.compile(r"(\d{1,2})\s*[:：时點点]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2}))?")
_DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})")
_SPAN = re.compile(r"(\d{1,2}[:：时点]\d{1,2})分?\s*[—–\-~～至到]+\s*(\d{1,2}[:：时点]\d{1,2})")
_TITLE = re.compile(r"^(.+?)[（(]?(?:(\d{4})年)?第?(\d{1,3})[期讲次][)）]?")
_PARTS = re.compile(r"(主题|题目|内容|主讲人?|讲师|时间|地点|学时)[:：]")
_PART_NAMES = {"主题": "topic", "题目": "topic", "内容": "topic", "主讲": "lecturer", "主讲人": "lecturer"}
_PART_NAMES |= {"讲师": "lecturer", "时间": "time", "地点": "place"}


class UnreadableError(ValueError):
    """There is no sign-in sheet in the file; the text says what was missed."""


def read(book, *, day: date | None = None) -> AttendanceSheet:
    """All visible sheets with a header of signing in. ``day``: that of the lecture, for times without a date where the
    heading has none.

    Raises UnreadableError when no sheet has 姓名 with times or signatures.
    """
    out, exports, papers = AttendanceSheet(), [], []
    for sheet in book.sheets:
        found = None if sheet.hidden else _header(sheet.rows)
        if found is None:
            continue
        number, blocks = found
        _heading(out, sheet, number)
        timed = any({"signed_in", "signed_out"} & block.keys() for block in blocks)
        out.sheets.append((sheet.name, "export" if timed else "paper", number + 1))
        (exports if timed else papers).append((sheet, number, blocks))
    if not out.sheets:
        raise UnreadableError("没有识别到签到表，请检查表头是否有“姓名”，以及“签到时间”或“签名”。")
    day = date.fromisoformat(out.day) if out.day else day
    for sheet, number, blocks in exports:
        out.rows += _Lines(sheet, number, blocks, day).export()
    paper = [row for sheet, number, blocks in papers for row in _Lines(sheet, number, blocks, day).paper()]
    if exports:
        out.paper = paper
        _once(out.rows)
        out.differences = compare(out.rows, paper)
    else:
        out.rows = paper
        _once(out.rows)
    return out


def _header(rows) -> tuple[int, list[dict[str, int]]] | None:
    """Row of the header and its blocks, each {column: index}."""
    for number, cells in enumerate(rows[:LOOK]):
        blocks: list[dict[str, int]] = [{}]
        for index, cell in enumerate(cells):
            column = _NAMES.get(header_key(as_text(cell)))
            if column is None:
                continue
            if column in blocks[-1]:
                blocks.append({})
            blocks[-1][column] = index
        blocks = [block for block in blocks if "name" in block]
        if blocks and any({"signed_in", "signed_out", "signature"} & block.keys() for block in blocks):
            return number, blocks
    return None


def _heading(out: AttendanceSheet, sheet, header: int) -> None:
    """Title, topic, day and times as written above the header; what an earlier sheet said stays."""
    texts = [as_text(cell).strip() for row in sheet.rows[:header] for cell in row if as_text(cell).strip()]
    if not texts:
        return
    out.title = out.title or texts[0]
    if not out.series and (found := _TITLE.match(squeeze(texts[0]))):
        out.series = found[1].rstrip("(（")
        out.year = int(found[2]) if found[2] else None
        out.number = int(found[3])
    words = " ".join(texts)
    pieces = _PARTS.split(words)
    for name, value in zip(pieces[1::2], pieces[2::2]):
        target = _PART_NAMES.get(name)
        if target and target != "time" and not getattr(out, target):
            setattr(out, target, value.strip(" \u3000，,；;。")[:120])
    if not out.day:
        out.day = _day(words)
    span = _SPAN.search(squeeze(words))
    if span and not out.starts:
        first, last = _time(span[1]), _time(span[2])
        if first and last and first < last:
            out.starts, out.ends = f"{first:%H:%M}", f"{last:%H:%M}"
    if out.day and out.year is None and out.number is not None:
        out.year = int(out.day[:4])


class _Lines:
    """The lines of one sheet, block by block."""

    def __init__(self, sheet, number: int, blocks, day: date | None):
        self.sheet, self.number, self.blocks, self.day = sheet, number, blocks, day

    def _each(self):
        for block, at in enumerate(self.blocks):
            for number, cells in enumerate(self.sheet.rows[self.number + 1 :], self.number + 2):
                row = self._bare(number, cells, block, at)
                if row is not None:
                    yield row, cells, at

    def _bare(self, number: int, cells, block: int, at) -> SheetRow | None:
        name = squeeze(_text(cells, at, "name"))
        if _NAMES.get(header_key(name)) == "name" or name.startswith(("合计", "填表人", "统计人", "备注")):
            return None
        row = SheetRow(self.sheet.name, number, block, squeeze(_text(cells, at, "number")), name)
        row.unit, row.staff_no = squeeze(_text(cells, at, "unit")), squeeze(_text(cells, at, "staff_no"))
        row.remark, row.last4 = _text(cells, at, "remark"), _last4(_cell(cells, at, "last4"))
        if is_placeholder(row.remark):
            row.remark = ""
        if not name:
            told = [_text(cells, at, column) for column in ("staff_no", "last4", "signed_in", "signed_out")]
            if not any(told):
                return None
            row.say("姓名", "NO_NAME")
        return row

    def export(self) -> list[SheetRow]:
        """Lines with times."""
        found = []
        for row, cells, at in self._each():
            came, left = self._moment(row, cells, at, "signed_in"), self._moment(row, cells, at, "signed_out")
            row.signed_in, row.signed_out = _iso(came), _iso(left)
            way = _text(cells, at, "way")
            row.manual = any(word in way for word in _MANUAL)
            if came and left and left < came:
                row.say("签退时间", "OUT_BEFORE_IN", raw=f"{left:%H:%M}")
            _judge(row, way)
            found.append(row)
        return found

    def paper(self) -> list[SheetRow]:
        """Lines with signatures: one column of them is presence, two are arrival and departure."""
        found = []
        for row, cells, at in self._each():
            signed = squeeze(_text(cells, at, "signature"))
            words = f"{signed} {row.remark}"
            row.paper = True
            if any(word in words for word in _LEAVE):
                row.state = LEAVE
            elif any(word in words for word in _PROXY):
                row.state = PROXY
                row.say("签名", "PROXY")
            elif (
                not signed or is_placeholder(signed) or signed in _NOT_SIGNED or any(word in signed for word in _ABSENT)
            ):
                row.state = ABSENT
                row.say("签名", "ABSENT")
            elif "signature_out" in at and not squeeze(_text(cells, at, "signature_out")):
                row.state = NO_SIGN_OUT
                row.say("签退", "NO_SIGN_OUT")
            else:
                row.state = PRESENT
            if row.state in (PRESENT, NO_SIGN_OUT) and _is_name(signed) and signed != row.name:
                row.say("签名", "PROXY", raw=signed)
                row.state = PROXY
            found.append(row)
        return found

    def _moment(self, row: SheetRow, cells, at, column: str) -> datetime | None:
        raw, title = _cell(cells, at, column), COLUMNS[column][0]
        text = squeeze(as_text(raw))
        if not text or is_placeholder(text) or any(word in text for word in ("未签", "缺签", *_LEAVE)):
            return None
        found = _moment_of(raw, self.day)
        if found is None:
            row.say(title, "NOT_A_TIME", raw=text)
        elif self.day and found.date() != self.day:
            row.say(title, "OTHER_DAY", raw=text, day=self.day.isoformat())
        return found


def _judge(row: SheetRow, way: str) -> None:
    """State of a line with times."""
    words = f"{way} {row.remark}"
    if any(word in words for word in _PROXY):
        row.state = PROXY
        row.say("签到方式", "PROXY")
    elif row.signed_in and row.signed_out:
        row.state = PRESENT
    elif any(word in words for word in _LEAVE):
        row.state = LEAVE
    elif row.signed_in:
        row.state = NO_SIGN_OUT
        row.say("签退时间", "NO_SIGN_OUT")
    elif row.signed_out:
        row.state = NO_SIGN_OUT
        row.say("签到时间", "NO_SIGN_IN")
    else:
        row.state = ABSENT
        if not row.issues:
            row.say("签到时间", "ABSENT")


def _once(rows: list[SheetRow]) -> None:
    """The same person again: their first line takes the earliest arrival and the latest departure of all."""
    first: dict[tuple[str, str, str], SheetRow] = {}
    for row in rows:
        if not row.name:
            continue
        mine = (row.name, row.staff_no or row.last4, "" if row.staff_no or row.last4 else stem(row.unit))
        known = first.setdefault(mine, row)
        if known is row:
            continue
        row.issues = []
        row.say("姓名", "DUP_SCAN", other=known.row)
        if not known.paper and known.state != PROXY:
            known.signed_in = min(filter(None, (known.signed_in, row.signed_in)), default=None)
            known.signed_out = max(filter(None, (known.signed_out, row.signed_out)), default=None)
            known.issues = [one for one in known.issues if one.code not in ("NO_SIGN_OUT", "NO_SIGN_IN", "ABSENT")]
            _judge(known, "")


def compare(rows: Sequence[SheetRow], paper: Sequence[SheetRow]) -> list[Difference]:
    """What an export and the paper list beside it do not agree on; empty without a paper list."""
    if not paper:
        return []
    # Each once; a repeated line was told already.
    listed = [row for row in rows if row.name and row.action != DUPLICATE]
    names = Counter(row.name for row in listed) | Counter(row.name for row in paper)

    def key(row):
        return (row.name, stem(row.unit) if names[row.name] > 1 else "")

    here = {key(row): row for row in listed}
    there = {key(row): row for row in paper if row.name}
    found = []
    for who, row in here.items():
        other = there.get(who)
        came = row.state in (PRESENT, NO_SIGN_OUT)
        if other is None or other.state == ABSENT:
            if came:
                found.append(Difference("MISSING_ON_PAPER", row.sheet, row.row, row.name, row.unit))
        elif other.state == LEAVE and came:
            found.append(Difference("PAPER_LEAVE", other.sheet, other.row, row.name, row.unit))
        elif other.state == PROXY and row.state != PROXY:
            raw = next((one.raw for one in other.issues if one.code == "PROXY"), "") or ""
            found.append(Difference("OTHER_SIGNATURE", other.sheet, other.row, row.name, row.unit, {"raw": raw}))
        elif other.state in (PRESENT, NO_SIGN_OUT) and not came:
            code = {LEAVE: "EXPORT_LEAVE", PROXY: "PROXY_SIGNED"}.get(row.state, "SIGNED_NO_SCAN")
            found.append(Difference(code, other.sheet, other.row, row.name, row.unit))
    for who, other in there.items():
        if who not in here and other.state != ABSENT:
            found.append(Difference("PAPER_ONLY", other.sheet, other.row, other.name, other.unit))
    return found


def _cell(cells, at: Mapping[str, int], column: str):
    index = at.get(column)
    return cells[index] if index is not None and index < len(cells) else None


def _text(cells, at: Mapping[str, int], column: str) -> str:
    return as_text(_cell(cells, at, column)).strip()


def _last4(raw) -> str:
    """The last four characters of a personal number; zeros a number cell has lost come back."""
    text = squeeze(as_text(raw)).upper()
    return text[-4:].zfill(4) if text and not is_placeholder(text) else ""


def _is_name(text: str) -> bool:
    if any(mark in text for mark in _MARKS):
        return False
    return 2 <= len(text) <= 6 and all("\u3400" <= letter <= "\U0003ffff" for letter in text)


def _time(text: str) -> time | None:
    found = _CLOCK.search(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def _day(text: str) -> str:
    found = _DAY.search(text)
    if not found:
        return ""
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return ""


def _moment_of(raw, day: date | None) -> datetime | None:
    """The moment a cell names; a time of day is that of ``day``."""
    if isinstance(raw, datetime):
        return raw.replace(tzinfo=None)
    if isinstance(raw, time):
        return datetime.combine(day, raw) if day else None
    if isinstance(raw, float) and 0 < raw < 1:
        return datetime.combine(day, time()) + timedelta(minutes=round(raw * 1440)) if day else None
    text = as_text(raw)
    clock, own = _time(text), _day(text)
    if clock is None:
        return None
    where = date.fromisoformat(own) if own else day
    return datetime.combine(where, clock) if where else None


def _iso(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M") if moment else None
