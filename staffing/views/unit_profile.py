"""A unit's own page: can this squad handle a case, who is there, what is missing."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.access import access_of, require
from staffing.models import EmpowerMode, UnitKind
from staffing.queries.unit_profile import unit_page
from staffing.views import unit_parts
from staffing.views.gap_asked import asked
from staffing.views.gaps import structure


@require("units.view")
@require_GET
def unit(request, code):
    """/units/<code>/: the profile of a squad or any other unit."""
    found = asked(request, request.scope, code)
    figures = found.desk.figures(children=True)
    page = unit_page(found.desk)
    return render(
        request,
        "staffing/gaps/unit.html",
        {
            "asked": found,
            "unit": found.desk.unit,
            "kind": dict(UnitKind.choices).get(found.desk.unit.kind, ""),
            "mode": dict(EmpowerMode.choices).get(found.desk.unit.mode, ""),
            "as_of": found.as_of,
            "basis": found.basis,
            "policy": found.desk.policy,
            "picker": found.picker("staffing:unit"),
            "figures": figures,
            "page": page,
            "verdicts": unit_parts.verdicts(found, figures),
            "parts": unit_parts.makeup_parts(page),
            "gaps": unit_parts.gap_rows(found, figures),
            "lines": [unit_parts.person_line(found, line) for line in page.lines],
            "events": unit_parts.events(found, page),
            "links": {
                key: found.people(key)
                for key in ("in_post", "officers", "reviewers", "certificates", "hours", "retire_12", "postings_open")
            },
            "people_url": found.page("staffing:people"),
            "board_url": found.page("staffing:gaps"),
            "pdf_url": reverse("staffing:unit_pdf", args=[code]),
            "structure": found.drawn(
                "staffing/gaps/structure_unit.html",
                lambda: {"s": structure(found, figures.profile, title=_("年龄与学历"))},
            ),
            "units": found.drawn(
                "staffing/gaps/units_profile.html",
                lambda: {"children": [(child, found.profile(child.unit)) for child in figures.children]},
            ),
            "may_edit": access_of(request).can("units.edit"),
        },
    )
