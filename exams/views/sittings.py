"""Sittings for the exam office: the list, one sitting's hub, and the steps it goes through."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from exams.actions import sittings as actions
from exams.delivery.clock import now_of
from exams.forms.sittings import SittingFilterForm
from exams.models.sittings import Registration, Sitting
from exams.queries import eligibility
from exams.queries import sittings as queries
from exams.views.sitting_kit import KEY, address, is_office, office_scope, reach, today
from portal.access import access_of, require
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count, Link, Step
from staffing.views.facts import confirm_page

PAGE = 30
State = Sitting.State
# Not open yet: the pre-flight check is about these.
BEFORE = (State.DRAFT, State.REGISTERING, State.ARRANGED)


def group_labels() -> dict[str, str]:
    """Group of states (exams.queries.sittings.GROUPS) → its name."""
    return {
        "preparing": _("未就绪"),
        "open": _("已开放"),
        "closed": _("待发布"),
        "released": _("已发布"),
        "cancelled": _("已取消"),
    }


@require("sittings.view")
@require_GET
def sittings(request):
    """/exams/sittings/: what is not ready first; others of the office see it by its state."""
    scope = office_scope(request)
    office, rehearsals = bool(scope), request.GET.get("kind") == "rehearsal"
    labels = group_labels()
    totals = queries.counts(scope, office=office)
    group = request.GET.get("state", "")
    if group not in labels:
        group = "" if group == "all" else next((key for key in labels if totals[key]), "")
    form = SittingFilterForm(request.GET)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    rehearsals = rehearsals and office
    counted = scope if office else request.scope
    rows = queries.listed(
        scope, office=office, group="" if rehearsals else group, text=text, rehearsals=rehearsals, counted=counted
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = [
        Count(label, totals[key], url_with(request, state=key, kind=None, page=None), key == group and not rehearsals)
        for key, label in labels.items()
    ]
    counts.append(
        Count(_("全部"), sum(totals.values()), url_with(request, state="all", kind=None, page=None), not group)
    )
    context = {
        "page": page,
        "lines": queries.lines(page.object_list, today()),
        "counts": counts,
        "form": form,
        "office": office,
        "rehearsals": rehearsals,
        "other_url": url_with(request, kind=None if rehearsals else "rehearsal", page=None),
        "active_key": KEY,
    }
    return render(request, "exams/sittings/list.html", context)


@require("sittings.view")
@require_GET
def sitting(request, code):
    """/exams/sittings/<code>/: where a sitting is, in numbers, and the way to everything about it."""
    row = reach(request, code)
    access, office = access_of(request), is_office(request, row)
    context = {
        "sitting": row,
        "office": office,
        "papers": list(row.papers.select_related("paper")),
        "scope_units": list(row.scope_units.all()),
        "requirements": eligibility.requirements(row),
        "states": queries.states(request.scope, row),
        "may_register": access.can("registrations.edit")
        and row.state in (State.REGISTERING, State.ARRANGED, State.OPEN),
        "clock": now_of(row, timezone.now()),
        "active_key": KEY,
    }
    if office:
        context |= {
            "numbers": queries.numbers(row),
            "next": _next(row),
            "others": _others(row),
            "steps": _steps(row),
            "areas": _areas(row),
            "checks": row.state in BEFORE,
        }
    return render(request, "exams/sittings/hub.html", context)


def _act(row: Sitting, act: str) -> str:
    return reverse("exams:sitting_act", args=[row.code, act])


def _next(row: Sitting) -> Link | None:
    """The one step that comes next."""
    wanted = {
        State.DRAFT: (_("开始报名"), _act(row, "register"), "user-plus"),
        State.REGISTERING: (_("截止报名"), _act(row, "arrange"), "lock"),
        State.ARRANGED: (_("检查并开放"), address("preflight", row.code), "checks"),
        State.OPEN: _next_when_open(row),
        State.CLOSED: (_("成绩登记册"), address("register", row.code), "clipboard-list"),
        State.RELEASED: (_("成绩登记册"), address("register", row.code), "clipboard-list"),
    }.get(row.state)
    if not wanted or not wanted[1] or (row.rehearsal and row.state in (State.CLOSED, State.RELEASED)):
        return None
    return Link(wanted[0], wanted[1], wanted[2], primary=True)


def _next_when_open(row: Sitting) -> tuple[str, str, str]:
    """Watch until the time is over; ending before that would be refused."""
    if row.online and now_of(row, timezone.now()) < row.closes_at:
        return _("进入监考台"), address("console", row.code), "eye"
    return _("结束考试"), _act(row, "close"), "player-stop"


def _others(row: Sitting) -> list[Link]:
    found = []
    if row.state != State.CANCELLED:
        found.append(Link(_("修改设置"), address("sitting_edit", row.code), "pencil"))
    if row.state == State.ARRANGED and not row.rehearsal:
        found.append(Link(_("恢复报名"), _act(row, "register"), "lock-open"))
    if row.online and not row.rehearsal and row.state in (State.REGISTERING, State.ARRANGED):
        found.append(Link(_("创建演练场次"), address("rehearsal", row.code), "player-play"))
    if row.state in (State.DRAFT, State.REGISTERING, State.ARRANGED, State.OPEN):
        found.append(Link(_("取消场次"), _act(row, "cancel"), "ban"))
    return found


def _steps(row: Sitting) -> list[Step]:
    order = [State.DRAFT, State.REGISTERING, State.ARRANGED, State.OPEN, State.CLOSED, State.RELEASED]
    if row.rehearsal:
        order = [State.ARRANGED, State.OPEN, State.CLOSED]
    if row.state not in order:
        return []
    at = order.index(row.state)
    return [Step(str(s.label), "done" if n < at else "now" if n == at else "todo") for n, s in enumerate(order)]


def _areas(row: Sitting) -> list[Link]:
    code = [row.code]
    wanted = [
        (_("考生"), "candidates", code, "users"),
        (_("考场与座位"), "rooms", code, "map-pin"),
        (_("打印材料"), "printables", code, "printer"),
        (_("监考与阅卷分工"), "duties", code, "user-check"),
    ]
    if row.state in BEFORE:
        wanted.append((_("考前检查"), "preflight", code, "checks"))
    if row.online:
        wanted += [
            (_("监考台"), "console", code, "eye"),
            (_("阅卷进度"), "marking_overview", code, "list-check"),
        ]
    elif row.state not in (State.RELEASED, State.CANCELLED):
        wanted.append((_("导入成绩表"), "scores_import", code, "table-import"))
    if not row.rehearsal:
        wanted += [
            (_("成绩登记册"), "register", code, "clipboard-list"),
            (_("成绩复核"), "appeals", code, "gavel"),
            (_("试题分析"), "analysis", code, "chart-bar"),
            (_("试题异议"), "challenges", code, "message-circle"),
            (_("考试档案"), "archive", code, "files"),
        ]
    if row.state == State.RELEASED and not row.rehearsal:
        wanted.append((_("合格证明"), "certificates", code, "certificate"))
    return [Link(label, address(name, *args), icon) for label, name, args, icon in wanted]


# --- steps -----------------------------------------------------------------------------------------------------------


def _confirm(row: Sitting, act: str, title: str, verb: str, lines, **more) -> Confirm:
    back = more.pop("back", "") or address("sitting", row.code)
    return Confirm(
        id=act, title=title, verb=verb, action_url=_act(row, act), lines=lines, cancel_url=back, primary=True, **more
    )


def _ask_register(row):
    lines = [_("“%(title)s”开始报名，单位和个人可按设定的方式报名。") % {"title": row.title}]
    return (
        _confirm(row, "register", _("开始报名"), _("开始报名"), lines, reversible=_("可以随时截止。")),
        actions.open_registration,
        _("已开始报名。"),
    )


def _ask_arrange(row):
    live = Registration.objects.filter(sitting=row, state=Registration.State.APPROVED).count()
    waiting = Registration.objects.filter(sitting=row, state=Registration.State.PENDING).count()
    lines = [_("截止后单位和个人不能再报名；为已通过的%(n)s人编排准考证号。") % {"n": live}]
    if waiting:
        lines.append(_("还有%(n)s人待审核，通过时再编号。") % {"n": waiting})
    text = _("可以恢复报名；已编的号不变。")
    confirm = _confirm(row, "arrange", _("截止报名"), _("截止报名"), lines, reversible=text)
    return confirm, actions.end_registration, _("报名已截止，准考证号已编排。")


def _ask_open(row):
    live = Registration.objects.filter(sitting=row, state=Registration.State.APPROVED).count()
    told = {"n": live, "when": timezone.localtime(row.opens_at).strftime("%Y-%m-%d %H:%M")}
    lines = [
        _("开放后试卷定稿，科目、时间、报考条件不能再改。"),
        _("%(n)s名考生自%(when)s起可以进入。") % told if row.online else _("为%(n)s名考生建立成绩栏。") % told,
    ]
    confirm = _confirm(
        row,
        "open",
        _("开放考试：%(title)s") % {"title": row.title},
        _("开放（%(n)s人）") % {"n": live},
        lines,
        reversible=_("开放后不能退回筹备；没有人进入前可以取消场次。"),
        back=address("preflight", row.code),
    )
    return confirm, actions.open_sitting, _("考试已开放。")


def _ask_close(row):
    lines = [_("考试时间已过、没有人在作答时可以结束；结束后开始评卷和登记成绩。")]
    confirm = _confirm(row, "close", _("结束考试"), _("结束考试"), lines)
    return confirm, actions.close_sitting, _("考试已结束。")


def _ask_cancel(row):
    live = Registration.objects.filter(sitting=row, state__in=queries.LIVE).count()
    lines = [_("取消后%(n)s人的报名一并撤销，并收到您填写的原因。") % {"n": live}]
    confirm = _confirm(
        row,
        "cancel",
        _("取消场次：%(title)s") % {"title": row.title},
        _("取消场次"),
        lines,
        reversible=_("不能恢复；记录保留。"),
        danger=True,
        reason="required",
    )
    return confirm, actions.cancel_sitting, _("场次已取消，考生已通知。")


ASK = {
    "register": _ask_register,
    "arrange": _ask_arrange,
    "open": _ask_open,
    "close": _ask_close,
    "cancel": _ask_cancel,
}


@require("sittings.edit")
@require_http_methods(["GET", "POST"])
def sitting_act(request, code, act):
    """/exams/sittings/<code>/do/<act>/: what a step will do; POST takes it."""
    row = reach(request, code, office=True)
    if act not in ASK:
        raise Http404
    if act == "open" and row.state != State.ARRANGED:
        return redirect("exams:sitting", code=code)
    confirm, do, done = ASK[act](row)
    return confirm_page(request, confirm, partial(do, sitting=row), done=done, active_key=KEY)
