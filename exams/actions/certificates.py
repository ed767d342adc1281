"""Taking back a pass certificate, with the qualification its release wrote."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.actions.certificate_base import strike
from exams.models import PassCertificate
from portal import notices
from portal.actions.errors import Refused
from staffing.actions import qualifications
from staffing.actions.qualifications import CANCELLED, REVOKED, TRANSITIONS
from staffing.models import QualificationState


def revoke_certificate(*, actor, now, certificate: PassCertificate, reason: str) -> PassCertificate:
    """Revoke from today: the public check says so at once, and the qualification written with it is REVOKED too.

    A qualification that was cancelled meanwhile stays as it is. Twice is harmless. Raises Refused without a reason,
    and when the ledger will not take the change (a change of state lies in the future).
    """
    reason, today = reason.strip(), timezone.localdate(now)
    if not reason:
        raise Refused(_("请填写撤销原因。"), "reason")
    with transaction.atomic():
        certificate = (
            PassCertificate.objects.select_for_update(of=("self",))
            .select_related("person", "registration__unit", "qualification")
            .get(pk=certificate.pk)
        )
        if certificate.state == PassCertificate.State.REVOKED:
            return certificate
        taken_back = _revoke_qualification(actor, now, certificate, today, reason)
        strike(actor=actor, now=now, certificate=certificate, reason=reason, qualification=taken_back)
        if certificate.person.user_id:
            notices.send(
                recipients=[certificate.person.user_id],
                now=now,
                key=f"certificate.revoked:{certificate.pk}",
                text=_("您的合格证明%(serial)s已撤销，原因：%(reason)s")
                % {"serial": certificate.serial, "reason": reason},
            )
    return certificate


def _revoke_qualification(actor, now, certificate, today, reason) -> int | None:
    """Pk of the qualification that was revoked; None when there is none left to revoke."""
    qualification = certificate.qualification
    if qualification is None:
        return None
    last = qualification.statuses.order_by("start", "pk").last()
    state = last.state if last else QualificationState.VALID
    if state in (REVOKED, CANCELLED) or REVOKED not in TRANSITIONS[state]:
        return None
    # A status lasts at least a day: what was given today ends tomorrow.
    start = today + timedelta(days=1) if last and last.start == today else today
    # One transaction inside the other: should the ledger refuse, the certificate stays valid as well.
    qualifications.change_state(
        actor=actor,
        now=now,
        qualification=qualification,
        state=REVOKED,
        start=start,
        reason=(_("合格证明%(serial)s撤销：%(reason)s") % {"serial": certificate.serial, "reason": reason})[:200],
    )
    return qualification.pk
