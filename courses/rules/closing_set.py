"""The shortest set of what can still be studied that closes somebody's gap (pure; hours in 学时 steps of 0.5).

Shortest: the fewest pieces; among those the fewest hours beyond the gap; then what comes first in the list. Exact for
any number of pieces: of each sort the largest ones decide how few are enough, and for that many all sums are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from staffing.rules.hours import ZERO


@dataclass(frozen=True)
class Option:
    """Something to study. ``must``: it has to be done anyway and is taken first."""

    key: str
    hours: Fraction
    online: bool
    must: bool = False


@dataclass(frozen=True)
class Need:
    """``missing`` hours in all, ``online`` of them online; ``room``: online hours that can still count (None: any)."""

    missing: Fraction
    online: Fraction = ZERO
    room: Fraction | None = None

    def counts(self, online: Fraction, offline: Fraction) -> Fraction:
        """What so many hours add to the figure."""
        return offline + (online if self.room is None else min(online, self.room))

    def closed(self, online: Fraction, offline: Fraction) -> bool:
        return online >= self.online and self.counts(online, offline) >= self.missing


@dataclass(frozen=True)
class Choice:
    """``keys`` in the order of the options. ``adds``: what they add to the figure; ``left``: what stays missing."""

    keys: tuple[str, ...]
    adds: Fraction
    online: Fraction
    left: Fraction
    online_left: Fraction

    @property
    def closes(self) -> bool:
        return not self.left and not self.online_left


def shortest(options: Sequence[Option], need: Need) -> Choice:
    """What to do: first what must be done, then the shortest set of the rest that closes the gap.

    Where nothing closes it, everything that brings it nearer is taken and ``left`` says what stays open.
    """
    useful = [option for option in options if option.hours > 0]
    taken = [option for option in useful if option.must]
    online, offline = _sums(taken)
    if not need.closed(online, offline):
        rest = Need(
            need.missing - need.counts(online, offline),
            max(need.online - online, ZERO),
            None if need.room is None else max(need.room - online, ZERO),
        )
        taken += _fewest([option for option in useful if not option.must], rest)
    keys = {option.key for option in taken}
    online, offline = _sums(taken)
    adds = need.counts(online, offline)
    return Choice(
        tuple(option.key for option in options if option.key in keys),
        adds,
        min(online, adds),
        max(need.missing - adds, ZERO),
        max(need.online - online, ZERO),
    )


def _sums(options: Sequence[Option]) -> tuple[Fraction, Fraction]:
    online = sum((option.hours for option in options if option.online), ZERO)
    return online, sum((option.hours for option in options if not option.online), ZERO)


def _fewest(options: Sequence[Option], need: Need) -> list[Option]:
    online = [option for option in options if option.online]
    offline = [option for option in options if not option.online]
    best_online, best_offline = _largest(online), _largest(offline)
    enough = [
        (n, m)
        for n in range(len(online) + 1)
        for m in range(len(offline) + 1)
        if need.closed(best_online[n], best_offline[m])
    ]
    if not enough:
        # Hours beyond the ceiling help nobody.
        rest = online if need.room is None else _fewest_of(online, min(need.room, best_online[-1]))
        return [*rest, *offline]
    few = min(n + m for n, m in enough)
    found = [_tightest(online, n, offline, m, need) for n, m in enough if n + m == few]
    return min(found, key=lambda pair: pair[0])[1]


def _largest(options: Sequence[Option]) -> list[Fraction]:
    """The most hours that 0, 1, 2… of the options have together."""
    sums = [ZERO]
    for hours in sorted((option.hours for option in options), reverse=True):
        sums.append(sums[-1] + hours)
    return sums


def _fewest_of(options: Sequence[Option], hours: Fraction) -> list[Option]:
    number = next(n for n, most in enumerate(_largest(options)) if most >= hours)
    return _picked(options, number, hours)[1]


def _tightest(online, n, offline, m, need: Need) -> tuple[Fraction, list[Option]]:
    """Exactly ``n`` online and ``m`` offline pieces that close the gap with the fewest hours in all."""
    best, most = None, _largest(offline)[m]
    for half in sorted(_reach(online, n)[n]):
        on = Fraction(half, 2)
        least = need.missing - need.counts(on, ZERO)
        if on < need.online or most < least:
            continue
        off, pieces = _picked(offline, m, max(least, ZERO))
        if best is None or on + off < best[0]:
            best = (on + off, on, pieces)
    total, on, pieces = best
    return total, [*_picked(online, n, on)[1], *pieces]


def _reach(options: Sequence[Option], number: int) -> list[set[int]]:
    """Half hours that exactly 0, 1… ``number`` of the options can have together."""
    reach: list[set[int]] = [{0}] + [set() for _ in range(number)]
    for option in options:
        step = int(option.hours * 2)
        for n in range(number, 0, -1):
            reach[n] |= {have + step for have in reach[n - 1]}
    return reach


def _picked(options: Sequence[Option], number: int, hours: Fraction) -> tuple[Fraction, list[Option]]:
    """``number`` options with the fewest hours that are at least ``hours``; earlier ones where there is a choice."""
    after = [[{0}] + [set() for _ in range(number)]]
    for option in reversed(options):
        step, last = int(option.hours * 2), after[-1]
        after.append([{0}] + [last[n] | {have + step for have in last[n - 1]} for n in range(1, number + 1)])
    after.reverse()
    want = min(half for half in after[0][number] if Fraction(half, 2) >= hours)
    total, picked = want, []
    for at, option in enumerate(options):
        step = int(option.hours * 2)
        if number and want - step in after[at + 1][number - 1]:
            picked.append(option)
            number, want = number - 1, want - step
    return Fraction(total, 2), picked
