"""The journey of exams as its users walk it: a bank from a spreadsheet becomes a qualification that a stranger can verify.

Nobody waits: the work that a worker does every few seconds is done by calling its rounds once, and the day goes by
because the sitting's times are moved back in the database.
"""

import json
import re
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from exams.actions import closing, marking
from exams.delivery import memory
from exams.models import AnswerEvent, Attempt, PassCertificate, Question, Sitting
from portal.models import Role
from staffing.models import Qualification
from tests.browser.exam_office import (
    CODE,
    TITLE,
    give_duties,
    import_bank,
    make_paper,
    make_sitting,
    menu,
    one_primary,
    open_it,
    register,
)
from tests.browser.hall import here, saved
from tests.cast import make_person

DATA = Path(__file__).parent.parent / "data" / "exams"
RIGHT = json.loads((DATA / "question_bank_300.truth.json").read_text(encoding="utf-8"))["answers"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PASSWORD = "Cast-2026-pass"


# Icons on the screen that have no shape: their drawing was still to be fetched when the network went.
NOT_DRAWN = """() => [...document.querySelectorAll('svg.ico use')].filter(use => use.parentElement.checkVisibility()
    && !use.getBBox().width).map(use => use.getAttribute('href'))"""


@pytest.fixture
def squad(town):
    """Three officers of the east squad without a certificate, with accounts."""
    people = []
    for n, name in enumerate(("江予白", "闻朝露", "苏望舒")):
        person = make_person(name, town.east, 700 + n)
        person.user = town.account(person.staff_no, Role.OFFICER, town.east)
        person.save(update_fields=["user"])
        people.append(person)
    return people


@pytest.fixture
def enter_as(browser, live_server):
    """A browser of somebody's own, signed in through the page; what it was refused or stumbled over must be nothing."""
    contexts, pages = [], []
    # A busy machine is slow, not wrong.
    expect.set_options(timeout=60_000)

    def make(username, **options):
        context = browser.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", **{"viewport": {"width": 1440, "height": 900}, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.wrong = []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on(
            "console", lambda message: page.wrong.append(message.text) if "Content Security" in message.text else None
        )
        pages.append(page)
        page.goto(f"{live_server.url}/")
        if username:
            page.goto(f"{live_server.url}/sign-in/")
            page.locator("input[name=username]").fill(username)
            page.locator("input[name=password]").fill(PASSWORD)
            page.locator("main button[type=submit]").click()
            page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield make
    wrong = [text for page in pages for text in page.wrong]
    for context in contexts:
        context.close()
    expect.set_options(timeout=5_000)
    assert wrong == []


@contextmanager
def no_network(page):
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")


def begin():
    """The hour has come: the sitting's times move back by two hours and a minute."""
    sitting = Sitting.objects.get(code="dj-1")
    back = timedelta(hours=2, minutes=1)
    Sitting.objects.filter(pk=sitting.pk).update(opens_at=sitting.opens_at - back, closes_at=sitting.closes_at - back)
    memory.forget()


# --- the officer ------------------------------------------------------------------------------------------------------


def right_answers(attempt) -> list[set[str]]:
    """The texts of the right options of each question in the order of the paper, by the spreadsheet's own answers."""
    numbers = {
        question.pk: question for question in Question.objects.filter(versions__in=[i["v"] for i in attempt.layout])
    }
    by_version = {v.pk: (v, q.number) for q in numbers.values() for v in q.versions.all()}
    found = []
    for item in attempt.layout:
        version, number = by_version[item["v"]]
        texts = {option["key"]: option["text"] for option in version.options}
        letters = RIGHT[str(number)]
        letters = {"对": "A", "错": "B", "正确": "A", "错误": "B"}.get(letters, letters)
        found.append({texts[letter] for letter in letters})
    return found


def answer(page, texts):
    options = here(page).locator(".x-opt")
    shown = options.locator(".x-opt-t").all_inner_texts()
    for at, text in enumerate(shown):
        if text.strip() in texts:
            options.nth(at).locator("input").check()


def take(page):
    """Home → 考试 → 进入考试, the code, and the first twenty answers; the attempt."""
    menu(page, "考试")
    page.get_by_role("link", name="进入考试").click()
    page.get_by_label("入场口令").fill("000000")
    page.get_by_role("button", name="开始作答").click()
    expect(page.get_by_role("alert").first).to_contain_text("口令")
    page.get_by_label("入场口令").fill(CODE)
    page.get_by_role("button", name="开始作答").click()
    expect(page.locator("#take[data-ready]")).to_be_attached()
    attempt = Attempt.objects.get(pk=page.locator("#take").get_attribute("data-attempt"))
    right = right_answers(attempt)
    assert len(right) == 50
    expect(page.locator(".x-paper:visible .x-meta")).to_contain_text(re.compile(r"[^.\d][123]分"))
    assert not re.search(r"hint_|\.0分", page.locator("#take").inner_text())
    for texts in right[:20]:
        answer(page, texts)
        page.locator("[data-next]").click()
    saved(page)
    return attempt, right


def lose_the_network(page, attempt, right):
    """Ten questions without network; what was stored before is what is stored now. Then the rest."""
    before = stored(attempt)
    with no_network(page):
        for texts in right[20:30]:
            answer(page, texts)
            page.locator("[data-next]").click()
        expect(page.locator("[data-save]")).to_contain_text("已存本机，10题待上传")
        expect(page.locator("[data-net]")).to_contain_text("网络已断开，答案存在本机，请继续作答")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
        assert page.evaluate(NOT_DRAWN) == []
        assert stored(attempt) == before
    saved(page)
    expect(page.locator("[data-net]")).to_be_hidden()
    assert len(stored(attempt)) == 30
    for at in range(30, 49):
        answer(page, right[at])
        page.locator("[data-next]").click()
    saved(page)


def extend(watcher, page, right, name):
    """The invigilator gives twenty minutes; the candidate's page says so without being asked."""
    menu(watcher, "监考")
    watcher.get_by_role("link", name=TITLE).click()
    one_primary(watcher)
    expect(watcher.locator("tr", has_text=name)).to_contain_text("作答中")
    watcher.get_by_label(f"选择{name}").check()
    watcher.get_by_role("button", name="延时", exact=True).click()
    watcher.get_by_label("分钟").fill("20")
    watcher.get_by_label("原因").fill("断网影响作答")
    one_primary(watcher)
    watcher.locator("main form button[type=submit]").click()
    expect(watcher.locator("main")).to_contain_text("断网影响作答")
    answer(page, right[49])
    saved(page)
    expect(page.locator(".x-notice")).to_contain_text("监考员为您延长了20分钟，剩余时间已更新。")
    # Ninety minutes less the few that have gone, and twenty more.
    left = page.locator("[data-timer-face]").inner_text()
    assert re.fullmatch(r"1:4\d:\d\d|10\d:\d\d|1\d\d:\d\d|1:50:00", left), left
    page.get_by_role("button", name="知道了").click()


def hand_in(page, attempt):
    page.get_by_role("button", name="交卷").click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("共50题，已答50题。")
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_text("已交卷：50题答50题。成绩发布后通知您。")).to_be_visible()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.closed_by, attempt.answered) == ("submitted", "candidate", 50)


def stored(attempt) -> dict:
    rows = AnswerEvent.objects.filter(attempt=attempt).order_by("item", "sequence", "pk")
    return {row.item: row.value for row in rows}


# --- the end of the day -----------------------------------------------------------------------------------------------


def let_the_day_pass():
    """The sitting is over: its times move back by four hours, as if that time had gone by."""
    sitting = Sitting.objects.get(code="dj-1")
    back = timedelta(hours=4)
    Sitting.objects.filter(pk=sitting.pk).update(opens_at=sitting.opens_at - back, closes_at=sitting.closes_at - back)


def the_workers_round():
    """What the worker does every few seconds."""
    now = timezone.now()
    closing.close_overdue(now=now)
    marking.mark_closed(now=now)


def release(page):
    menu(page, "考务")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="结束考试").click()
    page.get_by_role("button", name="结束考试").click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    one_primary(page)
    page.get_by_role("link", name="成绩登记册").first.click()
    expect(page.locator("main")).to_contain_text("报名3＝合格1＋不合格0＋弃考0＋缺考2＋取消0")
    one_primary(page)
    page.get_by_role("link", name="发布成绩（1人合格）").click()
    page.get_by_role("button", name="发布成绩（1人合格）").click()
    expect(page.locator("main")).to_contain_text("完成")


def missing(page, url, code):
    """How many of a unit must hold a certificate and hold none: (gap dashboard, the unit's own page)."""
    page.goto(f"{url}/gaps/?unit={code}")
    board = (
        page.locator("main a, main div").filter(has_text=re.compile(r"^\s*持有效执法证\s*缺\d+人")).last.inner_text()
    )
    page.goto(f"{url}/units/{code}/")
    unit = page.locator("dl.facts > div", has_text="有效持证").inner_text()
    return tuple(int(re.search(r"缺(\d+)人", text).group(1)) for text in (board, unit))


def own_certificate(page) -> str:
    """The officer finds result and certificate under 考试: its number."""
    menu(page, "考试")
    expect(page.locator("main")).to_contain_text("合格证明")
    row = page.locator("tr", has_text=TITLE)
    expect(row).to_contain_text("合格")
    expect(row).to_contain_text("100")
    serial = page.locator("main section", has_text="合格证明").locator("li .num").first.inner_text()
    row.get_by_role("link", name=TITLE).click()
    expect(page.locator("main")).to_contain_text("合格")
    one_primary(page)
    return serial


def verify(page, url, serial):
    """Somebody without an account types the number from the paper, and sees no more than is needed."""
    page.goto(f"{url}/verify/")
    page.get_by_label("证书编号").and_(page.locator("input")).fill(serial.lower().replace("-", " "))
    page.get_by_role("button", name="核验").click()
    shown = page.locator("main")
    expect(shown).to_contain_text("有效")
    expect(shown).to_contain_text(TITLE)
    expect(shown).to_contain_text("江")
    expect(shown).not_to_contain_text("江予白")
    one_primary(page)
    wrong = serial[:-1] + ("2" if serial[-1] != "2" else "3")
    page.goto(f"{url}/verify/{wrong}/")
    expect(page.locator("main")).to_contain_text("没有查到此编号")


def test_from_a_spreadsheet_to_a_certificate(town, squad, enter_as, live_server):
    url, officer, east = live_server.url, squad[0], town.east.code
    office, legal, watcher = enter_as("exam"), enter_as("legal"), enter_as("invigilator")
    board, unit = missing(legal, url, east)
    county = missing_in_the_county(legal, url)
    import_bank(office)
    make_paper(office)
    make_sitting(office)
    register(office, squad)
    give_duties(office)
    open_it(office)
    begin()
    phone = enter_as(officer.user.username, **PHONE)
    attempt, right = take(phone)
    lose_the_network(phone, attempt, right)
    extend(watcher, phone, right, officer.name)
    hand_in(phone, attempt)
    let_the_day_pass()
    the_workers_round()
    release(office)
    assert missing(legal, url, east) == (board - 1, unit - 1)
    assert missing_in_the_county(legal, url) == county - 1
    assert Qualification.objects.filter(person=officer, kind="enforce").count() == 1
    assert list(PassCertificate.objects.values_list("person", flat=True)) == [officer.pk]
    verify(enter_as(None), url, own_certificate(phone))


def missing_in_the_county(page, url) -> int:
    page.goto(f"{url}/gaps/")
    text = page.locator("main").inner_text()
    return int(re.search(r"持有效执法证\s*缺(\d+)人", text).group(1))
