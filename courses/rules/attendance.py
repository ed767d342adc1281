"""Signing in and out of a lecture, and what somebody's presence is worth (domain §2.1). Pure; aware datetimes.

All reckoning is by the minute: what a list shows as 14:26 to 17:05 is exactly what counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from staffing.rules.hours import ZERO, Span, presence_hours
from staffing.rules.params import Params

IN, OUT = "in", "out"
DIRECTIONS = (IN, OUT)
# Doors open half an hour before; who leaves early signs out during the lecture, the queue at the end has half an hour.
EARLY = timedelta(minutes=30)
LATEST = timedelta(minutes=30)
# From this long before the end a projector shows the code for leaving by itself.
TURN = timedelta(minutes=5)
# A new code every STEP seconds; one is good for GOOD seconds: the slow still get in, a forwarded picture does not.
STEP, GOOD = 10, 20
# So long after scanning may somebody take to sign in to the portal; the scan's own moment counts.
WAITS = timedelta(minutes=15)

PRESENT, INSIDE, NO_SIGN_OUT, PROXY, LEAVE, VOID = "present", "inside", "no_sign_out", "proxy", "leave", "void"
LATE, LEFT_EARLY, MANUAL, GUEST, NO_SIGN_IN, OVERLAP, TEACHES, RECORDING = (
    "LATE",
    "LEFT_EARLY",
    "MANUAL",
    "GUEST",
    "NO_SIGN_IN",
    "OVERLAP",
    "TEACHES",
    "RECORDING",
)
# 补签: signed in later by hand, as a sheet says. MANUAL: the office said so, and no sheet or scan says otherwise.
SIGNED_LATER = "SIGNED_LATER"
# What settling finds anew every time; the other flags stay with the row.
FOUND = frozenset({LATE, LEFT_EARLY, NO_SIGN_IN, OVERLAP, TEACHES, RECORDING})


def minute(moment: datetime) -> datetime:
    """``moment`` without its seconds."""
    return moment.replace(second=0, microsecond=0)


def end_of(starts: datetime, minutes: int) -> datetime:
    """When a lecture of ``minutes`` was over."""
    return minute(starts) + timedelta(minutes=minutes)


def window(direction: str, starts: datetime, ends: datetime) -> Span:
    """[from, until) in which a scan in this direction counts."""
    return (starts - EARLY, ends) if direction == IN else (starts, ends + LATEST)


def is_open(direction: str, at: datetime, starts: datetime, ends: datetime) -> bool:
    """Does a scan at ``at`` count?"""
    first, until = window(direction, starts, ends)
    return first <= at < until


def direction_now(at: datetime, starts: datetime, ends: datetime) -> str:
    """What a projector shows by itself."""
    return OUT if at >= max(starts, ends - TURN) else IN


def step_of(seconds: int) -> int:
    """The step (by the clock, in seconds) whose code is shown at this second."""
    return seconds // STEP


def is_fresh(step: int, seconds: int) -> bool:
    """Is the code of ``step`` still good at this second? It ages from the moment it was first shown; the next one is
    good already where two servers' clocks differ a little.
    """
    return -STEP <= seconds - step * STEP < GOOD


@dataclass(frozen=True)
class Judged:
    """``minutes`` inside the lecture, ``hours`` in 学时, ``span`` the time they were earned in (None: none)."""

    minutes: int
    hours: Fraction
    span: Span | None
    flags: tuple[str, ...]


def judge(
    state: str, signed_in: datetime | None, signed_out: datetime | None, starts: datetime, minutes: int, params: Params
) -> Judged:
    """What one person's presence at a lecture of ``minutes`` from ``starts`` on is worth.

    Only PRESENT earns. Without times (paper sign-in) presence is for the whole lecture; time outside the lecture's own
    does not count. LATE and LEFT_EARLY are told whoever has the time for them.
    """
    starts, ends = minute(starts), end_of(starts, minutes)
    came = minute(signed_in) if signed_in else None
    left = minute(signed_out) if signed_out else None
    flags = []
    if state in (PRESENT, INSIDE, NO_SIGN_OUT):
        if came and came > starts:
            flags.append(LATE)
        if left and left < ends:
            flags.append(LEFT_EARLY)
        if left and not came:
            flags.append(NO_SIGN_IN)
    if state != PRESENT:
        return Judged(0, ZERO, None, tuple(flags))
    first, last = max(starts, came or starts), min(ends, left or ends)
    inside = max(0, int((last - first) / timedelta(minutes=1)))
    hours = presence_hours(inside, minutes, params)
    return Judged(inside, hours, (first, last) if hours else None, tuple(flags))


def state_of(signed_in: datetime | None, signed_out: datetime | None) -> str:
    """Where scans alone leave somebody: PRESENT with both, INSIDE with the first only, else waiting for a person."""
    if signed_in and signed_out:
        return PRESENT
    return INSIDE if signed_in else NO_SIGN_OUT


def kept(flags: Iterable[str], found: Iterable[str] = ()) -> list[str]:
    """The lasting ones of ``flags`` and those found now, sorted, each once."""
    return sorted({flag for flag in flags if flag not in FOUND} | set(found))
