"""Taking lists out: options, the file, and the file of a large export."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from portal.access import access_of, require
from portal.models import Job
from portal.ui import AsOf
from staffing.actions import exports
from staffing.actions.errors import Refused
from staffing.actions.exports import Wanted
from staffing.forms.exports import ExportForm
from staffing.models import PostingKind
from staffing.queries.policies import basis_text
from staffing.views.address import asked_day
from staffing.views.people_list import asked, list_address


def as_file(made: exports.Made) -> FileResponse:
    """The file, to be saved and never kept by a cache in between."""
    response = FileResponse(made.file, as_attachment=True, filename=made.name)
    response["Cache-Control"] = "no-store, private"
    return response


@require("exports.make")
@require_http_methods(["GET", "POST"])
def people_export(request):
    """GET: what will be taken out, and in which form. POST: the file, or a job when it is large."""
    found = asked(request, request.scope)
    number = len(found.roll())
    form = ExportForm(request.POST or None, may_reveal=access_of(request).can("people.reveal"))
    if request.method == "POST" and form.is_valid():
        wanted = Wanted(
            unit=found.unit.code if found.unit else "",
            as_of=found.day.isoformat(),
            filters=found.filter.values,
            **form.cleaned_data,
        )
        try:
            if number > exports.AT_ONCE:
                job = exports.start_export(actor=request.user, now=timezone.now(), wanted=wanted)
                return redirect(reverse("portal:job", args=[job.pk]))
            return as_file(exports.make_export(actor=request.user, now=timezone.now(), wanted=wanted))
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    return render(
        request,
        "staffing/people/export.html",
        {
            "form": form,
            "found": found,
            "count": number,
            "large": number > exports.AT_ONCE,
            "back": list_address(found.query),
            "as_of": AsOf(found.day, found.today),
            "basis": basis_text(found.policy),
        },
        status=422 if form.errors else 200,
    )


@require("postings.view")
@require_http_methods(["GET", "POST"])
def postings_export(request):
    """The register that /postings/ shows with the same query string, as a workbook."""
    if not access_of(request).can("exports.make"):
        raise PermissionDenied
    day, _today = asked_day(request)
    state, kind = request.GET.get("state", "open"), request.GET.get("kind", "")
    if state not in ("", *exports.STATES) or kind not in ("", *PostingKind.values):
        raise Http404
    try:
        made = exports.make_posting_export(
            actor=request.user,
            now=timezone.now(),
            unit=request.GET.get("unit", ""),
            day=day,
            state=state,
            kind=kind,
            text=request.GET.get("q", "").strip()[:50],
            side=request.GET.get("side", ""),
        )
    except Refused as refused:
        if refused.field == "unit":
            raise Http404 from refused
        messages.warning(request, refused.message)
        return redirect(f"{reverse('staffing:postings')}?{request.GET.urlencode()}")
    return as_file(made)


@require("exports.make")
@require_GET
def download(request, pk):
    """The file of a large export: its owner's only, and only for a while."""
    job = get_object_or_404(Job, pk=pk, kind=exports.KIND, owner=request.user, state=Job.State.DONE)
    file = exports.file_of(job, timezone.now())
    if file is None:
        raise Http404
    return as_file(exports.Made(file, job.result["name"], job.total))
