"""The few things calamine does not tell about .xls and .et files (OLE compound files holding BIFF records).

Reads the compound file's directory and walks the BIFF8 records of the workbook stream for hidden rows and columns and
for the password record. Everything is bounds-checked; a file this module cannot follow simply has no marks.
"""

import struct
from dataclasses import dataclass, field

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA  # this and above are markers, not sectors
_ROW, _COLINFO, _BOUNDSHEET, _FILEPASS, _BOF, _EOF, _MERGED = 0x208, 0x7D, 0x85, 0x2F, 0x809, 0x0A, 0xE5
# NUMBER, RK, MULRK, LABELSST, LABEL, RSTRING, FORMULA, BOOLERR and their BIFF5 shapes: cells that hold something.
_CELLS = frozenset({0x203, 0x27E, 0xBD, 0xFD, 0x204, 0xD6, 0x06, 0x206, 0x406, 0x205, 0x03, 0x04, 0x02, 0x05})


class BrokenCompoundError(Exception):
    """The compound file's chains lead outside the file or in circles."""


@dataclass(slots=True)
class BiffMarks:
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    max_row: int = 0
    max_col: int = 0


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
    """The bytes of the Workbook (BIFF8) or Book (BIFF5) stream. Raises BrokenCompoundError."""
    found = streams(data)
    first, size = found.get("Workbook") or found["Book"]
    fat = _fat(data)
    if size >= 4096:
        return _chain_bytes(data, first, fat)[:size]
    mini_fat, mini = _mini(data, fat)
    parts = []
    while first < _FREE and len(parts) * 64 < size:
        parts.append(mini[first * 64 : first * 64 + 64])
        if first >= len(mini_fat):
            raise BrokenCompoundError
        first = mini_fat[first]
    return b"".join(parts)[:size]


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
        if kind in _CELLS and len(body) >= 6:
            row, col = struct.unpack_from("<HH", body)
            found.max_row = max(found.max_row, row + 1)
            found.max_col = max(found.max_col, col + 1)
        elif kind == _ROW and len(body) >= 16 and body[12] & 0x20:
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
    size, difat, _count, _directory = _header(data)
    sectors = [n for n in struct.unpack_from("<109I", data, 76) if n < _FREE]
    seen: set[int] = set()
    while difat < _FREE:
        if difat in seen:
            raise BrokenCompoundError
        seen.add(difat)
        block = _sector(data, difat, size).ljust(size, b"\xff")
        numbers = struct.unpack(f"<{size // 4}I", block)
        sectors += [n for n in numbers[:-1] if n < _FREE]
        difat = numbers[-1]
    if len(sectors) > len(data) // size + 1:
        raise BrokenCompoundError
    table: list[int] = []
    for number in sectors:
        table += struct.unpack(f"<{size // 4}I", _sector(data, number, size).ljust(size, b"\xff"))
    return table


def check(data: bytes) -> None:
    """Walks every chain once. Raises BrokenCompoundError when one leads outside the file or in circles: calamine, which
    follows chains without counting, would then never return."""
    fat = _fat(data)
    mini_fat, _stream = _mini(data, fat)
    directory = _chain_bytes(data, _header(data)[3], fat)
    for at in range(0, len(directory) - 127, 128):
        kind = directory[at + 66]
        first, size = struct.unpack_from("<II", directory, at + 116)
        if kind == 5 and first < _FREE:
            _chain_bytes(data, first, fat)
        elif kind == 2 and size:
            if size >= 4096:
                _chain_bytes(data, first, fat)
            else:
                _walk(first, mini_fat)


def _mini(data: bytes, fat: list[int]) -> tuple[tuple[int, ...], bytes]:
    """The allocation table of small streams, and the stream they lie in (the root entry's)."""
    first, count = struct.unpack_from("<II", data, 60)
    table = _chain_bytes(data, first, fat) if first < _FREE and count else b""
    root = struct.unpack_from("<I", _sector(data, _header(data)[3], _header(data)[0]).ljust(128, b"\0"), 116)[0]
    stream = _chain_bytes(data, root, fat) if root < _FREE else b""
    return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4]), stream


def _walk(first: int, table: tuple[int, ...]) -> None:
    seen, number = 0, first
    while number < _FREE:
        seen += 1
        if number >= len(table) or seen > len(table):
            raise BrokenCompoundError
        number = table[number]


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
