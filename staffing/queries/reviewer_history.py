"""Since when a unit has had no qualified reviewer: the reviewers' own intervals, of whom there are few."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np

from staffing.queries.facts import CATEGORIES, LONG_AGO, STATES, Facts, ordinal, to_date
from staffing.rules import reviewers
from staffing.rules.params import Params

OFFICER, VALID = CATEGORIES.index("officer"), STATES.index("valid")


def _rows_by_person(ranges, people: set[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in np.nonzero(np.isin(ranges, list(people)))[0].tolist():
        found.setdefault(int(ranges[row]), []).append(row)
    return found


def served(facts: Facts, params: Params) -> list[tuple[int, int, int]]:
    """(unit index, first day, day after the last) of every stretch served by a qualified reviewer in a unit."""
    reviewing = set(facts.qual_person[facts.qual_kind == 2].tolist())
    if not reviewing:
        return []
    quals = _rows_by_person(facts.qual_person, reviewing)
    members = _rows_by_person(facts.memberships.person, reviewing)
    posted = _rows_by_person(facts.postings.person, reviewing)
    valid: dict[int, list[tuple[int, int]]] = {}
    wanted = {row for rows in quals.values() for row in rows}
    for row in np.nonzero((facts.status_state == VALID) & np.isin(facts.statuses.person, list(wanted)))[0]:
        owner = int(facts.statuses.person[row])
        start = max(int(facts.statuses.start[row]), int(facts.qual_issued[owner]))
        # An unknown last day is already beyond every date.
        end = min(int(facts.statuses.end[row]), int(facts.qual_until[owner]) + 1)
        if start < end:
            valid.setdefault(owner, []).append((start, end))
    cutoff = ordinal(params.reviewer_cutoff)
    found = []
    for person in reviewing:
        exempt, assigned, legal = [], [], []
        for row in quals.get(person, []):
            if facts.qual_kind[row] == 2:
                early = LONG_AGO < facts.qual_issued[row] < cutoff
                (exempt if early else assigned).extend(valid.get(row, []))
            elif facts.qual_kind[row] == 1 and reviewers.accepts(facts.qual_grade[row], params):
                legal.extend(valid.get(row, []))
        homes = [
            (int(facts.memberships.start[r]), int(facts.memberships.end[r]), int(facts.membership_unit[r]))
            for r in members.get(person, [])
            if facts.membership_category[r] == OFFICER
        ]
        away, deployed = [], []
        for r in posted.get(person, []):
            span = (int(facts.postings.start[r]), int(facts.postings.end[r]), int(facts.posting_unit[r]))
            if facts.posting_away[r]:
                away.append(span)
            elif span[2] >= 0:
                deployed.append(span)
        days = sorted({edge for span in (*exempt, *assigned, *legal, *homes, *away, *deployed) for edge in span[:2]})
        for start, end in pairwise(days):
            if not _holds(exempt, start) and not (_holds(assigned, start) and _holds(legal, start)):
                continue
            home = _holds(homes, start)
            if home and not _holds(away, start):
                found.append(((_holds(deployed, start) or home)[2], start, end))
    return found


def _holds(spans, day):
    return next((span for span in spans if span[0] <= day < span[1]), None)


def last_covered(stretches, low: int, high: int, day: date) -> date | None:
    """First day without any qualified reviewer in units ``low <= i < high``, the last time that happened by ``day``."""
    today = ordinal(day)
    ends = [end for unit, start, end in stretches if low <= unit < high and start <= today and end <= today]
    return to_date(max(ends)) if ends else None
