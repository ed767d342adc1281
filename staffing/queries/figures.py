"""The shapes in which figures leave the queries: plain values with what is needed to explain them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from staffing.queries.unit_tree import UnitInfo
from staffing.rules.params import Params


def _number(ratio: Fraction | None) -> float | None:
    return None if ratio is None else float(ratio)


def share(n: int, of: int) -> Fraction | None:
    """Exact part of a whole; None when there is no whole."""
    return Fraction(n, of) if of else None


@dataclass(frozen=True)
class Headcount:
    """Persons by place of work; ``home``: officers whose post is here, wherever they work."""

    officers: int
    auxiliaries: int
    in_post: int
    away: int
    on_leave: int
    home: int


@dataclass(frozen=True)
class DownstreamFigure:
    numerator: int
    denominator: int
    ratio: Fraction | None
    target: Fraction
    need: int
    margin: int
    met: bool | None
    departments_without_posting: tuple[UnitInfo, ...]
    unplaced: int = 0


@dataclass(frozen=True)
class UnitReviewers:
    """One unit's reviewers. ``since``: the day its last qualified reviewer left; None when none is on record."""

    unit: UnitInfo
    officers: int
    required: int
    qualified: int
    reviewers: int
    grandfathered: int
    candidates: int
    gap: int
    since: date | None = None


@dataclass(frozen=True)
class ReviewerFigure:
    required: int
    qualified: int
    gap: int
    officers: int
    grandfathered: int
    unqualified: int
    units_in_scope: int
    units_covered: int
    sum_of_unit_gaps: int
    units: tuple[UnitReviewers, ...] = ()

    @property
    def units_without(self) -> tuple[UnitInfo, ...]:
        return tuple(row.unit for row in self.units if not row.qualified)

    @property
    def short_units(self) -> tuple[UnitReviewers, ...]:
        return tuple(row for row in self.units if row.gap)


@dataclass(frozen=True)
class CertificateFigure:
    must_hold: int
    in_force: int
    coverage: Fraction | None
    expiring_90: int
    expired: int
    undated: int
    aux_with_certificate: int
    squads_below_two: tuple[tuple[UnitInfo, int], ...]

    @property
    def missing(self) -> int:
        return self.must_hold - self.in_force


@dataclass(frozen=True)
class HoursFigure:
    """``recorded``: people with at least one ledger entry; none at all means there is nothing to judge yet."""

    year: int
    due: int
    met: int
    rate: Fraction | None
    short: int
    recorded: int


@dataclass(frozen=True)
class PostingFigure:
    open: int
    due_30: int
    overdue: int


@dataclass(frozen=True)
class Part:
    """Of ``of`` people whose value is known, ``n``."""

    n: int
    of: int


@dataclass(frozen=True)
class Profile:
    """Structure of a body of people; every count is of persons, keys are those of staffing.rules.structure."""

    people: int
    mean_age: Fraction | None
    ages: dict[str, int]
    first: dict[str, int]
    education: dict[str, int]
    parts: dict[str, Part]

    def as_json(self) -> dict:
        return {
            "people": self.people,
            "mean_age": _number(self.mean_age),
            **{key: {"n": part.n, "of": part.of} for key, part in self.parts.items()},
            "ages": self.ages,
            "first_education": self.first,
            "education": self.education,
        }


@dataclass(frozen=True)
class Figures:
    """All figures of one unit (with everything under it) on one day under one policy."""

    unit: UnitInfo
    as_of: date
    policy: Params
    has_people: bool
    earliest: date | None
    headcount: Headcount
    downstream: DownstreamFigure
    reviewers: ReviewerFigure
    certificates: CertificateFigure
    hours: HoursFigure
    postings: PostingFigure
    profile: Profile
    profile_downstream: Profile
    retiring: int
    children: tuple[Figures, ...] = field(default=())
    with_children: bool = False

    def as_json(self) -> dict:
        """The document of the ``gaps`` command (docs: contract of commands). Ratios unrounded."""
        d, r, c, h = self.downstream, self.reviewers, self.certificates, self.hours
        data = {
            "as_of": self.as_of.isoformat(),
            "unit": {"code": self.unit.code, "name": str(self.unit.name), "kind": str(self.unit.kind)},
            "policy": self.policy.as_json(),
            "headcount": {
                "officers": self.headcount.officers,
                "auxiliaries": self.headcount.auxiliaries,
                "in_post": self.headcount.in_post,
                "away": self.headcount.away,
                "on_leave": self.headcount.on_leave,
            },
            "downstream": {
                "numerator": d.numerator,
                "denominator": d.denominator,
                "ratio": _number(d.ratio),
                "target": float(d.target),
                "need": d.need,
                "met": d.met,
                "margin": d.margin,
                "unplaced": d.unplaced,
                "departments_without_posting": [unit.code for unit in d.departments_without_posting],
            },
            "reviewers": {
                "required": r.required,
                "qualified": r.qualified,
                "gap": r.gap,
                "officers": r.officers,
                "grandfathered": r.grandfathered,
                "units_in_scope": r.units_in_scope,
                "units_covered": r.units_covered,
                "units_without": [unit.code for unit in r.units_without],
                "sum_of_unit_gaps": r.sum_of_unit_gaps,
            },
            "certificates": {
                "must_hold": c.must_hold,
                "in_force": c.in_force,
                "coverage": _number(c.coverage),
                "expiring_90": c.expiring_90,
                "expired": c.expired,
                "undated": c.undated,
                "aux_with_certificate": c.aux_with_certificate,
                "squads_below_minimum": [unit.code for unit, _ in c.squads_below_two],
            },
            "hours": {
                "year": h.year,
                "due": h.due,
                "met": h.met,
                "rate": _number(h.rate),
                "short": h.short,
                "recorded": h.recorded,
            },
            "postings": {"open": self.postings.open, "due_30": self.postings.due_30, "overdue": self.postings.overdue},
            "profile": self.profile.as_json(),
            "profile_downstream": self.profile_downstream.as_json(),
            "retiring_12_months": self.retiring,
        }
        if self.with_children:
            data["children"] = [child.as_json() for child in self.children]
        return data
