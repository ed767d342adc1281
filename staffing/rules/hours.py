"""Annual study hours 学时 (domain §2.1). All hours are exact Fractions; one 学时 is 45 minutes unless a policy says
otherwise. Spans of time are pairs [start, end) of any ordered values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil, floor

from staffing.rules.params import Params

ZERO = Fraction(0)
UNIT_MINUTES = 45
# Political education never counts toward the sixty hours (domain §0.1); the year's teaching has its own ceiling. A
# drill is run alone before a screen, so the floor and the ceiling of online hours hold for it; mentoring is in person.
OFFLINE, ONLINE, TEACHING, NOT_COUNTED = "offline", "online", "teaching", "not_counted"
CLASS_OF_KIND = {"online": ONLINE, "drill": ONLINE, "teaching": TEACHING, "political": NOT_COUNTED}
Span = tuple[datetime, datetime]


def class_of(kind: str) -> str:
    """How a kind of credit counts; every kind not named otherwise counts as attended in person."""
    return CLASS_OF_KIND.get(kind, OFFLINE)


def floor_half(value: Fraction) -> Fraction:
    """Down to the half hour."""
    return Fraction(floor(value * 2), 2)


def ceil_half(value: Fraction) -> Fraction:
    """Up to the half hour."""
    return Fraction(ceil(value * 2), 2)


def session_hours(minutes: int | Fraction, unit_minutes: int = UNIT_MINUTES) -> Fraction:
    """Hours of a session: minutes / ``unit_minutes``, down to the half hour."""
    return floor_half(Fraction(minutes) / unit_minutes)


def presence_hours(minutes_present: int, minutes_total: int, params: Params) -> Fraction:
    """Hours of somebody who was there for part of a session (domain §2.1).

    From the full share of presence on (80 %) all of the session's hours, below the least share (30 %) none, between
    them those of the minutes present. Minutes present beyond the session's own do not count.
    """
    if minutes_total <= 0:
        return ZERO
    share = Fraction(min(minutes_present, minutes_total), minutes_total)
    if share < params.hours_presence_min:
        return ZERO
    counts = minutes_total if share >= params.hours_presence_full else minutes_present
    return session_hours(counts, params.hours_unit_minutes)


def teaching_hours(minutes: int, params: Params) -> Fraction:
    """Hours of whoever taught for ``minutes``: the session's, multiplied (domain §2.1: twice)."""
    return floor_half(session_hours(minutes, params.hours_unit_minutes) * params.hours_teaching_factor)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as few spans in order, without overlaps; empty ones are dropped."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def free_spans(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What of ``spans`` is in none of ``taken``."""
    taken, free = merged(taken), []
    for start, end in merged(spans):
        for from_, to in taken:
            if to <= start or end <= from_:
                continue
            if start < from_:
                free.append((start, from_))
            start = max(start, min(to, end))
        if start < end:
            free.append((start, end))
    return free


def minutes_of(spans: Iterable[Span]) -> Fraction:
    """Length of spans of time in minutes; spans must not overlap."""
    length = sum((end - start for start, end in spans), timedelta())
    return Fraction(length // timedelta(microseconds=1), 60_000_000)


def overlap_limit(hours: Fraction, kind: str, asked: Fraction, free: Fraction, params: Params) -> Fraction:
    """The most that may be credited when only ``free`` of ``asked`` minutes have not earned hours yet.

    The same minutes never earn twice: without an overlap all of ``hours``, else what the free minutes are worth by
    themselves, or the share of ``hours`` that falls on them when that is more.
    """
    if free >= asked:
        return hours
    own = session_hours(free, params.hours_unit_minutes)
    if class_of(kind) == TEACHING:
        own = floor_half(own * params.hours_teaching_factor)
    return min(hours, max(own, floor_half(hours * free / asked)))


def target(months_due: int, params: Params) -> Fraction:
    """The year's target for someone who was due in ``months_due`` of its twelve months, up to the half hour."""
    return ceil_half(params.hours_target * months_due / 12)


def online_minimum(months_due: int, params: Params) -> Fraction:
    """Online hours required, in proportion to the person's own target."""
    if not params.hours_target:
        return ZERO
    return params.hours_online_min * target(months_due, params) / params.hours_target


def online_maximum(months_due: int, params: Params) -> Fraction | None:
    """Online hours that count at most, in proportion to the person's own target, down to the half hour; None: all.

    Whoever owes nothing this year is held to the whole year's ceiling.
    """
    own = target(months_due, params)
    if params.hours_online_max is None or not own:
        return params.hours_online_max
    return floor_half(params.hours_online_max * own / params.hours_target)


def _first_of_next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def leave_months(
    leaves: Iterable[tuple[date, date | None]], year: int, as_of: date, minimum_days: int
) -> frozenset[int]:
    """Calendar months of ``year`` lying wholly in leave of at least ``minimum_days`` consecutive days.

    Leaves are half-open (start, end); those that touch run on. Only what has passed by ``as_of`` counts,
    so that the figure of a day never changes when the leave ends later.
    """
    runs: list[list[date]] = []
    past = as_of + timedelta(days=1)
    for start, end in sorted(leaves, key=lambda item: item[0]):
        stop = min(end or past, past)
        if stop <= start:
            continue
        if runs and start <= runs[-1][1]:
            runs[-1][1] = max(runs[-1][1], stop)
        else:
            runs.append([start, stop])
    months = set()
    for start, stop in runs:
        if (stop - start).days < minimum_days:
            continue
        for month in range(1, 13):
            first = date(year, month, 1)
            if start <= first and _first_of_next(first) <= stop:
                months.add(month)
    return frozenset(months)


def months_due(
    joined: date | None, leaves: Iterable[tuple[date, date | None]], year: int, as_of: date, params: Params
) -> int:
    """Months of ``year`` that count: from the month of joining (whole), less full months of long leave.

    ``joined`` is None when the roster does not say; then the whole year counts.
    """
    first = 1 if joined is None or joined.year < year else 13 if joined.year > year else joined.month
    off = leave_months(leaves, year, as_of, params.hours_leave_days)
    return sum(1 for month in range(first, 13) if month not in off)


@dataclass(frozen=True)
class Credit:
    """One ledger entry; negative hours in a reversal, which carries the day of what it reverses.

    ``whole_year``: taken over from a yearly ledger, stands for many days.
    """

    day: date
    hours: Fraction
    kind: str
    whole_year: bool = False


@dataclass(frozen=True)
class Counted:
    offline: Fraction
    online: Fraction
    teaching: Fraction

    @property
    def total(self) -> Fraction:
        return self.offline + self.online + self.teaching


def within_day(offline: Fraction, online: Fraction, cap: Fraction) -> tuple[Fraction, Fraction]:
    """What one day's hours count for under the daily ceiling; those attended in person come first."""
    in_person = min(offline, cap)
    return in_person, min(online, cap - max(in_person, ZERO))


def counted(credits: Iterable[Credit], params: Params, due_months: int = 12) -> Counted:
    """What a year's credits count for: daily ceiling, then the yearly ceilings of online hours and of teaching."""
    days: dict[date | None, list[Fraction]] = defaultdict(lambda: [ZERO, ZERO])
    teaching = ZERO
    for credit in credits:
        sort = class_of(credit.kind)
        if sort == TEACHING:
            teaching += credit.hours
        elif sort != NOT_COUNTED:
            days[None if credit.whole_year else credit.day][sort == ONLINE] += credit.hours
    offline, online = days.pop(None, (ZERO, ZERO))
    for in_person, on_screen in days.values():
        in_person, on_screen = within_day(in_person, on_screen, params.hours_daily_cap)
        offline, online = offline + in_person, online + on_screen
    most = online_maximum(due_months, params)
    if most is not None:
        online = min(online, most)
    return Counted(offline, online, min(teaching, params.hours_teaching_cap))


@dataclass(frozen=True)
class HourStatus:
    """One person's year. ``missing``: hours still to be learnt; ``online_missing``: how many of them must be online."""

    target: Fraction
    counted: Fraction
    online: Fraction
    online_min: Fraction = ZERO
    online_max: Fraction | None = None

    @property
    def due(self) -> bool:
        return self.target > 0

    @property
    def met(self) -> bool:
        return self.counted >= self.target and self.online >= self.online_min

    @property
    def online_missing(self) -> Fraction:
        return max(ZERO, self.online_min - self.online)

    @property
    def missing(self) -> Fraction:
        return max(ZERO, self.target - self.counted, self.online_missing)


def status(credits: Iterable[Credit], due_months: int, params: Params) -> HourStatus:
    """A person's year from the ledger: what counts of it, against the target of ``due_months`` months."""
    total = counted(credits, params, due_months)
    return HourStatus(
        target(due_months, params),
        total.total,
        total.online,
        online_minimum(due_months, params),
        online_maximum(due_months, params),
    )
