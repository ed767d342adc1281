"""A unit's profile on one A4 page, for a leader's desk."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.access import require
from portal.pdf import render
from staffing.actions import exports
from staffing.models import EmpowerMode, UnitKind
from staffing.queries.unit_profile import unit_page
from staffing.views import unit_parts
from staffing.views.gap_asked import asked

# Lines that fit under the figures on one page; gaps come first, people fill the rest, who needs attention before
# others.
LINES = 30
GAPS = 6


@require("units.view")
@require_GET
def unit_pdf(request, code):
    """/units/<code>/profile.pdf: the figures of the unit's page, its named gaps, its people; IDs masked."""
    found = asked(request, request.scope, code)
    figures, page = found.desk.figures(), unit_page(found.desk)
    gaps = unit_parts.gap_rows(found, figures)
    room = LINES - 2 * min(len(gaps), GAPS)
    unit = found.desk.unit
    shown, now = page.lines[:room], timezone.now()
    body = render(
        "staffing/pdf/unit.html",
        {
            "title": unit.name,
            "unit": unit,
            "kind": dict(UnitKind.choices).get(unit.kind, ""),
            "mode": dict(EmpowerMode.choices).get(unit.mode, ""),
            "as_of": found.as_of,
            "basis": found.basis,
            "policy": found.desk.policy,
            "printed_by": str(request.user),
            "printed_at": now,
            "figures": figures,
            "page": page,
            "verdicts": unit_parts.verdicts(found, figures),
            "gaps": gaps[:GAPS],
            "more_gaps": max(0, len(gaps) - GAPS),
            "lines": [unit_parts.person_line(found, line) for line in shown],
            "more_people": max(0, page.people - len(shown)),
        },
    )
    exports.note_profile(actor=request.user, now=now, unit=unit, day=found.day, people=len(shown))
    name = _("%(unit)s画像_%(day)s.pdf") % {"unit": unit.name, "day": found.day.isoformat()}
    response = HttpResponse(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store, private"
    return response
