"""Measurements that operators can repeat: one module a subject, each with ``run(size, stdout)``."""

import time
from collections.abc import Callable


def seconds(act: Callable[[], object]) -> float:
    """How long ``act`` takes by the clock on the wall."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
