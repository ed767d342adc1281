"""A session's life: numbers, times, who is told, and that each step happens once."""

from datetime import timedelta

import pytest

from courses.actions import holding, sessions, signups
from courses.models import Attendance, Session
from courses.queries import sessions as queries
from portal.access import EVERYWHERE, Scope
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from tests.cast import NOW, TODAY

State = Session.State


def office(learning):
    return {"actor": learning.training, "now": NOW}


def plan(learning, days, title="一讲", **more):
    starts = learning.STARTS + timedelta(days=days)
    given = {"series": learning.series, "title": title, "starts_at": starts, "ends_at": starts + timedelta(hours=2)}
    return sessions.create_session(**given, **office(learning), **more)


def scope(unit):
    return Scope(paths=(unit.path,))


def numbers(learning):
    rows = Session.objects.filter(series=learning.series).exclude(number=None).order_by("starts_at")
    return [row.number for row in rows]


def test_numbers_follow_time_and_a_cancelled_lecture_gives_its_own_back(learning):
    late = plan(learning, 14, "后讲", lecturers=[learning.guest], units=[learning.cast.east_town])
    early = plan(learning, 7, "先讲")
    assert late.code == "djt-20261116" and late.place == "局三楼会议室" and late.kind == "lecture" and late.year == 2026
    late.refresh_from_db()
    assert (early.number, late.number) == (4, 5) and numbers(learning) == [1, 2, 3, 4, 5]
    assert plan(learning, 7, "先讲") == early
    with pytest.raises(Refused, match="该时间已有讲座"):
        plan(learning, 7, "另一讲")
    with pytest.raises(Refused, match="原因"):
        sessions.cancel_session(session=early, reason=" ", **office(learning))
    for _again in range(2):
        gone = sessions.cancel_session(session=early, reason="主讲冲突", **office(learning))
    late.refresh_from_db()
    assert gone.number is None and late.number == 4 and numbers(learning) == [1, 2, 3, 4]
    assert AuditEvent.objects.filter(action="session.state").count() == 1
    # The same day may be used again, with another code.
    assert plan(learning, 7, "先讲").code == "djt-20261109-2"
    at = learning.STARTS + timedelta(days=3)
    moved = sessions.change_session(session=late, starts_at=at, ends_at=at + timedelta(hours=2), **office(learning))
    assert moved.number == 4 and numbers(learning) == [1, 2, 3, 4, 5]
    # Numbers given by hand begin where the year began before the portal.
    next_year = plan(learning, 100, "跨年", number=35)
    assert next_year.year == 2027 and plan(learning, 107, "再一讲").number == 36
    assert plan(learning, 93, "更早").number == 35
    with pytest.raises(Refused, match="讲次"):
        sessions.change_session(session=moved, number=1, **office(learning))


def test_times_and_values_that_nobody_means_are_refused(learning):
    for bad, word in (
        ({"ends_at": learning.STARTS}, "晚于开始"),
        ({"ends_at": learning.STARTS + timedelta(days=3)}, "24小时"),
        ({"title": "  "}, "题目"),
        ({"capacity": 0}, "至少为1"),
    ):
        with pytest.raises(Refused, match=word):
            sessions.change_session(session=learning.session, **bad, **office(learning))
    with pytest.raises(Refused, match="已安排讲座"):
        plan(learning, 9, slot=learning.slots[0])
    with pytest.raises(TypeError):
        sessions.change_session(session=learning.session, state="held", **office(learning))


def test_who_signed_up_is_told_of_another_time_and_of_a_cancellation(learning):
    signups.sign_up(session=learning.session, people=[learning.wang], actor=learning.officer, now=NOW)
    assert not Notice.objects.exists()
    at = learning.STARTS + timedelta(hours=3)
    for _again in range(2):
        sessions.change_session(
            session=learning.session,
            starts_at=at,
            ends_at=at + timedelta(hours=2),
            place="党校二楼",
            **office(learning),
        )
    told = Notice.objects.get(recipient=learning.officer)
    assert "第3讲" in told.text and "12:30" in told.text and "党校二楼" in told.text
    assert told.url == "/study/lectures/djt/3/"
    sessions.cancel_session(session=learning.session, reason="防汛值守", **office(learning))
    assert "防汛值守" in Notice.objects.latest("id").text and Notice.objects.count() == 2


def test_it_is_held_once_it_has_begun_and_then_stands(learning):
    row = learning.session
    with pytest.raises(Refused, match="还没有开始"):
        holding.hold_session(session=row, **office(learning))
    later = {"actor": learning.training, "now": learning.STARTS + timedelta(hours=3)}
    held = holding.hold_session(session=row, minutes_held=130, **later)
    assert held.state == State.HELD and held.minutes == 130
    holding.hold_session(session=row, **later)
    assert AuditEvent.objects.filter(action="session.state").count() == 1
    assert holding.hold_session(session=row, minutes_held=140, **later).minutes == 140
    with pytest.raises(Refused, match="不能取消"):
        sessions.cancel_session(session=row, reason="x", **later)
    with pytest.raises(Refused, match="已办"):
        sessions.change_session(session=row, starts_at=NOW, **later)
    assert sessions.change_session(session=row, title="先审后决（修订）", lecturers=[learning.inside], **later).title
    other = plan(learning, 7)
    sessions.cancel_session(session=other, reason="停", **office(learning))
    with pytest.raises(Refused, match="已取消"):
        holding.hold_session(session=other, actor=learning.training, now=NOW + timedelta(days=9))


def test_somebody_recorded_as_present_keeps_a_lecture_from_being_cancelled(learning):
    Attendance.objects.create(
        session=learning.session,
        person=learning.wang,
        unit=learning.cast.east,
        way="scan",
        state="inside",
        recorded_at=NOW,
    )
    with pytest.raises(Refused, match="签到"):
        sessions.cancel_session(session=learning.session, reason="停", **office(learning))


def test_states_and_who_is_invited(learning):
    row, cast = learning.session, learning.cast
    at = {"upcoming": NOW, "live": row.starts_at, "past": row.ends_at}
    assert {word: queries.state_of(row, now) for word, now in at.items()} == {word: word for word in at}
    assert queries.invited(row).count() == 7 and queries.is_invited(row, cast.sun)
    row.units.set([cast.east_town])
    row = Session.objects.get(pk=row.pk)
    # 赵立诚 is stationed there; the auxiliary works there too.
    assert {p.name for p in queries.invited(row)} == {"王晓东", "李春梅", "赵立诚"}
    assert queries.is_invited(row, cast.zhao) and not queries.is_invited(row, cast.sun)
    assert queries.expected(row).count() == 3
    assert [one.session.pk for one in queries.coming(cast.wang, NOW)] == [row.pk]
    assert queries.coming(cast.sun, NOW) == []
    assert queries.day_of(row) == TODAY
    assert row in queries.concerning(scope(cast.east)) and row in queries.concerning(scope(cast.bureau))
    assert row not in queries.concerning(scope(cast.west))
    assert set(queries.concerning(scope(cast.west))) == set(learning.held)
    assert set(queries.unsigned(EVERYWHERE, NOW)) == set(learning.held)
    assert queries.unsigned(EVERYWHERE, NOW + timedelta(days=365)).count() == 0
