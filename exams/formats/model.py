"""What reading a file of questions gives: plain data, the same for every format. plan.py decides about the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from exams.formats.draft import QuestionDraft
from exams.formats.messages import field_name, text_of

# The seven words of every import plan; ``merge`` does not happen to questions and is counted as 0.
ACTIONS = ("accept", "fix", "merge", "duplicate", "review", "reject", "skip")
# An issue's weight: what it makes of its row. "info" leaves the row as it is.
WEIGHTS = ("info", "fix", "review", "duplicate", "reject", "skip")
# The longest cell text that an issue repeats.
LONGEST_RAW = 200


class FormatError(Exception):
    """A file that is none of the formats, or not safe to read. ``code`` is a key of messages.ISSUES."""

    def __init__(self, code: str, raw: str = ""):
        self.code, self.raw = code, raw
        super().__init__(text_of(code, raw=raw))

    def text(self, lang: str = "zh") -> str:
        return text_of(self.code, lang, raw=self.raw)


@dataclass(slots=True)
class Issue:
    """One remark on a row: ``field`` of the draft, the cell as it was and became, the other row it is about."""

    code: str
    field: str = ""
    raw: Any = None
    fixed: Any = None
    other: str = ""
    col: str = ""
    weight: str = "fix"

    def text(self, lang: str = "zh") -> str:
        """What is wrong and what to do, in ``zh`` or ``en``."""
        at = field_name(self.field, lang) if self.field else ""
        if self.col and at:
            at = f"{at}（{self.col}列）" if lang.startswith("zh") else f"{at} (column {self.col})"
        raw = None if self.raw is None else str(self.raw)[:LONGEST_RAW]
        fixed = None if self.fixed is None else str(self.fixed)[:LONGEST_RAW]
        return text_of(self.code, lang, at=at, raw=raw, fixed=fixed, other=self.other)

    def as_dict(self, lang: str = "zh") -> dict:
        """The shape of the contract: field, code, raw, fixed and message always, the rest where it says something."""
        shape: dict[str, Any] = {"field": self.field or None, "code": self.code, "raw": self.raw, "fixed": self.fixed}
        if self.other:
            shape["other"] = self.other
        if self.col:
            shape["col"] = self.col
        return shape | {"message": self.text(lang)}


@dataclass(slots=True)
class SheetNote:
    """A sheet of a workbook and what it was taken for: questions, instructions, hidden or unknown."""

    name: str
    role: str
    header_rows: list[int] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def as_dict(self) -> dict:
        issues = [issue.as_dict() for issue in self.issues]
        return {"name": self.name, "role": self.role, "header_rows": self.header_rows, "issues": issues}


@dataclass(slots=True)
class Row:
    """One question of the file, or a row that holds none (``draft`` None). ``row`` counts as the user's file does."""

    sheet: str
    row: int
    draft: QuestionDraft | None = None
    issues: list[Issue] = field(default_factory=list)
    action: str = ""
    print: str = ""

    @property
    def place(self) -> str:
        return f"{self.sheet} 第{self.row}行" if self.sheet else f"第{self.row}题"


@dataclass(slots=True)
class Reading:
    """A file that was read. ``pictures``: sha256 → (file name, bytes) of embedded pictures."""

    kind: str
    rows: list[Row] = field(default_factory=list)
    sheets: list[SheetNote] = field(default_factory=list)
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def totals(self) -> dict[str, int]:
        """Rows by action, all seven named."""
        counted = Counter(row.action for row in self.rows)
        return {action: counted.get(action, 0) for action in ACTIONS}
