"""The component kit in a real browser: nothing refused by CSP, no sideways scroll, keyboard and touch sizes."""

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import expect

from portal import shell
from tests.browser.kit_urls import entries


@pytest.fixture(autouse=True)
def _kit_pages(settings, monkeypatch):
    """The kit alone: no app's pages, and a full menu."""
    settings.ROOT_URLCONF = "tests.browser.kit_urls"
    monkeypatch.setattr(shell.hooks, "get_hooks", lambda name: [entries])


@pytest.fixture
def kit(town, page, live_server):
    page.set_default_timeout(5000)
    refused = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    cookie = town.client("hr").cookies[django_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    def go(width=1440, height=900, large=False, language="", path="/kit/"):
        user = town.user("hr")
        user.large_text, user.language = large, language
        user.save(update_fields=["large_text", "language"])
        page.set_viewport_size({"width": width, "height": height})
        page.goto(live_server.url + path)
        return page

    go.refused = refused
    return go


@pytest.mark.parametrize(
    ("width", "large", "language"),
    [
        (1440, False, ""),
        (1440, True, ""),
        (1024, False, ""),
        (390, False, ""),
        (390, True, ""),
        (320, False, ""),
        (1440, False, "en"),
        (1024, True, "en"),
        (390, True, "en"),
    ],
)
def test_no_sideways_scroll_and_nothing_refused(kit, width, large, language):
    page = kit(width, large=large, language=language)
    wide = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(el => {
            const box = el.getBoundingClientRect();
            return box.width && box.right > document.documentElement.clientWidth + 1 && !el.closest('.panel-t, .tbl-wrap, svg, dialog');
        }).map(el => el.className + ' ' + el.tagName + ' ' + Math.round(el.getBoundingClientRect().right)).slice(0, 12)"""
    )
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), wide
    assert wide == []
    assert kit.refused == []


def test_touch_targets_on_a_phone(kit):
    page = kit(390)
    small = page.evaluate(
        """() => [...document.querySelectorAll('a.btn, button, summary, .tabs a, .pager a, .counts a, .chip, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select')]
        .filter(el => el.offsetParent && el.getBoundingClientRect().height < 43.5)
        .map(el => el.tagName + '.' + el.className + ' ' + el.textContent.trim().slice(0, 12) + ' ' + el.getBoundingClientRect().height)"""
    )
    assert small == []


def test_status_text_has_contrast(kit):
    page = kit()
    low = page.evaluate(
        """() => {
        const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
        const lum = c => { const v = c.slice(0, 3).map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; }); return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
        const ground = el => { for (; el; el = el.parentElement) { const c = rgb(getComputedStyle(el).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
        return [...document.querySelectorAll('main *, header *, footer *, .tabs *')].filter(el => el.offsetParent && [...el.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !el.closest('svg, [hidden]')).map(el => {
            const a = lum(rgb(getComputedStyle(el).color)), b = lum(ground(el));
            return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), el.tagName + '.' + el.className + ' ' + el.textContent.trim().slice(0, 14)];
        }).filter(([ratio]) => ratio < 4.5).map(([ratio, what]) => ratio.toFixed(2) + ' ' + what);
        }"""
    )
    assert low == []


def test_confirm_dialog_by_keyboard(kit):
    page = kit()
    page.get_by_role("link", name="撤销导入").focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog#undo")).to_be_visible()
    expect(page.locator("dialog#undo [data-dialog-close]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#undo")).to_be_hidden()
    expect(page.get_by_role("link", name="撤销导入")).to_be_focused()


def test_unit_picker_filters_and_moves_by_keyboard(kit):
    page = kit()
    page.locator(".picker-d > summary").click()
    box = page.locator("[data-picker-q]")
    expect(box).to_be_focused()
    box.fill("西岭")
    expect(page.locator("[data-picker-node]:visible")).to_have_count(1)
    box.fill("没有")
    expect(page.locator("[data-picker-none]")).to_be_visible()
    box.fill("")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-picker-node]").first).to_be_focused()
    page.keyboard.type("x")
    expect(box).to_be_focused()
    expect(box).to_have_value("x")
    page.keyboard.press("Escape")
    expect(page.locator(".picker-b")).to_be_hidden()


def test_rows_walk_with_j_and_k_but_not_while_typing(kit):
    page = kit()
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.locator("input[name=q]").fill("")
    page.keyboard.type("jk")
    expect(page.locator("input[name=q]")).to_have_value("jk")
    page.locator("[data-row]").nth(2).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/kit/?row=2")


def test_filters_send_themselves_and_leave_empty_ones_out(kit):
    page = kit(path="/kit/?unit=d&as_of=2022-10-10")
    page.locator("select[name=state]").select_option("out")
    page.wait_for_url("**/kit/?unit=d&as_of=2022-10-10&state=out")
    expect(page.locator(".chip")).to_contain_text("状态：借调中")


def test_toast_and_revealed_number_go_by_themselves(kit, page):
    page.clock.install()
    kit()
    expect(page.locator("[data-toast]")).to_be_visible()
    expect(page.locator("main")).to_contain_text("990000199001011234")
    page.clock.run_for(61_000)
    expect(page.locator("[data-toast]")).to_have_count(0)
    assert "990000199001011234" not in page.content()


def polled(kit, how):
    page = kit(path="/kit/")
    page.context.add_cookies([{"name": "poll", "value": how, "url": page.url}])
    return kit(path="/kit/?poll=1")


def test_a_job_shows_its_end_by_itself(kit):
    page = polled(kit, "done")
    expect(page.locator(".job-running")).to_be_visible()
    expect(page.locator("main")).to_contain_text("已解析10行")
    expect(page.locator("[hx-get='/kit/poll/']")).to_have_count(0)


def test_a_failed_poll_is_said(kit):
    page = polled(kit, "broken")
    expect(page.locator("main > .callout.short[role=alert]")).to_contain_text("这部分内容暂时取不到，其余可正常使用。")
    expect(page.locator(".job-running")).to_be_visible()


def test_an_ended_session_reloads_instead_of_nesting_the_sign_in_page(kit):
    page = polled(kit, "signed-out")
    with page.expect_navigation():
        page.wait_for_timeout(0)
    expect(page.locator("main")).to_have_count(1)


def test_without_script_everything_is_reachable(town, browser, live_server):
    context = browser.new_context(locale="zh-CN", java_script_enabled=False, viewport={"width": 390, "height": 800})
    try:
        page = context.new_page()
        page.goto(live_server.url + "/kit/")
        expect(page.locator("select[name=state]")).to_be_visible()
        expect(page.get_by_role("button", name="查找")).to_be_visible()
        page.locator(".picker-d > summary").click()
        expect(page.locator("[data-picker-node]").first).to_be_visible()
        assert page.get_by_role("link", name="撤销导入").get_attribute("href") == "/kit/"
    finally:
        context.close()


def test_print_hides_what_cannot_be_pressed(kit):
    # The width of an A4 page is a phone's to a style sheet: paper must not get the phone's layout.
    page = kit(688)
    page.emulate_media(media="print")
    expect(page.locator(".print-head")).to_be_visible()
    expect(page.locator(".tbl.fold thead").first).to_have_css("display", "table-header-group")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    for gone in (".top", ".tools", ".action-bar", ".filters", ".counts"):
        expect(page.locator(gone).first).to_be_hidden()
