"""Pages of the question bank: shape, filters, one question, writing and revising, review by another, topics."""

import io
import re

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from exams.actions import bank as actions
from exams.actions.pictures import add_picture
from exams.delivery.pictures import address
from exams.formats.draft import QuestionDraft
from exams.models import FrozenPaper, Picture, Question, QuestionVersion, Topic
from exams.queries.bank import shape
from exams.queries.keys import keys_of
from portal.law.models import Article, Law
from portal.models import Grant, Role
from tests.cast import NOW

OPTIONS = (("A", "三日", None), ("B", "五日", None), ("C", "七日", None))


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def office(exam):
    return exam.cast.client("exam")


def second_office(exam):
    user = exam.cast.account("exam2", Role.EXAM)
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client, user


def add(exam, *stems, actor=None, **fields):
    drafts = [
        QuestionDraft(
            **{"kind": "single", "form": "single", "stem": stem, "options": OPTIONS, "answer": ("B",), **fields}
        )
        for stem in stems
    ]
    return actions.add_questions(actor=actor or exam.office, now=NOW, bank=exam.bank, drafts=drafts)


def current(question):
    return Question.objects.select_related("current").get(pk=question.pk)


def numbers(page) -> set[str]:
    return set(re.findall(r'class="x-q-stem" href="/exams/questions/(\d+)/"', page))


# --- lists ------------------------------------------------------------------------------------------------------------


def test_banks_tell_what_they_hold_and_what_waits(exam, office):
    add(exam, "新题")
    page = text_of(office.get("/exams/banks/"))
    assert "公共法律知识" in page and "待审 1" in page
    assert text_of(exam.cast.client("legal").get("/exams/banks/")).count("新建题库") == 0


def test_a_bank_shows_its_shape(exam, office):
    below = exam.hearing.add_child(name="听证告知")
    add(exam, "新题", topic="听证告知", difficulty="hard")
    seen = shape(exam.bank)
    rows = {row.kind: row for row in seen.rows}
    assert [(c.usable, c.kept) for c in rows["single"].cells] == [(0, 0), (4, 4), (0, 1)]
    assert (rows["case"].total.kept, seen.usable, seen.kept) == (2, 13, 14)
    lines = {line.pk: line for line in seen.topics}
    assert (lines[exam.hearing.pk].own, lines[exam.hearing.pk].kept, lines[below.pk].kept) == (2, 3, 1)
    page = text_of(office.get("/exams/banks/law/"))
    assert "试题14道，可组卷13道" in page and "0／1" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=官方网站", ["中间字"]),
        ("q=乙丙", []),
        ("q=七日", ["中间字"]),
        ("q=协管员", ["案例1甲", "案例1乙"]),
        ("kind=judge", ["判断1", "判断2", "判断3"]),
        ("difficulty=hard&kind=multiple", ["多选1", "多选2", "多选3"]),
        ("state=draft", ["中间字"]),
        ("state=held", ["单选2"]),
        ("state=retired", []),
        ("q=100%25", []),
    ],
)
def test_filters_find_exactly(exam, office, query, found):
    add(exam, "公开于官方网站的决定应当几日内撤回？")
    exam.questions["中间字"] = Question.objects.latest("pk")
    Question.objects.filter(pk=exam.questions["单选2"].pk).update(held="法条修改")
    page = text_of(office.get(f"/exams/banks/law/?{query}"))
    assert numbers(page) == {str(exam.questions[stem].pk) for stem in found}


def test_topic_filter_takes_what_is_below_and_law_filter_follows_the_citation(exam, office):
    below = exam.hearing.add_child(name="听证告知")
    law = Law.objects.create(code="cf", name="中华人民共和国行政处罚法", short_name="行政处罚法")
    Article.objects.create(law=law, number=63)
    (question,) = add(exam, "新题", topic="听证告知", basis="《行政处罚法》第六十三条")
    own = {str(exam.questions[stem].pk) for stem in ("单选1", "单选3")}
    assert numbers(text_of(office.get(f"/exams/banks/law/?topic={exam.hearing.pk}"))) == own | {str(question.pk)}
    assert numbers(text_of(office.get(f"/exams/banks/law/?topic={below.pk}"))) == {str(question.pk)}
    assert numbers(text_of(office.get(f"/exams/banks/law/?law={law.pk}"))) == {str(question.pk)}
    page = text_of(office.get(f"/exams/questions/{question.pk}/"))
    assert f"/laws/articles/{law.articles.get().pk}/" in page or "第六十三条" in page


def test_unlisted_and_wrong_parameters_reach_nothing(exam, office):
    assert office.get("/exams/banks/law/?topic=x&kind=none&q=" + "长" * 100).status_code == 200
    every = numbers(text_of(office.get("/exams/banks/law/?bank__code=other&current__stem=x&page=999")))
    assert len(every) == 13


def test_lists_cost_the_same_at_any_size(exam, office, django_assert_max_num_queries):
    legal = exam.cast.client("legal")
    for _round in range(2):
        with django_assert_max_num_queries(18):
            office.get("/exams/banks/law/")
        with django_assert_max_num_queries(10):
            office.get("/exams/banks/")
        with django_assert_max_num_queries(12):
            legal.get("/exams/review/")
        with django_assert_max_num_queries(10):
            office.get("/exams/topics/")
        add(exam, *(f"第{_round}批第{n}个问题？" for n in range(60)), topic=f"知识点{_round}")


# --- one question -----------------------------------------------------------------------------------------------------


def test_a_question_shows_key_uses_and_what_changed(exam, office, django_assert_max_num_queries):
    (question,) = add(exam, "应当几日内提出？", explanation="第一版解析")
    first = current(question).current
    draft = QuestionDraft(
        kind="single", form="single", stem="应当几日内书面提出？", options=OPTIONS, answer=("A",), explanation="改"
    )
    actions.revise_question(actor=exam.office, now=NOW, question=question, draft=draft)
    frozen = FrozenPaper.objects.create(
        paper=exam.paper, body={"sections": [{"pool": [{"v": first.pk}]}]}, sha256="a" * 64, frozen_at=NOW
    )
    exam.sitting.papers.update(frozen=frozen)
    with django_assert_max_num_queries(20):
        page = text_of(office.get(f"/exams/questions/{question.pk}/"))
    assert "应当几日内书面提出？" in page and "<del>应当几日内提出？</del>" in page
    assert "<del>B</del>" in page and "<ins>A</ins>" in page
    assert "执法资格考试" in page and "第1版" in page


def test_a_reviewer_sees_the_key_while_reviewing_and_not_afterwards(exam):
    (question,) = add(exam, "应当几日内提出？", explanation="绝密解析")
    legal = exam.cast.client("legal")
    path = f"/exams/questions/{question.pk}/"
    assert "绝密解析" in text_of(legal.get(path))
    assert "绝密解析" in text_of(legal.get("/exams/review/"))
    legal.post(f"{path}state/?to=reviewed", {"seen": current(question).current_id})
    assert current(question).state == "reviewed"
    page = text_of(legal.get(path))
    assert "绝密解析" not in page and "x-right" not in page


def test_states_are_asked_first_and_changed_by_those_who_may(exam, office):
    (question,) = add(exam, "一题")
    path = f"/exams/questions/{question.pk}/state/"
    seen = {"seen": current(question).current_id}
    assert "审核通过" in text_of(office.get(f"{path}?to=reviewed"))
    assert current(question).state == "draft"
    own = office.post(f"{path}?to=reviewed", seen)
    assert own.status_code == 422 and "由您编写" in text_of(own)
    legal = exam.cast.client("legal")
    assert "退回的原因" in text_of(legal.post(f"{path}?to=returned", {**seen, "reason": ""}))
    legal.post(f"{path}?to=returned", {**seen, "reason": "选项有歧义"})
    assert "选项有歧义" in text_of(office.get(f"/exams/questions/{question.pk}/"))
    assert legal.post(f"{path}?to=active", seen).status_code == 403
    assert office.get(f"{path}?to=elsewhere").status_code == 302


def test_many_move_at_once_and_all_that_is_found(exam, office):
    made = add(exam, "一题", "二题", "三题")
    legal = exam.cast.client("legal")
    one = f"{made[0].pk}-{made[0].current_id}"
    legal.post("/exams/review/", {"question": [one], "to": "reviewed"})
    assert [current(q).state for q in made] == ["reviewed", "draft", "draft"]
    legal.post("/exams/review/", {"question": [], "to": "reviewed"})
    late = add(exam, "四题")[0]
    legal.post("/exams/review/", {"all": "1", "newest": made[2].current_id, "to": "reviewed"})
    assert [current(q).state for q in (*made, late)] == ["reviewed"] * 3 + ["draft"]
    page = text_of(office.get("/exams/banks/law/?state=reviewed"))
    newest = re.search(r'name="newest" value="(\d+)"', page)[1]
    office.post("/exams/banks/law/state/", {"all": "1", "newest": newest, "query": "state=reviewed", "to": "active"})
    assert [current(q).state for q in made] == ["active"] * 3
    office.post("/exams/banks/law/state/", {"question": [one], "to": "retired"})
    assert current(made[0]).state == "retired"
    refused = office.post("/exams/banks/law/state/", {"question": [one], "to": "active"}, follow=True)
    assert "第14题尚未审核通过" in text_of(refused)
    assert legal.post("/exams/banks/law/state/", {"question": [one], "to": "active"}).status_code == 403


def test_a_stale_choice_moves_nothing(exam):
    (question,) = add(exam, "一题")
    seen = f"{question.pk}-{question.current_id}"
    draft = QuestionDraft(kind="single", form="single", stem="一题改", options=OPTIONS, answer=("A",))
    actions.revise_question(actor=exam.office, now=NOW, question=question, draft=draft)
    answer = exam.cast.client("legal").post("/exams/review/", {"question": [seen], "to": "reviewed"}, follow=True)
    assert "刚刚被修改" in text_of(answer) and current(question).state == "draft"


def test_a_held_question_is_confirmed(exam, office):
    question = exam.questions["单选1"]
    Question.objects.filter(pk=question.pk).update(held="《行政处罚法》第六十三条已修改")
    page = text_of(office.get(f"/exams/questions/{question.pk}/"))
    assert "《行政处罚法》第六十三条已修改" in page and "确认仍然正确" in page
    office.post(f"/exams/questions/{question.pk}/confirm/", {"reason": "不影响"})
    assert current(question).held == ""


# --- writing ----------------------------------------------------------------------------------------------------------


def choice(**fields):
    values = {
        "stem": "哪一项正确？",
        "option_A": "甲",
        "option_B": "乙",
        "option_C": "丙",
        "answer": "B",
        "difficulty": "medium",
        "marks": "1",
        "topic": "听证",
        "basis": "",
        "source": "自编",
        "explanation": "",
    }
    return {**values, **fields}


NEW = "/exams/banks/law/questions/new/"


def test_a_single_choice_question_is_written(exam, office):
    assert "选项H" in text_of(office.get(NEW))
    answer = office.post(NEW, choice())
    assert answer.status_code == 302 and answer.url == "/exams/banks/law/?state=draft"
    version = Question.objects.latest("pk").current
    assert [o["text"] for o in version.options] == ["甲", "乙", "丙"] and version.topic == exam.hearing
    assert keys_of([version.pk])[version.pk].answer == ["B"]


@pytest.mark.parametrize(
    ("query", "fields", "key"),
    [
        ("kind=multiple", choice(answer=["A", "C"]), ["A", "C"]),
        ("kind=judge", choice(answer="B"), ["B"]),
        (
            "kind=blank",
            choice(stem="由____作出，罚款____元。", answer="机关|行政机关\n50"),
            [["机关", "行政机关"], ["50"]],
        ),
        ("kind=case&form=multiple", choice(answer=["A", "B"], case_code="Z1", material="案情"), ["A", "B"]),
        (
            "kind=case&form=written",
            choice(
                answer="参考",
                case_code="Z1",
                material="案情",
                marks="10",
                rubric_text_1="要点一",
                rubric_marks_1="4",
                rubric_text_2="要点二",
                rubric_marks_2="6.0",
            ),
            "参考",
        ),
    ],
)
def test_every_kind_is_written_and_comes_back_into_its_form(exam, office, query, fields, key):
    assert office.get(f"{NEW}?{query}").status_code == 200
    answer = office.post(f"{NEW}?{query}", fields)
    assert answer.status_code == 302, text_of(answer)
    question = Question.objects.latest("pk")
    assert keys_of([question.current_id])[question.current_id].answer == key
    edit = office.get(f"/exams/questions/{question.pk}/edit/")
    form = edit.context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", False)}
    assert office.post(f"/exams/questions/{question.pk}/edit/", data).status_code == 302
    assert current(question).current.number == 1
    assert office.post(f"/exams/questions/{question.pk}/edit/", {**data, "explanation": "补充"}).status_code == 302
    assert current(question).current.number == 2


def test_all_problems_are_told_at_once_and_nothing_is_lost(exam, office):
    before = Question.objects.count()
    answer = office.post(NEW, choice(option_B="甲", answer="F"))
    page = text_of(answer)
    assert answer.status_code == 422 and Question.objects.count() == before
    errors = answer.context["form"].errors
    assert "option_A" in errors and "answer" in errors
    assert "丙</textarea>" in page and 'value="自编"' in page
    assert office.post(NEW, choice(stem="", marks="0.3")).status_code == 422
    blank = office.post(f"{NEW}?kind=blank", choice(stem="由____作出。", answer="甲\n乙"))
    assert "题干有1处空，答案有2行" in text_of(blank)


def test_the_same_question_again_shows_the_one_that_is_there(exam, office):
    office.post(NEW, choice())
    there = Question.objects.latest("pk")
    answer = office.post(NEW, choice(option_A="丙", option_C="甲"))
    assert answer.status_code == 422
    assert f"第{there.number}题的题干和选项与此相同" in text_of(answer)
    assert f'href="/exams/questions/{there.pk}/"' in text_of(answer)


def test_an_edit_over_another_edit_is_refused(exam, office):
    office.post(NEW, choice())
    question = Question.objects.latest("pk")
    seen = question.current_id
    path = f"/exams/questions/{question.pk}/edit/"
    assert office.post(path, choice(answer="A", seen=seen)).status_code == 302
    late = office.post(path, choice(answer="C", seen=seen))
    assert late.status_code == 422 and "刚刚由别人修改" in text_of(late)


def test_the_next_part_of_a_case_begins_with_its_material(exam, office):
    fields = choice(answer=["A", "B"], case_code="Z1", material="共同案情", more="1")
    answer = office.post(f"{NEW}?kind=case&form=multiple", fields, follow=True)
    assert "共同案情" in text_of(answer) and 'value="Z1"' in text_of(answer)


def picture_bytes(colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(out, "PNG")
    return out.getvalue()


def upload(name, content):
    file = io.BytesIO(content)
    file.name = name
    return file


def test_pictures_are_uploaded_with_the_form_and_survive_its_errors(exam, office):
    bad = office.post(NEW, choice(answer="", upload=upload("a.png", picture_bytes())))
    assert bad.status_code == 422
    sha = Picture.objects.get().sha256
    assert f'name="picture" value="{sha}"' in text_of(bad)
    good = choice(picture=sha, alt="", option_C="", upload_C=upload("b.png", picture_bytes("blue")))
    assert office.post(NEW, good).status_code == 302
    version = Question.objects.latest("pk").current
    assert version.picture.sha256 == sha and version.options[2]["picture"] and version.options[2]["text"] == ""
    svg = choice(stem="另一题", upload=upload("x.svg", b"<svg onload='alert(1)'/>"))
    refused = office.post(NEW, svg)
    assert refused.status_code == 422 and "“x.svg”不是可以使用的图片" in text_of(refused)


def test_a_picture_opens_only_for_the_user_it_was_addressed_to(exam, office):
    picture = add_picture(actor=exam.office, now=NOW, content=picture_bytes(), name="a.png")
    path = address(picture.pk, exam.office.pk)
    answer = office.get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "image/png"
    assert "private" in answer["Cache-Control"] and answer["X-Content-Type-Options"] == "nosniff"
    assert exam.cast.client("officer").get(path).status_code == 404
    assert Client().get(path).status_code == 302
    assert office.get(path[:-2] + "x/").status_code == 404


# --- topics and banks -------------------------------------------------------------------------------------------------


def test_topics_are_added_renamed_moved_and_removed(exam, office):
    office.post("/exams/topics/new/", {"name": "简易程序", "parent": str(exam.hearing.pk)})
    topic = Topic.objects.get(name="简易程序")
    assert topic.get_parent() == exam.hearing
    office.post(f"/exams/topics/{topic.pk}/", {"name": "当场处罚"})
    office.post(f"/exams/topics/{topic.pk}/move/", {"parent": ""})
    topic = Topic.objects.get(pk=topic.pk)
    assert (topic.name, topic.depth) == ("当场处罚", 1)
    taken = office.post("/exams/topics/new/", {"name": "当场处罚", "parent": str(exam.hearing.pk)})
    assert taken.status_code == 422 and "已有知识点" in text_of(taken)
    office.post(f"/exams/topics/{topic.pk}/remove/")
    assert not Topic.objects.filter(pk=topic.pk).exists()
    assert "已有2道试题" in text_of(office.post(f"/exams/topics/{exam.hearing.pk}/remove/", follow=True))


def test_a_bank_is_made_and_set_on_its_pages(exam, office):
    answer = office.post("/exams/banks/new/", {"name": "专业卷", "code": "pro-1"})
    assert answer.url == "/exams/banks/pro-1/"
    assert "题库为空，可导入Excel。" in text_of(office.get(answer.url))
    office.post("/exams/banks/pro-1/edit/", {"name": "专业卷", "note": "", "exam_only": "on", "closed": "on"})
    page = text_of(office.get("/exams/banks/pro-1/"))
    assert "仅供考试，不用于练习" in page and "已停用" in page
    assert office.get("/exams/banks/none/").status_code == 404


def test_two_officers_review_each_other(exam, office):
    client, _user = second_office(exam)
    office.post(NEW, choice())
    question = Question.objects.latest("pk")
    assert "没有待您审核的试题" in text_of(office.get("/exams/review/"))
    client.post("/exams/review/", {"question": [f"{question.pk}-{question.current_id}"], "to": "reviewed"})
    assert current(question).state == "reviewed"
    assert Grant.objects.filter(role=Role.EXAM).count() == 2


def test_versions_are_never_changed(exam, office):
    office.post(NEW, choice())
    question = Question.objects.latest("pk")
    before = QuestionVersion.objects.filter(pk=question.current_id).values().get()
    office.post(f"/exams/questions/{question.pk}/edit/", choice(stem="改过的题干", seen=question.current_id))
    assert QuestionVersion.objects.filter(pk=question.current_id).values().get() == before
