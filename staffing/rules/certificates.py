"""Enforcement certificates (domain §2.3; 行政处罚法 §42: not fewer than two certified officers handle a case)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from staffing.rules.params import Params

NEVER = date.max


class Standing(StrEnum):
    """Where an officer's certificates leave them on a day."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    OTHER = "other"  # cancelled, revoked, lost, not yet issued, check not passed
    NONE = "none"


@dataclass(frozen=True)
class Certificate:
    """``state`` on the day: valid, suspended, expired, cancelled, revoked, lost; empty when there was none yet."""

    issued: date | None
    valid_until: date | None
    state: str
    check_passed: bool = True
    unit_fits: bool = True


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def effective_until(issued: date | None, valid_until: date | None, params: Params) -> date | None:
    """Last valid day: as printed, else issued + 60 months − 1 day; None when neither date is known."""
    if valid_until is not None:
        return valid_until
    if issued is None:
        return None
    return add_months(issued, params.certificate_months) - timedelta(days=1)


def in_force(certificate: Certificate, day: date, params: Params) -> bool:
    """Valid on ``day``, both ends inclusive. Without any date the recorded state alone decides."""
    until = effective_until(certificate.issued, certificate.valid_until, params)
    return (
        certificate.state == "valid"
        and (certificate.issued is None or certificate.issued <= day)
        and (until is None or day <= until)
        and (certificate.check_passed or not params.certificate_check)
        and (certificate.unit_fits or not params.certificate_unit_bound)
    )


@dataclass(frozen=True)
class Holder:
    standing: Standing
    until: date | None = None

    def expires_within(self, day: date, days: int) -> bool:
        """In force, with its last valid day no later than ``days`` from ``day``."""
        return (
            self.standing == Standing.IN_FORCE and self.until is not None and self.until <= day + timedelta(days=days)
        )


def holder(certificates: Iterable[Certificate], day: date, params: Params) -> Holder:
    """The best certificate in force counts, so a renewal in time is no expiry; else the latest one tells why not."""
    known = [(effective_until(c.issued, c.valid_until, params), c) for c in certificates if c.state]
    if not known:
        return Holder(Standing.NONE)
    good = [until or NEVER for until, c in known if in_force(c, day, params)]
    if good:
        best = max(good)
        return Holder(Standing.IN_FORCE, None if best == NEVER else best)
    until = max((until or NEVER for until, _ in known))
    states = {c.state for last, c in known if (last or NEVER) == until}
    shown = None if until == NEVER else until
    if "expired" in states or (until < day and states & {"valid", "suspended", "lost"}):
        return Holder(Standing.EXPIRED, shown)
    return Holder(Standing.SUSPENDED if "suspended" in states else Standing.OTHER, shown)
