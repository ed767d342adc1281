"""Score sheets of exams on paper: upload, look, confirm."""

from __future__ import annotations

from functools import partial

from django import forms
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from exams.actions import scores as actions
from exams.actions import uploads
from exams.models.imports import ExamImport
from exams.queries import score_plan
from exams.rules.register import PARTS
from exams.views.results_kit import ask, office_sitting
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count

PAGE = 100
LABELS = {
    "accept": gettext_lazy("可导入"),
    "review": gettext_lazy("待核"),
    "reject": gettext_lazy("拒收"),
    "skip": gettext_lazy("已导入"),
}


class SheetForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("成绩表"), help_text=gettext_lazy("xlsx、xls 或 csv；表头须有姓名、身份证号和各科得分。")
    )


@require("scores.import")
@never_cache
def upload(request, code):
    """/exams/sittings/<code>/scores/: choose the file; nothing is written before the confirmation."""
    sitting = office_sitting(request, code)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = actions.upload(
                actor=request.user, now=timezone.now(), sitting=sitting, file=file, filename=file.name
            )
        except Refused as refused:
            form.add_error("file", refused.message)
        else:
            return redirect("exams:scores_preview", batch.pk)
    earlier = ExamImport.objects.filter(sitting=sitting, kind=ExamImport.Kind.SCORES).select_related("uploaded_by")
    context = {"sitting": sitting, "form": form, "earlier": earlier[:20], "active_key": "exam_office"}
    return render(request, "exams/results/scores.html", context, status=422 if form.errors else 200)


def _batch(request, pk) -> ExamImport:
    batch = (
        ExamImport.objects.select_related("sitting__unit", "uploaded_by")
        .filter(pk=pk, kind=ExamImport.Kind.SCORES)
        .first()
    )
    if batch is None or not request.scope.covers(batch.sitting.unit.path):
        raise Http404
    return batch


@require("scores.import")
@require_GET
@never_cache
def preview(request, pk):
    """What each row will do, and the register that follows."""
    batch = _batch(request, pk)
    if batch.state != ExamImport.State.PREVIEW:
        return redirect("exams:register", batch.sitting.code)
    plan = score_plan.plan(actions.sheet_of(batch), batch.sitting)
    chosen = request.GET.get("action", "")
    rows = score_plan.lines_to_show(plan, chosen if chosen in LABELS else "")
    context = {
        "batch": batch,
        "sitting": batch.sitting,
        "plan": plan,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "counts": _counts(request, plan, chosen),
        "sum_text": _sum_text(plan),
        "may_add": plan.unknown and access_of(request).can("people.edit"),
        "active_key": "exam_office",
    }
    return render(request, "exams/results/scores_preview.html", context)


def _counts(request, plan, chosen: str) -> list[Count]:
    counts = [Count(_("全部"), len(plan.lines), url_with(request, action=None, page=None), not chosen)]
    for action, label in LABELS.items():
        address = url_with(request, action=action, page=None)
        counts.append(Count(str(label), plan.totals[action], address, chosen == action))
    return counts


def _sum_text(plan) -> str:
    told = {name: plan.figures[name] for name in ("registered", "sat", *PARTS)}
    return (
        _(
            "报名%(registered)s＝合格%(passed)s＋不合格%(failed)s＋弃考%(withdrawn)s＋缺考%(absent)s＋取消%(disqualified)s"
        )
        % told
    )


@require("scores.import")
@never_cache
def commit(request, pk):
    """The question before writing; ``?people=1`` also creates the people and units the database does not know."""
    batch = _batch(request, pk)
    if batch.state != ExamImport.State.PREVIEW:
        return redirect("exams:register", batch.sitting.code)
    add = request.GET.get("people") == "1" and access_of(request).can("people.edit")
    plan = score_plan.plan(actions.sheet_of(batch), batch.sitting, add_people=add)
    lines = [_sum_text(plan), _("写入%(n)s行；待核%(review)s行、拒收%(reject)s行不写入。") % _numbers(plan)]
    if add and plan.unknown:
        lines.append(
            _("新增人员%(people)s人（在编执法人员，起始日期按考试日期），新增单位%(units)s个：%(names)s。")
            % {
                "people": plan.unknown,
                "units": len(plan.units),
                "names": _("、").join(unit.name for unit in plan.units) or _("无"),
            }
        )
    address = reverse("exams:scores_commit", args=[batch.pk])
    confirm = Confirm(
        id="commit",
        title=_("导入成绩"),
        verb=_("确认导入%(n)s行") % {"n": plan.totals["accept"]},
        action_url=f"{address}?people=1" if add else address,
        cancel_url=reverse("exams:scores_preview", args=[batch.pk]),
        lines=lines,
        reversible=_("发布成绩之前，可再次导入改正后的成绩表，以后一次为准。"),
        refused=plan.problem,
    )
    return ask(
        request,
        confirm,
        partial(actions.commit_upload, batch=batch, add_people=add),
        back=lambda done: reverse("exams:register", args=[batch.sitting.code]),
        done=_("成绩已导入。"),
        sitting=batch.sitting,
    )


def _numbers(plan) -> dict[str, int]:
    totals = plan.totals
    return {"n": totals["accept"], "review": totals["review"], "reject": totals["reject"]}


@require("scores.import")
@require_POST
def discard(request, pk):
    """Give an upload up."""
    batch = _batch(request, pk)
    uploads.discard_sheet(actor=request.user, now=timezone.now(), kept=batch)
    return redirect("exams:scores_import", batch.sitting.code)
