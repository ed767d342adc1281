"""An amended article takes the questions that cite it out of new papers until somebody confirms them."""

from datetime import date

import pytest

from exams.actions.holds import confirm_question, hold_questions_citing
from exams.models import Question, QuestionState
from portal.law import actions, files
from portal.law.models import Article
from portal.models import AuditEvent
from tests.cast import NOW


@pytest.fixture
def article(exam):
    for path in files.builtin():
        actions.load_law(actor=None, now=NOW, text=files.read(path))
    article = Article.objects.get(law__short_name="行政处罚法", number=63)
    for stem in ("单选1", "单选3", "多选1"):
        exam.questions[stem].current.articles.add(article)
    Question.objects.filter(pk=exam.questions["多选1"].pk).update(state=QuestionState.RETIRED)
    return article


def held(exam):
    return {stem for stem, question in exam.questions.items() if Question.objects.get(pk=question.pk).held}


def test_amending_holds_and_confirming_releases(exam, article):
    legal = exam.cast.user("legal")
    asked = {"actor": legal, "now": NOW, "article": article, "text": "新的内容。", "start": date(2026, 10, 1)}
    actions.amend_article(**asked)
    actions.amend_article(**asked)
    assert held(exam) == {"单选1", "单选3"}
    question = Question.objects.get(pk=exam.questions["单选1"].pk)
    assert question.held == "《行政处罚法》第六十三条已于2026-10-01修改，待确认"
    assert AuditEvent.objects.filter(action="question.held").count() == 2
    for expected in (1, 0):
        assert confirm_question(actor=legal, now=NOW, questions=[question], note="仍适用") == expected
    assert held(exam) == {"单选3"}
    event = AuditEvent.objects.get(action="question.confirmed")
    assert event.data["before"].startswith("《行政处罚法》") and event.data["note"] == "仍适用"


def test_a_refused_amendment_holds_nothing(exam, article):
    with pytest.raises(actions.Refused):
        actions.amend_article(actor=None, now=NOW, article=article, text="新的内容。", start=date(2020, 1, 1))
    assert held(exam) == set()


def test_announced_and_ended(exam, article):
    actions.end_article(actor=None, now=NOW, article=article, end=date(2027, 1, 1))
    assert Question.objects.get(pk=exam.questions["单选1"].pk).held.startswith("《行政处罚法》第六十三条将于2027-01-01")
    other = Article.objects.get(law__short_name="行政处罚法", number=64)
    assert hold_questions_citing(actor=None, now=NOW, article=other, start=date(2027, 1, 1)) == 0


def test_the_article_page_names_questions_only_to_those_who_may_see_the_bank(
    exam, article, django_assert_max_num_queries
):
    address = f"/laws/articles/{article.pk}/"
    for role, seen in (("exam", True), ("legal", True), ("officer", False), ("hr", False), ("editor", False)):
        client = exam.cast.client(role)
        with django_assert_max_num_queries(20):
            page = client.get(address).content.decode()
        assert ("引用本条的试题" in page) == ("第1题：单选1" in page) == seen, role
    assert "多选1" not in exam.cast.client("exam").get(address).content.decode()
