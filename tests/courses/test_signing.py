"""Scanning the projector's code: fresh, stale, forged; signing in first; guests; windows; the pages around it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from courses.actions import signing
from courses.models import Attendance, Signup
from courses.queries import attendance_codes as codes
from courses.rules import attendance as rules
from portal.actions.errors import Refused
from portal.models import AuditEvent
from staffing.rules.params import Params
from tests.courses.attendance_room import END, Room, at
from tests.courses.made import STARTS


@pytest.fixture
def room(cast):
    return Room(cast)


@pytest.fixture
def clock(monkeypatch):
    """Django's clock, moved by the test: clock(minutes from the start)."""
    real = timezone.now

    def move(minutes, seconds=0):
        moment = at(minutes) + timedelta(seconds=seconds)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    yield move
    monkeypatch.setattr(timezone, "now", real)


def signed_in_client(user):
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


# --- rules -----------------------------------------------------------------------------------------------------------


@given(st.integers(-600, 900), st.integers(-600, 900), st.integers(1, 600))
def test_minutes_stay_inside_the_lecture_and_hours_inside_the_rule(came, left, length):
    found = rules.judge("present", at(came), at(left), STARTS, length, Params())
    assert 0 <= found.minutes <= length
    assert found.minutes == max(0, min(left, length) - max(came, 0))
    assert bool(found.span) == bool(found.hours)
    assert ("LATE" in found.flags) == (came > 0) and ("LEFT_EARLY" in found.flags) == (left < length)
    if found.span:
        assert STARTS <= found.span[0] < found.span[1] <= at(length)
    whole = rules.judge("present", None, None, STARTS, length, Params())
    assert whole.minutes == length and found.hours <= whole.hours
    for state in ("inside", "no_sign_out", "leave", "proxy", "void"):
        assert rules.judge(state, at(came), at(left), STARTS, length, Params()).hours == 0


@given(st.integers(0, 10**6), st.integers(-100, 100))
def test_a_code_is_good_for_twenty_seconds(second, later):
    step = rules.step_of(second)
    assert rules.is_fresh(step, second)
    now = second + later
    assert rules.is_fresh(step, now) == (-rules.STEP <= now - step * rules.STEP < rules.GOOD)


def test_seconds_do_not_make_anybody_late():
    on_time = rules.judge("present", STARTS + timedelta(seconds=59), END - timedelta(seconds=1), STARTS, 150, Params())
    assert on_time.flags == ("LEFT_EARLY",) and on_time.minutes == 149


# --- the act ---------------------------------------------------------------------------------------------------------


def test_arrival_is_the_first_scan_and_departure_the_last(room):
    first = room.scan(room.wang, "in", -10)
    assert not first.again and first.attendance.state == "inside"
    assert room.scan(room.wang, "in", 5).again
    early = room.scan(room.wang, "out", 60)
    assert early.attendance.state == "present"
    assert not room.scan(room.wang, "out", 151).again and room.scan(room.wang, "out", 151).again
    row = Attendance.objects.get()
    assert (row.signed_in, row.signed_out, row.unit, row.way) == (at(-10), at(151), room.cast.east, "scan")
    assert AuditEvent.objects.filter(action="attendance.signed").count() == 3


def test_windows_and_who_may_scan(room):
    for direction, minutes in (("in", -31), ("in", 150), ("out", -1), ("out", 180), ("sideways", 5)):
        with pytest.raises(Refused, match="现在不能签"):
            room.scan(room.wang, direction, minutes)
    room.scan(room.wang, "in", -30)
    # Without a sign-in the departure is kept, and waits for a person.
    alone = room.scan(room.cast.li, "out", 179).attendance
    assert (alone.state, alone.flags) == ("no_sign_out", ["NO_SIGN_IN"])
    Attendance.objects.filter(pk=alone.pk).update(state="proxy")
    with pytest.raises(Refused, match="代签作废"):
        room.scan(room.cast.li, "out", 179)
    room.cast.sun.memberships.update(end=STARTS.date())
    with pytest.raises(Refused, match="不在册"):
        room.scan(room.cast.sun, "in", 0)


def test_who_is_not_invited_is_a_guest(room):
    room.session.units.add(room.cast.east_town)
    assert not room.scan(room.wang, "in", 0).guest
    assert not room.scan(room.cast.zhao, "in", 0).guest, "posted to the squad"
    assert room.scan(room.cast.sun, "in", 0).guest
    seated = room.make_session(4, STARTS + timedelta(days=1), needs_signup=True)
    Signup.objects.create(session=seated, person=room.wang, state="seated", at=STARTS)
    assert not room.scan(room.wang, "in", 0, seated).guest
    assert room.scan(room.cast.li, "in", 0, seated).guest


# --- the pages -------------------------------------------------------------------------------------------------------


def test_a_scan_signs_in_and_out(room, clock):
    client = room.cast.client("officer")
    path = codes.address_of(codes.code_for(room.session, "in", clock(-4)))
    page = client.get(path)
    assert page.status_code == 200 and "先审后决" in page.content.decode() and not Attendance.objects.exists()
    # The form is sent a little later; the moment of the scan counts.
    clock(-4, 45)
    done = client.post(path, follow=True)
    assert "09:26" in done.content.decode() and Attendance.objects.get().signed_in == at(-4)
    assert client.post(path).status_code == 302 and Attendance.objects.count() == 1

    path = codes.address_of(codes.code_for(room.session, "out", clock(152)))
    client.get(path)
    assert "12:02" in client.post(path, follow=True).content.decode()
    assert Attendance.objects.get().state == "present"
    own = Attendance.objects.get()
    assert (
        signed_in_client(room.cast.account("other", "officer", room.cast.west))
        .get(f"/learning/signed/{own.pk}/")
        .status_code
        == 404
    )


def test_stale_and_forged_codes(room, clock):
    client = room.cast.client("officer")
    token = codes.code_for(room.session, "in", clock(0))
    clock(0, 20)
    answer = client.get(codes.address_of(token))
    assert answer.status_code == 410 and "二维码已过期，请扫大屏最新的码。" in answer.content.decode()
    assert client.post(codes.address_of(token)).status_code == 410
    for forged in (token[:-2] + "xx", token.replace("i", "o", 1), "1i2", "."):
        assert client.post(f"/learning/sign/{forged}/").status_code == 404
    assert not Attendance.objects.exists()
    clock(0, 25)
    fresh = codes.code_for(room.session, "in", timezone.now())
    assert fresh != token and client.post(codes.address_of(fresh)).status_code == 302


def test_signing_in_to_the_portal_first_keeps_the_moment_of_the_scan(room, clock):
    clock(-1)
    client = Client()
    path = codes.address_of(codes.code_for(room.session, "in", timezone.now()))
    answer = client.get(path)
    assert answer.status_code == 302 and answer.url == f"/sign-in/?next={path}"
    clock(6)
    signed = client.post(answer.url, {"username": "officer", "password": "Cast-2026-pass", "next": path})
    assert signed.status_code == 302 and signed.url == path
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    row = Attendance.objects.get()
    assert row.signed_in == at(-1)
    # Somebody who was only sent the address has no scan of their own.
    clock(7)
    assert room.cast.client("officer").get(path).status_code == 410
    clock(20)
    assert client.get(path).status_code == 410


def test_an_account_without_a_person_is_told(room, clock):
    client = signed_in_client(room.cast.account("nobody", "officer", room.cast.east))
    path = codes.address_of(codes.code_for(room.session, "in", clock(0)))
    client.get(path)
    assert "还没有对应人员" in client.post(path).content.decode()
    assert "还没有对应人员" in client.get("/learning/scan/").content.decode()


def test_the_projector_changes_its_code_and_turns_by_itself(room, clock, django_assert_max_num_queries):
    client = room.cast.client("training")
    url = f"/learning/office/sessions/{room.session.code}/projector/"
    clock(-60)
    page = client.get(url).content.decode()
    assert "签到时间：2026-11-02 09:00至12:00。" in page and "data:image" not in page
    clock(-4)
    room.there(room.wang, -5)
    with django_assert_max_num_queries(12):
        first = client.get(url + "code/").json()
    assert first["label"] == "签到" and first["image"].startswith("data:image/png")
    assert (first["came"], first["expected"], first["out"]) == (1, 7, 0) and 1 <= first["left"] <= 10
    clock(-4, 10)
    second = client.get(url + "code/").json()
    assert second["image"] != first["image"]
    assert client.get(url + "code/").headers["Cache-Control"].startswith("max-age=0")
    clock(145)
    assert client.get(url + "code/").json()["direction"] == "out"
    assert client.get(url + "code/?direction=in").json()["direction"] == "in"
    assert "扫码签退" in client.get(url).content.decode()
    clock(181)
    assert not client.get(url + "code/").json()["image"]
    # A clerk shows it where some of their people are invited, and nowhere else.
    clerk = room.cast.client("clerk")
    assert clerk.get(url).status_code == 200
    room.session.units.add(room.cast.west)
    assert clerk.get(url).status_code == 404
    assert room.cast.client("officer").get(url).status_code == 403


def test_the_scanner_lists_todays_lectures(room, clock):
    client = room.cast.client("officer")
    clock(-10)
    page = client.get("/learning/scan/").content.decode()
    assert "先审后决" in page and "待签到" in page and "09:00–12:00" in page
    room.there(room.wang, -5)
    assert "09:25已签到" in client.get("/learning/scan/").content.decode()
    clock(0 - 24 * 60)
    assert "今天没有邀请您的讲座" in client.get("/learning/scan/").content.decode()


def test_actor_may_only_sign_for_the_window_of_the_scan(room):
    """The action itself looks at the scan's moment, not at now."""
    with pytest.raises(Refused):
        signing.sign(actor=room.officer, now=at(10), person=room.wang, session=room.session, direction="in", at=at(-40))
