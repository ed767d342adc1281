"""Lost and corrected cases: what followed from each, and making something follow."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courses.forms.cases import FollowForm, initial_of
from courses.models import CaseOrigin
from courses.queries import cases_office as queries
from portal.access import access_of, require
from portal.ui import Count

PAGE = 30


@require("cases.check")
@require_GET
def case_office(request):
    """All cases; those from which something must follow and nothing has come first."""
    origin = request.GET.get("origin", "")
    lines = queries.office_list(timezone.localdate().year)
    counts = [
        Count(label, sum(line.case.origin == value for line in lines), f"?origin={value}", current=origin == value)
        for value, label in CaseOrigin.choices
    ]
    shown = [line for line in lines if origin not in CaseOrigin.values or line.case.origin == origin]
    context = {
        "counts": [Count(_("全部"), len(lines), "?", current=origin not in CaseOrigin.values), *counts],
        "page": Paginator(shown, PAGE).get_page(request.GET.get("page")),
        "waiting": sum(line.waiting for line in lines),
        "can_follow": access_of(request).can("assignments.edit"),
        "can_edit": access_of(request).can("cms.edit"),
    }
    return render(request, "courses/cases/office.html", context)


@require("assignments.edit")
@require_http_methods(["GET", "POST"])
def case_follow(request, pk):
    """One case: what followed so far; and units, lesson and quiz in one form."""
    case = queries.case_of(pk)
    if case is None:
        raise Http404
    now = timezone.now()
    today = timezone.localdate(now)
    form = FollowForm(
        request.POST or None, case=case, scope=request.scope, today=today, initial=initial_of(case, today)
    )
    if request.method == "POST" and form.is_valid():
        made = form.follow(actor=request.user, now=now)
        if made:
            messages.success(request, _("已布置：%(title)s。") % {"title": made.assignment.title})
            return redirect("courses:case_follow", pk=pk)
    context = {"form": form, "follow": queries.follow_of(case, request.scope, now), "case": case}
    return render(request, "courses/cases/follow.html", context, status=422 if form.errors else 200)
