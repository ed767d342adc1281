"""Yearly ledgers of hours: upload, look, confirm."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.actions import hours_imports as actions
from courses.forms.hours_imports import LedgerForm
from courses.models import LearningImport
from courses.queries import hours_plan
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count
from staffing.views.facts import confirm_page

PAGE = 100
KEY = "training"
State = LearningImport.State
LABELS = {
    "accept": gettext_lazy("可导入"),
    "review": gettext_lazy("待核"),
    "reject": gettext_lazy("拒收"),
    "skip": gettext_lazy("已导入"),
}


@require("hours.import")
@require_http_methods(["GET", "POST"])
@never_cache
def hours_import(request):
    """/learning/office/hours-import/: choose the file; nothing is written before the confirmation."""
    now = timezone.now()
    form = LedgerForm(request.POST or None, request.FILES or None, this_year=timezone.localdate(now).year)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = actions.upload(
                actor=request.user, now=now, year=form.cleaned_data["year"], file=file, filename=file.name
            )
        except Refused as refused:
            form.add_error("file", refused.message)
        else:
            return redirect("courses:hours_import_preview", kept.pk)
    context = {"form": form, "earlier": hours_plan.earlier_imports(request.user), "active_key": KEY}
    return render(request, "courses/ledger/import.html", context, status=422 if form.errors else 200)


def _kept(request, pk: int) -> LearningImport:
    """An upload of the viewer's own. Raises Http404 for any other."""
    try:
        return hours_plan.find_import(request.user, pk)
    except LearningImport.DoesNotExist as error:
        raise Http404 from error


def _plan(request, kept: LearningImport, *, add_people: bool = False):
    try:
        sheet = actions.sheet_of(kept)
    except FileNotFoundError as error:
        raise Http404 from error
    return hours_plan.plan(sheet, kept.year, timezone.localdate(), scope=request.scope, add_people=add_people)


def _may_add(request) -> bool:
    """People and units may be made anywhere, so only who looks after all of them may."""
    return request.scope.everywhere and access_of(request).scope("people.edit").everywhere


@require("hours.import")
@require_GET
@never_cache
def preview(request, pk):
    """What each row will do."""
    kept = _kept(request, pk)
    if kept.state != State.PREVIEW:
        return redirect("courses:hours_import")
    plan = _plan(request, kept)
    chosen = request.GET.get("action", "")
    chosen = chosen if chosen in LABELS else ""
    counts = [Count(_("全部"), len(plan.lines), url_with(request, action=None, page=None), not chosen)]
    for action, label in LABELS.items():
        address = url_with(request, action=action, page=None)
        counts.append(Count(str(label), plan.totals[action], address, chosen == action))
    context = {
        "kept": kept,
        "plan": plan,
        "page": Paginator(hours_plan.lines_to_show(plan, chosen), PAGE).get_page(request.GET.get("page")),
        "counts": counts,
        "may_add": plan.unknown and _may_add(request),
        "active_key": KEY,
    }
    return render(request, "courses/ledger/preview.html", context)


@require("hours.import")
@require_http_methods(["GET", "POST"])
@never_cache
def commit(request, pk):
    """The question before writing; ``?people=1`` also creates the people and units the database does not know."""
    kept = _kept(request, pk)
    if kept.state != State.PREVIEW:
        return redirect("courses:hours_import")
    add = request.GET.get("people") == "1" and _may_add(request)
    plan = _plan(request, kept, add_people=add)
    totals = plan.totals
    told = {"n": totals["accept"], "review": totals["review"], "reject": totals["reject"], "year": kept.year}
    lines = [_("写入%(year)s年度学时%(n)s行；待核%(review)s行、拒收%(reject)s行不写入。") % told]
    if add and plan.unknown:
        lines.append(
            _("新增人员%(people)s人，新增单位%(units)s个：%(names)s。")
            % {
                "people": plan.unknown,
                "units": len(plan.units),
                "names": _("、").join(unit.name for unit in plan.units) or _("无"),
            }
        )
    if plan.closed:
        lines.append(_("%(year)s年度已关账，写入的学时记为关账后调整。") % told)
    address = reverse("courses:hours_import_commit", args=[kept.pk])
    confirm = Confirm(
        id="commit",
        title=_("导入学时台账"),
        verb=_("确认导入%(n)s行") % told,
        action_url=f"{address}?people=1" if add else address,
        cancel_url=reverse("courses:hours_import_preview", args=[kept.pk]),
        lines=lines,
        reversible=_("可再次导入改正后的台账，以后一次为准；原记录冲正后保留。"),
        reason="required" if plan.closed else None,
        refused=plan.problem,
    )
    act = partial(actions.commit_upload, kept=kept, add_people=add)
    return confirm_page(request, confirm, act, done=_("学时台账已导入。"), active_key=KEY)


@require("hours.import")
@require_POST
def discard(request, pk):
    """Give an upload up."""
    actions.discard(actor=request.user, now=timezone.now(), kept=_kept(request, pk))
    return redirect("courses:hours_import")
