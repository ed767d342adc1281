"""What never changes about an attempt, kept in the process: whose it is, its secret, and the form of each item.

A save needs nothing else of the layout, and asks the database for it once in a process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models.functions import Coalesce

from exams.models.attempts import Attempt

# About a kilobyte each: two sittings of 2,000.
MOST = 4000


class Shape(NamedTuple):
    """How an item is answered: form, option keys in the order shown, number of blanks."""

    form: str
    keys: tuple[str, ...]
    blanks: int


class Sheet(NamedTuple):
    """``opens_at``: of the candidate's window."""

    attempt_id: UUID
    user_id: int
    sitting_id: int
    registration_id: int
    opens_at: datetime
    secret: str
    items: tuple[Shape, ...]


_sheets: OrderedDict[UUID, Sheet] = OrderedDict()
# Attempts of one paper share their shapes.
_shapes: dict[Shape, Shape] = {}
_lock = threading.Lock()


def sheet_of(attempt_id: UUID) -> tuple[Sheet | None, bool]:
    """(the sheet, or None when there is no such attempt; was the database asked?)"""
    with _lock:
        if (known := _sheets.get(attempt_id)) is not None:
            _sheets.move_to_end(attempt_id)
            return known, False
    row = (
        Attempt.objects.filter(pk=attempt_id)
        .values_list(
            "user_id",
            "sitting_id",
            "entry__registration_id",
            Coalesce("entry__registration__seat__batch__opens_at", "sitting__opens_at"),
            "secret",
            "layout",
        )
        .first()
    )
    return (None if row is None else _remember(attempt_id, *row)), True


def _remember(attempt_id, user_id, sitting_id, registration_id, opens_at, secret, layout) -> Sheet:
    with _lock:
        items = tuple(_shared(Shape(i["f"], tuple(i["o"]), i["b"])) for i in layout)
        sheet = Sheet(attempt_id, user_id, sitting_id, registration_id, opens_at, secret, items)
        _sheets[attempt_id] = sheet
        while len(_sheets) > MOST:
            _sheets.popitem(last=False)
    return sheet


def _shared(shape: Shape) -> Shape:
    if len(_shapes) > MOST:
        _shapes.clear()
    return _shapes.setdefault(shape, shape)


def forget() -> None:
    """Empty the memory (tests)."""
    with _lock:
        _sheets.clear()
        _shapes.clear()
