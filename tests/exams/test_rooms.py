"""Sites, rooms, batches and seats: the actions, their refusals, and two people after one seat."""

from datetime import timedelta

import pytest

from exams.actions import rooms, sites
from exams.models import Attempt, Entry, FrozenPaper, Registration, Room, Seat, Sitting
from exams.queries import rooms as queries
from portal.actions.errors import Refused
from portal.models import AuditEvent
from tests.cast import NOW, make_person


class Hall:
    """The exam cast with one site of two rooms (2 × 3 and 2 × 2) in one batch."""

    def __init__(self, exam):
        self.exam, self.office, self.sitting = exam, exam.office, exam.sitting
        told = {"actor": self.office, "now": NOW}
        self.site = sites.save_site(**told, name="县委党校", address="人民路1号")
        self.one = sites.save_room(**told, site=self.site, name="第1考场", rows=2, columns=3)
        self.two = sites.save_room(**told, site=self.site, name="第2考场", rows=2, columns=2)
        self.batch = self.add_batch()

    def add_batch(self, *, sitting=None, hours=(0, 4), rooms=None, batch=None):
        sitting = sitting or self.sitting
        opens, closes = (sitting.opens_at + timedelta(hours=hour) for hour in hours)
        return sites.save_batch(
            actor=self.office,
            now=NOW,
            sitting=sitting,
            batch=batch,
            opens_at=opens,
            closes_at=closes,
            rooms=rooms or [self.one, self.two],
        )

    def people(self, *units, first=100):
        return [
            self.exam.register(make_person(f"考生{first + number}", unit, first + number))
            for number, unit in enumerate(units)
        ]

    def assign(self, **values):
        return rooms.assign_seats(actor=self.office, now=NOW, sitting=self.sitting, **values)

    def move(self, registration, number, *, room=None, batch=None, **values):
        return rooms.move_seat(
            actor=self.office,
            now=NOW,
            registration=registration,
            batch=batch or self.batch,
            room=room or self.one,
            number=number,
            **values,
        )

    def put(self, registration, number, *, room=None, batch=None):
        return Seat.objects.create(
            registration=registration, batch=batch or self.batch, room=room or self.one, number=number
        )

    def state(self, state):
        self.sitting.state = state
        self.sitting.save(update_fields=["state"])


@pytest.fixture
def hall(exam):
    return Hall(exam)


def audited(action):
    return AuditEvent.objects.filter(action=action)


def test_a_room_is_made_once_and_changed(hall):
    told = {"actor": hall.office, "now": NOW, "site": hall.site}
    same = sites.save_room(**told, name="第1考场", rows=2, columns=3)
    assert same == hall.one and Room.objects.count() == 2
    before = audited("room.saved").count()
    changed = sites.save_room(**told, room=hall.one, name="第1考场", rows=2, columns=3, unusable=[6, 1, 6])
    assert (changed.unusable, changed.seats) == ([1, 6], 4)
    assert audited("room.saved").count() == before + 1
    sites.save_room(**told, room=hall.one, name="第1考场", rows=2, columns=3, unusable=[1, 6])
    assert audited("room.saved").count() == before + 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"rows": 0}, "rows"),
        ({"columns": 41}, "columns"),
        ({"unusable": [7]}, "unusable"),
        ({"unusable": range(1, 7)}, "unusable"),
        ({"name": " "}, "name"),
        ({"name": "第1考场", "rows": 3}, "name"),
    ],
)
def test_impossible_rooms_are_refused(hall, values, field):
    with pytest.raises(Refused) as refused:
        sites.save_room(
            actor=hall.office, now=NOW, **{"site": hall.site, "name": "新", "rows": 2, "columns": 3, **values}
        )
    assert refused.value.field == field


def test_a_taken_site_name_is_refused(hall):
    other = sites.save_site(actor=hall.office, now=NOW, name="职教中心")
    with pytest.raises(Refused, match="已有名为“县委党校”的考点"):
        sites.save_site(actor=hall.office, now=NOW, site=other, name="县委党校")


def test_a_batch_lies_inside_the_sitting(hall):
    with pytest.raises(Refused, match="批次时间须在本场考试之内"):
        hall.add_batch(hours=(-1, 2))
    with pytest.raises(Refused, match="结束时间须晚于开考时间"):
        hall.add_batch(hours=(2, 2))
    assert hall.add_batch() == hall.batch


def test_one_room_is_used_once_at_a_time(hall):
    with pytest.raises(Refused, match=r"第1考场在.*已由“执法资格考试”第1批使用"):
        hall.add_batch(hours=(3, 5), rooms=[hall.one])
    assert hall.add_batch(hours=(4, 8)).number == 2
    other = hall.exam.make_sitting("s2", "另一场", hall.exam.paper)
    with pytest.raises(Refused, match="已由“执法资格考试”第1批使用"):
        hall.add_batch(sitting=other)
    rehearsal = hall.exam.make_sitting("s3", "演练", hall.exam.paper, rehearsal=True)
    assert hall.add_batch(sitting=rehearsal).number == 1


def test_everybody_is_seated_apart_in_one_go(hall, django_assert_max_num_queries):
    cast = hall.exam.cast
    hall.people(*[cast.east, cast.west] * 5)
    with django_assert_max_num_queries(25):
        done = hall.assign(seed=7)
    assert (done.seated, done.unseated, done.neighbours) == (10, 0, 0)
    assert Seat.objects.filter(batch=hall.batch, room=hall.one).count() == 6
    event = audited("seats.assigned").get()
    assert event.data["seed"] == 7 and event.data["seated"] == 10
    # Doing it again seats nobody and writes nothing.
    seats = sorted(Seat.objects.values_list("pk", "room", "number"))
    assert hall.assign().seated == 0
    assert sorted(Seat.objects.values_list("pk", "room", "number")) == seats
    assert audited("seats.assigned").count() == 1


def test_only_approved_candidates_get_seats(hall):
    cast = hall.exam.cast
    one, two, three = hall.people(cast.east, cast.east, cast.west)
    Registration.objects.filter(pk=two.pk).update(state=Registration.State.PENDING)
    assert hall.assign().seated == 2
    Registration.objects.filter(pk=one.pk).update(state=Registration.State.WITHDRAWN)
    # The seat of who withdrew is free again for who comes late.
    Registration.objects.filter(pk=two.pk).update(state=Registration.State.APPROVED)
    assert hall.assign().seated == 1
    assert set(Seat.objects.values_list("registration", flat=True)) == {two.pk, three.pk}


def test_too_few_seats_names_the_number(hall):
    hall.people(*[hall.exam.cast.east] * 11)
    with pytest.raises(Refused, match="可用座位10个，待排11人，缺1座"):
        hall.assign()
    assert not Seat.objects.exists()


def test_without_rooms_or_candidates_there_is_nothing_to_do(hall):
    with pytest.raises(Refused, match="还没有审核通过的考生"):
        hall.assign()
    sites.remove_batch(actor=hall.office, now=NOW, batch=hall.batch)
    with pytest.raises(Refused, match="还没有批次和考场"):
        hall.assign()


def test_late_candidates_take_free_seats_also_when_open(hall):
    cast = hall.exam.cast
    hall.people(*[cast.east] * 3)
    hall.assign()
    kept = dict(Seat.objects.values_list("pk", "number"))
    hall.state(Sitting.State.OPEN)
    hall.people(cast.west, cast.west, first=200)
    assert (hall.assign().seated, Seat.objects.count()) == (2, 5)
    assert kept.items() <= dict(Seat.objects.values_list("pk", "number")).items()
    hall.people(*[cast.west] * 7, first=300)
    done = hall.assign()
    assert (done.seated, done.unseated) == (5, 2)


def test_everybody_anew_only_before_the_sitting_opens(hall):
    hall.people(*[hall.exam.cast.east] * 3)
    hall.assign(seed=1)
    assert hall.assign(again=True, seed=2).seated == 3
    hall.state(Sitting.State.OPEN)
    with pytest.raises(Refused, match="已开放"):
        hall.assign(again=True)
    hall.state(Sitting.State.CLOSED)
    with pytest.raises(Refused, match="已结束"):
        hall.assign()


def test_a_seat_is_moved_and_swapped(hall):
    cast = hall.exam.cast
    one, two = hall.people(cast.east, cast.west)
    hall.put(one, 1), hall.put(two, 2)
    assert hall.move(one, 4).number == 4
    with pytest.raises(Refused, match="第1考场2号座已安排给考生101"):
        hall.move(one, 2)
    hall.move(one, 2, swap=True)
    assert dict(Seat.objects.values_list("registration", "number")) == {one.pk: 2, two.pk: 4}
    assert hall.move(one, 2).number == 2
    assert audited("seat.changed").count() == 2
    assert hall.move(one, None, room=hall.two).room == hall.two


def test_seats_that_do_not_exist_are_refused(hall):
    sites.save_room(
        actor=hall.office, now=NOW, room=hall.one, site=hall.site, name="第1考场", rows=2, columns=3, unusable=[3]
    )
    hall.one.refresh_from_db()
    (one,) = hall.people(hall.exam.cast.east)
    for number in (0, 3, 7):
        with pytest.raises(Refused, match=f"没有可用的{number}号座位"):
            hall.move(one, number)
    other = sites.save_room(actor=hall.office, now=NOW, site=hall.site, name="第3考场", rows=1, columns=1)
    with pytest.raises(Refused, match="本批次不使用第3考场"):
        hall.move(one, 1, room=other)


def test_who_has_no_seat_gets_a_free_one_but_cannot_swap(hall):
    cast = hall.exam.cast
    one, two = hall.people(cast.east, cast.west)
    hall.put(two, 1)
    with pytest.raises(Refused, match="已安排给"):
        hall.move(one, 1, swap=True)
    assert hall.move(one, None).number
    assert rooms.unseat(actor=hall.office, now=NOW, registration=one)
    assert not rooms.unseat(actor=hall.office, now=NOW, registration=one)


def test_who_has_begun_stays_in_the_batch(hall):
    cast = hall.exam.cast
    (one,) = hall.people(cast.east)
    hall.put(one, 1)
    later = hall.add_batch(hours=(4, 8))
    hall.state(Sitting.State.OPEN)
    begin(one)
    with pytest.raises(Refused, match="只能在本批次内调整座位"):
        hall.move(one, 1, batch=later)
    with pytest.raises(Refused, match="不能移出"):
        rooms.unseat(actor=hall.office, now=NOW, registration=one)
    with pytest.raises(Refused, match="不能改时间"):
        hall.add_batch(batch=hall.batch, hours=(0, 3))
    assert hall.move(one, 2).number == 2


def begin(registration):
    """An attempt as if the candidate had entered."""
    paper = registration.sitting.papers.get()
    entry = Entry.objects.create(registration=registration, paper=paper)
    frozen = FrozenPaper.objects.create(paper=paper.paper, body={}, sha256="0" * 64, frozen_at=NOW)
    return Attempt.objects.create(
        entry=entry,
        sitting=registration.sitting,
        user=registration.made_by,
        frozen=frozen,
        seed=1,
        secret="x",
        layout=[],
        started_at=NOW,
        deadline=NOW + timedelta(hours=1),
    )


def test_a_room_that_shrinks_says_who_must_move(hall):
    people = hall.people(*[hall.exam.cast.east] * 6)
    for number, registration in enumerate(people, 1):
        hall.put(registration, number)
    sites.save_room(actor=hall.office, now=NOW, room=hall.one, site=hall.site, name="第1考场", rows=2, columns=2)
    assert queries.problems(hall.sitting) == ["第1考场4座，已排6人，请移出2人。"]
    hall.move(people[5], None, room=hall.two), hall.move(people[0], None, room=hall.two)
    assert queries.problems(hall.sitting) == ["第1考场：考生104的座位不可用，请调整座位。"]


def test_a_used_room_does_not_leave_its_batch(hall):
    (one,) = hall.people(hall.exam.cast.east)
    hall.put(one, 1)
    with pytest.raises(Refused, match="第1考场已排有考生"):
        hall.add_batch(batch=hall.batch, rooms=[hall.two])
    assert sites.remove_batch(actor=hall.office, now=NOW, batch=hall.batch) == 1
    assert not Seat.objects.exists()


def test_the_plan_shows_rows_from_the_lectern_and_lost_seats(hall):
    cast = hall.exam.cast
    one, two, three = hall.people(cast.east, cast.east, cast.west)
    hall.put(one, 1), hall.put(two, 2), hall.put(three, 6)
    sites.save_room(
        actor=hall.office, now=NOW, room=hall.one, site=hall.site, name="第1考场", rows=1, columns=3, unusable=[3]
    )
    hall.one.refresh_from_db()
    plan = queries.seat_plan(hall.batch, hall.one)
    assert [[cell.number for cell in row] for row in plan] == [[1, 2, 3], [6]]
    assert [cell.beside for cell in plan[0]] == [True, True, False]
    assert not plan[0][2].usable and plan[1][0].registration == three
