"""Setting a sitting up: its form, duties, the pre-flight check, rehearsals and their clock."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exams.actions import duties as duty_actions
from exams.actions import rehearsals
from exams.actions import sittings as actions
from exams.delivery.clock import now_of
from exams.forms.sittings import DutyForm, RehearsalForm, SittingForm
from exams.models.rooms import Batch
from exams.models.sittings import Duty, Sitting
from exams.queries.preflight import preflight as look
from exams.queries.registrations import reachable
from exams.views.sitting_kit import KEY, address, crumbs, reach, today
from portal.access import require
from portal.actions.errors import Refused
from portal.ui import Confirm, Link
from staffing.views.facts import confirm_page

State = Sitting.State


@require("sittings.edit")
@require_http_methods(["GET", "POST"])
def sitting_new(request):
    """/exams/sittings/new/"""
    initial = {"by_unit": True}
    form = SittingForm(request.POST or None, scope=request.scope, day=today(), initial=initial)
    if request.method == "POST" and form.is_valid():
        made = form.save(
            actions.create_sitting, new_code=actions.new_entry_code, actor=request.user, now=timezone.now()
        )
        if made:
            messages.success(request, _("场次已建立。"), extra_tags="toast")
            return redirect("exams:sitting", code=made.code)
    context = {"form": form, "back": address("sittings"), "active_key": KEY}
    return render(request, "exams/sittings/form.html", context, status=422 if form.errors else 200)


@require("sittings.edit")
@require_http_methods(["GET", "POST"])
def sitting_edit(request, code):
    """/exams/sittings/<code>/edit/: what the state of the sitting still allows."""
    row = reach(request, code, office=True)
    allowed = {
        State.OPEN: {*actions.WHEN_OPEN, "generate"},
        State.CLOSED: actions.WHEN_CLOSED,
        State.RELEASED: actions.WHEN_RELEASED,
    }.get(row.state)
    if row.state == State.CANCELLED:
        messages.error(request, _("场次%(state)s，设置不能再改。") % {"state": row.get_state_display()})
        return redirect("exams:sitting", code=code)
    form = SittingForm(request.POST or None, scope=request.scope, day=today(), sitting=row, allowed=allowed)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.change_sitting, sitting=row)
        if form.save(act, new_code=actions.new_entry_code, actor=request.user, now=timezone.now()):
            messages.success(request, _("设置已保存。"), extra_tags="toast")
            return redirect("exams:sitting", code=code)
    context = {"form": form, "sitting": row, "back": address("sitting", code), "active_key": KEY}
    return render(request, "exams/sittings/form.html", context, status=422 if form.errors else 200)


# --- duties ----------------------------------------------------------------------------------------------------------


@require("sittings.edit")
@require_http_methods(["GET", "POST"])
def duties(request, code):
    """/exams/sittings/<code>/duties/: who invigilates where, and who marks."""
    row, now = reach(request, code, office=True), timezone.now()
    rooms = Batch.objects.filter(sitting=row).values("rooms")
    form = DutyForm(request.POST or None, now=now, rooms=rooms)
    if request.method == "POST" and form.is_valid():
        try:
            duty_actions.set_duty(actor=request.user, now=now, sitting=row, **form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, _("已安排。"), extra_tags="toast")
            return redirect("exams:duties", code=code)
    there = Duty.objects.filter(sitting=row).select_related("user", "room__site").order_by("kind", "room", "user__name")
    context = {"form": form, "sitting": row, "duties": list(there), "crumbs": crumbs(row), "active_key": KEY}
    return render(request, "exams/sittings/duties.html", context, status=422 if form.errors else 200)


@require("sittings.edit")
@require_http_methods(["GET", "POST"])
def duty_drop(request, code, pk):
    """/exams/sittings/<code>/duties/<pk>/drop/"""
    row = reach(request, code, office=True)
    duty = get_object_or_404(Duty.objects.select_related("user", "sitting__unit"), sitting=row, pk=pk)
    told = {"name": duty.user.name or duty.user.username, "duty": duty.get_kind_display()}
    confirm = Confirm(
        id="drop",
        title=_("撤下%(name)s的%(duty)s") % told,
        verb=_("撤下"),
        action_url=reverse("exams:duty_drop", args=[code, pk]),
        lines=[_("%(name)s不再担任本场次的%(duty)s。") % told],
        reversible=_("可以重新安排。"),
        cancel_url=address("duties", code),
    )
    act = partial(duty_actions.drop_duty, duty=duty)
    return confirm_page(request, confirm, act, done=_("已撤下。"), active_key=KEY)


# --- pre-flight ------------------------------------------------------------------------------------------------------


@require("sittings.edit")
@require_GET
def preflight(request, code):
    """/exams/sittings/<code>/preflight/: may it open, and what is red."""
    row = reach(request, code, office=True)
    if row.state not in (State.DRAFT, State.REGISTERING, State.ARRANGED):
        return redirect("exams:sitting", code=code)
    found = look(row, now=timezone.now())
    may_open = found.ready and row.state == State.ARRANGED
    context = {
        "sitting": row,
        "found": found,
        "open": Link(_("开放考试"), reverse("exams:sitting_act", args=[code, "open"]), "lock-open", primary=True)
        if may_open
        else None,
        "crumbs": crumbs(row),
        "active_key": KEY,
    }
    return render(request, "exams/sittings/preflight.html", context)


@require("sittings.edit")
@require_GET
def preflight_panel(request, code):
    """The red and amber points for the hub, fetched by it; a page of its own without script."""
    row = reach(request, code, office=True)
    if not request.headers.get("HX-Request"):
        return redirect("exams:preflight", code=code)
    return render(
        request, "exams/sittings/preflight_panel.html", {"sitting": row, "found": look(row, now=timezone.now())}
    )


# --- rehearsal -------------------------------------------------------------------------------------------------------


@require("sittings.edit")
@require_http_methods(["GET", "POST"])
def rehearsal(request, code):
    """/exams/sittings/<code>/rehearsal/: make a rehearsal of this sitting with chosen people."""
    row = reach(request, code, office=True)
    if row.rehearsal:
        raise Http404
    own = getattr(request.user, "person", None)
    form = RehearsalForm(request.POST or None, initial={"numbers": own.staff_no if own else ""})
    if request.method == "POST" and form.is_valid():
        wanted = form.values()
        people = {p.staff_no: p for p in reachable(request.scope, today()).filter(staff_no__in=wanted)}
        missing = [number for number in wanted if number not in people]
        try:
            if missing:
                raise Refused(_("没有找到：%(numbers)s。") % {"numbers": str(_("、")).join(missing)}, "numbers")
            made = rehearsals.copy_rehearsal(
                actor=request.user, now=timezone.now(), sitting=row, people=list(people.values())
            )
        except Refused as refused:
            form.add_error("numbers" if refused.field else None, refused.message)
        else:
            messages.success(request, _("演练场次已建立，可以检查并开放。"), extra_tags="toast")
            return redirect("exams:sitting", code=made.code)
    context = {"form": form, "sitting": row, "crumbs": crumbs(row), "active_key": KEY}
    return render(request, "exams/sittings/rehearsal.html", context, status=422 if form.errors else 200)


@require("sittings.edit")
@require_POST
def clock(request, code):
    """/exams/sittings/<code>/clock/: move a rehearsal's clock by ``step`` seconds or to a moment."""
    row = reach(request, code, office=True)
    now, step = timezone.now(), request.POST.get("step", "0")[:12]
    given = {"step": int(step)} if step.removeprefix("-").isascii() and step.removeprefix("-").isdigit() else {}
    try:
        row = rehearsals.set_clock(
            actor=request.user, now=now, sitting=row, to=request.POST.get("to", "")[:10], **given
        )
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        told = timezone.localtime(now_of(row, now)).strftime("%Y-%m-%d %H:%M:%S")
        messages.success(request, _("演练时钟：%(when)s") % {"when": told}, extra_tags="toast")
    return redirect("exams:sitting", code=code)
