"""Dates as rosters write them (domain §3). The result keeps the precision given: ``YYYY``, ``YYYY-MM`` or
``YYYY-MM-DD``.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from staffing.roster.text import OPEN_ENDED, is_placeholder, squeeze

_EPOCH = date(1899, 12, 30)
_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_DAY = re.compile(r"^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:T?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?$")
_MONTH = re.compile(r"^(\d{4})[-./年](\d{1,2})月?$")
_YEAR = re.compile(r"^(\d{4})年?$")
_SHORT_DAY = re.compile(r"^'?(\d{2})[-./年](\d{1,2})[-./月](\d{1,2})日?$")
_SHORT_MONTH = re.compile(r"^'?(\d{2})[./年](\d{1,2})月?$")
_DIGITS = re.compile(r"^\d{4,8}$")
_SUFFIX = re.compile(r"(?:之前|以前|前|止|起|生|左右|出生|到期)$")
_LOOSE = r"(?:\d{4}[./年]\d{1,2}(?:[./月]\d{1,2}日?|月)?|\d{4}-\d{1,2}-\d{1,2}|\d{8}|\d{4}年)"
_RANGE = re.compile(rf"^[自从]?({_LOOSE})起?(?:至|到|~|--+|-|—+|–)({_LOOSE}|至?今|长期|永久)止?$")
_INSIDE = re.compile(r"\d{4}[-./年]\d{1,2}(?:[-./月]\d{1,2}日?|月)?|\d{4}年")
FIRST_YEAR, LAST_YEAR = 1900, 2100


@dataclass(frozen=True, slots=True)
class DateValue:
    """``code`` is "" when read, else one of PLACEHOLDER, OPEN, IMPOSSIBLE, UNPARSED, AMBIGUOUS (January or October).

    ``two_digit`` marks a year that was written with two digits; ``short_month`` a text month "1985.1" that may have
    lost a zero.
    """

    value: str | None
    code: str = ""
    two_digit: bool = False
    short_month: bool = False


_NOTHING = DateValue(None)


def parse_date(raw: object, *, latest_year: int = LAST_YEAR) -> DateValue:
    """Reads one cell: text, number, Excel serial or date. Two-digit years are 20xx unless later than ``latest_year``:
    then 19xx.
    """
    if raw is None:
        return _NOTHING
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return DateValue(raw.isoformat())
    if isinstance(raw, bool):
        return DateValue(None, "UNPARSED")
    if isinstance(raw, int):
        return _from_digits(str(raw))
    if isinstance(raw, float):
        return _from_float(raw)
    return _from_text(squeeze(str(raw)).lstrip("'‘"), latest_year)


def parse_range(raw: object) -> tuple[DateValue, DateValue] | None:
    """``2022.05.01-2027.04.30`` or ``2019年6月至2024年6月`` as (start, end); None when the text is no range."""
    if not isinstance(raw, str):
        return None
    found = _RANGE.match(squeeze(raw))
    if not found:
        return None
    return _from_text(found[1], LAST_YEAR), _from_text(found[2], LAST_YEAR)


def date_inside(text: str) -> str | None:
    """The first date mentioned in a sentence (``2023年3月起借调`` → ``2023-03``), or None."""
    for found in _INSIDE.finditer(squeeze(text)):
        value = _from_text(found[0], LAST_YEAR)
        if not value.code:
            return value.value
    return None


def first_day(value: str) -> str:
    """The first day a partial date can mean: ``2019-06`` → ``2019-06-01``."""
    return {4: f"{value}-01-01", 7: f"{value}-01"}.get(len(value), value)


def last_day(value: str) -> str:
    """The last day a partial date can mean: ``2024-06`` → ``2024-06-30``."""
    if len(value) == 4:
        return f"{value}-12-31"
    if len(value) == 7:
        return f"{value}-{monthrange(int(value[:4]), int(value[5:7]))[1]:02d}"
    return value


def agree(one: str, other: str) -> bool:
    """Whether two dates agree as far as the less precise of them goes."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _from_digits(text: str) -> DateValue:
    if len(text) == 8:
        return _made(text[:4], text[4:6], text[6:])
    if len(text) == 6 and FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return _made(text[:4], text[4:])
    if len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return DateValue(text)
    if len(text) == 5 and 10_000 <= int(text) <= 73_000:  # Excel serial: 1927-05-18 to 2099
        return DateValue((_EPOCH + timedelta(days=int(text))).isoformat())
    return DateValue(None, "UNPARSED")


def _from_float(number: float) -> DateValue:
    if number != number or abs(number) > 10**9:
        return DateValue(None, "UNPARSED")
    if number == int(number):
        return _from_digits(str(int(number)))
    if 10_000 < number < 73_000:
        return _from_digits(str(int(number)))
    year, _, month = repr(number).partition(".")
    if not year.isdigit() or not FIRST_YEAR <= int(year) <= LAST_YEAR or len(month) > 2:
        return DateValue(None, "UNPARSED")
    if month == "1":
        return DateValue(f"{year}-01", "AMBIGUOUS")
    return _made(year, month)


def _from_text(text: str, latest_year: int) -> DateValue:
    if not text:
        return _NOTHING
    if text in OPEN_ENDED or text in ("至今", "今"):
        return DateValue(None, "OPEN")
    if is_placeholder(text):
        return DateValue(None, "PLACEHOLDER")
    text = _SUFFIX.sub("", text)
    if "年" in text and not text[0].isdigit():
        text = text.replace("十一月", "11月").replace("十二月", "12月").replace("十月", "10月").translate(_CHINESE)
    if _DIGITS.match(text):
        return _from_digits(text)
    if found := _DAY.match(text):
        return _made(*found.groups())
    if found := _MONTH.match(text):
        made = _made(*found.groups())
        short = found[2] == "1" and "." in text
        return DateValue(made.value, made.code, short_month=True) if short and not made.code else made
    if found := _YEAR.match(text):
        return DateValue(found[1]) if FIRST_YEAR <= int(found[1]) <= LAST_YEAR else DateValue(None, "IMPOSSIBLE")
    if found := _SHORT_DAY.match(text) or _SHORT_MONTH.match(text):
        parts = found.groups()
        year = 2000 + int(parts[0])
        year -= 100 if year > latest_year else 0
        made = _made(str(year), *parts[1:])
        return DateValue(made.value, made.code, two_digit=not made.code)
    return DateValue(None, "UNPARSED")


def _made(year: str, month: str, day: str | None = None) -> DateValue:
    try:
        found = date(int(year), int(month), int(day) if day else 1)
    except ValueError:
        return DateValue(None, "IMPOSSIBLE")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return DateValue(None, "IMPOSSIBLE")
    return DateValue(found.isoformat() if day else found.isoformat()[:7])
