"""Small work done every few seconds, apart from the queue: closing what is overdue must not wait behind a long job.

    @every(seconds=5)
    def tick(now): ...

in an app's ``handlers`` module. The worker runs all of it in one thread with its own database connection, one after
another; an error is logged and the next turn comes. With several workers it runs in each of them: it must be
harmless to do twice, also at the same time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone, translation

log = logging.getLogger(__name__)

# The thread looks this often for what is due.
STEP_SECONDS = 0.5


@dataclass
class Duty:
    """One registered function; ``due`` is the monotonic time of its next turn."""

    fn: Callable[[datetime], object]
    seconds: float
    due: float = 0.0


_duties: list[Duty] = []


def every(*, seconds: float):
    """Register ``fn(now)`` to be called about every ``seconds``, counted from the end of the last turn."""

    def decorate(fn):
        _duties.append(Duty(fn, seconds))
        return fn

    return decorate


def turn(now: datetime, moment: float) -> int:
    """Call everything that is due at the monotonic time ``moment``; how many were. Errors are logged, never raised."""
    called = 0
    for duty in _duties:
        if duty.due > moment:
            continue
        called += 1
        try:
            duty.fn(now)
        except Exception as error:
            # Without the message: a database error may quote a row.
            log.error("periodic %s.%s: %s", duty.fn.__module__, duty.fn.__qualname__, type(error).__name__)
            log.debug("periodic", exc_info=True)
        finally:
            duty.due = moment + duty.seconds
    return called


class Rounds(threading.Thread):
    """Takes turns until stopped."""

    def __init__(self):
        super().__init__(name="rounds", daemon=True)
        self._stopped = threading.Event()

    def run(self):
        with translation.override(settings.LANGUAGE_CODE):
            while not self._stopped.wait(STEP_SECONDS):
                # A connection the database dropped is noticed here and made anew.
                close_old_connections()
                turn(timezone.now(), time.monotonic())
        connection.close()

    def stop(self, timeout: float = 10) -> None:
        """End the thread after its present turn."""
        self._stopped.set()
        if self.is_alive():
            self.join(timeout)
