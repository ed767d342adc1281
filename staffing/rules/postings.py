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


def alert(due: date, day: date, thresholds: tuple[int, ...]) -> int | None:
    """The tightest threshold (days before ``due``) already reached; 0 when overdue; None when none is."""
    left = (due - day).days
    if left < 0:
        return 0
    return min((days for days in thresholds if left <= days), default=None)


def thresholds(text: str) -> tuple[int, ...]:
    """ "30,15,7" → (30, 15, 7). Raises ValueError on anything else."""
    return tuple(int(part) for part in text.replace("，", ",").split(",") if part.strip())
