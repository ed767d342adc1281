"""The search page: everything one may study and the law, by kind, with the words marked; never a draft or an outcome."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.models import CasePage, CoursePage, LecturePage, LessonPage, Section, SectionPage
from courses.queries import search as queries
from courses.queries.search import Query
from portal.law.models import Article, ArticleVersion, Law
from portal.search.marks import excerpt, marked

URL = "/learning/search/"


def titles(query: Query) -> list[str]:
    return [page.title for page in queries.pages(query)]


@pytest.fixture
def shelf(learning):
    course = learning.course
    learning.long = learning._page(
        SectionPage.objects.get(holds=Section.COURSES),
        CoursePage(title="全区行政执法人员行政处罚法讲座", slug="long", body="<p>证据与送达。</p>"),
    )
    lesson = LessonPage(title="行政处罚的草稿", slug="draft", live=False)
    course.add_child(instance=lesson)
    return learning


def test_words_in_the_middle_of_a_title_drafts_never(shelf):
    assert titles(Query("行政处罚")) == ["行政处罚证据规则", "全区行政执法人员行政处罚法讲座"][::-1]
    assert titles(Query("草稿")) == [] and titles(Query("行政处罚", kind="lesson")) == []
    assert titles(Query("证据"))[-1] == "全区行政执法人员行政处罚法讲座"
    assert set(titles(Query("证据"))) == {"行政处罚证据规则", "证据的种类", "全区行政执法人员行政处罚法讲座"}
    assert queries.counts(Query("证据", kind="lesson")) == {
        "lecture": 0,
        "course": 2,
        "lesson": 1,
        "case": 0,
        "drill": 0,
    }
    shelf.long.title = "改过但没有发布的名称"
    shelf.long.save_revision()
    assert titles(Query("没有发布")) == [] and "全区行政执法人员行政处罚法讲座" in titles(Query("处罚法"))
    shelf.long.unpublish()
    assert titles(Query("处罚法")) == []


def test_what_has_to_be_judged_is_neither_found_nor_shown(shelf):
    assert titles(Query("建筑垃圾")) == ["擅自倾倒建筑垃圾案"] == titles(Query("送达告知书"))
    for word in ("复议机关", "不必告知", "期限没有届满", "口头放弃", "剥夺了", "交法制审核"):
        assert titles(Query(word)) == [], word
    assert titles(Query("当事人说没有意见")) == ["听证申请的五个工作日"]
    page = shelf.client().get(URL, {"q": "建筑垃圾"}).content.decode()
    assert (
        "擅自倾倒<mark>建筑垃圾</mark>案" in page and "在乙镇倾倒<mark>建筑垃圾</mark>" in page and "撤销" not in page
    )


def test_the_page(shelf):
    page = shelf.client().get(URL, {"q": "行政处罚"})
    text = page.content.decode()
    assert "<mark>行政处罚</mark>证据规则" in text and 'href="/study/courses/zhengju/"' in text
    assert [hit.label for hit in page.context["hits"]] == ["课程", "课程"]
    assert [(count.label, count.n) for count in page.context["counts"]][:2] == [("全部", 2), ("课程", 2)]
    empty = shelf.client().get(URL)
    assert "请输入要搜索的词" in empty.content.decode() and "counts" not in empty.context
    nothing = shelf.client().get(URL, {"q": "<script>", "kind": "nonsense", "year": "x", "page": "-3"})
    assert (
        nothing.status_code == 200
        and "没有找到" in nothing.content.decode()
        and '<script>"' not in nothing.content.decode()
    )
    assert shelf.client().get(URL, {"q": "x" * 300}).status_code == 200
    assert shelf.client("auditor").get(URL).status_code == 403
    assert shelf.client("leader").get(URL, {"q": "证据"}).status_code == 200


def test_articles_by_words_and_by_name(shelf):
    page = shelf.client().get(URL, {"q": "行政处罚法第五十八条"})
    assert [hit.url for hit in page.context["articles"].hits] == [
        f"/laws/articles/{Article.objects.get(number=58).pk}/"
    ]
    law = Law.objects.get(code="xzcff")
    for number in range(100, 110):
        one = Article.objects.create(law=law, number=number)
        ArticleVersion.objects.create(
            article=one, text=f"第{number}条　当事人要求听证的，应当组织。", start=date(2021, 7, 15)
        )
    page = shelf.client().get(URL, {"q": "要求听证"})
    assert page.context["articles"].total == 10 and len(page.context["articles"].hits) == queries.FEW
    assert "<mark>要求听证</mark>" in page.content.decode() and "kind=law" in page.content.decode()
    page = shelf.client().get(URL, {"q": "要求听证", "kind": "law"})
    assert len(page.context["hits"]) == 10 and page.context["articles"].hits == []
    assert {hit.label for hit in page.context["hits"]} == {"法条"}


def test_pages_that_cite_an_article(shelf):
    article = Article.objects.get(number=64)
    query = Query(article=article)
    assert titles(query) == ["听证申请的五个工作日"] and queries.counts(query)["drill"] == 1
    page = shelf.client().get(URL, {"article": article.pk})
    assert "《行政处罚法》第六十四条" in page.content.decode()
    assert shelf.client().get(URL, {"article": "99999999"}).context["query"].empty


def test_lectures_by_lecturer_and_without_a_page(shelf):
    shelf.session.lecturers.add(shelf.guest)
    shelf.held[0].lecturers.add(shelf.guest)
    found = queries.sessions_beside(Query("孟知常"))
    assert [("".join(p for p, _ in hit.title), hit.url) for hit in found.hits] == [
        ("先审后决", shelf.lecture.url),
        ("第1讲", f"/learning/lectures/{shelf.held[0].code}/"),
    ]
    assert queries.sessions_beside(Query("先审后决")).hits == [] and titles(Query("先审后决")) == ["先审后决"]
    (hit,) = queries.hits(list(queries.pages(Query("先审后决"))), Query("先审后决"))
    assert hit.where == "综合执法大讲堂" and hit.when == shelf.session.starts_at
    assert titles(Query("先审后决", year=2026)) == ["先审后决"] and titles(Query("先审后决", year=2025)) == []
    assert queries.sessions_beside(Query("孟知常", year=2025)).hits == []
    LecturePage.objects.filter(pk=shelf.lecture.pk).update(first_published_at=datetime(2024, 5, 1, tzinfo=UTC))
    assert titles(Query("先审后决", year=2024)) == []


def test_queries_do_not_grow_with_what_is_found(shelf):
    def asked() -> int:
        client = shelf.client()
        client.get(URL)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(URL, {"q": "证据"}).status_code == 200
        return len(seen)

    few = asked()
    section = SectionPage.objects.get(holds=Section.CASES)
    for n in range(25):
        section.add_child(instance=CasePage(title=f"证据案例{n}", slug=f"z{n}", live=True))
        shelf.course.add_child(instance=LessonPage(title=f"证据课时{n}", slug=f"y{n}"))
    many = asked()
    assert many <= few + 2 and many <= 20


def test_marks():
    assert marked("听证后听证", ["听证"]) == [("听证", True), ("后", False), ("听证", True)]
    assert marked("ABC", ["b"]) == [("A", False), ("B", True), ("C", False)] and marked("", ["a"]) == []
    assert excerpt("前" * 100 + "听证" + "后" * 300, ["听证"]).startswith("…前") and "听证" in excerpt(
        "前" * 100 + "听证", ["听证"]
    )
