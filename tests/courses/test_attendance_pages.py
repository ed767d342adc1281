"""The attendance page of a lecture and what hangs on it: parts that sum, scope, corrections, sheets, the card."""

import io
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from pypdf import PdfReader

from courses.formats.attendance_sheet import read
from courses.models import Attendance
from courses.queries import attendance as queries
from courses.queries.attendance_card import card_for
from courses.queries.attendance_plan import plan
from portal.access import EVERYWHERE, Scope
from portal.models import AuditEvent
from portal.sheets import read_book
from tests.cast import make_person
from tests.courses.attendance_room import AFTER, Room, at
from tests.courses.made import STARTS


@pytest.fixture
def room(cast):
    return Room(cast)


@pytest.fixture
def after(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AFTER)


@pytest.fixture
def attended(room):
    """王 there, 李 without a sign-out, 孙 a guest, the rest of the east squad's people as they are."""
    room.session.units.add(room.cast.east_town)
    room.there(room.wang, -5, 152)
    room.there(room.cast.li, 0)
    room.there(room.cast.sun, 0, 151)
    return room


def url(room, more=""):
    return f"/learning/office/sessions/{room.session.code}/attendance/{more}"


def test_the_parts_sum_and_open_their_people(attended, after):
    room = attended
    parts = queries.parts(room.session)
    assert parts.sum_text == "应到3＝已签到签退1＋已签到未签退1＋未到1" and (parts.guests, parts.visits) == (1, 3)
    client = room.cast.client("training")
    page = client.get(url(room)).content.decode()
    assert parts.sum_text in page and "另有旁听1人" in page and "核定学时" in page
    for part, names in (("present", "王晓东"), ("inside", "李春梅"), ("absent", "赵立诚"), ("guest", "孙海燕")):
        listed = client.get(url(room, f"?part={part}")).context["page"].object_list
        assert [line.name for line, _kind in listed] == [names]
    assert [line.name for line, _kind in client.get(url(room, "?q=王晓")).context["page"].object_list] == ["王晓东"]
    found = {row.unit: (row.expected, row.came, row.signed_out) for row in queries.by_unit(room.session)}
    assert found == {room.cast.east: (3, 2, 1)}
    assert client.get(url(room, "?unit=none&part=odd&q=%27")).status_code == 200


def test_who_sees_whom(attended, after):
    room = attended
    page = room.cast.client("squad_lead").get(url(room)).content.decode()
    assert "王晓东" in page and "孙海燕" not in page and "更正" not in page
    assert "您管理范围内" in page
    room.session.units.set([room.cast.west])
    assert room.cast.client("squad_lead").get(url(room)).status_code == 404
    assert room.cast.client("officer").get(url(room)).status_code == 403


def test_visits_and_people_of_the_year(attended):
    room = attended
    second = room.make_session(4, STARTS + timedelta(days=7))
    room.there(room.wang, 0, 150, second)
    third = room.make_session(1, STARTS.replace(year=2025))
    room.there(room.cast.chen, 0, 150, third)
    day = (STARTS + timedelta(days=7)).date()
    year = queries.year_figures(room.series, 2026, EVERYWHERE, day)
    assert (year.sessions, year.times, year.persons, year.covered, year.expected) == (2, 4, 3, 3, 7)
    assert year.coverage == queries.Fraction(3, 7)
    east = queries.year_figures(room.series, 2026, Scope(paths=(room.cast.east.path,)), day)
    assert (east.times, east.persons, east.expected) == (3, 2, 3)
    assert queries.came([room.session.pk, second.pk, third.pk]) == {room.session.pk: 3, second.pk: 1, third.pk: 1}


def test_correcting_and_adding_by_hand(attended, after):
    room, client = attended, attended.cast.client("training")
    assert client.post(url(room, "settle/")).status_code == 302
    li = room.cast.li
    form = client.get(url(room, f"{li.pk}/"))
    assert form.context["form"].initial["state"] == "no_sign_out" and "李春梅" in form.content.decode()
    sent = {"state": "present", "signed_in": "09:30", "signed_out": "12:00", "note": "", "reason": ""}
    assert client.post(url(room, f"{li.pk}/"), sent).status_code == 422
    assert client.post(url(room, f"{li.pk}/"), sent | {"signed_out": "9点", "reason": "补"}).status_code == 422
    assert client.post(url(room, f"{li.pk}/"), sent | {"reason": "中队长证明"}).status_code == 302
    assert Attendance.objects.get(person=li).hours == 3
    assert client.get(url(room, f"{room.cast.wu.pk}/")).status_code == 200
    assert client.get(url(room, "999999/")).status_code == 404

    added = {**sent, "who": "吴清源", "reason": "纸质签到"}
    assert client.post(url(room, "add/"), {**added, "who": "无此人"}).status_code == 422
    assert client.post(url(room, "add/"), added).status_code == 302
    row = Attendance.objects.get(person=room.cast.wu)
    assert (row.way, row.hours) == ("manual", 3) and "GUEST" in row.flags
    for role in ("squad_lead", "clerk", "leader"):
        assert room.cast.client(role).post(url(room, f"{li.pk}/"), sent).status_code == 403


def test_settling_asks_first(attended, after):
    client = attended.cast.client("training")
    page = client.get(url(attended, "settle/")).content.decode()
    assert "到场并签退的2人" in page and "缺签到或签退1人" in page and not attended.session.settled_at
    client.post(url(attended, "settle/"))
    page = client.get(url(attended)).content.decode()
    assert "重新核定学时" in page and "2026-11-02 13:00 核定学时" in page


def test_sheets_to_print_and_to_fill_in(attended, after, tmp_path):
    room, client = attended, attended.cast.client("training")
    for n in range(86):
        make_person(f"学员{n:02d}", room.cast.east, 100 + n)
    body = client.get(url(room, "sheet.pdf"))
    assert body["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(body.content)).pages
    text = "".join(page.extract_text() for page in pages)
    assert len(pages) == 2 and "综合执法大讲堂（2026年第3讲）签到表" in text and "学员85" in text and "应到89人" in text
    assert "孙海燕" not in text and room.wang.id_number not in text
    body = client.get(url(room, "sheet.xlsx")).content
    assert AuditEvent.objects.filter(action="export.made").count() == 2

    # Our own sheet comes back as it went out.
    file = tmp_path / "sheet.xlsx"
    file.write_bytes(body)
    found = plan(read(read_book(file)), room.session)
    assert not found.problem and not found.notes
    assert {line.action for line in found.lines} == {"skip", "review"}
    assert next(line for line in found.lines if line.row.name == "王晓东").person == room.wang
    # Only one's own people are on a unit's sheet, and somewhere else there is none.
    assert room.cast.client("leader").get(url(room, "sheet.pdf")).status_code == 200
    room.session.units.set([room.cast.south])
    assert room.cast.client("training").get(url(room, "sheet.pdf")).status_code == 422


def test_the_card_says_what_may_be_done(room, django_assert_max_num_queries):
    def card(role, minutes):
        request = RequestFactory().get("/")
        request.user = room.cast.user(role)
        return card_for(request, room.session, at(minutes))

    before = card("officer", -600)
    assert (before.direction, before.title, before.scan_url) == ("", "现场签到", "")
    with django_assert_max_num_queries(6):
        now = card("officer", -5)
    assert (now.direction, now.scan_label) == ("in", "扫码签到") and now.scan_url and now.figures is None
    late, absent = card("officer", 5), card("officer", 200)
    assert (late.own_words, late.direction) == ("未签到", "in") and not late.empty
    assert (absent.own_words, absent.scan_url) == ("未参加", "") and not absent.empty
    room.there(room.wang, -5)
    inside = card("officer", 100)
    assert (inside.own_words, inside.direction, inside.scan_label) == ("09:25已签到", "out", "扫码签退")
    room.scan(room.wang, "out", 150)
    done = card("officer", 151)
    assert done.own_words == "09:25签到，12:00签退" and not done.scan_url
    with django_assert_max_num_queries(13):
        office = card("training", 146)
    assert [act.label for act in office.acts] == ["投影签退码", "签到表导入"]
    assert (office.figures.came, office.figures.expected, office.figures.year.persons) == (1, 7, 1)
    room.session.state = "cancelled"
    assert card("officer", 10).direction == "" and not card("training", 10).acts


@pytest.mark.parametrize("many", [0, 60])
def test_queries_do_not_grow_with_people(room, after, django_assert_max_num_queries, many):
    for n in range(many):
        room.there(make_person(f"学员{n:02d}", room.cast.east, 100 + n), 0, 150)
    room.there(room.wang, 0, 150)
    client = room.cast.client("training")
    client.get(url(room))
    with django_assert_max_num_queries(20):
        assert client.get(url(room)).status_code == 200
