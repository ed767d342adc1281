"""The plan: what would happen to every row of a roster. Plain data, no rule; travels as compact JSON (100,000 rows)."""

import gc
import json
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

    def _packed(self) -> list:
        full = [self.code, self.field, self.raw, self.fixed, self.other, self.col, self.resolved_by]
        while full and full[-1] in (None, ""):
            full.pop()
        return full


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

    def to_json(self) -> str:
        names = {sheet.name: at for at, sheet in enumerate(self.sheets)}
        body = {
            "as_of": self.as_of,
            "sheets": [_sheet_out(sheet) for sheet in self.sheets],
            "units": [[unit.name, unit.kind, unit.parent, unit.mode] for unit in self.units_proposed],
            "rows": [_row_out(row, names) for row in self.rows],
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        with collector_paused():
            body = json.loads(text)
            sheets = [_sheet_in(packed) for packed in body["sheets"]]
            rows = [_row_in(packed, sheets) for packed in body["rows"]]
        return cls(body["as_of"], sheets, rows, [UnitProposal(*packed) for packed in body["units"]])


def _sheet_out(sheet: SheetPlan) -> dict:
    return {
        "name": sheet.name,
        "role": sheet.role,
        "header_rows": sheet.header_rows,
        "first": sheet.first_data_row,
        "footer": sheet.footer_row,
        "unit": [sheet.unit, sheet.unit_from],
        "category": sheet.category,
        "reported": sheet.reported,
        "issues": [issue._packed() for issue in sheet.issues],
        "columns": [
            [c.index, c.letter, c.header, c.canonical, c.how, c.samples, c.hidden, c.block] for c in sheet.columns
        ],
    }


def _sheet_in(packed: dict) -> SheetPlan:
    return SheetPlan(
        packed["name"],
        packed["role"],
        packed["header_rows"],
        packed["first"],
        packed["footer"],
        [ColumnGuess(*column) for column in packed["columns"]],
        [Issue(*issue) for issue in packed["issues"]],
        *packed["unit"],
        packed["category"],
        packed["reported"],
    )


def _row_out(row: PlannedRow, names: dict[str, int]) -> list:
    issues = [issue._packed() for issue in row.issues]
    place = [names[row.sheet], row.row, ACTIONS.index(row.action), row.kind]
    return [*place, issues, row.warnings, row.record, row.raw, row.block]


def _row_in(packed: list, sheets: list[SheetPlan]) -> PlannedRow:
    sheet, row, action, kind, issues, warnings, record, raw, block = packed
    return PlannedRow(
        sheets[sheet].name,
        row,
        ACTIONS[action],
        kind,
        [Issue(*issue) for issue in issues],
        warnings,
        record,
        raw,
        block,
    )
