"""The day before an exam: each approved candidate hears of it once, by the time of the own batch."""

from datetime import timedelta

import pytest

from exams import handlers
from exams.actions.reminders import remind_candidates
from exams.models import Batch, Registration, Room, Seat, Site, Sitting
from portal.models import AuditEvent, Notice
from tests.cast import NOW, make_person

State = Registration.State


@pytest.fixture
def coming(exam):
    Sitting.objects.update(state=Sitting.State.ARRANGED)
    exam.sitting.refresh_from_db()
    return exam


def test_approved_candidates_hear_once_with_the_way_to_their_exams(coming, django_assert_max_num_queries):
    people = [coming.candidate(f"钱{n}", 100 + n) for n in range(5)]
    Registration.objects.filter(person=people[4]).update(state=State.WITHDRAWN)
    coming.register(make_person("无账号", coming.cast.east, 120))
    begins = coming.sitting.opens_at
    assert remind_candidates(now=begins - timedelta(days=1, seconds=1)) == 0
    with django_assert_max_num_queries(3):
        assert remind_candidates(now=begins - timedelta(days=1)) == 4
    notice = Notice.objects.get(recipient=people[0].user)
    assert notice.url == "/exams/" and "“执法资格考试”将于2026-11-03 09:00开考" in notice.text
    handlers.remind_candidates(begins - timedelta(hours=1))
    assert Notice.objects.count() == 4 and not AuditEvent.objects.exists()
    # Who is approved late hears as well; nobody hears of what has begun.
    coming.candidate("钱晚", 130)
    assert remind_candidates(now=begins - timedelta(hours=1)) == 1
    coming.candidate("钱迟", 131)
    assert remind_candidates(now=begins) == 0


@pytest.mark.parametrize("change", [{"state": "registering"}, {"state": "cancelled"}, {"rehearsal": True}])
def test_not_of_what_does_not_take_place(coming, change):
    coming.candidate("钱一", 101)
    Sitting.objects.update(**change)
    assert remind_candidates(now=NOW) == 0


def test_each_batch_by_its_own_time_and_again_when_put_off(coming):
    one, two = (coming.candidate(f"钱{n}", 101 + n) for n in range(2))
    room = Room.objects.create(site=Site.objects.create(name="党校"), name="第1考场", rows=1, columns=2)
    start = coming.sitting.opens_at + timedelta(hours=20)
    batch = Batch.objects.create(sitting=coming.sitting, number=1, opens_at=start, closes_at=coming.sitting.closes_at)
    Seat.objects.create(registration=Registration.objects.get(person=two), batch=batch, room=room, number=1)
    assert remind_candidates(now=NOW) == 1 and Notice.objects.get().recipient == one.user
    assert remind_candidates(now=start - timedelta(hours=2)) == 1
    week = timedelta(days=7)
    Sitting.objects.update(opens_at=coming.sitting.opens_at + week, closes_at=coming.sitting.closes_at + week)
    assert remind_candidates(now=NOW + timedelta(days=7)) == 1
    assert Notice.objects.filter(recipient=one.user).count() == 2
