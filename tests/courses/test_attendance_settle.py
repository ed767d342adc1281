"""Presence becomes hours: the rule, corrections, lecturers, overlaps, the recording; and settles by itself."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from courses.actions import attendance, holding
from courses.models import Attendance, Session
from courses.rules import attendance as rules
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from staffing.actions.hours import credit_hours
from staffing.models import HourCredit, HourSpan, HourYear
from staffing.queries.hours_spans import standing_credit
from tests.courses.attendance_room import AFTER, END, Room, at
from tests.courses.made import NOW, STARTS


@pytest.fixture
def room(cast):
    return Room(cast)


def settle(room, now=AFTER, **more):
    return attendance.settle_session(actor=room.training, now=now, session=room.session, **more)


def hours_of(room, person):
    credit = standing_credit(person, f"session:{room.session.pk}")
    return credit.hours if credit else 0


def test_presence_earns_by_the_rule_and_ends_equal_however_often(room):
    cast = room.cast
    room.there(cast.wang, -4, 155)
    room.there(cast.li, 20, 154)
    room.there(cast.sun, -1, 95)
    room.there(cast.chen, 120, 156)
    room.there(cast.wu, -1, None)
    with pytest.raises(Refused, match="还没有结束"):
        settle(room, at(149))
    done = settle(room)
    found = {row.person_id: row for row in Attendance.objects.all()}
    assert (done.credited, done.people, done.hours, done.waiting) == (3, 3, Decimal(8), 1)
    assert [found[p.pk].hours for p in (cast.wang, cast.li, cast.sun, cast.chen, cast.wu)] == [3, 3, 2, 0, 0]
    assert [found[p.pk].minutes for p in (cast.wang, cast.li, cast.sun, cast.chen)] == [150, 130, 95, 30]
    assert found[cast.li.pk].flags == ["LATE"] and found[cast.sun.pk].flags == ["LEFT_EARLY"]
    assert found[cast.wu.pk].state == "no_sign_out"
    session = Session.objects.get(pk=room.session.pk)
    assert session.state == "held" and session.settled_at == AFTER
    credit = standing_credit(cast.wang, f"session:{session.pk}")
    assert (credit.kind, credit.earned_on, credit.title) == (
        "lecture",
        room.cast.TODAY,
        "综合执法大讲堂第3讲《先审后决》",
    )
    assert HourSpan.objects.filter(credit=credit).get().start == STARTS

    before = HourCredit.objects.count()
    again = settle(room)
    assert (again.credited, again.changed, again.reversed, again.unchanged) == (0, 0, 0, 5)
    assert HourCredit.objects.count() == before

    given = {"actor": room.training, "now": AFTER, "session": room.session}
    attendance.correct(
        **given, person=cast.wu, state="present", signed_in=at(-1), signed_out=at(150), reason="手机没电，中队长证明"
    )
    attendance.correct(**given, person=cast.wang, state="proxy", signed_in=at(-4), reason="经核查为代签")
    assert hours_of(room, cast.wu) == 3 and hours_of(room, cast.wang) == 0
    told = AuditEvent.objects.filter(action="attendance.corrected").latest("id").data
    assert told["before"]["state"] == "present" and told["after"]["state"] == "proxy" and told["reason"]
    assert "MANUAL" in Attendance.objects.get(person=cast.wu).flags


def test_corrections_that_make_no_sense_are_refused(room):
    given = {"actor": room.training, "session": room.session, "person": room.wang}
    for told, words in (
        ({"state": "present", "reason": " "}, "原因"),
        ({"state": "present", "reason": "补"}, "时间"),
        ({"state": "odd", "reason": "补"}, "状态"),
        ({"state": "present", "signed_in": at(9), "signed_out": at(9), "reason": "补"}, "晚于"),
        ({"state": "present", "signed_in": at(-9000), "signed_out": at(9), "reason": "补"}, "日期"),
        ({"state": "no_sign_out", "signed_in": at(0), "signed_out": at(9), "reason": "补"}, "已签到签退"),
    ):
        with pytest.raises(Refused, match=words):
            attendance.correct(now=AFTER, **given, **told)
    with pytest.raises(Refused, match="只能登记请假"):
        attendance.correct(now=NOW - timedelta(days=1), **given, state="proxy", reason="补")
    attendance.correct(now=NOW - timedelta(days=1), **given, state="leave", reason="出庭应诉")
    assert Attendance.objects.get().state == "leave"
    attendance.correct(now=NOW, **given, state="leave", reason="再说一次")
    assert AuditEvent.objects.filter(action="attendance.corrected").count() == 1
    # Came after all.
    room.there(room.wang, 0, 150)
    row = Attendance.objects.get()
    assert row.state == "present" and row.flags == []


def test_lecturers_earn_teaching_and_no_attendance_on_top(room):
    zhou = room.cast.zhou
    room.session.lecturers.add(room.inside, room.guest)
    room.there(zhou, 0, 150)
    settle(room)
    source = f"teaching:{room.session.pk}"
    assert standing_credit(zhou, source).hours == 6 and hours_of(room, zhou) == 0
    assert Attendance.objects.get(person=zhou).flags == ["TEACHES"]
    room.session.lecturers.remove(room.inside)
    settle(room)
    assert standing_credit(zhou, source) is None and hours_of(room, zhou) == 3


def test_the_same_minutes_never_earn_twice(room):
    credit_hours(
        actor=room.training,
        now=AFTER,
        person=room.wang,
        kind="external",
        hours=2,
        earned_on=room.cast.TODAY,
        title="外训",
        source="x",
        spans=[(STARTS, STARTS + timedelta(minutes=90))],
    )
    room.there(room.wang, 0, 150)
    settle(room)
    row = Attendance.objects.get()
    assert row.hours < 3 and "OVERLAP" in row.flags


def test_two_lectures_at_the_same_time(room):
    """The list of one of them was wrong: what is taken off there stands where the person was."""
    other = room.make_session(4, STARTS + timedelta(minutes=60))
    room.there(room.wang, 0, 150)
    room.there(room.wang, 0, 150, session=other)
    later = AFTER + timedelta(hours=2)
    for session in (room.session, other):
        attendance.settle_session(actor=room.training, now=later, session=session)
    first, second = Attendance.objects.order_by("session__starts_at")
    # 60 of its minutes are free: no more than those, at 45 a 学时.
    assert first.hours == 3 and 0 < second.hours < 2 and "OVERLAP" in second.flags
    attendance.correct(
        actor=room.training, now=later, session=room.session, person=room.wang, state="void", reason="走错教室"
    )
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.hours, second.hours) == (0, 3) and "OVERLAP" not in second.flags
    total = HourCredit.objects.filter(person=room.wang).aggregate(sum=Sum("hours"))["sum"]
    assert total == 3


def test_a_lecture_that_ended_early_counts_as_held(room):
    room.there(room.wang, 0, 88)
    room.session.minutes_held = 90
    room.session.state = "held"
    room.session.save()
    settle(room, at(95))
    row = Attendance.objects.get()
    assert (row.minutes, row.hours) == (88, 2) and row.flags == ["LEFT_EARLY"]


def test_it_settles_by_itself_after_the_last_sign_out(room):
    room.there(room.wang, 0, None)
    assert attendance.settle_due(now=END + timedelta(minutes=29)) == 0
    assert attendance.settle_due(now=END + rules.LATEST) == 1
    assert attendance.settle_due(now=END + rules.LATEST) == 0
    assert Attendance.objects.get().state == "no_sign_out"
    assert "缺签到或签退" in Notice.objects.get(recipient=room.officer, key__startswith="no-sign-out").text


def test_a_sign_out_after_settling_still_counts(room):
    room.there(room.wang, 0, None)
    settle(room, END)
    room.scan(room.wang, "out", 152)
    assert hours_of(room, room.wang) == 3 and Attendance.objects.get().state == "present"


def test_cancelled_lectures_have_no_attendance(room):
    Session.objects.filter(pk=room.session.pk).update(state="cancelled")
    with pytest.raises(Refused, match="取消"):
        settle(room)
    with pytest.raises(Refused, match="取消"):
        room.scan(room.wang, "in", 0)


def test_other_minutes_after_settling_settle_anew(room):
    """Wang was there for 100 of 150 minutes: two hours; all of a lecture of 60 minutes is one."""
    room.there(room.wang, 0, 100)
    settle(room)
    assert hours_of(room, room.wang) == 2
    told = {"actor": room.training, "session": room.session}
    holding.hold_session(**told, now=AFTER, minutes_held=60)
    assert hours_of(room, room.wang) == 1 and Attendance.objects.get().hours == 1
    before = AuditEvent.objects.count()
    holding.hold_session(**told, now=AFTER, minutes_held=60)
    assert AuditEvent.objects.count() == before
    # It took longer than until now: presence is settled once it is over.
    row = holding.hold_session(**told, now=AFTER, minutes_held=600)
    assert row.settled_at is None and hours_of(room, room.wang) == 1
    # A closed year has its line; the correction says why it came later.
    holding.hold_session(**told, now=AFTER, minutes_held=60)
    settle(room)
    HourYear.objects.create(year=2026, closed_at=AFTER, policy=room.cast.policy, due=1, met=0)
    holding.hold_session(**told, now=AFTER, minutes_held=150)
    credit = standing_credit(room.wang, f"session:{room.session.pk}")
    assert credit.hours == 2 and credit.reason == "实际时长由60分钟改为150分钟"
