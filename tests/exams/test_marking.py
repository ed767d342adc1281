"""The machine's marking, the two markers, arbitration, and marking again after a decision about a key."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest

from exams.actions import marking
from exams.models import Attempt, Duty, Entry, KeyDecision, MarkingTask, ScoreEvent
from exams.queries import marking as queries
from portal.actions.errors import Refused
from portal.models import Grant
from tests.cast import NOW
from tests.exams.closed import MACHINE, PASSES, RIGHT, WRITTEN, SatCast, without


@pytest.fixture
def sat(cast):
    return SatCast(cast)


def entry_of(attempt) -> Entry:
    return Entry.objects.get(pk=attempt.entry_id)


def mark(sat) -> int:
    return marking.mark_closed(now=NOW)


def give(task, *points, comment=""):
    task.refresh_from_db()
    return marking.give_marks(actor=task.marker, now=NOW, task=task, points=points, comment=comment)


def tasks_of(attempt) -> list[MarkingTask]:
    return list(MarkingTask.objects.filter(attempt=attempt).order_by("slot"))


def test_a_paper_without_written_answers_is_complete_at_once(sat):
    attempt = sat.sit(PASSES, items=MACHINE)
    assert mark(sat) == 1
    entry = entry_of(attempt)
    assert (entry.score, entry.passed, entry.sat) == (Decimal(70), True, True)
    event = ScoreEvent.objects.get()
    assert event.kind == "machine" and event.scores == {"0": "40.00", "1": "30.00", "2": "0.00"}


def test_marking_again_changes_nothing(sat):
    sat.sit(PASSES, items=MACHINE)
    mark(sat)
    assert mark(sat) == 0
    Attempt.objects.update(marked_at=None)  # as if killed between two statements of two transactions
    assert mark(sat) == 1
    assert ScoreEvent.objects.count() == 1 and Entry.objects.get().score == 70


def test_written_answers_wait_for_two_markers(sat):
    attempt = sat.sit()
    mark(sat)
    assert entry_of(attempt).score is None and entry_of(attempt).sat
    assert [task.slot for task in tasks_of(attempt)] == [1, 2]
    assert len({task.code for task in tasks_of(attempt)}) == 2
    one, two = sat.marker("m1"), sat.marker("m2")
    assert marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed) == 2
    assert {task.marker for task in tasks_of(attempt)} == {one, two}
    first, second = tasks_of(attempt)
    give(first, "6", "4")
    assert entry_of(attempt).score is None
    give(second, "5", "3.5")
    # 10 points of the rubric are worth 20: 20 and 17, whose mean 18.5 is a half already.
    assert entry_of(attempt).score == Decimal("98.5")
    assert entry_of(attempt).passed


def test_an_empty_written_answer_costs_nobody_time(sat):
    attempt = sat.sit(without(WRITTEN))
    mark(sat)
    assert not tasks_of(attempt) and entry_of(attempt).score == 80


def test_beyond_the_tolerance_a_third_decides(sat):
    attempt = sat.sit()
    mark(sat)
    for name in ("m1", "m2", "m3"):
        sat.marker(name)
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    first, second = tasks_of(attempt)
    give(first, "6", "4")  # 20
    give(second, "4", "3.5")  # 15: 5 of 20 is more than 20 %
    third = tasks_of(attempt)[2]
    assert third.marker not in (None, first.marker, second.marker)
    assert entry_of(attempt).score is None
    sheet = queries.sheet_of(queries.task_of(third.marker, third.code))
    assert sheet.arbitration and sheet.others == (Decimal(20), Decimal(15))
    give(third, "4", "4")
    assert entry_of(attempt).score == 80 + 16


def test_exactly_the_tolerance_is_within_it(sat):
    attempt = sat.sit()
    mark(sat)
    sat.marker("m1"), sat.marker("m2")
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    first, second = tasks_of(attempt)
    give(first, "6", "4")
    give(second, "4", "4")
    assert entry_of(attempt).score == 98


def test_arbitration_without_a_third_marker_waits_and_says_so(sat):
    attempt = sat.sit()
    mark(sat)
    sat.marker("m1"), sat.marker("m2")
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    first, second = tasks_of(attempt)
    give(first, "6", "4")
    give(second, "0", "0")
    assert tasks_of(attempt)[2].marker is None
    assert queries.overview(sat.closed).arbitration_unassigned == 1
    with pytest.raises(Refused, match="第三名"):
        marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    third = sat.marker("m3")
    assert marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed) == 1
    assert tasks_of(attempt)[2].marker == third


def test_one_marker_alone_is_refused(sat):
    sat.sit()
    mark(sat)
    sat.marker("m1")
    with pytest.raises(Refused, match="两名"):
        marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    assert not MarkingTask.objects.filter(marker__isnull=False).exists()


def test_work_is_spread_evenly_and_never_twice_to_one(sat):
    for _n in range(9):
        sat.sit()
    mark(sat)
    for name in ("m1", "m2", "m3"):
        sat.marker(name)
    assert marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed) == 18
    loads = [line.waiting for line in queries.overview(sat.closed).markers]
    assert loads == [6, 6, 6]
    for attempt in Attempt.objects.all():
        assert len({task.marker_id for task in tasks_of(attempt)}) == 2


def test_nobody_marks_their_own_answer(sat):
    attempt = sat.sit()
    mark(sat)
    Grant.objects.create(user=attempt.user, role="marker", starts=NOW.replace(year=2021))
    Duty.objects.create(sitting=sat.closed, user=attempt.user, kind="mark")
    sat.marker("m1"), sat.marker("m2")
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    assert attempt.user not in {task.marker for task in tasks_of(attempt)}


def test_a_marker_of_another_unit_is_preferred(sat):
    attempt = sat.sit()
    mark(sat)
    near = sat.marker("near")
    sat.cast.wang.user = near  # of the candidate's own squad
    sat.cast.wang.save()
    far = {sat.marker("far1"), sat.marker("far2")}
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    assert {task.marker for task in tasks_of(attempt)} == far


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (("7", "4"), "第1项"),
        (("6",), "逐项"),
        (("6", "x"), "第2项"),
        (("6", "-1"), "第2项"),
        (("5.2", "1"), "0.5"),
        (("NaN", "1"), "第1项"),
    ],
)
def test_points_stay_within_the_rubric(sat, points, said):
    attempt = sat.sit()
    mark(sat)
    sat.marker("m1"), sat.marker("m2")
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    with pytest.raises(Refused, match=said):
        give(tasks_of(attempt)[0], *points)


def test_marks_may_be_changed_until_the_other_is_done(sat):
    attempt = sat.sit()
    mark(sat)
    sat.marker("m1"), sat.marker("m2")
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    first, second = tasks_of(attempt)
    give(first, "6", "4")
    give(first, "5", "4")
    give(second, "5", "4")
    give(second, "5", "4")  # the same again
    assert ScoreEvent.objects.filter(kind="written").count() == 1
    with pytest.raises(Refused, match="不能再改"):
        give(first, "1", "1")
    assert entry_of(attempt).score == 98


def test_only_the_own_task(sat):
    attempt = sat.sit()
    mark(sat)
    one, two = sat.marker("m1"), sat.marker("m2")
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    task = tasks_of(attempt)[0]
    other = two if task.marker == one else one
    with pytest.raises(Refused, match="不由您"):
        marking.give_marks(actor=other, now=NOW, task=task, points=["1", "1"], comment="")
    with pytest.raises(MarkingTask.DoesNotExist):
        queries.task_of(other, task.code)


def decide(sat, stem, kind, answer=None):
    version = sat.questions[stem].current
    KeyDecision.objects.create(
        sitting=sat.closed,
        version=version,
        kind=kind,
        challenge="题干有歧义",
        raised_by=sat.office,
        raised_at=NOW,
        answer=answer,
        reason="审题组认定",
        decided_by=sat.office,
        decided_at=NOW,
    )
    return marking.remark(actor=sat.office, now=NOW, sitting=sat.closed, version=version)


def test_a_void_question_is_worth_its_marks_to_everybody(sat):
    wrong, right = sat.sit({"0": {"a": ["B"]}}, items=MACHINE), sat.sit(PASSES, items=MACHINE)
    mark(sat)
    assert decide(sat, "单选1", "void") == 2
    assert (entry_of(wrong).score, entry_of(right).score) == (40, 70)
    assert ScoreEvent.objects.filter(kind="void").count() == 2 and ScoreEvent.objects.count() == 4


def test_another_key_marks_again(sat):
    wrong, right = sat.sit({"0": {"a": ["B"]}}, items=MACHINE), sat.sit(PASSES, items=MACHINE)
    mark(sat)
    assert decide(sat, "单选1", "rekey", ["B"]) == 2
    assert (entry_of(wrong).score, entry_of(right).score) == (40, 30)
    assert decide(sat, "单选2", "void") == 0  # nobody had it


def test_the_same_decision_twice_adds_nothing(sat):
    sat.sit(items=MACHINE)
    mark(sat)
    decide(sat, "单选1", "void")
    marking.remark(actor=sat.office, now=NOW, sitting=sat.closed, version=sat.questions["单选1"].current)
    assert ScoreEvent.objects.filter(kind="void").count() == 1


def test_a_question_kept_changes_nothing(sat):
    sat.sit(items=MACHINE)
    mark(sat)
    assert decide(sat, "单选1", "kept") == 0


def test_who_is_marked_after_the_decision_gets_it_too(sat):
    sat.sit(items=MACHINE)
    mark(sat)
    decide(sat, "单选1", "void")
    late = sat.sit({}, items=MACHINE)
    mark(sat)
    assert entry_of(late).score == 40


def test_a_void_written_question_frees_its_markers(sat):
    attempt = sat.sit()
    mark(sat)
    decide(sat, "案例1乙", "void")
    assert {task.state for task in tasks_of(attempt)} == {"cancelled"}
    assert entry_of(attempt).score == 100
    with pytest.raises(Refused, match="论述题"):
        decide(sat, "案例1乙", "rekey", ["A"])


def test_a_reopened_attempt_is_marked_anew(sat):
    attempt = sat.sit(without(0))
    mark(sat)
    Attempt.objects.filter(pk=attempt.pk).update(
        answers=RIGHT, marked_at=None, submitted_at=NOW + timedelta(minutes=70)
    )
    mark(sat)
    assert ScoreEvent.objects.filter(entry=attempt.entry).count() == 2
    assert queries.marks_by_item(attempt.pk)[0] == 20
    assert [task.state for task in tasks_of(attempt)] == ["waiting", "waiting"]


def test_of_several_attempts_the_best_counts(sat):
    attempt = sat.sit(PASSES, items=MACHINE)
    second = sat.sit({}, items=MACHINE, person=attempt.user.person, number=2)
    mark(sat)
    assert entry_of(second).score == 70


def test_an_open_attempt_leaves_the_entry_open(sat):
    attempt = sat.sit(PASSES, items=MACHINE)
    sat.sit({}, items=MACHINE, person=attempt.user.person, number=2, state="open", submitted_at=None)
    mark(sat)
    assert entry_of(attempt).score is None


def test_marking_is_set_based(sat, django_assert_max_num_queries):
    for _n in range(3):
        sat.sit(items=MACHINE)
    with django_assert_max_num_queries(40) as small:
        mark(sat)
    for _n in range(30):
        sat.sit(items=MACHINE)
    with django_assert_max_num_queries(40) as large:
        mark(sat)
    assert len(large) <= len(small) + 4


@pytest.mark.full
def test_five_hundred_attempts_of_fifty_items(sat):
    items = [(stem, "2") for stem in ("单选1", "多选1", "判断2", "单选2", "单选3")] * 10
    for _n in range(500):
        sat.sit({str(n): {"a": ["A"]} for n in range(50)}, items=items)
    began = time.perf_counter()
    assert mark(sat) == 500
    print(f"500 × 50: {time.perf_counter() - began:.2f} s")


def test_the_overview_counts(sat, django_assert_max_num_queries):
    for _n in range(4):
        sat.sit()
    mark(sat)
    for name in ("m1", "m2", "m3"):
        sat.marker(name)
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    attempts = list(Attempt.objects.order_by("started_at"))
    for points, attempt in zip(((6, 4), (6, 0)), attempts):
        one, two = tasks_of(attempt)
        give(one, *points)
        give(two, 6, 4)
    with django_assert_max_num_queries(7):
        found = queries.overview(sat.closed)
    assert (found.attempts, found.answers, found.settled, found.twice, found.arbitration) == (4, 4, 1, 2, 1)
    assert found.agreement == 0.5 and found.tasks_waiting == 5
