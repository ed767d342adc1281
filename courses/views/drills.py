"""Drills: the page, a run scene by scene, its debrief."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.actions import drills as actions
from courses.queries import cases, drills
from courses.queries.own import own_person
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.ui import Confirm
from staffing.models import Person


@require("learn.view")
def drill_page(request, page):
    """/study/drills/<slug>/: what it is about and one's own tries; in a preview the whole script with its faults."""
    preview, access = getattr(request, "is_preview", False), access_of(request)
    takes = access.can("learn.take") and not preview
    person = Person.objects.filter(user=request.user).first() if takes else None
    today = timezone.localdate()
    context = {
        "page": page,
        "view": drills.drill_view(page, person, today.year, script=preview or access.can("cases.check")),
        "lonely": takes and person is None,
        "assigned": cases.assigned_here(person, page, today.year, today) if person else None,
    }
    return render(request, "courses/drills/drill.html", context)


def _own_run(request, pk):
    person = Person.objects.filter(user=request.user).first()
    run = drills.own_run(person, pk) if person else None
    if run is None:
        raise Http404
    return run


@require("learn.take")
@require_POST
def drill_start(request, pk):
    """Begin a run, or go on with the one that is not finished."""
    drill = drills.live_drill(pk)
    if drill is None:
        raise Http404
    try:
        run = actions.start(actor=request.user, now=timezone.now(), person=own_person(request.user), drill=drill)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(drill.url)
    return redirect("courses:drill_run", pk=run.pk)


@require("learn.take")
@require_GET
def drill_run(request, pk):
    """The scene the run has come to, or its debrief."""
    run = _own_run(request, pk)
    view = drills.run_view(run)
    template = "courses/drills/debrief.html" if view.debrief else "courses/drills/scene.html"
    context = {"run": run, "page": run.drill, "view": view, "short": drills.too_short_words(run) if run.passed else ""}
    return render(request, template, context)


@require("learn.take")
@require_POST
def drill_choose(request, pk):
    """Make a choice (``choice``) in the scene come to after ``at`` choices."""
    run = _own_run(request, pk)
    numbers = [request.POST.get(name, "") for name in ("at", "choice")]
    at, choice = (int(text) if text.isdecimal() and len(text) < 5 else -1 for text in numbers)
    try:
        actions.choose(actor=request.user, now=timezone.now(), run=run, at=max(at, 0), choice=choice)
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect(f"{reverse('courses:drill_run', args=[run.pk])}#now")


@require("learn.take")
@require_http_methods(["GET", "POST"])
def drill_leave(request, pk):
    """Give up a run; GET asks first."""
    run = _own_run(request, pk)
    if request.method == "POST":
        actions.leave(actor=request.user, now=timezone.now(), run=run)
        return redirect(run.drill.url or "courses:mine")
    confirm = Confirm(
        id="leave",
        title=_("放弃本次演练：%(title)s") % {"title": run.drill.title},
        verb=_("放弃本次演练"),
        action_url=request.path,
        lines=[_("已走%(n)s步。放弃后本次记为未通过，可以重新开始。") % {"n": len(run.path)}],
        cancel_url=reverse("courses:drill_run", args=[run.pk]),
    )
    return render(request, "confirm_page.html", {"confirm": confirm})
