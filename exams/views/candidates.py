"""The candidates of a sitting: list, decisions, withdrawals, and whom to take off."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exams.actions import registrations as actions
from exams.actions.candidate_exports import export_candidates
from exams.forms.sittings import CandidateFilterForm
from exams.models.sittings import Registration, Sitting
from exams.queries import eligibility
from exams.queries import sittings as queries
from exams.views.sitting_kit import KEY, address, crumbs, is_office, reach, reach_registration
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count
from staffing.views.exports import as_file
from staffing.views.facts import confirm_page

PAGE = 50
State = Registration.State
NAMED = 5


def _asked(request, row: Sitting):
    """(form, candidates asked for) inside ``request.scope``."""
    form = CandidateFilterForm(request.GET, units=queries.units_of(request.scope, row))
    given = form.cleaned_data if form.is_valid() else {}
    rows = queries.candidates(
        request.scope,
        row,
        state=given.get("state", ""),
        unit=given.get("unit"),
        outcome=given.get("outcome", "") if row.state == Sitting.State.RELEASED or is_office(request, row) else "",
        text=given.get("q", "").strip(),
    )
    return form, rows


@require("sittings.view")
@require_GET
def candidates(request, code):
    """/exams/sittings/<code>/candidates/: who is registered, in which state and why."""
    row = reach(request, code)
    form, rows = _asked(request, row)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    totals, state = queries.states(request.scope, row), request.GET.get("state", "")
    counts = [Count(_("全部"), sum(totals.values()), url_with(request, state=None, page=None), not state)]
    counts += [
        Count(str(State(key).label), n, url_with(request, state=key, page=None), state == key)
        for key, n in totals.items()
    ]
    access, office = access_of(request), is_office(request, row)
    decides = office and row.state not in (Sitting.State.CLOSED, Sitting.State.RELEASED, Sitting.State.CANCELLED)
    waiting = [r for r in page.object_list if r.state == State.PENDING] if decides else []
    verdicts = eligibility.explain(row, [r.person_id for r in waiting]) if waiting else {}
    context = {
        "sitting": row,
        "form": form,
        "page": page,
        "lines": [(r, verdicts.get(r.person_id), r.state in queries.LIVE) for r in page.object_list],
        "counts": counts,
        "office": office,
        "decides": decides,
        "may_edit": access.can("registrations.edit")
        and row.state not in (Sitting.State.RELEASED, Sitting.State.CANCELLED),
        # Once released nothing may be edited, so the two share a column.
        "may_transcript": row.state == Sitting.State.RELEASED and access.can("registrations.edit"),
        "may_export": access.can("registrations.edit") and bool(page.paginator.count),
        "may_register": access.can("registrations.edit")
        and row.state in (Sitting.State.REGISTERING, Sitting.State.ARRANGED, Sitting.State.OPEN),
        "show_outcome": office or row.state == Sitting.State.RELEASED,
        "crumbs": crumbs(row),
        "active_key": KEY,
    }
    return render(request, "exams/sittings/candidates.html", context)


@require("registrations.edit")
@require_POST
def candidates_export(request, code):
    """The list as asked for, as a workbook."""
    row = reach(request, code)
    _form, rows = _asked(request, row)
    made = export_candidates(
        actor=request.user, now=timezone.now(), sitting=row, rows=rows, words=request.GET.urlencode()[:200]
    )
    return as_file(made)


@require("registrations.approve")
@require_POST
def candidates_decide(request, code):
    """Approve or refuse the ticked candidates."""
    row = reach(request, code, office=True)
    back = url_with(request, address("candidates", code), state=request.POST.get("state_now") or None)
    ids = [int(pk) for pk in request.POST.getlist("pk") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    chosen = list(queries.candidates(request.scope, row).filter(pk__in=ids))
    if not chosen:
        messages.error(request, _("请先勾选考生。"))
        return redirect(back)
    approve = request.POST.get("decision") == "approve"
    try:
        done = actions.decide(
            actor=request.user,
            now=timezone.now(),
            sitting=row,
            registrations=chosen,
            approve=approve,
            reason=request.POST.get("reason", "").replace("\0", "")[:300],
        )
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(back)
    if done.changed:
        text = _("已通过%(n)s人。") if approve else _("未通过%(n)s人，原因已通知考生。")
        messages.success(request, text % {"n": len(done.changed)}, extra_tags="toast")
    for registration, reasons in list(done.refused.items())[:NAMED]:
        told = {"name": registration.person.name, "reasons": str(_("；")).join(reasons)}
        messages.error(request, _("%(name)s没有办理：%(reasons)s。") % told)
    if len(done.refused) > NAMED:
        messages.error(request, _("另有%(n)s人没有办理。") % {"n": len(done.refused) - NAMED})
    return redirect(back)


@require("registrations.edit")
@require_http_methods(["GET", "POST"])
def registration_withdraw(request, code, pk):
    """/exams/sittings/<code>/candidates/<pk>/withdraw/: 登记弃考, with the reason."""
    row = reach(request, code)
    registration = reach_registration(request, row, pk)
    told = {"name": registration.person.name, "title": row.title}
    confirm = Confirm(
        id="withdraw",
        title=_("登记弃考：%(name)s") % told,
        verb=_("登记弃考"),
        action_url=reverse("exams:registration_withdraw", args=[code, pk]),
        lines=[_("%(name)s不参加“%(title)s”，登记册中列入弃考，不计入不合格。") % told],
        reversible=_("开考前可以撤回。"),
        reason="required",
        danger=True,
        cancel_url=address("candidates", code),
    )
    act = partial(actions.withdraw, registration=registration)
    return confirm_page(request, confirm, act, done=_("已登记弃考。"), active_key=KEY)


@require("registrations.edit")
@require_http_methods(["GET", "POST"])
def registration_back(request, code, pk):
    """/exams/sittings/<code>/candidates/<pk>/back/: take a withdrawal back."""
    row = reach(request, code)
    registration = reach_registration(request, row, pk)
    told = {"name": registration.person.name, "reason": registration.reason}
    confirm = Confirm(
        id="back",
        title=_("撤回弃考：%(name)s") % told,
        verb=_("撤回弃考"),
        action_url=reverse("exams:registration_back", args=[code, pk]),
        lines=[_("弃考原因：%(reason)s。") % told, _("%(name)s恢复报名，准考证号不变。") % told],
        reversible=_("可以再次登记弃考。"),
        cancel_url=address("candidates", code),
        primary=True,
    )
    act = partial(actions.take_back, registration=registration)
    return confirm_page(request, confirm, act, done=_("已撤回弃考。"), active_key=KEY)


@require("registrations.edit")
@require_http_methods(["GET", "POST"])
def proposals(request, code):
    """/exams/sittings/<code>/proposals/: who by the day no longer fits, and 登记弃考 with that reason."""
    row = reach(request, code)
    found = queries.proposals(row, request.scope)
    if request.method == "POST":
        wanted = set(request.POST.getlist("pk"))
        reasons = {p.registration.pk: p.reason for p in found if str(p.registration.pk) in wanted}
        try:
            if not reasons:
                raise Refused(_("请先勾选考生。"))
            n = actions.withdraw_many(actor=request.user, now=timezone.now(), sitting=row, reasons=reasons)
        except Refused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("已登记弃考%(n)s人，原因已记入。") % {"n": n}, extra_tags="toast")
        return redirect("exams:proposals", code=code)
    context = {
        "sitting": row,
        "lost": [p for p in found if p.lost],
        "moved": [p for p in found if not p.lost],
        "day": eligibility.day_of(row),
        "crumbs": crumbs(row),
        "active_key": KEY,
    }
    return render(request, "exams/sittings/proposals.html", context)
