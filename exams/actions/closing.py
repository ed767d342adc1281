"""Closing attempts whose time is over, many at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from exams.actions.closing_base import fold, shut
from exams.delivery.clock import now_of
from exams.models.attempts import Attempt
from exams.models.sittings import Sitting
from portal import audit

__all__ = ["close_overdue", "fold"]

# One transaction each: saves of others wait no longer than for these (SQLite has one writer).
CHUNK = 200


def close_overdue(*, now: datetime, sitting: Sitting | None = None) -> int:
    """Close every open attempt whose deadline and grace are over by its sitting's clock; returns how many.

    Paused attempts are left alone: their time stands still. Several workers may do it at once: each attempt is closed
    once. Statements do not grow with the attempts but by CHUNK.
    """
    closed = 0
    for one in [sitting] if sitting else _with_open_attempts():
        clock = now_of(one, now)
        due = Attempt.objects.filter(
            sitting=one, state=Attempt.State.OPEN, deadline__lte=clock - timedelta(seconds=one.grace_seconds)
        )
        ids = list(due.order_by("pk").values_list("pk", flat=True))
        for at in range(0, len(ids), CHUNK):
            # Asked again under the lock: an extension may have come first.
            closed += _close(one, due.filter(pk__in=ids[at : at + CHUNK]), clock, now)
    return closed


def _with_open_attempts() -> list[Sitting]:
    open_ones = Attempt.objects.filter(sitting=OuterRef("pk"), state=Attempt.State.OPEN)
    columns = ("pk", "code", "rehearsal", "clock_skew", "grace_seconds")
    return list(Sitting.objects.filter(Exists(open_ones)).only(*columns))


def _close(sitting, due, clock, now) -> int:
    with transaction.atomic():
        rows = shut(due, clock=clock, by=Attempt.ClosedBy.DEADLINE, actor=None)
        if rows:
            audit.record(actor=None, now=now, action="attempts.closed", obj=sitting, count=len(rows))
    return len(rows)
