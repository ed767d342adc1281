"""Saving answers, and the pulse between saves."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from exams.actions.taking.common import (
    Saved,
    Stopped,
    Unknown,
    check,
    focus_seconds,
    lock,
    note,
    sheet_for,
    store,
)
from exams.delivery import answers as reading
from exams.delivery import facts
from exams.delivery.clock import now_of
from exams.models.attempts import Attempt, ConductEvent

# A raised hand is one call for help, however often the button is pressed.
HAND_PAUSE = timedelta(seconds=60)


def save(*, user_id: int, attempt_id: UUID, lease: UUID | None, answers: list, focus=(), now: datetime) -> Saved:
    """Append answers to the log; returns only after the commit, so what it names may be acknowledged.

    Good answers are stored, bad ones come back one by one. The deadline is exclusive and by the sitting's clock. A
    replayed key is a no-op; an older sequence stays in the log without becoming current. Raises Unknown, Stopped.
    """
    sheet, asked = sheet_for(attempt_id, user_id)
    given, refused = reading.read(sheet, answers)
    away = focus_seconds(focus)
    with transaction.atomic():
        attempt = lock(sheet)
        clock = now_of(attempt.sitting, now)
        check(attempt, lease, clock)
        store(attempt, given, len(away), clock)
        if away:
            note(sheet, ConductEvent.Kind.FOCUS, clock, [{"seconds": n} for n in away], actor_id=user_id)
    return Saved(attempt, sheet, not asked, [str(answer.key) for answer in given], refused)


def pulse(
    *, user_id: int, attempt_id: UUID, lease: UUID | None, focus=(), hand_up: bool = False, now: datetime
) -> Saved:
    """The page is there: last_seen, times it was left, a raised hand. Raises Unknown, and Stopped for a lost lease."""
    sheet, asked = sheet_for(attempt_id, user_id)
    attempt = facts.live(attempt_id, user_id)
    if attempt is None:
        raise Unknown
    if attempt.state == Attempt.State.SUBMITTED:
        return Saved(attempt, sheet, not asked)
    if attempt.lease != lease:
        raise Stopped("lease", attempt)
    clock, away = now_of(attempt.sitting, now), focus_seconds(focus)
    changes = {"last_seen": clock} | ({"focus_losses": F("focus_losses") + len(away)} if away else {})
    mine = Attempt.objects.filter(pk=attempt_id, lease=lease).exclude(state=Attempt.State.SUBMITTED)
    if not (away or hand_up):
        mine.update(**changes)
        return Saved(attempt, sheet, not asked)
    with transaction.atomic():
        if mine.update(**changes):
            note(sheet, ConductEvent.Kind.FOCUS, clock, [{"seconds": n} for n in away], actor_id=user_id)
            if hand_up:
                _raise_hand(sheet, clock, user_id)
    return Saved(attempt, sheet, not asked)


def _raise_hand(sheet, clock, user_id) -> None:
    raised = ConductEvent.objects.filter(
        sitting_id=sheet.sitting_id, attempt_id=sheet.attempt_id, kind=ConductEvent.Kind.HAND_UP
    )
    if not raised.filter(at__gt=clock - HAND_PAUSE).exists():
        note(sheet, ConductEvent.Kind.HAND_UP, clock, [{}], actor_id=user_id)
