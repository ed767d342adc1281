"""The user's own workbook back with what was found: a comment and a colour in the cell concerned, a last column with
the outcome, and a sheet listing every problem with its place, value and remedy.

A small .xlsx keeps its own look (openpyxl edits it). Any other source is written anew with the same rows, so that row
and column still match what the user has.
"""

import logging
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from portal.sheets.model import Book, Limits, column_letter
from portal.sheets.safely import read_book_safely
from portal.sheets.write import RISKY, sheet_name, styles_of, write_cell

log = logging.getLogger(__name__)

COLOURS = {
    "accept": "",
    "fix": "DDEBF7",
    "merge": "E2EFDA",
    "duplicate": "EDEDED",
    "review": "FFF2CC",
    "reject": "F8CBAD",
    "skip": "",
}
LABELS = {
    "accept": "可导入",
    "fix": "已规范",
    "merge": "合并",
    "duplicate": "重复",
    "review": "待核",
    "reject": "拒收",
    "skip": "",
}
LIST_SHEET = "导入说明"
RESULT_HEADER = "处理结果"
_KEEP_LOOK_CELLS = 200_000
_KEEP_LOOK_BYTES = 6 * 2**20
_LIST_HEADER = ["工作表", "行", "列", "单元格内容", "处理", "问题", "办法"]


@dataclass(slots=True)
class Note:
    """One remark. ``row`` from 1, ``col`` from 0 or None for the whole row; ``text`` and ``remedy`` are shown as they
    are.
    """

    sheet: str
    row: int
    col: int | None
    text: str
    action: str
    remedy: str = ""


def annotate_book(
    source: str | os.PathLike,
    out: str | os.PathLike,
    notes: list[Note],
    actions: dict[tuple[str, int], str] | None = None,
    *,
    name: str = "",
    limits: Limits | None = None,
) -> None:
    """Writes ``out`` (.xlsx): the rows of ``source`` with ``notes``; ``actions`` maps (sheet, row) to the row's action.

    Raises SheetError when the source cannot be read. The source is never changed.
    """
    actions = actions or {}
    book = read_book_safely(source, name=name, limits=limits)
    cells = sum(len(sheet.rows) * len(sheet.rows[0]) for sheet in book.sheets if sheet.rows)
    if book.kind == "xlsx" and cells <= _KEEP_LOOK_CELLS and _light(Path(source)):
        try:
            _edit(Path(source), Path(out), book, notes, actions)
            return
        except Exception:
            # openpyxl refuses, in many ways, workbooks that Excel, WPS and calamine accept: the rewritten copy serves
            # as well.
            log.info("a workbook is annotated in a new copy: openpyxl cannot load it")
    _rewrite(Path(out), book, notes, actions)


def _light(source: Path) -> bool:
    """Whether openpyxl can load it without pain: it keeps every formatted cell, blank or not, in memory, at some 25
    times the size of its XML.
    """
    with zipfile.ZipFile(source) as package:
        return sum(entry.file_size for entry in package.infolist()) <= _KEEP_LOOK_BYTES


def _by_cell(notes: list[Note]) -> dict[tuple[str, int, int], list[Note]]:
    grouped: dict[tuple[str, int, int], list[Note]] = {}
    for note in notes:
        grouped.setdefault((note.sheet, note.row, note.col or 0), []).append(note)
    return grouped


def _comment_text(notes: list[Note]) -> str:
    lines = []
    for note in notes:
        lines.append(note.text)
        if note.remedy:
            lines.append(note.remedy)
    return "\n".join(lines)[:2000]


def _summary(notes: list[Note]) -> str:
    return "；".join(note.text.rstrip("。") for note in notes)[:500]


def _list_rows(book: Book, notes: list[Note]):
    values = {sheet.name: sheet.rows for sheet in book.sheets}
    for note in notes:
        rows = values.get(note.sheet, [])
        value = None
        if note.col is not None and note.row <= len(rows) and note.col < len(rows[note.row - 1]):
            value = rows[note.row - 1][note.col]
        letter = "" if note.col is None else column_letter(note.col)
        shown = None if value is None else str(value)
        yield [note.sheet, note.row, letter, shown, LABELS.get(note.action, note.action), note.text, note.remedy]


def _row_notes(notes: list[Note]) -> dict[tuple[str, int], list[Note]]:
    grouped: dict[tuple[str, int], list[Note]] = {}
    for note in notes:
        grouped.setdefault((note.sheet, note.row), []).append(note)
    return grouped


def _edit(source: Path, out: Path, book: Book, notes: list[Note], actions: dict) -> None:
    work = openpyxl.load_workbook(source)
    per_row = _row_notes(notes)
    widths = {sheet.name: len(sheet.rows[0]) if sheet.rows else 0 for sheet in book.sheets}
    touched = {sheet for sheet, _row in actions} | {note.sheet for note in notes}
    for title in [name for name in work.sheetnames if name in touched]:
        page = work[title]
        column = widths.get(title, 0) + 1
        first = min((row for sheet, row in actions if sheet == title and actions[sheet, row] != "skip"), default=2)
        page.cell(max(first - 1, 1), column, RESULT_HEADER)
        page.column_dimensions[column_letter(column - 1)].width = 40
        for (sheet, row), action in actions.items():
            if sheet != title or not LABELS.get(action):
                continue
            remarks = _summary(per_row.get((sheet, row), []))
            text = LABELS[action] + (f"：{remarks}" if remarks else "")
            cell = page.cell(row, column, text)
            if COLOURS[action]:
                cell.fill = PatternFill("solid", start_color=COLOURS[action])
    for (title, row, at), remarks in _by_cell(notes).items():
        if title in work.sheetnames:
            _mark(work[title], row, at, remarks)
    _append_list(work, book, notes)
    work.save(out)


def _mark(page, row: int, at: int, remarks: list[Note]) -> None:
    cell = page.cell(row, at + 1)
    if isinstance(cell, openpyxl.cell.cell.MergedCell):
        for area in page.merged_cells.ranges:
            if cell.coordinate in area:
                cell = page.cell(area.min_row, area.min_col)
                break
    comment = Comment(_comment_text(remarks), "导入检查")
    comment.width, comment.height = 320, 120
    if cell.comment is not None:
        comment.text = f"{cell.comment.text}\n{comment.text}"[:2000]
    cell.comment = comment
    colour = COLOURS.get(remarks[0].action)
    if colour:
        cell.fill = PatternFill("solid", start_color=colour)


def _append_list(work, book: Book, notes: list[Note]) -> None:
    page = work.create_sheet(sheet_name(LIST_SHEET, {name.lower() for name in work.sheetnames}))
    page.append(_LIST_HEADER)
    for line in _list_rows(book, notes):
        page.append([None] * len(line))
        for at, value in enumerate(line, 1):
            cell = page.cell(page.max_row, at)
            cell.value = value
            if isinstance(value, str) and value.startswith(RISKY):
                cell.data_type = "s"
                cell.quotePrefix = True
    for letter, width in zip("ABCDEFG", (16, 8, 6, 26, 14, 60, 50)):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"


def _rewrite(out: Path, book: Book, notes: list[Note], actions: dict) -> None:
    with tempfile.TemporaryDirectory(prefix="sheet-") as folder:
        work = xlsxwriter.Workbook(
            str(out),
            {"strings_to_formulas": False, "strings_to_urls": False, "tmpdir": folder, "constant_memory": True},
        )
        styles = styles_of(work)
        fills = {
            action: work.add_format({"bg_color": f"#{colour}", "border": 1})
            for action, colour in COLOURS.items()
            if colour
        }
        per_cell, per_row = _by_cell(notes), _row_notes(notes)
        taken: set[str] = set()
        for sheet in book.sheets:
            page = work.add_worksheet(sheet_name(sheet.name, taken))
            if sheet.hidden and len(book.sheets) > 1:
                page.hide()
            page.set_column(0, len(sheet.rows[0]) if sheet.rows else 0, 14)
            _rewrite_sheet(page, sheet, per_cell, per_row, actions, styles, fills)
        page = work.add_worksheet(sheet_name(LIST_SHEET, taken))
        for row, line in enumerate([_LIST_HEADER, *_list_rows(book, notes)]):
            for at, value in enumerate(line):
                write_cell(page, row, at, value, styles, text=at == 3)
        work.close()


def _rewrite_sheet(page, sheet, per_cell, per_row, actions, styles, fills) -> None:
    shown = {**styles}
    for number, values in enumerate(sheet.rows, 1):
        for at, value in enumerate(values):
            remarks = per_cell.get((sheet.name, number, at))
            fill = fills.get(remarks[0].action) if remarks else None
            style = {**shown, "plain": fill, "text": fill} if fill else shown
            if value is not None or remarks:
                write_cell(page, number - 1, at, value, style)
            if remarks:
                page.write_comment(number - 1, at, _comment_text(remarks), {"x_scale": 2, "author": "导入检查"})
        action = actions.get((sheet.name, number), "")
        if LABELS.get(action):
            remarks = _summary(per_row.get((sheet.name, number), []))
            text = LABELS[action] + (f"：{remarks}" if remarks else "")
            page.write_string(number - 1, len(values), text, fills.get(action))
