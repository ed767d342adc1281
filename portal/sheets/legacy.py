"""The few things calamine does not tell about .xls and .et files (OLE compound files holding BIFF records).

Reads the compound file's directory and walks the BIFF8 records of the workbook stream for hidden rows and columns and
for the password record. Everything is bounds-checked; a file this module cannot follow simply has no marks.
"""

import struct
from dataclasses import dataclass, field

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA  # this and above are markers, not sectors
_ROW, _COLINFO, _BOUNDSHEET, _FILEPASS, _BOF, _EOF, _MERGED = 0x208, 0x7D, 0x85, 0x2F, 0x809, 0x0A, 0xE5


class BrokenCompoundError(Exception):
    """The compound file's chains lead outside the file or in circles."""


@dataclass(slots=True)
class BiffMarks:
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def streams(data: bytes) -> dict[str, tuple[int, int]]:
    """Name → (first sector, size) of every stream. Raises BrokenCompoundError."""
    directory = _chain_bytes(data, _header(data)[3], _fat(data))
    found = {}
    for at in range(0, len(directory) - 127, 128):
        entry = directory[at : at + 128]
        length = struct.unpack_from("<H", entry, 64)[0]
        if entry[66] == 2 and 2 <= length <= 64:
            name = entry[: length - 2].decode("utf-16-le", "replace")
            found[name] = struct.unpack_from("<II", entry, 116)
    return found


def workbook_stream(data: bytes) -> bytes:
    """The bytes of the Workbook (BIFF8) or Book (BIFF5) stream; b"" when it lives in the mini stream (a few rows at
    most).
    """
    found = streams(data)
    entry = found.get("Workbook") or found.get("Book")
    if entry is None or entry[1] < 4096:
        return b""
    return _chain_bytes(data, entry[0], _fat(data))[: entry[1]]


def is_protected(stream: bytes) -> bool:
    """Whether the first records hold FILEPASS (the content is encrypted)."""
    return any(kind == _FILEPASS for kind, _body in _records(stream, 0, 40))


def marks(stream: bytes) -> list[BiffMarks]:
    """Marks of each worksheet in tab order, for the sheets whose substream is a worksheet."""
    result = []
    for kind, body in _records(stream, 0, 100_000):
        if kind == _EOF:
            break
        if kind == _BOUNDSHEET and len(body) >= 8 and body[5] == 0:
            result.append(_sheet_marks(stream, struct.unpack_from("<I", body)[0]))
    return result


def _sheet_marks(stream: bytes, start: int) -> BiffMarks:
    found = BiffMarks()
    for kind, body in _records(stream, start, 3_000_000):
        if kind == _EOF:
            break
        if kind == _ROW and len(body) >= 16 and body[12] & 0x20:
            found.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind == _COLINFO and len(body) >= 10 and body[8] & 1:
            first, last = struct.unpack_from("<HH", body)
            found.hidden_cols.update(range(first, min(last, 255) + 1))
        elif kind == _MERGED and len(body) >= 2:
            count = min(struct.unpack_from("<H", body)[0], (len(body) - 2) // 8)
            for i in range(count):
                r1, r2, c1, c2 = struct.unpack_from("<HHHH", body, 2 + 8 * i)
                found.merged.append((r1 + 1, c1, r2 + 1, c2))
    return found


def _records(stream: bytes, at: int, most: int):
    end = len(stream)
    while at + 4 <= end and most > 0:
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == 0 and size == 0:
            return
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size
        most -= 1


def _header(data: bytes) -> tuple[int, int, int, int]:
    """(sector size, first DIFAT sector, DIFAT sectors, first directory sector)."""
    if len(data) < 512 or not data.startswith(SIGNATURE):
        raise BrokenCompoundError
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise BrokenCompoundError
    directory = struct.unpack_from("<I", data, 48)[0]
    difat, count = struct.unpack_from("<II", data, 68)
    return 1 << shift, difat, count, directory


def _sector(data: bytes, number: int, size: int) -> bytes:
    at = (number + 1) * size
    if number >= _FREE or at >= len(data):
        raise BrokenCompoundError
    return data[at : at + size]


def _fat(data: bytes) -> list[int]:
    size, difat, count, _directory = _header(data)
    sectors = [n for n in struct.unpack_from("<109I", data, 76) if n < _FREE]
    for _ in range(min(count, len(data) // size + 1)):
        if difat >= _FREE:
            break
        block = _sector(data, difat, size).ljust(size, b"\xff")
        numbers = struct.unpack(f"<{size // 4}I", block)
        sectors += [n for n in numbers[:-1] if n < _FREE]
        difat = numbers[-1]
    table: list[int] = []
    for number in sectors:
        table += struct.unpack(f"<{size // 4}I", _sector(data, number, size).ljust(size, b"\xff"))
    return table


def _chain_bytes(data: bytes, first: int, fat: list[int]) -> bytes:
    size = _header(data)[0]
    parts, seen, number = [], 0, first
    while number < _FREE:
        seen += 1
        if number >= len(fat) or seen > len(data) // size + 1:
            raise BrokenCompoundError
        parts.append(_sector(data, number, size))
        number = fat[number]
    return b"".join(parts)
