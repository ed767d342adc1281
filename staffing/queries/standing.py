"""One person's standing and hours on a day, without the arrays: pages about one person load no county."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from staffing.models import HourCredit, Leave, Membership, Posting, Unit
from staffing.queries.policies import policy_for
from staffing.rules import hours
from staffing.rules.params import Params, exact


@dataclass(frozen=True)
class Standing:
    """Where one person is: ``home`` post, ``base`` deployed to, ``actual`` called away to (None outside the tree)."""

    person_id: int
    membership: Membership
    deployed: Posting | None
    away: Posting | None
    leave: Leave | None

    @property
    def category(self) -> str:
        return self.membership.category

    @property
    def home(self) -> Unit:
        return self.membership.unit

    @property
    def base(self) -> Unit:
        return self.deployed.to_unit if self.deployed and self.deployed.to_unit else self.home

    @property
    def actual(self) -> Unit | None:
        return self.away.to_unit if self.away else self.base

    @property
    def actual_text(self) -> str:
        """Where the person works, in words."""
        return self.away.place if self.away else self.base.name


def joined_on(memberships: list[Membership], day: date) -> date | None:
    """First day of the unbroken service that holds ``day``; None when there is none or the roster does not say."""
    chain = None
    for row in sorted(memberships, key=lambda row: row.start):
        if row.start > day:
            break
        if chain is None or chain[1] is None or chain[1] < row.start:
            chain = [row, row.end]
        else:
            chain[1] = row.end
    if chain is None or (chain[1] is not None and chain[1] <= day):
        return None
    return chain[0].start if chain[0].start_known else None


@dataclass(frozen=True)
class BookYear:
    """One person's year of study hours up to ``until``: ``rows`` are its entries, oldest first, ``months`` those of the
    year that were due.
    """

    year: int
    until: date
    policy: Params
    months: int
    rows: tuple[HourCredit, ...]
    status: hours.HourStatus


class HourBook:
    """Everything one person's study hours are counted from, read once: service, leave and the ledger of ``years``
    (None: of all). Three queries.
    """

    def __init__(self, person_id: int, years: Iterable[int] | None = None):
        self.memberships = list(Membership.objects.filter(person=person_id).select_related("unit"))
        self.leaves = list(Leave.objects.filter(person=person_id).values_list("start", "end"))
        rows = HourCredit.objects.filter(person=person_id)
        self.rows = list((rows if years is None else rows.filter(year__in=list(years))).order_by("earned_on", "pk"))

    def home(self, day: date) -> Unit | None:
        """The unit whose establishment the person belongs to on ``day``; None when in no post."""
        return next((row.unit for row in self.memberships if row.covers(day)), None)

    def year(self, year: int, as_of: date, policy: Params) -> BookYear:
        """What a year counts for on ``as_of`` (domain §2.1), in 学时."""
        until = min(as_of, date(year, 12, 31))
        rows = tuple(row for row in self.rows if row.year == year and row.earned_on <= until)
        months = hours.months_due(joined_on(self.memberships, as_of), self.leaves, year, until, policy)
        credits = [hours.Credit(row.earned_on, exact(row.hours), row.kind, row.whole_year) for row in rows]
        return BookYear(year, until, policy, months, rows, hours.status(credits, months, policy))


def hours_of(person_id: int, as_of: date, year: int | None = None, policy: Params | None = None) -> hours.HourStatus:
    """A person's year of study hours up to ``as_of`` (domain §2.1), in 学时. Three queries, four without ``policy``."""
    year = year or as_of.year
    return HourBook(person_id, [year]).year(year, as_of, policy or policy_for(as_of)).status
