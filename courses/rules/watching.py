"""What of a film (or of the minutes a text takes) counts as watched: reported by a browser, believed only as far as the
server's own clock went (reliability.md 10).

Seconds of the content are intervals [from, to); seconds of the clock are epoch seconds. All rounding is downwards, to
milliseconds, so that what is credited never exceeds what passed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

# One report is worth at most this much, however long nothing was heard.
MOST_GAP = 30.0
# Time that passed and was not used up yet waits this long for a report that comes late.
SLACK = 10.0
# A first viewing may begin this far behind the end of what was seen: players do not stop on the millisecond.
NEAR = 1.0
# A page that runs this far ahead of what could be credited is sent back.
LEAD = 15.0
# Pieces seen here and there when skipping is allowed; shorter ones alone, or more of them, are no viewing.
SHORTEST_PART, MOST_PARTS = 0.5, 300
# Times of the clock with smaller holes between them are one sitting.
SPAN_HOLE = 5.0
# A presence check comes at random between these seconds of credited time, sooner in short films (by shares).
CHECK_EARLIEST, CHECK_LATEST = 300.0, 900.0
CHECK_SHARES = 0.3, 0.8

Parts = Sequence[Sequence[float]]


def floor_ms(seconds: float) -> float:
    """Down to whole milliseconds; what a float lacks of one by rounding is given back."""
    return math.floor(seconds * 1000 + 1e-6) / 1000


def total(parts: Parts) -> float:
    """Seconds in disjoint intervals."""
    return round(sum(end - start for start, end in parts), 3)


def joined(parts: Parts, hole: float = 0.0) -> list[list[float]]:
    """Sorted and disjoint; holes of at most ``hole`` seconds close."""
    found: list[list[float]] = []
    for start, end in sorted((float(a), float(b)) for a, b in parts if b > a):
        if found and start - found[-1][1] <= hole + 1e-9:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def missing(parts: Parts, start: float, end: float) -> list[list[float]]:
    """What of [start, end) lies in none of the (sorted, disjoint) parts, in order."""
    found, at = [], start
    for a, b in parts:
        if b <= at:
            continue
        if a >= end:
            break
        if a > at:
            found.append([at, a])
        at = max(at, b)
    if at < end:
        found.append([at, end])
    return found


def frontier(parts: Parts) -> float:
    """How far the content was seen without a gap from its beginning."""
    return parts[0][1] if parts and parts[0][0] == 0 else 0.0


def needed(seconds: int, share: Decimal) -> int:
    """Seconds that must be seen, rounded up; the very last second is not insisted upon."""
    return max(1, min(math.ceil(seconds * Decimal(share)), seconds - 1))


def enough(parts: Parts, seconds: int, share: Decimal) -> bool:
    """Do the seen ``parts`` reach what is ``needed``?"""
    return total(parts) >= needed(seconds, share)


@dataclass(frozen=True)
class Viewing:
    """Where a viewing stands: ``clock`` is the epoch second up to which time has been used up."""

    seconds: int
    covered: Parts
    spans: Parts
    clock: float


@dataclass(frozen=True)
class Step:
    """After a report: ``gained`` seconds; ``upto``: where the next report begins; ``back``: where the page must go."""

    covered: list[list[float]]
    spans: list[list[float]]
    clock: float
    gained: float
    upto: float
    back: float | None = None


def advance(viewing: Viewing, start: float, end: float, now: float, *, no_skip: bool) -> Step:
    """The viewing after a browser said that [start, end) was played since its last report.

    Worth at most the time that passed on the server (MOST_GAP at a time). What was seen before costs nothing and gains
    nothing. With ``no_skip`` nothing behind a gap counts, and a page that went there is sent back to where it begins.
    """
    covered = [list(part) for part in viewing.covered]
    base = max(viewing.clock, now - MOST_GAP)
    budget = floor_ms(max(0.0, now - base))
    # The end is the server's: 90.02 seconds of a film of 90 are 90.
    start, end = (floor_ms(min(max(0.0, at), viewing.seconds)) for at in (start, end))
    edge = frontier(covered)
    idle = Step(covered, _copied(viewing.spans), _rested(viewing.clock, now), 0.0, start)
    if no_skip and start > edge:
        if start > edge + NEAR:
            return Step(covered, idle.spans, idle.clock, 0.0, edge, back=edge)
        start = edge
    if end <= start:
        return idle
    gained, upto, fresh = 0.0, end, []
    for a, b in missing(covered, start, end):
        step = round(min(b - a, budget - gained), 3)
        if step > 0:
            fresh.append([a, round(a + step, 3)])
            gained = round(gained + step, 3)
        if step < b - a - 1e-9:
            upto = round(a + max(step, 0.0), 3)
            break
    grown = joined([*covered, *fresh])
    if len(grown) > len(covered) and (gained < SHORTEST_PART or len(grown) > MOST_PARTS) and covered:
        return idle
    spent = base + gained
    spans = joined([*viewing.spans, [floor_ms(base), floor_ms(spent)]], SPAN_HOLE) if gained else idle.spans
    back = upto if no_skip and end - upto > LEAD else None
    return Step(grown, spans, max(_rested(viewing.clock, now), spent), gained, upto, back)


def _rested(clock: float, now: float) -> float:
    """Unused time waits SLACK seconds for a late report, no longer."""
    return max(clock, now - SLACK)


def _copied(parts: Parts) -> list[list[float]]:
    return [list(part) for part in parts]


def next_check(wall: float, need: int, chance: float) -> float:
    """Second of credited time at which the next presence check comes; ``chance`` in [0, 1).

    ``need``: seconds that must be seen: the first check always comes before they are.
    """
    low, high = min(CHECK_EARLIEST, need * CHECK_SHARES[0]), min(CHECK_LATEST, need * CHECK_SHARES[1])
    return round(wall + low + chance * (high - low), 1)


@dataclass(frozen=True)
class Mark:
    """A named place in a film."""

    second: int
    name: str


_MARK = re.compile(r"^(?:(\d{1,2})[:：])?(\d{1,3})[:：]([0-5]\d)\s+(\S.*)$")


def read_marks(text: str, seconds: int | None = None) -> tuple[list[Mark], list[str]]:
    """Marks as an editor writes them (``00:00 四类必审案件；01:02:30 审什么``: minutes and seconds, or hours before
    them), in order of time, and the parts that are none (or lie behind the end, when ``seconds`` is given).
    """
    good, bad = [], []
    for part in re.split(r"[;；\n]", text):
        if not (part := part.strip()):
            continue
        found = _MARK.match(part)
        second = int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]) if found else -1
        if second < 0 or (seconds is not None and second >= seconds):
            bad.append(part)
        else:
            good.append(Mark(second, found[4].strip()))
    return sorted(good, key=lambda mark: mark.second), bad
