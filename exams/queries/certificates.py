"""Checking a pass certificate by its number: what anybody may learn, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.models import PassCertificate
from exams.rules.serials import check_serial


class Standing(TextChoices):
    VALID = "valid", _("有效")
    EXPIRED = "expired", _("已过期")
    REVOKED = "revoked", pgettext_lazy("certificate", "已撤销")
    UNKNOWN = "unknown", _("没有查到")


@dataclass(frozen=True)
class Verification:
    """The answer to ``code``. ``name`` is masked (张*); only code and state are filled when nothing is found."""

    code: str
    state: Standing = Standing.UNKNOWN
    name: str = ""
    title: str = ""
    issuer: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    revoked_on: date | None = None

    @property
    def found(self) -> bool:
        return self.state != Standing.UNKNOWN

    @property
    def valid(self) -> bool:
        return self.state == Standing.VALID


def masked_name(name: str) -> str:
    """张*: the first character and one asterisk, however long the name is."""
    return f"{name[:1]}*" if name else ""


def state_on(certificate: PassCertificate, day: date) -> Standing:
    """Revocation beats expiry; ``valid_until`` is the last valid day."""
    if certificate.state != PassCertificate.State.VALID:
        return Standing.REVOKED
    if certificate.valid_until is not None and certificate.valid_until < day:
        return Standing.EXPIRED
    return Standing.VALID


def look_up(text: str, day: date) -> Verification:
    """The standing on ``day`` of the certificate that ``text`` names. No query for what cannot be a serial."""
    serial = check_serial(text)
    if serial is None:
        return Verification(text.strip()[:40])
    certificate = PassCertificate.objects.select_related("person").filter(serial=serial).first()
    if certificate is None:
        return Verification(serial)
    return Verification(
        serial,
        state_on(certificate, day),
        masked_name(certificate.person.name),
        certificate.title,
        certificate.issuer,
        certificate.issued_on,
        certificate.valid_until,
        certificate.revoked_on,
    )


def find(serial: str) -> PassCertificate:
    """With what its pages show. Raises PassCertificate.DoesNotExist, also for what cannot be a serial."""
    rows = PassCertificate.objects.select_related(
        "person", "registration__unit", "registration__sitting__unit", "registration__person", "qualification"
    )
    return rows.get(serial=check_serial(serial) or "")


def of_sitting(sitting, text: str = ""):
    """Certificates of a sitting by unit; with ``text`` the one of that serial, or those whose name contains it."""
    rows = (
        PassCertificate.objects.filter(registration__sitting=sitting)
        .select_related("person", "registration__unit")
        .order_by("registration__unit__path", "registration__exam_no", "pk")
    )
    if text:
        serial = check_serial(text)
        rows = rows.filter(serial=serial) if serial else rows.filter(person__name__icontains=text)
    return rows
