"""Figures and the lists behind them as workbooks. Every file is a row in the audit trail before anybody holds it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from staffing.actions.exports import Made, write_file
from staffing.queries.figures import Figures
from staffing.queries.people_of import People
from staffing.queries.policies import basis_text
from staffing.resources import heading, in_file_language
from staffing.resources_gaps import GapResource, sheet_of


def export_people(*, actor, now, people: People, private: bool = False) -> Made:
    """The list behind a figure, ID numbers masked, with what it lists, day and policy above the table.

    ``private``: with the age in years.
    """
    with in_file_language():
        title = f"{people.unit.name} {people.label}"
        note = _note(title, _("共%(n)s人，截至%(day)s") % {"n": people.count, "day": people.as_of}, people, actor, now)
        sheet = sheet_of(people)().sheet(_("名单"), people.rows(), note=note, private=private)
        what = {"figure": people.figure.key, "side": people.side}
        return _write(sheet, title, people.count, people, actor, now, what)


def export_figures(*, actor, now, figures: Figures) -> Made:
    """Figures of a unit and the units one level below, one line each."""
    with in_file_language():
        title = _("%(unit)s 队伍资格缺口") % {"unit": figures.unit.name}
        note = _note(title, _("截至%(day)s") % {"day": figures.as_of}, figures, actor, now)
        rows = (figures, *figures.children)
        sheet = GapResource().sheet(_("缺口"), rows, note=note)
        return _write(sheet, title, len(rows), figures, actor, now, {"figure": "board"})


def _note(title, words, source, actor, now) -> str:
    return heading(title, words, by=actor, now=now, basis=f"{basis_text(source.policy)} {source.policy.legal_basis}")


def _write(sheet, title, number, source, actor, now, what) -> Made:
    day = source.as_of.isoformat()
    told = {"unit_code": source.unit.code, "what": "gaps", "as_of": day, **what}
    return write_file(sheet, actor=actor, now=now, name=f"{title}_{day}.xlsx", rows=number, **told)
