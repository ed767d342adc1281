"""What reading gives back: plain values, no library objects."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

Cell = None | str | int | float | bool | date | datetime | time


@dataclass(frozen=True)
class Limits:
    """Bounds on one file. Sizes in bytes, ``memory_mb`` and ``seconds`` bind the child process only."""

    max_bytes: int = 60 * 2**20
    max_uncompressed: int = 1536 * 2**20
    max_other_part: int = 96 * 2**20
    max_shared_strings: int = 192 * 2**20
    max_entries: int = 5000
    max_sheets: int = 200
    max_rows: int = 200_000
    max_columns: int = 512
    max_cells: int = 8_000_000
    seconds: int = 90
    memory_mb: int = 1536


@dataclass(slots=True)
class Sheet:
    """One sheet. ``rows[0]`` is row 1 of the user's own numbering; trailing blank rows are gone; blank cells are None.

    ``hidden_rows`` and the rows of ``merged`` count from 1, ``hidden_cols`` and the columns of ``merged`` from 0;
    ``merged`` holds (first row, first column, last row, last column), inclusive.
    """

    name: str
    rows: list[list[Cell]]
    state: str = "visible"
    hidden_rows: set[int] = field(default_factory=set)
    hidden_cols: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    @property
    def hidden(self) -> bool:
        return self.state != "visible"


@dataclass(slots=True)
class Book:
    """A file that was read: ``kind`` is xlsx, xls, et or csv; ``encoding`` only for csv; ``sha256`` of the file's
    bytes.
    """

    kind: str
    sheets: list[Sheet]
    sha256: str
    encoding: str | None = None


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
