"""Several people at the same moment: threads with connections of their own."""

import threading

import pytest
from django.db import connection, connections

from portal.actions.errors import Refused

several_writers = pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="one writer at a time by design (IMMEDIATE transactions); an in-memory database has no second one",
)


def together(*acts) -> list:
    """Run all at the same moment: what each returned, or its refusal. Anything else that was raised fails the test."""
    gate, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(at, act):
        try:
            gate.wait(30)
            outcomes[at] = act()
        except Exception as error:
            outcomes[at] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "an act did not end"
    odd = [outcome for outcome in outcomes if isinstance(outcome, Exception) and not isinstance(outcome, Refused)]
    assert not odd, odd
    return outcomes
