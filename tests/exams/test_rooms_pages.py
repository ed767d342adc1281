"""Pages of sites, rooms and seats: what they show, what a form does, how many queries they take."""

from functools import partial

import pytest
from django.test import Client

from exams.actions import rooms, sites
from exams.forms.rooms import PlanMoveForm
from exams.models import Registration, Room, Seat, Site, Sitting
from exams.queries.rooms import seat_plan
from portal.models import Grant, Role
from tests.cast import NOW
from tests.exams.test_rooms import Hall


@pytest.fixture
def hall(exam):
    return Hall(exam)


@pytest.fixture
def client(exam):
    return exam.cast.client("exam")


def text(answer):
    return answer.content.decode()


ROOMS = "/exams/sittings/s1/rooms/"


def test_sites_and_rooms_are_made_on_pages(exam, client):
    assert "还没有考点" in text(client.get("/exams/sites/"))
    made = client.post("/exams/sites/new/", {"name": "县委党校", "address": "人民路1号", "directions": "3路车"})
    assert made.status_code == 302
    site = Site.objects.get()
    made = client.post(
        f"/exams/sites/{site.pk}/rooms/new/", {"name": "第1考场", "rows": 6, "columns": 5, "unusable": "3，17-18、30"}
    )
    assert made.status_code == 302
    room = Room.objects.get()
    assert room.unusable == [3, 17, 18, 30]
    page = text(client.get("/exams/sites/"))
    assert "人民路1号" in page and "3、17、18、30" in page
    assert 'value="3，17，18，30"' in text(client.get(f"/exams/rooms/{room.pk}/"))
    bad = client.post(f"/exams/rooms/{room.pk}/", {"name": "第1考场", "rows": 6, "columns": 5, "unusable": "三"})
    assert bad.status_code == 422 and "请填写座位号" in text(bad)
    bad = client.post(f"/exams/rooms/{room.pk}/", {"name": "第1考场", "rows": 6, "columns": 5, "unusable": "31"})
    assert bad.status_code == 422 and "座位号为1至30" in text(bad)


def test_a_batch_is_made_changed_and_removed(hall, client):
    page = text(client.get(ROOMS))
    assert "第1批" in page and "还没有审核通过的考生" not in page
    form = {"opens_at": "2026-11-03T10:00", "closes_at": "2026-11-03T12:00", "rooms": [hall.one.pk]}
    refused = client.post("/exams/sittings/s1/batches/new/", form)
    assert refused.status_code == 422 and "已由“执法资格考试”第1批使用" in text(refused)
    later = {**form, "opens_at": "2026-11-03T13:00", "closes_at": "2026-11-03T15:00"}
    assert client.post("/exams/sittings/s1/batches/new/", later).status_code == 302
    batch = hall.sitting.batches.get(number=2)
    assert batch.opens_at.isoformat() == "2026-11-03T05:00:00+00:00"
    shown = text(client.get("/exams/sittings/s1/batches/2/"))
    assert 'value="2026-11-03T13:00"' in shown and "删除批次" in shown
    assert "已排0人" in text(client.get("/exams/sittings/s1/batches/2/remove/"))
    assert client.post("/exams/sittings/s1/batches/2/remove/").status_code == 302
    assert hall.sitting.batches.count() == 1


def test_everybody_is_seated_by_one_button(hall, client):
    cast = hall.exam.cast
    hall.people(*[cast.east, cast.west] * 4)
    page = text(client.get(ROOMS))
    assert "审核通过 8 人 ＝ 已排座 0 ＋ 未排座 8" in page and "自动排座" in page and "考生100" in page
    assert client.post(f"{ROOMS}assign/", {"fill": "even"}, follow=True).status_code == 200
    page = text(client.get(ROOMS))
    assert "已排座 8 ＋ 未排座 0" in page and "同一单位没有相邻" in page
    # Once somebody sits, the page asks before everybody is moved.
    form = text(client.get(f"{ROOMS}assign/"))
    assert "全部重新排座" in form and "只排未排座的考生" in form
    assert "没有变动" in text(client.post(f"{ROOMS}assign/", {"fill": "even"}, follow=True))
    again = client.post(f"{ROOMS}assign/", {"again": "1", "fill": "one"}, follow=True)
    assert "已排座8人" in text(again)


def test_neighbours_and_shortage_are_told(hall, client):
    cast = hall.exam.cast
    hall.people(*[cast.east] * 10)
    page = text(client.post(f"{ROOMS}assign/", {"fill": "even"}, follow=True))
    assert "同一单位相邻还有11处" in page
    hall.people(cast.west, first=300)
    assert "还有1人没有座位" in text(client.post(f"{ROOMS}assign/", {"fill": "even"}, follow=True))
    hall.state(Sitting.State.OPEN)
    assert "还有1人没有座位" in text(client.post(f"{ROOMS}assign/", follow=True))
    assert "还有1人未排座" in text(client.get(ROOMS))


def test_a_shrunk_room_is_the_first_thing_said(hall, client):
    people = hall.people(*[hall.exam.cast.east] * 6)
    for number, registration in enumerate(people, 1):
        hall.put(registration, number)
    client.post(f"/exams/rooms/{hall.one.pk}/", {"name": "第1考场", "rows": 2, "columns": 2, "unusable": ""})
    page = text(client.get(ROOMS))
    assert "第1考场4座，已排6人，请移出2人。" in page and "须调整" in page
    plan = text(client.get(f"/exams/sittings/s1/batches/1/rooms/{hall.one.pk}/"))
    assert "考场已无此座位" in plan


def test_the_plan_moves_one_and_swaps_two(hall, client):
    cast = hall.exam.cast
    one, two = hall.people(cast.east, cast.west)
    hall.put(one, 1), hall.put(two, 2)
    address = f"/exams/sittings/s1/batches/1/rooms/{hall.one.pk}/"
    page = text(client.get(address))
    assert "考生100" in page and f"/exams/sittings/s1/seats/{one.pk}/" in page and "第2排" in page
    assert client.post(address, {"person": one.pk, "seat": "5"}).status_code == 302
    assert client.post(address, {"person": one.pk, "seat": "2x"}).status_code == 302
    assert dict(Seat.objects.values_list("registration", "number")) == {one.pk: 2, two.pk: 5}
    assert client.post(address, {"person": one.pk, "seat": "99"}).status_code == 422


def test_a_seat_taken_meanwhile_is_refused(hall, client):
    """The form was drawn while the seat was free; it was taken before it came back."""
    cast = hall.exam.cast
    one, two = hall.people(cast.east, cast.west)
    hall.put(one, 1)
    form = PlanMoveForm({"person": str(one.pk), "seat": "4"}, plan=seat_plan(hall.batch, hall.one))
    hall.put(two, 4)
    assert form.is_valid()
    act = partial(rooms.move_seat, batch=hall.batch, room=hall.one)
    assert form.save(act, actor=hall.office, now=NOW) is None
    assert "4号座已安排给考生101" in str(form.errors)


def test_one_candidate_goes_to_another_room(hall, client):
    (one,) = hall.people(hall.exam.cast.east)
    address = f"/exams/sittings/s1/seats/{one.pk}/"
    assert "还没有座位" in text(client.get(address))
    place = f"{hall.batch.pk}-{hall.two.pk}"
    assert client.post(address, {"place": place, "number": ""}).status_code == 302
    assert one.seat.room == hall.two
    page = text(client.get(address))
    assert "现在第1批第2考场" in page and "移出座位" in page
    refused = client.post(address, {"place": place, "number": "9"})
    assert refused.status_code == 422 and "没有可用的9号座位" in text(refused)
    assert client.post(f"{address}remove/").status_code == 302
    assert not Seat.objects.exists()


def test_over_is_over(hall, client):
    (one,) = hall.people(hall.exam.cast.east)
    hall.put(one, 1)
    hall.state(Sitting.State.CLOSED)
    page = text(client.get(ROOMS))
    assert "自动排座" not in page and "新增批次" not in page and "打印材料" in page
    plan = text(client.get(f"/exams/sittings/s1/batches/1/rooms/{hall.one.pk}/"))
    assert "保存座位" not in plan
    assert "本场考试已结束" in text(client.post(f"{ROOMS}assign/", {"fill": "even"}))


def test_a_sitting_of_another_office_is_not_there(hall, settings):
    cast = hall.exam.cast
    user = cast.account("exam_west")
    Grant.objects.create(user=user, role=Role.EXAM, unit=cast.west_town, starts=cast.NOW.replace(year=2021))
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    (one,) = hall.people(cast.east)
    hall.put(one, 1)
    for address in (
        ROOMS,
        f"{ROOMS}assign/",
        "/exams/sittings/s1/batches/new/",
        "/exams/sittings/s1/batches/1/",
        "/exams/sittings/s1/batches/1/remove/",
        f"/exams/sittings/s1/batches/1/rooms/{hall.one.pk}/",
        f"/exams/sittings/s1/seats/{one.pk}/",
        f"/exams/sittings/s1/seats/{one.pk}/remove/",
        "/exams/sittings/s1/printables/",
        "/exams/sittings/s1/certificates/",
        f"/exams/tickets/{one.pk}/",
    ):
        assert client.get(address).status_code == 404, address
        if "tickets" not in address and "certificates" not in address and address != ROOMS:
            assert client.post(address).status_code == 404, address


@pytest.mark.parametrize("size", [3, 30])
def test_pages_take_a_constant_number_of_queries(hall, client, size, django_assert_max_num_queries):
    cast = hall.exam.cast
    big = sites.save_room(actor=hall.office, now=NOW, site=hall.site, name="第10考场", rows=6, columns=5)
    hall.add_batch(batch=hall.batch, rooms=[hall.one, hall.two, big])
    hall.people(*[cast.east, cast.west, cast.office] * (size // 3))
    hall.assign()
    hall.people(cast.east, first=500)
    client.get(ROOMS)
    for address in (
        ROOMS,
        f"/exams/sittings/s1/batches/1/rooms/{big.pk}/",
        "/exams/sites/",
        f"/exams/sittings/s1/seats/{Registration.objects.latest('pk').pk}/",
    ):
        with django_assert_max_num_queries(16):
            assert client.get(address).status_code == 200
