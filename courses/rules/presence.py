"""What being there is worth, told beforehand in numbers (domain §2.1). The hours themselves are the ledger's rule."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from staffing.rules.hours import session_hours
from staffing.rules.params import Params


@dataclass(frozen=True)
class Worth:
    """``hours`` for who is there at least ``full`` of the ``minutes``; nothing for who is there less than ``least``."""

    minutes: int
    hours: Fraction
    full: int
    least: int


def worth(minutes: int, params: Params) -> Worth:
    """The thresholds of a session of so many minutes, in whole minutes."""
    full = ceil(params.hours_presence_full * minutes)
    # Half an hour of 学时 is the least that can be earned at all.
    least = max(ceil(params.hours_presence_min * minutes), ceil(Fraction(params.hours_unit_minutes, 2)))
    if least >= full:
        least = full
    return Worth(minutes, session_hours(minutes, params.hours_unit_minutes), full, least)
