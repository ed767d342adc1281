"""The journey of learning as its users walk it: what an editor writes becomes hours in the ledger, and the squad's gap is
one person smaller.

Nobody waits: the film runs with the test's clock, and the lecture goes by because its times move back in the database.
"""

import re
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Attendance, CasePage, CaseRun, LecturePage, Recording, SectionPage, Session, Watch
from courses.queries.attendance_codes import address_of, code_for
from portal import qr
from staffing.actions.hours import HourRow, credit_hours_many
from staffing.models import HourCredit
from tests.browser.cms_desk import approve_case, leave, publish_lecture, submit_case
from tests.browser.exam_office import menu, one_primary
from tests.browser.looks import LOW
from tests.browser.test_exam_journey import PASSWORD, PHONE, enter_as  # noqa: F401
from tests.browser.test_player import Cinema
from tests.courses.made import CourseCast
from tests.courses.tree import ensure_review, ensure_tree

LECTURE, CASE, DRILL = "行政处罚证据实务", "没有听证的罚单", "听证申请的五个工作日"


@pytest.fixture
def school(town, settings):
    """Lecture 3 began ten minutes ago; lecture 2 was held last week and has no page. Wang lacks six hours of the year."""
    # A draft that saves itself while the test presses the next button would be a second page.
    settings.WAGTAIL_AUTOSAVE_INTERVAL = 0
    ensure_tree()
    ensure_review()
    found = CourseCast(town)
    now = timezone.now()
    for session, title, starts in (
        (found.session, "先审后决", now - timedelta(minutes=10)),
        (found.held[1], LECTURE, now - timedelta(days=8)),
    ):
        times = {"starts_at": starts, "ends_at": starts + timedelta(minutes=150), "year": timezone.localdate().year}
        Session.objects.filter(pk=session.pk).update(title=title, **times)
    before = HourRow(
        found.wang.pk, "lecture", "54", timezone.localdate(), "上半年集中培训", "ledger:before", whole_year=True
    )
    credit_hours_many(actor=found.training, now=now, rows=[before])
    return found


def look(page):
    """One primary button at most, nothing sideways, no pale text."""
    one_primary(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, page.url
    assert page.evaluate(LOW) == [], page.url


# --- the lecture hall -------------------------------------------------------------------------------------------------


def on_the_screen(page, url, session, direction: str) -> str:
    """The address in the code on the projector: one of those signed within the last moments makes the same picture."""
    page.goto(f"{url}/learning/office/sessions/{session.code}/projector/")
    expect(page.locator(f"[data-projector][data-direction={direction}]")).to_be_visible()
    shown = page.locator("img[data-code]").get_attribute("src")
    now = timezone.now()
    for seconds in range(-20, 11, 5):
        path = address_of(code_for(session, direction, now + timedelta(seconds=seconds)))
        if qr.png_uri(f"{url}{path}", scale=10) == shown:
            page.get_by_role("link", name="退出投影").click()
            expect(page.get_by_role("heading", name=session.title, level=1)).to_be_visible()
            return path
    raise AssertionError("the code on the screen is none of this lecture's")


def scan(page, url, path, told: str):
    page.goto(f"{url}{path}")
    expect(page.get_by_role("heading", name=told, level=1)).to_be_visible()


def sign_in_by_code(page, url, path, user):
    """Somebody who is not signed in to the portal scans, signs in, and is counted."""
    page.goto(f"{url}{path}")
    page.locator("input[name=username]").fill(user.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", name="已签到", level=1)).to_be_visible()
    look(page)


def let_it_go_by(session):
    """The lecture is over since five minutes: its times, and the arrivals, move back."""
    back = timedelta(minutes=145)
    session.refresh_from_db()
    times = {"starts_at": session.starts_at - back, "ends_at": session.ends_at - back}
    Session.objects.filter(pk=session.pk).update(**times)
    for row in Attendance.objects.filter(session=session):
        Attendance.objects.filter(pk=row.pk).update(signed_in=row.signed_in - back)
    session.refresh_from_db()


# --- the officer ------------------------------------------------------------------------------------------------------


class Pictures(Cinema):
    """A telephone before the film, whose clock stands a few minutes back: after the lecture, before the case."""

    def __init__(self, page, url, monkeypatch):
        self.page, self.url = page, url
        self.clock = [timezone.now() - timedelta(minutes=4)]
        monkeypatch.setattr("courses.views.watching._now", lambda: self.now)
        self._listen()


def find(page, url, text: str, title: str):
    """From the search on the learning page to a page."""
    page.goto(f"{url}/learning/search/?q={text}")
    look(page)
    page.locator("main").get_by_role("link", name=title).first.click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def watch(page, url, monkeypatch):
    """The film to nine tenths, with one presence check."""
    show = Pictures(page, url, monkeypatch)
    show.clockwork()
    show.open(LecturePage.objects.get(title=LECTURE))
    look(page)
    show.stop_clock()
    show.told(lambda: page.get_by_role("button", name="播放", exact=True).first.click())
    Watch.objects.update(check_at=30)
    # Of the lecture's hundred and fifty minutes these ninety seconds are all that the test has.
    Recording.objects.filter(title=f"{LECTURE}录像").update(duration=9000)
    while not page.locator("[data-check][open]").count():
        show.pass_(5)
    show.told(lambda: page.get_by_role("button", name="我在看").click())
    Watch.objects.update(check_at=None)
    while show.watch.done_at is None:
        assert show.at <= 90
        show.pass_(10)
    show.says("已看满，记下了")
    assert (show.watch.checks, show.watch.missed) == (1, 0)
    show.clean()


def judge(page, url):
    find(page, url, "倾倒建筑垃圾", CASE)
    look(page)
    page.get_by_role("button", name="开始学习").click()
    page.get_by_role("button", name="展开下一步").click()
    assert "复议机关" not in page.content()
    look(page)
    page.get_by_label("应当告知").check()
    page.get_by_role("button", name="提交判断并看结果").click()
    expect(page.locator("main")).to_contain_text("较大数额罚款，应当告知。")
    page.get_by_role("link", name="下一步").filter(visible=True).click()
    expect(page.locator("main")).to_contain_text("复议机关撤销了处罚决定。")
    page.get_by_role("button", name="完成学习，计0.5学时").click()
    expect(page.locator("main")).to_contain_text("已学完本案，计0.5学时（线上）")
    look(page)


def drill(page, url):
    page.goto(f"{url}/study/drills/")
    look(page)
    page.get_by_role("link", name=DRILL).first.click()
    page.get_by_role("button", name="开始演练").click()
    for choice in ("等满五个工作日", "交法制审核"):
        look(page)
        page.get_by_label(choice).check()
        page.get_by_role("button", name="就这样办").click()
    expect(page.get_by_role("heading", name=f"复盘：{DRILL}")).to_be_visible()
    expect(page.locator("main")).to_contain_text("已计0.5学时（模拟演练）。")
    look(page)


def ledger(page, url, *titles: str):
    """What counts for the year, as the officer's own page lists it."""
    page.goto(f"{url}/learning/hours/")
    look(page)
    lines = page.locator("main tbody tr")
    for title in titles:
        expect(lines.filter(has_text=title)).to_contain_text("已计入")
    expect(page.locator("main")).to_contain_text("合计计入 61 学时")


# --- the training office ----------------------------------------------------------------------------------------------


def settle(page):
    """From the lecture's own page to its attendance, and the hours are settled."""
    page.reload()
    look(page)
    page.locator("main").get_by_role("link", name="出勤", exact=True).first.click()
    look(page)
    page.get_by_role("link", name="核定学时").click()
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("核定学时")


def paper(path, session, *people):
    """A sheet as it hung at the door: two tables side by side; ``people``: (person, what stands in the signature)."""
    day = timezone.localtime(session.ends_at)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([f"综合执法大讲堂（{session.year}年第{session.number}讲）签到表"])
    sheet.append([f"主题：{session.title} 时间：{day.year}年{day.month}月{day.day}日"])
    head = ["序号", "姓名", "身份证号后四位", "单位", "签名"]
    sheet.append([*head, None, *head])
    cells = [
        [n, person.name, person.id_masked[-4:], person.memberships.get().unit.name, signed]
        for n, (person, signed) in enumerate(people, 1)
    ]
    half = (len(cells) + 1) // 2
    for left, right in zip(cells[:half], cells[half:]):
        sheet.append([*left, None, *right])
    book.save(path)


def import_paper(page, url, session, path):
    """Upload, preview, commit."""
    page.goto(f"{url}/learning/office/sessions/{session.code}/attendance/")
    page.get_by_role("link", name="导入签到表").click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="读取并预览").click()
    expect(page.get_by_role("heading", name="签到表预览")).to_be_visible()
    look(page)
    page.get_by_role("link", name="确认导入").click()
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("heading", name=re.compile("^出勤"))).to_be_visible()
    look(page)


def compliance(page, url, to) -> list[list]:
    """The table of a unit as a workbook: all its rows."""
    menu(page, "培训管理")
    look(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出").click()
    download.value.save_as(to)
    book = openpyxl.load_workbook(to, read_only=True)
    return [[cell for cell in row if cell is not None] for sheet in book for row in sheet.values]


def short(page, url, code: str) -> int:
    """How many of a unit lack hours this year, as the gap dashboard says it."""
    page.goto(f"{url}/gaps/?unit={code}")
    text = page.locator("main").inner_text()
    found = re.search(r"年学时达标\s*(?:缺(\d+)人|达标)", text)
    assert found, text
    return int(found[1] or 0)


def test_from_the_editor_to_the_gap(school, enter_as, live_server, monkeypatch, tmp_path):  # noqa: F811
    url, cast, session = live_server.url, school.cast, school.session
    session.refresh_from_db()
    cases = SectionPage.objects.get(holds="cases")
    editor, legal, office = enter_as("editor"), enter_as("legal"), enter_as("training")
    gap = short(legal, url, cast.east.code)
    publish_lecture(editor, url, school.series_page, LECTURE)
    submit_case(editor, url, cases, CASE)
    leave(editor, url)
    approve_case(legal, url, CASE)
    leave(legal, url)
    assert Recording.objects.get(title=f"{LECTURE}录像").facts["seconds"] == pytest.approx(90, abs=1)
    assert CasePage.objects.get(title=CASE).live

    phone = enter_as(None, **PHONE)
    sign_in_by_code(phone, url, on_the_screen(office, url, session, "in"), school.officer)
    let_it_go_by(session)
    scan(phone, url, on_the_screen(office, url, session, "out"), "已签退")
    watch(enter_as(None, **PHONE, storage_state=phone.context.storage_state()), url, monkeypatch)
    judge(phone, url)
    drill(phone, url)
    assert CaseRun.objects.get(person=school.wang).credit.hours == HourCredit.objects.get(kind="drill").hours

    settle(office)
    ledger(phone, url, "先审后决", LECTURE, CASE, DRILL)
    assert short(legal, url, cast.east.code) == gap - 1

    sheet = tmp_path / "签到表.xlsx"
    paper(sheet, session, (cast.sun, "孙海燕"), (cast.li, ""), (cast.wu, "请假"), (cast.chen, "陈思远"))
    import_paper(office, url, session, sheet)
    rows = {row.person_id: row for row in Attendance.objects.filter(session=session)}
    assert rows[cast.sun.pk].hours == rows[cast.wang.pk].hours == 3
    assert HourCredit.objects.filter(person=cast.chen, source=f"session:{session.pk}").exists()
    table = compliance(office, url, tmp_path / "compliance.xlsx")
    (line,) = [row for row in table if "王晓东" in row]
    assert 61 in line
