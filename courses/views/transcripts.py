"""学习档案 as PDF: one's own, and those of the people in scope."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.actions.transcripts import make_transcript
from courses.queries.own import own_person
from portal.access import require
from portal.actions.errors import Refused
from staffing.models import Person
from staffing.views.facts import reach


def _pdf(request, person: Person) -> HttpResponse:
    body = make_transcript(actor=request.user, now=timezone.now(), person=person)
    response = HttpResponse(body, content_type="application/pdf")
    name = _("学习档案_%(no)s.pdf") % {"no": person.staff_no}
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store, private"
    return response


@require("learn.take")
@require_GET
@never_cache
def transcript(request):
    """/learning/transcript/: one's own."""
    try:
        person = own_person(request.user)
    except Refused as refused:
        raise Http404 from refused
    return _pdf(request, person)


@require("compliance.view")
@require_GET
@never_cache
def person_transcript(request, pk):
    """/learning/office/people/<pk>/transcript/: of somebody in scope; audited."""
    return _pdf(request, reach(request, pk))
