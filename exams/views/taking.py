"""The JSON endpoints of the take page.

Entering needs the grant; who has entered finishes: save, pulse and hand-in ask for the sign-in and for the attempt to
be one's own (each action looks the attempt up by its user), so that a grant ending at midnight takes no answer away.
"""

from __future__ import annotations

import json
from functools import wraps

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from exams.actions import taking
from exams.delivery import facts as standing
from exams.delivery.answers import MOST_ANSWERS
from exams.delivery.paper import RELATED, paper
from exams.delivery.sheets import sheet_of
from exams.models.attempts import Attempt
from exams.views import leases
from portal.access import require, signed_in
from portal.actions.errors import Refused

MOST_BYTES = 4 * 2**20


def reply(document: dict, status: int = 200) -> HttpResponse:
    """JSON as short as it gets; Chinese as it is, not in escapes."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, status=status, content_type="application/json", headers={"Cache-Control": "no-store"})


class _BadBody(ValueError):
    pass


def endpoint(view):
    """Outermost: refusals as JSON. A signed-out page learns it in words it can read, everybody else signs in."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        asks_json = "json" in request.headers.get("Accept", "") or "json" in (request.content_type or "")
        if asks_json and not request.user.is_authenticated:
            message = _("登录已失效，请重新登录；答案保存在本机，登录后自动上传。")
            return reply({"code": "signed_out", "message": message}, 403)
        try:
            return view(request, *args, **kwargs)
        except taking.Unknown:
            return reply({"code": "unknown", "message": _("没有找到这次考试。")}, 404)
        except taking.Stopped as stop:
            sheet, _asked = sheet_of(stop.attempt.pk)
            document = {"code": stop.code, "message": stop.message}
            document |= standing.facts(stop.attempt, sheet, timezone.now(), ask=False)
            return reply(document | _receipt(stop.attempt), 409)
        except Refused as refused:
            return reply({"code": refused.field or "refused", "message": refused.message}, 409)
        except _BadBody as error:
            return reply({"code": "bad", "message": str(error)}, 400)

    return guarded


def _body(request) -> dict:
    """The request's JSON object. Raises _BadBody."""
    if len(request.body) > MOST_BYTES:
        raise _BadBody(_("一次发送的内容过多。"))
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise _BadBody(_("发送的内容无法识别。"))
    answers = body.get("answers", [])
    if not isinstance(answers, list) or len(answers) > MOST_ANSWERS:
        raise _BadBody(_("一次最多保存%(n)d条答案。") % {"n": MOST_ANSWERS})
    return body


def _since(body: dict) -> int:
    since = body.get("since")
    return since if type(since) is int and 0 <= since < 2**63 else 0


def _receipt(attempt: Attempt) -> dict:
    over = attempt.state == Attempt.State.SUBMITTED
    return {"url": reverse("exams:take", args=[attempt.pk])} if over else {}


def _saved(saved: taking.Saved, now, since: int) -> dict:
    return {
        "saved": saved.keys,
        "refused": saved.refused,
        **standing.facts(saved.attempt, saved.sheet, now, since, ask=saved.fresh),
        **_receipt(saved.attempt),
    }


@endpoint
@require("exams.take")
@require_GET
def take_paper(request, pk):
    """The whole paper with the answers so far, once a page load."""
    attempt = Attempt.objects.filter(pk=pk, user=request.user).select_related(*RELATED).first()
    if attempt is None:
        raise taking.Unknown
    sheet, _asked = sheet_of(pk)
    mine = leases.lease_of(request, pk) == str(attempt.lease)
    return reply(paper(attempt, sheet, timezone.now(), mine=mine) | _receipt(attempt))


@endpoint
@signed_in
@require_POST
def take_save(request, pk):
    """Answers into the log; the reply comes after the commit."""
    body, now = _body(request), timezone.now()
    saved = taking.save(
        user_id=request.user.pk,
        attempt_id=pk,
        lease=leases.as_lease(body.get("lease")),
        answers=body.get("answers", []),
        focus=body.get("focus", ()),
        now=now,
    )
    return reply(_saved(saved, now, _since(body)))


@endpoint
@signed_in
@require_POST
def take_pulse(request, pk):
    """The page is there; what it should know comes back."""
    body, now = _body(request), timezone.now()
    seen = taking.pulse(
        user_id=request.user.pk,
        attempt_id=pk,
        lease=leases.as_lease(body.get("lease")),
        focus=body.get("focus", ()),
        hand_up=body.get("hand_up") is True,
        now=now,
    )
    return reply(standing.facts(seen.attempt, seen.sheet, now, _since(body)) | _receipt(seen.attempt))


@endpoint
@signed_in
@require_POST
def take_hand_in(request, pk):
    """The candidate's own end; the same answer again when it is over already."""
    body, now = _body(request), timezone.now()
    done = taking.hand_in(
        actor=request.user,
        attempt_id=pk,
        lease=leases.as_lease(body.get("lease")),
        answers=body.get("answers", []),
        now=now,
    )
    return reply(_saved(done, now, _since(body)))


@endpoint
@require("exams.take")
@require_POST
def take_takeover(request, pk):
    """Go on here; the other device stops. JSON, or a form whose ``next`` says where to go."""
    attempt = taking.take_over(
        actor=request.user,
        now=timezone.now(),
        attempt=pk,
        address=request.client_ip,
        device=leases.device_of(request),
    )
    leases.remember(request, attempt)
    onward = request.POST.get("next", "")
    if onward.startswith("/") and url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}):
        return redirect(onward)
    return reply({"lease": str(attempt.lease)})
