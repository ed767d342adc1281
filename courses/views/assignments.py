"""Assignments for the training office and whoever looks after people: list, one assignment, making, taking back."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.actions import assignments as actions
from courses.forms.assignments import AssignForm, FindForm, PeopleForm
from courses.models import Assignment
from courses.queries import assignments as queries
from courses.queries.study import label_of
from courses.rules.assigning import DONE, STARTED, STATES, TODO
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count
from staffing.views.facts import confirm_page

PAGE, PEOPLE_PAGE = 20, 50


def _today():
    return timezone.localdate()


def _reach(request, pk: int) -> queries.Progress:
    """An assignment that means somebody inside ``request.scope``. Raises Http404."""
    try:
        return queries.find(request.scope, pk, _today())
    except Assignment.DoesNotExist as error:
        raise Http404 from error


@require("assignments.view")
@require_safe
def assignments(request):
    """/learning/office/assignments/: the year's assignments and how far the viewer's people are."""
    today = _today()
    years = queries.years(today.year)
    asked = request.GET.get("year", "")
    year = next((one for one in years if str(one) == asked), today.year)
    found = queries.listed(request.scope, year, today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "year": year,
        "years": [Count(str(one), None, url_with(request, year=one), one == year) for one in years],
        "edits": access_of(request).can("assignments.edit"),
        "today": today,
    }
    return render(request, "courses/assignments/list.html", context)


@require("assignments.view")
@require_safe
def assignment(request, pk):
    """One assignment: how many have finished, and who has not."""
    today = _today()
    progress = _reach(request, pk)
    form = PeopleForm(request.GET or None)
    data = form.cleaned_data if form.is_valid() else {}
    state = data.get("state", "")
    pairs = queries.lines(progress, state, data.get("q", "").strip())
    page = Paginator(pairs, PEOPLE_PAGE).get_page(request.GET.get("page"))
    totals = {TODO: progress.todo, STARTED: progress.started, DONE: progress.done}
    words = {TODO: _("未学"), STARTED: _("在学"), DONE: _("已学完")}
    counts = [Count(_("应学"), progress.total, url_with(request, state=None), not state)]
    counts += [Count(words[key], totals[key], url_with(request, state=key), key == state) for key in STATES]
    access = access_of(request)
    row = progress.assignment
    context = {
        "assignment": row,
        "progress": progress,
        "page": page,
        "lines": queries.people_lines(list(page.object_list), today),
        "form": form,
        "counts": counts,
        "kind": label_of(row.page),
        "page_url": row.page.get_url(request) if row.page.live else "",
        "edits": access.can("assignments.edit") and not row.withdrawn_at,
        "reminds": access.can("reminders.send") and not row.withdrawn_at and progress.open,
        "opens": access.can("people.view"),
        "categories": queries.category_words(row),
        "today": today,
    }
    return render(request, "courses/assignments/assignment.html", context)


@require("assignments.edit")
@require_http_methods(["GET", "POST"])
def assignment_new(request):
    """Choose what to study (``?page=`` of a page), then whose people and by when."""
    asked = request.GET.get("page", "")
    target = queries.assignable(int(asked)) if asked.isdecimal() and len(asked) < 18 else None
    if target is None:
        return _choose(request)
    form = AssignForm(request.POST or None, scope=request.scope, day=_today())
    if request.method == "POST" and form.is_valid():
        made = form.save(actions.assign, actor=request.user, now=timezone.now(), page=target, scope=request.scope)
        if made:
            messages.success(request, _("已布置《%(title)s》。") % {"title": made.title}, extra_tags="toast")
            return redirect("courses:assignment", pk=made.pk)
    context = {
        "form": form,
        "target": target,
        "kind": label_of(target),
        "target_url": target.get_url(request),
        "everywhere": request.scope.everywhere,
    }
    return render(request, "courses/assignments/new.html", context, status=422 if form.errors else 200)


def _choose(request):
    form = FindForm(request.GET if "q" in request.GET else None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = [(page, label_of(page)) for page in queries.found_pages(text)]
    return render(request, "courses/assignments/choose.html", {"form": form, "found": found, "text": text})


@require("assignments.edit")
@require_http_methods(["GET", "POST"])
def withdraw(request, pk):
    """Take an assignment back, with the reason."""
    row = _reach(request, pk).assignment
    here = reverse("courses:assignment", args=[pk])
    confirm = Confirm(
        id="withdraw",
        title=_("撤销学习任务：%(title)s") % {"title": row.title},
        verb=_("撤销任务"),
        action_url=request.path,
        lines=[_("未学完的人员将收到通知，不再计为应学；已学部分和学时保留。")],
        reversible=_("撤销后不能恢复，可以重新布置。"),
        reason="required",
        cancel_url=here,
    )
    act = partial(actions.withdraw, assignment=row, scope=request.scope)
    return confirm_page(
        request, confirm, act, done=_("已撤销《%(title)s》。") % {"title": row.title}, active_key="training"
    )


@require("reminders.send")
@require_POST
def remind(request, pk):
    """Remind those who have not finished; once a day."""
    row = _reach(request, pk).assignment
    try:
        told = actions.remind(actor=request.user, now=timezone.now(), assignment=row, scope=request.scope)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("已提醒未学完的%(n)d人（每人每天最多一次）。") % {"n": told}, extra_tags="toast")
    return redirect("courses:assignment", pk=pk)
