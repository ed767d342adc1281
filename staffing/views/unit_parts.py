"""A unit's page in words: what it can and cannot do, who is there, what is missing, what moves. No rule of its own."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import figures as show
from portal.ui import Event, GapRow, Part
from staffing.models import UnitKind
from staffing.queries.figures import Figures
from staffing.queries.people_of import CATEGORIES, STANDINGS
from staffing.queries.unit_profile import Line, UnitPage
from staffing.rules.certificates import add_months
from staffing.views import gap_parts
from staffing.views.gap_asked import Asked

SOURCES = {
    "own": gettext_lazy("本编"),
    "deployed": gettext_lazy("派驻"),
    "borrowed": gettext_lazy("借入"),
    "lent": gettext_lazy("借出"),
    "sent": gettext_lazy("下派在外"),
    "auxiliary": gettext_lazy("辅助"),
}


def _own_reviewers(found: Asked, figures: Figures):
    """The reviewer line of this very unit when it is one that must have reviewers."""
    return next((row for row in figures.reviewers.units if row.unit.id == found.desk.unit.id), None)


def verdicts(found: Asked, figures: Figures) -> list[tuple[str, str, str]]:
    """(kind, tag, sentence): what the squad can and cannot do on the day."""
    if found.desk.unit.kind != UnitKind.SQUAD or not figures.has_people:
        return []
    need = found.desk.policy.certificate_minimum
    weak = {row.id: n for row, n in figures.certificates.squads_below_two}
    said = []
    if found.desk.unit.id in weak:
        words = _("在岗有效持证%(n)s人，不足%(need)s人，不能独立办案。") % {"n": weak[found.desk.unit.id], "need": need}
        said.append(("overdue", _("不能独立办案"), words))
    else:
        said.append(("met", _("可以办案"), _("在岗有效持证人数满足办案要求（不少于%(need)s人）。") % {"need": need}))
    row = _own_reviewers(found, figures)
    if row is not None and not row.qualified:
        words = _("没有合格的法制审核人员，应当法制审核的处罚，本队作不出决定。")
        said.append(("overdue", _("不能独立审核"), words))
    elif row is not None and row.qualified == 1:
        said.append(("short", _("脆弱"), _("合格的法制审核人员只有1人，该人离岗即无人审核。")))
    return said


def makeup_parts(page: UnitPage) -> list[Part]:
    """Officers at the unit by where they come from; who is out stands outside the sum."""
    m = page.makeup
    return [
        Part(str(SOURCES["own"]), m.own, tone=1),
        Part(str(SOURCES["deployed"]), m.deployed, tone=2),
        Part(str(SOURCES["borrowed"]), m.borrowed, tone=3),
        Part(str(SOURCES["auxiliary"]), m.auxiliaries, _("无执法资格，不计入在岗"), tone=4),
        Part(_("借出或下派在外"), m.lent + m.sent, _("编制或派驻在本单位，人在外"), tone=5),
    ]


def gap_rows(found: Asked, figures: Figures) -> list[GapRow]:
    """Everything the unit is short of, named: reviewers, certified officers, then the rest."""
    short = list(figures.reviewers.short_units)
    names = gap_parts.candidates(found, short)
    rows = [gap_parts.reviewer_gap(found, row, names) for row in short]
    rows += gap_parts.capacity_gaps(found, figures)
    return rows + gap_parts.other_gaps(found, figures)


CONCERNS = {
    "overdue": ("overdue", gettext_lazy("逾期%(n)s天未归位")),
    "expired": ("overdue", gettext_lazy("证件过期%(n)s天")),
    "aux_certificate": ("overdue", gettext_lazy("辅助人员持执法证")),
    "expiring": ("short", gettext_lazy("证件%(n)s天后到期")),
    "uncertified": ("short", gettext_lazy("无有效执法证")),
    "returns": ("short", gettext_lazy("%(n)s天内期满归位")),
    "hours": ("short", gettext_lazy("差%(n)s学时")),
    "retiring": ("plain", gettext_lazy("12个月内到龄退休")),
    "reviewer": ("met", gettext_lazy("法制审核")),
    "legal": ("info", gettext_lazy("法律职业资格，可任审核")),
}


def person_line(found: Asked, line: Line) -> dict:
    """A line of the unit's people: source, standing and what is amiss, in words."""
    person = line.person
    tags = [(CONCERNS[key][0], CONCERNS[key][1] % {"n": show.num(n)}) for key, n in line.concerns]
    return {
        "person": person,
        "url": found.person(person.id),
        "source": SOURCES[line.source],
        "category": CATEGORIES[person.category],
        "state": STANDINGS[person.state],
        "tags": tags,
        "out": line.source in ("lent", "sent"),
    }


def events(found: Asked, page: UnitPage) -> list[Event]:
    """Postings as a timeline, newest first; what is still to come is marked as planned."""
    day, told = found.day, []
    for row in page.moves:
        who = {"name": row.person.name, "kind": row.get_kind_display(), "place": row.place}
        url = found.person(row.person_id)
        if row.end and row.end <= day:
            told.append(Event(row.end, _("%(name)s归位（%(kind)s %(place)s）") % who, row.doc_no, url=url))
        elif row.due and row.due < day:
            told.append(Event(row.due, _("%(name)s%(kind)s到期，尚未登记归位") % who, row.doc_no, url=url))
        elif row.due and row.due <= add_months(day, 12):
            text = _("%(name)s%(kind)s期满归位（计划）") % who
            told.append(Event(row.due, text, row.doc_no, state="planned", url=url))
        if row.start_known:
            told.append(Event(row.start, _("%(name)s%(kind)s到%(place)s") % who, row.doc_no, url=url))
    return sorted(told, key=lambda event: event.date, reverse=True)[:12]
