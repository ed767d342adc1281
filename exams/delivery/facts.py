"""How an attempt stands at a moment: what every answer of the take page's endpoints carries."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField

from exams.delivery import messages
from exams.delivery.clock import now_of
from exams.delivery.sheets import Sheet
from exams.models.attempts import Attempt
from exams.models.sittings import Sitting
from portal.prepared import Given, Rows

# Columns that change while a candidate sits, and what of the sitting they are read with.
LIVE = (
    "user_id", "sitting_id", "state", "lease", "deadline", "extra_seconds", "started_at", "entry_id",
    "sitting__rehearsal", "sitting__clock_skew", "sitting__grace_seconds", "sitting__earliest_minutes",
)  # fmt: skip


def _of_user():
    mine = Attempt.objects.filter(pk=Given("attempt", Attempt._meta.pk), user_id=Given("user", BigIntegerField()))
    return mine.select_related("sitting").only(*LIVE)


_FIND = Rows(_of_user)
_HOLD = Rows(lambda: _of_user().select_for_update(of=("self",)))


def live(attempt_id: UUID, user_id: int, *, lock: bool = False) -> Attempt | None:
    """The attempt of this user with its changing columns and its sitting's clock, or None. One query.

    ``lock`` holds the row to the end of the transaction (PostgreSQL; on SQLite the transaction is the only writer).
    """
    found = (_HOLD if lock else _FIND).named(attempt=attempt_id, user=user_id)
    if not found:
        return None
    attempt, sitting = (
        model.from_db(connection.alias, found[0][model].keys(), found[0][model].values())
        for model in (Attempt, Sitting)
    )
    attempt.sitting = sitting
    return attempt


def remaining(attempt: Attempt, clock: datetime) -> float | None:
    """Seconds left by the sitting's clock, never below 0; None while paused or submitted."""
    if attempt.state != Attempt.State.OPEN:
        return None
    return max(0.0, round((attempt.deadline - clock).total_seconds(), 3))


def earliest(attempt: Attempt, sheet: Sheet, clock: datetime) -> float:
    """Seconds until handing in is allowed; 0 when it is. Counted from the opening of the candidate's window (late entry
    ends by the same count), so that nobody leaves while others may still come in; never beyond the own deadline.
    """
    allowed = min(sheet.opens_at + timedelta(minutes=attempt.sitting.earliest_minutes), attempt.deadline)
    return max(0.0, round((allowed - clock).total_seconds(), 3))


def facts(attempt: Attempt, sheet: Sheet, now: datetime, since: int = 0, *, ask: bool = True) -> dict:
    """Time by the server, state, seconds (remaining, extra, earliest, grace), and messages after ``since``."""
    clock = now_of(attempt.sitting, now)
    return {
        "at": clock.isoformat(timespec="milliseconds"),
        "state": attempt.state,
        "remaining": remaining(attempt, clock),
        "extra": attempt.extra_seconds,
        "earliest": earliest(attempt, sheet, clock),
        "grace": attempt.sitting.grace_seconds,
        "messages": messages.after(attempt.sitting_id, attempt.pk, since, ask=ask),
    }
