"""Rooms, printing and the public check in a real browser: they fit, obey the CSP, and work by keyboard and without
script.
"""

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from exams.models import Room, Seat, Site
from tests.browser.looks import SIZES
from tests.cast import make_person
from tests.exams.made import ExamCast

MEASURE = """least => ({
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  primary: [...document.querySelectorAll('.btn-primary')].filter(e => e.offsetParent).length,
  small: [...document.querySelectorAll('main a.btn, main button, main input:not([type=hidden]), main select, td > a')]
    .filter(e => e.offsetParent && e.getBoundingClientRect().height
            < (e.type === 'checkbox' || e.type === 'radio' ? 18 : least))
    .map(e => e.outerHTML.slice(0, 120)),
})"""


@pytest.fixture
def office(town, page):
    exam = town.exam = ExamCast(town)
    town.batch, town.room, town.certificate = exam.seat_and_certify(town.wang)
    Site.objects.update(name="示例县委党校（示例县行政学院）东校区教学楼", directions="乘3路车到党校站")
    Room.objects.update(rows=6, columns=7, unusable=[3, 17])
    for number in range(2, 7):
        person = make_person(f"䶮考生{number}", town.east if number % 2 else town.west, 700 + number)
        row = exam.register(person)
        if number != 5:
            Seat.objects.create(
                registration=row, batch=town.batch, room=town.room, number=42 if number == 3 else number
            )
    page.set_default_timeout(8000)
    cookie = town.client("exam").cookies[django_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": town.url}])
    return page


def addresses(town):
    here, seat = "/exams/sittings/s1/", Seat.objects.latest("pk").pk
    return [
        "/exams/sites/",
        "/exams/sites/new/",
        f"/exams/sites/{town.room.site_id}/rooms/new/",
        f"/exams/rooms/{town.room.pk}/",
        *(here + tail for tail in ("rooms/", "rooms/assign/", "batches/new/", "batches/1/", "batches/1/remove/")),
        f"{here}batches/1/rooms/{town.room.pk}/",
        f"{here}seats/{seat}/",
        f"{here}seats/{seat}/remove/",
        f"{here}printables/",
        f"{here}certificates/",
        f"/exams/certificates/{town.certificate.serial}/revoke/",
        "/verify/",
        f"/verify/{town.certificate.serial}/",
        "/verify/HG7K-3M2P-9QXT-0/",
    ]


@pytest.mark.parametrize(("large", "widths"), SIZES)
def test_pages_fit_and_nothing_is_refused(town, office, large, widths):
    errors = []
    office.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    user = town.user("exam")
    user.large_text = large
    user.save(update_fields=["large_text"])
    bad = []
    for address in addresses(town):
        assert office.goto(town.url + address).status < 400, address
        for width in widths:
            office.set_viewport_size({"width": width, "height": 844})
            found = office.evaluate(MEASURE, 44 if width <= 390 else 24)
            if found["wide"] > 0 or found["primary"] > 1 or found["small"]:
                bad.append((address, width, found["wide"], found["primary"], found["small"][:3]))
    assert not bad and not errors, (bad, errors)


def test_a_seat_is_moved_without_script_and_without_a_mouse(town, office, browser):
    plain = browser.new_context(java_script_enabled=False, locale="zh-CN")
    plain.add_cookies([{**cookie} for cookie in office.context.cookies()])
    page = plain.new_page()
    page.goto(f"{town.url}/exams/sittings/s1/batches/1/rooms/{town.room.pk}/")
    page.get_by_role("combobox", name="考生").select_option(label="1 王晓东")
    page.get_by_role("combobox", name="移到").select_option(label="8")
    page.get_by_role("button", name="保存座位").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Seat.objects.get(registration__person=town.wang).number == 8
    page.goto(f"{town.url}/exams/sittings/s1/rooms/")
    page.get_by_role("link", name="自动排座").click()
    page.get_by_label("只排未排座的考生").check()
    with page.expect_navigation():
        page.get_by_role("button", name="自动排座").click()
    assert Seat.objects.count() == 6


def test_a_stranger_checks_a_certificate_on_a_phone(town, office, browser):
    page = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{town.url}/verify/")
    page.get_by_role("textbox", name="证书编号").fill(town.certificate.serial.lower().replace("-", " "))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="有效")).to_be_visible()
    assert page.url == f"{town.url}/verify/{town.certificate.serial}/"
    box = page.get_by_role("heading", name="有效").bounding_box()
    assert box["y"] < 500
    expect(page.get_by_text("王*")).to_be_visible()
    expect(page.get_by_text("本证不是行政执法证")).to_be_visible()
    page.get_by_role("textbox", name="证书编号").fill("HG7K-3M2P-9QXT-0")
    page.get_by_role("button", name="核验").click()
    expect(page.get_by_text("没有查到此编号，请逐字核对。")).to_be_visible()
