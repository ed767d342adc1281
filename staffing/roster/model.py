"""The plan: what would happen to every row of a roster. Plain data, no rule; store.py keeps it on disk."""

import gc
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from staffing.roster import messages
from staffing.roster.units import UnitProposal

ACTIONS = ("accept", "fix", "merge", "duplicate", "review", "reject", "skip")
ROLES = ("roster", "postings", "instructions", "summary", "hidden", "unknown")


@contextmanager
def collector_paused():
    """No garbage collection while millions of small objects are made: none is cyclic, and it costs a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(slots=True)
class Issue:
    """One remark on a cell, a row or a sheet. ``col`` is the column's letter; ``other`` the row it collides with."""

    code: str
    field: str = ""
    raw: Any = None
    fixed: Any = None
    other: dict | None = None
    col: str = ""
    resolved_by: str = ""

    @property
    def message(self) -> str:
        return self.text("zh")

    def text(self, lang: str = "zh") -> str:
        """Where it is and what to do, in ``zh`` or ``en``. Never holds a whole ID or mobile number."""
        return messages.issue_text(self, lang)

    def as_dict(self, lang: str = "zh") -> dict:
        """The shape of the contract: field, code, raw, fixed and message always, the rest where it says something."""
        shape: dict[str, Any] = {"field": self.field or None, "code": self.code, "raw": self.raw, "fixed": self.fixed}
        if self.other:
            shape["other"] = self.other
        if self.col:
            shape["col"] = self.col
        if self.resolved_by:
            shape["resolved_by"] = self.resolved_by
        return shape | {"message": self.text(lang)}


@dataclass(slots=True)
class ColumnGuess:
    """One column of a table and what we take it for. ``header`` joins the levels of a grouped header with ``>``."""

    index: int
    letter: str
    header: str
    canonical: str
    how: str
    samples: list[str] = field(default_factory=list)
    hidden: bool = False
    block: int = 0


@dataclass(slots=True)
class SheetPlan:
    name: str
    role: str
    header_rows: list[int] = field(default_factory=list)
    first_data_row: int | None = None
    footer_row: int | None = None
    columns: list[ColumnGuess] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    unit: str | None = None
    unit_from: str = ""
    category: str | None = None
    reported: str | None = None


@dataclass(slots=True)
class PlannedRow:
    """One row. ``record`` holds canonical names (None for reject, duplicate, skip); ``raw`` the cells of rows a human
    must see.
    """

    sheet: str
    row: int
    action: str
    kind: str = "person"
    issues: list[Issue] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    record: dict | None = None
    raw: dict[str, str] = field(default_factory=dict)
    block: int = 0


@dataclass(slots=True)
class Plan:
    as_of: str
    sheets: list[SheetPlan] = field(default_factory=list)
    rows: list[PlannedRow] = field(default_factory=list)
    units_proposed: list[UnitProposal] = field(default_factory=list)

    @property
    def totals(self) -> dict[str, int]:
        """Rows per action, all seven named."""
        counted = Counter(row.action for row in self.rows)
        return {action: counted.get(action, 0) for action in ACTIONS}
