"""What would happen to each row of a file: taken, a duplicate, for a human to decide, sent back. Pure.

Two rows are the same question when material, stem and the set of options agree; the first is taken. The same stem
with other options is a question of its own, and said so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exams.formats.draft import QuestionDraft, fingerprint, same_answer, stem_key
from exams.formats.model import Issue, Reading, Row

# Rows that are written: at once, or when the user takes the doubtful ones too.
TAKEN = ("accept", "fix")


@dataclass(frozen=True)
class Known:
    """A question the bank has: its number and draft."""

    number: int
    draft: QuestionDraft


def fingerprints(reading: Reading) -> list[str]:
    """Fingerprints of all drafts, noted in their rows."""
    for row in reading.rows:
        if row.draft is not None:
            row.print = fingerprint(row.draft)
    return [row.print for row in reading.rows if row.print]


def make_plan(
    reading: Reading,
    *,
    known: Mapping[str, Known],
    stems: Mapping[str, int],
    materials: Mapping[str, str],
    unknown: Mapping[str, list[str]],
    unreadable: Iterable[str] = (),
) -> Reading:
    """Give every row its final action, comparing with the file itself and with the bank.

    ``known``: fingerprint → the bank's question; ``stems``: stem key → a number in the bank; ``materials``: case code →
    the bank's material; ``unknown``: basis → articles the law library does not have; ``unreadable``: basis texts
    without any citation.
    """
    fingerprints(reading)
    unreadable = set(unreadable)
    _cases(reading.rows, materials)
    seen: dict[str, Row] = {}
    seen_stems: dict[str, Row] = {}
    for row in reading.rows:
        if row.draft is None or row.action in ("reject", "skip"):
            continue
        _basis(row, unknown, unreadable)
        if (there := known.get(row.print)) is not None:
            _same(row, there.draft, "IN_BANK", str(there.number))
        elif (first := seen.get(row.print)) is not None:
            _same(row, first.draft, "SAME_IN_FILE", first.place, first)
        else:
            seen[row.print] = row
            _stem(row, seen_stems, stems)
    return reading


def _same(row: Row, other: QuestionDraft, code: str, place: str, first: Row | None = None) -> None:
    """The same question again; with another answer nobody can tell which is right."""
    if same_answer(row.draft, other):
        row.issues.append(Issue(code, "stem", other=place, weight="duplicate"))
        row.action = "duplicate"
        return
    where = place if first is not None else f"题库第{place}题"
    row.issues.append(Issue("SAME_STEM_OTHER_ANSWER", "answer", other=where, weight="reject"))
    row.action = "reject"
    if first is not None and not any(issue.code == "SAME_STEM_OTHER_ANSWER" for issue in first.issues):
        first.issues.append(Issue("SAME_STEM_OTHER_ANSWER", "answer", other=row.place, weight="review"))
        first.action = "review"


def _stem(row: Row, seen: dict[str, Row], stems: Mapping[str, int]) -> None:
    key = stem_key(row.draft)
    if (first := seen.get(key)) is not None:
        row.issues.append(Issue("SAME_STEM", "options", other=first.place, weight="info"))
    elif key in stems:
        row.issues.append(Issue("SAME_STEM", "options", other=f"题库第{stems[key]}题", weight="info"))
    seen.setdefault(key, row)


def _cases(rows: list[Row], materials: Mapping[str, str]) -> None:
    """One case code, one material: in the file and in the bank."""
    first: dict[str, tuple[str, str]] = {code: (text, "题库") for code, text in materials.items()}
    for row in rows:
        draft = row.draft
        if draft is None or not draft.case_code or row.action in ("reject", "skip"):
            continue
        text, place = first.setdefault(draft.case_code, (draft.material, row.place))
        if text != draft.material:
            row.issues.append(Issue("MATERIAL_DIFFERS", "material", draft.case_code, other=place, weight="reject"))
            row.action = "reject"


def _basis(row: Row, unknown: Mapping[str, list[str]], unreadable: set[str]) -> None:
    basis = row.draft.basis
    if basis in unreadable:
        row.issues.append(Issue("BASIS_UNREADABLE", "basis", basis, weight="info"))
    elif missing := unknown.get(basis):
        row.issues.append(Issue("BASIS_UNKNOWN", "basis", "、".join(missing), weight="info"))
