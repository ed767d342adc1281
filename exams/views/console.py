"""The invigilator's console: my sittings, one hall as it stands, its partial refresh, and the log."""

from __future__ import annotations

import re

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams.forms.console import ConsoleFilter
from exams.models.attempts import ConductEvent
from exams.models.sittings import Sitting
from exams.queries import console
from portal.access import access_of, require
from portal.templatetags.portal_ui import url_with
from portal.ui import Count

PAGE = 100
SHOWN_EVENTS = 20
Kind = ConductEvent.Kind
CLEARABLE = (Kind.INCIDENT, Kind.VIOLATION, Kind.CHEATED, Kind.ABSENT)
# State of a row: tag kind, word, icon.
WORDS = {
    "lost": ("overdue", _("断线"), "wifi-off"),
    "open": ("info", _("作答中"), "pencil"),
    "paused": ("review", _("已暂停"), "player-pause"),
    "waiting": ("plain", _("未进入"), "circle-dashed"),
    "submitted": ("met", _("已交卷"), "circle-check"),
    "absent": ("short", _("缺考"), "user-off"),
    "disqualified": ("overdue", _("取消成绩"), "ban"),
}
NEED_WORDS = {
    "hand_up": ("overdue", _("举手"), "bell"),
    "lost": ("overdue", _("断线"), "wifi-off"),
    "silent": ("short", _("未保存"), "hourglass"),
    "takeover": ("review", _("换设备"), "arrows-exchange"),
    "away": ("short", _("离屏"), "eye-off"),
}


def reach(request, code: str) -> tuple[Sitting, console.Viewer]:
    """The sitting as far as this viewer watches it. Raises Http404 for whoever has no business there."""
    try:
        return console.find(request.user, access_of(request).scope("sittings.edit"), code)
    except Sitting.DoesNotExist as error:
        raise Http404 from error


@require("console.view")
@require_GET
@never_cache
def consoles(request):
    """/exams/consoles/: the sittings I watch, those open now first."""
    found = list(console.watchable(request.user, access_of(request).scope("sittings.edit"), timezone.now()))
    counts = console.busy(found)
    lines = [{"sitting": sitting, "counts": counts[sitting.pk]} for sitting in found]
    return render(request, "exams/console/list.html", {"lines": lines, "active_key": "consoles"})


def _lines(rows) -> list[dict]:
    return [{"row": row, "tag": WORDS[row.state]} for row in rows]


def _needs(hall) -> list[dict]:
    return [{"need": need, "tag": NEED_WORDS[need.kind]} for need in hall.needs]


def _counts(request, hall) -> list[Count]:
    """应考, 实考 and the states, each leading to its people (实考 has no list of its own)."""
    here = request.GET.get("state", "")
    wanted = [
        ("", _("应考"), hall.expected, "", ""),
        (None, _("实考"), hall.present, "", ""),
        ("under_way", _("作答中"), hall.count("open", "lost", "paused"), "info", "pencil"),
        ("submitted", _("已交卷"), hall.count("submitted"), "met", "circle-check"),
        ("absent", _("缺考"), hall.count("absent"), "short", "user-off"),
        ("lost", _("断线"), hall.count("lost"), "overdue", "wifi-off"),
    ]
    return [
        Count(
            label,
            n,
            "" if state is None else url_with(request, address_of(hall.sitting), state=state or None),
            state == here,
            kind,
            icon,
        )
        for state, label, n, kind, icon in wanted
    ]


def address_of(sitting: Sitting) -> str:
    """The address of a sitting's console."""
    return reverse("exams:console", args=[sitting.code])


def _parts(request, hall) -> dict:
    """What the page and its refresh both show."""
    return {
        "sitting": hall.sitting,
        "hall": hall,
        "counts": _counts(request, hall),
        "needs": _needs(hall),
        "may_act": access_of(request).can("console.act"),
    }


@require("console.view")
@require_GET
@never_cache
def hall(request, code):
    """/exams/consoles/<code>/: counts, who needs somebody, the candidates, the log's newest lines."""
    sitting, viewer = reach(request, code)
    now = console.hall(sitting, viewer, timezone.now())
    form = ConsoleFilter(request.GET, rooms={row.room for row in now.rows if row.room})
    asked = form.cleaned_data if form.is_valid() else {}
    room = asked.get("room")
    shown = console.chosen(
        console.ordered(now), text=asked.get("q", ""), state=asked.get("state", ""), room=room.pk if room else None
    )
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    console.fill_totals(rows)
    context = _parts(request, now) | {
        "form": form,
        "page": page,
        "lines": _lines(rows),
        "shown": "-".join(f"{row.pk}{row.letter}" for row in rows),
        "events": list(console.log(sitting, viewer)[:SHOWN_EVENTS]),
        "cleared": console.cleared(sitting),
        "clearable": CLEARABLE,
        "all_listed": request.GET.get("list") == "1" or bool(request.GET.get("q") or request.GET.get("state")),
        "office_url": address_of_office(sitting, request),
        "active_key": "consoles",
    }
    return render(request, "exams/console/hall.html", context)


def address_of_office(sitting, request) -> str:
    """The sitting's own page, for those who may open it."""
    return reverse("exams:sitting", args=[sitting.code]) if access_of(request).can("sittings.view") else ""


@require("console.view")
@require_GET
@never_cache
def live(request, code):
    """The refresh: ``rows`` names the candidates on the page with the state each had when it was loaded. They come
    back cell by cell, in place; how many changed state is said, and sorting again is left to the viewer.
    """
    sitting, viewer = reach(request, code)
    now = console.hall(sitting, viewer, timezone.now())
    was = {int(pk): letter for pk, letter in re.findall(r"(\d{1,15})([a-z])", request.GET.get("rows", "")[:4000])}
    rows = [row for row in now.rows if row.pk in was]
    console.fill_totals(rows)
    context = _parts(request, now) | {
        "lines": _lines(rows),
        "moved": sum(row.letter != was[row.pk] for row in rows),
        "back": url_with(request, address_of(sitting), **_kept(request)),
    }
    return render(request, "exams/console/live.html", context)


def _kept(request) -> dict:
    """Filters of the page that asks for the refresh."""
    return {name: request.GET.get(name) or None for name in ("q", "state", "room", "page", "list")}


@require("console.view")
@require_GET
@never_cache
def events(request, code):
    """/exams/consoles/<code>/log/: everything that happened."""
    sitting, viewer = reach(request, code)
    page = Paginator(console.log(sitting, viewer), PAGE).get_page(request.GET.get("page"))
    context = {
        "sitting": sitting,
        "page": page,
        "events": page.object_list,
        "cleared": console.cleared(sitting),
        "clearable": CLEARABLE if sitting.state != Sitting.State.RELEASED else (),
        "may_act": access_of(request).can("console.act"),
        "active_key": "consoles",
    }
    return render(request, "exams/console/log.html", context)
