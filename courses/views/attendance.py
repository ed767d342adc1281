"""The attendance of one lecture: its parts that sum, its people, corrections, settling, sheets to print."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courses.actions import attendance as actions
from courses.actions import attendance_sheets as sheets
from courses.actions.attendance_base import over_at
from courses.forms.attendance import AddForm, CorrectionForm, RollFilter
from courses.models import Session
from courses.queries import attendance as queries
from courses.queries import attendance_card
from courses.queries.sessions import day_of, number_words, when
from courses.rules import attendance as rules
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count, Link
from staffing.models import HourYear, Person
from staffing.views.facts import FormPage, confirm_page, form_page

PAGE = 100
KEY = "training"
KINDS = {
    "present": "met",
    "inside": "info",
    "no_sign_out": "short",
    "leave": "plain",
    "proxy": "overdue",
    "absent": "plain",
    "guest": "review",
}


def reach(request, code: str, *, host: bool = False) -> Session:
    """The session of this code inside ``request.scope``: one that concerns its people, ``host``: held there. Raises
    Http404.
    """
    try:
        return queries.reach(request.scope, code, host=host)
    except Session.DoesNotExist as error:
        raise Http404 from error


def page_of(session: Session) -> str:
    """The address of a lecture's attendance."""
    return reverse("courses:attendance", args=[session.code])


def crumbs(session: Session, *more: Link) -> list[Link]:
    """The way to a page below a lecture's attendance."""
    hub = Link(session.title, reverse("courses:session", args=[session.code]))
    return [hub, Link(_("出勤"), page_of(session)), *more]


@require("attendance.view")
@require_GET
@never_cache
def attendance(request, code):
    """/learning/office/sessions/<code>/attendance/?part=&unit=&q=: who was expected, came, is missing."""
    session, now = reach(request, code), timezone.now()
    roll = queries.roll(session, request.scope)
    form = RollFilter(request.GET)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    part, unit = request.GET.get("part", ""), request.GET.get("unit", "")
    part = part if part in KINDS else ""
    lines = roll.chosen(part=part, unit=unit, text=text)
    parts = roll.parts()
    access = access_of(request)
    edits = access.scope("attendance.edit").covers(session.series.unit.path)
    units = roll.by_unit()
    context = {
        "session": session,
        "number": number_words(session),
        "when": when(session),
        "parts": parts,
        "counts": _counts(request, roll, parts, part),
        "units": units,
        "unit_name": next((row.unit.name for row in units if row.unit.code == unit), ""),
        "form": form,
        "page": Paginator([(line, KINDS[line.part]) for line in lines], PAGE).get_page(request.GET.get("page")),
        "year": queries.year_figures(session.series, session.year, request.scope, _day(session, now)),
        "everywhere": request.scope.everywhere,
        "edits": edits,
        "tools": _tools(access, session, now, edits, parts),
        "to_settle": edits and now >= over_at(session) and session.settled_at is None,
        "active_key": KEY,
    }
    return render(request, "courses/attendance/page.html", context)


def _day(session: Session, now):
    return min(day_of(session), timezone.localdate(now))


def _counts(request, roll, parts, chosen: str) -> list[Count]:
    """应到, its parts, and the guests beside them."""
    wanted = [("", _("应到"), parts.expected)]
    wanted += [(key, queries.part_label(key), parts.counts[key]) for key in queries.PARTS]
    wanted.append(("guest", queries.part_label("guest"), sum(line.part == "guest" for line in roll.lines)))
    return [
        Count(label, n, url_with(request, part=key or None, page=None), key == chosen)
        for key, label, n in wanted
        if n or not key or key in (chosen, "present", "absent")
    ]


def _tools(access, session: Session, now, edits: bool, parts) -> list[Link]:
    """What may be done here; exactly one of them is the page's main button."""
    if session.state == Session.State.CANCELLED:
        return []
    over = now >= over_at(session)
    tools = [
        Link(_("打印签到表"), reverse("courses:attendance_sheet_pdf", args=[session.code]), "printer"),
        Link(_("签到表（Excel）"), reverse("courses:attendance_sheet_xlsx", args=[session.code]), "download"),
    ]
    projects = access.can("attendance.project") and attendance_card.overlaps(
        access.scope("attendance.project"), session
    )
    if edits:
        label = _("重新核定学时") if session.settled_at else _("核定学时")
        settle = Link(label, reverse("courses:attendance_settle", args=[session.code]), primary=not session.settled_at)
        add = Link(_("补录人员"), reverse("courses:attendance_add", args=[session.code]), "user-plus")
        sheet = reverse("courses:attendance_import", args=[session.code])
        tools += [add]
        if now >= session.starts_at:
            tools.append(Link(_("导入签到表"), sheet, "upload", primary=bool(over and session.settled_at)))
        if over:
            tools.append(settle)
    if projects and now < session.ends_at + rules.LATEST:
        address = reverse("courses:projector", args=[session.code])
        tools.append(Link(_("投影签到码"), address, "eye", primary=not over or not edits))
    return tools


# --- one person ------------------------------------------------------------------------------------------------------


def _initial(session: Session, row) -> dict:
    clock = {name: getattr(row, name, None) for name in ("signed_in", "signed_out")}
    given = {name: timezone.localtime(at).time() for name, at in clock.items() if at}
    if row is not None:
        return given | {"state": row.state if row.state in actions.SAID else "present", "note": row.note}
    begins, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    return {"state": "present", "signed_in": begins.time(), "signed_out": ends.time()}


@require("attendance.edit")
@require_http_methods(["GET", "POST"])
def attendance_edit(request, code, pk):
    """/learning/office/sessions/<code>/attendance/<person>/: correct one person's presence, with a reason."""
    session = reach(request, code, host=True)
    person = Person.objects.within(request.scope, day_of(session)).filter(pk=pk).first()
    if person is None:
        raise Http404
    row = queries.own_attendance(session, person)
    form = CorrectionForm(request.POST or None, session=session, person=person, initial=_initial(session, row))
    told = _("%(name)s（%(number)s），讲座 %(when)s。") % {
        "name": person.name,
        "number": person.staff_no,
        "when": when(session),
    }
    page = FormPage(
        _("更正出勤"),
        _("保存更正"),
        page_of(session),
        _("出勤已更正。"),
        crumbs=crumbs(session),
        intro=(told, _("已核定学时的讲座，更正后学时随之增减。")),
        active_key=KEY,
    )
    return form_page(request, form, partial(actions.correct, session=session), page)


@require("attendance.edit")
@require_http_methods(["GET", "POST"])
def attendance_add(request, code):
    """/learning/office/sessions/<code>/attendance/add/: somebody not listed yet, or known only from paper."""
    session = reach(request, code, host=True)
    form = AddForm(request.POST or None, session=session, scope=request.scope, initial=_initial(session, None))
    page = FormPage(
        _("补录人员"),
        _("保存"),
        page_of(session),
        _("已补录。"),
        crumbs=crumbs(session),
        intro=(_("讲座 %(when)s。不在邀请范围内的按旁听登记，学时照计。") % {"when": when(session)},),
        active_key=KEY,
    )
    return form_page(request, form, partial(actions.correct, session=session), page)


@require("attendance.edit")
@require_http_methods(["GET", "POST"])
def attendance_settle(request, code):
    """/learning/office/sessions/<code>/attendance/settle/: the question before presence becomes hours."""
    session, now = reach(request, code, host=True), timezone.now()
    parts = queries.parts(session)
    closed = HourYear.objects.filter(year=session.year).exists()
    told = {"minutes": session.minutes, "n": parts.signed_out + parts.guests}
    lines = [
        _("按%(minutes)s分钟核定：到场并签退的%(n)s人按在场时间计学时。") % told,
        _("缺签到或签退%(n)s人、请假%(leave)s人、代签作废%(proxy)s人、未到%(absent)s人不计学时。")
        % {
            "n": parts.counts["inside"] + parts.counts["no_sign_out"],
            "leave": parts.counts["leave"],
            "proxy": parts.counts["proxy"],
            "absent": parts.counts["absent"],
        },
    ]
    teachers = [row.name for row in session.lecturers.all() if row.person_id]
    if teachers:
        lines.append(_("主讲人%(names)s另计授课学时。") % {"names": str(_("、")).join(teachers)})
    if closed:
        lines.append(_("%(year)s年度已关账，变动须写明原因。") % {"year": session.year})
    confirm = Confirm(
        id="settle",
        title=_("核定学时"),
        verb=_("核定学时"),
        action_url=request.path,
        cancel_url=page_of(session),
        lines=lines,
        reversible=_("可再次核定；更正出勤后学时随之增减，原记录冲正保留。"),
        reason="required" if closed else None,
        refused="" if now >= over_at(session) else _("讲座还没有结束，不能核定学时。"),
    )
    act = partial(actions.settle_session, session=session)
    return confirm_page(request, confirm, act, done=_("学时已核定。"), active_key=KEY)


# --- sheets to print -------------------------------------------------------------------------------------------------


@require("attendance.view")
@require_GET
def sheet_pdf(request, code):
    """The sign-in sheet on paper, two blocks of names a page."""
    return _file(request, code, sheets.pdf_sheet, "application/pdf", "pdf")


@require("attendance.view")
@require_GET
def sheet_xlsx(request, code):
    """The same as a workbook, which can be filled in and imported again."""
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(request, code, sheets.xlsx_sheet, mime, "xlsx")


def _file(request, code: str, make, mime: str, suffix: str):
    session = reach(request, code)
    try:
        body = make(actor=request.user, now=timezone.now(), session=session, scope=request.scope)
    except Refused as refused:
        confirm = Confirm("none", _("签到表"), "", "", refused=refused.message, cancel_url=page_of(session))
        context = {"confirm": confirm, "active_key": KEY}
        return render(request, "confirm_page.html", context, status=422)
    name = _("签到表_%(title)s.%(suffix)s") % {"title": session.title, "suffix": suffix}
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(body, content_type=mime, headers=headers)
