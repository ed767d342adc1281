"""Annual study hours 学时 (domain §2.1). All hours are exact Fractions; one 学时 is 45 minutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from staffing.rules.params import Params

ZERO = Fraction(0)
UNIT_MINUTES = 45
# Political education never counts toward the sixty hours (domain §0.1); the year's teaching has its own ceiling.
OFFLINE, ONLINE, TEACHING, NOT_COUNTED = "offline", "online", "teaching", "not_counted"
CLASS_OF_KIND = {"online": ONLINE, "teaching": TEACHING, "political": NOT_COUNTED}


def class_of(kind: str) -> str:
    """How a kind of credit counts; every kind not named otherwise counts as attended in person."""
    return CLASS_OF_KIND.get(kind, OFFLINE)


def session_hours(minutes: int) -> Fraction:
    """Hours of a session: minutes / 45, down to the half hour."""
    return Fraction(floor(Fraction(2 * minutes, UNIT_MINUTES)), 2)


def ceil_half(value: Fraction) -> Fraction:
    """Up to the half hour."""
    return Fraction(ceil(value * 2), 2)


def target(months_due: int, params: Params) -> Fraction:
    """The year's target for someone who was due in ``months_due`` of its twelve months, up to the half hour."""
    return ceil_half(params.hours_target * months_due / 12)


def online_minimum(months_due: int, params: Params) -> Fraction:
    """Online hours required, in proportion to the person's own target."""
    if not params.hours_target:
        return ZERO
    return params.hours_online_min * target(months_due, params) / params.hours_target


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
    """One ledger entry; negative hours in a reversal, which carries the day of what it reverses."""

    day: date
    hours: Fraction
    kind: str


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


def counted(credits: Iterable[Credit], params: Params) -> Counted:
    """What a year's credits count for: daily ceiling, then the yearly ceilings of online hours and of teaching."""
    days: dict[date, list[Fraction]] = defaultdict(lambda: [ZERO, ZERO])
    teaching = ZERO
    for credit in credits:
        sort = class_of(credit.kind)
        if sort == TEACHING:
            teaching += credit.hours
        elif sort != NOT_COUNTED:
            days[credit.day][sort == ONLINE] += credit.hours
    pairs = [within_day(offline, online, params.hours_daily_cap) for offline, online in days.values()]
    online = sum((pair[1] for pair in pairs), ZERO)
    if params.hours_online_max is not None:
        online = min(online, params.hours_online_max)
    return Counted(sum((pair[0] for pair in pairs), ZERO), online, min(teaching, params.hours_teaching_cap))


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
    total = counted(credits, params)
    return HourStatus(
        target(due_months, params),
        total.total,
        total.online,
        online_minimum(due_months, params),
        params.hours_online_max,
    )
