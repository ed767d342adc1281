"""The few names a figures page calls out: who could review, who is overdue."""

from __future__ import annotations

import numpy as np

from staffing.models import Person, Posting
from staffing.queries.gaps import Desk
from staffing.queries.gaps_table import Mask, candidates, members, posting_masks


def reviewer_candidates(desk: Desk, units: list[int], each: int = 3) -> dict[int, list[tuple[int, str]]]:
    """unit index → (id, name) of up to ``each`` officers who could be appointed there. One query."""
    s = desk.snapshot()
    found = {i: desk.facts.ids[members(s, Mask(candidates(s)), i)[:each]].tolist() for i in units}
    wanted = [pk for ids in found.values() for pk in ids]
    names = dict(Person.objects.filter(pk__in=wanted).values_list("id", "name")) if wanted else {}
    return {i: [(pk, names[pk]) for pk in ids if pk in names] for i, ids in found.items() if ids}


def overdue_postings(desk: Desk, most: int = 8) -> list[Posting]:
    """Postings past their return day, the longest overdue first. One query."""
    s = desk.snapshot()
    low, high = desk.tree.span(desk.index)
    inside = ((s.posting_home >= low) & (s.posting_home < high)) | ((s.posting_to >= low) & (s.posting_to < high))
    rows = s.posting_rows[posting_masks(s)["postings_overdue"] & inside]
    rows = rows[np.argsort(desk.facts.posting_due[rows], kind="stable")][:most]
    ids = desk.facts.posting_id[rows].tolist()
    kept = Posting.objects.select_related("person", "to_unit", "from_unit").in_bulk(ids)
    return [kept[pk] for pk in ids if pk in kept]
