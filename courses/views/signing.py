"""Where a scanned code leads, and the scanner for the phone.

The address is opened by whatever camera there is. Its moment is kept with the browser's session at once, so that
somebody who must sign in to the portal first is still counted as having scanned when they did.
"""

from __future__ import annotations

from datetime import datetime
from functools import wraps

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courses.actions import signing as actions
from courses.models import Attendance, AttendanceState, Session
from courses.queries import attendance_card, attendance_codes, sessions
from courses.queries.own import own_person
from courses.rules import attendance as rules
from portal.access import require
from portal.actions.errors import Refused

KEPT = "lecture_scan"


def _keep_scan(view):
    """Remember a fresh code before anybody is asked who they are."""

    @wraps(view)
    def keeping(request, token):
        if request.method == "GET":
            try:
                scan = attendance_codes.read_code(token, timezone.now())
            except (attendance_codes.BadCodeError, attendance_codes.StaleCodeError):
                pass
            else:
                kept = request.session.get(KEPT) or {}
                # The first look at a code is the scan; a reload of the page is not.
                if kept.get("token") != token:
                    request.session[KEPT] = {"token": token, "at": scan.at.isoformat()}
        return view(request, token)

    return keeping


def _scan_of(request, token: str) -> attendance_codes.Scan:
    """The scan this browser made of ``token``, at its own moment. Raises BadCodeError, StaleCodeError."""
    now, kept = timezone.now(), request.session.get(KEPT) or {}
    if kept.get("token") == token:
        at = datetime.fromisoformat(kept["at"])
        if now - at < rules.WAITS:
            return attendance_codes.read_code(token, at)
    return attendance_codes.read_code(token, now)


@_keep_scan
@require("learn.take")
@require_http_methods(["GET", "POST"])
@never_cache
def sign(request, token):
    """/learning/sign/<token>/: the form sends itself; without script it is one tap."""
    try:
        scan = _scan_of(request, token)
    except attendance_codes.StaleCodeError:
        return _refused(request, _("二维码已过期，请扫大屏最新的码。"), 410)
    except attendance_codes.BadCodeError:
        return _refused(request, _("这不是讲座的签到码，请扫大屏上的码。"), 404)
    session = Session.objects.select_related("series__unit").filter(pk=scan.session_id).first()
    if session is None:
        return _refused(request, _("没有找到这一讲，请扫大屏上的码。"), 404)
    if request.method == "GET":
        context = {"session": session, "when": sessions.when(session), "out": scan.direction == rules.OUT}
        return render(request, "courses/attendance/sign.html", context | {"active_key": "learning"})
    try:
        done = actions.sign(
            actor=request.user,
            now=timezone.now(),
            person=own_person(request.user),
            session=session,
            direction=scan.direction,
            at=scan.at,
        )
    except Refused as refused:
        return _refused(request, refused.message, 422)
    return redirect("courses:signed", done.attendance.pk)


def _refused(request, text: str, status: int):
    context = {"text": text, "scan_url": reverse("courses:scan"), "active_key": "learning"}
    return render(request, "courses/attendance/sign_refused.html", context, status=status)


@require("learn.take")
@require_GET
@never_cache
def signed(request, pk):
    """/learning/signed/<pk>/: what stands recorded of the learner's own presence."""
    row = Attendance.objects.select_related("session__series").filter(pk=pk, person__user=request.user).first()
    if row is None or row.state == AttendanceState.VOID:
        raise Http404
    session = row.session
    ends = timezone.localtime(session.ends_at - rules.TURN)
    context = {
        "row": row,
        "session": session,
        "when": sessions.when(session),
        "guest": rules.GUEST in row.flags,
        "out_from": ends,
        "lecture_url": sessions.lecture_url(session),
        "active_key": "learning",
    }
    return render(request, "courses/attendance/signed.html", context)


@require("learn.take")
@require_GET
@never_cache
def scan(request):
    """/learning/scan/: the camera, and today's lectures with what is open now."""
    now = timezone.now()
    try:
        person = own_person(request.user)
    except Refused as refused:
        return _refused(request, refused.message, 422)
    today = [
        attendance_card.today_line(row.session, person, now)
        for row in sessions.coming(person, now - rules.LATEST, days=1)
        if timezone.localdate(row.session.starts_at) == timezone.localdate(now)
    ]
    context = {"lines": today, "sign_path": "/learning/sign/", "active_key": "learning"}
    return render(request, "courses/attendance/scan.html", context)
