"""Messages of the invigilators to candidates. Every save carries the new ones; each process asks now and then."""

from __future__ import annotations

import threading
import time
from uuid import UUID

from exams.models.attempts import ConductEvent

# A message reaches candidates this much later at most.
FRESH_SECONDS = 2.0
MOST_SITTINGS = 50

_known: dict[int, tuple[float, list]] = {}
_lock = threading.Lock()


def after(sitting_id: int, attempt_id: UUID, since: int, *, ask: bool = True) -> list[dict]:
    """[{"id", "text", "at"}] for all or for this attempt, newer than ``since``. ``ask`` False: only what is known."""
    return [
        {"id": pk, "text": text, "at": at.isoformat(timespec="seconds")}
        for pk, to, text, at in _of_sitting(sitting_id, ask)
        if pk > since and (to is None or to == attempt_id)
    ]


def _of_sitting(sitting_id: int, ask: bool) -> list:
    moment = time.monotonic()
    with _lock:
        known = _known.get(sitting_id)
        if known and (moment - known[0] < FRESH_SECONDS or not ask):
            return known[1]
        if not ask:
            return []
        # Other threads go on with what is known while this one asks.
        _known[sitting_id] = (moment, known[1] if known else [])
    rows = ConductEvent.objects.filter(sitting_id=sitting_id, kind=ConductEvent.Kind.MESSAGE).order_by("id")
    found = list(rows.values_list("id", "attempt_id", "text", "at"))
    with _lock:
        if len(_known) > MOST_SITTINGS:
            _known.clear()
        _known[sitting_id] = (moment, found)
    return found


def forget() -> None:
    """Ask again at once: after a message sent from this process, and in tests."""
    with _lock:
        _known.clear()
