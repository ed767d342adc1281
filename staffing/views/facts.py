"""What the pages that change one fact share: reaching it through the viewer's scope, the form page, the question
before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from portal.ui import Confirm, Link
from staffing.actions.errors import Refused
from staffing.models import Person, Unit
from staffing.queries import people_one, units


@dataclass(frozen=True)
class FormPage:
    """The words of a form page: ``intro`` says what will happen, ``acts`` leads elsewhere, ``danger`` marks what is
    hard to take back.
    """

    title: str
    verb: str
    cancel_url: str
    done: str
    crumbs: Sequence[Link] = ()
    intro: Sequence[str] = ()
    danger: bool = False
    active_key: str = "people"
    acts: Sequence[Link] = ()


def today():
    """The local today."""
    return timezone.localdate()


def reach(request, person_id: int, *, home: bool = False) -> Person:
    """The person through ``request.scope``, as of today. Raises Http404 for whoever is out of reach.

    ``home``: being posted to a unit of the viewer's does not do; whose establishment it is decides.
    """
    try:
        return people_one.find(request.scope, person_id, today(), home=home)
    except Person.DoesNotExist as error:
        raise Http404 from error


def reach_unit(request, code: str) -> Unit:
    """The unit through ``request.scope``. Raises Http404 for one out of reach."""
    try:
        return units.find(request.scope, code)
    except Unit.DoesNotExist as error:
        raise Http404 from error


def form_page(request, form, act: Callable, page: FormPage, back: Callable | None = None) -> HttpResponse:
    """Show the form; on POST do ``act`` and go on to ``back(result)`` (default: the cancel address), or show what was
    refused.
    """
    if request.method == "POST" and form.is_valid():
        result = form.save(act, actor=request.user, now=timezone.now())
        if not form.errors:
            messages.success(request, page.done, extra_tags="toast")
            return redirect(back(result) if back else page.cancel_url)
    context = {"form": form, "page": page, "active_key": page.active_key}
    return render(request, "staffing/facts/form.html", context, status=422 if form.errors else 200)


def confirm_page(request, confirm: Confirm, act: Callable, *, done: str, active_key: str = "people") -> HttpResponse:
    """Ask before ``act`` (with the reason, when ``confirm`` asks for one); on POST do it and go to
    ``confirm.cancel_url``.
    """
    refused = ""
    if request.method == "POST":
        given = {"reason": request.POST.get("reason", "").replace("\0", "").strip()[:200]} if confirm.reason else {}
        try:
            act(actor=request.user, now=timezone.now(), **given)
        except Refused as refusal:
            refused = refusal.message
        else:
            messages.success(request, done, extra_tags="toast")
            return redirect(confirm.cancel_url)
    context = {"confirm": confirm, "refused": refused, "active_key": active_key}
    return render(request, "staffing/facts/confirm.html", context, status=422 if refused else 200)
