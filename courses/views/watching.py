"""The player's endpoints, all JSON.

Opening needs the grant; who has opened goes on: reports and answers ask for the sign-in and for the viewing to be one's
own (the action finds it by its user), so that a report costs two queries beside those of the session.
"""

from __future__ import annotations

import json
import math
from functools import wraps

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.models import Page

from courses.actions import notes as noting
from courses.actions import watching
from courses.queries.watching import clock_words, note_view, watch_words
from courses.rules.watching import frontier
from portal.access import require, signed_in
from portal.actions.errors import Refused

MOST_BYTES = 8 * 1024


def reply(document: dict, status: int = 200) -> HttpResponse:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type="application/json", headers={"Cache-Control": "no-store"})


class _BadBody(ValueError):
    pass


def endpoint(view):
    """Outermost: refusals as JSON. A signed-out player learns it in words; everybody else signs in."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if "json" in (request.content_type or "") and not request.user.is_authenticated:
            return reply({"code": "signed_out", "message": _("登录已失效，请重新登录后继续学习。")}, 403)
        try:
            return view(request, *args, **kwargs)
        except (watching.Unknown, noting.NoNote):
            return reply({"code": "unknown", "message": _("没有找到这项学习内容，可能已经撤下。")}, 404)
        except watching.Stopped as stop:
            return reply({"code": stop.code, "message": stop.message}, 409)
        except Refused as refused:
            return reply({"code": refused.field or "refused", "message": refused.message}, 409)
        except _BadBody:
            return reply({"code": "bad", "message": _("发送的内容无法识别。")}, 400)

    return guarded


def _now():
    return timezone.now()


def _body(request) -> dict:
    """The request's JSON object. Raises _BadBody."""
    if len(request.body) > MOST_BYTES:
        raise _BadBody
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise _BadBody from None
    if not isinstance(body, dict):
        raise _BadBody
    return body


def _number(body: dict, name: str) -> float:
    value = body.get(name, 0)
    if type(value) not in (int, float) or not math.isfinite(value) or not -1e9 < value < 1e9:
        raise _BadBody
    return float(value)


def _text(body: dict, name: str) -> str:
    value = body.get(name, "")
    # JSON can spell half a character, which no database takes.
    if not isinstance(value, str) or any("\ud800" <= char <= "\udfff" for char in value):
        raise _BadBody
    return value


def _page(pk: int):
    """The published page, as what it is. Raises Unknown."""
    page = Page.objects.live().filter(pk=pk).first() if pk < 2**63 else None
    if page is None:
        raise watching.Unknown
    return page.specific


def _told(beaten: watching.Beaten) -> dict:
    """What the player shows and goes by. ``upto``: where its next report begins; ``back``: where it must go."""
    watch = beaten.watch
    return {
        "upto": beaten.upto,
        "back": beaten.back,
        "edge": frontier(watch.covered),
        "parts": watch.covered,
        "covered": watch.covered_seconds,
        "counted": clock_words(watch.covered_seconds),
        "words": watch_words(watch),
        "done": watch.done_at is not None,
        "check": beaten.check,
        "finished": beaten.finished,
        "missing": beaten.missing,
        "note": beaten.note,
    }


@endpoint
@require("learn.take")
@require_POST
def watch_open(request, page):
    """Begin or go on in this window; another window of the same person stops."""
    begun = watching.start(actor=request.user, now=_now(), page=_page(page))
    watch = begun.watch
    return reply({"watch": watch.pk, "lease": watch.lease, "position": watch.position, **_told(begun)})


def _beat(request, pk: int, *, last: bool) -> HttpResponse:
    body = _body(request)
    beaten = watching.beat(
        user_id=request.user.pk,
        watch_id=pk,
        lease=_text(body, "lease"),
        played=(_number(body, "from"), _number(body, "to")),
        position=_number(body, "position"),
        hidden=body.get("hidden") is True,
        last=last,
        now=_now(),
    )
    return reply(_told(beaten))


@endpoint
@signed_in
@require_POST
def beat(request, pk):
    """What was played since the last report."""
    return _beat(request, pk, last=False)


@endpoint
@signed_in
@require_POST
def watch_close(request, pk):
    """The last report: the window goes away."""
    return _beat(request, pk, last=True)


@endpoint
@signed_in
@require_POST
def present(request, pk):
    """The presence check is answered, or asked for another minute."""
    body = _body(request)
    answered = watching.present(
        user_id=request.user.pk,
        watch_id=pk,
        lease=_text(body, "lease"),
        more_time=body.get("more") is True,
        now=_now(),
    )
    return reply(_told(answered))


def _note(note) -> dict:
    shown = note_view(note)
    return {
        "id": shown.id, "second": shown.second, "text": shown.text, "url": shown.url, "deleteUrl": shown.delete_url
    }  # fmt: skip


@endpoint
@require("learn.take")
@require_POST
def notes(request, page):
    """A new note at a second of the film."""
    body = _body(request)
    second = int(max(0.0, min(_number(body, "second"), 1e6)))
    made = noting.add_note(actor=request.user, now=_now(), page=_page(page), second=second, text=_text(body, "text"))
    return reply(_note(made))


@endpoint
@require("learn.take")
@require_POST
def note(request, pk):
    """Other words for one's own note."""
    return reply(
        _note(noting.edit_note(actor=request.user, now=_now(), note_id=pk, text=_text(_body(request), "text")))
    )


@endpoint
@require("learn.take")
@require_POST
def note_delete(request, pk):
    """One's own note goes."""
    noting.delete_note(actor=request.user, now=_now(), note_id=pk)
    return reply({})
