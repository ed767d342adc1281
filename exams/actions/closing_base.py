"""The one way an attempt ends, shared by hand-in, deadline and invigilator.

Rows are locked first, then changed by a conditional update, then folded: whoever saves holds the same lock, so an
answer was either committed before and is folded, or finds the attempt closed and is not acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from exams.delivery.answers import current, is_filled
from exams.models.attempts import Attempt, ConductEvent

# bulk_update writes CASE expressions: long ones cost more than further statements.
BATCH = 100


def still_open(attempts: QuerySet) -> QuerySet:
    """The guard of every closing: only attempts that nobody has closed yet."""
    return attempts.filter(state__in=[Attempt.State.OPEN, Attempt.State.PAUSED])


def fold(attempt_ids: Iterable[UUID]) -> dict[UUID, dict[str, dict]]:
    """{attempt: {"0": {"a": ["A"]}, …}}: the current answers by the log, empty ones left out."""
    ids = list(attempt_ids)
    held = current(ids)
    return {
        pk: {str(item): {"a": value["a"]} for item, (_, value) in sorted(held.get(pk, {}).items()) if is_filled(value)}
        for pk in ids
    }


def locked(attempts: QuerySet) -> list[Attempt]:
    """These attempts with their rows held, in the order everybody takes them (no deadlock); inside a transaction."""
    rows = attempts.select_related("entry").order_by("pk").select_for_update(of=("self",))
    return list(rows.only("pk", "sitting_id", "state", "deadline", "paused_at", "entry__registration_id"))


def shut(attempts: QuerySet, *, clock: datetime, by: str, actor) -> list[Attempt]:
    """Close those of ``attempts`` that are open, fold their answers, append one SUBMITTED each; inside a transaction.

    ``clock`` is the sitting's time. Closed by the deadline means handed in at the deadline.
    """
    rows = locked(still_open(attempts))
    ids = [row.pk for row in rows]
    if not ids:
        return []
    at = F("deadline") if by == Attempt.ClosedBy.DEADLINE else clock
    changed = still_open(Attempt.objects.filter(pk__in=ids)).update(
        state=Attempt.State.SUBMITTED, closed_by=by, submitted_at=at, paused_at=None, marked_at=None
    )
    if changed != len(ids):
        raise RuntimeError("attempts changed while their rows were locked")
    folded = fold(ids)
    for row in rows:
        row.state, row.answers, row.answered = Attempt.State.SUBMITTED, folded[row.pk], len(folded[row.pk])
    Attempt.objects.bulk_update(rows, ["answers", "answered"], batch_size=BATCH)
    ConductEvent.objects.bulk_create(
        [event_of(row, ConductEvent.Kind.SUBMITTED, clock, actor=actor, data={"by": str(by)}) for row in rows]
    )
    return rows


def event_of(row: Attempt, kind: str, clock: datetime, *, actor, text: str = "", data: dict | None = None):
    """A conduct event about a row of ``locked``, unsaved."""
    return ConductEvent(
        sitting_id=row.sitting_id,
        registration_id=row.entry.registration_id,
        attempt_id=row.pk,
        kind=kind,
        text=text,
        data=data or {},
        at=clock,
        actor=actor,
    )
