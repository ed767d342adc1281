"""Who sits where: people of units into halls (one hall = one room in one batch) so that colleagues are not neighbours.

Neighbours share a desk edge: side by side, or one behind the other; an aisle of unusable seats parts them. Seats are
numbered row by row from the lectern, 1 to rows × columns; unusable numbers stay empty.

The plan of one hall is a chessboard: every unit sits on squares of one colour only, and squares of one colour are
never neighbours. At most one unit has to use both colours; its black and white squares lie at opposite ends. What is
left (a unit that is more than half of the hall, odd shapes) is improved by exchanging seats, and counted.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Fresh starts for a hall in which neighbours remain; each costs a few milliseconds.
TRIES = 12
# Exchanges tried for each seat that has a colleague beside it, before that hall is left as it is.
ROUNDS = 6
_EMPTY = object()


class Fill(StrEnum):
    """Fill all halls to the same share of their seats, or one after another to the last seat."""

    EVEN = "even"
    ONE = "one"


@dataclass(frozen=True)
class Hall:
    """A room in a batch. ``key`` is the caller's name for it."""

    key: Hashable
    rows: int
    columns: int
    unusable: frozenset[int] = frozenset()

    @property
    def numbers(self) -> list[int]:
        """Usable seat numbers, from the lectern."""
        return [number for number in range(1, self.rows * self.columns + 1) if number not in self.unusable]

    def beside(self, number: int) -> list[int]:
        """Numbers left, right, before and behind; usable or not."""
        row, column = divmod(number - 1, self.columns)
        found = []
        if column:
            found.append(number - 1)
        if column < self.columns - 1:
            found.append(number + 1)
        if row:
            found.append(number - self.columns)
        if row < self.rows - 1:
            found.append(number + self.columns)
        return found


@dataclass(frozen=True)
class Plan:
    """``places[i]``: (hall index, seat number) of person i. ``neighbours``: pairs of one unit that still touch."""

    places: list[tuple[int, int]]
    neighbours: int


class TooFewSeats(ValueError):
    """``need`` people, ``have`` seats."""

    def __init__(self, need: int, have: int):
        super().__init__(f"{need} people, {have} seats")
        self.need, self.have = need, have


def assign(units: Sequence[Hashable], halls: Sequence[Hall], *, fill: Fill = Fill.EVEN, seed: int = 0) -> Plan:
    """Seat everybody: person i is of ``units[i]``. The same arguments give the same plan.

    Each unit is dealt over the halls in proportion, then spread inside each. Raises TooFewSeats.
    """
    rng = random.Random(seed)  # noqa: S311
    sizes = _sizes(len(units), [len(hall.numbers) for hall in halls], fill)
    places: list[tuple[int, int]] = [(-1, -1)] * len(units)
    neighbours = 0
    for index, (hall, people) in enumerate(zip(halls, _deal(units, sizes, rng), strict=True)):
        seated, left = _seat(hall, [units[person] for person in people], rng)
        neighbours += left
        free: dict[Hashable, list[int]] = {}
        for number in sorted(seated, reverse=True):
            free.setdefault(seated[number], []).append(number)
        for person in people:
            places[person] = (index, free[units[person]].pop())
    return Plan(places, neighbours)


def best_free(unit: Hashable, halls: Sequence[Hall], taken: Sequence[Mapping[int, Hashable]]) -> tuple[int, int] | None:
    """A free seat for one who comes late: fewest colleagues beside it, then the emptiest hall, then the front.

    ``taken[h]``: seat number → unit in hall h. None when every hall is full.
    """
    best = None
    for index, hall in enumerate(halls):
        free = [number for number in hall.numbers if number not in taken[index]]
        for number in free:
            touching = sum(taken[index].get(other) == unit for other in hall.beside(number))
            rank = (touching, -len(free), index, number)
            if best is None or rank < best:
                best = rank
    return best and (best[2], best[3])


def count_neighbours(hall: Hall, seated: Mapping[int, Hashable]) -> int:
    """Pairs of one unit who sit side by side or one behind the other."""
    return sum(
        seated.get(other) == unit
        for number, unit in seated.items()
        for other in hall.beside(number)
        if other > number and other in seated
    )


# --- how many where ---------------------------------------------------------------------------------------------------


def _sizes(people: int, seats: Sequence[int], fill: Fill) -> list[int]:
    """People per hall. Even: by largest remainder, so no hall is more than one person off its share."""
    total = sum(seats)
    if people > total:
        raise TooFewSeats(people, total)
    if fill == Fill.ONE:
        sizes = []
        for number in seats:
            sizes.append(min(number, people - sum(sizes)))
        return sizes
    sizes = [people * number // total for number in seats] if total else [0] * len(seats)
    by_rest = sorted(range(len(seats)), key=lambda hall: (-(people * seats[hall] % total) if total else 0, hall))
    for hall in by_rest[: people - sum(sizes)]:
        sizes[hall] += 1
    return sizes


def _deal(units: Sequence[Hashable], sizes: Sequence[int], rng: random.Random) -> list[list[int]]:
    """Persons per hall: unit after unit, each to the hall with the largest share of its places still open."""
    members: dict[Hashable, list[int]] = {}
    for person, unit in enumerate(units):
        members.setdefault(unit, []).append(person)
    for group in members.values():
        rng.shuffle(group)
    hands: list[list[int]] = [[] for _ in sizes]
    # Large units first: while all halls are open, each gets its exact share of them.
    order = [person for group in sorted(members.values(), key=lambda g: (-len(g), g[0])) for person in group]
    people = max(1, len(order))
    for turn, person in enumerate(order, 1):
        open_halls = (hall for hall in range(len(sizes)) if len(hands[hall]) < sizes[hall])
        hall = min(open_halls, key=lambda h: ((len(hands[h]) * people - sizes[h] * turn) / sizes[h], h))
        hands[hall].append(person)
    return hands


# --- inside one hall --------------------------------------------------------------------------------------------------


def _seat(hall: Hall, units: Sequence[Hashable], rng: random.Random) -> tuple[dict[int, Hashable], int]:
    """Seat number → unit, and the pairs that still touch: the best of a few starts, usually the first."""
    beside = {number: hall.beside(number) for number in hall.numbers}
    best: dict[int, Hashable] = {}
    least = -1
    for attempt in range(TRIES):
        seated = _chessboard(hall, units, rng, flip=bool(attempt % 2))
        left = count_neighbours(hall, seated)
        if left:
            left = _improve(hall, seated, beside, left, rng)
        if least < 0 or left < least:
            best, least = seated, left
        if least == 0 or (attempt and _hopeless(units, hall)):
            break
    return best, least


def _hopeless(units: Sequence[Hashable], hall: Hall) -> bool:
    """One unit has more than half of the seats: some of its people will touch, more starts do not help."""
    return max(Counter(units).values(), default=0) * 2 > len(hall.numbers) + 1


def _chessboard(hall: Hall, units: Sequence[Hashable], rng: random.Random, *, flip: bool) -> dict[int, Hashable]:
    """Units on the first seats, each on squares of one colour as far as they can be packed so.

    A unit of more than half of the people takes every other seat, as long as there are seats to leave empty.
    """
    counts = sorted(Counter(units).items(), key=lambda pair: (-pair[1], str(pair[0])))
    usable = hall.numbers
    numbers = usable[: max(len(units), 2 * counts[0][1] - 1 if counts else 0)]
    along_columns = (hall.columns > hall.rows) != flip

    def scan(number):
        row, column = divmod(number - 1, hall.columns)
        return (column, row) if along_columns else (row, column)

    colours: tuple[list[int], list[int]] = ([], [])
    for number in sorted(numbers, key=scan):
        colours[sum(divmod(number - 1, hall.columns)) % 2].append(number)
    black, white = sorted(colours, key=len, reverse=True)
    on_black, straddler, on_white = _pack(counts, len(black), len(numbers) - len(units))
    rng.shuffle(on_black)
    rng.shuffle(on_white)
    # The one unit on both colours: last of the black squares, first of the white ones, far from each other.
    seated = dict(zip(black + white, on_black + straddler + on_white, strict=True))
    return {number: unit for number, unit in seated.items() if unit is not _EMPTY}


def _pack(counts: Sequence[tuple[Hashable, int]], room: int, empty: int) -> tuple[list, list, list]:
    """People for the ``room`` black squares, those of the one divided unit, and the rest; each a list of units.

    The largest unit goes on black; the others fill the rest of it exactly where a subset of them can (subset sums),
    else as far as possible; then ``empty`` seats fill it, or the smallest unit left over is divided.
    """
    if not counts:
        return [], [], []
    first, size = counts[0]
    if size >= room:
        return [], [first] * size, _people(counts[1:]) + [_EMPTY] * empty
    others = counts[1:]
    # reach[total] = index of the last unit added to come to ``total``; the first way found is kept.
    reach: dict[int, int] = {size: -1}
    for index, (_unit, number) in enumerate(others):
        for total in list(reach):
            if total + number <= room and total + number not in reach:
                reach[total + number] = index
    total = max(reach)
    missing, chosen = room - total, set()
    while total != size:
        chosen.add(reach[total])
        total -= others[reach[total]][1]
    on_black = [first] * size + _people(pair for index, pair in enumerate(others) if index in chosen)
    rest = [pair for index, pair in enumerate(others) if index not in chosen]
    on_black += [_EMPTY] * min(missing, empty)
    white_empty = [_EMPTY] * max(0, empty - missing)
    if missing <= empty or not rest:
        return on_black, [], _people(rest) + white_empty
    return on_black, _people(rest[-1:]), _people(rest[:-1]) + white_empty


def _people(counts: Iterable[tuple[Hashable, int]]) -> list:
    return [unit for unit, number in counts for _ in range(number)]


def _improve(hall: Hall, seated: dict, beside: Mapping[int, list[int]], left: int, rng: random.Random) -> int:
    """Exchange seats (empty ones too) while that parts neighbours; ``seated`` is changed. The pairs that remain."""
    numbers = list(beside)

    def touching(number, unit, but=0):
        return sum(seated.get(other) == unit for other in beside[number] if other in seated and other != but)

    for _round in range(ROUNDS):
        gained = False
        bad = [number for number in seated if touching(number, seated[number])]
        rng.shuffle(bad)
        for number in bad:
            if number not in seated or not touching(number, seated[number]):
                continue
            mine, best, target = seated[number], 0, None
            before = touching(number, mine)
            for other in numbers:
                theirs = seated.get(other)
                if other == number or theirs == mine:
                    continue
                gain = before - touching(other, mine, but=number)
                if theirs is not None:
                    gain += touching(other, theirs) - touching(number, theirs, but=other)
                if gain > best or (gain == best == 0 and theirs is not None and target is None):
                    best, target = gain, other
            if target is None:
                continue
            theirs = seated.pop(target, None)
            seated[target] = mine
            if theirs is None:
                del seated[number]
            else:
                seated[number] = theirs
            left -= best
            gained = gained or best > 0
            if not left:
                return 0
        if not gained:
            break
    return left
