"""Postings and return to post 归位 (domain.md §2.6)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class State(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    DUE = "due"
    OVERDUE = "overdue"
    ENDED = "ended"


def state(start: date, end: date | None, due: date | None, day: date, days: int = 30) -> State:
    """State on ``day`` of a posting ``[start, end)`` whose return is ordered for ``due`` (the last permitted day)."""
    if day < start:
        return State.PLANNED
    if end is not None and end <= day:
        return State.ENDED
    if due is None or due > day + timedelta(days=days):
        return State.OPEN
    return State.OVERDUE if due < day else State.DUE
