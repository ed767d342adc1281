"""Time is over: every overdue attempt closes with what was saved, in few statements, once."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.actions import closing
from exams.actions.closing import close_overdue, fold
from exams.models import AnswerEvent, Attempt, ConductEvent, Sitting
from portal.models import AuditEvent
from tests.cast import NOW
from tests.exams.sitting_now import MULTIPLE, SINGLE, WRITTEN, OpenSitting, answer, save

GRACE = timedelta(seconds=20)


@pytest.fixture
def room(cast):
    return OpenSitting(cast)


def test_grace_first_then_closed_at_the_deadline_with_the_answers(room):
    attempt, other = room.started(), room.started()
    save(attempt, answer(attempt, SINGLE, "A", 1), answer(attempt, MULTIPLE, "AB", 2))
    save(attempt, answer(attempt, MULTIPLE, "", 3))
    Attempt.objects.filter(pk=other.pk).update(deadline=NOW + timedelta(hours=2))
    over = attempt.deadline + GRACE
    assert close_overdue(now=over - timedelta(milliseconds=1)) == 0
    assert close_overdue(now=over) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.closed_by, attempt.submitted_at) == ("submitted", "deadline", attempt.deadline)
    assert attempt.answers == {"0": {"a": ["A"]}} and attempt.answered == 1 and attempt.marked_at is None
    event = ConductEvent.objects.get(kind="submitted")
    assert (event.attempt_id, event.data, event.at, event.actor) == (attempt.pk, {"by": "deadline"}, over, None)
    assert AuditEvent.objects.get(action="attempts.closed").data["count"] == 1
    assert close_overdue(now=over) == 0 and ConductEvent.objects.filter(kind="submitted").count() == 1
    other.refresh_from_db()
    assert other.state == "open"


def test_a_sitting_at_a_time_and_by_its_own_clock(room):
    attempt = room.started()
    other = room.make_sitting("leer", "空场", room.paper, state="open")
    assert close_overdue(now=NOW + timedelta(days=1), sitting=other) == 0
    Sitting.objects.filter(pk=room.live.pk).update(rehearsal=True, clock_skew=3620)
    assert close_overdue(now=NOW - timedelta(seconds=1)) == 0
    assert close_overdue(now=NOW) == 1
    attempt.refresh_from_db()
    assert attempt.state == "submitted"


def test_statements_do_not_grow_with_the_attempts(room, monkeypatch):
    def close(count):
        for _n in range(count):
            attempt = room.started()
            save(attempt, answer(attempt, SINGLE, "A", 1))
        with CaptureQueriesContext(connection) as queries:
            assert close_overdue(now=NOW + timedelta(hours=2)) == count
        return len(queries)

    assert close(2) == close(9)


def test_what_was_closed_in_the_meantime_is_not_closed_again(room, monkeypatch):
    """Between looking and locking, somebody hands in: the condition is asked again under the lock."""
    one, two = room.started(), room.started()
    plain = closing._close

    def slow(sitting, due, clock, now):
        Attempt.objects.filter(pk=one.pk).update(state="submitted", closed_by="candidate")
        return plain(sitting, due, clock, now)

    monkeypatch.setattr(closing, "_close", slow)
    assert close_overdue(now=NOW + timedelta(hours=2)) == 1
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.closed_by, two.closed_by) == ("candidate", "deadline")


KEYS = [uuid.UUID(int=n) for n in range(12)]
events = st.lists(
    st.tuples(
        st.sampled_from([SINGLE, MULTIPLE, WRITTEN]),
        st.integers(1, 8),
        st.sampled_from(KEYS),
        st.sampled_from(["", "A", "B", "C"]),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(events, max_size=5))
def test_whatever_the_order_the_highest_sequence_stands(room, calls):
    """Replays, reorderings and two tabs: a model of the log by hand agrees with fold and with the count."""
    attempt = room.started()
    log, seen = [], set()
    for call in calls:
        sent = []
        for item, sequence, key, text in call:
            if key not in seen:
                seen.add(key)
                log.append((item, sequence, text))
            sent.append(answer(attempt, item, text, sequence, key=key))
        # Of two events under one name in one call, the first stays.
        save(attempt, *sent)
    wanted = {}
    for item, _sequence, text in sorted(log, key=lambda event: event[1]):
        wanted[item] = text
    filled = {str(item): text for item, text in wanted.items() if text}
    got = {item: "".join(value["a"]) for item, value in fold([attempt.pk])[attempt.pk].items()}
    assert got == filled
    attempt.refresh_from_db()
    assert attempt.answered == len(filled)
    assert AnswerEvent.objects.filter(attempt=attempt).count() == len(seen)
