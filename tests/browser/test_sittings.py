"""Pages of sittings in a real browser: no sideways scroll, one primary button, the check arrives by itself."""

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from playwright.sync_api import expect

from exams.models import Registration, Sitting
from staffing.models import PostingKind
from tests.cast import TODAY, make_person, make_posting
from tests.exams.made import ExamCast

WIDE = """() => [...document.querySelectorAll('body *')].filter(el => {
    const box = el.getBoundingClientRect();
    return box.width && box.right > document.documentElement.clientWidth + 1 && !el.closest('.tbl-wrap, svg, dialog');
}).map(el => el.className + ' ' + el.tagName + ' ' + Math.round(el.getBoundingClientRect().right)).slice(0, 8)"""
PAGES = [
    "sitting",
    "sitting_edit",
    "candidates",
    "register_people",
    "registration_sheet",
    "proposals",
    "duties",
    "preflight",
    "rehearsal",
]


@pytest.fixture
def office(town, page, live_server):
    exam = ExamCast(town)
    Sitting.objects.update(
        title="二〇二六年示例县综合行政执法人员资格考试（综合法律知识、专业法律知识）", addresses="10.1.2.0/24"
    )
    for n in range(4):
        person = make_person(f"䶮考生{n}", town.east, 300 + n)
        exam.register(person, state=Registration.State.PENDING if n % 2 else Registration.State.APPROVED)
    make_posting(person, PostingKind.SECOND, town.water, TODAY)
    Registration.objects.update(state=Registration.State.APPROVED)
    Registration.objects.filter(person__staff_no="T0300").update(state="pending")
    page.set_default_timeout(8000)
    page.errors = []
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    cookie = town.client("exam").cookies[django_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return page


@pytest.mark.parametrize(("width", "large"), [(1440, False), (390, False), (390, True), (320, False)])
def test_no_sideways_scroll_and_one_primary_button(office, town, live_server, width, large):
    user = town.user("exam")
    user.large_text = large
    user.save(update_fields=["large_text"])
    office.set_viewport_size({"width": width, "height": 900})
    addresses = [reverse("exams:sittings"), reverse("exams:sitting_new")]
    addresses += [reverse(f"exams:{name}", args=["s1"]) for name in PAGES]
    found = {}
    for address in addresses:
        office.goto(live_server.url + address)
        if wide := office.evaluate(WIDE):
            found[address] = wide
        buttons = office.locator("main .btn-primary:visible, .action-bar .btn-primary:visible").count()
        if buttons > 1:
            found[address + " primary"] = buttons
        small = office.evaluate(
            """() => [...document.querySelectorAll('main a, main button, main select, main input')].filter(el => {
            const box = el.getBoundingClientRect();
            return box.width && box.height && box.height < 24 && !el.closest('p, .crumb, label, dd, li')
                && !['checkbox', 'radio'].includes(el.type);
        }).map(el => el.outerHTML.slice(0, 90)).slice(0, 5)"""
        )
        if small:
            found[address + " small"] = small
    assert found == {} and office.errors == []


def test_the_hub_tells_what_is_red_without_being_asked(office, live_server):
    office.goto(live_server.url + reverse("exams:sitting", args=["s1"]))
    expect(office.locator("main")).to_contain_text("报名尚未截止")
    expect(office.locator("main")).to_contain_text("还没有安排监考")


def test_a_person_is_a_short_card_on_a_phone(office, town, live_server):
    office.set_viewport_size({"width": 390, "height": 900})
    for name, query, most in (("candidates", "", 132), ("register_people", "?show=all", 132)):
        office.goto(live_server.url + reverse(f"exams:{name}", args=["s1"]) + query)
        rows = office.eval_on_selector_all(".x-cards tbody tr", "rows => rows.map(row => row.offsetHeight)")
        assert len(rows) >= 4 and max(rows) <= most, (name, rows)
