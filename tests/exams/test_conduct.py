"""The invigilator's acts: conditional, written down, audited."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exams.actions import conduct, taking
from exams.actions.closing import close_overdue
from exams.delivery import memory, messages
from exams.models import Attempt, ConductEvent, Registration, Sitting
from portal.actions.errors import Refused
from portal.models import AuditEvent
from tests.cast import NOW
from tests.exams.sitting_now import SINGLE, OpenSitting, answer, hand_in, save

MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(cast):
    return OpenSitting(cast)


@pytest.fixture
def act(cast):
    """What every act is given."""
    return {"actor": cast.user("invigilator"), "now": NOW + 10 * MINUTE}


def kinds(attempt) -> list[str]:
    return list(ConductEvent.objects.filter(attempt=attempt).values_list("kind", flat=True))


def refused(words, call):
    with pytest.raises(Refused) as caught:
        call()
    assert words in caught.value.message


# --- time ------------------------------------------------------------------------------------------------------------


def test_extending_one_and_all(room, act):
    one, two, gone = room.started(), room.started(), room.started()
    Attempt.objects.filter(pk=gone.pk).update(state="submitted")
    assert conduct.extend(attempts=[one], seconds=300, reason="设备故障", **act) == 1
    assert conduct.extend_all(sitting=room.live, seconds=60, reason="统一延时", **act) == 2
    one.refresh_from_db(), two.refresh_from_db(), gone.refresh_from_db()
    assert (one.extra_seconds, two.extra_seconds, gone.extra_seconds) == (360, 60, 0)
    assert one.deadline == NOW + timedelta(seconds=3960)
    assert save(one, answer(one, SINGLE, "A", 1), now=NOW + timedelta(seconds=3959)).keys
    assert kinds(one) == ["started", "extended", "extended"]
    event = ConductEvent.objects.filter(attempt=one, kind="extended").first()
    assert event.data == {"seconds": 300} and event.text == "设备故障" and event.actor == act["actor"]
    assert AuditEvent.objects.filter(action="attempt.extended").count() == 3


def test_extending_wants_a_reason_a_time_and_somebody(room, act):
    one = room.started()
    refused("请填写原因", lambda: conduct.extend(attempts=[one], seconds=60, reason=" ", **act))
    for seconds in (0, -1, 4 * 3600 + 1, 1.5, True):
        refused("时间须在", lambda s=seconds: conduct.extend(attempts=[one], seconds=s, reason="x", **act))
    refused("请先选择考生", lambda: conduct.extend(attempts=[], seconds=60, reason="x", **act))
    hand_in(one)
    refused("都已交卷", lambda: conduct.extend(attempts=[one], seconds=60, reason="x", **act))
    assert one.extra_seconds == 0 and kinds(one) == ["started", "submitted"]


def test_extension_and_deadline_job_have_one_outcome_either_way(room, act):
    first, second = room.started(), room.started()
    late = {**act, "now": first.deadline + timedelta(seconds=20)}
    conduct.extend(attempts=[first], seconds=600, reason="停电", **late)
    assert close_overdue(now=late["now"]) == 1
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("open", "submitted")
    refused("都已交卷", lambda: conduct.extend(attempts=[second], seconds=600, reason="停电", **late))
    second.refresh_from_db()
    assert second.state == "submitted" and second.extra_seconds == 0


def test_a_pause_keeps_the_time_that_was_left(room, act):
    attempt = room.started()
    assert conduct.pause(attempts=[attempt], reason="身体不适", **act) == 1
    refused("没有可暂停的考生", lambda: conduct.pause(attempts=[attempt], reason="x", **act))
    # Long after the old deadline: paused time does not pass, nor does the deadline job touch it.
    later = {**act, "now": NOW + 120 * MINUTE}
    assert close_overdue(now=later["now"]) == 0
    with pytest.raises(taking.Stopped) as stop:
        save(attempt, answer(attempt, SINGLE, "A", 1), now=later["now"])
    assert stop.value.code == "paused"
    conduct.extend(attempts=[attempt], seconds=60, reason="补时", **later)
    assert conduct.resume(attempts=[attempt], reason="", **later) == 1
    attempt.refresh_from_db()
    assert attempt.state == "open" and attempt.paused_at is None
    assert attempt.deadline - later["now"] == 51 * MINUTE
    refused("都不在暂停中", lambda: conduct.resume(attempts=[attempt], **later))
    assert kinds(attempt) == ["started", "paused", "extended", "resumed"]


def test_no_pause_after_the_time(room, act):
    attempt = room.started()
    over = {**act, "now": attempt.deadline}
    refused("时间已到", lambda: conduct.pause(attempts=[attempt], reason="x", **over))


# --- the end ---------------------------------------------------------------------------------------------------------


def test_forced_hand_in_keeps_the_answers(room, act):
    attempt = room.started()
    save(attempt, answer(attempt, SINGLE, "A", 1))
    conduct.pause(attempts=[attempt], reason="调查", **act)
    assert conduct.force_hand_in(attempts=[attempt], reason="违纪", **act) == 1
    attempt.refresh_from_db()
    assert (attempt.state, attempt.closed_by, attempt.answers) == ("submitted", "invigilator", {"0": {"a": ["A"]}})
    assert attempt.submitted_at == act["now"] and attempt.answered == 1
    refused("都已交卷", lambda: conduct.force_hand_in(attempts=[attempt], reason="x", **act))
    assert kinds(attempt) == ["started", "paused", "submitted", "forced"]


def test_reopening_goes_on_with_the_log_and_is_closed_and_folded_again(room, act):
    attempt = room.started()
    save(attempt, answer(attempt, SINGLE, "A", 1))
    refused("尚未交卷", lambda: conduct.reopen(attempt=attempt, seconds=600, reason="误交", **act))
    hand_in(attempt)
    Attempt.objects.filter(pk=attempt.pk).update(marked_at=NOW)
    again = conduct.reopen(attempt=attempt, seconds=600, reason="误交", **act)
    assert (again.state, again.answers, again.marked_at, again.closed_by) == ("open", None, None, "")
    assert again.deadline == act["now"] + 10 * MINUTE
    save(again, answer(again, SINGLE, "B", 2), now=act["now"])
    hand_in(again, now=act["now"])
    again.refresh_from_db()
    assert again.answers == {"0": {"a": ["B"]}}
    Sitting.objects.filter(pk=room.live.pk).update(state="closed")
    refused("本场考试已结束", lambda: conduct.reopen(attempt=attempt, seconds=600, reason="误交", **act))


# --- the record ------------------------------------------------------------------------------------------------------


def registration_of(person):
    return Registration.objects.get(person=person)


def test_absence_and_cheating_mark_the_registration_and_can_be_taken_back(room, act):
    person, cheat = room.newcomer(), room.newcomer()
    room.started(person=cheat)
    absent = conduct.record(sitting=room.live, registration=registration_of(person), kind="absent", **act)
    first, second = (
        conduct.record(sitting=room.live, registration=registration_of(cheat), kind="cheated", text="夹带", **act)
        for _ in range(2)
    )
    assert registration_of(person).absent and registration_of(cheat).disqualified
    refused("登记为缺考", lambda: room.started(person=person))
    refused(
        "已登记缺考",
        lambda: conduct.record(sitting=room.live, registration=registration_of(person), kind="absent", **act),
    )
    conduct.clear(event=absent, reason="迟到入场", **act)
    assert not registration_of(person).absent and room.started(person=person)
    refused("已撤销", lambda: conduct.clear(event=absent, reason="x", **act))
    conduct.clear(event=first, reason="重复登记", **act)
    assert registration_of(cheat).disqualified
    cleared = conduct.clear(event=second, reason="查无实据", **act)
    assert not registration_of(cheat).disqualified and cleared.data == {"event": second.pk}
    assert AuditEvent.objects.filter(action="conduct.recorded").count() == 6


def test_what_cannot_be_written_down(room, act):
    person = room.newcomer()
    attempt = room.started(person=person)
    given = {"sitting": room.live, "registration": registration_of(person), **act}
    refused("已进入考试", lambda: conduct.record(kind="absent", **given))
    refused("请写明情况", lambda: conduct.record(kind="cheated", **given))
    refused("不能登记", lambda: conduct.record(kind="extended", text="x", **given))
    refused("请先选择考生", lambda: conduct.record(kind="violation", text="x", **{**given, "registration": None}))
    other = room.candidate("外场", 400)
    refused(
        "不在本场考试的名单中",
        lambda: conduct.record(kind="violation", text="x", **{**given, "registration": registration_of(other)}),
    )
    refused(
        "不能撤销",
        lambda: conduct.clear(event=ConductEvent.objects.get(attempt=attempt, kind="started"), reason="x", **act),
    )
    note = conduct.record(sitting=room.live, kind="incident", text="10点停电3分钟", **act)
    assert note.registration is None and registration_of(person).disqualified is False
    Sitting.objects.filter(pk=room.live.pk).update(state="released")
    refused("成绩已发布", lambda: conduct.record(sitting=room.live, kind="incident", text="x", **act))
    refused("成绩已发布", lambda: conduct.clear(event=note, reason="x", **act))


# --- messages --------------------------------------------------------------------------------------------------------


def test_messages_reach_all_or_some(room, act, django_capture_on_commit_callbacks):
    one, two = room.started(), room.started()
    memory.forget()
    assert messages.after(room.live.pk, one.pk, 0) == []
    with django_capture_on_commit_callbacks(execute=True):
        assert conduct.send_message(sitting=room.live, text="还有30分钟", **act) == 1
        assert conduct.send_message(sitting=room.live, text="请到前台", attempts=[two], **act) == 1
    assert [m["text"] for m in messages.after(room.live.pk, one.pk, 0)] == ["还有30分钟"]
    both = messages.after(room.live.pk, two.pk, 0)
    assert [m["text"] for m in both] == ["还有30分钟", "请到前台"]
    assert messages.after(room.live.pk, two.pk, both[0]["id"]) == both[1:]
    refused("请填写通知", lambda: conduct.send_message(sitting=room.live, text=" ", **act))
    refused("不得超过", lambda: conduct.send_message(sitting=room.live, text="长" * 301, **act))
    other = room.make_sitting("other", "别场", room.paper)
    refused("请先选择", lambda: conduct.send_message(sitting=other, text="x", attempts=[one], **act))
