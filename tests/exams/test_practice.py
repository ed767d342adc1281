"""Practice: what may be practised, one answer a question, the key only after it, the books, mock exams, progress."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exams import handlers
from exams.actions import practice as actions
from exams.actions.bank import change_state, revise_question
from exams.models import (
    Bank,
    Favourite,
    FrozenPaper,
    PaperItem,
    PracticeAnswer,
    PracticeRun,
    Question,
    QuestionState,
    Sitting,
)
from exams.queries import practice as queries
from exams.queries.keys import drafts_of
from portal.actions.errors import Refused
from tests.cast import NOW

HUB = "/exams/practice/"


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def officer(exam):
    return exam.cast.user("officer")


@pytest.fixture
def phone(exam):
    return exam.cast.client("officer")


def start(officer, **fields):
    return actions.start_topic(actor=officer, now=NOW, **{"count": 100, **fields})


def at_of(run, exam, stem) -> int:
    return next(at for at, item in enumerate(run.items) if item["q"] == exam.questions[stem].pk)


def give(officer, run, at, *given):
    return actions.answer(actor=officer, now=NOW, run=run, at=at, given=list(given))


def freeze(exam, *stems, state=Sitting.State.OPEN, sitting=None):
    sitting = sitting or exam.sitting
    body = {"sections": [{"pool": [{"v": exam.questions[stem].current_id} for stem in stems]}]}
    frozen = FrozenPaper.objects.create(paper=exam.paper, body=body, sha256=f"{sitting.pk:064}", frozen_at=NOW)
    sitting.papers.update(frozen=frozen)
    Sitting.objects.filter(pk=sitting.pk).update(state=state)


def open_stems(exam) -> set[str]:
    found = set(queries.open_questions().values_list("pk", flat=True))
    return {stem for stem, question in exam.questions.items() if question.pk in found}


# --- what may be practised --------------------------------------------------------------------------------------------


def test_only_questions_in_use_from_banks_open_to_practice(exam, officer):
    every = set(exam.questions)
    assert open_stems(exam) == every
    Question.objects.filter(pk=exam.questions["单选1"].pk).update(state=QuestionState.DRAFT)
    Question.objects.filter(pk=exam.questions["单选2"].pk).update(state=QuestionState.RETIRED)
    Question.objects.filter(pk=exam.questions["单选3"].pk).update(held="法条修改")
    Question.objects.filter(pk=exam.questions["单选4"].pk).update(state=QuestionState.REVIEWED)
    assert open_stems(exam) == every - {"单选1", "单选2", "单选3", "单选4"}
    for field in ("exam_only", "closed"):
        type(exam.bank).objects.filter(pk=exam.bank.pk).update(**{field: True})
        assert open_stems(exam) == set()
        with pytest.raises(Refused, match="没有符合条件"):
            start(officer)
        type(exam.bank).objects.filter(pk=exam.bank.pk).update(**{field: False})


@pytest.mark.parametrize(
    ("state", "shut"),
    [("arranged", True), ("open", True), ("closed", True), ("released", False), ("cancelled", False)],
)
def test_what_a_sitting_has_pinned_is_shut_until_its_results_are_out(exam, state, shut):
    freeze(exam, "单选1", "判断2", state=state)
    assert open_stems(exam) == set(exam.questions) - ({"单选1", "判断2"} if shut else set())


def test_the_question_is_shut_whichever_of_its_versions_is_pinned(exam):
    freeze(exam, "单选1")
    question = Question.objects.select_related("current__topic").get(pk=exam.questions["单选1"].pk)
    (draft,) = drafts_of([question])
    revise_question(
        actor=exam.office, now=NOW, question=question, draft=type(draft)(**{**vars(draft), "explanation": "改"})
    )
    for state in ("reviewed", "active"):
        rows = [Question.objects.get(pk=question.pk)]
        change_state(actor=exam.cast.user("legal"), now=NOW, questions=rows, state=state)
    assert "单选1" not in open_stems(exam)


def test_the_same_question_in_another_bank_is_shut_with_it(exam):
    other = Bank.objects.create(code="other", name="练习题库")
    copy = exam.choice("副本", "A", bank=other)
    Question.objects.filter(pk=copy.pk).update(fingerprint=exam.questions["单选1"].fingerprint)
    assert "副本" in open_stems(exam)
    freeze(exam, "单选1")
    assert "副本" not in open_stems(exam)


def test_a_fixed_papers_questions_are_shut_as_soon_as_people_register(exam):
    section = exam.paper.sections.first()
    PaperItem.objects.create(section=section, position=1, question=exam.questions["单选2"])
    assert "单选2" not in open_stems(exam)
    Sitting.objects.update(state=Sitting.State.DRAFT)
    assert "单选2" in open_stems(exam)


def test_a_rehearsal_shuts_nothing(exam):
    freeze(exam, "单选1")
    Sitting.objects.update(rehearsal=True)
    assert "单选1" in open_stems(exam)


def test_a_sitting_that_opens_takes_its_questions_out_of_a_running_practice(exam, officer, phone):
    run = start(officer)
    answered, unanswered = at_of(run, exam, "单选1"), at_of(run, exam, "单选3")
    give(officer, run, answered, "B")
    actions.set_favourite(actor=officer, now=NOW, question=exam.questions["单选3"], on=True)
    freeze(exam, "单选1", "单选3")
    for at in (answered, unanswered):
        page = text_of(phone.get(f"{HUB}runs/{run.pk}/{at + 1}/"))
        assert "正用于考试" in page
        assert "解析单选" not in page and "选项甲" not in page and "单选1" not in page and "单选3" not in page
    with pytest.raises(Refused, match="正用于考试"):
        give(officer, run, unanswered, "A")
    for path in ("wrong/", "favourites/", f"runs/{run.pk}/result/"):
        page = text_of(phone.get(f"{HUB}{path}"))
        assert "单选1" not in page and "单选3" not in page
    with pytest.raises(Refused):
        actions.start_wrong(actor=officer, now=NOW)
    with pytest.raises(Refused, match="正用于考试"):
        actions.set_favourite(actor=officer, now=NOW, question=exam.questions["单选3"], on=True)


# --- a run ------------------------------------------------------------------------------------------------------------


def test_a_run_takes_topic_kinds_difficulty_and_number(exam, officer):
    below = exam.hearing.add_child(name="听证告知")
    exam.choice("单选5", "A", topic=below)

    def stems(**fields):
        run = start(officer, **fields)
        return sorted(stem for stem, question in exam.questions.items() if question.pk in {i["q"] for i in run.items})

    assert stems(topic=exam.hearing) == ["单选1", "单选3", "单选5"]
    assert stems(kinds=["judge", "blank"]) == ["判断1", "判断2", "判断3", "填空1"]
    assert stems(difficulty="hard") == ["多选1", "多选2", "多选3"]
    assert len(start(officer, count=5).items) in (5, 6)
    assert stems(kinds=["case"], count=1) == ["案例1乙", "案例1甲"]


def test_questions_never_answered_come_first(exam, officer):
    run = start(officer, kinds=["single"])
    for at in range(3):
        give(officer, run, at, "A")
    left = run.items[3]["q"]
    for _round in range(5):
        assert start(officer, kinds=["single"], count=1).items[0]["q"] == left


@pytest.mark.parametrize(
    ("stem", "given", "right"),
    [
        ("单选1", ["A"], True),
        ("单选1", ["B"], False),
        ("单选1", ["A", "B"], True),
        ("多选1", ["C", "A"], True),
        ("多选1", ["A"], False),
        ("判断2", ["B"], True),
        ("填空1", ["罚 金"], True),
        ("填空1", ["没收"], False),
        ("案例1乙", ["孙某没有资格。"], None),
    ],
)
def test_answers_are_marked_at_once(exam, officer, stem, given, right):
    run = start(officer)
    assert give(officer, run, at_of(run, exam, stem), *given).right is right


def test_an_empty_or_foreign_answer_is_refused(exam, officer):
    run = start(officer)
    for given in ([], [""], ["Z"], ["\0"]):
        with pytest.raises(Refused, match="请先作答"):
            give(officer, run, at_of(run, exam, "单选1"), *given)
    for stem in ("填空1", "案例1乙"):
        with pytest.raises(Refused, match="请先作答"):
            give(officer, run, at_of(run, exam, stem), " ")
    with pytest.raises(Refused, match="没有这一题"):
        give(officer, run, 99, "A")
    with pytest.raises(Refused, match="不是您的练习"):
        give(exam.cast.user("hr"), run, 0, "A")


def test_a_second_answer_changes_nothing(exam, officer, phone):
    run = start(officer)
    at = at_of(run, exam, "单选1")
    path = f"{HUB}runs/{run.pk}/{at + 1}/"
    phone.post(path, {"a": "B"})
    phone.post(path, {"a": "A"})
    row = PracticeAnswer.objects.get()
    assert row.value == {"a": ["B"]} and row.right is False


# The key of 单选1 is A: its words, its explanation and its marks must not be on the page before the answer.
KEYS = ("解析", "x-right", "x-wrong", "正确答案", "参考答案", "评分要点", "指出无资格", "罚金", "罚款</", "回答正确")


@pytest.mark.parametrize("stem", ["单选1", "多选1", "判断1", "填空1", "案例1甲", "案例1乙"])
def test_the_page_holds_no_key_before_the_answer(exam, officer, phone, stem):
    run = start(officer)
    at = at_of(run, exam, stem)
    path = f"{HUB}runs/{run.pk}/{at + 1}/"
    page = text_of(phone.get(path))
    assert stem in page
    assert not [word for word in KEYS if word in page.replace("对摊贩罚款五十元", "")]
    given = {"填空1": "罚款", "案例1乙": "无资格"}.get(stem, "A")
    told = phone.post(path, {"a": given}, follow=True)
    assert f"解析{stem}" in text_of(told)
    assert PracticeAnswer.objects.filter(run=run, item=at).exists()


def test_the_answer_is_stored_before_the_key_is_told(exam, officer, phone, monkeypatch):
    run = start(officer)
    at = at_of(run, exam, "单选1")
    monkeypatch.setattr(PracticeAnswer.objects, "create", _fails)
    with pytest.raises(RuntimeError):
        phone.post(f"{HUB}runs/{run.pk}/{at + 1}/", {"a": "A"})
    assert "解析" not in text_of(phone.get(f"{HUB}runs/{run.pk}/{at + 1}/"))


def _fails(**_fields):
    raise RuntimeError


def test_a_run_is_gone_on_with_and_ends_with_its_last_answer(exam, officer, phone):
    begun = phone.post(HUB, {"topic": str(exam.hearing.pk), "count": "5", "difficulty": ""})
    run = PracticeRun.objects.get()
    assert begun.url == f"{HUB}runs/{run.pk}/" and run.title == "听证"
    assert phone.get(begun.url).url == f"{HUB}runs/{run.pk}/1/"
    phone.post(f"{HUB}runs/{run.pk}/1/", {"a": "A"})
    assert "已答1／2题" in text_of(phone.get(HUB))
    assert phone.get(begun.url).url == f"{HUB}runs/{run.pk}/2/"
    phone.post(f"{HUB}runs/{run.pk}/2/", {"a": "B"})
    run.refresh_from_db()
    assert run.finished_at and phone.get(begun.url).url == f"{HUB}runs/{run.pk}/result/"
    assert "继续" not in text_of(phone.get(HUB))
    with pytest.raises(Refused, match="已经交卷"):
        PracticeAnswer.objects.all().delete()
        give(officer, run, 0, "A")


def test_a_written_answer_is_judged_once_by_its_writer(exam, officer, phone):
    run = start(officer)
    at = at_of(run, exam, "案例1乙")
    path = f"{HUB}runs/{run.pk}/{at + 1}/"
    page = text_of(phone.post(path, {"a": "孙某没有资格"}, follow=True))
    assert "指出无资格" in page and "要点齐全" in page
    phone.post(f"{path}assess/", {"right": "0"})
    phone.post(f"{path}assess/", {"right": "1"})
    assert PracticeAnswer.objects.get().right is False


def test_what_is_somebody_elses_is_not_there(exam, officer):
    run = start(exam.cast.user("hr"))
    phone = exam.cast.client("officer")
    for path in ("", "1/", "finish/", "result/", "99/"):
        assert phone.get(f"{HUB}runs/{run.pk}/{path}").status_code == 404
    assert phone.post(f"{HUB}runs/{run.pk}/1/", {"a": "A"}).status_code == 404


# --- the books --------------------------------------------------------------------------------------------------------


def answer_once(exam, officer, stem, given):
    run = start(officer)
    give(officer, run, at_of(run, exam, stem), given)


def wrong_stems(exam, officer):
    found = queries.wrong_questions(officer)
    return [next(stem for stem, q in exam.questions.items() if q.pk == pk) for pk in found]


def test_a_question_leaves_the_wrong_book_after_two_right_answers_in_a_row(exam, officer):
    answer_once(exam, officer, "单选1", "A")
    assert wrong_stems(exam, officer) == []
    answer_once(exam, officer, "单选1", "B")
    answer_once(exam, officer, "单选2", "B")
    assert wrong_stems(exam, officer) == ["单选2", "单选1"]
    answer_once(exam, officer, "单选1", "A")
    answer_once(exam, officer, "单选1", "C")
    answer_once(exam, officer, "单选1", "A")
    assert wrong_stems(exam, officer) == ["单选1", "单选2"]
    answer_once(exam, officer, "单选1", "A")
    assert wrong_stems(exam, officer) == ["单选2"]
    assert queries.wrong_questions(exam.cast.user("hr")) == []


def test_the_books_have_pages_and_are_practised(exam, officer, phone):
    answer_once(exam, officer, "单选2", "B")
    assert "单选2" in text_of(phone.get(f"{HUB}wrong/"))
    begun = phone.post(f"{HUB}wrong/")
    run = PracticeRun.objects.latest("pk")
    assert begun.url == f"{HUB}runs/{run.pk}/" and [i["q"] for i in run.items] == [exam.questions["单选2"].pk]
    pk = exam.questions["单选3"].pk
    phone.post(f"{HUB}favourites/{pk}/", {"on": "1", "run": str(run.pk), "n": "1"})
    phone.post(f"{HUB}favourites/{pk}/", {"on": "1"})
    assert Favourite.objects.count() == 1
    assert "单选3" in text_of(phone.get(f"{HUB}favourites/"))
    phone.post(f"{HUB}favourites/")
    assert PracticeRun.objects.latest("pk").kind == "favourite"
    phone.post(f"{HUB}favourites/{pk}/", {"on": "0"})
    assert not Favourite.objects.exists()
    empty = phone.post(f"{HUB}favourites/", follow=True)
    assert "没有符合条件" in text_of(empty)


def test_progress_counts_questions_not_answers(exam, officer, phone):
    for given in ("B", "A"):
        answer_once(exam, officer, "单选1", given)
    answer_once(exam, officer, "单选3", "B")
    answer_once(exam, officer, "单选2", "A")
    lines, total = queries.progress(officer)
    assert {line.name: (line.all, line.answered, line.right) for line in lines} == {
        "听证": (2, 2, 1),
        "时效": (11, 1, 1),
    }
    assert (total.all, total.answered, total.right) == (13, 3, 2)
    assert "已练3题" in text_of(phone.get(f"{HUB}progress/"))


# --- mock exams -------------------------------------------------------------------------------------------------------


@pytest.fixture
def mock(exam):
    paper = exam.make_paper("m1", "模拟卷", {"single": (4, 5), "multiple": (3, 10), "case": (2, 25)}, for_practice=True)
    paper.minutes = 60
    paper.save()
    return paper


def begin(officer, paper, now=None):
    return actions.start_mock(actor=officer, now=now or timezone.now(), paper=paper)


def test_a_mock_exam_is_marked_when_handed_in(exam, officer, phone, mock):
    phone.post(f"{HUB}mocks/m1/")
    run = PracticeRun.objects.get()
    assert len(run.items) == 9 and run.deadline == run.started_at + timedelta(minutes=60)
    letters = "ABCDEF"
    for at, item in enumerate(run.items):
        right = [letters[item["o"].index(key)] for key in {"single": "A", "multiple": "AC"}.get(item["f"], "")]
        path = f"{HUB}runs/{run.pk}/{at + 1}/"
        assert "解析" not in text_of(phone.get(path))
        answer = phone.post(path, {"a": right or ["论述"]}, follow=True)
        assert "解析" not in text_of(answer) and "x-right" not in text_of(answer)
    assert PracticeAnswer.objects.filter(right__isnull=False).count() == 0
    wrong = next(at for at, item in enumerate(run.items) if item["f"] == "single")
    letter = letters[run.items[wrong]["o"].index("B")]
    phone.post(f"{HUB}runs/{run.pk}/{wrong + 1}/", {"a": letter})
    assert "已答9题" in text_of(phone.get(f"{HUB}runs/{run.pk}/finish/"))
    page = text_of(phone.post(f"{HUB}runs/{run.pk}/finish/", follow=True))
    run.refresh_from_db()
    assert run.score == 15 + 30 + 25
    assert "70" in page and "客观题得分" in page and "论述题25分" in page
    assert "解析" in text_of(phone.get(f"{HUB}runs/{run.pk}/{wrong + 1}/"))
    assert queries.wrong_questions(officer) == [run.items[wrong]["q"]]
    score = run.score
    phone.post(f"{HUB}runs/{run.pk}/finish/")
    phone.post(f"{HUB}runs/{run.pk}/{wrong + 1}/", {"a": "A"})
    run.refresh_from_db()
    assert run.score == score


def test_a_mock_exam_ends_at_its_deadline_by_the_server(exam, officer, phone, mock):
    begun = timezone.now() - timedelta(minutes=60, seconds=1)
    run = begin(officer, mock, begun)
    right = "ABCDEF"[run.items[0]["o"].index("A")]
    actions.answer(actor=officer, now=run.deadline - timedelta(seconds=1), run=run, at=0, given=[right])
    with pytest.raises(Refused, match="已经交卷"):
        actions.answer(actor=officer, now=run.deadline, run=run, at=1, given=["A"])
    late = phone.post(f"{HUB}runs/{run.pk}/2/", {"a": "A"}, follow=True)
    assert "已经交卷" in text_of(late)
    run.refresh_from_db()
    assert run.finished_at == run.deadline and run.score == 5
    assert run.answers.count() == 1


def test_a_mock_exam_left_open_is_handed_in_at_its_deadline_by_the_worker(exam, officer, mock):
    run = begin(officer, mock)
    right = "ABCDEF"[run.items[0]["o"].index("A")]
    actions.answer(actor=officer, now=run.started_at, run=run, at=0, given=[right])
    assert actions.finish_overdue(now=run.deadline - timedelta(seconds=1)) == 0
    handlers.finish_mocks(run.deadline + timedelta(hours=5))
    run.refresh_from_db()
    assert run.finished_at == run.deadline and run.score == 5
    assert actions.finish_overdue(now=run.deadline + timedelta(hours=6)) == 0


def test_a_running_mock_exam_is_gone_on_with(exam, officer, mock):
    run = begin(officer, mock)
    assert begin(officer, mock) == run
    actions.finish(actor=officer, now=timezone.now(), run=run)
    assert begin(officer, mock) != run


def test_a_mock_exam_is_drawn_from_what_may_be_practised(exam, officer, mock, phone):
    freeze(exam, "案例1甲")
    with pytest.raises(Refused, match="可供练习的试题不足"):
        begin(officer, mock)
    assert "试题不足" in text_of(phone.post(f"{HUB}mocks/m1/", follow=True))
    Sitting.objects.update(state=Sitting.State.RELEASED)
    begin(officer, mock)
    type(exam.bank).objects.update(exam_only=True)
    with pytest.raises(Refused):
        begin(officer, mock, timezone.now() + timedelta(days=1))
    assert phone.post(f"{HUB}mocks/{exam.paper.code}/").status_code == 404


def test_no_page_of_a_running_mock_exam_tells_right_from_wrong(exam, officer, phone, mock):
    run = begin(officer, mock)
    phone.post(f"{HUB}runs/{run.pk}/1/", {"a": "A"})
    for path in (HUB, f"{HUB}runs/{run.pk}/2/", f"{HUB}progress/", f"{HUB}wrong/"):
        page = text_of(phone.get(path))
        assert "x-right" not in page and "x-wrong" not in page and "解析" not in page
    assert phone.get(f"{HUB}runs/{run.pk}/result/").status_code == 302


# --- cost -------------------------------------------------------------------------------------------------------------


def test_pages_cost_the_same_at_any_size(exam, officer, phone, mock, django_assert_max_num_queries):
    for _round in range(2):
        run = start(officer)
        give(officer, run, 0, "A")
        freeze(exam, "判断3", sitting=exam.make_sitting(f"c{_round}", "另场", exam.paper))
        queries.open_questions()
        for path, most in (
            ("", 20),
            ("wrong/", 16),
            ("favourites/", 14),
            ("progress/", 14),
            (f"runs/{run.pk}/1/", 20),
            (f"runs/{run.pk}/2/", 20),
            (f"runs/{run.pk}/result/", 14),
        ):
            with django_assert_max_num_queries(most):
                assert phone.get(f"{HUB}{path}").status_code == 200
        for n in range(30):
            exam.choice(f"补充{_round}-{n}", "A")
            answer_once(exam, officer, f"补充{_round}-{n}", "B")
