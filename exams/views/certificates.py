"""Pass certificates: the office's list and revocation, and the public check."""

from __future__ import annotations

from functools import partial

from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exams.actions.certificates import revoke_certificate
from exams.forms.printables import VerifyForm
from exams.models import PassCertificate
from exams.queries import certificates as queries
from exams.rules.serials import check_serial
from exams.views.rooms import KEY, reach
from portal.access import public, require
from portal.ui import Confirm, Link
from staffing.views.facts import confirm_page

PAGE = 50
# Look-ups a minute from one address: enough for a whole office behind it, too few to try numbers.
MOST_A_MINUTE = 60
KINDS = {"valid": "met", "expired": "short", "revoked": "overdue"}


@require("certificates.revoke")
@require_GET
def certificates(request, code):
    """/exams/sittings/<code>/certificates/: every certificate of a sitting, with its standing today."""
    sitting = reach(request, code)
    today = timezone.localdate()
    rows = queries.of_sitting(sitting, request.GET.get("q", "").strip()[:50])
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = [(row, state := queries.state_on(row, today), KINDS[state]) for row in page.object_list]
    context = {
        "sitting": sitting,
        "crumbs": [
            Link(_("考务"), reverse("exams:sittings")),
            Link(sitting.title, reverse("exams:sitting", args=[sitting.code])),
        ],
        "page": page,
        "lines": lines,
        "q": request.GET.get("q", ""),
        "active_key": KEY,
    }
    return render(request, "exams/rooms/certificates.html", context)


@require("certificates.revoke")
def certificate_revoke(request, serial):
    """Ask for the reason, then revoke certificate and qualification together."""
    try:
        certificate = queries.find(serial)
    except PassCertificate.DoesNotExist as error:
        raise Http404 from error
    sitting = certificate.registration.sitting
    reach(request, sitting.code)
    told = {"serial": certificate.serial, "name": certificate.person.name, "title": certificate.title}
    lines = [_("%(name)s的合格证明%(serial)s（%(title)s）自今日起撤销，公开核验立即显示“已撤销”。") % told]
    if certificate.qualification:
        told["kind"] = certificate.qualification.get_kind_display()
        lines.append(_("随之写入的%(kind)s一并撤销，缺口重新计算。") % told)
    confirm = Confirm(
        id="revoke",
        title=_("撤销合格证明"),
        verb=_("撤销合格证明"),
        action_url=reverse("exams:certificate_revoke", args=[certificate.serial]),
        cancel_url=reverse("exams:certificates", args=[sitting.code]),
        lines=lines,
        reversible=_("撤销后不能恢复，原因记入审计日志并通知本人。"),
        reason="required",
        danger=True,
    )
    act = partial(revoke_certificate, certificate=certificate)
    return confirm_page(request, confirm, act, done=_("已撤销合格证明。"), active_key=KEY)


# --- the public check -------------------------------------------------------------------------------------------------


@public
@require_GET
def verify(request):
    """/verify/: type a number; /verify/?code=… checks it."""
    if "code" not in request.GET:
        return _answer(request, VerifyForm())
    form = VerifyForm(request.GET)
    if not form.is_valid():
        return _answer(request, form)
    serial = check_serial(form.cleaned_data["code"])
    if serial:
        return redirect("exams:verify_code", serial)
    return _look_up(request, form.cleaned_data["code"])


@public
@require_GET
def verify_code(request, code):
    """/verify/<code>/: where the QR code leads."""
    return _look_up(request, code)


def _look_up(request, code: str):
    if _too_many(request.client_ip):
        response = _answer(request, VerifyForm(initial={"code": code}), busy=True, status=429)
        response["Retry-After"] = "60"
        return response
    found = queries.look_up(code, timezone.localdate())
    form = VerifyForm() if found.found else VerifyForm(initial={"code": found.code})
    return _answer(request, form, found=found, kind=KINDS.get(found.state, "plain"))


def _answer(request, form, *, status: int = 200, **context):
    response = render(request, "exams/verify.html", {"form": form, **context}, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _too_many(address: str | None) -> bool:
    """Counted per process and minute: gentle, and without a row written by strangers."""
    key = f"verify:{address}:{timezone.now():%H%M}"
    cache.add(key, 0, 90)
    try:
        return cache.incr(key) > MOST_A_MINUTE
    except ValueError:
        return False
