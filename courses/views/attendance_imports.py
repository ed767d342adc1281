"""Sign-in sheets: upload, look, confirm."""

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

from courses.actions import attendance_imports as actions
from courses.forms.attendance import SheetForm
from courses.models import LearningImport, Session
from courses.queries import attendance_plan
from courses.views.attendance import KEY, page_of, reach
from portal.access import require
from portal.actions.errors import Refused
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count
from staffing.models import HourYear
from staffing.views.facts import confirm_page

PAGE = 100
LABELS = {
    "accept": gettext_lazy("可导入"),
    "review": gettext_lazy("待核"),
    "duplicate": gettext_lazy("重复"),
    "reject": gettext_lazy("拒收"),
    "skip": gettext_lazy("跳过"),
}


@require("attendance.edit")
@require_http_methods(["GET", "POST"])
@never_cache
def attendance_import(request, code):
    """/learning/office/sessions/<code>/attendance/import/: choose the file; nothing is written before confirming."""
    session = reach(request, code, host=True)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = actions.upload(
                actor=request.user, now=timezone.now(), session=session, file=file, filename=file.name
            )
        except Refused as refused:
            form.add_error("file", refused.message)
        else:
            return redirect("courses:attendance_preview", batch.pk)
    earlier = LearningImport.objects.filter(session=session, kind=LearningImport.Kind.ATTENDANCE)
    context = {
        "session": session,
        "form": form,
        "earlier": earlier.select_related("uploaded_by")[:20],
        "cancelled": session.state == Session.State.CANCELLED,
        "active_key": KEY,
    }
    return render(request, "courses/attendance/import.html", context, status=422 if form.errors else 200)


def _batch(request, pk: int) -> LearningImport:
    """An upload for a lecture held inside ``request.scope``. Raises Http404."""
    found = LearningImport.objects.select_related("session__series__unit", "uploaded_by")
    batch = found.filter(pk=pk, kind=LearningImport.Kind.ATTENDANCE).first()
    if batch is None or not request.scope.covers(batch.session.series.unit.path):
        raise Http404
    return batch


@require("attendance.edit")
@require_GET
@never_cache
def attendance_preview(request, pk):
    """What each row will do, who has hours then, and where paper and export disagree."""
    batch = _batch(request, pk)
    if batch.state != LearningImport.State.PREVIEW:
        return redirect(page_of(batch.session))
    plan = attendance_plan.plan(actions.sheet_of(batch), batch.session, request.scope)
    chosen = request.GET.get("action", "")
    chosen = chosen if chosen in LABELS else ""
    rows = attendance_plan.lines_to_show(plan, chosen)
    context = {
        "batch": batch,
        "session": batch.session,
        "plan": plan,
        "writing": len(plan.writing),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "counts": _counts(request, plan, chosen),
        "active_key": KEY,
    }
    return render(request, "courses/attendance/preview.html", context)


def _counts(request, plan, chosen: str) -> list[Count]:
    counts = [Count(_("全部"), len(plan.lines), url_with(request, action=None, page=None), not chosen)]
    for action, label in LABELS.items():
        if plan.totals[action] or chosen == action:
            address = url_with(request, action=action, page=None)
            counts.append(Count(str(label), plan.totals[action], address, chosen == action))
    return counts


@require("attendance.edit")
@require_http_methods(["GET", "POST"])
@never_cache
def attendance_commit(request, pk):
    """The question before writing."""
    batch = _batch(request, pk)
    if batch.state != LearningImport.State.PREVIEW:
        return redirect(page_of(batch.session))
    plan = attendance_plan.plan(actions.sheet_of(batch), batch.session, request.scope)
    waiting = [line for line in plan.writing if line.action == "review"]
    left = plan.totals["review"] - len(waiting) + plan.totals["reject"]
    told = {"n": len(plan.writing), "credited": plan.credited, "hours": f"{plan.hours.normalize():f}"}
    lines = [_("写入%(n)s人出勤，其中%(credited)s人计学时，共%(hours)s学时。") % told]
    if waiting:
        lines.append(_("缺签到、缺签退、代签%(n)s人记入出勤，不计学时，核对后更正。") % {"n": len(waiting)})
    if left:
        lines.append(_("%(n)s行没有对上人或内容有误，不写入。") % {"n": left})
    closed = HourYear.objects.filter(year=batch.session.year).exists()
    confirm = Confirm(
        id="commit",
        title=_("导入签到表"),
        verb=_("确认导入%(n)s人") % {"n": len(plan.writing)},
        action_url=request.path,
        cancel_url=reverse("courses:attendance_preview", args=[batch.pk]),
        lines=lines,
        reversible=_("可再次导入改正后的签到表，或在出勤页逐人更正；学时随之增减。"),
        reason="required" if closed else None,
        refused=plan.problem,
    )
    # Its cancel address leads on to the attendance once the sheet is in.
    return confirm_page(
        request, confirm, partial(actions.commit_upload, batch=batch), done=_("签到表已导入。"), active_key=KEY
    )


@require("attendance.edit")
@require_POST
def attendance_discard(request, pk):
    """Give an upload up."""
    batch = _batch(request, pk)
    actions.discard_upload(actor=request.user, now=timezone.now(), batch=batch)
    return redirect("courses:attendance_import", batch.session.code)
