"""Looks at an .xlsx package before any parser does: totals, dimensions, hidden rows and columns, merged ranges.

The sheet XML is streamed in blocks and searched with byte patterns, so memory stays constant whatever the file claims
(reliability §17). Attribute order and namespace prefixes differ between writers; the patterns allow both.
"""

import re
import zipfile
import zlib
from collections import deque
from dataclasses import dataclass, field
from posixpath import join, normpath
from xml.etree import ElementTree

from portal.sheets.errors import SheetError
from portal.sheets.model import Limits, column_index

BLOCK = 1 << 20
OVERLAP = 4096
_SMALL_PART = 8 * 2**20
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

# A cell that carries something: an opening tag that is not closed at once and is followed by a value, formula or
# inline text.
# Every repeat is bounded: a hostile file without ">" must not cost quadratic time.
_CELL = rb'<(?:\w{1,12}:)?c\b[^>]{0,200}?\br="(%s)(\d{1,8})"[^>]{0,200}(?<!/)><(?!/)'
_ANY_CELL = re.compile(_CELL % rb"[A-Z]{1,3}")
_WIDE_CELL = re.compile(_CELL % rb"[A-Z]{2,3}")
_WIDE = re.compile(rb'"[A-Z]{2,3}\d')
_HIDDEN_ROW = re.compile(rb'<(?:\w{1,12}:)?row\b(?=[^>]{0,400}\bhidden="(?:1|true)")[^>]{0,400}?\br="(\d{1,8})"')
_HIDDEN_COL = re.compile(rb'<(?:\w{1,12}:)?col\b(?=[^>]{0,400}\bhidden="(?:1|true)")([^>]{0,400})>')
_MERGED = re.compile(rb'<(?:\w{1,12}:)?mergeCell\b[^>]{0,200}\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_BOUND = re.compile(rb'\b(min|max)="(\d{1,6})"')


@dataclass(slots=True)
class SheetMarks:
    """What calamine does not tell about a sheet."""

    name: str
    state: str = "visible"
    max_row: int = 0
    max_col: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def check_totals(package: zipfile.ZipFile, limits: Limits) -> None:
    """Raises ZIP_BOMB or TOO_LARGE from the directory alone, before anything is unpacked."""
    entries = package.infolist()
    if len(entries) > limits.max_entries:
        raise SheetError("ZIP_BOMB")
    if any(entry.flag_bits & 1 for entry in entries):
        raise SheetError("ENCRYPTED")
    if sum(entry.file_size for entry in entries) > limits.max_uncompressed:
        raise SheetError("ZIP_BOMB")
    for entry in entries:
        name = entry.filename.lower()
        if "worksheets/" in name or "media/" in name:
            continue
        ceiling = limits.max_shared_strings if name.endswith("sharedstrings.xml") else limits.max_other_part
        if entry.file_size > ceiling:
            raise SheetError("ZIP_BOMB")
        # Text of a real workbook never shrinks 200-fold; formatted blank rows do, and those are sheets.
        if entry.file_size > 16 * 2**20 and entry.file_size > 200 * max(entry.compress_size, 1):
            raise SheetError("ZIP_BOMB")


def read_marks(package: zipfile.ZipFile, limits: Limits) -> list[SheetMarks]:
    """Marks of every worksheet in tab order. Raises TRUNCATED, HUGE_DIMENSION, TOO_MANY_ROWS, WRONG_TYPE or
    UNREADABLE.
    """
    sheets = _sheet_parts(package)
    if len(sheets) > limits.max_sheets:
        raise SheetError("TOO_LARGE", f"超过 {limits.max_sheets} 个工作表", f"more than {limits.max_sheets} sheets")
    budget = limits.max_cells
    marks = []
    for name, state, part in sheets:
        mark = _scan(package, SheetMarks(name, state), part)
        where = f"{name}"
        if mark.max_row > limits.max_rows and mark.max_col * mark.max_row > limits.max_cells:
            raise SheetError("HUGE_DIMENSION", where)
        if mark.max_col > 16_384 or mark.max_row > 1_048_576:
            raise SheetError("HUGE_DIMENSION", where)
        budget -= mark.max_row * mark.max_col
        if budget < 0:
            raise SheetError("HUGE_DIMENSION", where)
        marks.append(mark)
    return marks


def _small(package: zipfile.ZipFile, part: str) -> ElementTree:
    info = package.getinfo(part)
    if info.file_size > _SMALL_PART:
        raise SheetError("ZIP_BOMB")
    text = package.read(part)
    if (
        b"<!DOCTYPE" in text or b"<!ENTITY" in text
    ):  # entities are the one danger of a small part, and no writer uses them
        raise SheetError("UNREADABLE")
    return ElementTree.fromstring(text)  # noqa: S314


def _sheet_parts(package: zipfile.ZipFile) -> list[tuple[str, str, str]]:
    try:
        names = set(package.namelist())
        book = "xl/workbook.xml"
        if book not in names:
            raise SheetError("WRONG_TYPE")
        targets = {}
        for relation in _small(package, "xl/_rels/workbook.xml.rels"):
            target = relation.get("Target", "")
            targets[relation.get("Id")] = target[1:] if target.startswith("/") else normpath(join("xl", target))
        found = []
        for node in _small(package, book).iter():
            if node.tag.rpartition("}")[2] != "sheet":
                continue
            state = {"hidden": "hidden", "veryHidden": "very_hidden"}.get(node.get("state", ""), "visible")
            part = targets.get(node.get(_RELATION) or node.get(_STRICT_RELATION), "")
            if part in names and "worksheets/" in part:
                found.append((node.get("name", ""), state, part))
        return found
    except KeyError as error:
        raise SheetError("TRUNCATED") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise SheetError("TRUNCATED") from error
    except (ElementTree.ParseError, ValueError, RuntimeError) as error:
        raise SheetError("UNREADABLE") from error


def _scan(package: zipfile.ZipFile, mark: SheetMarks, part: str) -> SheetMarks:
    try:
        with package.open(part) as stream:
            tail = b""
            while block := stream.read(BLOCK):
                text = tail + block
                _search(text, mark)
                # A pattern cut by the block's end is found whole next time; finding a mark twice is harmless.
                tail = text[-OVERLAP:]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise SheetError("TRUNCATED") from error
    except RuntimeError as error:  # unknown compression, encrypted entry
        raise SheetError("UNREADABLE") from error
    mark.merged = sorted(set(mark.merged))
    return mark


def _search(text: bytes, mark: SheetMarks) -> None:
    last = None
    # Rows rise within a sheet, so the last cells of a block are enough for the row; columns need every wide cell.
    for last in _ANY_CELL.finditer(text, max(0, len(text) - OVERLAP)):
        mark.max_col = max(mark.max_col, column_index(last[1].decode()) + 1)
    if last is None:
        last = next(iter(deque(_ANY_CELL.finditer(text), maxlen=1)), None)
    if last is not None:
        mark.max_row = max(mark.max_row, int(last[2]))
        mark.max_col = max(mark.max_col, 26)
    # A plain search costs a tenth of a pattern, and most blocks hold none of what follows.
    if _WIDE.search(text):
        for cell in _WIDE_CELL.finditer(text):
            mark.max_col = max(mark.max_col, column_index(cell[1].decode()) + 1)
            mark.max_row = max(mark.max_row, int(cell[2]))
    if b'hidden="' in text:
        mark.hidden_rows.update(int(found[1]) for found in _HIDDEN_ROW.finditer(text))
        for found in _HIDDEN_COL.finditer(text):
            bounds = {key: int(value) for key, value in _BOUND.findall(found[1])}
            low, high = bounds.get(b"min", 1), bounds.get(b"max", 0)
            mark.hidden_cols.update(range(low - 1, min(high, low + 511)))
    if b"mergeCell " in text:
        for a, b, c, d in _MERGED.findall(text):
            if len(mark.merged) < 200_000:
                mark.merged.append((int(b), column_index(a.decode()), int(d), column_index(c.decode())))
