"""学时达标: units, the people behind each number, the workbook, the reminder."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.actions import compliance_exports, reminders
from courses.queries import compliance as queries
from courses.queries.hours import basis_words
from portal import figures as show
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.figures import num
from portal.ui import Confirm, Link, StatTile, UnitNode, UnitPicker
from staffing.forms.gaps import ListFilter
from staffing.views.exports import as_file
from staffing.views.gap_asked import Asked, asked

PAGE = 50
SIDES = {
    queries.MISSING: gettext_lazy("未达标"),
    queries.BEHIND: gettext_lazy("预计不能达标"),
    queries.NUMERATOR: pgettext_lazy("hours", "已达标"),
    queries.DENOMINATOR: gettext_lazy("应达标"),
}


def _list(found: Asked, side: str, unit=None, name: str = "courses:compliance_people") -> str:
    query = {**found.carried(unit), **({"side": side} if side != queries.MISSING else {})}
    return reverse(name) + (f"?{urlencode(query)}" if query else "")


def _context(request, found: Asked) -> dict:
    access = access_of(request)
    return {
        "asked": found,
        "unit": found.desk.unit,
        "as_of": found.as_of,
        "basis": found.basis,
        "year": found.desk.year,
        "may_export": access.can("exports.make"),
        "may_remind": access.can("reminders.send") and found.as_of.is_today,
    }


def _picker(found: Asked) -> UnitPicker:
    desk = found.desk
    units = [(i, info) for i, info in enumerate(desk.tree.units) if desk.covers(i) and desk.table().shows(i)]
    top = min((info.depth for _i, info in units), default=1)
    nodes = [UnitNode("", _("全部单位"), found.page("courses:compliance", desk.unit), current=True)]
    nodes = nodes if desk.unit.id is None else []
    nodes += [
        UnitNode(
            info.code,
            info.name,
            found.page("courses:compliance", info),
            min(info.depth - top, 5),
            current=i == desk.index,
        )
        for i, info in units
    ]
    crumbs = [Link(above.label, found.page("courses:compliance", above)) for above in desk.ancestors()]
    return UnitPicker(nodes, desk.unit.label, crumbs)


def _tiles(found: Asked, line: queries.UnitLine) -> list[StatTile]:
    figure, day = line.figure, found.day
    said = {"as_of": day, "basis": _(found.desk.policy.name)}
    return [
        StatTile(
            _("%(year)s年学时达标") % {"year": figure.year},
            show.percent_number(figure.rate, 2, 1),
            "%",
            _list(found, queries.NUMERATOR),
            n=figure.met,
            d=figure.due,
            target=_("%(n)s学时") % {"n": num(found.desk.policy.hours_target)},
            status="short" if figure.short else "met",
            status_text=_("未达标%(n)s人") % {"n": num(figure.short)} if figure.short else _("达标"),
            **said,
        ),
        StatTile(
            _("未达标"),
            num(figure.short),
            _("人"),
            _list(found, queries.MISSING),
            note=_("合计还差%(n)s学时") % {"n": num(line.missing)},
            **said,
        ),
        StatTile(
            _("预计不能达标"),
            num(line.behind),
            _("人"),
            _list(found, queries.BEHIND),
            status="overdue" if line.behind else "met",
            status_text=_("追不上") if line.behind else _("都能达标"),
            note=_("照现在的进度到12月31日"),
            **said,
        ),
    ]


@require("compliance.view")
@require_GET
@never_cache
def compliance(request):
    """/learning/office/compliance/: a unit and those below it."""
    found = asked(request, request.scope)
    board = queries.board(found.desk)
    context = _context(request, found) | {
        "board": board,
        "tiles": _tiles(found, board.whole) if board.whole.known else [],
        "picker": _picker(found),
        "rows": [
            (
                line,
                found.page("courses:compliance", line.unit),
                {side: _list(found, side, line.unit) for side in SIDES},
            )
            for line in board.children
        ],
        "export_url": _list(found, queries.DENOMINATOR, name="courses:compliance_export"),
        "remind_url": _list(found, queries.MISSING, name="courses:remind"),
        "rules": basis_words(found.desk.policy),
    }
    return render(request, "courses/compliance/board.html", context)


def _side(request) -> str:
    side = request.GET.get("side") or queries.MISSING
    if side not in SIDES:
        raise Http404
    return side


@require("compliance.view")
@require_GET
@never_cache
def compliance_people(request):
    """/learning/office/compliance/people/: who is behind a number."""
    found, side = asked(request, request.scope), _side(request)
    people = queries.people(found.desk, side)
    form = ListFilter(request.GET)
    shown = form.narrow(people)
    page = Paginator(range(shown.count), PAGE).get_page(request.GET.get("page"))
    rows = queries.facts(found.desk, shown, page.start_index() - 1, page.end_index()) if shown.count else []
    access = access_of(request)
    context = _context(request, found) | {
        "side": side,
        "label": SIDES[side],
        "sides": [(key, label, _list(found, key)) for key, label in SIDES.items()],
        "form": form,
        "count": shown.count,
        "total": people.count,
        "page": page,
        "rows": [(row, found.person(row.person.id) if access.can("people.view") else "") for row in rows],
        "back": found.page("courses:compliance"),
        "export_url": _list(found, side, name="courses:compliance_export"),
        "remind_url": _list(found, side, name="courses:remind"),
        "may_remind": _context(request, found)["may_remind"] and side in (queries.MISSING, queries.BEHIND),
    }
    return render(request, "courses/compliance/people.html", context)


@require("exports.make")
@require_GET
@never_cache
def compliance_export(request):
    """The table and the people as a workbook. Audited."""
    found, side = asked(request, request.scope), _side(request)
    made = compliance_exports.export_compliance(actor=request.user, now=timezone.now(), desk=found.desk, side=side)
    return as_file(made)


@require("reminders.send")
@never_cache
def remind(request):
    """Ask, then remind everybody of a list who is short."""
    found, side = asked(request, request.scope), _side(request)
    back, refused = _list(found, side), ""
    if request.method == "POST":
        try:
            done = reminders.send_reminders(actor=request.user, now=timezone.now(), desk=found.desk, side=side)
        except Refused as error:
            refused = error.message
        else:
            messages.success(request, _told(done))
            return redirect(back)
    people = queries.people(found.desk, side)
    told = {"unit": found.desk.unit.name, "n": num(people.count), "label": SIDES[side]}
    confirm = Confirm(
        id="remind",
        title=_("发出学时提醒"),
        verb=_("提醒%(n)s人") % told,
        action_url=request.get_full_path(),
        lines=[
            _("%(unit)s：%(label)s%(n)s人，每人收到一条站内通知，写明还差多少学时。") % told,
            _("今天已经提醒过的人不再重复；没有账号的人须另行通知。"),
        ],
        cancel_url=back,
        refused=refused,
    )
    return render(request, "confirm_page.html", {"confirm": confirm}, status=422 if refused else 200)


def _told(done: reminders.Reminded) -> str:
    parts = [_("已提醒%(n)s人") % {"n": num(done.sent)}]
    if done.again:
        parts.append(_("今天已提醒过%(n)s人") % {"n": num(done.again)})
    if done.without:
        parts.append(_("%(n)s人没有账号，请另行通知") % {"n": num(done.without)})
    return _("，").join(parts) + _("。")
