"""An examination hall for browsers: an open sitting whose clock is the machine's, candidates, devices, deadlines."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from exams.models import AnswerEvent, Attempt, Registration
from tests.cast import Cast
from tests.exams.sitting_now import OpenSitting

WATCH = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", (e) => window.__refused.push(e.violatedDirective + " " + e.blockedURI));
"""


class Hall(OpenSitting):
    def __init__(self, url, **fields):
        now = timezone.now()
        values = {"opens_at": now - timedelta(minutes=40), "closes_at": now + timedelta(hours=5), "earliest_minutes": 0}
        super().__init__(Cast(), **{**values, **fields})
        self.url = url

    def freeze(self, *, shuffle=False):
        """Both parts of the case in one section, as papers have them."""
        frozen = super().freeze(shuffle=shuffle)
        sections = frozen.body["sections"]
        case = {**sections[4], "title": "案例分析题", "kind": "case", "marks": "15"}
        case |= {"count": 2, "pool": sections[4]["pool"] + sections[5]["pool"]}
        frozen.body = {**frozen.body, "sections": [*sections[:4], case]}
        frozen.sha256 = "h" + frozen.sha256[1:]
        frozen.save()
        return frozen

    def device(self, browser, person, **options):
        """A browser of its own, signed in as the candidate. The caller closes ``page.context``."""
        context = browser.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", **{"viewport": {"width": 1440, "height": 900}, **options}
        )
        self.sign_in(context, person.user)
        page = context.new_page()
        self.watch(page)
        return page

    def sign_in(self, context, user):
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.url}])

    def watch(self, page):
        page.set_default_timeout(8000)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.add_init_script(WATCH)
        return page

    def enter(self, page) -> Attempt:
        """Through the enter page into the paper, until it may be answered."""
        page.goto(f"{self.url}/exams/enter/{self.live.code}/")
        page.get_by_role("button", name="开始作答").click()
        self.ready(page)
        return Attempt.objects.get(pk=page.locator("#take").get_attribute("data-attempt"))

    def ready(self, page):
        expect(page.locator("#take[data-ready]")).to_be_attached()

    def clean(self, page):
        assert page.errors == []
        assert page.evaluate("window.__refused") == []

    def stored(self, attempt) -> dict:
        """{item: value} as the server has it: the highest sequence of each item."""
        rows = AnswerEvent.objects.filter(attempt=attempt).order_by("item", "sequence", "pk")
        return {row.item: row.value for row in rows}

    def registration(self, person) -> Registration:
        return Registration.objects.get(person=person, sitting=self.live)

    def ends_in(self, attempt, seconds):
        """The server's deadline, that many seconds from now."""
        Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() + timedelta(seconds=seconds))


@contextmanager
def closing(page):
    try:
        yield page
    finally:
        page.context.close()


def go(page, number):
    """To question ``number`` by the answer sheet."""
    handle = page.locator("[data-sheet-handle]")
    if handle.is_visible() and handle.get_attribute("aria-expanded") == "false":
        handle.click()
    page.locator("[data-sheet-grid] .x-q").nth(number - 1).click()
    expect(page.locator(".x-paper:not([hidden]) .x-meta b").first).to_have_text(f"第{number}题")


def here(page):
    """The question on the screen."""
    return page.locator(".x-paper:visible")


def saved(page):
    expect(page.locator("[data-save]")).to_have_attribute("data-state", "saved")
    expect(page.locator("[data-save]")).to_contain_text("已保存")
