"""Roster imports: the list, the upload, and the acts on a whole import."""

from __future__ import annotations

import os
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal import jobs
from portal.access import require
from portal.ui import Confirm, Step
from staffing.actions import rosters as actions
from staffing.actions import rosters_out, rosters_undo
from staffing.actions.errors import Refused
from staffing.forms.rosters import UploadForm
from staffing.models import RosterImport
from staffing.queries import rosters as queries
from staffing.queries import rosters_show as show_words

State = RosterImport.State
ACTION = "rosters.import"
PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reach(request, pk) -> RosterImport:
    """The import through ``request.scope``. Raises Http404 for one out of reach."""
    batch = queries.visible(request.scope, request.user).filter(pk=pk).first()
    if batch is None:
        raise Http404
    return batch


def steps(batch: RosterImport | None, now: int) -> list[Step]:
    """The five steps; ``now`` counts from 1. A step that lies behind is a link while the import is open."""
    open_ = batch is not None and batch.state in queries.WAITING
    waiting = queries.undecided(batch) if batch else 0
    rows = sum(batch.totals.values()) if batch and batch.totals else 0
    names = [
        (_("上传"), "", ""),
        (_("列对应"), "import_mapping", ""),
        (_("预览"), "import_preview", _("%(n)s行") % {"n": rows} if rows else ""),
        (_("处理待核"), "import_resolve", _("%(n)s行") % {"n": waiting} if waiting else ""),
        (_("完成"), "", ""),
    ]
    return [
        Step(
            label,
            "now" if number == now else "done" if number < now else "todo",
            reverse(f"staffing:{name}", args=[batch.pk]) if name and open_ else "",
            note,
        )
        for number, (label, name, note) in enumerate(names, 1)
    ]


def page(request, batch: RosterImport, template: str, step: int, context: dict, status: int = 200) -> HttpResponse:
    """A page of the wizard."""
    waiting = queries.undecided(batch)
    shared = {"batch": batch, "steps": steps(batch, step), "undecided": waiting, "active_key": "imports"}
    return render(request, f"staffing/rosters/{template}.html", {**shared, **context}, status=status)


def elsewhere(request, batch: RosterImport, *allowed: str):
    """Where a page that does not fit the import's state sends its reader; None when it fits."""
    return None if batch.state in allowed else redirect("staffing:import", pk=batch.pk)


@require(ACTION)
@require_GET
def imports(request):
    """/rosters/: what was imported, by whom, and what waits."""
    shown = Paginator(queries.visible(request.scope, request.user), PAGE).get_page(request.GET.get("page"))
    lines = [(batch, queries.undecided(batch), show_words.reason(batch)) for batch in shown.object_list]
    return render(request, "staffing/rosters/list.html", {"page": shown, "lines": lines, "active_key": "imports"})


@require(ACTION)
@require_http_methods(["GET", "POST"])
def upload(request):
    """/rosters/new/: choose a file and the day it speaks of."""
    form = UploadForm(request.POST or None, request.FILES or None, scope=request.scope)
    if request.method == "POST" and form.is_valid():
        batch = form.save(actor=request.user, now=timezone.now())
        if batch:
            return redirect("staffing:import", pk=batch.pk)
    context = {"form": form, "steps": steps(None, 1), "active_key": "imports"}
    return render(request, "staffing/rosters/upload.html", context, status=422 if form.errors else 200)


@require(ACTION)
@require_GET
def show(request, pk):
    """/rosters/<id>/: the page that fits the state the import is in."""
    batch = reach(request, pk)
    if batch.state == State.PREVIEW:
        return redirect("staffing:import_preview", pk=pk)
    if batch.state == State.MAPPING:
        return redirect("staffing:import_mapping", pk=pk)
    if batch.state in (State.COMMITTED, State.UNDONE):
        return redirect("staffing:import_result", pk=pk)
    if batch.state in queries.WORKING and batch.job:
        view = jobs.view_of(batch.job, link_result=batch.job.owner_id == request.user.pk)
        return page(request, batch, "working", 5 if batch.state == State.COMMITTING else 2, {"job": view})
    return page(request, batch, "refused", 1, {"reason": show_words.reason(batch)})


@require(ACTION)
@require_POST
def reopen(request, pk):
    """After a job that ended without a result: back to where one can go on."""
    batch = actions.reopen(import_id=reach(request, pk).pk)
    return redirect("staffing:import", pk=batch.pk)


def ask(request, confirm: Confirm, act, done: str, onward: str) -> HttpResponse:
    """Ask before ``act``; on POST do it and go to ``onward``, or show why not."""
    if request.method == "POST":
        try:
            act(actor=request.user, now=timezone.now())
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect(confirm.cancel_url)
        if done:
            messages.success(request, done, extra_tags="toast")
        return redirect(onward)
    return render(request, "confirm_page.html", {"confirm": confirm, "active_key": "imports"})


def confirm_lines(batch: RosterImport) -> list[str]:
    """What a commit will do, in numbers."""
    c = batch.changes
    parts = [
        (_("新增%(n)s人"), c.get("create", 0)),
        (_("变更%(n)s人"), c.get("update", 0)),
        (_("编制调动%(n)s人"), c.get("move", 0)),
        (_("派驻借调%(n)s条"), c.get("postings", 0)),
        (_("归位%(n)s条"), c.get("returns", 0)),
        (_("证件和资格%(n)s条"), c.get("certificates", 0)),
        (_("法制审核人员%(n)s条"), c.get("reviewers", 0)),
        (_("请假%(n)s条"), c.get("leaves", 0)),
        (_("新设单位%(n)s个"), c.get("units", 0)),
    ]
    told = _("、").join(text % {"n": n} for text, n in parts if n) or _("没有变化")
    lines = [_("将写入%(rows)s行：%(told)s。") % {"rows": queries.taken(batch), "told": told}]
    if waiting := queries.undecided(batch):
        lines.append(_("%(n)s行待核尚未处理，这次不写入。") % {"n": waiting})
    if c.get("leave_proposed"):
        decided = sum(1 for key in batch.decisions if key.startswith("left!"))
        lines.append(
            _("在册而不在表中%(n)s人，其中您确认离队%(left)s人；其余不作改动。")
            % {"n": c["leave_proposed"], "left": decided}
        )
    if c.get("conflicts"):
        lines.append(_("%(n)s处与系统中的记录不一致，不改动。") % {"n": c["conflicts"]})
    return lines


@require(ACTION)
@require_http_methods(["GET", "POST"])
def commit(request, pk):
    """/rosters/<id>/commit/: what will change, in numbers; POST writes it in the background."""
    batch = reach(request, pk)
    here = reverse("staffing:import", args=[pk])
    if batch.state not in queries.WAITING:
        return redirect(here)
    stale = "" if queries.current(batch) else _("预览后名册已有变化，请重新比对；您的处理结果已保留。")
    question = Confirm(
        id="commit",
        title=_("确认导入：%(file)s") % {"file": batch.file_name},
        verb=_("确认导入%(n)s行") % {"n": queries.taken(batch)},
        action_url=reverse("staffing:import_confirm", args=[pk]),
        lines=confirm_lines(batch),
        reversible=_("导入后可以整批撤销，操作记入日志。"),
        hidden=(("expected", batch.changes.get("signature", "")),),
        cancel_url=reverse("staffing:import_preview", args=[pk]),
        refused=stale,
    )
    act = partial(actions.request_commit, import_id=pk, expected=request.POST.get("expected", ""))
    return ask(request, question, act, "", here)


@require(ACTION)
@require_GET
def result(request, pk):
    """/rosters/<id>/result/: what was written, and the ways on and back."""
    batch = reach(request, pk)
    if sent := elsewhere(request, batch, State.COMMITTED, State.UNDONE):
        return sent
    people, count = queries.people_touched(batch)
    context = {
        "lines": confirm_lines(batch)[:1],
        "people": [(reverse("staffing:person", args=[person]), name, new) for person, name, new in people],
        "people_count": count,
        "undoing": batch.job if batch.job and batch.job.kind == "roster.undo" else None,
    }
    if context["undoing"]:
        context["job"] = jobs.view_of(batch.job, link_result=False)
    return page(request, batch, "result", 5, context)


@require(ACTION)
@require_GET
def annotated(request, pk):
    """The uploaded workbook with remarks, as a download."""
    batch = reach(request, pk)
    try:
        data = rosters_out.annotated_workbook(actor=request.user, now=timezone.now(), import_id=batch.pk)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("staffing:import", pk=pk)
    name = os.path.splitext(batch.file_name)[0] + _("（批注）") + ".xlsx"
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": _attachment(name)})


def _attachment(name: str) -> str:
    return content_disposition_header(True, name)


@require(ACTION)
@require_http_methods(["GET", "POST"])
def undo(request, pk):
    """/rosters/<id>/undo/: take the whole import back."""
    batch = reach(request, pk)
    if sent := elsewhere(request, batch, State.COMMITTED, State.UNDONE):
        return sent
    c = batch.changes
    back = reverse("staffing:import_result", args=[pk])
    question = Confirm(
        id="undo",
        title=_("撤销本次导入：%(file)s") % {"file": batch.file_name},
        verb=_("撤销导入"),
        action_url=reverse("staffing:import_undo", args=[pk]),
        lines=[
            _("%(new)s人的新增、%(changed)s人的变更将恢复原状，日志保留。")
            % {"new": c.get("create", 0), "changed": c.get("update", 0) + c.get("move", 0)},
            _("导入之后又被改动过的，不会撤销，系统会列出涉及的人。"),
        ],
        danger=True,
        cancel_url=back,
    )
    return ask(request, question, partial(rosters_undo.request_undo, import_id=batch.pk), "", back)


@require(ACTION)
@require_http_methods(["GET", "POST"])
def discard(request, pk):
    """/rosters/<id>/discard/: give up an import that was not written."""
    batch = reach(request, pk)
    if sent := elsewhere(request, batch, State.READING, *queries.WAITING, State.REFUSED):
        return sent
    question = Confirm(
        id="discard",
        title=_("放弃本次导入：%(file)s") % {"file": batch.file_name},
        verb=_("放弃导入"),
        action_url=reverse("staffing:import_discard", args=[pk]),
        lines=[_("上传的文件和处理结果将删除，名册不变。")],
        danger=True,
        cancel_url=reverse("staffing:import", args=[pk]),
    )
    act = partial(actions.discard_import, import_id=batch.pk)
    return ask(request, question, act, _("已放弃这次导入。"), reverse("staffing:imports"))
