"""The console in a real browser: cells change in place, silence is said, acts reach the candidate, any width, no script."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from exams.actions import conduct, taking
from exams.models import Attempt, Duty, Registration
from tests.browser.hall import closing, here, saved
from tests.browser.looks import LOW, MANY


@pytest.fixture
def watcher(exam_hall):
    user = exam_hall.cast.user("invigilator")
    Duty.objects.create(sitting=exam_hall.live, user=user, kind=Duty.Kind.INVIGILATE)
    return user


@pytest.fixture
def console(exam_hall, browser, watcher):
    """A window on the hall, its clock in the test's hands."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1440, "height": 900})
    exam_hall.sign_in(context, watcher)
    with closing(exam_hall.watch(context.new_page())) as page:
        page.clock.install()
        yield page


def row(page, name):
    return page.locator("tr", has_text=name)


def open_hall(exam_hall, page, query=""):
    page.goto(f"{exam_hall.url}/exams/consoles/live/{query}")
    expect(page.get_by_role("heading", name="需处理")).to_be_visible()


def refresh(page):
    with page.expect_response("**/live/live/?**"):
        page.clock.fast_forward(10_100)


def test_cells_change_in_place_and_rows_do_not_jump(exam_hall, console):
    first, second = exam_hall.newcomer("甲候考"), exam_hall.newcomer("乙候考")
    open_hall(exam_hall, console)
    order = console.locator("tbody tr th").all_inner_texts()
    row(console, "乙候考").get_by_role("checkbox").check()
    attempt = exam_hall.started(now=timezone.now(), person=second, device="Windows · Chrome 120")
    refresh(console)
    expect(row(console, "乙候考")).to_contain_text("作答中")
    expect(row(console, "乙候考")).to_contain_text("0/6")
    expect(row(console, "甲候考")).to_contain_text("未进入")
    expect(console.locator("#x-moved")).to_have_text("1人状态变化 重新排序")
    assert console.locator("tbody tr th").all_inner_texts() == order
    expect(row(console, "乙候考").get_by_role("checkbox")).to_be_checked()
    expect(console.locator("[data-picked]")).to_have_text("已选1人")
    taking.pulse(user_id=attempt.user_id, attempt_id=attempt.pk, lease=attempt.lease, hand_up=True, now=timezone.now())
    refresh(console)
    expect(console.locator("#x-needs li")).to_contain_text("乙候考")
    console.get_by_role("link", name="重新排序").click()
    expect(console.locator("tbody tr th").first).to_contain_text("乙候考")
    expect(console.locator("#x-moved")).to_have_text("")
    exam_hall.clean(console)
    assert first.pk


def test_silence_of_the_server_is_said_and_ends(exam_hall, console):
    exam_hall.newcomer("甲候考")
    open_hall(exam_hall, console)
    console.context.set_offline(True)
    console.clock.fast_forward(10_100)
    console.clock.run_for(4_000)
    expect(console.locator("[data-stale]")).to_contain_text("与服务器失联")
    expect(console.locator("[data-stale]")).to_contain_text("名单可能不是最新。")
    expect(console.locator("#main > .callout.short:not(.x-stale)")).to_have_count(0)
    console.context.set_offline(False)
    refresh(console)
    console.clock.run_for(1_100)
    expect(console.locator("[data-stale]")).to_be_hidden()
    exam_hall.clean(console)


def test_an_extension_reaches_the_candidate(exam_hall, browser, console):
    person = exam_hall.newcomer("江予白")
    with closing(exam_hall.device(browser, person)) as page:
        attempt = exam_hall.enter(page)
        open_hall(exam_hall, console)
        row(console, "江予白").get_by_role("checkbox").check()
        console.locator(".x-bulk").get_by_role("button", name="延时").click()
        expect(console.locator("main")).to_contain_text("对象：1人")
        console.get_by_label("分钟").fill("15")
        console.get_by_role("button", name="延时（1人）").click()
        expect(console.locator(".callout.errors, .field-e").first).to_contain_text("请填写原因，将记入考场记录。")
        console.get_by_label("原因").fill("机器故障")
        console.get_by_role("button", name="延时（1人）").click()
        expect(console.locator("main")).to_contain_text("已为1人延长15分钟。")
        expect(row(console, "江予白")).to_contain_text("已延15分钟")
        here(page).get_by_label("单选1选项甲").check()
        expect(page.locator(".x-notice")).to_contain_text("监考员为您延长了15分钟")
        saved(page)
        row(console, "江予白").get_by_role("checkbox").check()
        console.locator("select[name=other]").select_option("force")
        console.get_by_role("button", name="办理").click()
        console.get_by_label("原因").fill("提前离场")
        console.get_by_role("button", name="收卷（1人）").click()
        expect(row(console, "江予白")).to_contain_text("已交卷")
        here(page).get_by_label("单选1选项乙").check()
        expect(page.get_by_text("已交卷：6题答1题。")).to_be_visible()
        assert exam_hall.stored(attempt)[0]["a"] == ["A"]


@pytest.mark.parametrize(("width", "large"), MANY)
def test_looks(exam_hall, console, watcher, width, large):
    watcher.large_text = large
    watcher.save(update_fields=["large_text"])
    for name, fields in {
        "沉默生": {},
        "离屏生": {"focus_losses": 4},
        "断线生": {"last_seen": timezone.now() - timedelta(minutes=3)},
    }.items():
        attempt = exam_hall.started(now=timezone.now(), person=exam_hall.newcomer(name), device="Windows · Chrome 120")
        if fields:
            Attempt.objects.filter(pk=attempt.pk).update(**fields)
    idle = exam_hall.newcomer("缺考生")
    registration = Registration.objects.get(person=idle, sitting=exam_hall.live)
    conduct.record(actor=watcher, now=timezone.now(), sitting=exam_hall.live, kind="absent", registration=registration)
    conduct.record(
        actor=watcher,
        now=timezone.now(),
        sitting=exam_hall.live,
        kind="incident",
        text="第2考场空调漏水，调换座位。" * 6,
    )
    console.set_viewport_size({"width": width, "height": 844})
    for path in (
        "live/?list=1",
        "live/log/",
        "",
        f"live/act/?act=cheated&r={registration.pk}",
        "live/act/?act=force&all=1",
    ):
        console.goto(f"{exam_hall.url}/exams/consoles/{path}")
        assert console.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert console.evaluate(LOW) == [], path
        assert console.locator("main .btn-primary:visible, main .btn-danger:visible").count() <= 1, path
    if width <= 390:
        open_hall(exam_hall, console)
        expect(console.locator(".x-people")).to_be_hidden()
        console.get_by_role("link", name="查看考生名单").click()
        expect(console.locator(".x-people")).to_be_visible()
    exam_hall.clean(console)


def test_without_script(exam_hall, browser, watcher):
    exam_hall.started(now=timezone.now(), person=exam_hall.newcomer("江予白"))
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    exam_hall.sign_in(context, watcher)
    with closing(context.new_page()) as page:
        page.goto(f"{exam_hall.url}/exams/consoles/live/")
        row(page, "江予白").get_by_role("checkbox").check()
        page.locator(".x-bulk").get_by_role("button", name="通知").click()
        page.get_by_label("通知内容").fill("请出示证件")
        page.get_by_role("button", name="发送（1人）").click()
        expect(page.locator("main")).to_contain_text("已通知1人。")
        expect(page.locator(".x-log")).to_contain_text("请出示证件")
