"""The take page in a real browser: answers, keyboard, large text, time, and what it says about saving."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from exams.actions import conduct
from exams.models import Sitting
from tests.browser.hall import closing, go, here, saved
from tests.browser.looks import LOW, MANY


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
    page.get_by_role("button", name="标记", exact=True).click()
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


def test_by_keyboard_alone(exam_hall, page):
    """From the enter page to the receipt without a mouse."""
    page.goto(f"{exam_hall.url}/exams/enter/live/")
    page.get_by_role("button", name="开始作答").press("Enter")
    exam_hall.ready(page)
    stem = page.locator(".x-paper:visible .x-stem")
    expect(stem).to_be_focused()
    page.keyboard.press("2")
    expect(here(page).get_by_label("单选1选项乙")).to_be_checked()
    page.keyboard.press("n")
    expect(stem).to_be_focused()
    expect(stem).to_contain_text("多选1")
    for key in ("1", "3", "4", "4"):
        page.keyboard.press(key)
    expect(here(page).locator("input:checked")).to_have_count(2)
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="标记", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("p")
    expect(stem).to_contain_text("单选1")

    # The grid: S opens, arrows move, Enter goes.
    page.keyboard.press("s")
    cells = page.locator("[data-sheet-grid] .x-q")
    expect(cells.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(cells.nth(5)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    expect(cells.nth(3)).to_be_focused()
    page.keyboard.press("Enter")
    expect(stem).to_contain_text("填空1")
    expect(stem).to_be_focused()

    # Letters typed into a field are letters.
    page.keyboard.press("Tab")
    page.keyboard.type("npfs19")
    expect(here(page).get_by_label("第1空")).to_have_value("npfs19")
    page.keyboard.press("Shift+Tab")
    page.locator("[data-next]").press("Enter")
    expect(stem).to_contain_text("案例1甲")
    saved(page)

    page.locator("[data-hand-in]").press("Enter")
    expect(page.get_by_role("button", name="继续作答")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-hand-in]")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="确认交卷").press("Enter")
    expect(page.get_by_text("已交卷：6题答3题。")).to_be_visible()
    exam_hall.clean(page)


def test_letter_keys_only_inside_the_question_and_switchable(exam_hall, page):
    exam_hall.enter(page)
    stem = page.locator(".x-paper:visible .x-stem")
    page.locator("[data-hand-in]").focus()
    page.keyboard.press("n")
    expect(stem).to_contain_text("单选1")
    # An input method composes: its keys are not ours.
    stem.dispatch_event("keydown", {"key": "n", "isComposing": True})
    expect(stem).to_contain_text("单选1")
    page.get_by_label("答题设置").click()
    page.get_by_role("button", name="字母键操作").click()
    expect(page.locator("[data-hint]")).to_be_hidden()
    page.keyboard.press("Escape")
    stem.press("n")
    expect(stem).to_contain_text("单选1")
    page.reload()
    exam_hall.ready(page)
    expect(page.locator("[data-keys]")).to_have_attribute("aria-pressed", "false")


def test_whole_paper_shows_the_case_once_and_follows(exam_hall, page):
    exam_hall.enter(page)
    page.get_by_label("答题设置").click()
    page.get_by_role("button", name="整卷显示").click()
    expect(page.locator(".x-paper:visible")).to_have_count(6)
    expect(page.locator(".x-material:visible")).to_have_count(1)
    expect(page.locator(".x-material h3")).to_have_text("案例材料（第5–6题）")
    page.get_by_label("单选1选项甲").check()
    page.get_by_label("错误").focus()
    expect(page.locator(".x-q[aria-current]")).to_have_attribute("aria-label", "第3题，未答，本题")
    saved(page)
    page.reload()
    exam_hall.ready(page)
    expect(page.locator(".x-paper:visible")).to_have_count(6)
    expect(page.get_by_label("单选1选项甲")).to_be_checked()
    exam_hall.clean(page)


def test_an_extension_appears_live(exam_hall, page):
    attempt = exam_hall.enter(page)
    exam_hall.ends_in(attempt, 240)
    conduct.extend(actor=exam_hall.office, now=timezone.now(), attempts=[attempt], seconds=600, reason="停电")
    here(page).get_by_label("单选1选项甲").check()
    expect(page.locator(".x-notice")).to_contain_text("监考员为您延长了10分钟，剩余时间已更新。")
    expect(page.locator("[data-timer-face]")).to_have_text(re.compile(r"^1[34]:\d\d$"))
    expect(page.locator("[data-polite]")).to_contain_text("延长了10分钟")
    page.get_by_role("button", name="知道了").click()
    expect(page.locator(".x-notice")).to_have_count(0)
    exam_hall.clean(page)


def test_warnings_are_said_once_and_the_timer_hides_until_fifteen_minutes(exam_hall, page):
    attempt = exam_hall.enter(page)
    page.get_by_role("button", name="隐藏剩余时间").click()
    expect(page.locator("[data-timer-face]")).to_have_text("已隐藏")
    exam_hall.ends_in(attempt, 290)
    here(page).get_by_label("单选1选项甲").check()
    expect(page.locator("[data-timer-face]")).to_have_text(re.compile(r"^04:\d\d$"))
    expect(page.locator("[data-polite]")).to_have_text("剩余5分钟。")
    expect(page.locator("[data-timer-hide]")).to_be_hidden()
    exam_hall.ends_in(attempt, 55)
    here(page).get_by_label("单选1选项乙").check()
    expect(page.locator("[data-urgent]")).to_have_text("剩余1分钟。")


def test_a_pause_covers_the_paper_and_a_message_stays_until_seen(exam_hall, page):
    attempt = exam_hall.enter(page)
    told = {"actor": exam_hall.office, "now": timezone.now()}
    conduct.send_message(sitting=exam_hall.live, text="请核对姓名\n和座位", **told)
    here(page).get_by_label("单选1选项甲").check()
    expect(page.locator(".x-notice-message")).to_contain_text("监考通知：请核对姓名")
    saved(page)
    page.reload()
    exam_hall.ready(page)
    expect(page.locator(".x-notice-message")).to_have_count(1)
    page.get_by_role("button", name="知道了").click()
    conduct.pause(attempts=[attempt], reason="核对身份", **told)
    here(page).get_by_label("单选1选项乙").check()
    expect(page.get_by_role("heading", name="考试已暂停")).to_be_visible()
    expect(page.locator(".x-paper:visible")).to_have_count(0)
    expect(page.locator("[data-timer-face]")).to_have_text("已暂停")
    conduct.resume(attempts=[attempt], reason="", actor=exam_hall.office, now=timezone.now())
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(here(page)).to_be_visible()
    saved(page)
    assert exam_hall.stored(attempt)[0]["a"] == ["B"]
    page.reload()
    exam_hall.ready(page)
    expect(page.locator(".x-notice-message")).to_have_count(0)
    exam_hall.clean(page)


def test_time_up_hands_in_what_was_answered(exam_hall, page):
    Sitting.objects.filter(pk=exam_hall.live.pk).update(grace_seconds=2)
    attempt = exam_hall.enter(page)
    exam_hall.ends_in(attempt, 5)
    here(page).get_by_label("单选1选项丙").check()
    go(page, 6)
    here(page).locator("textarea").fill("最后一句")
    expect(page.get_by_text("已交卷：6题答2题。")).to_be_visible(timeout=15_000)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.closed_by) == ("submitted", "deadline")
    assert exam_hall.stored(attempt)[5]["a"] == "最后一句"
    assert page.evaluate(LEFT) == 0
    exam_hall.clean(page)


def test_time_up_goes_on_when_more_time_was_given_meanwhile(exam_hall, page):
    # The page hands in at a random moment of the grace: far enough away that the extension comes first.
    Sitting.objects.filter(pk=exam_hall.live.pk).update(grace_seconds=30000)
    attempt = exam_hall.enter(page)
    exam_hall.ends_in(attempt, 1.5)
    here(page).get_by_label("单选1选项丙").check()
    expect(page.get_by_role("heading", name="时间到")).to_be_visible()
    conduct.extend(actor=exam_hall.office, now=timezone.now(), attempts=[attempt], seconds=600, reason="停电")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(here(page).get_by_label("单选1选项丙")).to_be_enabled()
    here(page).get_by_label("单选1选项丁").check()
    saved(page)
    attempt.refresh_from_db()
    assert attempt.state == "open"


def test_too_early_says_when(exam_hall, page):
    Sitting.objects.filter(pk=exam_hall.live.pk).update(earliest_minutes=60)
    exam_hall.enter(page)
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("[data-hand-note]")).to_contain_text(re.compile(r"还未到最早交卷时间，1?\d分\d+秒后可以交卷。"))
    expect(page.get_by_role("button", name="确认交卷")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="确认交卷").click(force=True)
    expect(page.locator("dialog[open]")).to_be_visible()


def test_leaving_the_page_is_recorded_and_said_once(exam_hall, page):
    attempt = exam_hall.enter(page)
    leave = """([state, later]) => {
        const now = performance.now.bind(performance);
        if (later) performance.now = () => now() + later;
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    for later in (8000, 16000):
        page.evaluate(leave, ["hidden", 0])
        page.evaluate(leave, ["visible", later])
    expect(page.locator(".x-notice")).to_have_count(1)
    expect(page.locator(".x-notice")).to_contain_text("您离开答题页8秒，已作记录")
    here(page).get_by_label("单选1选项甲").check()
    saved(page)
    attempt.refresh_from_db()
    assert attempt.focus_losses == 2 and attempt.state == "open"


WIDE = """() => [...document.querySelectorAll('body *')].filter(el => {
    const box = el.getBoundingClientRect();
    return box.width && box.right > document.documentElement.clientWidth + 1 && !el.closest('svg, .visually-hidden');
}).map(el => el.className + ' ' + el.tagName + ' ' + Math.round(el.getBoundingClientRect().right)).slice(0, 9)"""
SMALL = """() => [...document.querySelectorAll('button, .btn, summary, label.x-opt, textarea, input[type=text]')]
    .filter(el => el.offsetParent && el.getBoundingClientRect().height < 43.5)
    .map(el => el.className + ' ' + el.textContent.trim().slice(0, 9) + ' ' + el.getBoundingClientRect().height)"""
LEFT = """async () => { const { openStore } = await import('/static/exams/js/take/store.js'); const store = await openStore();
    return (await store.run(['queue'], 'readonly', x => x.objectStore('queue').count())); }"""


@pytest.mark.parametrize(("width", "large"), MANY)
def test_looks(exam_hall, page, person, width, large):
    """No sideways scroll, contrast, touch sizes, nothing refused by CSP; everything reachable at each width."""
    person.user.large_text = large
    person.user.save(update_fields=["large_text"])
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{exam_hall.url}/exams/enter/live/")
    expect(page.locator("[data-check=net]")).to_contain_text("正常")
    assert page.evaluate(WIDE) == [] and page.evaluate(LOW) == []
    exam_hall.enter(page)
    here(page).get_by_label("单选1选项甲").check()
    saved(page)
    conduct.send_message(
        actor=exam_hall.office, now=timezone.now(), sitting=exam_hall.live, text="请核对姓名和座位号，" * 4
    )
    page.get_by_role("button", name="标记", exact=True).click()
    expect(page.locator(".x-notice")).to_be_visible()
    page.context.set_offline(True)
    here(page).get_by_label("单选1选项乙").check()
    expect(page.locator("[data-save]")).to_contain_text("已存本机，1题待上传")
    expect(here(page)).to_contain_text("本题待上传")
    for number in (1, 2, 4, 5, 6):
        go(page, number)
        assert page.evaluate(WIDE) == [] and page.evaluate(LOW) == [], number
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        if width <= 390:
            assert page.evaluate(SMALL) == [], number
    # The last option is reachable: it is not under the bars.
    go(page, 1)
    last = here(page).locator(".x-opt").last
    last.scroll_into_view_if_needed()
    box, bar = last.bounding_box(), page.locator(".x-acts").bounding_box()
    assert box["y"] + box["height"] <= bar["y"] + 1
    if width <= 390:
        page.locator("[data-sheet-handle]").click()
        assert page.evaluate(WIDE) == [] and page.evaluate(LOW) == [] and page.evaluate(SMALL) == []
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page)
    exam_hall.clean(page)


def test_paper_does_not_print(exam_hall, page):
    exam_hall.enter(page)
    page.emulate_media(media="print")
    expect(page.locator(".x-paper").first).to_be_hidden()
    expect(page.get_by_text("考试内容不提供打印。")).to_be_visible()


def test_waiting_enters_by_itself(exam_hall, page):
    """The countdown of the server; no reload by hand. The spread of arrivals is cut short here."""
    Sitting.objects.filter(pk=exam_hall.live.pk).update(opens_at=timezone.now() + timedelta(seconds=3))
    page.add_init_script("Math.random = () => 0.05")
    page.goto(f"{exam_hall.url}/exams/enter/live/")
    expect(page.get_by_role("button", name="开始作答")).to_be_disabled()
    expect(page.locator("[data-wait-face]")).to_have_text(re.compile(r"^00:00:0\d$"))
    exam_hall.ready(page)
