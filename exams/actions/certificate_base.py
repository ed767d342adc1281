"""Marking a pass certificate revoked, for those who take one back."""

from __future__ import annotations

from django.utils import timezone

from exams.models.results import PassCertificate
from portal import audit


def strike(*, actor, now, certificate: PassCertificate, reason: str, **data) -> None:
    """``certificate`` is revoked from the local today, with its audit row; ``data`` is told there. In a transaction."""
    certificate.state = PassCertificate.State.REVOKED
    certificate.revoked_on, certificate.revoked_reason = timezone.localdate(now), reason[:200]
    certificate.save(update_fields=["state", "revoked_on", "revoked_reason"])
    audit.record(
        actor=actor,
        now=now,
        action="certificate.revoked",
        obj=certificate,
        unit_code=certificate.registration.unit.code,
        serial=certificate.serial,
        reason=reason,
        **data,
    )
