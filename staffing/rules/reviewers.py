"""Legal reviewers 法制审核人员 (行政处罚法 §58; 国办发〔2018〕118号: not fewer than 5 % of a unit's officers)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from staffing.rules.params import Params


@dataclass(frozen=True)
class UnitCount:
    """One unit on a day: officers at work there, reviewers among them, and how many of these are qualified."""

    officers: int
    qualified: int
    reviewers: int = 0


@dataclass(frozen=True)
class Requirement:
    required: int
    qualified: int

    @property
    def gap(self) -> int:
        return max(0, self.required - self.qualified)


def required(officers: int, params: Params) -> int:
    """Reviewers a unit of so many officers must have."""
    return max(params.reviewer_minimum, ceil(params.reviewer_share * officers))


def base_of(count: UnitCount, params: Params) -> int:
    """The number the share is taken of: with or without the reviewers themselves, as the policy says."""
    return count.officers if params.reviewer_includes_self else count.officers - count.reviewers


def requirement(count: UnitCount, params: Params) -> Requirement:
    """What one unit must have and what it has."""
    return Requirement(required(base_of(count, params), params), count.qualified)


@dataclass(frozen=True)
class Overall:
    """Units in scope taken together, and one by one: a surplus here does not fill a gap there."""

    required: int
    qualified: int
    gap: int
    units_in_scope: int
    units_covered: int
    sum_of_unit_gaps: int

    @property
    def coverage(self) -> Fraction | None:
        return Fraction(self.units_covered, self.units_in_scope) if self.units_in_scope else None


def overall(counts: Iterable[UnitCount], params: Params) -> Overall:
    """The whole of some units. Without any unit nothing is required."""
    counts = list(counts)
    total = UnitCount(
        sum(count.officers for count in counts),
        sum(count.qualified for count in counts),
        sum(count.reviewers for count in counts),
    )
    need = Requirement(required(base_of(total, params), params) if counts else 0, total.qualified)
    return Overall(
        need.required,
        need.qualified,
        need.gap,
        len(counts),
        sum(count.qualified > 0 for count in counts),
        sum(requirement(count, params).gap for count in counts),
    )


def accepts(grade: str, params: Params) -> bool:
    """Does the policy accept a legal qualification of this grade? "A", "A证" and "Ａ证" are the same grade."""
    if not params.grades:
        return True
    return _grade(grade) in {_grade(accepted) for accepted in params.grades}


def _grade(text: str) -> str:
    plain = text.strip().upper().removesuffix("证")
    return plain.translate(str.maketrans("ＡＢＣ", "ABC"))


def grandfathered(review_start: date | None, params: Params) -> bool:
    """Began before the requirement did: exempt, but to be flagged 未取得资格. An unknown start is no proof."""
    return review_start is not None and review_start < params.reviewer_cutoff


def qualified(has_legal: bool, review_start: date | None, params: Params) -> bool:
    """May this reviewer review? ``has_legal``: an accepted legal qualification is valid on the day."""
    return has_legal or grandfathered(review_start, params)
