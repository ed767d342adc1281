"""Entering an exam, the frame of the take page, and what stands there once the paper is handed in.

The questions themselves come as JSON from ``exams.views.taking``; these pages hold none.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from exams.actions import taking
from exams.delivery.clock import now_of, window_of
from exams.delivery.entry import standings
from exams.models.attempts import Attempt
from exams.models.sittings import Registration
from exams.queries import entering
from exams.views import leases
from portal.access import require
from portal.actions.errors import Refused

# What each state of a paper is called on the enter page: tag kind, word, icon.
WORDS = {
    "waiting": ("info", gettext_lazy("未开始"), "clock"),
    "ready": ("info", gettext_lazy("可以进入"), "login"),
    "open": ("short", gettext_lazy("作答中"), "pencil"),
    "done": ("met", gettext_lazy("已交卷"), "circle-check"),
    "late": ("overdue", gettext_lazy("已过入场时间"), "ban"),
    "over": ("plain", gettext_lazy("已结束"), ""),
    "blocked": ("overdue", gettext_lazy("不能进入"), "ban"),
}


def _reach(request, code) -> Registration:
    try:
        return entering.registration_of(request.user, code)
    except Registration.DoesNotExist as error:
        raise Http404 from error


def _own(request, pk) -> Attempt:
    try:
        return entering.attempt_of(request.user, pk)
    except Attempt.DoesNotExist as error:
        raise Http404 from error


@require("exams.take")
@require_http_methods(["GET", "POST"])
@never_cache
def enter(request, code):
    """/exams/enter/<code>/: what, when, where and by which rules; begins a paper, or goes on with it on this device."""
    registration = _reach(request, code)
    refused = ""
    if request.method == "POST":
        try:
            attempt = _begin(request, registration.sitting)
        except Refused as refusal:
            refused = refusal.message
        else:
            leases.remember(request, attempt)
            return redirect("exams:take", attempt.pk)
    return render(
        request, "exams/taking/enter.html", _page(request, registration, refused), status=422 if refused else 200
    )


def _begin(request, sitting) -> Attempt:
    """Start the paper named in the form, or take the attempt named there over. Raises Refused and Http404."""
    where = {"address": request.client_ip, "device": leases.device_of(request)}
    wanted = leases.as_lease(request.POST.get("takeover"))
    if wanted:
        try:
            return taking.take_over(actor=request.user, now=timezone.now(), attempt=wanted, **where)
        except taking.Unknown as error:
            raise Http404 from error
    position = request.POST.get("position", "")
    if not position.isascii() or not position.isdigit():
        raise Http404
    return taking.start(
        actor=request.user,
        now=timezone.now(),
        sitting=sitting,
        position=int(position[:4]),
        entry_code=request.POST.get("entry_code", "")[:40],
        held=leases.held(request),
        **where,
    )


def _page(request, registration, refused) -> dict:
    now = timezone.now()
    sitting = registration.sitting
    papers = standings(request.user, sitting, now)
    rows = [_row(request, paper) for paper in papers]
    acting = next((row for row in rows if row["act"]), None)
    if acting:
        acting["primary"] = True
    waiting = next((paper for paper in papers if paper.state == "waiting"), None)
    opens, closes = window_of(registration)
    return {
        "sitting": sitting,
        "registration": registration,
        "place": entering.place_of(registration),
        "opens": opens,
        "closes": closes,
        "late": late if (late := opens + timedelta(minutes=sitting.late_minutes)) < closes else None,
        "rows": rows,
        "seconds_left": round(waiting.seconds_left, 1) if waiting else None,
        "reason": "" if rows else _why_not(registration, now),
        "refused": refused,
        "mine_url": reverse("exams:mine"),
        "active_key": "exams",
    }


def _row(request, paper) -> dict:
    kind, word, icon = WORDS[paper.state]
    act = {"ready": "start", "waiting": "wait"}.get(paper.state, "")
    if paper.state == "open":
        act = "go" if leases.lease_of(request, paper.attempt_id) == str(paper.attempt.lease) else "takeover"
    return {"paper": paper, "kind": kind, "word": word, "icon": icon, "act": act, "primary": False}


def _why_not(registration, now) -> str:
    """Why there is nothing to enter yet: the registration's state, or the sitting's."""
    sitting, states = registration.sitting, Registration.State
    if registration.state == states.PENDING:
        return _("您的报名还在审核中，通过后才能参加考试。")
    if registration.state != states.APPROVED:
        told = {"state": registration.get_state_display(), "reason": registration.reason or _("未写明")}
        return _("您的报名状态为“%(state)s”，不能参加本场考试。原因：%(reason)s") % told
    if not sitting.online:
        return _("本场为线下考试，请按准考证到考场参加。")
    if now_of(sitting, now) >= sitting.closes_at:
        return _("本场考试已经结束。")
    return _("本场考试尚未开放。开放后请从这里进入。")


@require("exams.take")
@require_GET
@never_cache
def take(request, pk):
    """/exams/take/<uuid>/: the frame in which one's own paper is answered; afterwards the receipt."""
    attempt = _own(request, pk)
    registration = attempt.entry.registration
    context = {
        "attempt": attempt,
        "sitting": attempt.sitting,
        "paper": attempt.entry.paper,
        "candidate": registration.person,
        "seat": entering.place_of(registration, site=False),
        "mine_url": reverse("exams:mine"),
        "active_key": "exams",
    }
    if attempt.state == Attempt.State.SUBMITTED:
        context["total"] = len(attempt.layout)
        return render(request, "exams/taking/done.html", context)
    return render(request, "exams/taking/take.html", context)
