"""Resident identity numbers (GB 11643-1999): shape, birth date, check digit, sex; and what Excel and people do to
them.
"""

import re
from dataclasses import dataclass
from datetime import date
from operator import mul

from staffing.roster.text import nfkc

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
_WRAPPER = re.compile(r'^=\s*"(.*)"$', re.S)
_BLANK = re.compile(r"[\s\u00a0\u3000\u200b-\u200f\u2060\ufeff]")
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?E\+?\d{2}$", re.I)
_QUOTES = "'`‘’＇\"“”"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """What a cell says. ``value`` is the clean number or None; ``fixes`` are codes of harmless repairs; ``error`` a
    code that rejects the row; ``raw`` is how the cell is shown."""

    value: str | None
    fixes: tuple[str, ...] = ()
    error: str = ""
    raw: object = None

    @property
    def birth(self) -> str:
        """Birth date in ISO form."""
        return f"{self.value[6:10]}-{self.value[10:12]}-{self.value[12:14]}"

    @property
    def gender(self) -> str:
        """The 17th digit: odd is 男, even is 女."""
        return "男" if int(self.value[16]) % 2 else "女"


def check_digit(first17: str) -> str:
    """The 18th character for 17 digits."""
    return CHECK[sum(map(mul, map(int, first17), WEIGHTS)) % 11]


def birth_is_possible(digits: str, as_of: date) -> bool:
    """Whether ``YYYYMMDD`` is a day, neither after ``as_of`` nor before 1900."""
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return born.year >= 1900 and born <= as_of


def parse_id(raw: object, as_of: date) -> IdNumber:
    """Reads one cell. None or blank gives ``value`` None without error.

    A number of more than 15 digits has lost its end for good (Excel keeps 15): ID_PRECISION_LOST, never repaired.
    """
    if raw is None:
        return IdNumber(None)
    if isinstance(raw, bool):
        return IdNumber(None, error="ID_LENGTH", raw=str(raw))
    if isinstance(raw, (int, float)):
        if abs(raw) >= 10**15:
            return IdNumber(None, error="ID_PRECISION_LOST", raw=f"{float(raw):.5E}")
        text, fixes = (str(int(raw)) if raw == int(raw) else str(raw)), []
        if len(text) not in (15, 18):
            return IdNumber(None, error="ID_LENGTH", raw=raw)
    else:
        text, fixes = _unwrapped(str(raw))
        if not text:
            return IdNumber(None)
    return _checked(text, fixes, raw, as_of)


def _unwrapped(text: str) -> tuple[str, list[str]]:
    """Takes off what spreadsheets and people put around the number; each kind of wrapping is named once."""
    fixes = []
    wrapped = _WRAPPER.match(text.strip())
    if wrapped:
        text = wrapped[1]
        fixes.append("CSV_FORMULA_WRAPPER")
    if text.startswith("\t"):
        text = text.lstrip("\t")
        fixes.append("LEADING_TAB")
    bare = _BLANK.sub("", text)
    spaced = bare != text
    quoted = bare.strip(_QUOTES)
    if spaced:
        fixes.append("ID_WHITESPACE")
    elif quoted != bare:
        fixes.append("LEADING_APOSTROPHE")
    plain = quoted if quoted.isascii() else nfkc(quoted)
    if plain != quoted:
        fixes.append("FULLWIDTH")
    return plain, fixes


def _checked(text: str, fixes: list[str], raw: object, as_of: date) -> IdNumber:
    if _SCIENTIFIC.match(text):
        return IdNumber(None, error="ID_PRECISION_LOST", raw=raw)
    if len(text) == 15 and text.isdigit():
        return _upgraded(text, fixes, raw, as_of)
    if len(text) != 18:
        return IdNumber(None, error="ID_LENGTH", raw=raw)
    if text[17] == "x":
        text = text[:17] + "X"
        fixes.append("ID_LOWER_X")
    if not (text.isascii() and text[:17].isdigit() and (text[17].isdigit() or text[17] == "X")):
        return IdNumber(None, error="ID_FORMAT", raw=raw)
    if not birth_is_possible(text[6:14], as_of):
        return IdNumber(None, error="ID_BIRTH_INVALID", raw=raw)
    if check_digit(text[:17]) != text[17]:
        return IdNumber(None, error="ID_CHECKSUM", raw=raw)
    return IdNumber(text, tuple(fixes), raw=raw)


def _upgraded(text: str, fixes: list[str], raw: object, as_of: date) -> IdNumber:
    first17 = f"{text[:6]}19{text[6:]}"
    if not birth_is_possible(first17[6:14], as_of):
        return IdNumber(None, error="ID_BIRTH_INVALID", raw=raw)
    return IdNumber(first17 + check_digit(first17), (*fixes, "ID_15_UPGRADED"), raw=raw)


def masked(value: object) -> str:
    """3 + 11 + 4 for showing (domain §5); anything shorter keeps its first three characters."""
    text = str(value or "")
    return f"{text[:3]}***********{text[-4:]}" if len(text) >= 15 else f"{text[:3]}***"
