"""Papers: drawing one from its frozen body, and saying why a blueprint cannot be filled.

Rules of a blueprint: a quota means *at least* so many questions on its topics and of its difficulty; a question fills
one quota only; what the quotas leave is drawn from the section's whole pool. A section of cases counts parts; a
case is drawn whole, its parts together and in their order. No version comes twice in one paper, not even in two
sections. A fixed paper takes its whole pool.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from exams.rules.feasibility import (
    CASE,
    Line,
    Shortfall,
    TooManyError,
    cases_of,
    contested,
    fill_cases,
    lines_of,
    match,
    sample,
    sums,
)

__all__ = ["Infeasible", "Shortfall", "draw", "marks_total", "shortfalls"]

SHUFFLED_FORMS = {"single", "multiple"}


class Infeasible(ValueError):
    """The body cannot be drawn; ``shortfalls`` says why."""

    def __init__(self, shortfalls: Sequence[Shortfall]):
        super().__init__(f"{len(shortfalls)} shortfalls")
        self.shortfalls = list(shortfalls)


def draw(body: Mapping, seed: int) -> list[dict]:
    """The layout of one paper (docstring of ``Attempt``) from ``FrozenPaper.body``: same body and seed, same layout.

    Chance comes from ``random.Random.random`` alone, whose sequence Python promises to keep, so that an old paper can
    be drawn again by a later version. Raises Infeasible.
    """
    chance = random.Random(seed)  # noqa: S311 - must be repeatable; nothing secret hangs on it
    sections = body["sections"]
    chosen = [list(section["pool"]) for section in sections] if body["mode"] == "fixed" else _choose(sections, chance)
    layout = []
    for index, (section, items) in enumerate(zip(sections, chosen)):
        groups = cases_of(items) if section["kind"] == CASE else [[item] for item in items]
        if body["shuffle_items"]:
            groups = _shuffled(groups, chance)
        for item in (item for group in groups for item in group):
            options = list(item["o"])
            if body["shuffle_options"] and item["f"] in SHUFFLED_FORMS:
                options = _shuffled(options, chance)
            layout.append(
                {
                    "v": item["v"],
                    "s": index,
                    "m": section["marks"],
                    "f": item["f"],
                    "o": options,
                    "b": item["b"],
                    "c": item["c"],
                }
            )
    return layout


def marks_total(body: Mapping) -> Decimal:
    """Full marks of a paper: items × marks of every section."""
    fixed = body["mode"] == "fixed"
    return sum(
        (
            Decimal(section["marks"]) * (len(section["pool"]) if fixed else section["count"])
            for section in body["sections"]
        ),
        Decimal(0),
    )


def shortfalls(sections: Sequence[Mapping], pool: Mapping[str, Sequence[dict]] | None = None) -> list[Shortfall]:
    """Everything that keeps a blueprint from being filled; empty exactly when ``draw`` succeeds.

    ``sections`` as in a frozen body; ``pool`` (kind → items) stands in for sections that carry no pool of their own.
    """
    pool = pool or {}
    filled = [s if "pool" in s else {**s, "pool": pool.get(s["kind"], [])} for s in sections]
    result = []
    for kind, indices in _by_kind(filled).items():
        result += (_short_cases if _whole(kind, filled[indices[0]]) else _short_items)(filled, indices)
    return sorted(result, key=lambda short: short.section)


def _by_kind(sections) -> dict[str, list[int]]:
    """Sections of one kind share their questions and are filled together."""
    kinds = defaultdict(list)
    for index, section in enumerate(sections):
        kinds[section["kind"]].append(index)
    return kinds


def _whole(kind: str, section) -> bool:
    """Are there cases that must stay whole? Cases of one part are like any other question."""
    return kind == CASE and any(len(case) > 1 for case in cases_of(section["pool"]))


def _choose(sections, chance) -> list[list[dict]]:
    chosen: list[list[dict]] = [[] for _ in sections]
    for kind, indices in _by_kind(sections).items():
        choose = _choose_cases if _whole(kind, sections[indices[0]]) else _choose_items
        taken = choose(sections, indices, chance)
        for index, versions in taken.items():
            # In the order of the bank; shuffling, when asked for, comes after.
            chosen[index] = [item for item in sections[index]["pool"] if item["v"] in versions]
    return chosen


def _choose_items(sections, indices, chance) -> dict[int, set[int]]:
    lines = [line for index in indices for line in lines_of(index, sections[index])]
    over = any(sum(line.need for line in lines if line.section == n) > sections[n]["count"] for n in indices)
    if match(lines, [sections[line.section]["pool"] for line in lines], chance) or over:
        raise Infeasible(shortfalls(sections))
    taken = defaultdict(set)
    for line in lines:
        taken[line.section].update(line.chosen)
    return taken


def _choose_cases(sections, indices, chance) -> dict[int, set[int]]:
    cases, lines = _cases_and_lines(sections, indices)
    cases = _shuffled(cases, chance)
    try:
        picked = fill_cases(cases, lines) if not _over(sections, indices) else None
    except TooManyError:
        picked = None
    if picked is None:
        raise Infeasible(shortfalls(sections))
    return {index: {part["v"] for at in picked.get(index, ()) for part in cases[at]} for index in indices}


def _cases_and_lines(sections, indices) -> tuple[list[list[dict]], list[Line]]:
    # Sections of one kind have one pool.
    return cases_of(sections[indices[0]]["pool"]), [line for n in indices for line in lines_of(n, sections[n])]


def _over(sections, indices) -> list[Shortfall]:
    """Sections whose quotas ask for more than the section has."""
    wanted = {index: sum(quota["count"] for quota in sections[index]["quotas"]) for index in indices}
    return [
        Shortfall(index, (), "", wanted[index], sections[index]["count"], "over")
        for index in indices
        if wanted[index] > sections[index]["count"]
    ]


def _short_lines(sections, lines: Sequence[Line]) -> list[Shortfall]:
    """Lines that the whole pool could not fill even alone; a rest line stands for its section."""
    result = []
    for line in lines:
        section = sections[line.section]
        if line.quota is None:
            need, have, code = section["count"], len(section["pool"]), "section"
        else:
            need, have, code = line.need, sum(map(line.takes, section["pool"])), "line"
        if have < need:
            result.append(_told(line, need, have, code))
    return result


def _told(line: Line, need: int, have: int, code: str, quotas=None, near=()) -> Shortfall:
    return Shortfall(
        line.section,
        tuple(sorted(line.topics)),
        line.difficulty,
        need,
        have,
        code,
        quotas or ((line.section, line.quota),),
        near,
    )


def _short_items(sections, indices) -> list[Shortfall]:
    lines = [line for index in indices for line in lines_of(index, sections[index])]
    result = [*_over(sections, indices), *_short_lines(sections, lines)]
    if result:
        return result
    pools = [sections[line.section]["pool"] for line in lines]
    told: list[list[Line]] = []
    for short in match(lines, pools):
        group, have = contested(short, lines, pools)
        if group not in told:
            told.append(group)
            quotas = tuple((line.section, line.quota) for line in group)
            result.append(_told(short, sum(line.need for line in group), have, "joint", quotas))
    return result


def _short_cases(sections, indices) -> list[Shortfall]:
    cases, lines = _cases_and_lines(sections, indices)
    result = [*_over(sections, indices), *_short_lines(sections, lines)]
    if result or not lines:
        return result
    try:
        if fill_cases(cases, lines) is not None:
            return []
    except TooManyError:
        return [_told(lines[0], sum(line.need for line in lines), 0, "many")]
    need, made = sum(line.need for line in lines), sums(len(case) for case in cases)
    below, above = max(n for n in made if n <= need), min((n for n in made if n >= need), default=None)
    near = () if need in made else tuple(n for n in (below, above) if n)
    quotas = tuple((line.section, line.quota) for line in lines)
    return [_told(lines[0], need, below if near else need, "fit", quotas, near)]


def _shuffled(items: Sequence, chance) -> list:
    return sample(list(items), len(items), chance)
