"""Downstream ratio 执法力量下沉比例 (domain §2.5): officers at work in towns of all officers of the system."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from staffing.rules.params import Params


@dataclass(frozen=True)
class Downstream:
    """Both counts in persons. Comparisons are exact: 325 of 543 is short of 60 % though it prints as 60."""

    numerator: int
    denominator: int
    target: Fraction

    @property
    def ratio(self) -> Fraction | None:
        """None when there is nobody to divide by."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def need(self) -> int:
        """Persons in towns that reach the target."""
        return ceil(self.target * self.denominator)

    @property
    def margin(self) -> int:
        """Persons above the target, negative when persons are missing."""
        return self.numerator - self.need

    @property
    def met(self) -> bool | None:
        """None without anybody; else the exact comparison."""
        return None if not self.denominator else self.ratio >= self.target


@dataclass(frozen=True)
class Placement:
    """Where one active officer stands on a day, as far as the ratio asks."""

    home_in_department: bool
    home_in_town: bool
    base_in_town: bool
    deployed: bool
    full_time: bool = True
    away: bool = False


def counts_in_system(place: Placement, params: Params) -> bool:
    """Is this officer in the denominator? Scope "bureau" leaves out those whose post is a department's."""
    return params.downstream_scope != "bureau" or not place.home_in_department


def counts_in_town(place: Placement, params: Params) -> bool:
    """Is this officer at work in a town? (Whether they are in the system at all is counts_in_system.)

    划转, 下沉 and 派驻 to a town count, 集中办公 if the policy asks for it; a post of the town itself counts when
    the policy says so; whoever is seconded away on the day does not count. Long leave stays counted.
    """
    if not place.base_in_town or place.away:
        return False
    if place.deployed:
        return place.full_time or not params.full_time_required
    return place.home_in_town and params.native_counts
