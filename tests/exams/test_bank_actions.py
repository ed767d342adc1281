"""Questions: stored with key and topics, numbered once, never the same twice, revised as versions, reviewed by others."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from exams.actions import bank as actions
from exams.actions import topics
from exams.actions.pictures import add_picture
from exams.delivery.pictures import read
from exams.formats.draft import QuestionDraft
from exams.models import Bank, Picture, Question, QuestionKey, QuestionVersion, Topic
from exams.queries.keys import drafts_of, keys_of
from portal.actions.errors import Refused
from portal.models import AuditEvent
from tests.cast import NOW

OPTIONS = (("A", "三日", None), ("B", "五日", None), ("C", "七日", None))


def draft(stem="当事人要求听证的，应当在告知后几日内提出？", **fields):
    values = {
        "kind": "single",
        "form": "single",
        "options": OPTIONS,
        "answer": ("B",),
        "topic": "听证",
        "where": "第2行",
    }
    return QuestionDraft(stem=stem, **{**values, **fields})


def part(stem, **fields):
    values = {
        "kind": "case",
        "form": "written",
        "options": (),
        "answer": "参考答案",
        "case_code": "C1",
        "material": "案情",
    }
    return draft(stem, **{**values, **fields})


def picture_bytes(size=(40, 30), kind="PNG", colour="red"):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


@pytest.fixture
def own(exam):
    return actions.create_bank(actor=exam.office, now=NOW, code="own", name="本局题库")


def add(exam, bank, *drafts, **kwargs):
    return actions.add_questions(actor=exam.office, now=NOW, bank=bank, drafts=drafts, **kwargs)


def current(question):
    return Question.objects.select_related("current__topic").get(pk=question.pk)


def test_a_bank_is_made_once_and_its_code_belongs_to_it(exam, own):
    again = actions.create_bank(actor=exam.office, now=NOW, code="own", name="本局题库")
    assert again == own and AuditEvent.objects.filter(action="bank.saved").count() == 1
    with pytest.raises(Refused, match="已用于题库“本局题库”"):
        actions.create_bank(actor=exam.office, now=NOW, code="own", name="另一题库")
    for code in ("new", "a b", "", "x" * 41):
        with pytest.raises(Refused):
            actions.create_bank(actor=exam.office, now=NOW, code=code, name="题库")
    actions.save_bank(actor=exam.office, now=NOW, bank=own, exam_only=True)
    actions.save_bank(actor=exam.office, now=NOW, bank=own, exam_only=True)
    assert Bank.objects.get(pk=own.pk).exam_only
    assert AuditEvent.objects.filter(action="bank.saved").count() == 2


def test_questions_are_stored_in_order_with_key_topic_and_search_text(exam, own):
    many = draft("下列哪些须听证？", kind="multiple", form="multiple", answer=("A", "C"), topic="重大处罚", marks="2.0")
    blank = draft("罚款由____机构收缴。", kind="blank", form="blank", options=(), answer=(("专门", "收缴"),), blanks=1)
    judge = draft(
        "听证公开举行。", kind="judge", form="judge", options=(("A", "正确", None), ("B", "错误", None)), answer=("A",)
    )
    written = part("试析程序。", rubric=(("要点一", "4.0"), ("要点二", "6")), marks="10")
    made = add(exam, own, draft(), many, blank, judge, written)
    assert [q.number for q in made] == [1, 2, 3, 4, 5]
    assert [q.state for q in made] == ["draft"] * 5
    version = current(made[1]).current
    assert version.topic.name == "重大处罚" and Topic.objects.filter(name="听证").count() == 1
    assert version.options[1] == {"key": "B", "text": "五日", "picture": None}
    assert "七日" in version.search and version.made_by == exam.office
    keys = keys_of(q.current_id for q in made)
    assert keys[version.pk].answer == ["A", "C"]
    assert keys[made[2].current_id].answer == [["专门", "收缴"]]
    assert keys[made[4].current_id].rubric == [{"text": "要点一", "marks": "4"}, {"text": "要点二", "marks": "6"}]
    assert drafts_of([current(made[1])]) == [replace(many, marks="2")]
    row = AuditEvent.objects.filter(action="question.saved").latest("id")
    assert row.data["numbers"] == [1, 5]


def test_three_hundred_questions_cost_few_queries(exam, own, django_assert_max_num_queries):
    drafts = [draft(f"第{n}个问题？", topic=f"点{n % 3}") for n in range(300)]
    with django_assert_max_num_queries(55):
        add(exam, own, *drafts)
    assert own.questions.count() == 300


def test_the_same_question_is_refused_and_the_one_that_is_there_is_named(exam, own):
    (first,) = add(exam, own, draft())
    shuffled = draft(options=(("A", "七日", None), ("B", "三日", None), ("C", "五日", None)), answer=("C",))
    with pytest.raises(actions.Duplicate, match="第2行：题库“本局题库”第1题") as refusal:
        add(exam, own, draft("新题"), shuffled)
    assert refusal.value.question == first
    assert own.questions.count() == 1
    with pytest.raises(actions.Duplicate, match="同一批中有两题"):
        add(exam, own, draft("新题"), draft("新 题"))
    other_options = draft(options=(("A", "一日", None), ("B", "二日", None)), answer=("A",))
    assert add(exam, own, other_options)[0].number == 2


def test_numbers_are_never_given_again(exam, own):
    *_rest, last = add(exam, own, draft("一"), draft("二"))
    QuestionKey.objects.filter(version__question=last).delete()
    Question.objects.filter(pk=last.pk).update(current=None)
    last.versions.all().delete()
    last.delete()
    assert add(exam, own, draft("三"))[0].number == 3


def test_a_draft_with_problems_is_refused_with_its_place(exam, own):
    with pytest.raises(Refused, match=r"^第2行：") as refusal:
        add(exam, own, draft(answer=("D",)))
    assert refusal.value.field == "answer"
    actions.save_bank(actor=exam.office, now=NOW, bank=own, closed=True)
    with pytest.raises(Refused, match="已停用"):
        add(exam, own, draft())


def test_a_revision_is_a_new_version_back_to_draft_and_unchanged_content_is_none(exam, own):
    (question,) = add(exam, own, draft(), state="active", reviewer=exam.cast.user("legal"))
    old = current(question).current
    same = actions.revise_question(actor=exam.office, now=NOW, question=question, draft=draft())
    assert same == old and current(question).state == "active"
    new = actions.revise_question(
        actor=exam.office, now=NOW, question=question, draft=draft(answer=("C",)), seen=old.pk
    )
    question = current(question)
    assert (new.number, question.current, question.state, question.reviewed_by) == (2, new, "draft", None)
    assert keys_of([old.pk, new.pk])[old.pk].answer == ["B"]
    assert keys_of([old.pk, new.pk])[new.pk].answer == ["C"]
    with pytest.raises(Refused, match="刚刚由别人修改"):
        actions.revise_question(actor=exam.office, now=NOW, question=question, draft=draft("另问"), seen=old.pk)
    with pytest.raises(Refused, match="题型不能改变"):
        actions.revise_question(
            actor=exam.office,
            now=NOW,
            question=question,
            draft=draft(kind="multiple", form="multiple", answer=("A", "B")),
        )


def test_a_revision_may_not_become_another_question(exam, own):
    first, second = add(exam, own, draft("一"), draft("二"))
    with pytest.raises(actions.Duplicate) as refusal:
        actions.revise_question(actor=exam.office, now=NOW, question=second, draft=draft("一"))
    assert refusal.value.question == first


def test_a_cases_material_is_one_for_all_its_parts(exam, own):
    first, second = add(exam, own, part("甲问"), part("乙问"))
    with pytest.raises(Refused, match="案例“C1”已有另一段案例材料"):
        add(exam, own, part("丙问", material="别的案情"))
    actions.revise_question(actor=exam.office, now=NOW, question=first, draft=part("甲问", material="改后的案情"))
    for question, stem in ((first, "甲问"), (second, "乙问")):
        version = current(question).current
        assert (version.number, version.material, version.stem) == (2, "改后的案情", stem)
        assert keys_of([version.pk])[version.pk].answer == "参考答案"
    actions.revise_question(actor=exam.office, now=NOW, question=second, draft=part("乙问改", material="改后的案情"))
    assert current(first).current.number == 2


def test_the_way_to_use_and_out_of_it(exam, own):
    legal = exam.cast.user("legal")
    questions = add(exam, own, draft("一"), draft("二"))

    def move(state, actor=legal, rows=None):
        rows = rows if rows is not None else [current(q) for q in questions]
        return actions.change_state(actor=actor, now=NOW, questions=rows, state=state)

    with pytest.raises(Refused, match="第1、2题由您编写"):
        move("reviewed", actor=exam.office)
    with pytest.raises(Refused, match="第1、2题尚未审核通过"):
        move("active")
    assert move("reviewed") == 2 and move("reviewed") == 0
    assert current(questions[0]).reviewed_by == legal
    assert move("active") == 2
    with pytest.raises(Refused, match="正在启用"):
        move("draft")
    assert move("retired", rows=[current(questions[0])]) == 1
    assert move("draft", rows=[current(questions[0])]) == 1
    assert current(questions[0]).reviewed_by is None
    assert AuditEvent.objects.filter(action="question.state").count() == 6


def test_a_version_nobody_looked_at_is_not_approved(exam, own):
    (question,) = add(exam, own, draft())
    seen = current(question)
    actions.revise_question(actor=exam.office, now=NOW, question=question, draft=draft(answer=("A",)))
    with pytest.raises(Refused, match="第1题刚刚被修改"):
        actions.change_state(actor=exam.cast.user("legal"), now=NOW, questions=[seen], state="reviewed")


def test_what_is_returned_says_why_until_it_is_revised(exam, own):
    (question,) = add(exam, own, draft())
    legal = exam.cast.user("legal")
    with pytest.raises(Refused, match="退回的原因"):
        actions.return_questions(actor=legal, now=NOW, questions=[question], reason=" ")
    actions.return_questions(actor=legal, now=NOW, questions=[current(question)], reason="选项B有歧义")
    assert current(question).returned == "选项B有歧义"
    actions.revise_question(actor=exam.office, now=NOW, question=question, draft=draft(answer=("A",)))
    assert current(question).returned == ""


def test_pictures_are_stored_anew_once_and_nothing_else_is_taken(exam, own):
    def take(content, name="图.png"):
        return add_picture(actor=exam.office, now=NOW, content=content, name=name, alt="现场照片")

    picture = take(picture_bytes())
    assert take(picture_bytes()) == picture and Picture.objects.count() == 1
    assert (picture.mime, picture.width, picture.height, picture.alt) == ("image/png", 40, 30, "现场照片")
    assert take(picture_bytes(kind="JPEG")).mime == "image/jpeg"
    assert take(picture_bytes(kind="GIF", colour="blue")).mime == "image/png"
    assert take(picture_bytes(kind="WEBP", colour="green")).mime == "image/png"
    tail = picture_bytes(colour="black") + b"<script>alert(1)</script>"
    assert b"script" not in read(take(tail))
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    for content in (svg, b"", b"%PDF-1.7", picture_bytes()[:60], picture_bytes(kind="BMP"), picture_bytes(kind="TIFF")):
        with pytest.raises(Refused, match=r"“图\.png”不是可以使用的图片"):
            take(content)
    with pytest.raises(Refused, match="2001×10像素"):
        take(picture_bytes(size=(2001, 10)))
    with pytest.raises(Refused, match="超过2MB"):
        take(b"\x89PNG" + b"0" * (2 * 2**20))


def test_a_question_shows_pictures_in_stem_and_options(exam, own):
    stem = add_picture(actor=exam.office, now=NOW, content=picture_bytes(), name="a.png")
    option = add_picture(actor=exam.office, now=NOW, content=picture_bytes(colour="blue"), name="b.png")
    drawn = draft(picture=stem.sha256, options=(("A", "甲", None), ("B", "", option.sha256)))
    (question,) = add(exam, own, drawn)
    version = current(question).current
    assert version.picture == stem and version.options[1]["picture"] == option.pk
    assert drafts_of([current(question)]) == [drawn]
    with pytest.raises(Refused, match="没有找到图片"):
        add(exam, own, draft("无图", picture="0" * 64))


def test_topics_are_named_once_and_move_with_what_is_below(exam):
    actor = exam.office
    law = topics.save_topic(actor=actor, now=NOW, name="行政处罚")
    assert topics.save_topic(actor=actor, now=NOW, name="行政处罚") == law
    below = topics.save_topic(actor=actor, now=NOW, name="简易程序", parent=law)
    with pytest.raises(Refused, match="已有知识点“简易程序”"):
        topics.save_topic(actor=actor, now=NOW, name="简易程序")
    moved = topics.move_topic(actor=actor, now=NOW, topic=law, parent=exam.hearing)
    assert moved.get_parent() == exam.hearing
    assert Topic.objects.get(pk=below.pk).get_ancestors().first() == exam.hearing
    with pytest.raises(Refused, match="下级"):
        topics.move_topic(actor=actor, now=NOW, topic=Topic.objects.get(pk=exam.hearing.pk), parent=below)
    topics.move_topic(actor=actor, now=NOW, topic=below, parent=None)
    assert [t.name for t in Topic.get_root_nodes()] == sorted(["听证", "时效", "简易程序"])
    renamed = topics.save_topic(actor=actor, now=NOW, name="〇听证", topic=Topic.objects.get(pk=exam.hearing.pk))
    assert Topic.get_first_root_node() == renamed
    with pytest.raises(Refused, match="已有知识点"):
        topics.save_topic(actor=actor, now=NOW, name="时效", topic=renamed)


def test_only_an_unused_topic_can_be_removed(exam):
    spare = topics.save_topic(actor=exam.office, now=NOW, name="误建")
    topics.remove_topic(actor=exam.office, now=NOW, topic=spare)
    topics.remove_topic(actor=exam.office, now=NOW, topic=spare)
    assert not Topic.objects.filter(name="误建").exists()
    with pytest.raises(Refused, match="已有2道试题"):
        topics.remove_topic(actor=exam.office, now=NOW, topic=exam.hearing)
    assert QuestionVersion.objects.filter(topic=exam.hearing).count() == 2
