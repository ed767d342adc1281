"""The question bank and practice in a real browser: nothing cut off, nothing refused, thumbs find the buttons."""

import io

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from PIL import Image

from exams.actions import bank as actions
from exams.actions import practice
from exams.actions.pictures import add_picture
from exams.formats.draft import QuestionDraft
from exams.models import Question
from tests.browser.looks import SIZES
from tests.cast import NOW
from tests.exams.made import ExamCast

LONG = (
    "某县综合行政执法局对某某市政工程建设（集团）股份有限公司重大违法行为作出责令停产停业决定前应当履行哪些程序？" * 3
)
OVERFLOW = """() => [...document.querySelectorAll('main *')].filter(el => {
    const box = el.getBoundingClientRect();
    return box.width && box.right > document.documentElement.clientWidth + 1 && !el.closest('.tbl-wrap, svg, dialog, .visually-hidden');
}).map(el => el.tagName + '.' + el.className + ' ' + Math.round(el.getBoundingClientRect().right)).slice(0, 8)"""
SMALL = """() => [...document.querySelectorAll('main a.btn, main button, main summary, main .x-ask-opt, main .x-places a, main .x-doors a, main .chip, main input:not([type=hidden]):not([type=checkbox]):not([type=radio]), main select')]
    .filter(el => el.offsetParent && el.getBoundingClientRect().height < 43.5)
    .map(el => el.tagName + '.' + el.className + ' ' + el.textContent.trim().slice(0, 12) + ' ' + el.getBoundingClientRect().height)"""


def picture(size, colour):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def exam(town, page):
    made = ExamCast(town)
    wide = add_picture(actor=made.office, now=NOW, content=picture((1600, 300), "red"), name="a.png", alt="现场照片")
    tall = add_picture(actor=made.office, now=NOW, content=picture((900, 900), "blue"), name="b.png", alt="标志")
    draft = QuestionDraft(
        kind="multiple",
        form="multiple",
        stem=LONG,
        options=(("A", LONG, None), ("B", "乙", tall.sha256), ("C", "A" * 120, None)),
        answer=("A", "B"),
        explanation="解析" + LONG,
        rubric=(),
        topic="听证",
        picture=wide.sha256,
    )
    (made.long,) = actions.add_questions(
        actor=made.office, now=NOW, bank=made.bank, drafts=[draft], state="active", reviewer=town.user("legal")
    )
    revised = QuestionDraft(**{**vars(draft), "explanation": "改", "answer": ("A", "C")})
    (made.waiting,) = actions.add_questions(
        actor=made.office, now=NOW, bank=made.bank, drafts=[QuestionDraft(**{**vars(draft), "stem": "待审" + LONG})]
    )
    actions.revise_question(
        actor=made.office, now=NOW, question=made.waiting, draft=QuestionDraft(**{**vars(revised), "stem": "再" + LONG})
    )
    made.paper.for_practice = True
    made.paper.save()
    page.set_default_timeout(8000)
    return made


@pytest.fixture
def go(exam, page, live_server):
    refused = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: refused.append(str(error)))

    def open_page(role, path, width=1440, large=False):
        user = exam.cast.user(role)
        user.large_text = large
        user.save(update_fields=["large_text"])
        cookie = exam.cast.client(role).cookies[django_settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page.set_viewport_size({"width": width, "height": 900})
        assert page.goto(live_server.url + path).ok, path
        return page

    open_page.refused = refused
    return open_page


def paths(exam):
    bank = "/exams/banks/law/"
    return [
        ("exam", "/exams/banks/"),
        ("exam", bank),
        ("exam", f"/exams/questions/{exam.long.pk}/"),
        ("exam", f"/exams/questions/{exam.waiting.pk}/"),
        ("exam", f"/exams/questions/{exam.long.pk}/edit/"),
        ("exam", f"{bank}questions/new/?kind=case&form=written"),
        ("legal", "/exams/review/"),
        ("exam", "/exams/topics/"),
        ("officer", "/exams/practice/"),
        ("officer", "/exams/practice/wrong/"),
        ("officer", "/exams/practice/progress/"),
    ]


def begin(exam):
    officer = exam.cast.user("officer")
    run = practice.start_topic(actor=officer, now=NOW, topic=exam.hearing, count=100)
    at = next(at for at, item in enumerate(run.items) if item["q"] == exam.long.pk)
    return officer, run, at


@pytest.mark.parametrize(("large", "widths"), SIZES)
def test_nothing_is_cut_off_and_nothing_refused(exam, go, large, widths):
    officer, run, at = begin(exam)
    mock = practice.start_mock(actor=officer, now=timezone.now(), paper=exam.paper)
    item = f"/exams/practice/runs/{run.pk}/{at + 1}/"
    told = []
    for role, path in [*paths(exam), ("officer", item), ("officer", f"/exams/practice/runs/{mock.pk}/1/")]:
        told += _looked(go, role, path, widths, large)
    practice.answer(actor=officer, now=NOW, run=run, at=at, given=["A", "C"])
    for path in (item, f"/exams/practice/runs/{run.pk}/result/"):
        told += _looked(go, "officer", path, widths, large)
    assert told == []
    assert go.refused == []


def _looked(go, role, path, widths, large):
    """What is wrong with a page, at each width."""
    page = go(role, path, widths[0], large)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate(OVERFLOW)
        if wide or not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
            yield path, width, wide
        if page.locator("main .btn-primary:visible").count() > 1:
            yield path, width, "more than one primary button"
        if broken := page.evaluate("[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"):
            yield path, width, broken
        if width <= 390 and role == "officer" and (small := page.evaluate(SMALL)):
            yield path, width, small


def test_practice_with_the_keyboard_alone(exam, go):
    _officer, run, at = begin(exam)
    page = go("officer", f"/exams/practice/runs/{run.pk}/{at + 1}/", 390)
    page.locator("input[name=a]").first.focus()
    page.keyboard.press("Space")
    for _option in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#told")
    assert "回答错误" in page.locator("#told").inner_text()
    assert page.locator(".x-right").count() == 2


def test_a_question_is_written_without_script(exam, browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    cookie = exam.cast.client("exam").cookies[django_settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/exams/banks/law/questions/new/?kind=multiple")
    page.locator("textarea[name=stem]").fill("哪些正确？")
    for letter, text in zip("ABC", "甲乙丙"):
        page.locator(f"textarea[name=option_{letter}]").fill(text)
    for letter in "AC":
        page.locator(f"input[name=answer][value={letter}]").check()
    page.locator("input[name=upload_B]").set_input_files(
        {"name": "b.png", "mimeType": "image/png", "buffer": picture((50, 40), "green")}
    )
    page.get_by_role("button", name="检查并保存").click()
    page.wait_for_url("**/exams/banks/law/?state=draft")
    made = Question.objects.latest("pk")
    assert made.current.stem == "哪些正确？" and made.current.options[1]["picture"]
    context.close()
