"""The console: who sees which hall, what it counts, who needs somebody, and what may be done from it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from exams.actions import conduct, taking
from exams.models import Attempt, Batch, ConductEvent, Duty, Entry, Registration, Room, Seat, Site
from exams.queries import console
from exams.views import console as console_view
from exams.views import take_page
from tests.cast import NOW, make_person
from tests.exams.sitting_now import OpenSitting


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def hall(cast, now):
    """An open sitting by the real clock: views ask it."""
    return OpenSitting(cast, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=5), earliest_minutes=0)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def watcher(hall):
    Duty.objects.create(sitting=hall.live, user=hall.cast.user("invigilator"), kind=Duty.Kind.INVIGILATE)
    return hall.cast.client("invigilator")


def begin(hall, now, **fields):
    return hall.started(now=now, device="Windows · Chrome 120", **fields)


def words(answer):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def url(hall, rest=""):
    return f"/exams/consoles/{hall.live.code}/{rest}"


def test_only_those_with_a_duty_or_the_office_watch(hall, watcher):
    assert watcher.get("/exams/consoles/").content.decode().count("/exams/consoles/live/") == 1
    assert watcher.get(url(hall)).status_code == 200
    assert hall.cast.client("exam").get(url(hall)).status_code == 200
    other = hall.cast.account("inv2", "invigilator")
    for path in ("", "live/", "log/", "act/?act=extend&all=1"):
        assert client_of(other).get(url(hall, path)).status_code == 404
    assert "没有您负责监考的场次" in client_of(other).get("/exams/consoles/").content.decode()
    assert watcher.get("/exams/consoles/s1/").status_code == 404
    assert hall.cast.client("officer").get(url(hall)).status_code == 403


def test_an_office_of_another_unit_does_not_watch(hall):
    far = hall.cast.account("exam_west", "exam", hall.cast.west_town)
    assert client_of(far).get(url(hall)).status_code == 404
    assert client_of(far).get("/exams/consoles/").status_code == 200


def seat(hall, person, room, number, batch=None):
    batch = (
        batch
        or Batch.objects.get_or_create(
            sitting=hall.live, number=1, defaults={"opens_at": hall.live.opens_at, "closes_at": hall.live.closes_at}
        )[0]
    )
    Seat.objects.create(registration=hall_registration(hall, person), batch=batch, room=room, number=number)


def hall_registration(hall, person):
    return Registration.objects.get(sitting=hall.live, person=person)


def test_a_room_sees_its_own_candidates_only(hall, now):
    site = Site.objects.create(name="党校")
    first, second = (Room.objects.create(site=site, name=f"第{n}考场", rows=2, columns=2) for n in (1, 2))
    near, far = hall.newcomer("近处生"), hall.newcomer("远处生")
    seat(hall, near, first, 1)
    seat(hall, far, second, 1)
    away = begin(hall, now, person=far)
    user = hall.cast.user("invigilator")
    Duty.objects.create(sitting=hall.live, user=user, kind=Duty.Kind.INVIGILATE, room=first)
    client = hall.cast.client("invigilator")
    text = client.get(url(hall)).content.decode()
    assert "近处生" in text and "远处生" not in text and "第1考场" in text
    assert "远处生" not in client.get(url(hall, f"live/?rows={hall_registration(hall, far).pk}w")).content.decode()
    assert "远处生" not in client.get(url(hall, "log/")).content.decode()
    # Neither picked by hand nor as part of everybody.
    picked = {"act": "extend", "r": hall_registration(hall, far).pk, "minutes": 5, "reason": "机器故障"}
    client.post(url(hall, "act/"), picked)
    client.post(url(hall, "act/"), picked | {"all": "1"})
    away.refresh_from_db()
    assert away.extra_seconds == 0
    event = conduct.record(
        actor=user, now=now, sitting=hall.live, kind="violation", text="抄袭", registration=hall_registration(hall, far)
    )
    assert client.get(url(hall, f"log/{event.pk}/clear/")).status_code == 404


def test_counts_and_states(hall, watcher, now):
    hall.newcomer("未来生")
    begin(hall, now, person=hall.newcomer("在考生"))
    lost = begin(hall, now, person=hall.newcomer("断线生"))
    Attempt.objects.filter(pk=lost.pk).update(last_seen=now - timedelta(seconds=90))
    done = begin(hall, now, person=hall.newcomer("交卷生"))
    taking.hand_in(actor=done.user, attempt_id=done.pk, lease=done.lease, now=now)
    gone = hall.newcomer("缺考生")
    conduct.record(
        actor=hall.office, now=now, sitting=hall.live, kind="absent", registration=hall_registration(hall, gone)
    )
    answer = watcher.get(url(hall))
    facts = words(answer)
    assert "应考5实考3作答中2已交卷1缺考1断线1" in facts
    assert "断线1分钟" in facts and "未进入" in facts
    assert "断线生" in words(watcher.get(url(hall, "?state=lost")))
    listed = words(watcher.get(url(hall, "?state=submitted")))
    assert "交卷生" in listed and "选择在考生" not in watcher.get(url(hall, "?state=submitted")).content.decode()
    found = watcher.get(url(hall, f"?q={done.user.username.lower()}")).content.decode()
    assert "选择交卷生" in found and "选择断线生" not in found


def test_who_needs_somebody(hall, watcher, now):
    silent = begin(hall, now - timedelta(minutes=11), person=hall.newcomer("沉默生"))
    Attempt.objects.filter(pk=silent.pk).update(last_seen=now)
    hand = begin(hall, now, person=hall.newcomer("举手生"))
    taking.pulse(user_id=hand.user_id, attempt_id=hand.pk, lease=hand.lease, hand_up=True, now=now)
    away = begin(hall, now, person=hall.newcomer("离屏生"))
    Attempt.objects.filter(pk=away.pk).update(focus_losses=3)
    moved = begin(hall, now, person=hall.newcomer("换机生"))
    taking.take_over(actor=moved.user, now=now, attempt=moved, device="Android · Chrome 99")
    made = console.hall(hall.live, console.Viewer(), now)
    assert [(need.kind, need.row.name) for need in made.needs] == [
        ("hand_up", "举手生"),
        ("silent", "沉默生"),
        ("takeover", "换机生"),
        ("away", "离屏生"),
    ]
    conduct.send_message(actor=hall.office, now=now, sitting=hall.live, text="马上来", attempts=[hand])
    assert "hand_up" not in {need.kind for need in console.hall(hall.live, console.Viewer(), now).needs}
    assert "11分钟没有保存答案" in words(watcher.get(url(hall)))


def test_refresh_puts_cells_in_place_and_says_how_many_moved(hall, watcher, now):
    first, second = hall.newcomer("甲某"), hall.newcomer("乙某")
    rows = f"{hall_registration(hall, second).pk}w-{hall_registration(hall, first).pk}w"
    text = watcher.get(url(hall, f"live/?rows={rows}&state=waiting")).content.decode()
    assert "人状态变化" not in text
    begin(hall, now, person=first)
    text = watcher.get(url(hall, f"live/?rows={rows}&q=x")).content.decode()
    assert "1人状态变化" in text and f'href="{url(hall)}?q=x"' in text
    cell = f'id="c{hall_registration(hall, first).pk}-state" hx-swap-oob="true"'
    assert cell in text and "作答中" in text and "0/6" in text
    assert watcher.get(url(hall, "live/?rows=garbage%00-99999999999999999999x")).status_code in (200, 400)


def test_acts_ask_first_and_do_it_with_a_reason(hall, watcher, now):
    attempt = begin(hall, now, person=hall.newcomer("甲某"))
    idle = hall.newcomer("乙某")
    row, other = attempt.entry.registration_id, hall_registration(hall, idle).pk
    act = url(hall, "act/")
    asked = words(watcher.get(f"{act}?act=extend&r={row}&r={other}"))
    assert "对象：1人甲某" in asked and "所选另有1人目前不适用，不办理：乙某" in asked and "延时（1人）" in asked
    assert watcher.post(act, {"act": "extend", "r": row, "minutes": 5, "reason": ""}).status_code == 422
    assert watcher.post(act, {"act": "extend", "r": row, "minutes": 999, "reason": "x"}).status_code == 422
    assert watcher.post(act, {"act": "extend", "r": row, "minutes": 5, "reason": "停电"}).status_code == 302
    attempt.refresh_from_db()
    assert attempt.extra_seconds == 300
    for name, state in (("pause", "paused"), ("resume", "open"), ("force", "submitted")):
        assert watcher.post(act, {"act": "other", "other": name, "r": row, "reason": "检查"}).status_code == 302
        attempt.refresh_from_db()
        assert attempt.state == state
    assert watcher.post(act, {"act": "reopen", "r": row, "minutes": 10, "reason": "误收"}).status_code == 302
    attempt.refresh_from_db()
    assert attempt.state == "open"
    assert watcher.post(act, {"act": "message", "all": "1", "text": "请检查姓名"}).status_code == 302
    assert ConductEvent.objects.get(kind="message").attempt_id is None
    assert watcher.post(act, {"act": "absent", "r": other, "text": ""}).status_code == 302
    assert hall_registration(hall, idle).absent
    event = ConductEvent.objects.get(kind="absent")
    assert watcher.post(url(hall, f"log/{event.pk}/clear/"), {"reason": "来了"}).status_code == 302
    assert not hall_registration(hall, idle).absent
    assert watcher.post(act, {"act": "cheated", "r": row, "text": "夹带"}).status_code == 302
    assert Registration.objects.get(pk=row).disqualified
    assert watcher.post(act, {"act": "incident", "text": "全场停电5分钟"}).status_code == 302
    log = words(watcher.get(url(hall, "log/")))
    for said in ("延长时间甲某：停电300秒", "缺考乙某", "已撤销", "作弊甲某：夹带", "异常情况全场：全场停电5分钟"):
        assert said in log, said


def test_nobody_picked_is_nobody(hall, watcher, now):
    attempt = begin(hall, now)
    act = url(hall, "act/")
    assert "请先在名单中选择" in watcher.get(f"{act}?act=force").content.decode()
    for name in ("force", "message", "extend", "cheated"):
        answer = watcher.post(act, {"act": name, "reason": "x", "text": "x", "minutes": 1})
        assert answer.status_code == 200
    # A message to somebody who is not sitting must not become one to all.
    idle = hall_registration(hall, hall.newcomer()).pk
    watcher.post(act, {"act": "message", "r": idle, "text": "x"})
    assert not ConductEvent.objects.exclude(kind="started").exists()
    attempt.refresh_from_db()
    assert attempt.state == "open"
    assert watcher.get(f"{act}?act=nonsense").status_code == 404


def crowd(hall, n, now):
    people = [make_person(f"众{i}", hall.cast.east, 300 + i) for i in range(hall.count, hall.count + n)]
    hall.count += n
    registrations = [
        Registration(
            sitting=hall.live, person=person, unit=hall.cast.east, way="unit", state="approved", made_at=NOW,
            exam_no=f"C{person.staff_no}", made_by=hall.office,
        )
        for person in people
    ]  # fmt: skip
    Registration.objects.bulk_create(registrations)
    entries = Entry.objects.bulk_create([Entry(registration=row, paper=hall.part) for row in registrations])
    Attempt.objects.bulk_create(
        Attempt(
            entry=entry, sitting=hall.live, user=hall.office, frozen=hall.part.frozen, seed=1, secret="x", layout=[{}],
            started_at=now, deadline=now + timedelta(hours=1), last_seen=now - timedelta(seconds=99), focus_losses=5,
        )
        for entry in entries
    )  # fmt: skip


def test_queries_do_not_grow_with_the_hall(hall, watcher, now, django_assert_max_num_queries):
    for size in (20, 200):
        crowd(hall, size, now)
        console._totals.clear()
        with django_assert_max_num_queries(20) as asked:
            assert watcher.get(url(hall)).status_code == 200
        page = len(asked)
        ids = "-".join(f"{pk}o" for pk in Registration.objects.values_list("pk", flat=True)[:100])
        with django_assert_max_num_queries(14) as asked:
            assert watcher.get(url(hall, f"live/?rows={ids}")).status_code == 200
        if size == 20:
            small = (page, len(asked))
    assert small == (page, len(asked))


def test_clearing_needs_the_reason_and_happens_once(hall, watcher, now):
    event = conduct.record(actor=hall.office, now=now, sitting=hall.live, kind="incident", text="停电")
    path = url(hall, f"log/{event.pk}/clear/")
    assert "停电" in watcher.get(path).content.decode()
    assert watcher.post(path, {"reason": " "}).status_code == 422
    assert watcher.post(path, {"reason": "误记"}).status_code == 302
    assert watcher.post(path, {"reason": "误记"}).status_code == 422


def test_every_icon_it_names_exists():
    names = (Path(settings.BASE_DIR) / "portal/static/vendor/tabler/icons.txt").read_text().split()
    wanted = {
        icon
        for table in (console_view.WORDS, console_view.NEED_WORDS, take_page.WORDS)
        for _, _, icon in table.values()
    }
    assert wanted - {""} <= set(names)
