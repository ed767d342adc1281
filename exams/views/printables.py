"""Papers of an exam day: one's own ticket and certificate at once, a sitting's by a job."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from exams.actions import printables as actions
from exams.actions import transcripts
from exams.forms.printables import PrintForm
from exams.models import PassCertificate, Registration
from exams.queries import certificates
from exams.queries import printables as queries
from exams.views.rooms import KEY, reach
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.models import Job
from portal.ui import Link

# Finished and waiting jobs shown beside the form.
RECENT = 8


def _may_print(request, registration: Registration) -> bool:
    """One's own; of the units one registers for; of the sittings one runs."""
    access = access_of(request)
    return (
        registration.person.user_id == request.user.pk
        or access.scope("registrations.edit").covers(registration.unit.path)
        or access.scope("rooms.edit").covers(registration.sitting.unit.path)
    )


def _as_pdf(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store, private"
    return response


@require("tickets.print")
@require_GET
def ticket(request, pk):
    """/exams/tickets/<registration>/: the admission ticket as PDF."""
    rows = Registration.objects.select_related("person", "unit", "sitting__unit", "seat__batch", "seat__room__site")
    registration = get_object_or_404(rows, pk=pk)
    if not _may_print(request, registration):
        raise Http404
    try:
        body = actions.make_ticket(actor=request.user, now=timezone.now(), registration=registration)
    except Refused as refused:
        raise Http404 from refused
    return _as_pdf(body, _("准考证_%(no)s.pdf") % {"no": registration.exam_no or registration.pk})


@require("tickets.print")
@require_GET
def transcript(request, pk):
    """/exams/transcripts/<registration>/: the candidate's result as PDF, once it is released."""
    rows = Registration.objects.select_related("person", "unit", "sitting__unit")
    registration = get_object_or_404(rows, pk=pk)
    if not _may_print(request, registration):
        raise Http404
    try:
        body = transcripts.make_transcript(actor=request.user, now=timezone.now(), registration=registration)
    except Refused as refused:
        raise Http404 from refused
    return _as_pdf(body, _("成绩单_%(no)s.pdf") % {"no": registration.exam_no or registration.pk})


@require("tickets.print")
@require_GET
def certificate_pdf(request, serial):
    """/exams/certificates/<serial>/pdf/: the pass certificate as PDF, with scores for ``?scores=1``."""
    try:
        certificate = certificates.find(serial)
    except PassCertificate.DoesNotExist as error:
        raise Http404 from error
    if not _may_print(request, certificate.registration):
        raise Http404
    try:
        body = actions.make_certificate(
            actor=request.user,
            now=timezone.now(),
            certificate=certificate,
            scores=request.GET.get("scores") == "1",
        )
    except Refused as refused:
        raise PermissionDenied(refused.message) from refused
    return _as_pdf(body, _("合格证明_%(no)s.pdf") % {"no": certificate.serial})


@require("rooms.edit")
@require_http_methods(["GET", "POST"])
def printables(request, code):
    """/exams/sittings/<code>/printables/: choose what; a job draws it, and its page leads to the file."""
    sitting = reach(request, code)
    form = PrintForm(request.POST or None, rooms=queries.rooms_of(sitting), sitting=sitting)
    if request.method == "POST" and form.is_valid():
        job = form.save(actions.start_printing, actor=request.user, now=timezone.now())
        if job is not None:
            return redirect(reverse("portal:job", args=[job.pk]))
    mine = Job.objects.filter(owner=request.user, kind=actions.KIND).order_by("-created_at")[: RECENT * 3]
    context = {
        "sitting": sitting,
        "crumbs": [
            Link(_("考务"), reverse("exams:sittings")),
            Link(sitting.title, reverse("exams:sitting", args=[sitting.code])),
        ],
        "form": form,
        "recent": [job for job in mine if job.args.get("sitting") == sitting.code][:RECENT],
        "active_key": KEY,
    }
    return render(request, "exams/rooms/printables.html", context, status=422 if form.errors else 200)


@require("rooms.edit")
@require_GET
def printable_file(request, pk):
    """The file of a finished job: its owner's only, and only for a while."""
    job = get_object_or_404(Job, pk=pk, kind=actions.KIND, owner=request.user, state=Job.State.DONE)
    file = actions.file_of(job, timezone.now())
    if file is None:
        raise Http404
    response = FileResponse(file, as_attachment=True, filename=job.result["name"])
    response["Cache-Control"] = "no-store, private"
    return response
