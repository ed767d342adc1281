"""Numbers and dates as people read them. A shown ratio never contradicts its verdict (ux.md principle 1)."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from fractions import Fraction

from django.utils import dateformat, timezone, translation

EMPTY = "—"
# What stands between the parts of a partly known date ("2024-11") in roster data.
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def exact(value) -> Fraction | None:
    """``value`` as an exact fraction; a float counts as the decimal it prints. None and "" give None."""
    if value is None or value == "":
        return None
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _scaled(ratio: Fraction, digits: int, target: Fraction | None) -> int:
    """``ratio`` in units of 10**-digits percent, rounded half up unless that would cross 0, 1 or the target."""
    step = Fraction(1, 100 * 10**digits)
    shown = int((ratio / step + Fraction(1, 2)) // 1)
    down = int(ratio / step // 1)
    up = down if down * step == ratio else down + 1
    for bound in (Fraction(0), target, Fraction(1)):
        if bound is None or bound == ratio:
            continue
        if ratio < bound <= shown * step:
            shown = down
        elif ratio > bound and (shown * step < bound or (bound == 0 and shown == 0)):
            shown = up
    return shown


def _honest(ratio: Fraction, shown: Fraction, target: Fraction | None) -> bool:
    """Does ``shown`` lie on the same side of nothing, everything and the target as ``ratio``?"""
    same = (shown > 0) == (ratio > 0) and (shown >= 1) == (ratio >= 1)
    return same and (target is None or (shown >= target) == (ratio >= target))


def percent_number(ratio, digits: int = 2, target=None) -> str:
    """``ratio`` (0.6538) as the number of percent without the sign ("65.38"); None gives a dash.

    Rounds half up, but never so that the figure seems to reach what it does not: below ``target`` (a ratio, e.g. 0.6)
    it stays below, below 100 % it stays below, and more than nothing is never shown as nothing. Where no figure of so
    few digits lies between two of these, it takes more digits.
    """
    value = exact(ratio)
    if value is None:
        return EMPTY
    bound = exact(target)
    shown = _scaled(value, digits, bound)
    while not _honest(value, Fraction(shown, 100 * 10**digits), bound):
        digits += 1
        shown = _scaled(value, digits, bound)
    sign, shown = ("-", -shown) if shown < 0 else ("", shown)
    whole, rest = divmod(shown, 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def percent(ratio, digits: int = 2, target=None) -> str:
    """Like ``percent_number`` with the sign: "65.38%"."""
    text = percent_number(ratio, digits, target)
    return text if text == EMPTY else f"{text}%"


def percent_short(ratio) -> str:
    """A policy's own percentage without idle zeros: 0.6 → "60%", 0.125 → "12.5%"."""
    text = percent_number(ratio, 2)
    return text if text == EMPTY else f"{text.rstrip('0').rstrip('.')}%"


def num(value) -> str:
    """A count or an amount: "1,234", "14.5", a dash for None. At most two decimals, no idle zeros."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, str):
        return value
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{Decimal(str(value)):,.2f}"
    return text.rstrip("0").rstrip(".")


def iso(value) -> str:
    """2024-11-04 for tables (a datetime: with local time); partly known dates ("2024-11") pass; None gives a dash."""
    if not value:
        return EMPTY
    if isinstance(value, datetime.datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{local:%Y-%m-%d %H:%M}"
    return value if isinstance(value, str) else value.isoformat()


def date_words(value) -> str:
    """2024年11月4日, or 4 November 2024 in English; "2024-11" and "2024" keep their precision; None gives a dash."""
    if not value:
        return EMPTY
    chinese = (translation.get_language() or "zh").startswith("zh")
    if isinstance(value, str):
        found = _PARTIAL.fullmatch(value)
        if not found:
            return value
        year, month, day = (int(part) if part else 0 for part in found.groups())
        if not day:
            if chinese:
                return f"{year}年{month}月" if month else f"{year}年"
            return dateformat.format(datetime.date(year, month, 1), "F Y") if month else str(year)
        value = datetime.date(year, month, day)
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
    return dateformat.format(value, "Y年n月j日" if chinese else "j F Y")
