"""The anonymisation checklist of a case, before it is published."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.actions.anonymise import confirm
from courses.queries import anonymise, faults
from portal.access import access_of, require
from portal.actions.errors import Refused


@require("cases.check")
@require_http_methods(["GET", "POST"])
def case_check(request, pk):
    """Every finding in the newest text of the case; POST confirms that those left tell nothing."""
    page = anonymise.draft_of(pk)
    if page is None:
        raise Http404
    ticked = set(request.POST.getlist("confirmed"))
    if request.method == "POST":
        try:
            confirm(
                actor=request.user,
                now=timezone.now(),
                case=page,
                digest=request.POST.get("digest", ""),
                confirmed=ticked,
            )
            messages.success(request, _("脱敏核对已确认；文字再有改动须重新核对。"))
            return redirect("courses:case_check", pk=pk)
        except Refused as refused:
            messages.error(request, refused.message)
    report = anonymise.report_of(page)
    context = {
        "page": page,
        "report": report,
        "ticked": ticked | {line.finding.key for line in report.lines if line.confirmed},
        "others": faults.case_faults(page),
        "edit_url": reverse("wagtailadmin_pages:edit", args=[pk]) if access_of(request).can("cms.edit") else "",
    }
    return render(request, "courses/cases/check.html", context, status=422 if request.method == "POST" else 200)
