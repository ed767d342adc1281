"""What the pages of the question bank share: form pages, links to areas that may not be there, versions posted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from portal.actions.errors import Refused
from portal.ui import Confirm, Link


@dataclass(frozen=True)
class FormPage:
    """The words of a form page."""

    title: str
    verb: str
    cancel_url: str
    done: str
    crumbs: Sequence[Link] = ()
    intro: Sequence[str] = ()


def form_page(request, form, act: Callable, page: FormPage, back: Callable | None = None) -> HttpResponse:
    """Show the form; on POST do ``act`` and go on to ``back(result)`` (default: the cancel address)."""
    if request.method == "POST" and form.is_valid():
        result = form.save(act, actor=request.user, now=timezone.now())
        if not form.errors:
            messages.success(request, page.done, extra_tags="toast")
            return redirect(back(result) if back else page.cancel_url)
    context = {"form": form, "page": page, "active_key": "banks"}
    return render(request, "exams/bank/form.html", context, status=422 if form.errors else 200)


def ask(request, confirm: Confirm, act: Callable, done: str, onward: str = "") -> HttpResponse:
    """Ask before ``act`` (with the reason, when one is asked for); on POST do it and go on."""
    refused = ""
    if request.method == "POST":
        given = {"reason": request.POST.get("reason", "").replace("\0", "").strip()[:200]} if confirm.reason else {}
        try:
            act(actor=request.user, now=timezone.now(), **given)
        except Refused as refusal:
            refused = refusal.message
        else:
            messages.success(request, done, extra_tags="toast")
            return redirect(onward or confirm.cancel_url)
    context = {"confirm": confirm, "refused": refused, "active_key": "banks"}
    return render(request, "exams/bank/confirm.html", context, status=422 if refused else 200)


def seen_of(values: Iterable[str]) -> list[tuple[int, int]]:
    """ "12-34" as posted by a list → (question, the version that was on the page); anything else is left out."""
    pairs = (value.partition("-") for value in values)
    return [(int(a), int(b)) for a, _dash, b in pairs if a.isdecimal() and b.isdecimal() and len(a + b) < 18]
