"""Arguments that several commands share. Wrong use ends with exit code 2, a refusal because of the data with 1."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import CommandError

from portal.forms.days import FIRST, LAST
from staffing.models import Unit
from staffing.queries.gaps import find_unit


def add_day(parser, name: str) -> None:
    """An ISO date argument."""
    parser.add_argument(name, metavar="DATE", help="日期，形如 2022-10-10；默认今天")


def day_of(text: str | None) -> date | None:
    """The date of an argument. Raises CommandError (2) for anything but an ISO date that days are kept of."""
    if not text:
        return None
    if isinstance(text, date):
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"日期应形如 2022-10-10，现为“{text}”。", returncode=2) from None
    if not FIRST <= day <= LAST:
        raise CommandError(f"日期应在 {FIRST} 至 {LAST} 之间，现为“{text}”。", returncode=2)
    return day


def year_of(text: str) -> int:
    """Argument type: a year that days are kept of. argparse ends with exit code 2 for any other."""
    if not text.isdecimal() or not FIRST.year <= int(text) <= LAST.year:
        raise ArgumentTypeError(f"年度应在 {FIRST.year} 至 {LAST.year} 之间，现为“{text}”。")
    return int(text)


def unit_of(text: str | None):
    """The unit of an argument, None for the whole tree. Raises CommandError (1) when there is no such unit."""
    if not text:
        return None
    try:
        return find_unit(text)
    except Unit.DoesNotExist:
        raise CommandError(f"没有找到单位“{text}”。", returncode=1) from None
