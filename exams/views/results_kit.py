"""What the pages of marking, results, appeals and the archive share."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from exams.models.sittings import Sitting
from exams.queries import sittings
from portal.access import Scope, access_of
from portal.actions.errors import Refused
from portal.ui import Confirm


def office_sitting(request, code: str) -> Sitting:
    """A sitting of the viewer's own office, through ``request.scope``. Raises Http404."""
    try:
        return sittings.find(request.scope, code, office=True)
    except Sitting.DoesNotExist as error:
        raise Http404 from error


def seen_sitting(request, code: str) -> tuple[Sitting, Scope | None]:
    """(sitting, whose people): None for the office that holds it (all of them), else the viewer's own scope.

    Raises Http404 for a sitting the viewer may not know of.
    """
    office = access_of(request).scope("results.release")
    if office:
        try:
            return sittings.find(office, code, office=True), None
        except Sitting.DoesNotExist:
            pass
    try:
        return sittings.find(request.scope, code, office=False), request.scope
    except Sitting.DoesNotExist as error:
        raise Http404 from error


def ask(
    request,
    confirm: Confirm,
    act: Callable,
    *,
    back: Callable,
    done: str = "",
    template: str = "exams/results/confirm.html",
    **context,
) -> HttpResponse:
    """Ask before ``act``; on POST do it (with the reason, where asked for) and go to ``back(result)``."""
    refused = ""
    if request.method == "POST":
        given = {"reason": request.POST.get("reason", "").replace("\0", "").strip()[:200]} if confirm.reason else {}
        try:
            result = act(actor=request.user, now=timezone.now(), **given)
        except Refused as refusal:
            refused = refusal.message
        else:
            if done:
                messages.success(request, done, extra_tags="toast")
            return redirect(back(result))
    context = {"active_key": "exam_office"} | context | {"confirm": confirm, "refused": refused}
    return render(request, template, context, status=422 if refused else 200)
