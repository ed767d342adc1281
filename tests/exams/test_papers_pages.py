"""Pages of papers: the editor without script, preview without a key, print with a separate answer sheet."""

import io
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image
from pypdf import PdfReader

from exams.actions import papers
from exams.models import FrozenPaper, Paper, Picture, QuestionKey, QuestionVersion
from exams.queries import papers as query
from portal.models import AuditEvent, Role
from tests.cast import NOW

pytestmark = pytest.mark.django_db
BASE = "/exams/papers/"


@pytest.fixture
def client(exam):
    return exam.cast.client("exam")


def words(answer):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", answer.content.decode()))


def section(n, *, kind="single", count="2", marks="5", quotas=(), **more):
    rows = {f"s-{n}-kind": kind, f"s-{n}-count": count, f"s-{n}-marks": marks, f"s-{n}-title": "", f"s-{n}-pk": ""}
    rows |= {f"s-{n}-q-TOTAL_FORMS": len(quotas), f"s-{n}-q-INITIAL_FORMS": 0}
    for at, (topic, difficulty, number) in enumerate(quotas):
        rows |= {f"s-{n}-q-{at}-topic": topic, f"s-{n}-q-{at}-difficulty": difficulty, f"s-{n}-q-{at}-count": number}
    return rows | {f"s-{n}-{name}": value for name, value in more.items()}


def posted(*sections, **more):
    data = {"s-TOTAL_FORMS": len(sections), "s-INITIAL_FORMS": 0}
    for part in sections:
        data |= part
    return data | more


def text_of(answer):
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages))


def test_the_list(exam, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        page = client.get(BASE)
    assert "公共法律知识卷" in words(page) and "100" in words(page)
    for n in range(12):
        exam.make_paper(f"x{n}", f"卷{n}", {"single": (2, 5)})
    with django_assert_max_num_queries(20):
        assert "卷11" in words(client.get(BASE))
    assert "公共法律知识卷" not in words(client.get(BASE + "?state=draft"))
    assert "公共法律知识卷" not in words(client.get(BASE + "?q=卷11"))


def test_from_nothing_to_a_ready_paper(exam, client):
    answer = client.post(
        BASE + "new/",
        {
            "title": "资格考试卷",
            "code": "2026-1",
            "mode": "blueprint",
            "banks": [exam.bank.pk],
            "multiple_policy": "half",
            "pass_mark": "12",
            "minutes": "60",
            "shuffle_items": "on",
        },
    )
    assert answer.status_code == 302 and answer.url == BASE + "2026-1/"
    page = client.get(answer.url)
    assert page.status_code == 200 and page.content.count(b"btn-primary") == 1
    # One more section, one more quota row: no script needed, nothing saved yet.
    longer = client.post(answer.url, posted(section(0, count=""), more="s"))
    assert longer.status_code == 200 and "s-1-kind" in longer.content.decode()
    longer = client.post(answer.url, posted(section(0), more="s-0-q"))
    assert "s-0-q-0-topic" in longer.content.decode()
    assert not Paper.objects.get(code="2026-1").sections.exists()
    # Too much: told on every line, not saved.
    short = client.post(answer.url, posted(section(0, count="3", quotas=[(exam.hearing.pk, "hard", 2)])))
    assert short.status_code == 422
    assert "单选题·听证·难：需2题，有0题，缺2题" in words(short) and "需2有0，缺2题" in words(short)
    assert not Paper.objects.get(code="2026-1").sections.exists()
    good = posted(
        section(0, count="2", quotas=[(exam.hearing.pk, "", 1), ("", "", "")]),
        section(1, kind="case", count="2", marks="5", place="1"),
    )
    assert client.post(answer.url, good).status_code == 302
    paper = Paper.objects.get(code="2026-1")
    assert [spec.kind for spec in query.specs_of(paper)] == ["case", "single"] and query.total(paper) == 20
    page = words(client.get(answer.url))
    assert "按题库现状可以组卷。" in page and "需1有2" in page and "20分" in page
    assert client.get(answer.url + "ready/").status_code == 200
    assert client.post(answer.url + "ready/").status_code == 302
    paper.refresh_from_db()
    assert paper.state == Paper.State.READY


def test_a_draft_may_be_saved_unfilled(exam, client):
    papers.reopen(actor=exam.office, now=NOW, paper=exam.paper)
    data = posted(section(0, count="30"), draft="1")
    assert client.post(BASE + "p1/", data).status_code == 302
    assert "单选题：需30题，有4题，缺26题" in words(client.get(BASE + "p1/"))
    answer = client.post(BASE + "p1/ready/")
    assert answer.status_code == 422 and "缺26题" in words(answer)


def test_wrong_fields_are_named(exam, client):
    answer = client.post(BASE + "p1/", posted(section(0, marks=""), section(1, quotas=[(exam.hearing.pk, "", "")])))
    assert answer.status_code == 422
    assert "请填写每题分值" in words(answer) and "请填写题数" in words(answer)
    for broken in ({"s-TOTAL_FORMS": "nonsense"}, posted(section(0, **{"q-TOTAL_FORMS": "x"}))):
        assert client.post(BASE + "p1/", broken).status_code == 400


def test_editing_costs_the_same_at_any_size(exam, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        client.get(BASE + "p1/")
    for n in range(30):
        exam.choice(f"更多{n}", "B", topic=exam.hearing)
    with django_assert_max_num_queries(20):
        client.get(BASE + "p1/")


def test_basics_copy_and_states(exam, client):
    page = client.get(BASE + "p1/edit/")
    assert page.status_code == 200 and "选AB。全部选对才得分：0分" in words(page)
    data = {"title": "改名卷", "code": "p1", "banks": [exam.bank.pk], "multiple_policy": "all"}
    answer = client.post(BASE + "p1/edit/", data | {"pass_mark": "55", "minutes": "80"})
    assert answer.status_code == 302
    exam.paper.refresh_from_db()
    assert (exam.paper.title, exam.paper.state, exam.paper.mode) == ("改名卷", "draft", "blueprint")
    assert client.post(BASE + "p1/edit/", data | {"code": "a/b", "pass_mark": "55", "minutes": "80"}).status_code == 422
    assert client.post(BASE + "p1/copy/", {"title": "副本", "code": "p2"}).url == BASE + "p2/"
    assert client.post(BASE + "p1/retire/").status_code == 422, "a sitting still needs it"
    assert client.post(BASE + "p2/retire/").status_code == 302
    assert "检查并保存" not in words(client.get(BASE + "p2/"))
    assert client.post(BASE + "p2/reopen/").status_code == 302
    assert client.get(BASE + "nobody/").status_code == 404


@pytest.fixture
def fixed(exam, client):
    paper = papers.create_paper(
        actor=exam.office, now=NOW, code="f1", title="固定卷", mode="fixed", banks=[exam.bank], pass_mark=2
    )
    assert client.post(BASE + "f1/", posted(section(0, count="", marks="2"))).status_code == 302
    return paper


def test_choosing_questions(exam, client, fixed):
    page = client.get(BASE + "f1/pick/1/?q=单选&difficulty=medium")
    assert "单选4" in words(page) and "判断1" not in words(page)
    assert "单选2" not in words(client.get(BASE + f"f1/pick/1/?topic={exam.hearing.pk}"))
    ids = [exam.questions[name].pk for name in ("单选1", "单选2", "单选3")]
    assert client.post(BASE + "f1/pick/1/", {"question": ids}).status_code == 302
    assert client.post(BASE + "f1/pick/1/", {"question": []}).status_code == 422
    rows = list(fixed.sections.get().items.all())
    client.post(BASE + f"f1/items/{rows[2].pk}/", {"act": "up"})
    client.post(BASE + f"f1/items/{rows[0].pk}/", {"act": "down"})
    client.post(BASE + f"f1/items/{rows[1].pk}/", {"act": "remove"})
    chosen = fixed.sections.get().items.values_list("question__current__stem", flat=True)
    assert list(chosen) == ["单选3", "单选1"]
    assert "单选3" in words(client.get(BASE + "f1/"))
    assert client.post(BASE + f"f1/pick/1/?topic={exam.limitation.pk}", {"all": "1"}).status_code == 302
    assert list(chosen.all()) == ["单选3", "单选1", "单选2", "单选4"]
    assert client.get(BASE + "f1/items/1/").status_code == 405
    assert client.post(BASE + "p1/items/1/").status_code == 404
    assert client.get(BASE + "p1/pick/1/").status_code == 404


def secrets_of(paper):
    """Everything a key says that must not be in a candidate's paper: explanations, rubrics, reference answers."""
    versions = [row["v"] for part in query.body_of(paper)["sections"] for row in part["pool"]]
    for key in QuestionKey.objects.filter(version__in=versions):
        yield key.explanation
        yield from (line["text"] for line in key.rubric)
        if isinstance(key.answer, str):
            yield key.answer


@pytest.fixture
def with_all(exam):
    """Every kind of question, a picture in one of them."""
    return exam.make_paper(
        "all", "全题型卷", {"single": (2, 1), "multiple": (2, 2), "judge": (2, 1), "blank": (1, 2), "case": (2, 5)}
    )


def test_preview_is_a_candidates_view_and_holds_no_key(exam, client, with_all):
    first = client.get(BASE + "all/preview/")
    assert first.status_code == 302 and "seed=" in first.url
    page = client.get(BASE + "all/preview/?seed=5")
    assert client.get(BASE + "all/preview/?seed=5").content.count(b"x-ask-stem") == page.content.count(b"x-ask-h") == 9
    shown = words(page)
    assert "抽题号5" in shown and "某镇协管员孙某单独上街" in shown and "三、判断题（共2题，每题1分，共2分）" in shown
    text = page.content.decode()
    assert not [secret for secret in secrets_of(with_all) if secret in text]
    assert not re.search(r"听证|时效|checked|rubric|answer|difficulty", text.split('id="main"')[1])
    order = re.findall(r"单选\d选项.", text)
    assert order != re.findall(r"单选\d选项.", client.get(BASE + "all/preview/?seed=6").content.decode())


def test_preview_says_why_it_cannot(exam, client):
    exam.bank.questions.update(held="法条已修改")
    page = client.get(BASE + "p1/preview/?seed=1")
    assert page.status_code == 200 and "单选题：需2题，有0题，缺2题" in words(page)


def test_paper_and_answers_are_two_documents_that_belong_together(exam, client, with_all):
    printing = client.get(BASE + "all/print/?seed=77")
    sha = re.search(r"seed=77&amp;sha=([0-9a-f]{16})", printing.content.decode()).group(1)
    assert not FrozenPaper.objects.exists(), "looking freezes nothing"
    query_ = f"?seed=77&sha={sha}"
    sheet = client.get(BASE + f"all/paper.pdf{query_}")
    assert sheet.headers["Content-Type"] == "application/pdf"
    text = text_of(sheet)
    assert "满分20分" in text and "准考证号" in text and "抽题号77校验码" + sha in text and "第1页" in text
    assert not [secret for secret in secrets_of(with_all) if re.sub(r"\s+", "", secret) in text]
    assert b"QuestionKey" not in sheet.content and "解析" not in text and "参考答案" not in text
    key = client.get(BASE + f"all/key.pdf{query_}")
    answers = text_of(key)
    assert "抽题号77校验码" + sha in answers and "参考答案：孙某无执法资格。" in answers and "罚款／罚金" in answers
    assert "指出无资格（6分）" in answers
    events = AuditEvent.objects.filter(action__in=["paper.printed", "keys.printed"]).order_by("id")
    assert [(event.action, event.data["seed"]) for event in events] == [("paper.printed", "77"), ("keys.printed", "77")]
    # The bank moves on; the printed draw stays what it was.
    exam.choice("单选9", "B")
    assert text_of(client.get(BASE + f"all/paper.pdf{query_}")) == text
    changed = client.get(BASE + "all/paper.pdf?seed=77&sha=0123456789abcdef")
    assert changed.status_code == 422 and "请重新打开打印页" in words(changed)


def test_the_letters_of_the_answers_are_those_on_the_paper(exam, client):
    paper = exam.make_paper("one", "一题卷", {"single": (4, 1)})
    sha = query.sha_of(query.body_of(paper))[:16]
    for seed in range(3):
        sheet = text_of(client.get(BASE + f"one/paper.pdf?seed={seed}&sha={sha}"))
        answers = text_of(client.get(BASE + f"one/key.pdf?seed={seed}&sha={sha}"))
        for n, name in re.findall(r"([1-4])\.(单选[1-4])", sheet):
            letter = re.search(rf"([A-D])\.{name}选项甲", sheet).group(1)
            assert f"{n}1{letter}解析{name}" in answers


def test_pictures_are_printed(exam, client):
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(file, "PNG")
    name = storages["private"].save("pictures/test.png", ContentFile(file.getvalue()))
    picture = Picture.objects.create(sha256="1" * 64, file=name, mime="image/png", width=40, height=20, alt="示意图")
    QuestionVersion.objects.filter(kind="judge").update(picture=picture)
    exam.make_paper("pic", "图卷", {"judge": (2, 1)})
    sheet = client.get(BASE + "pic/paper.pdf?seed=1")
    assert sum(len(page.images) for page in PdfReader(io.BytesIO(sheet.content)).pages) == 1
    page = client.get(BASE + "pic/preview/?seed=1").content.decode()
    assert page.count('alt="示意图"') == 2 and "/exams/pictures/" in page


def test_drafts_are_not_printed(exam, client):
    papers.reopen(actor=exam.office, now=NOW, paper=exam.paper)
    assert "设为可用后才能打印" in words(client.get(BASE + "p1/print/?seed=1"))
    assert client.get(BASE + "p1/paper.pdf?seed=1").status_code == 422
    assert client.get(BASE + "p1/key.pdf?seed=1").status_code == 422
    assert client.get(BASE + "p1/key.pdf").status_code == 302


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.EXAM])
def test_nobody_else_sees_papers_or_answers(exam, role):
    client = exam.cast.client(role)
    for tail in ("", "p1/", "p1/preview/?seed=1", "p1/print/?seed=1", "p1/paper.pdf?seed=1", "p1/key.pdf?seed=1"):
        assert client.get(BASE + tail).status_code == 403
    assert not AuditEvent.objects.filter(action__in=["paper.printed", "keys.printed"]).exists()
