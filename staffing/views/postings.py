"""Postings: the list of who must come home, and the pages that send, extend, return and correct."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.access import access_of, require
from portal.templatetags.portal_ui import url_with
from portal.ui import AsOf, Confirm, Count, Link, UnitNode, UnitPicker
from staffing.actions import postings as actions
from staffing.forms.postings import ExtendForm, PostingEditForm, PostingFilterForm, PostingNewForm, ReturnForm
from staffing.models import Posting
from staffing.queries import postings, units
from staffing.queries.policies import basis_text, policy_for
from staffing.views.address import asked_day, asked_unit
from staffing.views.facts import FormPage, confirm_page, form_page, today

PAGE = 50


def _counts(request, totals, state, soon):
    wanted = [
        ("", _("未归位"), totals.open, "", ""),
        ("overdue", _("已逾期"), totals.overdue, "overdue", "clock-exclamation"),
        ("due", _("%(n)s日内到期") % {"n": soon}, totals.due, "short", "calendar-due"),
        ("in_term", _("在期"), totals.in_term, "", ""),
        ("planned", _("未开始"), totals.planned, "", ""),
        ("ended", _("已归位"), totals.ended, "met", "circle-check"),
    ]
    return [
        Count(label, n, url_with(request, state=key or None), (state or "open") == (key or "open"), kind, icon)
        for key, label, n, kind, icon in wanted
    ]


@require("postings.view")
@require_GET
def register(request):
    """/postings/: overdue first, then due soon (as the policy says), then the rest; of one unit with ``unit``,
    sent or received.
    """
    day, _today = asked_day(request)
    unit = asked_unit(request, request.scope)
    policy = policy_for(day, unit)
    soon = policy.return_alerts[0]
    form = PostingFilterForm(request.GET, soon=soon)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = postings.visible(request.scope, day)
    if unit:
        rows = postings.under(rows, unit, chosen.get("side", ""))
    state = chosen.get("state") or "open"
    kind, text = chosen.get("kind", ""), chosen.get("q", "").strip()
    listed = postings.listed(rows, day, soon=soon, state=state, kind=kind, text=text)
    totals = postings.totals(rows, day, soon=soon)
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": [postings.line(row, day, soon) for row in page.object_list],
        "state": state,
        "totals": totals,
        "soon": soon,
        "counts": _counts(request, totals, chosen.get("state", ""), soon),
        "matrix": postings.matrix(request.scope, day) if not unit else None,
        "picker": _picker(request, unit, day),
        "unit": unit,
        "may_edit": access_of(request).can("postings.edit"),
        "may_export": access_of(request).can("exports.make"),
        "as_of": AsOf(day, today()),
        "basis": basis_text(policy),
        "active_key": "postings",
    }
    return render(request, "staffing/postings/register.html", context)


def _picker(request, unit, day) -> UnitPicker:
    shown = list(units.choices(request.scope, day))
    top = min((row.depth for row in shown), default=1)
    nodes = [UnitNode("", _("全部单位"), url_with(request, unit=None), current=unit is None)]
    nodes += [
        UnitNode(row.code, row.name, url_with(request, unit=row.code), row.depth - top, current=row == unit)
        for row in shown
    ]
    return UnitPicker(nodes, current_name=unit.name if unit else "")


def reach(request, pk: int) -> Posting:
    """The posting through ``request.scope``, as of today. Raises Http404 for one out of reach."""
    try:
        return postings.find(request.scope, pk, today())
    except Posting.DoesNotExist as error:
        raise Http404 from error


def _page(request, posting: Posting, title, verb, done, intro=(), acts=()) -> FormPage:
    back = reverse("staffing:postings")
    if request.GET.get("from") == "person":
        back = reverse("staffing:person", args=[posting.person_id])
    told = {"name": posting.person.name, "kind": posting.get_kind_display(), "place": posting.place}
    facts = [_("%(name)s，%(kind)s到%(place)s。") % told, *intro]
    return FormPage(
        title,
        verb,
        back,
        done,
        (Link(_("派驻借调"), reverse("staffing:postings")),),
        facts,
        active_key="postings",
        acts=acts,
    )


@require("postings.edit")
def posting_new(request):
    initial = {"person": request.GET.get("person", ""), "full_time": True, "approved": True}
    form = PostingNewForm(request.POST or None, initial=initial, scope=request.scope, day=today())
    page = FormPage(
        _("登记派驻借调"),
        _("登记"),
        reverse("staffing:postings"),
        _("已登记。"),
        (Link(_("派驻借调"), reverse("staffing:postings")),),
        [_("调动须有文号。与已有的派驻或借调重叠的，请先登记归位。")],
        active_key="postings",
    )
    return form_page(
        request, form, actions.open_posting, page, lambda row: reverse("staffing:person", args=[row.person_id])
    )


@require("postings.edit")
def posting_extend(request, pk):
    row = reach(request, pk)
    form = ExtendForm(request.POST or None, scope=request.scope, day=today())
    intro = [_("原应归位日期 %(day)s。") % {"day": row.due.isoformat()}] if row.due else []
    page = _page(request, row, _("续期"), _("登记续期"), _("已登记续期。"), intro)
    return form_page(request, form, partial(actions.extend_posting, posting=row), page)


@require("postings.edit")
def posting_return(request, pk):
    row = reach(request, pk)
    form = ReturnForm(request.POST or None, initial={"end": today()}, scope=request.scope, day=today())
    intro = [_("应归位日期 %(day)s。") % {"day": row.due.isoformat()}] if row.due else []
    page = _page(request, row, _("登记归位"), _("登记归位"), _("已登记归位。"), intro)
    return form_page(request, form, partial(actions.end_posting, posting=row), page)


@require("postings.edit")
def posting_edit(request, pk):
    row = reach(request, pk)
    fields = actions.CORRECTABLE
    form = PostingEditForm(
        request.POST or None, initial={name: getattr(row, name) for name in fields}, scope=request.scope, day=today()
    )
    acts = [Link(_("撤回登记"), reverse("staffing:posting_withdraw", args=[row.pk]))]
    page = _page(request, row, _("更正派驻借调"), _("保存更正"), _("已更正。"), acts=acts)
    return form_page(request, form, partial(actions.correct_posting, posting=row), page)


@require("postings.edit")
def posting_reopen(request, pk):
    row = reach(request, pk)
    confirm = Confirm(
        id="reopen",
        title=_("撤销归位"),
        verb=_("撤销归位"),
        action_url=reverse("staffing:posting_reopen", args=[row.pk]),
        cancel_url=reverse("staffing:person", args=[row.person_id]),
        lines=[_("%(name)s的%(kind)s恢复为未归位。") % {"name": row.person.name, "kind": row.get_kind_display()}],
        reason="required",
    )
    act = partial(actions.reopen_posting, posting=row)
    return confirm_page(request, confirm, act, done=_("已撤销归位。"), active_key="postings")


@require("postings.edit")
def posting_withdraw(request, pk):
    row = reach(request, pk)
    confirm = Confirm(
        id="withdraw",
        title=_("撤回派驻借调登记"),
        verb=_("撤回"),
        action_url=reverse("staffing:posting_withdraw", args=[row.pk]),
        cancel_url=reverse("staffing:person", args=[row.person_id]),
        lines=[
            _("%(name)s自%(day)s起的%(kind)s登记有误，撤回后任何一天都不再计算。")
            % {"name": row.person.name, "day": row.start.isoformat(), "kind": row.get_kind_display()}
        ],
        reversible=_("记录和原因保留在时间线上；要恢复须重新登记。"),
        reason="required",
        danger=True,
    )
    act = partial(actions.withdraw_posting, posting=row)
    return confirm_page(request, confirm, act, done=_("已撤回。"), active_key="postings")
