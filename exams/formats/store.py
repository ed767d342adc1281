"""A plan as JSON, to be kept between the upload and the commit. Pure."""

from __future__ import annotations

from dataclasses import asdict

from exams.formats.draft import QuestionDraft
from exams.formats.model import Issue, Reading, Row, SheetNote

_ISSUE = ("code", "field", "raw", "fixed", "other", "col", "weight")


def draft_dict(draft: QuestionDraft) -> dict:
    """A draft as the contract's ``record``: lists for tuples, everything else as it is."""
    return asdict(draft) | {
        "options": [list(option) for option in draft.options],
        "answer": draft.answer if isinstance(draft.answer, str) else [_listed(one) for one in draft.answer],
        "rubric": [list(line) for line in draft.rubric],
    }


def draft_of(data: dict) -> QuestionDraft:
    """The draft of ``draft_dict``."""
    answer = data["answer"]
    if not isinstance(answer, str):
        answer = tuple(tuple(one) if isinstance(one, list) else one for one in answer)
    return QuestionDraft(
        **data
        | {
            "options": tuple(tuple(option) for option in data["options"]),
            "answer": answer,
            "rubric": tuple(tuple(line) for line in data["rubric"]),
        }
    )


def _listed(one):
    return list(one) if isinstance(one, tuple) else one


def to_json(reading: Reading) -> dict:
    """Everything but the pictures."""
    return {
        "kind": reading.kind,
        "sheets": [
            {"name": s.name, "role": s.role, "header_rows": s.header_rows, "issues": [_issue(i) for i in s.issues]}
            for s in reading.sheets
        ],
        "rows": [
            {
                "sheet": row.sheet,
                "row": row.row,
                "action": row.action,
                "issues": [_issue(issue) for issue in row.issues],
                "draft": draft_dict(row.draft) if row.draft else None,
            }
            for row in reading.rows
        ],
    }


def from_json(data: dict) -> Reading:
    """The reading of ``to_json``."""
    return Reading(
        data["kind"],
        rows=[
            Row(
                row["sheet"],
                row["row"],
                draft_of(row["draft"]) if row["draft"] else None,
                [Issue(**issue) for issue in row["issues"]],
                row["action"],
            )
            for row in data["rows"]
        ],
        sheets=[
            SheetNote(s["name"], s["role"], s["header_rows"], [Issue(**issue) for issue in s["issues"]])
            for s in data["sheets"]
        ],
    )


def _issue(issue: Issue) -> dict:
    return {name: getattr(issue, name) for name in _ISSUE}
