"""Handing in: the candidate's own end of an attempt."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from exams.actions.closing_base import shut
from exams.actions.taking.common import Saved, Stopped, check, lock, sheet_for, store
from exams.delivery import answers as reading
from exams.delivery.clock import now_of
from exams.delivery.facts import earliest
from exams.models.attempts import Attempt
from portal import audit


def hand_in(*, actor, attempt_id: UUID, lease: UUID | None, answers: list = (), now: datetime) -> Saved:
    """Store the last answers and close the attempt, in one transaction. Doing it twice is harmless.

    From the deadline on the answers are refused but the hand-in itself is done, as closed by the deadline. Raises
    Unknown, and Stopped: lease, paused, early.
    """
    sheet, asked = sheet_for(attempt_id, actor.pk)
    given, refused = reading.read(sheet, list(answers))
    with transaction.atomic():
        attempt = lock(sheet)
        clock, keys = now_of(attempt.sitting, now), []
        late = attempt.deadline <= clock
        try:
            check(attempt, lease, clock)
        except Stopped as stop:
            if stop.code == "submitted":
                return Saved(attempt, sheet, not asked, [], refused)
            if stop.code != "deadline":
                raise
        if late:
            message = _("考试时间已到，不再接受答案。")
            refused += [{"key": str(answer.key), "message": message} for answer in given]
        elif earliest(attempt, sheet, clock) > 0:
            raise Stopped("early", attempt)
        else:
            store(attempt, given, 0, clock)
            keys = [str(answer.key) for answer in given]
        by = Attempt.ClosedBy.DEADLINE if late else Attempt.ClosedBy.CANDIDATE
        closed = shut(Attempt.objects.filter(pk=attempt_id), clock=clock, by=by, actor=actor)
        if closed:
            audit.record(
                actor=actor, now=now, action="attempt.submitted", obj=attempt, by=str(by), answered=closed[0].answered
            )
        attempt.state = Attempt.State.SUBMITTED
    return Saved(attempt, sheet, not asked, keys, refused)
