"""Seats, the waiting list, and who may sign whom up."""

from datetime import timedelta

import pytest

from courses.actions import sessions, signups
from courses.models import Session, Signup
from courses.queries import signups as queries
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from tests.cast import NOW, make_person

State = Signup.State


def names(rows):
    return [row.person.name for row in rows]


def test_seats_first_then_the_waiting_list_which_moves_up(learning):
    cast, row = learning.cast, learning.session
    office = {"actor": learning.training, "now": NOW}
    done = signups.sign_up(session=row, people=[cast.chen, cast.zhou, cast.wu], **office)
    assert names(done.seated) == ["陈思远", "周文彬"] and names(done.waiting) == ["吴清源"]
    later = {"actor": learning.officer, "now": NOW + timedelta(minutes=1)}
    mine = signups.sign_up(session=row, people=[cast.wang], **later)
    assert names(mine.waiting) == ["王晓东"] and queries.place_in_line(mine.waiting[0]) == 2
    assert signups.sign_up(session=row, people=[cast.wang], **later).again == [cast.wang]
    assert queries.counts(row) == queries.Seats(2, 2, 2) and queries.counts(row).left == 0
    off = signups.sign_off(session=row, people=[cast.chen], actor=learning.training, now=NOW + timedelta(minutes=2))
    assert names(off.cancelled) == ["陈思远"] and names(off.moved_up) == ["吴清源"]
    # More seats: the rest of the line moves up and is told.
    sessions.change_session(session=row, capacity=5, actor=learning.training, now=NOW + timedelta(minutes=3))
    assert Signup.objects.get(person=cast.wang).state == State.SEATED
    assert Notice.objects.filter(recipient=learning.officer, text__startswith="已由候补转为报名").count() == 1
    again = signups.sign_up(session=row, people=[cast.chen], actor=learning.training, now=NOW + timedelta(minutes=4))
    assert names(again.seated) == ["陈思远"] and Signup.objects.filter(session=row).count() == 4
    assert AuditEvent.objects.filter(action="signup.made").count() == 7
    assert not signups.sign_off(session=row, people=[cast.sun], **office).cancelled


def test_a_free_seat_never_passes_those_who_wait(learning):
    cast, row = learning.cast, learning.session
    office = {"actor": learning.training, "now": NOW}
    signups.sign_up(session=row, people=[cast.chen, cast.zhou, cast.wu], **office)
    Session.objects.filter(pk=row.pk).update(capacity=4)
    row.refresh_from_db()
    done = signups.sign_up(session=row, people=[cast.wang], actor=learning.officer, now=NOW + timedelta(minutes=1))
    assert names(done.waiting) == ["王晓东"]


def test_only_the_invited_before_it_begins(learning):
    cast, row = learning.cast, learning.session
    office = {"actor": learning.training, "now": NOW}
    row.units.set([cast.east_town])
    gone = make_person("已退休", cast.east, 90)
    gone.memberships.update(end=NOW.date() - timedelta(days=30))
    done = signups.sign_up(session=row, people=[cast.sun, gone, cast.zhao], **office)
    assert done.refused == {cast.sun: "不在参加单位范围内", gone: "讲座当日没有在岗记录"}
    assert names(done.seated) == ["赵立诚"]
    begun = {"actor": learning.training, "now": row.starts_at}
    for act in (signups.sign_up, signups.sign_off):
        with pytest.raises(Refused, match="已经开始"):
            act(session=row, people=[cast.zhao], **begun)
    sessions.cancel_session(session=row, reason="停", **office)
    for act in (signups.sign_up, signups.sign_off):
        with pytest.raises(Refused, match="已取消"):
            act(session=row, people=[cast.zhao], **office)
    free = learning.make_session(4, row.starts_at.date(), starts=row.starts_at + timedelta(days=7))
    with pytest.raises(Refused, match="不用报名"):
        signups.sign_up(session=free, people=[cast.zhao], **office)
