"""Recordings enter the CMS with what the check at upload found of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from courses.models import Recording
from portal import audit


def note_saved(*, actor, now: datetime, recording: Recording, changed: Sequence[str] = ()) -> None:
    """Audit that somebody uploaded or changed a recording; inside the transaction that saved it."""
    audit.record(
        actor=actor,
        now=now,
        action="recording.saved",
        obj=recording,
        title=recording.title,
        type=recording.type,
        size=recording.facts.get("size"),
        seconds=recording.duration,
        fields=list(changed),
    )
