"""Where the tables of a sheet are: titles, headers of one to three rows, side-by-side blocks, and the kind of every
row.
"""

import re
from dataclasses import dataclass, field

from portal.sheets.model import Sheet
from staffing.roster import units
from staffing.roster.columns import is_known_header, is_name_header, match_header
from staffing.roster.dates import date_inside
from staffing.roster.text import as_text, header_key, nfkc, squeeze

SEARCH_ROWS = 60
_TOTAL = re.compile(r"^(?:合计|总计|共计|总合计|累计|总数)(?:[:：]?\d*[人名]?)?$|^(?:共|合计|总计)\d+[人名]$")
_SUBTOTAL = re.compile(r"^(?:.{0,20}(?:小计|分计))(?:[:：]?\d*[人名]?)?$")
_NOTE = re.compile(
    r"^\(?以下(?:空白|无正文)|^(?:注|备注|说明|附注|注释|填表说明|填报说明|※|★|●|\*注)(?:[:：\d.、（(]|$)|^(?:注|备注|说明)[^:：]{0,4}[:：]"
)
_FOOTER = re.compile(
    r"^(?:填表|制表|填报|统计|审核|复核|审批|经办|分管|主管|单位|部门|科室|主要)?(?:人|人员|者|领导|负责人|责任人|联系人)?(?:签字|签名|签章|\(签字\)|\(签名\)|\(盖章\)|\(签章\))?[:：]"
    r"|^(?:制表|填表|填报|审核|复核|经办|统计|联系电话|填表日期|制表日期|填报日期|填报时间|日期|盖章|打印日期)(?:人|时间|日期)?[:：]"
    r"|^(?:填表人|制表人|填报人|审核人|复核人|统计人|经办人|联系人|负责人|单位负责人|分管领导|主要领导)"
)
_LABELLED_UNIT = re.compile(
    r"^(?:填报单位|填表单位|制表单位|报送单位|上报单位|单位名称|单位|部门|填报部门)(?:\([^()]*\))?:(.+)$"
)
_LABELLED_DATE = re.compile(r"(?:日期|时间|截至|截止)")
_TITLE_JUNK = re.compile(r"^(?:附件|附表|表)[\d一二三四五六七八九十]*[:.、]?|^\d{4}年(?:度)?(?:\d{1,2}月)?|^关于")
_SQUAD_IN_TITLE = re.compile(
    r"^(.*?(?:综合行政执法|综合执法|行政执法)(?:大队|中队|分队|支队|队(?!伍)|所)|.*?(?:中队|大队|分队|执法队(?!伍)))"
)
_BUREAU_IN_TITLE = re.compile(r"^(.*?(?:综合行政执法局|综合执法局|城市管理局|城管局|局))")
_TOWN_IN_TITLE = re.compile(r"^(.*?(?:街道办事处|街道|镇|乡))")
_UNIT_KINDS = ("squad", "bureau", "town", "department")


@dataclass(slots=True)
class Table:
    """One block of columns under one header. ``headers[i]`` are the header levels of column ``left + i``."""

    block: int
    left: int
    right: int
    header_rows: list[int]
    headers: list[tuple[str, ...]]
    name_col: int
    id_col: int | None = None
    seq_col: int | None = None


@dataclass(slots=True)
class Line:
    """One row of one block: ``kind`` is person, or the reason why it is none. ``unit`` is set below a unit's heading
    row.
    """

    row: int
    kind: str
    table: Table | None = None
    unit: str | None = None


@dataclass(slots=True)
class Layout:
    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    unit: str | None = None
    unit_from: str = ""
    reported: str | None = None
    ambiguous_blocks: bool = False


def shown_header(parts: tuple[str, ...]) -> str:
    """``全日制教育>学历``: as the mapping page names the column."""
    return ">".join(squeeze(part) for part in parts)


def read_layout(sheet: Sheet, name_headers: frozenset[str] = frozenset()) -> Layout:
    """The layout of one sheet. ``name_headers``: header keys that the user says are the column of names. No table
    found: no tables.
    """
    return _Reader(sheet, name_headers).read()


class _Reader:
    def __init__(self, sheet: Sheet, name_headers: frozenset[str]):
        self.sheet = sheet
        self.rows = sheet.rows
        self.name_headers = name_headers
        self.width = max((len(row) for row in self.rows), default=0)
        self.across: dict[int, list[tuple[int, int]]] = {}
        for r1, c1, r2, c2 in sheet.merged:
            if c2 > c1:
                for row in range(r1, min(r2, r1 + 3) + 1):
                    self.across.setdefault(row, []).append((c1, c2))

    def read(self) -> Layout:
        layout = Layout()
        start = next((n for n in range(1, min(len(self.rows), SEARCH_ROWS) + 1) if self._is_header(n)), None)
        if start is None:
            return layout
        first, last = self._header_extent(start)
        self._preamble(layout, first)
        current = self._tables(layout, first, last)
        layout.lines += [Line(n, "header") for n in range(first, last + 1)]
        number, unit = last + 1, None
        while number <= len(self.rows):
            if len(current) == 1 and self._surely_person(number, current[0]):
                layout.lines.append(Line(number, "person", current[0], unit))
                number += 1
                continue
            if self._is_header(number) and self._plausible_header(number):
                first, last = self._header_extent(number, downwards_only=True)
                again = self._same_headers(current, first, last)
                layout.lines += [Line(n, "repeated_header" if again else "header") for n in range(first, last + 1)]
                if not again:
                    current = self._tables(layout, first, last)
                number = last + 1
                continue
            lines = [self._line(number, table) for table in current]
            for line in lines:
                if line.kind == "section":
                    unit, line.kind = line.unit, "subtitle"
                elif line.kind == "person":
                    line.unit = unit
            people = [line for line in lines if line.kind == "person"]
            layout.lines += people or [Line(number, lines[0].kind)]
            number += 1
        return layout

    # ------------------------------------------------------------------ headers
    def _cell(self, row: int, col: int):
        line = self.rows[row - 1]
        return line[col] if col < len(line) else None

    def _is_name(self, value) -> bool:
        return is_name_header(value) or (isinstance(value, str) and header_key(value) in self.name_headers)

    def _is_header(self, number: int) -> bool:
        row = self.rows[number - 1]
        if not any(self._is_name(cell) for cell in row if isinstance(cell, str)):
            return False
        texts = [cell for cell in row if cell is not None]
        known = sum(is_known_header(cell) or self._is_name(cell) for cell in texts)
        if known >= 2 or (known == len(texts) == 1 and bool(self.name_headers)):
            return True
        # 姓名 among short texts: a header whose other columns nobody has met yet.
        return len(texts) >= 2 and all(isinstance(cell, str) and len(squeeze(cell)) <= 20 for cell in texts)

    def _plausible_header(self, number: int) -> bool:
        texts = [cell for cell in self.rows[number - 1] if cell is not None]
        return all(isinstance(cell, str) for cell in texts) and not any(
            sum(char.isdigit() for char in cell) > 6 for cell in texts
        )

    def _header_extent(self, start: int, *, downwards_only: bool = False) -> tuple[int, int]:
        first = last = start
        if not downwards_only and start > 1 and self._is_group_row(start - 1, start):
            first = start - 1
        while last < len(self.rows) and last - first < 2 and self._is_sub_row(last + 1, first, last):
            last += 1
        return first, last

    def _is_group_row(self, above: int, start: int) -> bool:
        texts = [(at, cell) for at, cell in enumerate(self.rows[above - 1]) if cell is not None]
        if len(texts) < 2 or not all(isinstance(cell, str) and len(squeeze(cell)) <= 15 for _at, cell in texts):
            return False
        if any(re.search(r"[:：]|\d{4}", cell) for _at, cell in texts):
            return False
        merged = any(c1 == at and c2 - c1 + 1 < self.width for c1, c2 in self.across.get(above, ()) for at, _ in texts)
        groups = self._spread(above, start)
        return merged or any(
            match_header((groups[at], as_text(cell))).how == "path"
            for at, cell in enumerate(self.rows[start - 1])
            if cell is not None and groups.get(at)
        )

    def _is_sub_row(self, number: int, first: int, last: int) -> bool:
        texts = [(at, cell) for at, cell in enumerate(self.rows[number - 1]) if cell is not None]
        if not texts or not all(isinstance(cell, str) and len(squeeze(cell)) <= 20 for _at, cell in texts):
            return False
        if any(self._is_name(self._cell(last, at)) or sum(char.isdigit() for char in cell) > 4 for at, cell in texts):
            return False
        groups = self._spread(last, number)
        return any(
            (
                groups.get(at)
                and match_header((groups[at], cell)).how in ("path", "exact")
                and is_known_or_path(groups[at], cell)
            )
            for at, cell in texts
        )

    def _spread(self, row: int, below: int) -> dict[int, str]:
        """Group text over each column: merged ranges first, else a text reaches right over blanks that have a
        sub-header.
        """
        cells = self.rows[row - 1]
        spread = {at: as_text(cell) for at, cell in enumerate(cells) if cell is not None}
        for c1, c2 in self.across.get(row, ()):
            if c1 in spread:
                for at in range(c1 + 1, min(c2, self.width - 1) + 1):
                    spread.setdefault(at, spread[c1])
        carried = None
        for at in range(self.width):
            has_sub = self._cell(below, at) is not None
            if at in spread:
                carried = spread[at] if has_sub else None
            elif carried is not None and has_sub:
                spread[at] = carried
            else:
                carried = None
        return spread

    def _levels(self, first: int, last: int) -> list[tuple[str, ...]]:
        levels = [self._spread(n, n + 1) if n < last else None for n in range(first, last + 1)]
        headers = []
        for at in range(self.width):
            parts: list[str] = []
            for offset, number in enumerate(range(first, last + 1)):
                spread = levels[offset]
                text = spread.get(at, "") if spread is not None else as_text(self._cell(number, at))
                if text and (not parts or header_key(text) != header_key(parts[-1])):
                    parts.append(text)
            headers.append(tuple(parts))
        return headers

    def _tables(self, layout: Layout, first: int, last: int) -> list[Table]:
        headers = self._levels(first, last)
        rows = list(range(first, last + 1))
        names = [at for at, parts in enumerate(headers) if parts and self._is_name(parts[-1])]
        if not names:
            names = [at for at, parts in enumerate(headers) if any(self._is_name(part) for part in parts)]
        starts = self._block_starts(headers, names)
        if starts is None:
            layout.ambiguous_blocks = layout.ambiguous_blocks or len(names) > 1
            starts, names = [0], names[:1]
        made = []
        for block, (left, name_col) in enumerate(zip(starts, names)):
            right = starts[block + 1] if block + 1 < len(starts) else self.width
            table = Table(block, left, right, rows, headers[left:right], name_col)
            for at in range(left, right):
                canonical = match_header(headers[at]).canonical
                if canonical == "id_number" and table.id_col is None:
                    table.id_col = at
                elif canonical == "seq" and table.seq_col is None:
                    table.seq_col = at
            made.append(table)
        layout.tables += made
        return made

    def _block_starts(self, headers: list[tuple[str, ...]], names: list[int]) -> list[int] | None:
        """Left edges of side-by-side tables; [0] for a single table; None when two name columns are no two tables."""
        if len(names) < 2:
            return [0]
        keys = [tuple(header_key(part) for part in parts) for parts in headers]
        if len({keys[at] for at in names}) > 1:
            return None
        left = next(at for at, key in enumerate(keys) if key)
        offset = names[0] - left
        starts = [at - offset for at in names]
        if any(at < 0 or keys[at] != keys[left] for at in starts):
            return None
        gap = names[1] - names[0]
        shared = sum(
            bool(keys[names[0] + step]) and keys[names[0] + step] == keys[names[1] + step]
            for step in range(-offset, gap - offset)
            if names[1] + step < len(keys)
        )
        return [0, *starts[1:]] if shared >= 2 else None

    def _same_headers(self, tables: list[Table], first: int, last: int) -> bool:
        now = [tuple(header_key(part) for part in parts) for parts in self._levels(first, last)]
        before: list[tuple[str, ...]] = []
        for table in tables:
            before += [tuple(header_key(part) for part in parts) for parts in table.headers]
        before = [()] * tables[0].left + before
        differing = sum(one != other for one, other in zip(now, before) if one or other)
        return differing <= max(len([key for key in before if key]) // 4, 0)

    # ------------------------------------------------------------------ rows
    def _surely_person(self, number: int, table: Table) -> bool:
        """The common row, told at a glance: a text in the name column and something that begins like an ID number."""
        row = self.rows[number - 1]
        if table.id_col is None or table.id_col >= len(row) or row[table.name_col] is None:
            return False
        identity = row[table.id_col]
        return isinstance(identity, str) and len(identity) >= 15 and identity[0].isdigit()

    def _preamble(self, layout: Layout, first: int) -> None:
        seen_title = False
        for number in range(1, first):
            texts = [as_text(cell).strip() for cell in self.rows[number - 1] if cell is not None]
            if not texts:
                layout.lines.append(Line(number, "blank"))
                continue
            labelled = any(_LABELLED_UNIT.match(squeeze(text)) or _LABELLED_DATE.search(text[:8]) for text in texts)
            kind = "subtitle" if seen_title or labelled else "title"
            seen_title = seen_title or kind == "title"
            layout.lines.append(Line(number, kind))
            layout.titles += texts
        self._title_facts(layout)

    def _title_facts(self, layout: Layout) -> None:
        for text in layout.titles:
            for piece in re.split(r"\s{2,}|[；;]", nfkc(text)):
                found = _LABELLED_UNIT.match(squeeze(piece))
                if found and len(found[1]) >= 2 and layout.unit_from != "label":
                    layout.unit, layout.unit_from = found[1], "label"
            if layout.reported is None and _LABELLED_DATE.search(text):
                layout.reported = date_inside(text)
        if layout.unit is None:
            for text in layout.titles:
                if found := unit_in_title(text):
                    layout.unit, layout.unit_from = found, "title"
                    break

    def _line(self, number: int, table: Table) -> Line:
        row = self.rows[number - 1]
        name = row[table.name_col] if table.name_col < len(row) else None
        if name is not None and table.id_col is not None and table.id_col < len(row) and row[table.id_col] is not None:
            return Line(number, "person", table)
        filled = [at for at in range(table.left, min(table.right, len(row))) if row[at] is not None]
        if not filled:
            return Line(number, "blank", table)
        texts = [squeeze(as_text(row[at])) for at in filled]
        for text in texts[:3]:
            if _SUBTOTAL.match(text):
                return Line(number, "subtotal", table)
            if _TOTAL.match(text):
                return Line(number, "total", table)
        if _NOTE.match(texts[0]) and len(filled) <= 3:
            return Line(number, "note", table)
        if _FOOTER.match(texts[0]):
            return Line(number, "footer", table)
        if filled == [table.seq_col] and texts[0].rstrip(".、").isdigit():
            return Line(number, "blank", table)
        if len(filled) == 1 and filled[0] != table.name_col:
            if len(texts[0]) <= 30 and units.kind_of(texts[0]) in _UNIT_KINDS:
                return Line(number, "section", table, texts[0])
            return Line(number, "note", table)
        return Line(number, "person", table)


def is_known_or_path(group: str, sub: str) -> bool:
    """Whether a sub-header is a header by itself or together with its group."""
    return is_known_header(sub) or match_header((group, sub)).how == "path"


def unit_in_title(text: str) -> str | None:
    """The unit a title speaks of: what its bracket names, else the longest unit it begins with."""
    flat = squeeze(text)
    while (shorter := _TITLE_JUNK.sub("", flat)) != flat:
        flat = shorter
    for inside in re.findall(r"\(([^()]+)\)", flat):
        if units.kind_of(inside) in _UNIT_KINDS:
            return inside
    flat = re.sub(r"\([^()]*\)", "", flat)
    for pattern in (_SQUAD_IN_TITLE, _BUREAU_IN_TITLE, _TOWN_IN_TITLE):
        found = pattern.match(flat)
        if found and 2 < len(found[1]) <= 30 and units.kind_of(found[1]) in _UNIT_KINDS:
            return found[1]
    return None
