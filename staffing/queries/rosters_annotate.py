"""The uploaded workbook given back with what happened to each cell: comments, colours and a list of everything to
mend.
"""

from __future__ import annotations

from portal.sheets import Note, annotate_book
from staffing.roster.messages import warning_text

_TOLD = ("fix", "merge", "duplicate", "review", "reject")


def annotate(source: str, plan, out: str, *, name: str = "", refused=frozenset(), lang: str = "zh") -> None:
    """Write the annotated copy of ``source`` to ``out``. ``refused``: (sheet, row) left out because of the scope."""
    notes, actions = [], {}
    for row in plan.rows:
        place = (row.sheet, row.row)
        if row.action != "skip":
            actions[place] = "reject" if place in refused else row.action
        if place in refused:
            notes.append(Note(sheet=row.sheet, row=row.row, col=None, text=out_of_scope(row.row), action="reject"))
        elif row.action in _TOLD:
            for issue in row.issues:
                text = issue.message if lang == "zh" else issue.text(lang)
                notes.append(
                    Note(
                        sheet=row.sheet, row=row.row, col=_column(issue.col), text=text or issue.code, action=row.action
                    )
                )
        for code in row.warnings:
            text = warning_text(code, lang)
            notes.append(Note(sheet=row.sheet, row=row.row, col=None, text=text, action=row.action))
    annotate_book(source, out, notes, actions, name=name)


def out_of_scope(row: int) -> str:
    """Said of a row that names a unit or a person outside the importer's scope; it must not tell which."""
    from django.utils.translation import gettext as _

    return _("第%(row)s行需上级政工部门核对后导入，其余行可继续。") % {"row": row}


def _column(letter: str | None) -> int | None:
    if not letter:
        return None
    number = 0
    for character in letter:
        number = number * 26 + ord(character) - 64
    return number - 1
