"""The take page in a real browser: answers, keyboard, large text, time, and what it says about saving."""

import pytest
from playwright.sync_api import expect

from tests.browser.hall import closing, go, here, saved


@pytest.fixture
def person(exam_hall):
    return exam_hall.newcomer("江予白")


@pytest.fixture
def page(exam_hall, browser, person):
    with closing(exam_hall.device(browser, person)) as page:
        yield page


def test_every_form_is_answered_saved_and_handed_in(exam_hall, page):
    attempt = exam_hall.enter(page)
    expect(page.locator("[data-save]")).to_have_text("答案自动保存")
    here(page).get_by_label("单选1选项甲").check()
    saved(page)
    go(page, 2)
    here(page).get_by_label("多选1选项甲").check()
    here(page).get_by_label("多选1选项丙").check()
    go(page, 3)
    here(page).get_by_label("正确").check()
    page.get_by_role("button", name="下一题").click()
    here(page).get_by_label("第1空").fill("罚款")
    page.get_by_role("button", name="下一题").click()
    expect(page.locator(".x-material:visible")).to_contain_text("协管员孙某")
    page.get_by_role("button", name="标记").click()
    go(page, 6)
    here(page).locator("textarea").fill("孙某无执法资格。\n应当撤销。")
    expect(here(page)).to_contain_text("已写13字")
    saved(page)
    expect(page.locator(".x-sheet-h [data-sheet-count]")).to_have_text("已答5　未答1　标记1")
    assert exam_hall.stored(attempt) == {
        0: {"a": ["A"], "f": False},
        1: {"a": ["A", "C"], "f": False},
        2: {"a": ["A"], "f": False},
        3: {"a": ["罚款"], "f": False},
        4: {"a": [], "f": True},
        5: {"a": "孙某无执法资格。\n应当撤销。", "f": False},
    }

    page.get_by_role("button", name="交卷").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("共6题，已答5题。")
    expect(dialog.locator("[data-hand-empty]")).to_contain_text("还有1题未答：")
    dialog.locator("[data-hand-empty] button").click()
    expect(here(page).locator(".x-meta b")).to_have_text("第5题")
    page.get_by_role("button", name="交卷").click()
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_text("已交卷：6题答5题。成绩发布后通知您。")).to_be_visible()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.closed_by, attempt.answered) == ("submitted", "candidate", 5)
    exam_hall.clean(page)
