"""Arguments that several commands share. Wrong use ends with exit code 2, a refusal because of the data with 1."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import CommandError

from portal.forms.days import FIRST, LAST
from portal.models import User
from staffing.models import Unit
from staffing.queries.gaps import find_unit

SYSTEM = "system"


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


def actor_of(username: str | None, commit: bool) -> User | None:
    """Who a command acts for: the account named, else (only when it writes) the account of the system itself, with
    which nobody can sign in. Raises CommandError (2) for a name that is none.
    """
    if username:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"没有这个账号：{username}", returncode=2)
        return user
    if not commit:
        return None
    user, made = User.objects.get_or_create(username=SYSTEM, defaults={"name": "系统", "is_active": False})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
