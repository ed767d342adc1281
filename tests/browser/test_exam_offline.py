"""Nothing acknowledged or typed is lost: no network, reload, a killed tab, two windows, another device, a lost session."""

import json

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from exams.actions import conduct
from exams.models import AnswerEvent, Attempt, ConductEvent
from tests.browser.hall import closing, go, here, saved

KEPT = """async () => { const { openStore } = await import('/static/exams/js/take/store.js'); const store = await openStore();
    return (await store.run(['queue'], 'readonly', x => x.objectStore('queue').getAll())).map(e => e.n).sort(); }"""


@pytest.fixture
def person(exam_hall):
    return exam_hall.newcomer("江予白")


@pytest.fixture
def page(exam_hall, browser, person):
    with closing(exam_hall.device(browser, person)) as page:
        yield page


def offline(page, on=True):
    page.context.set_offline(on)


def online(page):
    """The network is back. Chromium tells the page itself; what the page then does may already lead elsewhere."""
    page.context.set_offline(False)


def waiting(page, n):
    expect(page.locator("[data-save]")).to_contain_text(f"已存本机，{n}题待上传")


def test_answers_without_network_survive_a_reload(exam_hall, page):
    attempt = exam_hall.enter(page)
    offline(page)
    here(page).get_by_label("单选1选项乙").check()
    page.get_by_role("button", name="下一题").click()
    here(page).get_by_label("多选1选项丙").check()
    go(page, 6)
    here(page).locator("textarea").fill("断网时写的")
    waiting(page, 3)
    expect(page.locator("[data-net]")).to_contain_text("网络已断开，答案存在本机，请继续作答，不要关闭页面。")
    expect(page.locator("[data-net]")).to_contain_text("3题待上传")
    expect(page.get_by_role("button", name="交卷")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("[data-why]")).to_contain_text("联网后可以交卷")
    page.get_by_role("button", name="交卷").click(force=True)
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".x-q").nth(7)).to_be_visible()
    assert not AnswerEvent.objects.exists()

    # The reload itself needs the network; what was written down is still there, and goes up by itself.
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    offline(page, False)
    page.goto(f"{exam_hall.url}/exams/take/{attempt.pk}/")
    exam_hall.ready(page)
    saved(page)
    expect(here(page).locator("textarea")).to_have_value("断网时写的")
    go(page, 1)
    expect(here(page).get_by_label("单选1选项乙")).to_be_checked()
    stored = exam_hall.stored(attempt)
    assert (stored[0]["a"], stored[1]["a"], stored[5]["a"]) == (["B"], ["C"], "断网时写的")
    assert page.evaluate(KEPT) == []
    exam_hall.clean(page)


def test_back_online_without_a_reload(exam_hall, page):
    attempt = exam_hall.enter(page)
    here(page).get_by_label("单选1选项甲").check()
    saved(page)
    offline(page)
    here(page).get_by_label("单选1选项丁").check()
    waiting(page, 1)
    online(page)
    saved(page)
    expect(page.locator("[data-net]")).to_be_hidden()
    expect(page.get_by_role("button", name="交卷")).not_to_have_attribute("aria-disabled", "true")
    assert exam_hall.stored(attempt)[0]["a"] == ["D"]


def test_a_killed_tab_comes_back_with_everything(exam_hall, page):
    attempt = exam_hall.enter(page)
    offline(page)
    here(page).get_by_label("单选1选项丙").check()
    waiting(page, 1)
    context = page.context
    page.close(run_before_unload=False)
    again = exam_hall.watch(context.new_page())
    context.set_offline(False)
    again.goto(f"{exam_hall.url}/exams/take/{attempt.pk}/")
    exam_hall.ready(again)
    expect(here(again).get_by_label("单选1选项丙")).to_be_checked()
    saved(again)
    assert exam_hall.stored(attempt)[0]["a"] == ["C"]
    exam_hall.clean(again)


def test_a_lost_acknowledgement_stores_once(exam_hall, page):
    attempt = exam_hall.enter(page)
    lost = []

    def lose(route):
        if lost:
            route.continue_()
        else:
            # The server commits; the browser never hears it.
            lost.append(route.fetch().status)
            route.abort()

    page.route("**/save/", lose)
    here(page).get_by_label("单选1选项乙").check()
    saved(page)
    assert lost == [200]
    assert AnswerEvent.objects.filter(attempt=attempt).count() == 1


@pytest.mark.parametrize("status", [500, 503, 502])
def test_a_failing_server_is_said_and_tried_again(exam_hall, page, status):
    attempt = exam_hall.enter(page)
    page.route("**/save/", lambda route: route.fulfill(status=status, body="no"))
    here(page).get_by_label("单选1选项乙").check()
    expect(page.locator("[data-net]")).to_contain_text("服务器暂时没有回应，答案存在本机")
    waiting(page, 1)
    page.unroute("**/save/")
    saved(page)
    assert exam_hall.stored(attempt)[0]["a"] == ["B"]


def test_never_optimistic(exam_hall, page):
    """Between the click and the server's answer the page says 保存中, and nothing else."""
    exam_hall.enter(page)
    held = []
    page.route("**/save/", lambda route: held.append(route))
    here(page).get_by_label("单选1选项乙").check()
    expect(page.locator("[data-save]")).to_have_text("保存中")
    expect(here(page).locator(".x-item-state")).to_have_text("保存中")
    while not held:
        page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(page.locator("[data-save]")).to_have_text("保存中")
    held[0].continue_()
    saved(page)
    expect(here(page).locator(".x-item-state")).to_have_text("本题已保存")


def test_the_newest_window_answers(exam_hall, page):
    attempt = exam_hall.enter(page)
    offline(page)
    here(page).get_by_label("单选1选项甲").check()
    waiting(page, 1)
    second = exam_hall.watch(page.context.new_page())
    offline(page, False)
    second.goto(f"{exam_hall.url}/exams/take/{attempt.pk}/")
    exam_hall.ready(second)
    expect(page.get_by_role("heading", name="本卷已在另一个窗口打开")).to_be_visible()
    expect(page.locator(".x-paper:visible")).to_have_count(0)
    expect(here(second).get_by_label("单选1选项甲")).to_be_checked()
    here(second).get_by_label("单选1选项乙").check()
    saved(second)
    page.get_by_role("button", name="在此窗口继续作答").click()
    exam_hall.ready(page)
    expect(here(page).get_by_label("单选1选项乙")).to_be_checked()
    expect(second.get_by_role("heading", name="本卷已在另一个窗口打开")).to_be_visible()
    here(page).get_by_label("单选1选项丙").check()
    saved(page)
    assert exam_hall.stored(attempt)[0]["a"] == ["C"]
    for one in (page, second):
        exam_hall.clean(one)


def test_a_second_device_takes_over_and_back(exam_hall, browser, page, person):
    attempt = exam_hall.enter(page)
    here(page).get_by_label("单选1选项甲").check()
    saved(page)
    phone = {"viewport": {"width": 390, "height": 844}, "user_agent": "Mozilla/5.0 (Linux; Android 11) Chrome/99.0"}
    with closing(exam_hall.device(browser, person, **phone)) as second:
        second.goto(f"{exam_hall.url}/exams/take/{attempt.pk}/")
        expect(second.get_by_role("heading", name="本卷正在另一台设备上作答")).to_be_visible()
        second.get_by_role("button", name="在本机继续作答").click()
        exam_hall.ready(second)
        expect(here(second).get_by_label("单选1选项甲")).to_be_checked()
        # The first device has an answer on its way when it learns that it is not the one any more.
        go(page, 2)
        here(page).get_by_label("多选1选项甲").check()
        expect(page.get_by_role("heading", name="本卷正在另一台设备上作答")).to_be_visible()
        expect(page.locator(".x-paper:visible")).to_have_count(0)
        go(second, 2)
        here(second).get_by_label("多选1选项丁").check()
        saved(second)
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="在本机继续作答").click()
        exam_hall.ready(page)
        saved_later(page)
        go(page, 2)
        # Question 2 was answered later on the phone: that stands.
        expect(here(page).get_by_label("多选1选项丁")).to_be_checked()
        expect(here(page).get_by_label("多选1选项甲")).not_to_be_checked()
        exam_hall.clean(second)
    assert exam_hall.stored(attempt)[1]["a"] == ["D"]
    assert ConductEvent.objects.filter(kind="takeover").count() == 2
    exam_hall.clean(page)


def saved_later(page):
    expect(page.locator("[data-save]")).to_have_attribute("data-state", "saved")


def test_an_ended_session_keeps_the_queue_until_signed_in_again(exam_hall, page, person):
    attempt = exam_hall.enter(page)
    Session.objects.all().delete()
    here(page).get_by_label("单选1选项乙").check()
    expect(page.locator("[data-net]")).to_contain_text("登录已失效，答案存在本机。")
    waiting(page, 1)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="重新登录").click()
    signing = opened.value
    signing.locator("input[name=username]").fill(person.user.username)
    signing.locator("input[name=password]").fill("Cast-2026-pass")
    signing.locator("main button[type=submit]").click()
    signing.wait_for_url(lambda url: "/sign-in/" not in url)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    saved(page)
    assert exam_hall.stored(attempt)[0]["a"] == ["B"]
    exam_hall.clean(page)


def test_signing_out_and_another_user_leave_nothing(exam_hall, browser, page):
    attempt = exam_hall.enter(page)
    offline(page)
    here(page).get_by_label("单选1选项乙").check()
    waiting(page, 1)
    # Somebody else at the same machine.
    other = exam_hall.newcomer("邻座生")
    page.context.clear_cookies()
    exam_hall.sign_in(page.context, other.user)
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    offline(page, False)
    theirs = exam_hall.enter(page)
    assert page.evaluate(KEPT) == []
    offline(page)
    here(page).get_by_label("单选1选项丁").check()
    waiting(page, 1)
    assert page.evaluate(KEPT) == [0]
    page.route("**/save/", lambda route: route.abort())
    offline(page, False)
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(f"{exam_hall.url}/exams/enter/live/")
    assert page.evaluate(KEPT) == [0]
    page.locator(".who summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in/**")
    assert page.evaluate(KEPT) == []
    assert theirs.pk != attempt.pk


def test_what_came_too_late_is_said_on_the_receipt(exam_hall, page):
    attempt = exam_hall.enter(page)
    here(page).get_by_label("单选1选项甲").check()
    saved(page)
    offline(page)
    go(page, 2)
    here(page).get_by_label("多选1选项甲").check()
    waiting(page, 1)
    conduct.force_hand_in(actor=exam_hall.office, now=attempt.started_at, attempts=[attempt], reason="时间到")
    online(page)
    expect(page.get_by_text("已交卷：6题答1题。")).to_be_visible()
    expect(page.locator("[data-left]")).to_contain_text("本机还有1题的改动没有在交卷前上传")
    # Given time again, it goes up.
    conduct.reopen(
        actor=exam_hall.office,
        now=Attempt.objects.get(pk=attempt.pk).submitted_at,
        attempt=attempt,
        seconds=7200,
        reason="补交",
    )
    page.goto(f"{exam_hall.url}/exams/take/{attempt.pk}/")
    exam_hall.ready(page)
    saved(page)
    assert exam_hall.stored(attempt)[1]["a"] == ["A"]


def test_without_a_store_the_page_says_so(exam_hall, page):
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined });")
    exam_hall.enter(page)
    expect(page.locator("[data-net]")).to_contain_text("本机不能暂存答案")
    here(page).get_by_label("单选1选项乙").check()
    saved(page)
    offline(page)
    here(page).get_by_label("单选1选项丙").check()
    expect(page.locator("[data-save]")).to_have_text("无法保存，请举手")
    expect(page.locator("[data-save]")).to_have_attribute("aria-live", "assertive")
    online(page)
    saved(page)


def test_a_refused_answer_is_marked_at_its_question(exam_hall, page):
    exam_hall.enter(page)

    def refuse(route):
        key = route.request.post_data_json["answers"][0]["key"]
        answer = route.fetch(post_data=json.dumps({**route.request.post_data_json, "answers": []}))
        route.fulfill(response=answer, json={**answer.json(), "refused": [{"key": key, "message": "答案过长"}]})

    page.route("**/save/", refuse)
    here(page).get_by_label("单选1选项乙").check()
    expect(page.locator("[data-save]")).to_have_text("无法保存，请举手")
    expect(here(page).locator(".x-item-state")).to_have_text("答案过长")
    page.unroute("**/save/")
    here(page).get_by_label("单选1选项丙").check()
    saved(page)
    expect(here(page).locator(".x-item-state")).to_have_text("本题已保存")


def test_the_store_names_nobody(exam_hall, page, person):
    """Ids only on the disk: no name, no staff number, no question text."""
    exam_hall.enter(page)
    offline(page)
    here(page).get_by_label("单选1选项乙").check()
    waiting(page, 1)
    kept = page.evaluate(KEPT.replace(".map(e => e.n).sort()", ".map(e => JSON.stringify(e)).join()"))
    assert '"a":[' in kept
    for word in (person.name, person.staff_no, "单选1"):
        assert word not in kept
