"""What an invigilator does from the console: one page asks (who, how long, why), then one action of ``conduct``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from exams.actions import conduct
from exams.forms import console as asks
from exams.models.attempts import ConductEvent
from exams.queries import console
from exams.views.console import address_of, reach
from portal.access import require
from portal.actions.errors import Refused

MOST = 3000
SITTING = ("open", "lost", "paused")
ANYBODY = tuple(console.ORDER)


@dataclass(frozen=True)
class Act:
    """``states``: whom it applies to; ``alone``: may concern nobody in particular."""

    title: str
    verb: str
    form: type[forms.Form]
    states: tuple[str, ...] = ANYBODY
    note: str = ""
    danger: bool = False
    alone: bool = False


ACTS = {
    "extend": Act(
        gettext_lazy("延长时间"), gettext_lazy("延时"), asks.MinutesForm, SITTING,
        gettext_lazy("考生的剩余时间立即更新，答题页上有提示。"),
    ),
    "pause": Act(
        gettext_lazy("暂停考试"), gettext_lazy("暂停"), asks.ReasonForm, ("open", "lost"),
        gettext_lazy("暂停期间不计时，试卷从考生屏幕上收起。"),
    ),
    "resume": Act(
        gettext_lazy("恢复考试"), gettext_lazy("恢复"), asks.OptionalReasonForm, ("paused",),
        gettext_lazy("剩余时间与暂停时相同。"),
    ),
    "force": Act(
        gettext_lazy("收卷"), gettext_lazy("收卷"), asks.ReasonForm, SITTING,
        gettext_lazy("按已保存的答案立即交卷。误收可以“恢复作答”。"), True,
    ),
    "reopen": Act(
        gettext_lazy("恢复作答"), gettext_lazy("恢复作答"), asks.MinutesForm, ("submitted",),
        gettext_lazy("原有答案都在，从现在起另给这些分钟。"),
    ),
    "message": Act(gettext_lazy("发送通知"), gettext_lazy("发送"), asks.MessageForm, SITTING),
    "absent": Act(
        gettext_lazy("登记缺考"), gettext_lazy("登记缺考"), asks.OptionalTextForm, ("waiting",),
        gettext_lazy("登记后该考生不能再进入，可撤销登记。"),
    ),
    "incident": Act(gettext_lazy("登记异常情况"), gettext_lazy("登记"), asks.TextForm, alone=True),
    "violation": Act(gettext_lazy("登记违纪"), gettext_lazy("登记违纪"), asks.TextForm, danger=True),
    "cheated": Act(
        gettext_lazy("登记作弊"), gettext_lazy("登记作弊"), asks.TextForm,
        note=gettext_lazy("登记后取消本场成绩，可撤销登记。"), danger=True,
    ),
}  # fmt: skip
RECORDS = ("absent", "incident", "violation", "cheated")


@require("console.act")
@require_http_methods(["GET", "POST"])
@never_cache
def act(request, code):
    """/exams/consoles/<code>/act/?act=…&r=…: ask, then do. ``all=1`` means everybody the viewer sees."""
    sitting, viewer = reach(request, code)
    asked = request.POST if request.method == "POST" else request.GET
    name = asked.get("act", "")
    name = asked.get("other", "") if name == "other" else name
    if name not in ACTS:
        return redirect(address_of(sitting)) if name == "" else _nothing()
    kind, everybody = ACTS[name], asked.get("all") == "1"
    hall = console.hall(sitting, viewer, timezone.now())
    picked = _picked(hall, asked, everybody)
    fit = [row for row in picked if row.state in kind.states]
    form = kind.form(request.POST) if request.method == "POST" else kind.form(initial=_initial(asked))
    possible = bool(fit) or (name == "message" and everybody) or (kind.alone and not picked)
    if request.method == "POST" and form.is_valid() and possible:
        done = _do(request, form, name, sitting, viewer, fit, everybody)
        if done:
            messages.success(request, done)
            return redirect(address_of(sitting))
    context = {
        "sitting": sitting,
        "kind": kind,
        "name": name,
        "form": form,
        "everybody": everybody,
        "fit": fit,
        "unfit": [row for row in picked if row.state not in kind.states],
        "possible": possible,
        "back": address_of(sitting),
        # Names this form: sent twice it does its act once.
        "once": asked.get("once") or uuid4().hex,
        "active_key": "consoles",
    }
    return render(request, "exams/console/act.html", context, status=422 if form.errors else 200)


def _nothing():
    raise Http404


def _initial(asked) -> dict:
    """What the link already says (a reply to a raised hand)."""
    return {"text": asked["text"][:300]} if asked.get("text") else {}


def _picked(hall, asked, everybody) -> list[console.Row]:
    if everybody:
        return hall.rows
    wanted = {int(pk) for pk in asked.getlist("r")[:MOST] if pk.isascii() and pk.isdigit() and len(pk) < 16}
    return [row for row in hall.rows if row.pk in wanted]


def _do(request, form, name, sitting, viewer, rows, everybody) -> str:
    """Do it and say what was done; "" when it was refused (the form says why)."""
    given = {"actor": request.user, "now": timezone.now()}
    values = form.cleaned_data
    once = request.POST.get("once", "")[:40]
    try:
        if name in RECORDS:
            return _record(name, sitting, rows, values["text"], given | {"once": once})
        return _conduct(name, sitting, viewer, rows, values, everybody, given, once)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return ""


def _conduct(name, sitting, viewer, rows, values, everybody, given, once) -> str:
    attempts = [row.attempt for row in rows]
    whole = everybody and viewer.rooms is None
    reason, seconds = values.get("reason", ""), values.get("minutes", 0) * 60
    if name == "message":
        to = None if whole else attempts
        if to == []:
            raise Refused(_("您负责的考场没有考生在作答。"))
        conduct.send_message(sitting=sitting, text=values["text"], attempts=to, once=once, **given)
        return _("已通知全场。") if to is None else _("已通知%(n)d人。") % {"n": len(to)}
    if name == "extend":
        if whole:
            n = conduct.extend_all(sitting=sitting, seconds=seconds, reason=reason, once=once, **given)
        else:
            n = conduct.extend(attempts=attempts, seconds=seconds, reason=reason, once=once, **given)
        return _("已为%(n)d人延长%(m)d分钟。") % {"n": n, "m": values["minutes"]}
    if name == "reopen":
        return _each(
            rows,
            lambda row: conduct.reopen(attempt=row.attempt, seconds=seconds, reason=reason, **given),
            _("已为%(n)d人恢复作答。"),
        )
    act, done = {
        "pause": (conduct.pause, _("已暂停%(n)d人。")),
        "resume": (conduct.resume, _("已恢复%(n)d人。")),
        "force": (conduct.force_hand_in, _("已收卷%(n)d人。")),
    }[name]
    return done % {"n": act(attempts=attempts, reason=reason, **given)}


def _record(name, sitting, rows, text, given) -> str:
    if not rows:
        conduct.record(sitting=sitting, kind=name, text=text, **given)
        return _("已记入考场记录。")
    people = console.registrations_of(sitting, [row.pk for row in rows])
    return _each(
        rows,
        lambda row: conduct.record(sitting=sitting, kind=name, text=text, registration=people[row.pk], **given),
        _("已登记%(n)d人。"),
    )


def _each(rows: Iterable[console.Row], one: Callable, done: str) -> str:
    """Each candidate's own action; who was refused is named with the reason. Raises Refused when all were."""
    made, refused = 0, []
    for row in rows:
        try:
            one(row)
            made += 1
        except Refused as refusal:
            refused.append(row.name + _("：") + refusal.message)
    if refused and not made:
        raise Refused(" ".join(refused))
    return " ".join([done % {"n": made}, *refused])


@require("console.act")
@require_http_methods(["GET", "POST"])
@never_cache
def clear(request, code, pk):
    """/exams/consoles/<code>/log/<pk>/clear/: take back what was written down, with the reason."""
    sitting, viewer = reach(request, code)
    try:
        event = console.event_of(sitting, viewer, pk)
    except ConductEvent.DoesNotExist as error:
        raise Http404 from error
    form = asks.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            conduct.clear(actor=request.user, now=timezone.now(), event=event, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已撤销登记。"))
            return redirect(address_of(sitting))
    context = {"sitting": sitting, "event": event, "form": form, "back": address_of(sitting), "active_key": "consoles"}
    return render(request, "exams/console/clear.html", context, status=422 if form.errors else 200)
