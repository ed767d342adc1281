"""An amended article lists every page that cites it; somebody reads them again; the article's page shows who cites it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.actions import citations
from courses.models import CasePage, CitationReview, CitedArticle, SectionPage
from courses.queries import citing
from portal.actions.errors import Refused
from portal.law import actions as law
from portal.models import AuditEvent
from tests.cast import NOW
from tests.courses.made import article

URL = "/learning/office/citations/"


def amend(cast, number, text="改过的内容。", start=date(2026, 12, 1)):
    return law.amend_article(
        actor=cast.user("legal"), now=NOW, article=article(number), text=text, start=start, source="修改决定"
    )


def waiting():
    return list(CitationReview.objects.filter(settled_at=None).values_list("page__title", "article__number"))


def test_amending_raises_reviews_and_settling_ends_them(learning):
    cast = learning.cast
    amend(cast, 63)
    assert waiting() == [("擅自倾倒建筑垃圾案", 63)]
    row = AuditEvent.objects.get(action="citation.raised")
    assert row.object_id == str(learning.case.pk) and row.data["article"] == article(63).pk
    version = article(63).versions.order_by("-start").first()
    assert citations.raise_reviews(actor=None, now=NOW, article=article(63), version=version) == 0
    (review,) = CitationReview.objects.all()
    with pytest.raises(Refused):
        citations.settle_reviews(actor=learning.editor, now=NOW, reviews=[review], note="长" * 201)
    settle = {"actor": learning.editor, "now": NOW + timedelta(hours=1), "reviews": [review]}
    assert citations.settle_reviews(**settle, note=" 已改步骤二 ") == 1
    assert citations.settle_reviews(**settle, note="再来") == 0
    review.refresh_from_db()
    assert (review.note, review.settled_by, waiting()) == ("已改步骤二", learning.editor, [])
    assert AuditEvent.objects.filter(action="citation.settled").count() == 1


def test_ending_opens_a_settled_review_again_and_scenes_count_as_citing(learning):
    cast, legal = learning.cast, learning.cast.user("legal")
    learning.drill.cited_articles.all().delete()
    CitedArticle.objects.filter(page=learning.drill).delete()
    version = amend(cast, 64)
    assert waiting() == [("听证申请的五个工作日", 64)], "named inside a scene"
    citations.settle_reviews(actor=legal, now=NOW, reviews=CitationReview.objects.all())
    later = NOW + timedelta(days=60)
    law.end_article(actor=legal, now=later, article=article(64), end=date(2027, 1, 1))
    assert waiting() == [("听证申请的五个工作日", 64)] and CitationReview.objects.get().version == version
    law.end_article(actor=legal, now=later, article=article(64), end=date(2027, 1, 1))
    (shown,) = citing.shown(citing.review_rows(), True)
    assert shown.before == "改过的内容。" and shown.after == "" and shown.kind == "演练"


def test_the_review_page(learning):
    amend(learning.cast, 63)
    amend(learning.cast, 58)
    CasePage.objects.get(pk=learning.case.pk).unpublish()
    client = learning.client("editor")
    page = client.get(URL)
    text = page.content.decode()
    assert (
        "第63条的内容。" in text
        and "改过的内容。" in text
        and "草稿" in text
        and f'href="{learning.lecture.url}"' in text
    )
    assert f"/cms/pages/{learning.case.pk}/edit/" in text
    assert "/cms/pages/" not in learning.client("training").get(URL).content.decode()
    assert "2处法条引用待复核" in client.get("/").content.decode()
    review = CitationReview.objects.get(article__number=58)
    done = client.post(f"{URL}settle/", {"review": review.pk, "note": "无需修改"}, follow=True)
    assert "已复核1处引用" in done.content.decode() and waiting() == [("擅自倾倒建筑垃圾案", 63)]
    settled = client.get(URL, {"state": "settled"}).content.decode()
    assert "无需修改" in settled and "先审后决" in settled and "测试editor" in settled
    assert "没有待复核" in client.get(URL, {"q": "没有这个"}).content.decode()
    for wrong in ([], ["0"], ["x"], [review.pk, "99999999"], ["9" * 30]):
        assert client.post(f"{URL}settle/", {"review": wrong}).status_code == 404
    assert learning.client("officer").get(URL).status_code == 403
    assert learning.client("clerk").post(f"{URL}settle/", {"review": review.pk}).status_code == 403


def test_the_article_page_shows_what_cites_it(learning):
    amend(learning.cast, 63)
    path = f"/laws/articles/{article(63).pk}/"
    text = learning.client().get(path).content.decode()
    assert (
        "引用本条的讲座、课程和案例" in text
        and "案例（待复核）：擅自倾倒建筑垃圾案" in text
        and learning.case.url in text
    )
    CasePage.objects.get(pk=learning.case.pk).unpublish()
    assert "没有学习内容引用本条" in learning.client().get(path).content.decode()
    section = SectionPage.objects.get(holds="cases")
    for n in range(citing.MOST + 1):
        cited = [CitedArticle(article=article(63))]
        section.add_child(instance=CasePage(title=f"案{n}", slug=f"a{n}", cited_articles=cited))
    CasePage.objects.filter(slug__startswith="a").update(live=True)
    text = learning.client().get(path).content.decode()
    assert f"/learning/search/?article={article(63).pk}" in text and text.count("案例：案") == citing.MOST


def test_what_a_page_cites(learning):
    (cited,) = citing.cited_of(learning.lecture)
    assert (cited.law, cited.words, cited.note, cited.review) == ("行政处罚法", "第五十八条", "法制审核", False)
    amend(learning.cast, 58)
    assert citing.cited_of(learning.lecture)[0].review and citing.cited_of(learning.course) == []
    draft = learning.course.get_latest_revision_as_object()
    draft.cited_articles = [CitedArticle(article=article(63))]
    assert [one.words for one in citing.cited_of(draft)] == ["第六十三条"]


def test_queries_do_not_grow(learning):
    section = SectionPage.objects.get(holds="cases")

    def asked(path, role):
        client = learning.client(role)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    amend(learning.cast, 63)
    paths = ((URL, "editor"), (f"/laws/articles/{article(63).pk}/", "officer"))
    few = [asked(*path) for path in paths]
    for n in range(12):
        section.add_child(
            instance=CasePage(title=f"案{n}", slug=f"a{n}", cited_articles=[CitedArticle(article=article(63))])
        )
    CasePage.objects.filter(slug__startswith="a").update(live=True)
    amend(learning.cast, 63, "又改的内容。", date(2027, 1, 1))
    many = [asked(*path) for path in paths]
    assert CitationReview.objects.count() == 14 and max(many) <= 20, many
    assert all(b <= a + 2 for a, b in zip(few, many)), (few, many)
