"""Bodies of frozen papers, read once in a process: they never change and hold no key."""

from __future__ import annotations

import threading
from collections import OrderedDict

from exams.models.papers import FrozenPaper

MOST = 20

_bodies: OrderedDict[int, dict] = OrderedDict()
_lock = threading.Lock()


def body_of(frozen_id: int) -> dict:
    """``FrozenPaper.body``; not to be changed by the caller. Raises FrozenPaper.DoesNotExist."""
    with _lock:
        if (known := _bodies.get(frozen_id)) is not None:
            _bodies.move_to_end(frozen_id)
            return known
    body = FrozenPaper.objects.values_list("body", flat=True).get(pk=frozen_id)
    with _lock:
        _bodies[frozen_id] = body
        while len(_bodies) > MOST:
            _bodies.popitem(last=False)
    return body


def forget() -> None:
    """Empty the memory (tests)."""
    with _lock:
        _bodies.clear()
