"""A plan of questions as its preview shows it, and the user's own workbook with remarks."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exams.formats.messages import field_name
from exams.formats.model import ACTIONS, Issue, Reading, Row
from exams.formats.values import KIND_LABELS
from exams.models import ExamImport
from portal.sheets import Note, annotate_book, column_index
from portal.templatetags.portal_ui import ACTIONS as WORDS
from portal.ui import Count, IssueLine
from staffing import files

TOLD = ("fix", "duplicate", "review", "reject")
TABLES = {"xlsx", "xls", "et", "csv"}


@dataclass(frozen=True)
class RowLine:
    """One row of the preview."""

    place: str
    stem: str
    kind: str
    action: str
    issues: tuple[IssueLine, ...]


def lang() -> str:
    """The language of the viewer, as the messages of formats know it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def counts(reading: Reading, chosen: str) -> list[Count]:
    """All rows and each action that occurs, as filters."""
    totals = reading.totals
    found = [Count(_("全部"), len(reading.rows), "?", not chosen)]
    for action in ACTIONS:
        if totals[action]:
            kind, word, icon = WORDS[action]
            found.append(Count(str(word), totals[action], f"?action={action}", chosen == action, kind, icon))
    return found


def sheets_of(reading: Reading) -> list[dict]:
    """The file's sheets in words."""
    return [
        {
            "name": sheet.name,
            "role": sheet.role,
            "header_rows": sheet.header_rows,
            "issues": [issue.text(lang()) for issue in sheet.issues],
        }
        for sheet in reading.sheets
    ]


def rows_of(reading: Reading, action: str) -> list[Row]:
    """Rows with one action; without one, what wants a look stands first."""
    if action in ACTIONS:
        return [row for row in reading.rows if row.action == action]
    order = {"reject": 0, "review": 1, "fix": 2, "duplicate": 3, "accept": 4, "skip": 5}
    return sorted(reading.rows, key=lambda row: order[row.action])


def line_of(row: Row) -> RowLine:
    """A row of the reading as the preview shows it."""
    draft = row.draft
    place = _("%(sheet)s 第%(row)s行") if row.sheet else _("第%(row)s题")
    return RowLine(
        place=place % {"sheet": row.sheet, "row": row.row},
        stem=draft.stem if draft else "",
        kind=KIND_LABELS.get(draft.kind, draft.kind) if draft else "",
        action=row.action,
        issues=tuple(_issue(issue) for issue in row.issues),
    )


def _issue(issue: Issue) -> IssueLine:
    return IssueLine(
        field_name(issue.field, lang()) if issue.field else "",
        _short(issue.raw),
        _short(issue.fixed),
        issue.text(lang()),
        col=issue.col,
    )


def _short(value) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def annotated(batch: ExamImport, reading: Reading) -> bytes | None:
    """The uploaded table with a remark in each cell concerned; None for formats without cells."""
    if reading.kind not in TABLES or not batch.file:
        return None
    notes, actions = [], {}
    for row in reading.rows:
        if row.action != "skip":
            actions[row.sheet, row.row] = row.action
        if row.action in TOLD:
            notes += [
                Note(row.sheet, row.row, column_index(i.col) if i.col else None, i.text(lang()), row.action)
                for i in row.issues
                if i.weight != "info"
            ]
    suffix = os.path.splitext(batch.file)[1]
    with files.clear_copy(batch.file, suffix) as path, tempfile.TemporaryDirectory(prefix="portal-") as folder:
        out = Path(folder) / "annotated.xlsx"
        annotate_book(path, out, notes, actions, name=batch.file_name)
        return out.read_bytes()
