"""What the components in templates/components/ draw: plain values made by queries and views, no rules, no queries.

Figures arrive already formatted (``portal.figures``), dates as dates, people's numbers already masked.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Link:
    """An address with words. ``post`` makes it a one-button form; ``primary`` the page's one main button."""

    label: str
    url: str
    icon: str = ""
    primary: bool = False
    post: bool = False


@dataclass(frozen=True)
class StatTile:
    """One figure with its definition and its people: ``n``/``d`` persons behind it, ``url`` opens exactly those."""

    label: str
    figure: str = ""
    unit: str = ""
    url: str = ""
    n: Any = None
    d: Any = None
    d_unit: str = ""
    target: str = ""
    status: str = ""  # met | short | overdue | review | none (no data) | ""
    status_text: str = ""
    note: str = ""
    as_of: datetime.date | None = None
    basis: str = ""
    stale: bool = False


@dataclass(frozen=True)
class RatioBar:
    """Distance to a target; ``margin`` in persons, negative when missing. ``ratio`` None: nothing to divide."""

    ratio: Any
    target: Any
    n: int = 0
    d: int = 0
    margin: int = 0
    label: str = ""
    empty_text: str = ""


@dataclass(frozen=True)
class GapRow:
    """One named gap: whose, by which rule, how many persons, since when, who, and the acts beside it."""

    unit: str
    rule: str
    missing: int = 0
    unit_url: str = ""
    since: datetime.date | None = None
    names: Sequence[str | Link] = ()
    status: str = "short"
    status_text: str = ""
    basis: str = ""
    advice: str = ""
    acts: Sequence[Link] = ()
    people_url: str = ""
    letter: str = ""
    closed: bool = False
    note: str = ""
    missing_unit: str = ""
    missing_text: str = ""


@dataclass(frozen=True)
class PersonRow:
    name: str
    url: str = ""
    units: str = ""
    category: str = ""
    id_masked: str = ""
    cert: str = ""
    reveal_url: str = ""
    tags: Sequence[tuple[str, str]] = ()
    state: str = "normal"  # normal | out | left
    note: str = ""


@dataclass(frozen=True)
class UnitNode:
    """A line of the unit tree, in tree order; ``gap`` counts missing persons below it."""

    code: str
    name: str
    url: str
    depth: int = 0
    kind: str = ""
    gap: int = 0
    current: bool = False


@dataclass(frozen=True)
class UnitPicker:
    nodes: Sequence[UnitNode]
    current_name: str = ""
    crumbs: Sequence[Link] = ()
    label: str = ""


@dataclass(frozen=True)
class AsOf:
    """The day a page speaks of. ``earliest`` is the first day with data (None: not known)."""

    date: datetime.date
    today: datetime.date
    earliest: datetime.date | None = None

    @property
    def is_today(self) -> bool:
        return self.date == self.today

    @property
    def is_future(self) -> bool:
        return self.date > self.today

    @property
    def before_data(self) -> bool:
        return bool(self.earliest and self.date < self.earliest)

    @property
    def presets(self) -> list[tuple[str, datetime.date]]:
        """(key, day): today, the last day of last month, the last day of last year."""
        month_start = self.today.replace(day=1)
        return [
            ("today", self.today),
            ("month", month_start - datetime.timedelta(days=1)),
            ("year", datetime.date(self.today.year - 1, 12, 31)),
        ]


@dataclass(frozen=True)
class Event:
    """One line of a timeline. A reversed event stays readable (struck through), a planned one has not come yet."""

    date: datetime.date | str | None
    text: str
    doc: str = ""
    source: str = ""
    state: str = "current"  # current | planned | reversed
    url: str = ""
    precision: str = "day"  # day | month | year
    end: datetime.date | None = None
    note: str = ""


@dataclass(frozen=True)
class Step:
    label: str
    state: str = "todo"  # done | now | todo | blocked
    url: str = ""
    note: str = ""
    reason: str = ""


@dataclass(frozen=True)
class DiffLine:
    field: str
    now: str = ""
    new: str = ""
    cell: str = ""
    state: str = "changed"  # changed | conflict | same


@dataclass(frozen=True)
class IssueLine:
    """One thing wrong or tidied in a cell: what stood there, what it becomes, what to do about it."""

    field: str
    raw: str = ""
    fixed: str = ""
    message: str = ""
    remedy: str = ""
    col: str = ""


@dataclass(frozen=True)
class ImportRow:
    sheet: str
    row: int
    action: str  # accept | fix | merge | duplicate | review | reject | skip
    name: str = ""
    id_masked: str = ""
    issues: Sequence[IssueLine] = ()
    act: Link | None = None
    decided: str = ""
    url: str = ""


@dataclass(frozen=True)
class JobView:
    title: str
    state: str = "queued"  # queued | running | done | failed | cancelled
    done: int = 0
    total: int = 0
    message: str = ""
    reason: str = ""
    poll_url: str = ""
    result: Link | None = None
    cancel_url: str = ""
    worker_note: str = ""


@dataclass(frozen=True)
class Confirm:
    """A question before a consequential act: verb, counts, names, reversible or not, reason where it must be given."""

    id: str
    title: str
    verb: str
    action_url: str
    lines: Sequence[str] = ()
    names: Sequence[str] = ()
    reversible: str = ""
    danger: bool = False
    reason: str | None = None  # None | optional | required
    hidden: Sequence[tuple[str, str]] = ()
    cancel_url: str = ""
    refused: str = ""
    primary: bool = False


@dataclass(frozen=True)
class Chip:
    """A filter in force; ``url`` is the same list without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Count:
    """A count that filters the list below it."""

    label: str
    n: int
    url: str
    current: bool = False
    kind: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Part:
    """A share of a whole; ``tone`` 1–5 is the fill (5 is hatched: outside the sum)."""

    label: str
    n: int
    note: str = ""
    tone: int = 1
    url: str = ""


@dataclass(frozen=True)
class Series:
    label: str
    values: Sequence[Any]


@dataclass(frozen=True)
class Chart:
    """A drawn series of figures with its table. ``percent``: values are ratios, shown as percent against ``target``."""

    labels: Sequence[str]
    series: Sequence[Series] = ()
    kind: str = "line"  # line | bar
    unit: str = ""
    target: Any = None
    target_label: str = ""
    title: str = ""
    urls: Sequence[str] = ()
    decimals: int = 2
    percent: bool = False
