"""Marking: a marker's own tasks (no name, no number of a candidate in any byte), and the office's overview."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exams.actions import marking as actions
from exams.forms.marking import PointsForm
from exams.models.marking import MarkingTask
from exams.queries import marking as queries
from exams.views.results_kit import office_sitting
from portal.access import require
from portal.actions.errors import Refused


@require("marking.do")
@require_GET
@never_cache
def tasks(request):
    """/exams/marking/: the marker's own tasks, waiting ones first, by pages."""
    mine = queries.of_marker(request.user, request.GET.get("page"))
    context = {"mine": mine, "lines": mine.lines, "next": queries.next_code(request.user)}
    return render(request, "exams/marking/tasks.html", context | {"active_key": "marking"})


@require("marking.do")
@never_cache
def task(request, code):
    """One written answer: points for each line of the rubric; POST goes on to the next."""
    try:
        found = queries.task_of(request.user, code)
    except MarkingTask.DoesNotExist as error:
        raise Http404 from error
    sheet = queries.sheet_of(found)
    form = PointsForm(request.POST or None, rubric=sheet.rubric, given=found.points, initial={"comment": found.comment})
    if request.method == "POST" and form.is_valid():
        done = form.save(partial(actions.give_marks, task=found), actor=request.user, now=timezone.now())
        if done:
            messages.success(request, _("已评：%(marks)s分。") % {"marks": f"{done.marks:g}"}, extra_tags="toast")
            following = queries.next_code(request.user)
            return redirect("exams:marking_task", following) if following else redirect("exams:marking")
    context = {"sheet": sheet, "form": form, "active_key": "marking"}
    return render(request, "exams/marking/task.html", context, status=422 if form.errors else 200)


@require("marking.manage")
@require_GET
@never_cache
def overview(request, code):
    """/exams/sittings/<code>/marking/: done and waiting, by marker; arbitration; agreement."""
    sitting = office_sitting(request, code)
    context = {"sitting": sitting, "found": queries.overview(sitting), "active_key": "exam_office"}
    return render(request, "exams/marking/overview.html", context)


@require("marking.manage")
@require_POST
def assign(request, code):
    """Mark what the machine can and give the written answers to the markers on duty."""
    sitting = office_sitting(request, code)
    now = timezone.now()
    try:
        actions.mark_closed(now=now, sitting=sitting)
        given = actions.assign_markers(actor=request.user, now=now, sitting=sitting)
    except Refused as refused:
        messages.warning(request, refused.message)
    else:
        text = _("已分派%(n)s份。") % {"n": given} if given else _("没有待分派的答卷。")
        messages.success(request, text, extra_tags="toast")
    return redirect(reverse("exams:marking_overview", args=[sitting.code]))
