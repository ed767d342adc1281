"""The pages of papers, analysis and challenges in a real browser: they fit, obey the CSP, and work without script."""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import SIZES
from tests.exams.disputed import Disputed
from tests.exams.made import ExamCast

SMALL = """least => [...document.querySelectorAll('main a.btn, main button, main input:not([type=hidden]), main select')]
    .filter(e => e.offsetParent && !e.closest('[disabled]') && e.getBoundingClientRect().height
            < (e.type === 'checkbox' || e.type === 'radio' ? 18 : least))
    .map(e => e.outerHTML.slice(0, 120))"""
QUESTION = "根据《中华人民共和国行政处罚法》，下列关于当事人要求听证的期限、主持人与笔录效力的表述中，哪一项是正确的？"


@pytest.fixture
def office(town):
    town.exam = ExamCast(town)
    town.sat = Disputed(town.exam, "B" * 12 + "A" * 10)
    version = town.exam.questions["单选1"].current
    type(version).objects.filter(pk=version.pk).update(stem=QUESTION * 3)
    town.challenge = town.sat.challenge("两个选项都符合新修订的条文，请复核。")
    return town


def addresses(town):
    exam = "/exams/sittings/sx/"
    papers = ["", "new/", "p1/", "p1/edit/", "p1/preview/?seed=3", "p1/print/?seed=3", "p1/ready/", "p1/copy/"]
    more = ["analysis/1/", f"analysis/1/{town.sat.version.pk}/", "challenges/", "challenges/new/"]
    return [
        *(f"/exams/papers/{tail}" for tail in papers),
        *(exam + tail for tail in more),
        f"{exam}challenges/{town.challenge.pk}/",
    ]


@pytest.mark.parametrize(("large", "widths"), SIZES)
def test_pages_fit_and_nothing_is_refused(office, page, sign_in, large, widths):
    office.user("exam").large_text = large
    office.user("exam").save(update_fields=["large_text"])
    refused = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    sign_in("exam")
    for address in addresses(office):
        assert page.goto(office.url + address).status < 400, address
        for width in widths:
            page.set_viewport_size({"width": width, "height": 844})
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (address, width, wide)
            assert page.locator(".btn-primary:visible").count() <= 1, address
            small = page.evaluate(SMALL, 44 if width <= 390 else 24)
            assert not small, (address, width, small[:3])
    assert not refused


def test_a_blueprint_without_script(office, browser):
    page = browser.new_context(java_script_enabled=False, locale="zh-CN").new_page()
    page.goto(f"{office.url}/sign-in/?next=/exams/papers/p1/")
    page.locator("input[name=username]").fill("exam")
    page.locator("input[name=password]").fill("Cast-2026-pass")
    page.locator("main button[type=submit]").click()
    page.get_by_role("button", name="加一条配额").first.click()
    page.locator("[name=s-0-q-0-topic]").select_option(label="听证")
    page.locator("[name=s-0-q-0-difficulty]").select_option(label="难")
    page.locator("[name=s-0-q-0-count]").fill("2")
    page.get_by_role("button", name="检查并保存").click()
    expect(page.get_by_role("alert")).to_contain_text("单选题·听证·难：需2题，有0题，缺2题")
    page.locator("[name=s-0-q-0-difficulty]").select_option(label="不限")
    page.get_by_role("button", name="检查并保存").click()
    expect(page.locator(".callout.met")).to_contain_text("按题库现状可以组卷。")
    expect(page.locator(".x-need").nth(1)).to_have_text("需2 有2")
