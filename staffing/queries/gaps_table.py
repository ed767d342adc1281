"""Figures of every unit at once: counts at the unit itself, then added up the tree."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from staffing.models import UnitKind
from staffing.queries.figures import (
    CertificateFigure,
    DownstreamFigure,
    Figures,
    Headcount,
    HoursFigure,
    Part,
    PostingFigure,
    Profile,
    ReviewerFigure,
    UnitReviewers,
    share,
)
from staffing.queries.reviewer_history import last_covered, served
from staffing.queries.snapshot import BIN_KEYS, Snapshot
from staffing.rules import reviewers as reviewer_rules
from staffing.rules import structure
from staffing.rules.downstream import Downstream


@dataclass(frozen=True)
class Mask:
    """People of one figure and the places at which each counts: ``base``, ``home``, or ``either`` of the two."""

    people: np.ndarray
    where: str = "base"


def _plain(s: Snapshot) -> dict[str, tuple[Mask, Mask | None]]:
    officers, town = Mask(s.officer), Mask(s.downstream, "either")
    due = Mask(s.hours.due)
    return {
        "officers": (officers, None),
        "auxiliaries": (Mask(s.auxiliary), None),
        "in_post": (Mask(s.present), officers),
        "away": (Mask(s.officer & s.away), officers),
        "on_leave": (Mask(s.officer & s.on_leave & ~s.away), officers),
        "home": (Mask(s.officer, "home"), None),
        "unplaced": (Mask(s.officer & s.unplaced, "home"), None),
        "downstream": (town, Mask(s.in_system, "either")),
        "certificates": (Mask(s.officer & s.in_force), officers),
        "expiring_90": (Mask(s.officer & s.expiring), officers),
        "expired": (Mask(s.officer & s.expired), officers),
        "undated": (Mask(s.officer & s.undated), officers),
        "aux_with_certificate": (Mask(s.auxiliary & s.in_force), Mask(s.auxiliary)),
        "hours": (Mask(s.hours.met), due),
        "hours_recorded": (Mask(s.hours.due & s.hours.recorded), due),
        "retire_12": (Mask(s.retiring), officers),
    }


def mask_of(s: Snapshot, figure: str) -> tuple[Mask, Mask | None]:
    """(numerator, denominator or None) of one figure. Raises KeyError for an unknown one."""
    plain = _plain(s)
    if figure in plain:
        return plain[figure]
    whole = plain["downstream" if figure.startswith("down_") else "officers"][0]
    flags, known = STRUCTURE[figure.removeprefix("down_")]
    of = whole.people if known is None else whole.people & known(s)
    return Mask(whole.people & flags(s), whole.where), Mask(of, whole.where)


def all_masks(s: Snapshot):
    """(figure, numerator, denominator or None) of every figure: what counts and people lists are taken from."""
    plain = _plain(s)
    for key, (n, of) in plain.items():
        yield key, n, of
    for prefix, whole in (("", plain["officers"][0]), ("down_", plain["downstream"][0])):
        for key, (flags, known) in STRUCTURE.items():
            of = whole.people if known is None else whole.people & known(s)
            yield prefix + key, Mask(whole.people & flags(s), whole.where), Mask(of, whole.where)


def _structure() -> dict:
    """key → (who has the property, whose value is known or None for everybody), both as functions of a snapshot."""
    found = {"ages": (lambda s: s.age >= 0, None)}
    for code, key in enumerate(BIN_KEYS):
        found[f"age_{key}"] = (lambda s, code=code: s.age_bin == code, None)
    for code, key in enumerate(structure.LEVELS):
        found[f"first_{key}"] = (lambda s, code=code: s.facts.first == code, None)
        found[f"education_{key}"] = (lambda s, code=code: s.facts.education == code, None)
    unknown = structure.LEVELS.index("unknown")

    def first_known(s):
        return s.facts.first != unknown

    found["first_education_college_or_above"] = (
        lambda s: _among(s.facts.first, structure.COLLEGE_OR_ABOVE),
        first_known,
    )
    found["first_education_below_high_school"] = (
        lambda s: _among(s.facts.first, structure.BELOW_HIGH_SCHOOL),
        first_known,
    )
    found["education_bachelor_or_above"] = (
        lambda s: _among(s.facts.education, structure.BACHELOR_OR_ABOVE),
        lambda s: s.facts.education != unknown,
    )
    found["female"] = (lambda s: s.facts.gender == 2, lambda s: s.facts.gender > 0)
    found["party"] = (lambda s: s.facts.party == 1, lambda s: s.facts.party >= 0)
    found["law_major"] = (lambda s: s.facts.law == 1, lambda s: s.facts.law >= 0)
    found["legal_qualification"] = (lambda s: s.legal, None)
    found["prof_title"] = (lambda s: s.facts.titled == 1, None)
    return found


def _among(codes, levels) -> np.ndarray:
    return np.isin(codes, [structure.LEVELS.index(key) for key in levels])


STRUCTURE = _structure()
PART_KEYS = (
    "first_education_college_or_above",
    "first_education_below_high_school",
    "education_bachelor_or_above",
    "female",
    "party",
    "law_major",
    "legal_qualification",
    "prof_title",
)


def place_counts(s: Snapshot, mask: Mask, weights=None) -> np.ndarray:
    """How many of ``mask`` count at each unit itself; sums up the tree without counting anybody twice."""
    size = s.facts.tree.root + 1
    who = np.flatnonzero(mask.people)
    w = None if weights is None else weights[who]
    if mask.where == "either":
        home, base, meet = (np.bincount(p[who], w, size) for p in (s.home, s.base, s.meet))
        return (home + base - meet).astype(np.int64)
    place = s.home if mask.where == "home" else s.base
    return np.bincount(place[who], w, size).astype(np.int64)


def members(s: Snapshot, mask: Mask, index: int) -> np.ndarray:
    """Indexes of the people of ``mask`` who count under unit ``index``, in order of staff number."""
    low, high = s.facts.tree.span(index)

    def under(place):
        return (place >= low) & (place < high)

    if mask.where == "either":
        inside = under(s.home) | under(s.base)
    else:
        inside = under(s.home if mask.where == "home" else s.base)
    return np.nonzero(mask.people & inside)[0]


class Table:
    """Counts of every figure at every unit, and the units that reviewers and capacity are asked of."""

    def __init__(self, s: Snapshot):
        facts, day, params = s.facts, s.day, s.params
        self.facts, self.tree, self.day, self.params, self.year = facts, facts.tree, day, params, s.year
        columns: dict[str, np.ndarray] = {}
        shares = {"downstream", "hours", *_parts()}
        for key, n, of in all_masks(s):
            columns[key] = place_counts(s, n)
            if of is not None and key in shares:
                columns[key + "/of"] = place_counts(s, of)
        columns["everybody"] = place_counts(s, Mask(s.active, "either"))
        columns["age_sum"] = place_counts(s, Mask(s.officer & (s.age >= 0)), s.age)
        columns["down_age_sum"] = place_counts(s, Mask(s.downstream & (s.age >= 0), "either"), s.age)
        columns["posted_from"] = place_counts(s, Mask(s.in_town, "home"))
        at_work = {"reviewers": s.reviewer, "qualified": s.qualified, "grandfathered": s.grandfathered}
        at_work |= {"holders": s.present & s.in_force, "candidates": candidates(s)}
        for key, flags in at_work.items():
            columns[key] = place_counts(s, Mask(flags))
        self._add_postings(s, columns)
        self._sum(columns)
        everybody = [row[self._names["everybody"]] for row in self._sums]
        self.squads = self.tree.squads(day, everybody)
        self.reviewed = self.tree.reviewed(self.squads, params.reviewer_all_modes)
        self.departments = [
            i
            for i, info in enumerate(self.tree.units)
            if info.kind in (UnitKind.DEPARTMENT, UnitKind.BUREAU) and info.open_on(day)
        ]
        self._figures: dict[tuple[int, bool], Figures] = {}
        self._served = facts.memo(("served", params), lambda: served(facts, params))
        self.squad_data = {i: self._squad(i) for i in self.reviewed}

    def _add_postings(self, s: Snapshot, columns):
        size = self.tree.root + 1
        for key, flags in posting_masks(s).items():
            home, to, meet = (
                np.bincount(p[flags], minlength=size) for p in (s.posting_home, s.posting_to, s.posting_meet)
            )
            columns[key] = home + to - meet

    def _sum(self, columns):
        self._names = {name: i for i, name in enumerate(columns)}
        sums = self.tree.accumulate(np.column_stack(list(columns.values())).astype(np.int64))
        # Plain lists: one number at a time is then read several times faster than from an array.
        self._sums: list[list[int]] = sums.tolist()

    def n(self, index: int, key: str) -> int:
        return self._sums[index][self._names[key]]

    def _squad(self, index: int) -> UnitReviewers:
        officers, reviewers = self.n(index, "officers"), self.n(index, "reviewers")
        qualified = self.n(index, "qualified")
        need = reviewer_rules.requirement(reviewer_rules.UnitCount(officers, qualified, reviewers), self.params)
        since = None
        if need.gap and not qualified:
            since = last_covered(self._served, *self.tree.span(index), self.day)
        return UnitReviewers(
            self.tree.units[index],
            officers,
            need.required,
            qualified,
            reviewers,
            self.n(index, "grandfathered"),
            self.n(index, "candidates"),
            need.gap,
            since,
        )

    # --- one unit -----------------------------------------------------------------------------------------------------
    def figures(self, index: int, children: bool = False) -> Figures:
        """All figures of one unit; computed once."""
        known = self._figures.get((index, children))
        if known is None:
            known = self._figures[index, children] = self._make(index, children)
        return known

    def _make(self, index: int, children: bool) -> Figures:
        n = self.n
        below = self.tree.children.get(index, []) if children else []
        return Figures(
            unit=self.tree.info(index),
            as_of=self.day,
            policy=self.params,
            has_people=n(index, "everybody") > 0,
            earliest=self.facts.earliest,
            headcount=Headcount(
                *(n(index, key) for key in ("officers", "auxiliaries", "in_post", "away", "on_leave", "home"))
            ),
            downstream=self._downstream(index),
            reviewers=self._reviewers(index),
            certificates=self._certificates(index),
            hours=HoursFigure(
                self.year,
                n(index, "hours/of"),
                n(index, "hours"),
                share(n(index, "hours"), n(index, "hours/of")),
                n(index, "hours/of") - n(index, "hours"),
                n(index, "hours_recorded"),
            ),
            postings=PostingFigure(*(n(index, f"postings_{key}") for key in ("open", "due_30", "overdue"))),
            profile=self._profile(index, "", "officers"),
            profile_downstream=self._profile(index, "down_", "downstream"),
            retiring=n(index, "retire_12"),
            children=tuple(self.figures(i) for i in below if self.shows(i)),
            with_children=children,
        )

    def shows(self, index: int) -> bool:
        """Is the unit worth a line on the day: open, or somebody is still there?"""
        info = self.tree.units[index]
        return info.open_on(self.day) or self.n(index, "everybody") > 0

    def gap_sums(self) -> list[int]:
        """Missing reviewers under every unit, unit by unit."""
        sums = [0] * (self.tree.root + 1)
        for i, row in self.squad_data.items():
            while True:
                sums[i] += row.gap
                if i == self.tree.root:
                    break
                i = self.tree.parent[i]
        return sums

    def _under(self, index: int, indexes: list[int]) -> list[int]:
        # The lists are in tree order.
        low, high = self.tree.span(index)
        return indexes[bisect_left(indexes, low) : bisect_left(indexes, high)]

    def _downstream(self, index: int) -> DownstreamFigure:
        d = Downstream(self.n(index, "downstream"), self.n(index, "downstream/of"), self.params.downstream_target)
        here = self._under(index, self.departments)
        silent = [i for i in here if not self.n(i, "posted_from")]
        return DownstreamFigure(
            d.numerator,
            d.denominator,
            d.ratio,
            d.target,
            d.need,
            d.margin,
            d.met,
            tuple(self.tree.units[i] for i in silent),
            self.n(index, "unplaced"),
        )

    def _reviewers(self, index: int) -> ReviewerFigure:
        units = [self.squad_data[i] for i in self._under(index, self.reviewed)]
        whole = reviewer_rules.overall(
            (reviewer_rules.UnitCount(row.officers, row.qualified, row.reviewers) for row in units), self.params
        )
        return ReviewerFigure(
            whole.required,
            whole.qualified,
            whole.gap,
            sum(row.officers for row in units),
            sum(row.grandfathered for row in units),
            sum(row.reviewers - row.qualified for row in units),
            whole.units_in_scope,
            whole.units_covered,
            whole.sum_of_unit_gaps,
            tuple(units),
        )

    def _certificates(self, index: int) -> CertificateFigure:
        n = self.n
        weak = [
            (self.tree.units[i], n(i, "holders"))
            for i in self._under(index, self.squads)
            if n(i, "holders") < self.params.certificate_minimum
        ]
        return CertificateFigure(
            n(index, "officers"),
            n(index, "certificates"),
            share(n(index, "certificates"), n(index, "officers")),
            n(index, "expiring_90"),
            n(index, "expired"),
            n(index, "undated"),
            n(index, "aux_with_certificate"),
            tuple(weak),
        )

    def _profile(self, index: int, prefix: str, whole: str) -> Profile:
        n = self.n
        aged = n(index, prefix + "ages")
        return Profile(
            people=n(index, whole),
            mean_age=Fraction(n(index, prefix + "age_sum"), aged) if aged else None,
            ages={key: n(index, f"{prefix}age_{key}") for key in BIN_KEYS},
            first={key: n(index, f"{prefix}first_{key}") for key in structure.LEVELS},
            education={key: n(index, f"{prefix}education_{key}") for key in structure.LEVELS},
            parts={key: Part(n(index, prefix + key), n(index, f"{prefix}{key}/of")) for key in PART_KEYS},
        )


def _parts() -> list[str]:
    return [prefix + key for prefix in ("", "down_") for key in PART_KEYS]


def candidates(s: Snapshot) -> np.ndarray:
    """Officers at work who hold an accepted legal qualification and do not review yet."""
    return s.officer & ~s.away & s.legal_accepted & ~s.qualified


def posting_masks(s: Snapshot) -> dict[str, np.ndarray]:
    """figure → which of ``s.posting_rows``."""
    return {
        "postings_open": np.ones(len(s.posting_rows), dtype=bool),
        "postings_due_30": s.posting_due,
        "postings_overdue": s.posting_overdue,
    }
