"""One person's standing and hours on a day, without the arrays: pages about one person load no county."""

from __future__ import annotations

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


def hours_of(person_id: int, as_of: date, year: int | None = None, policy: Params | None = None) -> hours.HourStatus:
    """A person's year of study hours up to ``as_of`` (domain §2.1), in 学时. Three queries, four without ``policy``."""
    year = year or as_of.year
    until = min(as_of, date(year, 12, 31))
    policy = policy or policy_for(as_of)
    memberships = list(Membership.objects.filter(person=person_id))
    leaves = list(Leave.objects.filter(person=person_id).values_list("start", "end"))
    rows = HourCredit.objects.filter(person=person_id, year=year, earned_on__lte=until)
    credits = [
        hours.Credit(day, exact(value), kind) for day, value, kind in rows.values_list("earned_on", "hours", "kind")
    ]
    months = hours.months_due(joined_on(memberships, as_of), leaves, year, until, policy)
    return hours.status(credits, months, policy)
