"""The journey of exams as its users walk it: a bank from a spreadsheet becomes a qualification that a stranger can verify.

Nobody waits: the work that a worker does every few seconds is done by calling its rounds once, and the day goes by
because the sitting's times are moved back in the database.
"""

import hashlib
import json
import re
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from exams.actions import closing, marking
from exams.delivery import memory, tokens
from exams.models import AnswerEvent, Attempt, PassCertificate, Question, QuestionKey, Sitting
from exams.rules.papers import draw
from portal.models import Role
from staffing.models import Qualification
from tests.browser.hall import closing as closing_page
from tests.browser.hall import go, here, saved
from tests.cast import make_person

DATA = Path(__file__).parent.parent / "data" / "exams"
SHEET = DATA / "question_bank_300.xlsx"
RIGHT = json.loads((DATA / "question_bank_300.truth.json").read_text(encoding="utf-8"))["answers"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CODE = "731905"
PASSWORD = "Cast-2026-pass"
expect.set_options(timeout=60_000)
TITLE = "东江镇综合行政执法队资格考试"
SQUAD = "东江镇综合行政执法队"


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
    assert wrong == []


def menu(page, name):
    page.locator("nav").get_by_role("link", name=name, exact=True).locator("visible=true").first.click()


def choose(page, label, text):
    """The option that contains ``text``: names of units are indented."""
    box = page.locator("main").get_by_label(label).and_(page.locator("select")).first
    box.select_option(value=box.locator("option", has_text=text).first.get_attribute("value"))


def moment(when) -> str:
    return timezone.localtime(when).strftime("%Y-%m-%dT%H:%M")


def one_primary(page):
    assert page.locator("main .btn-primary:visible, .action-bar .btn-primary:visible").count() <= 1, page.url


@contextmanager
def no_network(page):
    page.context.set_offline(True)
    yield
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")


# --- the steps of the exam office -------------------------------------------------------------------------------------


def import_bank(page):
    menu(page, "题库")
    page.get_by_role("link", name="新建题库").click()
    page.get_by_label("名称").fill("公共法律知识")
    page.get_by_label("代码").fill("law-2026")
    page.get_by_label("仅供考试").check()
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", name="公共法律知识", level=1)).to_be_visible()
    one_primary(page)
    page.get_by_role("link", name="导入", exact=True).click()
    page.locator("input[type=file]").set_input_files(SHEET)
    page.get_by_role("button", name="上传并解析").click()
    expect(page.get_by_role("heading", name="预览：这份文件会增加哪些试题")).to_be_visible()
    expect(page.locator(".action-bar")).to_contain_text("可导入300道")
    one_primary(page)
    page.get_by_role("link", name="下一步：确认导入").click()
    page.get_by_label("本批试题已经审定，直接启用").check()
    page.get_by_label("由谁、何时审定").fill("题库审定会，法制科逐题审定")
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("heading", name="导入完成")).to_be_visible()
    page.get_by_role("link", name="查看题库").click()
    expect(page.locator("main")).to_contain_text("试题300道，可组卷300道")


def make_paper(page):
    menu(page, "试卷")
    page.get_by_role("link", name="新建试卷").click()
    page.get_by_label("名称").fill("公共法律知识（50题）")
    page.get_by_label("代码").fill("gg-50")
    page.get_by_label("按蓝图").or_(page.get_by_label(re.compile("抽题|蓝图"))).first.check()
    page.get_by_label("公共法律知识").check()
    page.get_by_label("合格分").fill("60")
    page.get_by_label("时长（分钟）").fill("90")
    page.locator("main form button[type=submit]").click()
    rows = [("单选题", "单选题", 30, 2), ("多选题", "多选题", 10, 3), ("判断题", "判断题", 10, 1)]
    for at, (title, kind, count, marks) in enumerate(rows):
        if at:
            page.get_by_role("button", name="加一部分").click()
        section = page.locator(".x-sec").nth(at)
        section.get_by_label("名称").fill(title)
        section.get_by_label("题型").select_option(label=kind)
        section.get_by_label("题数").first.fill(str(count))
        section.get_by_label("每题分值").fill(str(marks))
    page.locator(".x-sec").first.get_by_role("button", name="加一条配额").click()
    page.locator("[name=s-0-q-0-difficulty]").select_option(label="中")
    page.locator("[name=s-0-q-0-count]").fill("8")
    one_primary(page)
    page.get_by_role("button", name="检查并保存").click()
    expect(page.locator(".callout.met")).to_contain_text("按题库现状可以组卷。")
    expect(page.locator("dl.facts")).to_contain_text("50题")
    expect(page.locator("dl.facts")).to_contain_text("100分")
    page.get_by_role("link", name="设为可用").click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".page-head, header, main").filter(has_text="可用").first).to_be_visible()


def make_sitting(page):
    start = timezone.now() + timedelta(hours=2)
    menu(page, "考务")
    page.get_by_role("link", name="新建场次").first.click()
    page.get_by_label("名称", exact=True).fill(TITLE)
    page.get_by_label("代码").fill("dj-1")
    choose(page, "组织单位", "示例县综合行政执法局")
    page.get_by_label("开考时间").fill(moment(start))
    page.get_by_label("结束时间").fill(moment(start + timedelta(hours=3)))
    page.get_by_label("最早交卷（分钟）").fill("0")
    page.get_by_label("入场口令").fill(CODE)
    choose(page, "试卷", "公共法律知识")
    choose(page, "限定单位", SQUAD)
    page.get_by_label("持证情况").select_option(label="未持有效证件")
    page.get_by_label("合格后写入").select_option(label="行政执法资格")
    page.get_by_label("颁发单位").fill("示例县综合行政执法局")
    one_primary(page)
    page.get_by_role("button", name="建立场次").click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()


def register(page, squad):
    one_primary(page)
    page.get_by_role("link", name="开始报名").click()
    page.get_by_role("button", name="开始报名").click()
    page.locator(".x-areas").get_by_role("link", name="考生").click()
    page.get_by_role("link", name=re.compile("报名$")).first.click()
    one_primary(page)
    expect(page.get_by_label(re.compile("^选择"))).to_have_count(len(squad))
    page.get_by_label("全选本页").check()
    for person in squad:
        expect(page.get_by_label(f"选择{person.name}")).to_be_checked()
    page.get_by_role("button", name="为勾选的人报名").click()
    expect(page.locator("main")).to_contain_text("3人")
    page.get_by_role("link", name=TITLE).first.click()
    page.get_by_role("link", name="截止报名").first.click()
    page.get_by_role("button", name="截止报名").click()


def give_duties(page):
    page.locator(".x-areas").get_by_role("link", name="监考与阅卷分工").click()
    page.get_by_label("分工").select_option(label="监考")
    choose(page, "人员", "测试invigilator")
    one_primary(page)
    page.get_by_role("button", name="安排").click()
    expect(page.locator("table")).to_contain_text("测试invigilator")
    page.get_by_role("link", name=TITLE).first.click()


def open_it(page):
    page.get_by_role("link", name="检查并开放").click()
    expect(page.locator("main")).to_contain_text("检查通过，可以开放。")
    expect(page.locator("main")).not_to_contain_text("未就绪项")
    one_primary(page)
    page.get_by_role("link", name="开放考试").click()
    page.get_by_role("button", name="开放（3人）").click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    expect(page.get_by_role("link", name="进入监考台")).to_be_visible()
    one_primary(page)


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


# --- what the browser is sent -----------------------------------------------------------------------------------------

EXPLAINED, RUBRIC, REFERENCE, WORTH = "解析暗号琥珀", "评分要点暗号松柏", "参考答案暗号竹石", "采分暗号"
PLANTED = {"explanation": EXPLAINED, "rubric": RUBRIC, "reference": REFERENCE, "blank": "填空暗号兰草"}
# Every name that may stand in what the server sends about a paper. A new one has to be thought about, then added.
NAMES = {
    "paper": "attempt title paper candidate watermark state remaining extra earliest lease mine next_seq sections items "
    "answers messages grace server_now at url",
    "candidate": "name staff_no",
    "sections": "title kind marks count",
    "items": "n s kind form marks stem material case picture options blanks",
    "options": "t text picture",
}


class Ear:
    """Every byte that a browser context receives: {address: [head and body]}. Nothing comes out of a cache."""

    def __init__(self, context):
        self.heard = {}
        context.route("**/*", self.listen)

    def listen(self, route):
        answer = route.fetch(max_redirects=0)
        head = "\n".join(f"{line['name']}: {line['value']}" for line in answer.headers_array)
        self.heard.setdefault(route.request.url, []).append((head.encode(), answer.body()))
        route.fulfill(response=answer)


def plant(hall):
    """Words in every key that occur nowhere else."""
    for key in QuestionKey.objects.select_related("version"):
        key.explanation = EXPLAINED
        if key.version.form == "written":
            key.answer, key.rubric = REFERENCE, [{"text": RUBRIC, "marks": "6"}, {"text": WORTH, "marks": "4"}]
        elif key.version.form == "blank":
            key.answer = [[PLANTED["blank"]]]
        key.save()


def names_of(value, path="paper"):
    """(path, name) of every member in a JSON value; the items of a list stand under the list's name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            yield from names_of(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from names_of(inner, path)


def sit(hall, browser, person, ear_of):
    """A whole exam in a browser of its own: enter, answer everything, hand in, look around. (attempt, the paper's JSON)"""
    page = hall.device(browser, person)
    with closing_page(page):
        ear = ear_of(page.context)
        page.goto(f"{hall.url}/exams/")
        attempt = hall.enter(page)
        for at, item in enumerate(attempt.layout, 1):
            go(page, at)
            box = here(page)
            if item["f"] == "written":
                box.locator("textarea").fill("不知道")
            elif item["f"] == "blank":
                box.locator("input").first.fill("不知道")
            else:
                box.locator(".x-opt input").first.check()
        saved(page)
        page.reload()
        hall.ready(page)
        page.get_by_role("button", name="交卷").click()
        page.get_by_role("button", name="确认交卷").click()
        expect(page.get_by_text("成绩发布后通知您")).to_be_visible()
        for tail in (
            "",
            f"enter/{hall.live.code}/",
            "practice/",
            f"results/{hall.live.code}/",
            f"attempts/{attempt.pk}/",
        ):
            page.goto(f"{hall.url}/exams/{tail}")
        page.goto(f"{hall.url}/exams/take/{attempt.pk}/paper/")
        hall.clean(page)
        attempt.refresh_from_db()
        assert attempt.state == Attempt.State.SUBMITTED
        return attempt, ear


def test_no_byte_before_release_tells_the_key(exam_hall, browser):
    plant(exam_hall)
    exam_hall.part.frozen = exam_hall.freeze(shuffle=True)
    exam_hall.part.save()
    memory.forget()
    sat = [sit(exam_hall, browser, exam_hall.newcomer(name), Ear) for name in ("江予白", "闻朝露")]
    marking.mark_closed(now=timezone.now())
    papers = []
    for attempt, ear in sat:
        assert any("/paper/" in url for url in ear.heard) and any(url.endswith(".css") for url in ear.heard)
        for url, answers in ear.heard.items():
            for whole in map(b"\n".join, answers):
                for what, word in {**PLANTED, "worth": WORTH}.items():
                    for form in (word, json.dumps(word)[1:-1], quote(word)):
                        assert form.encode() not in whole, (url, what)
                assert attempt.secret not in whole.decode("utf-8", "replace"), url
        bodies = [body for url, answers in ear.heard.items() if url.endswith("/paper/") for _head, body in answers]
        papers.append(next(filter(lambda paper: paper["items"], map(json.loads, bodies))))
        for body in bodies:
            given = json.loads(body)
            for path, name in names_of(given):
                if path in NAMES:
                    assert name in NAMES[path].split(), (path, name)
            assert not given["items"] or given["state"] == "open"
    first, second = papers
    tokens = [[option["t"] for item in paper["items"] for option in item["options"]] for paper in papers]
    assert len(set(tokens[0])) == len(tokens[0]) and set(tokens[0]).isdisjoint(tokens[1])
    stems = [sorted(item["stem"] for item in paper["items"]) for paper in papers]
    assert stems[0] == stems[1]
    for paper in (first, second):
        # Right and wrong options differ in words alone: same members, tokens of one length.
        for item in paper["items"]:
            assert {(*sorted(option), len(option["t"])) for option in item["options"]} <= {
                ("picture", "t", "text", 8),
            }


def test_place_and_token_say_nothing_about_the_right_option():
    """Over many candidates the right option stands everywhere, and its token is as often the first as the last."""
    options = ["A", "B", "C", "D"]
    item = {"v": 1, "t": None, "d": "easy", "c": "", "f": "single", "o": options, "b": 0}
    section = {"title": "单选题", "kind": "single", "marks": "2", "count": 1, "quotas": [], "pool": [item]}
    body = {"mode": "blueprint", "shuffle_items": True, "shuffle_options": True, "sections": [section]}
    places, ranks = Counter(), Counter()
    for seed in range(400):
        order = draw(body, seed)[0]["o"]
        places[order.index("A")] += 1
        made = {key: tokens.token(hashlib.sha256(str(seed).encode()).hexdigest(), 0, key) for key in options}
        ranks[sorted(made.values()).index(made["A"])] += 1
    for found in (places, ranks):
        assert set(found) == {0, 1, 2, 3} and max(found.values()) < 150, found
