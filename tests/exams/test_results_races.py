"""Two releases, two markings, two markers' last marks and two appeals at once: one result each. On PostgreSQL; SQLite
has one writer by design.
"""

import pytest

from exams.actions import appeals, marking, results
from exams.models import (
    Appeal,
    Attempt,
    Entry,
    MarkingTask,
    PassCertificate,
    Register,
    ScoreEvent,
    Sitting,
)
from portal.models import AuditEvent, Notice
from staffing.models import QualificationStatus
from tests.cast import NOW
from tests.exams.closed import FAILS, MACHINE, PASSES, SatCast
from tests.exams.together import several_writers, together

pytestmark = [several_writers, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sat(cast):
    return SatCast(cast)


def release(sat):
    return lambda: results.release(actor=sat.office, now=NOW, sitting=sat.closed)


def one_release(sat, outcomes) -> bool:
    """Did all of them find the same edition, and did it happen once?"""
    editions = {one.pk for one in outcomes if isinstance(one, Register)}
    return (
        len(editions) == 1
        and all(isinstance(one, Register) for one in outcomes)
        and Register.objects.count() == 1
        and PassCertificate.objects.count() == 2
        and QualificationStatus.objects.filter(doc_no="c1").count() == 2
        and AuditEvent.objects.filter(action="results.released").count() == 1
        and Notice.objects.filter(key__startswith="results:").count() == 3
    )


def prepared(sat):
    for answers in (PASSES, PASSES, FAILS):
        sat.sit(answers, items=MACHINE)
    marking.mark_closed(now=NOW)


def test_released_by_two_is_released_once(sat):
    prepared(sat)
    assert one_release(sat, together(*[release(sat)] * 4))


def test_the_check_fails_when_the_guard_is_removed(sat, monkeypatch):
    prepared(sat)

    def careless(sitting, now):
        return bool(Sitting.objects.filter(pk=sitting.pk).update(state=Sitting.State.RELEASED, released_at=now))

    monkeypatch.setattr(results, "_claim", careless)
    assert not one_release(sat, together(*[release(sat)] * 4))


def test_marked_by_two_workers_is_marked_once(sat):
    for _n in range(6):
        sat.sit()
    together(*[lambda: marking.mark_closed(now=NOW)] * 3)
    assert ScoreEvent.objects.count() == 6 and MarkingTask.objects.count() == 12
    assert not Attempt.objects.filter(marked_at=None).exists()


def test_the_last_two_marks_at_once_settle_once(sat):
    attempts = [sat.sit() for _n in range(3)]
    marking.mark_closed(now=NOW)
    sat.marker("m1"), sat.marker("m2")
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    for attempt in attempts:
        acts = [
            lambda task=task: marking.give_marks(actor=task.marker, now=NOW, task=task, points=["5", "4"], comment="")
            for task in MarkingTask.objects.filter(attempt=attempt).select_related("marker")
        ]
        together(*acts)
        assert ScoreEvent.objects.filter(attempt=attempt, kind="written").count() == 1
        assert Entry.objects.get(pk=attempt.entry_id).score == 98


def test_assigned_by_two_is_assigned_once(sat):
    for _n in range(4):
        sat.sit()
    marking.mark_closed(now=NOW)
    for name in ("m1", "m2", "m3"):
        sat.marker(name)
    together(*[lambda: marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)] * 3)
    for attempt in Attempt.objects.all():
        assert len(set(MarkingTask.objects.filter(attempt=attempt).values_list("marker", flat=True))) == 2


def test_an_appeal_asked_and_decided_by_two(sat):
    attempt = sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    results.release(actor=sat.office, now=NOW, sitting=sat.closed)
    ask = {"actor": attempt.user, "now": NOW, "entry": attempt.entry, "reason": "请复核"}
    together(*[lambda: appeals.apply(**ask)] * 3)
    appeal = Appeal.objects.get()
    say = {"actor": sat.office, "now": NOW, "appeal": appeal, "changed": True, "answer": "误判", "scores": {"0": "40"}}
    together(*[lambda: appeals.decide(**say)] * 3)
    assert ScoreEvent.objects.filter(kind="appeal").count() == 1
    assert list(Register.objects.values_list("edition", flat=True)) == [1, 2]
