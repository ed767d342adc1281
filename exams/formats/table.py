"""A workbook or csv in one of the Chinese question templates, read into drafts. Pure; cells come from portal.sheets."""

from __future__ import annotations

from exams.formats import values
from exams.formats.assemble import Cells, assemble, settle
from exams.formats.columns import Header, header_in, key_of
from exams.formats.draft import LETTERS
from exams.formats.model import FormatError, Issue, Reading, Row, SheetNote
from portal.sheets import Book, Sheet, column_letter

MOST_QUESTIONS = 20_000


def read_table(book: Book, *, sheets: list[str] | None = None) -> Reading:
    """Every sheet that has the header of a question table (``sheets``: only these). Raises FormatError when none has,
    or there is not one question.
    """
    reading = Reading(book.kind)
    for sheet in book.sheets:
        if sheets is not None and sheet.name not in sheets:
            continue
        header = header_in(sheet)
        note = SheetNote(sheet.name, _role(sheet, header))
        reading.sheets.append(note)
        if header is None or note.role == "hidden":
            continue
        note.header_rows.append(header.at + 1)
        for column, title in header.unmapped:
            note.issues.append(Issue("COLUMN_UNMAPPED", "", title, col=column_letter(column), weight="info"))
        reading.rows += _rows(sheet, header)
        if len(reading.rows) > MOST_QUESTIONS:
            raise FormatError("TOO_MANY", str(MOST_QUESTIONS))
    if not any(note.role == "questions" for note in reading.sheets):
        raise FormatError("HEADER_NOT_FOUND")
    if not any(row.draft for row in reading.rows):
        raise FormatError("NO_ROWS")
    for row in reading.rows:
        settle(row)
    return reading


def _role(sheet: Sheet, header: Header | None) -> str:
    if header is not None:
        return "hidden" if sheet.hidden else "questions"
    filled = [row for row in sheet.rows if any(cell is not None for cell in row)]
    narrow = all(sum(cell is not None for cell in row) <= 2 for row in filled)
    return "instructions" if filled and (narrow or "说明" in sheet.name) else "unknown"


def _rows(sheet: Sheet, header: Header) -> list[Row]:
    rows, section = [], ""
    cases: dict[str, str] = {}
    head = [key_of(value) for value in sheet.rows[header.at]]
    for at in range(header.at + 1, len(sheet.rows)):
        cells = sheet.rows[at]
        if all(cell is None for cell in cells) or [key_of(value) for value in cells] == head:
            continue
        row = Row(sheet.name, at + 1)
        rows.append(row)
        found = _cells(cells, header)
        if title := _section(cells, found):
            section = title
            row.issues.append(Issue("SECTION_ROW", weight="skip"))
            continue
        if not found.get("kind") and section:
            found.text["kind"] = section
        _fill_material(found, cases)
        assemble(row, found)
        if at + 1 in sheet.hidden_rows:
            row.issues.append(Issue("HIDDEN_ROW", weight="review"))
    return rows


def _cells(cells: list, header: Header) -> Cells:
    found = Cells(header)
    for name, at in header.columns.items():
        found.text[name] = values.tidy(values.as_text(cells[at] if at < len(cells) else None))
    last = max((LETTERS.index(letter) for letter in header.options), default=-1)
    for letter in LETTERS[: last + 1]:
        at = header.options.get(letter)
        found.options.append("" if at is None or at >= len(cells) else values.tidy(values.as_text(cells[at])))
    return found


def _section(cells: list, found: Cells) -> str:
    """The type a row like 一、单项选择题（每题1分） announces for the rows below it; "" for a question."""
    filled = [values.as_text(cell).strip() for cell in cells if cell is not None]
    if len(filled) != 1 or found.get("answer"):
        return ""
    return filled[0] if values.kind_of(filled[0]) else ""


def _fill_material(found: Cells, cases: dict[str, str]) -> None:
    """The parts of a case often have their material in the first row only."""
    code, material = found.get("case_code"), found.get("material")
    if code and material:
        cases.setdefault(code, material)
    elif code in cases:
        found.text["material"] = cases[code]
