"""The queue of the take page against a hostile network: nothing lost, nothing called saved that is not."""

from pathlib import Path

import pytest

SIMULATION = Path(__file__).with_name("simulate.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "sessions", [pytest.param(range(1, 6), id="5"), pytest.param(range(1, 501), id="500", marks=pytest.mark.full)]
)
def test_no_answer_is_lost(page, transactional_db, live_server, sessions):
    page.goto(f"{live_server.url}/sign-in/")
    for seed in sessions:
        result = page.evaluate(SIMULATION, {"seed": seed * 7919, "steps": 60})
        assert result["problems"] == [], seed
        assert result["empty"] is True and result["left"] == 0, (seed, result)
        assert result["saved"] > 5


def test_the_simulation_notices_a_queue_that_forgets(page, transactional_db, live_server):
    """The guard removed: a store that keeps nothing must fail the same test."""
    page.goto(f"{live_server.url}/sign-in/")
    forgetful = SIMULATION.replace(
        "const store = await openStore();", "const store = await openStore(); store.put = async () => {};"
    )
    assert forgetful != SIMULATION
    results = [page.evaluate(forgetful, {"seed": seed * 7919, "steps": 60}) for seed in range(1, 4)]
    assert any(result["problems"] for result in results)


def test_the_simulation_notices_an_optimistic_queue(page, transactional_db, live_server):
    page.goto(f"{live_server.url}/sign-in/")
    hopeful = SIMULATION.replace('queue.stateOf(n) === "saved"', 'queue.stateOf(n) !== "local"')
    assert hopeful != SIMULATION
    results = [page.evaluate(hopeful, {"seed": seed * 7919, "steps": 60}) for seed in range(1, 4)]
    assert any(result["problems"] for result in results)
