"""Question imports: upload, preview, commit, undo."""

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
from django.views.decorators.http import require_GET, require_http_methods

from exams.actions import question_imports as actions
from exams.actions import question_undo
from exams.forms.question_imports import CommitForm, UploadForm
from exams.models import ExamImport
from exams.queries import question_plan as queries
from exams.queries import question_rows as rows
from exams.views.bank import crumb
from exams.views.bank import reach as reach_bank
from exams.views.bank_pages import ask
from portal import jobs
from portal.access import access_of, require
from portal.sheets import SheetError
from portal.ui import Confirm, Link, Step

State = ExamImport.State
ACTION = "bank.edit"
PAGE = 50
SHOWN_IMPORTS = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def reach(pk) -> ExamImport:
    """The import. Raises Http404."""
    batch = queries.find_import(pk)
    if batch is None:
        raise Http404
    return batch


def steps(now: int) -> list[Step]:
    """上传, 预览, 完成; ``now`` counts from 1."""
    names = (_("上传"), _("预览"), _("完成"))
    return [
        Step(name, "now" if number == now else "done" if number < now else "todo")
        for number, name in enumerate(names, 1)
    ]


def _page(request, bank, template: str, step: int, context: dict, status: int = 200) -> HttpResponse:
    here = reverse("exams:bank", args=[bank.code])
    shared = {"bank": bank, "steps": steps(step), "crumbs": [crumb(), Link(bank.name, here)], "active_key": "banks"}
    return render(request, f"exams/bank_imports/{template}.html", {**shared, **context}, status=status)


@require(ACTION)
@require_http_methods(["GET", "POST"])
def upload(request, code):
    """/exams/banks/<code>/import/: choose a file; below, what was imported before."""
    bank = reach_bank(code)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        batch = form.save(actor=request.user, now=timezone.now(), bank=bank)
        if batch:
            return redirect("exams:question_import", pk=batch.pk)
    context = {"form": form, "imports": queries.imports_of(bank)[:SHOWN_IMPORTS]}
    return _page(request, bank, "upload", 1, context, status=422 if form.errors else 200)


@require(ACTION)
@require_GET
def show(request, pk):
    """/exams/bank-imports/<id>/: the page that fits the state the import is in."""
    batch = reach(pk)
    working = batch.job and not batch.job.is_over
    if working or (batch.state == State.READING and batch.job):
        view = jobs.view_of(batch.job, link_result=batch.job.owner_id == request.user.pk)
        return _page(request, batch.bank, "working", 2, {"batch": batch, "job": view})
    plan = queries.stored_plan(batch) if batch.state in (State.PREVIEW, State.COMMITTED, State.UNDONE) else None
    if plan is None:
        return _page(request, batch.bank, "refused", 1, {"batch": batch})
    chosen = request.GET.get("action", "")
    page = Paginator(rows.rows_of(plan, chosen), PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "plan": plan,
        "sheets": rows.sheets_of(plan),
        "counts": rows.counts(plan, chosen),
        "page": page,
        "lines": [rows.line_of(row) for row in page],
        "taken": queries.taken(plan.totals),
        "waiting": plan.totals["review"],
        "cells": plan.kind in rows.TABLES,
    }
    if batch.state == State.PREVIEW:
        return _page(request, batch.bank, "preview", 2, context)
    return _page(request, batch.bank, "result", 4, {**context, "written": batch.totals.get("written", 0)})


@require(ACTION)
@require_http_methods(["GET", "POST"])
def commit(request, pk):
    """/exams/bank-imports/<id>/commit/: what will be written, and in which state."""
    batch = reach(pk)
    here = reverse("exams:question_import", args=[pk])
    if batch.state != State.PREVIEW or (batch.job and not batch.job.is_over):
        return redirect(here)
    taken, waiting = queries.taken(batch.totals), batch.totals.get("review", 0)
    may_activate = access_of(request).can("bank.review")
    given = request.POST if request.method == "POST" else None
    form = CommitForm(given, waiting=waiting, may_activate=may_activate)
    if form.is_valid():
        done = form.save(actor=request.user, now=timezone.now(), import_id=batch.pk)
        if done:
            return redirect(here)
    context = {"batch": batch, "form": form, "taken": taken, "waiting": waiting}
    return _page(request, batch.bank, "commit", 2, context, status=422 if form.errors else 200)


@require(ACTION)
@require_http_methods(["GET", "POST"])
def discard(request, pk):
    """/exams/bank-imports/<id>/discard/: give up an import that was not written."""
    batch = reach(pk)
    if batch.state not in (State.READING, State.PREVIEW, State.REFUSED):
        return redirect("exams:question_import", pk=pk)
    question = Confirm(
        id="discard",
        title=_("放弃本次导入：%(file)s") % {"file": batch.file_name},
        verb=_("放弃导入"),
        action_url=request.path,
        lines=[_("上传的文件将删除，题库不变。")],
        danger=True,
        cancel_url=reverse("exams:question_import", args=[pk]),
    )
    onward = reverse("exams:bank_import", args=[batch.bank.code])
    return ask(request, question, partial(actions.discard, import_id=pk), _("已放弃这次导入。"), onward)


@require(ACTION)
@require_http_methods(["GET", "POST"])
def undo(request, pk):
    """/exams/bank-imports/<id>/undo/: take the import back, all but what has been used."""
    batch = reach(pk)
    here = reverse("exams:question_import", args=[pk])
    if batch.state != State.COMMITTED:
        return redirect(here)
    kept = len(question_undo.kept_of(batch))
    lines = [_("本批导入的试题将从题库删除，题号不再使用。")]
    if kept:
        lines.append(_("其中%(n)s道已用于试卷、练习或已被修改，保留不动。") % {"n": kept})
    question = Confirm(
        id="undo",
        title=_("撤销本次导入：%(file)s") % {"file": batch.file_name},
        verb=_("撤销导入"),
        action_url=request.path,
        lines=lines,
        danger=True,
        cancel_url=here,
    )
    return ask(request, question, partial(question_undo.undo, import_id=pk), _("已撤销这次导入。"))


@require(ACTION)
@require_GET
def annotated(request, pk):
    """The uploaded table with remarks, as a download."""
    batch = reach(pk)
    plan = queries.stored_plan(batch)
    try:
        data = rows.annotated(batch, plan) if plan else None
    except (SheetError, FileNotFoundError):
        data = None
    if data is None:
        messages.error(request, _("这份文件没有批注表。"))
        return redirect("exams:question_import", pk=pk)
    name = os.path.splitext(batch.file_name)[0] + _("（批注）") + ".xlsx"
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(data, content_type=XLSX, headers=headers)
