"""Can the sections of a paper be filled from the bank, and with which questions? Pure, exact, and never greedy.

A section has *lines*: its quotas, and one more line for what the quotas leave, which any question of its pool may
fill. A question fills one line of one section. For single questions that is a bipartite matching with capacities,
solved by augmenting paths: a line that is short takes a question from a line that can replace it. Cases are drawn
whole, so a section of cases must be filled exactly by whole cases: a search over cases with memory of dead ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

CASE = "case"
# So many dead ends are remembered before the search for a combination of cases gives up and says so.
MOST_STATES = 200_000


@dataclass(frozen=True)
class Shortfall:
    """Why a section cannot be filled.

    ``code``: "line" a quota finds too few questions; "section" the whole section does; "joint" several quotas (or
    sections) share questions that do not suffice for all of them; "over" the quotas ask for more than the section
    has; "fit" no combination of whole cases has exactly so many parts (``near``: what can be made, below and above);
    "many" too many combinations to decide. ``quotas`` are (section, quota) indices, quota None for the rest line.
    """

    section: int
    topics: tuple[int, ...]
    difficulty: str
    need: int
    have: int
    code: str = "line"
    quotas: tuple[tuple[int, int | None], ...] = ()
    near: tuple[int, ...] = ()

    @property
    def missing(self) -> int:
        return max(0, self.need - self.have)


@dataclass
class Line:
    """So many questions of section ``section`` on ``topics`` (none: any) of ``difficulty`` ("": any)."""

    section: int
    quota: int | None
    need: int
    topics: frozenset[int] = frozenset()
    difficulty: str = ""
    chosen: list[int] = field(default_factory=list)

    def takes(self, item: dict) -> bool:
        return (not self.topics or item["t"] in self.topics) and (not self.difficulty or item["d"] == self.difficulty)


def lines_of(index: int, section: dict) -> list[Line]:
    """The lines of a section, the rest line last (left out when the quotas leave nothing)."""
    lines = [
        Line(index, at, quota["count"], frozenset(quota["topics"]), quota["difficulty"])
        for at, quota in enumerate(section["quotas"])
        if quota["count"]
    ]
    rest = section["count"] - sum(line.need for line in lines)
    return [*lines, Line(index, None, rest)] if rest > 0 else lines


def match(lines: Sequence[Line], pools: Sequence[Sequence[dict]], chance=None) -> list[Line]:
    """Fill ``lines`` (``pools[n]`` are the candidates of ``lines[n]``) so that as many places as possible are taken
    and no version twice; returns the lines that stay short. ``Line.chosen`` holds versions, by ``chance`` (a
    random.Random; None: the first ones).
    """
    holder: dict[int, int] = {}
    fits = _fits(lines, pools)
    # Narrow lines first: then a line seldom has to give a question back.
    for at in sorted(range(len(lines)), key=lambda n: (len(fits[n]), n)):
        line = lines[at]
        free = [version for version in fits[at] if version not in holder]
        line.chosen = sample(free, line.need, chance) if chance else free[: line.need]
        holder.update(dict.fromkeys(line.chosen, at))
        while len(line.chosen) < line.need and _augment(at, lines, fits, holder):
            pass
    return [line for line in lines if len(line.chosen) < line.need]


def sample(items: list, count: int, chance) -> list:
    """``count`` of the items (all, when there are fewer) in random order; only ``chance.random()`` is used, whose
    sequence Python promises to keep.
    """
    left, count = list(items), min(count, len(items))
    for at in range(count):
        other = at + int(chance.random() * (len(left) - at))
        left[at], left[other] = left[other], left[at]
    return left[:count]


def _fits(lines, pools) -> list[list[int]]:
    """The versions each line may take. Questions alike in topic and difficulty are asked about once."""
    alike: dict[int, dict[tuple, list[dict]]] = {}
    for pool in pools:
        if id(pool) not in alike:
            classes = alike[id(pool)] = {}
            for item in pool:
                classes.setdefault((item["t"], item["d"]), []).append(item)
    return [
        [item["v"] for rows in alike[id(pool)].values() if line.takes(rows[0]) for item in rows]
        for line, pool in zip(lines, pools)
    ]


def _augment(start: int, lines, fits, holder) -> bool:
    """One more question for the line ``start`` along a shortest path of exchanges; False when there is none."""
    came: dict[int, tuple[int, int]] = {}
    seen, waiting = {start}, [start]
    for at in waiting:
        for version in fits[at]:
            other = holder.get(version)
            if other is None:
                _exchange(at, version, came, lines, holder)
                return True
            if other not in seen:
                seen.add(other)
                came[other] = (at, version)
                waiting.append(other)
    return False


def _exchange(at: int, version: int, came, lines, holder) -> None:
    # ``at`` takes the free question; whoever wanted one of at's gets it, and so on back to the start.
    while True:
        holder[version] = at
        lines[at].chosen.append(version)
        if at not in came:
            return
        before, wanted = came[at]
        lines[at].chosen.remove(wanted)
        at, version = before, wanted


def contested(short: Line, lines: Sequence[Line], pools: Sequence[Sequence[dict]]) -> tuple[list[Line], int]:
    """The lines that share too few questions with ``short`` after ``match``, and how many questions they share: by
    Hall's theorem their needs together exceed that number.
    """
    holder = {version: line for line in lines for version in line.chosen}
    group, versions = [short], set()
    for line in group:
        for item in pools[lines.index(line)]:
            if line.takes(item):
                versions.add(item["v"])
                other = holder.get(item["v"])
                if other is not None and not any(other is known for known in group):
                    group.append(other)
    return sorted(group, key=lambda line: (line.section, line.quota is None, line.quota or 0)), len(versions)


class TooManyError(Exception):
    """More combinations of cases than can be searched."""


def cases_of(pool: Iterable[dict]) -> list[list[dict]]:
    """The pool as whole cases, in order; a question without a case code is a case of one part."""
    cases: dict = {}
    for item in pool:
        cases.setdefault(item["c"] or ("", item["v"]), []).append(item)
    return list(cases.values())


def fill_cases(cases: Sequence[list[dict]], lines: Sequence[Line]) -> dict[int, list[int]] | None:
    """Whole cases that fill all ``lines`` exactly, preferring earlier ones: section → indices of cases; None when no
    combination does. Raises TooManyError.
    """
    sections = sorted({line.section for line in lines})
    rows = [[line for line in lines if line.section == section] for section in sections]
    ways = [[_part_ways(case, row) for row in rows] for case in cases]
    picked = _search(ways, tuple(tuple(line.need for line in row) for row in rows))
    if picked is None:
        return None
    return {section: [at for at, which in picked if which == n] for n, section in enumerate(sections)}


def _search(ways, need) -> list[tuple[int, int]] | None:
    """(case, section) pairs that use up ``need`` exactly; depth first, without recursion: banks are long."""
    dead: set = set()
    path: list[tuple[int, int]] = []
    stack = [(need, _moves(ways, 0, need))]
    while stack:
        left, moves = stack[-1]
        if not any(map(any, left)):
            return [step for step in path if step[1] >= 0]
        move = next(moves, None) if len(stack) <= len(ways) else None
        if move is None:
            stack.pop()
            if path:
                path.pop()
            if len(dead) >= MOST_STATES:
                raise TooManyError
            dead.add((len(stack), left))
        elif (len(stack), move[1]) not in dead:
            path.append((len(stack) - 1, move[0]))
            stack.append((move[1], _moves(ways, len(stack), move[1])))
    return None


def _moves(ways, at: int, left):
    """What can be done with case ``at``: (section, what is left to fill), last of all (-1, left) for leaving it out."""
    for which, spare in enumerate(left):
        for taken in ways[at][which] if at < len(ways) else ():
            if all(use <= room for use, room in zip(taken, spare)):
                rest = tuple(room - use for use, room in zip(taken, spare))
                yield which, (*left[:which], rest, *left[which + 1 :])
    yield -1, left


def _part_ways(case: Sequence[dict], row: Sequence[Line]) -> list[tuple[int, ...]]:
    """How the parts of a case can be spread over the lines of a section: counts for each line, without repeats."""
    ways = {(0,) * len(row)}
    for part in case:
        fits = [n for n, line in enumerate(row) if line.takes(part)]
        ways = {(*way[:n], way[n] + 1, *way[n + 1 :]) for way in ways for n in fits}
    # Quotas first, the rest line last.
    return sorted(ways, reverse=True)


def sums(sizes: Iterable[int]) -> set[int]:
    """Every number of parts that whole cases can make."""
    made = {0}
    for size in sizes:
        made |= {total + size for total in made}
    return made
