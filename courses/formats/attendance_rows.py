"""What a sign-in sheet says, line by line (pure): plain values that reading gives and that are kept until commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

PRESENT, INSIDE, NO_SIGN_OUT, PROXY, LEAVE, ABSENT = "present", "inside", "no_sign_out", "proxy", "leave", "absent"
ACCEPT, REVIEW, DUPLICATE, REJECT, SKIP = "accept", "review", "duplicate", "reject", "skip"
# What each issue makes of its row; the words are with queries.attendance_plan, in the reader's language.
CODES = {
    "NO_NAME": REJECT,
    "NOT_A_TIME": REVIEW,
    "OTHER_DAY": REVIEW,
    "OUT_BEFORE_IN": REVIEW,
    "NO_SIGN_OUT": REVIEW,
    "NO_SIGN_IN": REVIEW,
    "PROXY": REVIEW,
    "DUP_SCAN": DUPLICATE,
    "ABSENT": SKIP,
    "PAPER_ONLY": REVIEW,
    "UNKNOWN_PERSON": REVIEW,
    "AMBIGUOUS": REVIEW,
    "UNIT_DIFFERS": REVIEW,
    "NOT_IN_POST": REVIEW,
    "CORRECTED": SKIP,
    "SCANNED": SKIP,
    "SAME": SKIP,
}
ORDER = (REJECT, DUPLICATE, REVIEW, SKIP)


@dataclass
class Issue:
    """``words`` fill the sentence of ``code``; ``raw`` is the cell as it is shown."""

    field: str
    code: str
    raw: str | None = None
    words: dict[str, str] = field(default_factory=dict)


@dataclass
class SheetRow:
    """One line. Times are local ``YYYY-MM-DDTHH:MM``; ``flags``: MANUAL, LEAVE, PAPER and the codes of its issues that
    say what happened (NO_SIGN_OUT, PROXY, DUP_SCAN).
    """

    sheet: str
    row: int
    block: int = 0
    number: str = ""
    name: str = ""
    last4: str = ""
    staff_no: str = ""
    unit: str = ""
    signed_in: str | None = None
    signed_out: str | None = None
    state: str = ""
    manual: bool = False
    paper: bool = False
    remark: str = ""
    issues: list[Issue] = field(default_factory=list)

    @property
    def action(self) -> str:
        return action_of(self.issues)

    @property
    def flags(self) -> list[str]:
        found = {issue.code for issue in self.issues} & {"NO_SIGN_OUT", "NO_SIGN_IN", "PROXY", "DUP_SCAN"}
        if self.action != DUPLICATE:
            found |= {"MANUAL"} if self.manual else set()
            found |= {"LEAVE"} if self.state == LEAVE else set()
        return sorted(found)

    def say(self, column: str, code: str, raw=None, **words) -> None:
        told = {name: str(word) for name, word in words.items()}
        self.issues.append(Issue(column, code, None if raw is None else str(raw)[:40], told))


def action_of(issues: Sequence[Issue]) -> str:
    """What becomes of a row with these issues."""
    actions = {CODES[issue.code] for issue in issues}
    return next((action for action in ORDER if action in actions), ACCEPT)


@dataclass
class Difference:
    """Where paper and export disagree: MISSING_ON_PAPER, PAPER_ONLY, PAPER_LEAVE, EXPORT_LEAVE, PROXY_SIGNED,
    SIGNED_NO_SCAN, OTHER_SIGNATURE. ``row`` is that of ``sheet``.
    """

    code: str
    sheet: str
    row: int
    name: str
    unit: str = ""
    words: dict[str, str] = field(default_factory=dict)


@dataclass
class AttendanceSheet:
    """A workbook as read. ``rows`` are the people listed, those of the export where there is one; ``paper`` the lines
    of the paper list beside it; the heading is what the sheets say of the lecture.
    """

    sheets: list[tuple[str, str, int]] = field(default_factory=list)
    title: str = ""
    series: str = ""
    year: int | None = None
    number: int | None = None
    topic: str = ""
    lecturer: str = ""
    place: str = ""
    day: str = ""
    starts: str = ""
    ends: str = ""
    rows: list[SheetRow] = field(default_factory=list)
    paper: list[SheetRow] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def listed(self) -> int:
        """People listed, each once."""
        return sum(row.action not in (DUPLICATE, REJECT) for row in self.rows)

    @property
    def signed_on_paper(self) -> int:
        return sum(row.state in (PRESENT, NO_SIGN_OUT) for row in self.paper)

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping) -> AttendanceSheet:
        def rows(name):
            return [SheetRow(**{**row, "issues": [Issue(**one) for one in row["issues"]]}) for row in data[name]]

        told = {"sheets": [tuple(one) for one in data["sheets"]], "rows": rows("rows"), "paper": rows("paper")}
        return cls(**{**data, **told, "differences": [Difference(**one) for one in data["differences"]]})
