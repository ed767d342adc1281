"""What still waits before a year of study hours can be closed in good conscience."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from courses.models import HourClaim, Session


@dataclass(frozen=True)
class Waiting:
    """Claims not decided and lectures whose hours are not settled, of one year."""

    claims: int
    sessions: int


def waiting(year: int) -> Waiting:
    """What of ``year`` would only be credited after a closing. Two queries."""
    first, beyond = (timezone.make_aware(datetime(at, 1, 1)) for at in (year, year + 1))
    claims = HourClaim.objects.filter(state=HourClaim.State.SUBMITTED, ended__gte=first, ended__lt=beyond)
    held = Session.objects.filter(state=Session.State.HELD, settled_at=None, ends_at__gte=first, ends_at__lt=beyond)
    return Waiting(claims.count(), held.filter(attendances__isnull=False).distinct().count())
