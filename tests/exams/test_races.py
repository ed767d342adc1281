"""Two at once: entering, handing in against the deadline and the invigilator, saving against closing.

Threads with connections of their own. On SQLite the database is a file for these tests, as in service; the one in memory
locks tables between threads, which no installation does.
"""

# ruff: noqa: B023 - the threads of a round have ended before the next begins

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from exams.actions import closing_base, conduct, taking
from exams.actions.closing import close_overdue, fold
from exams.models import AnswerEvent, Attempt, ConductEvent
from portal import audit
from portal.actions.errors import Refused
from portal.models import AuditEvent
from tests.cast import NOW, Cast
from tests.exams.sitting_now import MULTIPLE, SINGLE, OpenSitting, answer, hand_in, save
from tests.exams.together import together


@pytest.fixture
def room(transactional_db, tmp_path):
    """The sitting in a database that threads can share."""
    plain = connection.settings_dict["NAME"], connection.connection
    if connection.vendor == "sqlite":
        path = str(tmp_path / "shared.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [path])
        # Closing the connection to the database in memory would drop it: it is put aside.
        connection.connection, connection.settings_dict["NAME"] = None, path
    yield OpenSitting(Cast())
    if connection.vendor == "sqlite":
        connection.close()
        connection.settings_dict["NAME"], connection.connection = plain


def submitted(attempt) -> int:
    return ConductEvent.objects.filter(attempt=attempt, kind="submitted").count()


def endings(room, attempt):
    """Three ways to end it at the moment its time and grace are over."""
    over = attempt.deadline + timedelta(seconds=20)
    invigilator = room.cast.user("invigilator")
    return (
        lambda: hand_in(attempt, now=over),
        lambda: close_overdue(now=over),
        lambda: conduct.force_hand_in(actor=invigilator, now=over, attempts=[attempt], reason="到时"),
    )


ROUNDS = 4


def test_two_starts_at_once_begin_one_attempt(room):
    for _round in range(ROUNDS):
        person = room.newcomer()
        results = together(*[lambda: room.started(person=person, device="同一台", address="10.0.0.1")] * 3)
        assert len({result.pk for result in results}) == 1
        assert len({result.lease for result in results}) == 1
        assert Attempt.objects.filter(user=person.user).count() == 1


def test_two_devices_at_once_one_is_told_of_the_other(room):
    person = room.newcomer()
    results = together(
        lambda: room.started(person=person, device="甲"), lambda: room.started(person=person, device="乙")
    )
    assert sorted(isinstance(result, Refused) for result in results) == [False, True]
    assert Attempt.objects.count() == 1


def test_every_ending_at_once_ends_it_once(room):
    for _round in range(ROUNDS):
        attempt = room.started()
        save(attempt, answer(attempt, SINGLE, "A", 1))
        click, job, force = endings(room, attempt)
        together(click, click, job, job, force)
        assert submitted(attempt) == 1
        attempt.refresh_from_db()
        assert attempt.state == "submitted" and attempt.answers == {"0": {"a": ["A"]}}
    told = AuditEvent.objects.filter(action__in=["attempt.submitted", "attempts.closed", "attempt.forced"])
    assert told.count() == ROUNDS and audit.verify().ok


def test_without_the_guard_it_would_end_twice(room, monkeypatch):
    """The test above means something: with the condition on the state taken away, two endings are counted."""
    monkeypatch.setattr(closing_base, "still_open", lambda attempts: attempts)
    attempt = room.started()
    _click, _job, force = endings(room, attempt)
    together(force, force)
    assert submitted(attempt) == 2


def test_a_double_click_hands_in_once_and_both_are_told_so(room):
    for _round in range(ROUNDS):
        attempt = room.started()
        last = answer(attempt, MULTIPLE, "AC", 1)
        results = together(lambda: hand_in(attempt, last), lambda: hand_in(attempt, last))
        assert [result.attempt.state for result in results] == ["submitted"] * 2
        assert submitted(attempt) == 1 and AnswerEvent.objects.filter(attempt=attempt).count() == 1
        attempt.refresh_from_db()
        assert attempt.answers == {"1": {"a": ["A", "C"]}} and attempt.closed_by == "candidate"


def test_no_acknowledged_answer_is_missing_from_what_was_folded(room):
    """Saves in the last moment against the ending: acknowledged means folded, refused means not stored."""
    for _round in range(ROUNDS):
        attempt = room.started()
        _click, _job, force = endings(room, attempt)
        saves = [lambda n=n: save(attempt, answer(attempt, n, "A", n + 1)) for n in (SINGLE, MULTIPLE)]
        *saved, _forced = together(*saves, force)
        attempt.refresh_from_db()
        kept = {str(n): {"a": ["A"]} for n, result in enumerate(saved) if isinstance(result, taking.Saved)}
        assert attempt.answers == kept == fold([attempt.pk])[attempt.pk]
        assert AnswerEvent.objects.filter(attempt=attempt).count() == len(kept) == attempt.answered


def test_saves_of_two_tabs_at_once_are_both_counted(room):
    for _round in range(ROUNDS):
        attempt = room.started()
        together(*[lambda n=n: save(attempt, answer(attempt, n, "A", n + 1)) for n in range(3)])
        attempt.refresh_from_db()
        assert attempt.answered == 3


def test_an_extension_against_the_deadline_has_one_outcome(room):
    seen = set()
    for _round in range(ROUNDS):
        attempt = room.started()
        _click, job, _force = endings(room, attempt)
        over = attempt.deadline + timedelta(seconds=20)
        given, _closed = together(
            lambda: conduct.extend(
                actor=room.cast.user("invigilator"), now=over, attempts=[attempt], seconds=600, reason="停电"
            ),
            job,
        )
        attempt.refresh_from_db()
        extended = not isinstance(given, Refused)
        assert (attempt.state, attempt.extra_seconds, submitted(attempt)) == (
            ("open", 600, 0) if extended else ("submitted", 0, 1)
        )
        seen.add(extended)
        Attempt.objects.filter(pk=attempt.pk).update(state="submitted")
    assert seen


def test_taking_over_at_once_leaves_one_lease(room):
    attempt = room.started()
    takes = [lambda n=n: taking.take_over(actor=attempt.user, now=NOW, attempt=attempt, device=f"{n}") for n in "甲乙"]
    leases = {result.lease for result in together(*takes)}
    attempt.refresh_from_db()
    (other,) = leases - {attempt.lease}
    with pytest.raises(taking.Stopped):
        save(attempt, lease=other)
    assert save(attempt, answer(attempt, SINGLE, "A", 1)).keys
