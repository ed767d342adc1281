"""Entering, saving to the last moment, one device at a time: the candidate's actions."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from exams.actions import taking
from exams.actions.closing import fold
from exams.delivery import memory
from exams.models import AnswerEvent, Attempt, ConductEvent, Registration
from portal.actions.errors import Refused
from portal.models import AuditEvent
from tests.cast import NOW
from tests.exams.sitting_now import (
    BLANK,
    CASE,
    JUDGE,
    MULTIPLE,
    SINGLE,
    WRITTEN,
    OpenSitting,
    answer,
    option,
    save,
)

MS = timedelta(milliseconds=1)


@pytest.fixture
def room(cast):
    return OpenSitting(cast)


def folded(attempt):
    return fold([attempt.pk])[attempt.pk]


def stop_of(call) -> str:
    with pytest.raises(taking.Stopped) as stopped:
        call()
    return stopped.value.code


def refusal(call) -> Refused:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value


# --- entering --------------------------------------------------------------------------------------------------------


def test_starting_draws_the_paper_and_sets_the_deadline_once(room):
    attempt = room.started(device="Windows · Chrome 120", address="10.1.2.3")
    assert [item["f"] for item in attempt.layout] == ["single", "multiple", "judge", "blank", "multiple", "written"]
    assert attempt.deadline == NOW + timedelta(minutes=60) and attempt.number == 1 and len(attempt.secret) == 43
    begun = ConductEvent.objects.get()
    assert (begun.kind, begun.attempt_id, begun.data["device"]) == ("started", attempt.pk, "Windows · Chrome 120")
    assert AuditEvent.objects.get(action="attempt.started").object_id == str(attempt.pk)


def test_the_window_cuts_the_time(room):
    late = room.live.closes_at - timedelta(minutes=10)
    assert room.started(now=late).deadline == room.live.closes_at


def test_the_same_session_comes_back_to_its_attempt_another_is_asked_to_take_over(room):
    person = room.newcomer()
    attempt = room.started(person=person)
    assert room.started(person=person, held=[str(attempt.lease)]).pk == attempt.pk
    refused = refusal(lambda: room.started(person=person, held=["x"]))
    assert refused.field == "device" and refused.attempt.pk == attempt.pk
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"opens_at": NOW + timedelta(minutes=5)}, "window", "开考，到时自动进入"),
        ({"late_minutes": 30}, "window", "开考30分钟后不得入场"),
        ({"closes_at": NOW}, "window", "已于"),
        ({"state": "closed"}, None, "本场考试已结束"),
        ({"state": "arranged"}, None, "尚未开放"),
        ({"addresses": "10.1.2.0/24"}, "address", "限在指定网段"),
        ({"entry_code": "3141"}, "entry_code", "请输入入场口令"),
    ],
)
def test_who_may_not_enter_is_told_why(room, change, field, words):
    person = room.newcomer()
    for name, value in change.items():
        setattr(room.live, name, value)
    room.live.save()
    refused = refusal(lambda: room.started(person=person, address="10.9.9.9"))
    assert refused.field == field and words in refused.message
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": Registration.State.PENDING}, "未通过审核"),
        ({"absent": True}, "登记为缺考"),
        ({"disqualified": True}, "取消本场考试资格"),
    ],
)
def test_the_registration_decides(room, change, words):
    person = room.newcomer()
    Registration.objects.filter(person=person).update(**change)
    assert words in refusal(lambda: room.started(person=person)).message


def test_strangers_and_other_papers_are_refused(room):
    stranger = room.candidate("局外人", 300)
    assert "不在本场考试的考生名单中" in refusal(lambda: room.started(person=stranger)).message
    person = room.newcomer()
    refusal(lambda: taking.start(actor=person.user, now=NOW, sitting=room.live, position=2))


def test_five_wrong_codes_in_a_minute_are_enough(room):
    room.live.entry_code = "3141"
    room.live.save()
    person, other = room.newcomer(), room.newcomer()
    for _try in range(5):
        assert refusal(lambda: room.started(person=person, entry_code="2718")).message == "入场口令不正确。"
    assert "请1分钟后再试" in refusal(lambda: room.started(person=person, entry_code="3141")).message
    assert room.started(person=other, entry_code=" 3141 ").state == "open"


def test_attempts_allowed(room):
    person = room.newcomer()
    first = room.started(person=person)
    Attempt.objects.filter(pk=first.pk).update(state="submitted")
    assert "不能再次进入" in refusal(lambda: room.started(person=person)).message
    room.live.attempts_allowed = 2
    room.live.save()
    assert room.started(person=person).number == 2


def test_late_for_the_first_paper_only(room):
    person = room.newcomer()
    Attempt.objects.filter(pk=room.started(person=person).pk).update(state="submitted")
    room.live.late_minutes, room.live.attempts_allowed = 30, 2
    room.live.save()
    assert room.started(person=person).number == 2


def test_a_rehearsal_goes_by_its_own_clock(room):
    room.live.rehearsal, room.live.clock_skew = True, 3600
    room.live.save()
    attempt = room.started()
    assert attempt.started_at == NOW + timedelta(hours=1)
    assert save(attempt, answer(attempt, SINGLE, "A", 1), now=NOW + timedelta(minutes=60) - MS).keys
    assert stop_of(lambda: save(attempt, now=NOW + timedelta(minutes=60))) == "deadline"


# --- saving ----------------------------------------------------------------------------------------------------------


def test_every_form_of_answer_is_stored_with_option_keys(room):
    attempt = room.started()
    saved = save(
        attempt,
        answer(attempt, SINGLE, "B", 1),
        answer(attempt, MULTIPLE, "CA", 2, flag=True),
        answer(attempt, JUDGE, "A", 3),
        answer(attempt, BLANK, ["罚款 "], 4),
        answer(attempt, CASE, "ABD", 5),
        answer(attempt, WRITTEN, "孙某无执法资格。\n第二行", 6),
    )
    assert len(saved.keys) == 6 and not saved.refused
    assert folded(attempt) == {
        "0": {"a": ["B"]},
        "1": {"a": ["A", "C"]},
        "2": {"a": ["A"]},
        "3": {"a": ["罚款"]},
        "4": {"a": ["A", "B", "D"]},
        "5": {"a": "孙某无执法资格。\n第二行"},
    }
    attempt.refresh_from_db()
    assert attempt.answered == 6 and attempt.last_save == NOW
    assert AnswerEvent.objects.get(item=MULTIPLE).value == {"a": ["A", "C"], "f": True}


def test_bad_answers_come_back_one_by_one_and_harm_no_other(room):
    attempt = room.started()
    other = option(attempt, MULTIPLE, "A")
    bad = [
        answer(attempt, SINGLE, "AB", 1),
        {**answer(attempt, SINGLE, "A", 1), "a": other},
        {**answer(attempt, SINGLE, "A", 1), "a": "A"},
        {**answer(attempt, SINGLE, "A", 1), "a": ["A"]},
        {**answer(attempt, SINGLE, "A", 1), "a": None},
        {**answer(attempt, SINGLE, "A", 1), "n": 6},
        {**answer(attempt, SINGLE, "A", 1), "n": -1},
        {**answer(attempt, SINGLE, "A", 1), "n": True},
        {**answer(attempt, SINGLE, "A", 1), "seq": 0},
        {**answer(attempt, SINGLE, "A", 1), "seq": 2**31},
        {**answer(attempt, SINGLE, "A", 1), "seq": "1"},
        {**answer(attempt, SINGLE, "A", 1), "f": 1},
        {**answer(attempt, SINGLE, "A", 1), "key": "x"},
        {**answer(attempt, SINGLE, "A", 1), "key": 7},
        {**answer(attempt, MULTIPLE, "A", 1), "a": other * 2},
        answer(attempt, BLANK, ["一", "二"], 1),
        answer(attempt, BLANK, ["长" * 501], 1),
        answer(attempt, WRITTEN, "字" * 20_001, 1),
        answer(attempt, WRITTEN, ["a"], 1),
        "A",
        None,
    ]
    saved = save(attempt, *bad, answer(attempt, JUDGE, "B", 2), answer(attempt, WRITTEN, "字" * 20_000, 3))
    assert len(saved.refused) == len(bad) and len(saved.keys) == 2
    assert saved.refused[0] == {"key": bad[0]["key"], "message": "本题只能选一项。"}
    assert {event.item for event in AnswerEvent.objects.all()} == {JUDGE, WRITTEN}


def test_characters_no_database_holds(room):
    attempt = room.started()
    save(attempt, answer(attempt, WRITTEN, "甲\0乙\ud800丙😀", 1), answer(attempt, BLANK, ["\0"], 2))
    assert folded(attempt) == {"5": {"a": "甲乙?丙😀"}}


def test_replays_and_reorderings_change_nothing(room):
    attempt = room.started()
    first, second = answer(attempt, SINGLE, "A", 1), answer(attempt, SINGLE, "B", 2)
    save(attempt, second)
    assert save(attempt, first).keys == [first["key"]]
    assert save(attempt, first, second).keys == [first["key"], second["key"]]
    assert folded(attempt) == {"0": {"a": ["B"]}} and AnswerEvent.objects.count() == 2
    attempt.refresh_from_db()
    assert attempt.answered == 1


def test_an_emptied_answer_is_no_answer(room):
    attempt = room.started()
    save(attempt, answer(attempt, SINGLE, "A", 1), answer(attempt, WRITTEN, "字", 2), answer(attempt, BLANK, ["一"], 3))
    save(attempt, answer(attempt, SINGLE, "", 4), answer(attempt, WRITTEN, "  \n", 5), answer(attempt, BLANK, [""], 6))
    attempt.refresh_from_db()
    assert attempt.answered == 0 and folded(attempt) == {}
    save(attempt, answer(attempt, SINGLE, "C", 7))
    attempt.refresh_from_db()
    assert attempt.answered == 1


def test_to_the_last_millisecond_and_not_one_later(room):
    attempt = room.started()
    assert save(attempt, answer(attempt, SINGLE, "A", 1), now=attempt.deadline - MS).keys
    assert stop_of(lambda: save(attempt, answer(attempt, SINGLE, "B", 2), now=attempt.deadline)) == "deadline"
    assert folded(attempt) == {"0": {"a": ["A"]}}


def test_the_update_itself_checks_the_deadline(room, monkeypatch):
    """Should the check before it ever be lost, the conditional update still refuses and nothing stays."""
    attempt = room.started()
    monkeypatch.setattr("exams.actions.taking.saving.check", lambda *_args: None)
    with pytest.raises(taking.Stopped):
        save(attempt, answer(attempt, SINGLE, "B", 2), now=attempt.deadline)
    assert not AnswerEvent.objects.exists()


def test_states_that_take_no_answer(room):
    attempt = room.started()
    assert stop_of(lambda: save(attempt, lease=uuid.uuid4())) == "lease"
    Attempt.objects.filter(pk=attempt.pk).update(state="paused")
    assert stop_of(lambda: save(attempt)) == "paused"
    Attempt.objects.filter(pk=attempt.pk).update(state="submitted")
    assert stop_of(lambda: save(attempt, lease=uuid.uuid4())) == "submitted"


def test_nobody_saves_for_another(room):
    attempt, other = room.started(), room.started()
    for user_id, attempt_id in ((other.user_id, attempt.pk), (attempt.user_id, uuid.uuid4())):
        with pytest.raises(taking.Unknown):
            taking.save(user_id=user_id, attempt_id=attempt_id, lease=attempt.lease, answers=[], now=NOW)
        with pytest.raises(taking.Unknown):
            taking.pulse(user_id=user_id, attempt_id=attempt_id, lease=attempt.lease, now=NOW)


def test_focus_losses_and_raised_hands_are_evidence(room):
    attempt = room.started()
    save(attempt, focus=[{"seconds": 4.6}, {"seconds": "x"}, 7, {"seconds": -1}, {"seconds": 10**9}])
    pulse = {"user_id": attempt.user_id, "attempt_id": attempt.pk, "lease": attempt.lease}
    taking.pulse(**pulse, focus=[{"seconds": 2}], hand_up=True, now=NOW)
    taking.pulse(**pulse, hand_up=True, now=NOW + timedelta(seconds=59))
    taking.pulse(**pulse, hand_up=True, now=NOW + timedelta(seconds=61))
    taking.pulse(**pulse, focus="nonsense", now=NOW + timedelta(seconds=70))
    attempt.refresh_from_db()
    assert attempt.focus_losses == 2 and attempt.last_seen == NOW + timedelta(seconds=70)
    events = ConductEvent.objects.exclude(kind="started").values_list("kind", "data")
    assert list(events) == [("focus", {"seconds": 5}), ("focus", {"seconds": 2}), ("hand_up", {}), ("hand_up", {})]


# --- another device --------------------------------------------------------------------------------------------------


def test_taking_over_moves_the_lease_and_says_so(room):
    attempt = room.started(device="旧机", address="10.0.0.1")
    new = taking.take_over(actor=attempt.user, now=NOW, attempt=attempt, device="新机", address="10.0.0.2")
    assert new.lease != attempt.lease
    assert stop_of(lambda: save(attempt, answer(attempt, SINGLE, "A", 1))) == "lease"
    assert save(attempt, answer(attempt, SINGLE, "B", 2), lease=new.lease).keys
    event = ConductEvent.objects.get(kind="takeover")
    wanted = {"device": "新机", "address": "10.0.0.2", "from_device": "旧机", "from_address": "10.0.0.1"}
    assert event.data == wanted and AuditEvent.objects.get(action="attempt.takeover").data == wanted


def test_nobody_takes_over_for_another_or_after_the_end(room):
    attempt, other = room.started(), room.started()
    with pytest.raises(taking.Unknown):
        taking.take_over(actor=other.user, now=NOW, attempt=attempt)
    Attempt.objects.filter(pk=attempt.pk).update(state="submitted")
    assert stop_of(lambda: taking.take_over(actor=attempt.user, now=NOW, attempt=attempt)) == "submitted"


def test_memory_of_the_process_is_only_a_memory(room):
    attempt = room.started()
    save(attempt, answer(attempt, SINGLE, "A", 1))
    memory.forget()
    assert save(attempt, answer(attempt, SINGLE, "B", 2)).keys
