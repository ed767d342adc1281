"""Periodic work of the worker: in turn, again after an error, never in the queue's way."""

from __future__ import annotations

import logging
import threading

import pytest

from portal import periodic
from tests.cast import NOW


@pytest.fixture(autouse=True)
def duties(monkeypatch):
    """A registry of this file's own."""
    own = []
    monkeypatch.setattr(periodic, "_duties", own)
    return own


def test_what_is_due_is_called_with_the_time_and_again_after_its_pause():
    seen = []
    periodic.every(seconds=5)(lambda now: seen.append(("a", now)))
    periodic.every(seconds=10)(lambda now: seen.append(("b", now)))
    assert [periodic.turn(NOW, moment) for moment in (100, 101, 105, 109, 110)] == [2, 0, 1, 0, 2]
    assert [name for name, now in seen if now == NOW] == ["a", "b", "a", "a", "b"]


def test_an_error_is_logged_without_its_words_and_stops_nobody(caplog):
    seen = []

    @periodic.every(seconds=5)
    def breaks(now):
        seen.append("breaks")
        raise ValueError("身份证号 990100198001010010")

    periodic.every(seconds=5)(lambda now: seen.append("goes on"))
    with caplog.at_level(logging.INFO):
        periodic.turn(NOW, 0)
        periodic.turn(NOW, 5)
    assert seen == ["breaks", "goes on"] * 2
    assert "ValueError" in caplog.text and "9901" not in caplog.text


def test_the_thread_takes_turns_and_stops(monkeypatch):
    called, closed = threading.Event(), []
    monkeypatch.setattr(periodic, "STEP_SECONDS", 0.001)
    monkeypatch.setattr(periodic, "close_old_connections", lambda: closed.append("looked"))
    periodic.every(seconds=60)(lambda now: called.set())
    rounds = periodic.Rounds()
    rounds.start()
    assert called.wait(30)
    rounds.stop()
    assert not rounds.is_alive() and closed


def test_the_exams_register_their_work():
    from importlib import reload

    import exams.handlers

    reload(exams.handlers)
    assert [(duty.fn.__name__, duty.seconds) for duty in periodic._duties] == [
        ("close_overdue", 5),
        ("mark_closed", 5),
        ("close_finished", 30),
        ("finish_mocks", 30),
        ("remind_candidates", 300),
    ]
