"""Two people at once: the same question, the next number, a new topic, an approval against a revision, two clicks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exams.actions import bank as actions
from exams.actions import practice
from exams.formats.draft import QuestionDraft
from exams.models import Bank, PracticeAnswer, PracticeRun, Question, Topic
from portal.actions.errors import Refused
from tests.cast import NOW
from tests.exams.together import several_writers, together

pytestmark = [several_writers, pytest.mark.django_db(transaction=True)]
ROUNDS = 5


def draft(stem, **fields):
    options = (("A", "三日", None), ("B", "五日", None))
    return QuestionDraft(kind="single", form="single", stem=stem, options=options, answer=("B",), **fields)


def adds(exam, bank, stem, **fields):
    return lambda: actions.add_questions(actor=exam.office, now=NOW, bank=bank, drafts=[draft(stem, **fields)])


def test_two_authors_save_the_same_question_and_one_is_told(exam):
    for n in range(ROUNDS):
        outcomes = together(adds(exam, exam.bank, f"同题{n}"), adds(exam, exam.bank, f"同题{n}"))
        told = [outcome.message for outcome in outcomes if isinstance(outcome, Refused)]
        assert len(told) == 1 and "的题干和选项与此相同" in told[0]
        assert Question.objects.filter(current__stem=f"同题{n}").count() == 1


def test_two_revisions_into_the_same_question_leave_one(exam):
    one, two = actions.add_questions(actor=exam.office, now=NOW, bank=exam.bank, drafts=[draft("一"), draft("二")])

    def revise(question):
        return lambda: actions.revise_question(actor=exam.office, now=NOW, question=question, draft=draft("同"))

    outcomes = together(revise(one), revise(two))
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1


def test_numbers_are_given_once(exam):
    for n in range(ROUNDS):
        together(*(adds(exam, exam.bank, f"{n}-{k}") for k in range(4)))
    numbers = list(exam.bank.questions.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 13 + 4 * ROUNDS


def test_two_banks_make_the_same_new_topic(exam):
    other = Bank.objects.create(code="other", name="另一题库")
    for n in range(ROUNDS):
        outcomes = together(
            adds(exam, exam.bank, f"题{n}", topic=f"新点{n}"), adds(exam, other, f"题{n}", topic=f"新点{n}")
        )
        assert not [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        assert Topic.objects.filter(name=f"新点{n}").count() == 1
    assert Topic.find_problems() == ([], [], [], [], [])


def test_a_revision_is_never_approved_unseen(exam):
    legal = exam.cast.user("legal")
    for n in range(ROUNDS):
        (made,) = actions.add_questions(actor=exam.office, now=NOW, bank=exam.bank, drafts=[draft(f"题{n}")])
        seen = Question.objects.get(pk=made.pk)
        together(
            lambda seen=seen: actions.change_state(actor=legal, now=NOW, questions=[seen], state="reviewed"),
            lambda seen=seen, n=n: actions.revise_question(
                actor=exam.office, now=NOW, question=seen, draft=draft(f"改{n}")
            ),
        )
        after = Question.objects.select_related("current").get(pk=made.pk)
        assert (after.state, after.current.number) == ("draft", 2)


def test_two_clicks_on_an_answer_are_one_answer(exam):
    officer = exam.cast.user("officer")
    run = practice.start_topic(actor=officer, now=NOW, kinds=["single"], count=4)
    for at in range(4):
        one, two = together(
            *(
                lambda letter=letter, at=at: practice.answer(actor=officer, now=NOW, run=run, at=at, given=[letter])
                for letter in "AB"
            )
        )
        assert one.pk == two.pk and one.value == two.value
    assert PracticeAnswer.objects.count() == 4


def test_two_clicks_on_a_mock_exam_are_one_run_and_one_score(exam):
    paper = exam.make_paper("m1", "模拟卷", {"single": (4, 5)}, for_practice=True)
    officer, now = exam.cast.user("officer"), timezone.now()

    def begin():
        return practice.start_mock(actor=officer, now=now, paper=paper)

    one, two = together(begin, begin)
    assert one == two and PracticeRun.objects.count() == 1

    def hand_in():
        run = PracticeRun.objects.get()
        return practice.finish(actor=officer, now=now + timedelta(minutes=1), run=run)

    together(hand_in, hand_in)
    assert PracticeRun.objects.get().score == 0
