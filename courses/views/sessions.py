"""Sessions for the training office, and for units as far as they may see."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courses.actions import holding
from courses.actions import sessions as actions
from courses.forms.lectures import HoldForm, SessionFilterForm, SessionForm
from courses.models import Series, Session
from courses.queries import series as series_queries
from courses.queries import sessions as queries
from courses.queries import signups
from portal.access import EVERYWHERE, access_of, require
from portal.templatetags.portal_ui import url_with
from portal.ui import Confirm, Count, Link
from staffing.views.facts import FormPage, confirm_page, form_page

PAGE = 30
KEY = "training"


def reach(request, code: str) -> Session:
    """The session whose series is held inside ``request.scope``. Raises Http404 for one out of reach."""
    try:
        return queries.find(request.scope, code)
    except Session.DoesNotExist as error:
        raise Http404 from error


def seen(request, code: str) -> Session:
    """The session, also for who sees only the own unit's people in it. Raises Http404 for one that does not concern
    them: of another bureau, without anybody of theirs invited.
    """
    session = queries.concerning(request.scope).filter(code=code).first()
    if session is None:
        raise Http404
    return session


def crumbs(session: Session) -> list[Link]:
    """The way to a page of the session."""
    return [Link(_("讲座"), reverse("courses:sessions")), Link(session.title, queries.office_url(session))]


@require("attendance.view")
@require_GET
def sessions(request):
    """/learning/office/sessions/: what comes next, what was, what is not recorded yet."""
    now, scope = timezone.now(), request.scope
    form = SessionFilterForm(request.GET, scope=EVERYWHERE)
    given = form.cleaned_data if form.is_valid() else {}
    labels = {queries.UPCOMING: _("待开讲"), queries.PAST: _("已结束"), queries.CANCELLED: _("已取消")}
    totals = queries.totals(scope, now)
    group = request.GET.get("state", "")
    group = group if group in labels or group == "all" else queries.UPCOMING if totals["upcoming"] else queries.PAST
    rows = queries.listed(
        scope,
        now,
        group="" if group == "all" or given.get("unsigned") else group,
        text=given.get("q", "").strip(),
        series=given.get("series"),
        unsigned_only=bool(given.get("unsigned")),
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = [
        Count(label, totals[key], url_with(request, state=key, unsigned=None, page=None), group == key)
        for key, label in labels.items()
    ]
    counts.append(Count(_("全部"), sum(totals.values()), url_with(request, state="all", page=None), group == "all"))
    context = {
        "form": form,
        "page": page,
        "lines": queries.lines(page.object_list, scope, now),
        "counts": counts,
        "may_edit": access_of(request).can("sessions.edit"),
        "active_key": KEY,
    }
    return render(request, "courses/lectures/sessions.html", context)


@require("attendance.view")
@require_GET
def session(request, code):
    """/learning/office/sessions/<code>/: where a session is, and the way to everything about it."""
    row, now = seen(request, code), timezone.now()
    access = access_of(request)
    edits = access.scope("sessions.edit").covers(row.series.unit.path)
    state = queries.state_of(row, now)
    context = {
        "session": row,
        "state": state,
        "number": queries.number_words(row),
        "when": queries.when(row),
        "seats": signups.counts(row),
        "takes": signups.takes_signups(row, now),
        "expected": queries.expected(row).count(),
        "units": list(row.units.order_by("path")),
        "lecturers": list(row.lecturers.select_related("person")),
        "page_url": queries.lecture_url(row),
        "cms_url": _cms_url(access, row),
        "edits": edits,
        "to_record": edits and state == queries.PAST and row.state == Session.State.PLANNED,
        "areas": _areas(access, row, state),
        "active_key": KEY,
    }
    return render(request, "courses/lectures/session.html", context)


def _areas(access, row: Session, state: str) -> list[Link]:
    """Ways on; what this installation or the viewer does not have is left out."""
    wanted = [
        (_("出勤"), "attendance", "attendance.view", "list-check", True),
        (_("报名"), "signups", "signups.edit", "user-plus", state == queries.UPCOMING or row.needs_signup),
        (
            _("投影签到码"),
            "projector",
            "attendance.project",
            "layout-dashboard",
            state in (queries.UPCOMING, queries.LIVE),
        ),
        (_("导入签到表"), "attendance_import", "attendance.edit", "file-import", state != queries.CANCELLED),
    ]
    links = []
    for label, name, action, icon, fits in wanted:
        if fits and access.can(action) and (url := _address(f"courses:{name}", row.code)):
            links.append(Link(label, url, icon))
    return links


def _address(name: str, *args) -> str:
    """The address called ``name``, or "" where this installation has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _cms_url(access, row: Session) -> str:
    """Where its page is written, for editors."""
    page = getattr(row, "page", None)
    if page is None or not access.can("cms.edit"):
        return ""
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


# --- setting one up --------------------------------------------------------------------------------------------------


def _series(request) -> Series:
    """The series named in the address. Raises Http404."""
    try:
        return series_queries.find(request.scope, request.GET.get("series", ""))
    except Series.DoesNotExist as error:
        raise Http404 from error


@require("sessions.edit")
@require_http_methods(["GET", "POST"])
def session_new(request):
    """/learning/office/sessions/new/?series=…&slot=…: a session; without a series, which one first."""
    now = timezone.now()
    if not request.GET.get("series"):
        found = [one for one in series_queries.visible(request.scope) if not one.closed]
        if len(found) == 1:
            return redirect(f"{reverse('courses:session_new')}?series={found[0].code}")
        context = {"found": found, "active_key": KEY, "crumbs": [Link(_("讲座"), reverse("courses:sessions"))]}
        return render(request, "courses/lectures/which_series.html", context)
    series = _series(request)
    given = {"scope": EVERYWHERE, "day": timezone.localdate(now), "now": now}
    initial = series_queries.proposal(series, request.GET.get("slot", ""), now)
    form = SessionForm(request.POST or None, series=series, initial=initial, **given)
    if request.method == "POST" and form.is_valid():
        made = form.save(partial(actions.create_session, series=series), actor=request.user, now=now)
        if made:
            messages.success(request, _("讲座已安排。"), extra_tags="toast")
            return redirect("courses:session", code=made.code)
    back = reverse("courses:sessions")
    context = {"form": form, "series": series, "back": back, "active_key": KEY}
    return render(request, "courses/lectures/session_form.html", context, status=422 if form.errors else 200)


@require("sessions.edit")
@require_http_methods(["GET", "POST"])
def session_edit(request, code):
    """/learning/office/sessions/<code>/edit/: what its state still allows."""
    row, now = reach(request, code), timezone.now()
    if row.state == Session.State.CANCELLED:
        messages.error(request, _("讲座已取消，不能再改。"))
        return redirect("courses:session", code=code)
    given = {"scope": EVERYWHERE, "day": timezone.localdate(now), "now": now}
    form = SessionForm(request.POST or None, series=row.series, session=row, **given)
    act = partial(actions.change_session, session=row)
    if request.method == "POST" and form.is_valid() and form.save(act, actor=request.user, now=now):
        messages.success(request, _("讲座已保存。"), extra_tags="toast")
        return redirect("courses:session", code=code)
    context = {"form": form, "series": row.series, "session": row, "back": queries.office_url(row), "active_key": KEY}
    return render(request, "courses/lectures/session_form.html", context, status=422 if form.errors else 200)


@require("sessions.edit")
@require_http_methods(["GET", "POST"])
def session_act(request, code, act):
    """/learning/office/sessions/<code>/do/<act>/: cancel it, or record that it was held."""
    row = reach(request, code)
    if act == "cancel":
        return _cancel(request, row)
    if act != "hold":
        raise Http404
    page = FormPage(
        _("登记已办：%(title)s") % {"title": row.title},
        _("登记已办"),
        queries.office_url(row),
        _("已登记。"),
        crumbs(row),
        [_("时间表为%(minutes)s分钟。") % {"minutes": _timetable(row)}],
        active_key=KEY,
    )
    form = HoldForm(request.POST or None, initial={"minutes_held": row.minutes_held})
    return form_page(request, form, partial(holding.hold_session, session=row), page)


def _timetable(row: Session) -> int:
    return int((row.ends_at - row.starts_at).total_seconds() // 60)


def _cancel(request, row: Session):
    seats = signups.counts(row)
    lines = [_("%(when)s的讲座将取消。") % {"when": queries.when(row)}]
    if seats.seated or seats.waiting:
        lines.append(_("已报名%(n)s人、候补%(m)s人会收到您填写的原因。") % {"n": seats.seated, "m": seats.waiting})
    if row.slot_id:
        lines.append(_("计划日期空出，可另行补办。"))
    confirm = Confirm(
        id="cancel",
        title=_("取消讲座：%(title)s") % {"title": row.title},
        verb=_("取消讲座"),
        action_url=reverse("courses:session_act", args=[row.code, "cancel"]),
        lines=lines,
        reversible=_("不能恢复；记录保留。"),
        danger=True,
        reason="required",
        cancel_url=queries.office_url(row),
    )
    act = partial(actions.cancel_session, session=row)
    return confirm_page(request, confirm, act, done=_("讲座已取消。"), active_key=KEY)
