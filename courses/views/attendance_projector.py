"""What the hall sees: a code that changes every ten seconds, in the direction the lecture is at."""

from __future__ import annotations

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.models import Session
from courses.queries import attendance as queries
from courses.queries import attendance_codes as codes
from courses.queries.attendance_card import overlaps
from courses.queries.sessions import number_words, when
from courses.rules import attendance as rules
from portal import qr
from portal.access import require
from portal.ui import Count


def _reach(request, code: str) -> Session:
    """A session whose code this viewer may show: held by their unit, or with people of theirs invited. Raises
    Http404.
    """
    session = Session.objects.select_related("series__unit").filter(code=code).first()
    if session is None or not overlaps(request.scope, session):
        raise Http404
    return session


def _shown(request, session: Session) -> dict:
    """The code of this moment, or why there is none."""
    now = timezone.now()
    asked = request.GET.get("direction", "")
    direction = asked if asked in rules.DIRECTIONS else rules.direction_now(now, session.starts_at, session.ends_at)
    expected, came, out = queries.counts_now(session)
    first, until = (timezone.localtime(one) for one in rules.window(direction, session.starts_at, session.ends_at))
    told = {
        "direction": direction,
        "label": _("签到") if direction == rules.IN else _("签退"),
        "window": _("%(first)s至%(until)s") % {"first": f"{first:%H:%M}", "until": f"{until:%H:%M}"},
        "expected": expected,
        "came": came,
        "out": out,
        "image": "",
        "left": rules.STEP,
        "message": "",
    }
    if session.state == Session.State.CANCELLED:
        return told | {"message": _("讲座已取消。")}
    if not rules.is_open(direction, now, session.starts_at, session.ends_at):
        words = _("%(what)s时间：%(day)s %(window)s。") % {
            "what": told["label"],
            "day": f"{first:%Y-%m-%d}",
            "window": told["window"],
        }
        return told | {"message": words}
    address = request.build_absolute_uri(codes.address_of(codes.code_for(session, direction, now)))
    left = max(1, round((codes.changes_at(now) - now).total_seconds()))
    return told | {"image": qr.png_uri(address, scale=10), "left": left}


@require("attendance.project")
@require_GET
@never_cache
def projector(request, code):
    """/learning/office/sessions/<code>/projector/?direction=in|out: for the big screen; refreshed, it is right too."""
    session = _reach(request, code)
    shown = _shown(request, session)
    tabs = [
        Count(label, shown[key], f"{request.path}?direction={direction}", shown["direction"] == direction)
        for direction, label, key in ((rules.IN, _("签到"), "came"), (rules.OUT, _("签退"), "out"))
    ]
    asked = request.GET.get("direction", "")
    poll = reverse("courses:projector_code", args=[session.code])
    context = {
        "session": session,
        "number": number_words(session),
        "when": when(session),
        "shown": shown,
        "tabs": tabs,
        "step": rules.STEP,
        "poll_url": f"{poll}?direction={asked}" if asked in rules.DIRECTIONS else poll,
        "back": reverse("courses:session", args=[session.code]),
        "active_key": "training",
    }
    return render(request, "courses/attendance/projector.html", context)


@require("attendance.project")
@require_GET
@never_cache
def projector_code(request, code):
    """The code of this moment as JSON, for the projector's own refresh."""
    return JsonResponse(_shown(request, _reach(request, code)))
