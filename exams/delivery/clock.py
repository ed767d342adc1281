"""The clock a sitting goes by, and the window a candidate may sit in. The browser never decides either."""

from __future__ import annotations

from datetime import datetime, timedelta

from exams.models.rooms import Seat
from exams.models.sittings import Registration, Sitting


def now_of(sitting: Sitting, now: datetime) -> datetime:
    """``now`` as this sitting's clock shows it: the server's time, moved by ``clock_skew`` in a rehearsal only."""
    return now + timedelta(seconds=sitting.clock_skew) if sitting.rehearsal else now


def window_of(registration: Registration) -> tuple[datetime, datetime]:
    """[opens, closes) for this candidate: that of the seat's batch, else the sitting's own. One query when the seat
    is not loaded (``select_related("seat__batch", "sitting")`` saves it).
    """
    try:
        batch = registration.seat.batch
    except Seat.DoesNotExist:
        return registration.sitting.opens_at, registration.sitting.closes_at
    return batch.opens_at, batch.closes_at
