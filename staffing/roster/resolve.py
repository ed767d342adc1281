"""What may be decided about a row that waits for a person, and what a decision makes of its record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

ACCEPT, FIX, SET, SKIP = "accept", "fix", "set", "skip"
# Mark in a record: its values win over those of the row it was found to repeat.
WINS = "_wins"

# Issue code -> choices, the safest first. SET asks for values; the fields it asks for stand in ASKS.
CHOICES: dict[str, tuple[str, ...]] = {
    "GENDER_ID_MISMATCH": (FIX, ACCEPT, SKIP),
    "HIDDEN_ROW": (ACCEPT, SKIP),
    "DUP_ID_OTHER_UNIT": (SKIP, ACCEPT),
    "DUP_ID_DIFF_NAME": (SKIP, FIX, ACCEPT),
    "MISSING_ID": (SET, ACCEPT, SKIP),
    "DUP_CERT_NO": (FIX, SKIP),
    "AUX_WITH_CERT": (FIX, ACCEPT, SKIP),
    "DATE_ORDER": (SET, FIX, SKIP),
    "UNKNOWN_ENUM": (SET, SKIP),
}
OTHERWISE = (ACCEPT, SKIP)
ASKS = {
    "MISSING_ID": ("id_number",),
    "DATE_ORDER": ("posting_start", "actual_return"),
    "UNKNOWN_ENUM": ("posting_type",),
}
CERTIFICATE = ("cert_no", "cert_issue_date", "cert_valid_until", "cert_issuer", "cert_status", "cert_type")
_TOLD_ONLY = {"SAME_PERSON"}


def deciding(row) -> list:
    """The issues of a review row that made it wait: neither mended already nor mere information."""
    waiting = [i for i in row.issues if i.code in CHOICES]
    return waiting or [i for i in row.issues if i.code not in _TOLD_ONLY and i.fixed is None] or list(row.issues)


def choices(row) -> tuple[str, ...]:
    """What may be chosen for the whole row: what every waiting issue allows, in the order of the first."""
    if row.record is None:
        return (SKIP,)
    allowed = [CHOICES.get(issue.code, OTHERWISE) for issue in deciding(row)] or [OTHERWISE]
    first, *others = allowed
    if not others:
        return first
    # Each issue may be answered its own way; a row takes SET when one of them needs it.
    merged = [choice for choice in (SET, FIX, ACCEPT) if any(choice in each for each in allowed)]
    if SET in merged and not any(ASKS.get(i.code) and FIX not in CHOICES.get(i.code, ()) for i in deciding(row)):
        merged.remove(SET)
    return (*merged, SKIP)


def asks(row) -> tuple[str, ...]:
    """Fields that somebody must fill in to decide about the row."""
    return tuple(name for issue in deciding(row) for name in ASKS.get(issue.code, ()))


def suggested(row) -> str:
    """The choice of ``--accept-review``: the mended record where one exists, else the row as it stands; SKIP when
    neither.
    """
    allowed = choices(row)
    return FIX if FIX in allowed else ACCEPT if ACCEPT in allowed else SKIP


@dataclass
class Decisions:
    """Decisions as stored: ``{"sheet!row": {"choice": …, "set": {field: value}}}`` and ``{"left!person": {"reason",
    "date"}}``.
    """

    stored: dict = field(default_factory=dict)
    accept_review: bool = False

    def get(self, sheet: str, row: int) -> dict | None:
        found = self.stored.get(f"{sheet}!{row}")
        return found or ({"choice": None} if self.accept_review else None)

    def left(self, person: int) -> dict | None:
        return self.stored.get(f"left!{person}")


def effective(row, decision: dict | None) -> dict | None:
    """The record to be written for a planned row, or None. Never changes the plan's own record."""
    if row.record is None:
        return None
    if row.action != "review":
        return dict(row.record)
    if decision is None:
        return None
    choice = decision.get("choice") or suggested(row)
    if choice == SKIP or choice not in choices(row):
        return None
    record = dict(row.record)
    given = decision.get("set") or {}
    for issue in deciding(row):
        if not _apply(issue, choice, record, given):
            return None
    return record


def _apply(issue, choice: str, record: dict, given: dict) -> bool:
    code = issue.code
    allowed = CHOICES.get(code, OTHERWISE)
    if choice == SET and code in ASKS:
        for name in ASKS[code]:
            if name in given:
                record[name] = given[name] or None
        return code != "UNKNOWN_ENUM" or bool(record.get("posting_type"))
    if choice not in allowed:
        # The row-wide choice does not exist for this issue: take its own best answer.
        choice = FIX if FIX in allowed else ACCEPT if ACCEPT in allowed else SKIP
    if choice == SKIP or (choice == SET and code in ASKS):
        return False
    if choice == ACCEPT:
        if code == "GENDER_ID_MISMATCH" and issue.raw in ("男", "女"):
            record["gender"] = issue.raw
        if code in ("DUP_ID_OTHER_UNIT", "DUP_ID_DIFF_NAME"):
            record[WINS] = True
        return True
    if code in ("DUP_CERT_NO", "AUX_WITH_CERT"):
        for name in CERTIFICATE:
            record.pop(name, None)
    elif code == "DATE_ORDER":
        record["actual_return"] = None
    elif code == "DUP_ID_DIFF_NAME":
        record["name"] = None
    return True


def check_given(name: str, value: str) -> str | None:
    """A value typed for a decision, in the record's form. Raises ValueError with a sentence for the user."""
    from staffing.roster.idcard import check_digit

    value = value.strip()
    if not value:
        return None
    if name == "id_number":
        value = value.upper()
        if len(value) != 18 or not (value.isascii() and value[:17].isdigit()):
            raise ValueError("身份证号应为18位。")
        if check_digit(value[:17]) != value[17]:
            raise ValueError("身份证号校验位不符，请对照证件改正。")
        return value
    if name in ("posting_start", "actual_return"):
        try:
            day = date.fromisoformat(value)
            if not 1900 <= day.year <= 2150:
                raise ValueError(value)
            return day.isoformat()
        except ValueError:
            raise ValueError("日期请写成2024-11-04的样子。") from None
    return value
