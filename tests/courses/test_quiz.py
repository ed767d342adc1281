"""Quizzes: drawn anew from what may be practised, marked once, the key only afterwards and only for oneself."""

from decimal import Decimal

import pytest

from courses.actions import quizzes as actions
from courses.models import HourClaim, LessonDone, QuizRun
from courses.queries import quizzes as queries
from exams.models import Bank, QuestionState
from portal.actions.errors import Refused
from tests.cast import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def begin(learning, page=None):
    return actions.start(actor=learning.officer, now=NOW, person=learning.wang, page=page or learning.quizzed)


def test_from_the_button_to_the_result(learning, django_assert_max_num_queries):
    client = learning.client()
    answer = client.post(f"/learning/quiz/{learning.quizzed.pk}/")
    run = QuizRun.objects.get()
    here = f"/learning/quiz/runs/{run.pk}/"
    assert answer.url == here and client.post(f"/learning/quiz/{learning.quizzed.pk}/").url == here
    # Topic 听证 holds 单选1 and 单选3, whose right option is A.
    with django_assert_max_num_queries(20):
        text = client.get(here).content.decode()
    assert "单选1" in text and "单选3" in text and "解析单选" not in text and "正确答案</dt>" not in text

    answer = client.post(here, {"a0": "A"})
    text = answer.content.decode()
    assert answer.status_code == 422 and "还有1题没有作答：第2题" in text and "checked" in text
    run.refresh_from_db()
    assert run.finished_at is None
    assert client.post(here, {"a0": "B", "a1": "A", "sure": "1"}).url == here
    run.refresh_from_db()
    assert (run.score, run.passed) == (Decimal("50.00"), False)
    with django_assert_max_num_queries(20):
        text = client.get(here).content.decode()
    assert "没有通过：50分，答对1题，共2题，60分通过" in text and "解析单选1" in text and "回答错误" in text
    assert not LessonDone.objects.exists()
    # What was handed in stays.
    client.post(here, {"a0": "A", "a1": "A"})
    run.refresh_from_db()
    assert run.score == 50 and "已测1次，最好成绩50分" in client.get(learning.quizzed.url).content.decode()

    client.post(f"/learning/quiz/{learning.quizzed.pk}/")
    second = QuizRun.objects.latest("pk")
    assert second.pk != run.pk
    client.post(f"/learning/quiz/runs/{second.pk}/", {"a0": "A", "a1": "A"})
    assert "测验通过：100分" in client.get(f"/learning/quiz/runs/{second.pk}/").content.decode()
    assert LessonDone.objects.get().lesson_id == learning.quizzed.pk


def test_a_try_is_its_own_persons_alone(learning):
    run = begin(learning)
    learning.cast.sun.user = learning.cast.account("sun", "officer", learning.cast.west)
    learning.cast.sun.save()
    other = learning.cast
    other.accounts["sun"] = learning.cast.sun.user
    for name, status in (("sun", 404), ("training", 403), ("clerk", 403)):
        client = other.client(name)
        assert client.get(f"/learning/quiz/runs/{run.pk}/").status_code == status
        assert client.post(f"/learning/quiz/runs/{run.pk}/", {"a0": "A", "sure": "1"}).status_code == status
    run.refresh_from_db()
    assert run.finished_at is None and not HourClaim.objects.exists()
    assert learning.client().post(f"/learning/quiz/{learning.video.pk}/").status_code == 404


def test_only_what_may_be_practised_is_asked(learning):
    exam = learning.exam
    exam.questions["单选1"].state = QuestionState.RETIRED
    exam.questions["单选1"].save()
    assert [item["q"] for item in begin(learning).items] == [exam.questions["单选3"].pk]
    QuizRun.objects.all().delete()
    Bank.objects.update(exam_only=True)
    with pytest.raises(Refused, match="没有可用的试题"):
        begin(learning)
    answer = learning.client().post(f"/learning/quiz/{learning.quizzed.pk}/", follow=True)
    assert "没有可用的试题" in answer.content.decode()


def test_an_exam_takes_its_questions_out_of_what_is_told(learning):
    run = begin(learning)
    run = actions.hand_in(actor=learning.officer, now=NOW, run=run, answers={})
    assert [item.explanation for item in queries.view_of(run).items] != ["", ""]
    Bank.objects.update(exam_only=True)
    view = queries.view_of(run)
    assert all(item.closed and not item.explanation and not item.key_words for item in view.items)
    assert "正用于考试" in learning.client().get(f"/learning/quiz/runs/{run.pk}/").content.decode()


def test_answers_of_every_form_are_read_and_marked(learning):
    exam = learning.exam
    learning.quizzed.quiz_topic, learning.quizzed.quiz_count = exam.limitation, 99
    learning.quizzed.save()
    run = begin(learning)
    forms = {item["q"]: at for at, item in enumerate(run.items)}
    assert exam.questions["案例1乙"].pk not in forms
    given = {}
    for stem, letters in (("单选2", "A"), ("多选1", "AC"), ("判断2", "B"), ("填空1", ["罚 款"]), ("案例1甲", "AC")):
        given[queries.input_name(forms[exam.questions[stem].pk])] = list(letters)
    given[queries.input_name(forms[exam.questions["单选4"].pk])] = ["Z", "\0"]
    answers = actions.values_of(run, given)
    assert len(answers) == 5
    run = actions.hand_in(actor=learning.officer, now=NOW, run=run, answers=answers)
    assert sum(item["r"] for item in run.items) == 5
    assert run.score == (Decimal(500) / len(run.items)).quantize(Decimal("0.01"))
    again = actions.hand_in(actor=learning.officer, now=NOW, run=run, answers={})
    assert again.score == run.score
