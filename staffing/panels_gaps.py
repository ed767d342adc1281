"""What figures contribute to the home page."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.access import access_of
from portal.models import Role
from portal.shell import HomeItem, HomePanel
from portal.ui import AsOf, Link
from staffing.models import Unit
from staffing.queries.gaps import Desk
from staffing.views import gap_parts
from staffing.views.gap_asked import Asked

OVERVIEW = {Role.LEGAL, Role.LEADER, Role.HR}
OWN = {Role.SQUAD_LEAD, Role.CLERK, Role.TOWN}


def panels(request) -> list[HomePanel]:
    """Four headline figures for whoever may see figures; named gaps as work for the rule-of-law office and units."""
    access = access_of(request)
    scope = access.scope("gaps.view")
    if not scope:
        return []
    day = timezone.localdate()
    try:
        desk = Desk(None, day, scope=scope)
    except Unit.DoesNotExist:
        return []
    asked = Asked(desk, AsOf(day, day, desk.facts.earliest))
    figures = desk.figures()
    if not figures.has_people:
        return []
    tiles = gap_parts.tiles(asked, figures)
    if access.roles & {Role.TRAINING} and not access.roles & (OVERVIEW | OWN):
        tiles = [gap_parts.hours_tile(asked, figures)]
    found = [
        HomePanel(
            "figures",
            order=10,
            template="staffing/gaps/home.html",
            context={
                "tiles": tiles,
                "title": desk.unit.label,
                "more": Link(_("缺口看板"), asked.page("staffing:gaps")),
            },
        )
    ]
    if access.roles & (OVERVIEW | OWN):
        found.append(HomePanel("todo", order=20, items=_work(asked, figures, access)))
    return found


def _work(asked: Asked, figures, access) -> list[HomeItem]:
    items = []
    r, c = figures.reviewers, figures.certificates
    if r.sum_of_unit_gaps and access.roles & {Role.LEGAL, Role.LEADER, *OWN}:
        worst = sorted(r.short_units, key=lambda row: -row.gap)[:3]
        names = _("、").join(row.unit.label for row in worst)
        more = _("等%(n)s个单位") % {"n": len(r.short_units)} if len(r.short_units) > 3 else ""
        items.append(
            HomeItem(
                _("%(names)s%(more)s缺法制审核人员") % {"names": names, "more": more},
                asked.page("staffing:gaps") + "#reviewers",
                "short",
                _("缺%(n)s人") % {"n": r.sum_of_unit_gaps},
            )
        )
    if c.squads_below_two:
        names = _("、").join(unit.label for unit, _n in c.squads_below_two[:3])
        more = _("等%(n)s个中队") % {"n": len(c.squads_below_two)} if len(c.squads_below_two) > 3 else ""
        items.append(
            HomeItem(
                _("%(names)s%(more)s在岗有效持证不足，不能独立办案") % {"names": names, "more": more},
                asked.page("staffing:gaps") + "#certificates",
                "overdue",
                _("不能办案"),
            )
        )
    if c.aux_with_certificate:
        items.append(
            HomeItem(
                _("辅助人员持有执法证，须核查"),
                asked.people("aux_with_certificate"),
                "overdue",
                _("%(n)s人") % {"n": c.aux_with_certificate},
            )
        )
    if access.roles & OWN and asked.desk.unit.code:
        hours = figures.hours
        if hours.short and hours.recorded:
            items.append(
                HomeItem(
                    _("%(year)s年学时尚未达标") % {"year": hours.year},
                    asked.people("hours", "missing"),
                    "short",
                    _("%(n)s人") % {"n": hours.short},
                )
            )
        items.append(
            HomeItem(
                _("本单位画像：在岗、持证、审核、学时"),
                reverse("staffing:unit", args=[asked.desk.unit.code]),
                "info",
                _("查看"),
            )
        )
    return items
