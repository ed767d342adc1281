"""Every workbook and csv file the portal writes.

Reliability §19: a text that begins with ``= + - @`` tab or CR must never run. In .xlsx such a cell is stored as
text with the quote-prefix mark, which shows and re-imports unchanged; in .csv, which has no cell types, a ``'`` stands
before it and our reader takes it off again.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

RISKY = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))
_CELL_LIMIT = 32_767


@dataclass(slots=True)
class OutColumn:
    """``width`` in characters; ``text`` keeps long numbers (ID, telephone, certificate) as text."""

    title: str
    width: float = 12.0
    text: bool = False


@dataclass(slots=True)
class OutSheet:
    """``rows`` may be a generator; ``note`` is the line above the header (scope of the figures, cut-off date)."""

    name: str
    columns: list[OutColumn]
    rows: Iterable[Sequence[Any]]
    note: str = ""


def inert(value: Any) -> Any:
    """The value as csv may carry it: a text that a spreadsheet would run gets a ``'`` in front."""
    return "'" + value if isinstance(value, str) and value.startswith(RISKY) else value


def write_csv(target: BinaryIO, sheet: OutSheet) -> None:
    """UTF-8 with byte order mark (Excel and WPS then read Chinese), CRLF, formula-safe."""
    stream = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(stream, lineterminator="\r\n")
    if sheet.note:
        writer.writerow([inert(sheet.note)])
    writer.writerow([inert(column.title) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow(["" if cell is None else inert(_shown(cell)) for cell in row])
    stream.detach()


def write_book(target, sheets: list[OutSheet]) -> None:
    """Writes .xlsx to a path or a binary stream in constant memory. A4 landscape, header repeated on each printed
    page.
    """
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )
    styles = styles_of(book)
    taken: set[str] = set()
    try:
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet_name(sheet.name, taken)), sheet, styles)
    finally:
        book.close()


def sheet_name(name: str, taken: set[str]) -> str:
    """A legal and unused tab name (31 characters, no ``[]:*?/\\``)."""
    base = name.translate(_FORBIDDEN_IN_NAME).strip("' ")[:31] or "Sheet"
    result, number = base, 1
    while result.lower() in taken:
        number += 1
        tail = f"_{number}"
        result = base[: 31 - len(tail)] + tail
    taken.add(result.lower())
    return result


def styles_of(book) -> dict:
    """Cell formats shared by everything we write."""
    box = {"border": 1, "border_color": "#B8C4CE", "valign": "vcenter", "font_name": "宋体", "font_size": 10}
    head = box | {"bold": True, "bg_color": "#E8EEF3", "text_wrap": True, "align": "center"}
    return {
        "note": book.add_format({"font_name": "宋体", "font_size": 10, "font_color": "#52616B", "valign": "vcenter"}),
        "head": book.add_format(head),
        "plain": book.add_format(box),
        "text": book.add_format(box | {"num_format": "@"}),
        "risky": book.add_format(box | {"num_format": "@", "quote_prefix": True}),
        "date": book.add_format(box | {"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format(box | {"num_format": "yyyy-mm-dd hh:mm"}),
    }


def _write_sheet(page, sheet: OutSheet, styles: dict) -> None:
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
    row = 0
    if sheet.note:
        page.write_string(row, 0, _cut(sheet.note), styles["note"])
        row = 1
    for at, column in enumerate(sheet.columns):
        page.write_string(row, at, _cut(column.title), styles["head"])
    page.freeze_panes(row + 1, 0)
    page.repeat_rows(row)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&C第 &P 页，共 &N 页")
    head = row
    texts = [column.text for column in sheet.columns]
    for values in sheet.rows:
        row += 1
        for at, value in enumerate(values):
            write_cell(page, row, at, value, styles, texts[at] if at < len(texts) else False)
    if sheet.columns and row > head:
        page.autofilter(head, 0, row, len(sheet.columns) - 1)


def write_cell(page, row: int, at: int, value: Any, styles: dict, text: bool = False) -> None:
    """One value with the cell type it deserves; texts are never interpreted."""
    if value is None or value == "":
        page.write_blank(row, at, None, styles["plain"])
    elif isinstance(value, bool):
        page.write_string(row, at, "是" if value else "否", styles["plain"])
    elif isinstance(value, datetime):
        page.write_datetime(row, at, value.replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date):
        page.write_datetime(row, at, value, styles["date"])
    elif isinstance(value, (int, float, Decimal)) and not text and abs(value) < 10**15:
        page.write_number(row, at, value, styles["plain"])
    else:
        shown = _cut(str(value))
        style = "risky" if shown.startswith(RISKY) else "text" if text else "plain"
        page.write_string(row, at, shown, styles[style])


def _cut(text: str) -> str:
    return text if len(text) <= _CELL_LIMIT else text[: _CELL_LIMIT - 1] + "…"


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, (int, float, Decimal)) else str(value)
