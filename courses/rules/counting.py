"""Why a ledger entry counts, or for how much of it not (domain §2.1).

An entry counts for what it adds to the figure: the entries are put one after the other before the rule that makes the
figure (staffing.rules.hours), so that the parts always sum to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from staffing.rules import hours
from staffing.rules.hours import Credit
from staffing.rules.params import Params

REVERSED, POLITICAL, DAILY, ONLINE, TEACHING = "reversed", "political", "daily", "online", "teaching"
# Within a day what was attended in person comes first: the daily ceiling cuts online hours (staffing.rules.hours).
ORDER = {hours.OFFLINE: 0, hours.ONLINE: 1, hours.TEACHING: 2, hours.NOT_COUNTED: 3}


@dataclass(frozen=True)
class Entry:
    """A ledger entry; ``void``: it was reversed, or is itself the reversal."""

    key: int
    credit: Credit
    void: bool = False


@dataclass(frozen=True)
class Line:
    """``counted`` of ``hours`` enter the figure; ``lost``: (reason, hours) of what does not. Hours in 学时."""

    key: int
    hours: Fraction
    counted: Fraction
    lost: tuple[tuple[str, Fraction], ...] = ()


def explain(entries: Iterable[Entry], months: int, params: Params) -> tuple[Line, ...]:
    """What each entry of a year counts for, in the order given; the sum of ``counted`` is the year's figure.

    Earlier entries come first: a ceiling cuts the later ones.
    """
    entries = list(entries)
    uncapped = replace(params, hours_online_max=None)
    lines: dict[int, Line] = {}
    before: list[Credit] = []
    sums = (hours.ZERO, hours.ZERO)
    for entry in sorted(entries, key=_order):
        credit = entry.credit
        if entry.void:
            lines[entry.key] = Line(entry.key, credit.hours, hours.ZERO, ((REVERSED, credit.hours),))
            continue
        sort = hours.class_of(credit.kind)
        if sort == hours.NOT_COUNTED:
            lines[entry.key] = Line(entry.key, credit.hours, hours.ZERO, ((POLITICAL, credit.hours),))
            continue
        before.append(credit)
        now = tuple(hours.status(before, months, under).counted for under in (params, uncapped))
        counted, without_ceiling = now[0] - sums[0], now[1] - sums[1]
        sums = now
        first = TEACHING if sort == hours.TEACHING else DAILY
        lost = ((first, credit.hours - without_ceiling), (ONLINE, without_ceiling - counted))
        lines[entry.key] = Line(entry.key, credit.hours, counted, tuple(pair for pair in lost if pair[1]))
    return tuple(lines[entry.key] for entry in entries)


def _order(entry: Entry) -> tuple:
    return entry.credit.day, ORDER[hours.class_of(entry.credit.kind)], entry.key
