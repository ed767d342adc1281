"""Rows that wait for a person: one at a time beside what is stored, or many of a kind at once; and proposed leavers."""

from __future__ import annotations

import re
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal import crypto
from portal.access import access_of, require
from portal.ui import Count
from staffing.actions import rosters as actions
from staffing.actions.errors import Refused
from staffing.forms.rosters import OTHERWISE, WORDS, DecisionForm, LeaversForm
from staffing.queries import rosters as queries
from staffing.queries import rosters_show as show
from staffing.roster.resolve import CHOICES, SET
from staffing.roster.resolve import OTHERWISE as ORDINARY
from staffing.views.rosters import ACTION, State, elsewhere, page, reach
from staffing.views.rosters_preview import decided, paged


def _done(request, act, done: str = "") -> bool:
    try:
        act(actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
        return False
    if done:
        messages.success(request, done, extra_tags="toast")
    return True


@require(ACTION)
@require_http_methods(["GET", "POST"])
def resolve(request, pk):
    """/rosters/<id>/resolve/: the waiting rows; with ``sheet`` and ``row`` one row of any kind, its original and
    its choices.
    """
    batch = reach(request, pk)
    if sent := elsewhere(request, batch, State.PREVIEW, State.COMMITTED, State.UNDONE):
        return sent
    plan, diff = queries.plan_of(batch), queries.diff_of(batch)
    if plan is None or diff is None:
        return redirect("staffing:import_result", pk=pk)
    if "row" in request.GET:
        return _one(request, batch, plan, diff)
    code = request.GET.get("code", "")
    positions = plan.find(action="review", code=code)
    shown = paged(request, positions, plan.rows)
    rows = [
        show.import_row(batch, row, refused=(row.sheet, row.row) in diff.refused, decided=decided(batch, row))
        for row in shown.object_list
    ]
    here = reverse("staffing:import_resolve", args=[pk])
    codes = [(name, n) for name, n in plan.codes("review") if name in CHOICES or name == code]
    context = {
        "page": shown,
        "rows": rows,
        "codes": [Count(_("全部"), len(plan.find(action="review")), here, not code)]
        + [Count(show.code_label(name), n, f"{here}?code={name}", name == code) for name, n in codes],
        "code": code,
        "many": _many(code) if code and batch.state == State.PREVIEW else [],
        "leavers": batch.changes.get("leave_proposed", 0),
        "first": next((row.act.url for row in rows if row.act and not row.decided), ""),
        "open": batch.state == State.PREVIEW,
    }
    return page(request, batch, "resolve", 4, context)


def _many(code: str) -> list[tuple[str, str]]:
    """Choices that can be taken for all rows of one problem: (choice, words)."""
    return [
        (choice, str(WORDS.get((code, choice), OTHERWISE[choice])))
        for choice in CHOICES.get(code, ORDINARY)
        if choice != SET
    ]


_ROW = re.compile(r"[0-9]{1,9}")


def _one(request, batch, plan, diff):
    number = request.GET["row"]
    sheet = request.GET.get("sheet", "")
    position = plan.position(sheet, int(number)) if _ROW.fullmatch(number) else None
    if position is None:
        raise Http404
    row = plan.rows([position])[0]
    refused = (row.sheet, row.row) in diff.refused
    waits = row.action == "review" and batch.state == State.PREVIEW and not refused
    stored = batch.decisions.get(f"{row.sheet}!{row.row}") or {}
    initial = {"choice": stored.get("choice"), **_typed(stored)}
    form = DecisionForm(request.POST or None, row=row, initial=initial) if waits else None
    before, after = _neighbours(plan, position)
    if request.method == "POST" and form is not None and form.is_valid():
        decisions = {f"{row.sheet}!{row.row}": form.decision()}
        act = partial(actions.decide, import_id=batch.pk, decisions=decisions)
        if _done(request, act, _("第%(row)s行已处理。") % {"row": row.row}):
            return redirect(_address(batch, after) if after else reverse("staffing:import_resolve", args=[batch.pk]))
    context = {
        "row": show.import_row(batch, row, refused=refused, decided=decided(batch, row)),
        "form": form,
        "before": _address(batch, before) if before else "",
        "after": _address(batch, after) if after else "",
        **({} if refused else _sides(request, batch, plan, row)),
    }
    return page(request, batch, "row", 4, context, status=422 if form is not None and form.errors else 200)


def _typed(stored: dict) -> dict:
    """What was filled in with a stored decision, for its form; a number stays sealed and is typed again."""
    given = stored.get("set") or {}
    return {f"set_{name}": value for name, value in given.items() if not isinstance(value, dict)}


def _sides(request, batch, plan, row) -> dict:
    """The original cells, the stored person, and the row it collides with."""
    record = row.record or {}
    index = crypto.blind_index(record["id_number"]) if record.get("id_number") else ""
    person = queries.stored_person(request.scope, index, batch.as_of)
    columns = next((sheet["columns"] for sheet in plan.sheets if sheet["name"] == row.sheet), [])
    other = next((issue.other for issue in row.issues if issue.other), None)
    at = plan.position(other["sheet"], other["row"]) if other else None
    rival = plan.rows([at])[0] if at is not None else None
    private = access_of(request).can("private.view")
    return {
        "cells": show.raw_cells(row, columns),
        "lines": show.record_lines(record, person, private) if record else [],
        "person": person,
        "rival": rival,
        "rival_lines": show.record_lines(rival.record, None, private) if rival and rival.record else [],
    }


def _neighbours(plan, position: int):
    """The waiting rows before and after a row."""
    waiting = plan.find(action="review")
    before = [p for p in waiting if p < position][-1:]
    after = [p for p in waiting if p > position][:1]
    rows = plan.rows(before + after)
    return (rows[0] if before else None, rows[-1] if after else None)


def _address(batch, row) -> str:
    address = reverse("staffing:import_resolve", args=[batch.pk])
    return f"{address}?{urlencode({'sheet': row.sheet, 'row': row.row})}"


@require(ACTION)
@require_POST
def resolve_many(request, pk):
    """One choice for all undecided rows of one problem."""
    batch = reach(request, pk)
    code, choice = request.POST.get("code", ""), request.POST.get("choice", "")
    if choice not in dict(_many(code)):
        messages.error(request, _("请选择一种处理办法。"))
        return redirect(f"{reverse('staffing:import_resolve', args=[pk])}?{urlencode({'code': code})}")
    try:
        count = actions.decide_many(
            actor=request.user, now=timezone.now(), import_id=batch.pk, code=code, choice=choice
        )
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        text = _("已处理%(n)s行。") % {"n": count}
        messages.success(request, text, extra_tags="toast")
    return redirect("staffing:import_resolve", pk=pk)


@require(ACTION)
@require_http_methods(["GET", "POST"])
def leavers(request, pk):
    """/rosters/<id>/leavers/: in post here, absent from the roster; only ticked people are recorded as having left."""
    batch = reach(request, pk)
    if sent := elsewhere(request, batch, State.PREVIEW):
        return sent
    diff = queries.diff_of(batch)
    if diff is None:
        return redirect("staffing:import_discard", pk=pk)
    shown = paged(request, diff.find("leaver"), diff.items)
    people = [item["person"] for item in shown.object_list]
    form = LeaversForm(request.POST or None, people=people)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.decide, import_id=batch.pk, decisions=form.decisions())
        if _done(request, act, _("已保存。确认导入时登记离队。")):
            return redirect("staffing:import_preview", pk=pk)
    ticked = {pk for pk in people if f"left!{pk}" in batch.decisions}
    lines = [
        (item, item["person"] in ticked, reverse("staffing:person", args=[item["person"]]))
        for item in shown.object_list
    ]
    return page(request, batch, "leavers", 4, {"form": form, "page": shown, "lines": lines})
