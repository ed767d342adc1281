"""What a figures page was asked for: unit, day, and the addresses that carry both on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.access import access_of
from portal.ui import AsOf, Link, UnitNode, UnitPicker
from staffing.access import may_see_private
from staffing.models import Unit, UnitKind
from staffing.queries.facts import derived
from staffing.queries.gaps import Desk
from staffing.queries.people_of import is_restricted
from staffing.queries.policies import basis_text
from staffing.queries.unit_tree import UnitInfo
from staffing.views.address import asked_day


@dataclass(frozen=True)
class Asked:
    """The desk of a request with what its page needs around the figures."""

    desk: Desk
    as_of: AsOf
    # May the viewer see restricted facts of everybody here? Numbers are for all, the lists behind some are not.
    private: bool = False

    @property
    def day(self) -> date:
        return self.as_of.date

    @property
    def basis(self) -> str:
        return basis_text(self.desk.policy)

    def carried(self, unit: UnitInfo | None = None) -> dict[str, str]:
        """``unit`` and ``as_of`` for a link; today is not written, so that the link stays true tomorrow."""
        unit = unit or self.desk.unit
        found = {"unit": unit.code} if unit.code else {}
        if not self.as_of.is_today:
            found["as_of"] = self.day.isoformat()
        return found

    def page(self, name: str, unit: UnitInfo | None = None, **more) -> str:
        """Address of another page of this area about a unit."""
        query = urlencode({**self.carried(unit), **more})
        return f"{reverse(name)}?{query}" if query else reverse(name)

    def people(self, figure: str, side: str = "numerator", unit: UnitInfo | None = None) -> str:
        """Address of the list behind a figure; "" when the viewer may not open it."""
        if is_restricted(figure) and not self.private:
            return ""
        return self.page("staffing:gap_people", unit, figure=figure, **({"side": side} if side != "numerator" else {}))

    def profile(self, unit: UnitInfo) -> str:
        """Address of a unit's own page."""
        if not unit.code:
            return ""
        suffix = "" if self.as_of.is_today else f"?as_of={self.day.isoformat()}"
        return reverse("staffing:unit", args=[unit.code]) + suffix

    def person(self, pk: int) -> str:
        """Address of a person's page."""
        suffix = "" if self.as_of.is_today else f"?as_of={self.day.isoformat()}"
        return reverse("staffing:person", args=[pk]) + suffix

    def drawn(self, template: str, make) -> str:
        """A part of a page that depends on the figures alone, drawn once for unit, day, scope and language.

        ``make`` gives the template's context. It must not hold anything of the viewer but the scope and ``private``.
        """
        desk = self.desk
        name = (template, desk.index, self.as_of, desk.policy, desk.scope, self.private, get_language())
        return derived(desk.key, name, lambda: render_to_string(template, make()), family="drawn", keep=60)

    def picker(self, name: str = "staffing:gaps") -> str:
        """The unit picker, drawn: units in the viewer's scope with their missing reviewers."""
        template = "staffing/gaps/picker_unit.html" if name == "staffing:unit" else "staffing/gaps/picker.html"
        return self.drawn(template, lambda: {"picker": self._picker(name)})

    def _picker(self, name: str) -> UnitPicker:
        desk, kinds = self.desk, {key: str(label) for key, label in UnitKind.choices}
        gaps = desk.table().gap_sums()
        units = [(i, info) for i, info in enumerate(desk.tree.units) if desk.covers(i)]
        top = min((info.depth for _i, info in units), default=1)
        nodes = []
        if desk.unit.id is None:
            nodes.append(UnitNode("", _("全部单位"), self.page(name, desk.unit), current=True))
        for i, info in units:
            if not desk.table().shows(i):
                continue
            nodes.append(
                UnitNode(
                    info.code,
                    info.name,
                    self.profile(info) if name == "staffing:unit" else self.page(name, info),
                    depth=min(info.depth - top, 5),
                    kind=kinds.get(info.kind, ""),
                    gap=gaps[i],
                    current=i == desk.index,
                )
            )
        crumbs = [Link(above.label, self.page("staffing:gaps", above)) for above in desk.ancestors()]
        return UnitPicker(nodes, desk.unit.label, crumbs)


def asked(request, scope, code: str | None = None) -> Asked:
    """Unit and day of a request. Raises Http404 for a unit that is not there or lies outside ``scope``."""
    day, today = asked_day(request)
    code = request.GET.get("unit", "") if code is None else code
    try:
        desk = Desk(None, day, scope=scope)
        if code:
            desk = desk.of(code)
    except Unit.DoesNotExist:
        raise Http404 from None
    private = may_see_private(access_of(request), scope, desk.unit if desk.unit.code else None)
    return Asked(desk, AsOf(day, today, desk.facts.earliest), private)
