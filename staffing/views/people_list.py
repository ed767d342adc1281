"""The people list: who matches, on which day."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote_plus, urlencode

from django.core.paginator import Paginator
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal import crypto
from portal.access import NOWHERE, access_of, require
from portal.ui import AsOf, Chip, PersonRow, UnitNode, UnitPicker
from staffing.access import may_see_private
from staffing.filters import MORE, PeopleList, id_in, people_asked
from staffing.models import Category, EndReason, Unit, UnitKind
from staffing.queries import people_list
from staffing.queries.people_list import Line
from staffing.queries.policies import basis_text
from staffing.views.address import asked_day, asked_unit

KEPT = ("unit", "as_of")


def asked(request, scope, data=None) -> PeopleList:
    """The list that ``request`` asks for; an invalid search matches nobody and tells why in the form."""
    day, today = asked_day(request)
    unit = asked_unit(request, scope)
    return people_asked(
        scope,
        day=day,
        today=today,
        unit=unit,
        data=request.GET if data is None else data,
        private=may_see_private(access_of(request), scope, unit),
    )


def list_address(query: str) -> str:
    """Address of the people list with this query string."""
    return f"{reverse('staffing:people')}?{query}" if query else reverse("staffing:people")


@require("people.view")
@require_GET
def people(request):
    """/people/: filters, count, table, pager."""
    found = asked(request, request.scope)
    if number := id_in(found.filter.values.get("q", "")):
        # Somebody typed the number into an address: it is taken out of it at once.
        values = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
        query = urlencode({**values, "key": crypto.blind_index(number)})
        return HttpResponseRedirect(f"{reverse('staffing:people')}?{query}")
    keys = found.roll()
    page = Paginator(keys, people_list.PAGE).get_page(request.GET.get("page"))
    show = Shown(request, found)
    rows = [show.row(line) for line in people_list.page_lines(page.object_list, found.day)]
    return render(
        request,
        "staffing/people/list.html",
        {
            "found": found,
            "form": found.filter.form,
            "more": [found.filter.form[name] for name in MORE if name in found.filter.form.fields],
            "more_open": any(name in found.filter.values for name in MORE),
            "chips": [
                Chip(
                    _("%(label)s：%(words)s") % {"label": label, "words": words} if name != "key" else label,
                    list_address(found.without(name)),
                )
                for name, label, words in found.filter.described()
            ],
            "relaxed": _relaxed(request, found) if not len(keys) else [],
            "count": len(keys),
            "page": page,
            "rows": rows,
            "picker": _picker(request, found),
            "as_of": AsOf(found.day, found.today),
            "basis": basis_text(found.policy),
            "unit": found.unit,
            "may_export": access_of(request).can("exports.make"),
            "may_add": access_of(request).can("people.edit"),
        },
    )


@require("people.view")
@require_POST
def search(request):
    """Takes the filter form and answers with the list's address: a full ID number becomes its keyed hash there."""
    data = request.POST.copy()
    data.pop("key", None)
    found = asked(request, request.scope, data)
    if not found.filter.form.is_valid():
        wrong = found.filter.form["q"].errors
        return render(
            request,
            "staffing/people/list.html",
            {
                "found": found,
                "form": found.filter.form,
                "more": [found.filter.form[name] for name in MORE if name in found.filter.form.fields],
                "error": wrong[0] if wrong else _("筛选条件不能识别，请重新选择。"),
                "picker": _picker(request, found),
                "as_of": AsOf(found.day, found.today),
                "unit": found.unit,
            },
            status=422,
        )
    values = dict(found.filter.values)
    if number := id_in(values.get("q", "")):
        values = {"key": crypto.blind_index(number)}
    kept = {name: request.GET.get(name, "") for name in KEPT}
    query = urlencode({name: value for name, value in {**kept, **values}.items() if value})
    return HttpResponseRedirect(f"{reverse('staffing:people')}?{query}" if query else reverse("staffing:people"))


def _relaxed(request, found: PeopleList) -> list[tuple[str, int, str]]:
    """For an empty list (ux.md §6.4): which filter to take off, how many that finds, and the address."""
    hints = []
    for name, label, words in found.filter.described():
        if name in ("q", "key") and len(found.filter.values) > 1:
            continue
        data = {key: value for key, value in found.filter.values.items() if key != name}
        number = len(asked(request, request.scope, data).roll())
        if number:
            hints.append((words if name != "key" else label, number, list_address(found.without(name))))
    return hints[:3]


def _picker(request, found: PeopleList) -> UnitPicker:
    address = reverse("staffing:people")
    rest = {name: value for name, value in found.filter.values.items() if name not in ("key", "q")}
    if found.day != found.today:
        rest["as_of"] = str(found.day)
    units = list(Unit.objects.within(request.scope).order_by("path"))
    # get_…_display() translates every choice on every call: far too much for some hundred units.
    kinds = {value: str(label) for value, label in UnitKind.choices}
    carried = urlencode(rest)
    top = min((unit.depth for unit in units), default=1)
    nodes = [UnitNode("", _("全部单位"), f"{address}?{carried}".rstrip("?"), current=found.unit is None)]
    nodes += [
        UnitNode(
            unit.code,
            unit.name,
            f"{address}?unit={quote_plus(unit.code)}&{carried}".rstrip("&"),
            depth=unit.depth - top,
            kind=kinds.get(unit.kind, ""),
            current=unit == found.unit,
        )
        for unit in units
    ]
    return UnitPicker(nodes, found.unit.name if found.unit else _("全部单位"))


class Shown:
    """How lines look to this viewer: which links and which facts."""

    def __init__(self, request, found: PeopleList):
        self.found = found
        self.categories = {value: str(label) for value, label in Category.choices}
        access = access_of(request)
        self.reveal = access.scope("people.reveal") if access.can("people.reveal") else NOWHERE
        self.suffix = f"?as_of={found.day}" if found.day != found.today else ""

    def row(self, line: Line) -> PersonRow:
        person, base = line.person, line.base
        last = line.units.get(line.membership.unit_id) if line.membership else None
        places = [last.name] if last else []
        if line.home and base and base != line.home:
            places.append(base.name)
        may_reveal = line.home is not None and person.id_masked and self.reveal.covers(line.home.path)
        return PersonRow(
            name=person.name,
            url=reverse("staffing:person", args=[person.pk]) + self.suffix,
            units=" → ".join(places),
            category=self.categories[line.membership.category] if line.membership else "",
            id_masked=person.id_masked,
            cert=self._certificate(line),
            reveal_url=reverse("staffing:person_reveal", args=[person.pk]) if may_reveal else "",
            tags=self._tags(line),
            state="left" if line.left else "out" if line.away else "normal",
            note=person.staff_no,
        )

    def _certificate(self, line: Line) -> str:
        held = line.held.get("enforce")
        return (held.number or _("有证，编号未登记")) if held else ""

    def _tags(self, line: Line) -> list[tuple[str, str]]:
        day, tags = self.found.day, []
        if line.left:
            row = line.membership
            why = EndReason(row.end_reason).label if row and row.end_reason else _("离队")
            return [("plain", f"{why} {row.end.isoformat() if row and row.end else ''}".strip())]
        if line.away:
            words = f"{line.away.get_kind_display()} {line.away_to}".strip()
            late = (day - line.away.due).days if line.away.due else 0
            if late > 0:
                tags.append(("overdue", _("%(what)s，逾期%(n)s天") % {"what": words, "n": late}))
            else:
                tags.append(("info", words))
        if line.deployed:
            tags.append(("info", line.deployed.get_kind_display()))
        if line.leave:
            tags.append(("plain", _("请假")))
        if line.membership.category == "officer":
            tags += self._certificate_tag(line, day)
        if "reviewer" in line.held and line.held["reviewer"].state == "valid":
            tags.append(("met", _("法制审核")))
        return tags

    def _certificate_tag(self, line: Line, day: date) -> list[tuple[str, str]]:
        policy = self.found.policy
        standing = people_list.certificate(line, day, policy.certificate_months, policy.certificate_alerts[0])
        match standing.state:
            case "none" | "other":
                return [("short", _("无有效执法证"))]
            case "expired":
                past = _("执法证过期%(n)s天") % {"n": -standing.days} if standing.days else _("执法证已过期")
                return [("overdue", past)]
            case "suspended":
                return [("short", _("执法证暂扣"))]
            case "expiring":
                return [("short", _("执法证%(n)s天后到期") % {"n": standing.days})]
        return []
