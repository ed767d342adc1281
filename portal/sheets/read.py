"""Reads one file into a Book: decides by content what it is, checks it, then lets pandas with calamine read the
values.
"""

import csv
import hashlib
import io
import math
import os
import struct
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

from portal.sheets import legacy, package
from portal.sheets.errors import SheetError
from portal.sheets.model import Book, Limits, Sheet

_BINARY_SIGNATURES = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"MZ",
)


def read_book(path: str | os.PathLike, *, name: str = "", limits: Limits | None = None) -> Book:
    """The file's sheets as plain values. ``name`` is the user's file name when ``path`` is a temporary one.

    Raises SheetError with any code of the catalogue except TIMEOUT. Memory is bound only in the child process:
    uploads go through ``read_book_safely``.
    """
    limits = limits or Limits()
    path = Path(path)
    name = name or path.name
    size = path.stat().st_size
    if size == 0:
        raise SheetError("EMPTY")
    if size > limits.max_bytes:
        raise SheetError("TOO_LARGE", f"{limits.max_bytes >> 20} MB")
    digest = _sha256(path)
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(b"PK"):
        book = _read_xlsx(path, digest, limits)
    elif head.startswith(legacy.SIGNATURE):
        book = _read_ole(path, name, digest, limits)
    else:
        book = _read_text(path, name, head, digest, limits)
    _check_rows(book, limits)
    return book


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_rows(book: Book, limits: Limits) -> None:
    for sheet in book.sheets:
        if len(sheet.rows) > limits.max_rows:
            raise SheetError("TOO_MANY_ROWS", f"{limits.max_rows} 行", f"{limits.max_rows} rows")
    if not any(sheet.rows for sheet in book.sheets):
        raise SheetError("EMPTY")


# ------------------------------------------------------------------ xlsx
def _read_xlsx(path: Path, digest: str, limits: Limits) -> Book:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise SheetError("TRUNCATED") from error
    with archive:
        package.check_totals(archive, limits)
        if "xl/workbook.xml" not in archive.namelist():
            raise SheetError("WRONG_TYPE")
        marks = package.read_marks(archive, limits)
    values = _calamine_values(path, [mark.name for mark in marks])
    sheets = [
        Sheet(mark.name, rows, mark.state, mark.hidden_rows, mark.hidden_cols, mark.merged)
        for mark, rows in zip(marks, values)
    ]
    return Book("xlsx", sheets, digest)


# ------------------------------------------------------------------ xls, et
def _read_ole(path: Path, name: str, digest: str, limits: Limits) -> Book:
    data = path.read_bytes()
    try:
        legacy.check(data)
        names = legacy.streams(data)
        if "EncryptedPackage" in names:
            raise SheetError("ENCRYPTED")
        if "Workbook" not in names and "Book" not in names:
            raise SheetError("WRONG_TYPE")
        stream = legacy.workbook_stream(data)
    except (legacy.BrokenCompoundError, struct.error) as error:
        raise SheetError("TRUNCATED") from error
    if legacy.is_protected(stream):
        raise SheetError("ENCRYPTED")
    marks = legacy.marks(stream)
    if any(mark.max_col > 256 for mark in marks):  # beyond the format: a damaged record
        raise SheetError("TRUNCATED")
    if sum(mark.max_row * mark.max_col for mark in marks) > limits.max_cells:
        raise SheetError("HUGE_DIMENSION")
    states, values = _calamine_book(path)
    sheets = [Sheet(title, rows, states[title]) for title, rows in values.items()]
    if len(marks) == len(sheets):
        for sheet, mark in zip(sheets, marks):
            sheet.hidden_rows, sheet.hidden_cols = mark.hidden_rows, mark.hidden_cols
            sheet.merged = sorted(mark.merged)
    return Book("et" if name.lower().endswith(".et") else "xls", sheets, digest)


# ------------------------------------------------------------------ values
def _open(path: Path):
    import pandas  # here, so that a csv costs no import

    try:
        return pandas.ExcelFile(path, engine="calamine")
    except BaseException as error:
        raise _translated(error) from error


def _sheet_rows(book, title: str) -> list[list]:
    import pandas

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = pandas.read_excel(book, sheet_name=title, header=None, dtype=object, na_filter=False)
        return _clean(frame.values.tolist())
    except BaseException as error:
        raise _translated(error) from error


def _calamine_values(path: Path, titles: list[str]) -> list[list[list]]:
    book = _open(path)
    known = set(book.sheet_names)
    return [_sheet_rows(book, title) if title in known else [] for title in titles]


def _calamine_book(path: Path) -> tuple[dict[str, str], dict[str, list[list]]]:
    book = _open(path)
    states = {}
    for meta in book.book.sheets_metadata:
        kind, visible = str(meta.typ), str(meta.visible)
        if kind.endswith("WorkSheet"):
            states[meta.name] = (
                "visible" if visible.endswith("Visible") and not visible.endswith("VeryHidden") else "hidden"
            )
    return states, {title: _sheet_rows(book, title) for title in states}


def _translated(error: BaseException) -> BaseException:
    """Our own error for whatever the parsers raise, a panic inside calamine (no Exception) included.

    A MemoryError passes through to the child's own handling, and so does what stops the process on purpose.
    """
    if isinstance(error, (SheetError, MemoryError, KeyboardInterrupt, SystemExit)):
        return error
    text = str(error).lower()
    if "password" in text or "encrypt" in text:
        return SheetError("ENCRYPTED")
    if "eof" in text or "unexpected end" in text or "invalid checksum" in text or "out of range" in text:
        return SheetError("TRUNCATED")
    return SheetError("UNREADABLE")


def _clean(rows: list[list]) -> list[list]:
    for row in rows:
        for at, value in enumerate(row):
            kind = type(value)
            if kind is str:
                # Text that WPS leaves for an in-cell picture is no value; neither is a blank.
                if not value or value.isspace() or (value[0] in "=_" and "DISPIMG(" in value[:24]):
                    row[at] = None
            elif kind is float:
                if not math.isfinite(value):
                    row[at] = None
                elif value.is_integer() and abs(value) < 1e18:
                    row[at] = int(value)
            elif value is not None and kind is not int and kind is not bool:
                row[at] = _plain(value)
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    return rows


def _plain(value):
    if isinstance(value, datetime):
        if value.year < 1900:
            return None
        moment = datetime(value.year, value.month, value.day, value.hour, value.minute, value.second)
        return moment.date() if moment.time() == time() else moment
    if isinstance(value, (date, time)):
        return value
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float):
        return None if not math.isfinite(value) else float(value)
    return str(value) if value == value else None


# ------------------------------------------------------------------ csv
_RUN_BY_SHEETS = frozenset("=+-@\t\r")


def _read_text(path: Path, name: str, head: bytes, digest: str, limits: Limits) -> Book:
    if any(head.startswith(mark) for mark in _BINARY_SIGNATURES):
        raise SheetError("WRONG_TYPE")
    data = path.read_bytes()
    text, encoding = _decoded(data)
    start = text.lstrip("\ufeff \t\r\n")[:200].lower()
    if start.startswith(("<html", "<!doctype", "<table", "<?xml", "<workbook", "mime-version", "<meta", "<head")):
        raise SheetError("WRONG_TYPE", "内容是网页", "it holds a web page")
    if sum(not (char.isprintable() or char in "\t\r\n\u3000\xa0\ufeff") for char in text[:4000]) > 20:
        raise SheetError("WRONG_TYPE")
    rows = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False):
            rows.append([_bare(cell) if cell and not cell.isspace() else None for cell in record])
            if len(rows) > limits.max_rows * 2:
                raise SheetError("TOO_MANY_ROWS", f"{limits.max_rows} 行", f"{limits.max_rows} rows")
    except csv.Error as error:
        raise SheetError("UNREADABLE") from error
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    width = max(map(len, rows), default=0)
    if width > limits.max_columns:
        raise SheetError("HUGE_DIMENSION")
    for row in rows:
        row.extend([None] * (width - len(row)))
    return Book("csv", [Sheet(Path(name).stem[:60] or "CSV", rows)], digest, encoding)


def _bare(cell: str) -> str:
    """Takes off the ``'`` that our own writer put before a text that a spreadsheet would run."""
    return cell[1:] if cell[0] == "'" and cell[1:2] in _RUN_BY_SHEETS else cell


def _decoded(data: bytes) -> tuple[str, str]:
    """Text and encoding: a byte order mark decides, then UTF-8, then GBK and its superset GB18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise SheetError("UNREADABLE") from error
    if b"\0" in data[:65536]:
        raise SheetError("WRONG_TYPE")
    for encoding in ("utf-8-sig", "gbk", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, "utf-8" if encoding == "utf-8-sig" and not data.startswith(b"\xef\xbb\xbf") else encoding
    raise SheetError("UNREADABLE", "无法识别文字编码", "the text encoding is not recognised")


def _delimiter(text: str) -> str:
    lines = text[:20_000].splitlines()[:20]
    counts = {mark: sum(line.count(mark) for line in lines) for mark in (",", "\t", ";")}
    # Tabs also stand before ID numbers in comma files, so another mark must clearly outnumber the comma.
    best = max(counts, key=counts.get)
    return best if counts[best] > 2 * counts[","] else ","
