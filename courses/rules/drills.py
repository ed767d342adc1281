"""Branching drills (模拟演练): is a script sound, where does a way through it lead, what is the best one (pure).

A scene without choices is an end; so is a choice without a next scene. Days are working days of the procedure's clock.
A choice earns points once however often it is made, and costs points every time: going round in circles gains nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MOST_SCENES = 60
# More ways than these are not compared; the best of those looked at is shown.
MOST_WAYS = 20_000
LONGEST_WAY = 100


@dataclass(frozen=True)
class Choice:
    text: str
    result: str = ""
    next: str = ""
    days: int = 0
    score: int = 0
    broken: int | None = None


@dataclass(frozen=True)
class Scene:
    """``limit``: working days by which the procedure must have come here."""

    key: str
    heading: str = ""
    text: str = ""
    limit: int | None = None
    limit_article: int | None = None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Drill:
    scenes: tuple[Scene, ...]
    pass_score: int = 0
    by_key: dict[str, Scene] = field(init=False, compare=False, repr=False)

    def __post_init__(self):
        known: dict[str, Scene] = {}
        for scene in self.scenes:
            known.setdefault(scene.key, scene)
        object.__setattr__(self, "by_key", known)

    @property
    def start(self) -> Scene:
        return self.scenes[0]


def drill_of(raw: Mapping) -> Drill:
    """The drill in its stored form {"pass": int, "scenes": [{field of Scene: value}]}."""
    return Drill(
        tuple(
            Scene(
                key=row["key"].strip(),
                heading=row["heading"],
                text=row["text"],
                limit=row["limit"],
                limit_article=row["limit_article"],
                choices=tuple(Choice(**{**one, "next": one["next"].strip()}) for one in row["choices"]),
            )
            for row in raw["scenes"]
        ),
        raw["pass"],
    )


@dataclass(frozen=True)
class Overrun:
    """The procedure came to ``scene`` after ``days`` working days; ``limit`` were allowed."""

    scene: str
    days: int
    limit: int
    article: int | None


@dataclass(frozen=True)
class Stop:
    """A choice on the way: where, which, and the clock (working days since the beginning) before and after it."""

    scene: Scene
    choice: Choice
    index: int
    before: int
    after: int
    score: int


@dataclass(frozen=True)
class Walk:
    """A way through a drill. ``at``: the scene it has come to, None after a choice that ends it."""

    stops: tuple[Stop, ...]
    at: Scene | None
    score: int
    days: int
    broken: tuple[int, ...]
    overruns: tuple[Overrun, ...]

    @property
    def ended(self) -> bool:
        return self.at is None or not self.at.choices

    @property
    def faults(self) -> int:
        """Breaches of articles and of terms."""
        return sum(stop.choice.broken is not None for stop in self.stops) + len(self.overruns)


def _overrun(scene: Scene | None, days: int) -> Overrun | None:
    if scene is None or scene.limit is None or days <= scene.limit:
        return None
    return Overrun(scene.key, days, scene.limit, scene.limit_article)


def walk(drill: Drill, picks: Iterable[int]) -> Walk:
    """Follow ``picks``, the index of the choice made in each scene come to.

    Raises ValueError for a choice that the scene does not have, and for picks after the end.
    """
    at, days, score = drill.start, 0, 0
    stops, late, made = [], {}, set()
    for index in picks:
        if at is None or not 0 <= index < len(at.choices):
            raise ValueError("no such choice")
        choice = at.choices[index]
        gained = 0 if choice.score > 0 and (at.key, index) in made else choice.score
        made.add((at.key, index))
        stops.append(Stop(at, choice, index, days, days + choice.days, gained))
        days, score = days + choice.days, score + gained
        at = drill.by_key.get(choice.next) if choice.next else None
        if over := _overrun(at, days):
            late.setdefault(over.scene, over)
    broken = tuple(dict.fromkeys(stop.choice.broken for stop in stops if stop.choice.broken is not None))
    return Walk(tuple(stops), at, score, days, broken, tuple(late.values()))


def best(drill: Drill) -> Walk:
    """The way to an end with the most points; among equals with the fewest breaches, then the fewest days.

    Each choice is made at most once on it. Looks at MOST_WAYS states at most.
    """
    known: dict = {}
    ahead = {scene.key: _reach(drill, scene.key) for scene in drill.scenes}
    timed = {key for key, keys in ahead.items() if any(drill.by_key[one].limit is not None for one in keys)}

    def onward(scene: Scene | None, made: frozenset, days: int, late: frozenset, depth: int):
        """(score, -faults, -days, picks) from here to the best end, or None when there is none."""
        faults = 0
        if scene is not None and scene.key not in late and _overrun(scene, days):
            late, faults = late | {scene.key}, 1
        if scene is None or not scene.choices:
            return (0, -faults, 0, ())
        # Only what can matter again: choices and terms of scenes that may still come, the clock if a term is ahead.
        again = ahead[scene.key]
        state = (
            scene.key,
            frozenset(one for one in made if one[0] in again),
            days if scene.key in timed else 0,
            late & again,
        )
        if state in known:
            found = known[state]
        elif len(known) >= MOST_WAYS or depth >= LONGEST_WAY:
            return None
        else:
            known[state] = found = _best_of(scene, made, days, late, depth)
        return found and (found[0], found[1] - faults, found[2], found[3])

    def _best_of(scene, made, days, late, depth):
        ways = []
        for index, choice in enumerate(scene.choices):
            if (scene.key, index) in made or (choice.next and choice.next not in drill.by_key):
                continue
            then = drill.by_key[choice.next] if choice.next else None
            rest = onward(then, made | {(scene.key, index)}, days + choice.days, late, depth + 1)
            if rest is not None:
                score, faults, spent, picks = rest
                faults -= choice.broken is not None
                ways.append((score + choice.score, faults, spent - choice.days, (index, *picks)))
        # The earlier choice of two that are equal: the editor's order decides.
        return max(ways, key=lambda way: way[:3], default=None)

    found = onward(drill.start, frozenset(), 0, frozenset(), 0)
    return walk(drill, found[3] if found else ())


@dataclass(frozen=True)
class Defect:
    """Why a drill may not be published. ``code`` says what (courses.queries.drills has the words), ``scene`` where."""

    code: str
    scene: str = ""
    choice: int = 0
    detail: str = ""


def defects(drill: Drill) -> list[Defect]:
    """Everything wrong with the script, in the order of its scenes; empty when it is sound.

    no_scenes, too_many, no_key, twice, no_choice (the first scene is an end already), unknown (a choice leads nowhere),
    unreachable, endless (no end can be reached from here), limit_impossible (nobody can be in time), pass_impossible,
    best_unlawful (the most points are given for a way that breaks an article or a term).
    """
    if not drill.scenes:
        return [Defect("no_scenes")]
    if len(drill.scenes) > MOST_SCENES:
        return [Defect("too_many", detail=str(MOST_SCENES))]
    found = []
    if not drill.start.choices:
        found.append(Defect("no_choice", drill.start.key))
    earliest, ends, seen = _earliest(drill), _leads_to_end(drill), set()
    for scene in drill.scenes:
        if not scene.key:
            found.append(Defect("no_key", detail=scene.heading))
        elif scene.key in seen:
            found.append(Defect("twice", scene.key))
        seen.add(scene.key)
        for n, choice in enumerate(scene.choices, 1):
            if choice.next and choice.next not in drill.by_key:
                found.append(Defect("unknown", scene.key, n, choice.next))
        if scene.key not in earliest:
            found.append(Defect("unreachable", scene.key))
        elif scene.key not in ends:
            found.append(Defect("endless", scene.key))
        if scene.limit is not None and earliest.get(scene.key, 0) > scene.limit:
            found.append(Defect("limit_impossible", scene.key, detail=str(earliest[scene.key])))
    return found or _scoring(drill)


def _scoring(drill: Drill) -> list[Defect]:
    top = best(drill)
    if top.score < drill.pass_score:
        return [Defect("pass_impossible", detail=str(top.score))]
    if top.faults:
        where = next((stop.scene.key for stop in top.stops if stop.choice.broken is not None), "")
        return [Defect("best_unlawful", where or top.overruns[0].scene)]
    return []


def _next_of(drill: Drill, scene: Scene) -> Sequence[tuple[str, int]]:
    return [(one.next, one.days) for one in scene.choices if one.next in drill.by_key]


def _reach(drill: Drill, start: str) -> frozenset[str]:
    """Scenes that may come after ``start``; itself too when a way leads back."""
    found, waiting = set(), [start]
    while waiting:
        for then, _days in _next_of(drill, drill.by_key[waiting.pop()]):
            if then not in found:
                found.add(then)
                waiting.append(then)
    return frozenset(found)


def _earliest(drill: Drill) -> dict[str, int]:
    """Scenes that can be reached, with the fewest working days it takes."""
    found, waiting = {drill.start.key: 0}, deque([drill.start.key])
    while waiting:
        key = waiting.popleft()
        for then, days in _next_of(drill, drill.by_key[key]):
            if found[key] + days < found.get(then, 1 << 30):
                found[then] = found[key] + days
                waiting.append(then)
    return found


def _leads_to_end(drill: Drill) -> set[str]:
    """Scenes from which an end can be reached."""
    found = {s.key for s in drill.scenes if not s.choices or any(not one.next for one in s.choices)}
    before: dict[str, set[str]] = {}
    for scene in drill.scenes:
        for then, _days in _next_of(drill, scene):
            before.setdefault(then, set()).add(scene.key)
    waiting = deque(found)
    while waiting:
        for key in before.get(waiting.popleft(), set()) - found:
            found.add(key)
            waiting.append(key)
    return found
