"""Arguments that several commands share. Wrong use ends with exit code 2, a refusal because of the data with 1."""

from __future__ import annotations

from datetime import date

from django.core.management.base import CommandError

from staffing.models import Unit
from staffing.queries.gaps import find_unit


def add_day(parser, name: str) -> None:
    """An ISO date argument."""
    parser.add_argument(name, metavar="DATE", help="日期，形如 2022-10-10；默认今天")


def day_of(text: str | None) -> date | None:
    """The date of an argument. Raises CommandError (2) for anything that is not an ISO date."""
    if not text:
        return None
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"日期应形如 2022-10-10，现为“{text}”。", returncode=2) from None


def unit_of(text: str | None):
    """The unit of an argument, None for the whole tree. Raises CommandError (1) when there is no such unit."""
    if not text:
        return None
    try:
        return find_unit(text)
    except Unit.DoesNotExist:
        raise CommandError(f"没有找到单位“{text}”。", returncode=1) from None
