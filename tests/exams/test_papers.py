"""Papers: composing, checking against the bank, states, freezing."""

from decimal import Decimal

import pytest

from exams.actions import paper_items, papers
from exams.models import Bank, FrozenPaper, Paper, PaperItem, QuestionState
from exams.queries import papers as query
from exams.rules.blueprint import QuotaSpec, SectionSpec
from exams.rules.papers import draw
from portal.actions.errors import Refused
from portal.models import AuditEvent
from tests.cast import NOW

pytestmark = pytest.mark.django_db
GIVEN = {"now": NOW}


@pytest.fixture
def given(exam):
    return {"actor": exam.office, "now": NOW}


def spec(kind="single", count=2, marks="5", *quotas, title=""):
    return SectionSpec(title or kind, kind, count, Decimal(marks), tuple(quotas))


@pytest.fixture
def draft(exam, given):
    return papers.create_paper(**given, code="n1", title="新卷", banks=[exam.bank])


def test_creating_twice_is_one_paper(exam, given, draft):
    again = papers.create_paper(**given, code="n1", title="新卷", banks=[exam.bank])
    assert again.pk == draft.pk and AuditEvent.objects.filter(action="paper.saved").count() == 1
    with pytest.raises(Refused) as refusal:
        papers.create_paper(**given, code="n1", title="另一卷", banks=[exam.bank])
    assert refusal.value.field == "code"
    with pytest.raises(Refused) as refusal:
        papers.create_paper(**given, code="n2", title="另一卷", banks=[])
    assert refusal.value.field == "banks"


def test_practice_refuses_banks_for_examinations_only(exam, given):
    secret = Bank.objects.create(code="secret", name="密卷题库", exam_only=True)
    with pytest.raises(Refused, match="密卷题库") as refusal:
        papers.create_paper(**given, code="n2", title="模拟", banks=[exam.bank, secret], for_practice=True)
    assert refusal.value.field == "for_practice"


def test_total_and_pool(exam):
    assert query.total(exam.paper) == Decimal("100.0") and query.items(exam.paper) == 6
    pool = query.pool([exam.bank])
    assert {kind: len(rows) for kind, rows in pool.items()} == {
        "single": 4,
        "multiple": 3,
        "judge": 3,
        "blank": 1,
        "case": 2,
    }
    assert [row["c"] for row in pool["case"]] == ["AL1", "AL1"] and pool["judge"][0]["o"] == ["A", "B"]


@pytest.mark.parametrize(
    "fields", [{"state": QuestionState.DRAFT}, {"state": QuestionState.RETIRED}, {"held": "法条已修改"}]
)
def test_pool_leaves_out_what_is_not_in_use(exam, fields):
    question = exam.questions["单选1"]
    for name, value in fields.items():
        setattr(question, name, value)
    question.save()
    assert question.current_id not in [row["v"] for row in query.pool([exam.bank])["single"]]


def test_a_case_with_a_held_part_is_left_out_whole(exam):
    question = exam.questions["案例1甲"]
    question.held = "法条已修改"
    question.save()
    assert "case" not in query.pool([exam.bank])
    question.held, question.state = "", QuestionState.RETIRED
    question.save()
    assert [row["v"] for row in query.pool([exam.bank])["case"]] == [exam.questions["案例1乙"].current_id]


def test_closed_banks_give_nothing(exam):
    Bank.objects.update(closed=True)
    assert query.pool([exam.bank]) == {}


def test_cases_of_two_banks_with_one_code_are_two_cases(exam):
    other = Bank.objects.create(code="b2", name="第二题库")
    exam.question("另一案", "case", "written", "答", bank=other, case_code="AL1", material="另一材料")
    codes = [row["c"] for row in query.pool([exam.bank, other])["case"]]
    assert sorted(codes) == ["b2/AL1", "law/AL1", "law/AL1"]


def test_a_quota_takes_the_topics_below(exam, given, draft):
    child = exam.hearing.add_child(name="听证程序")
    version = exam.questions["单选2"].current
    type(version).objects.filter(pk=version.pk).update(topic=child)
    papers.save_sections(
        **given, paper=draft, sections=[spec("single", 3, "5", QuotaSpec(exam.hearing.pk, "", 3))], strict=True
    )
    drawn = {row["v"] for row in draw(query.body_of(draft), 1)}
    assert drawn == {exam.questions[name].current_id for name in ("单选1", "单选2", "单选3")}


def test_what_is_missing_is_said_in_words(exam, given, draft):
    hard = QuotaSpec(exam.hearing.pk, "hard", 12)
    with pytest.raises(Refused) as refusal:
        papers.save_sections(
            **given, paper=draft, sections=[spec("single", 15, "1", hard, title="单选题")], strict=True
        )
    assert "单选题·听证·难：需12题，有0题，缺12题" in refusal.value.message
    assert "单选题：需15题，有4题，缺11题" in refusal.value.message
    papers.save_sections(**given, paper=draft, sections=[spec("single", 15, "1", hard, title="单选题")])
    with pytest.raises(Refused, match="听证·难：需12题，有0题，缺12题"):
        papers.mark_ready(**given, paper=draft)


def test_shared_shortage_and_cases_in_words(exam, given, draft):
    sections = [
        spec("multiple", 3, "2", QuotaSpec(exam.limitation.pk, "", 2), QuotaSpec(None, "hard", 2), title="多选题"),
        spec("case", 1, "10", title="案例分析题"),
    ]
    problems = query.check(sections, [exam.bank.pk]).problems
    assert problems == ["多选题：配额合计4题，超过本部分的3题", "案例分析题：案例须整案使用，可组成2题，不能恰好1题"]
    sections = [spec("single", 3, "2", title="单选一"), spec("single", 3, "2", title="单选二")]
    assert query.check(sections, [exam.bank.pk]).problems == ["单选一、单选二：合计需6题，可用的题共4题，缺2题"]


def test_check_tells_need_and_have_of_every_line(exam):
    sections = [spec("single", 3, "2", QuotaSpec(exam.hearing.pk, "", 2), QuotaSpec(None, "hard", 1))]
    check = query.check(sections, [exam.bank.pk])
    own, quotas = check.sections[0]
    assert (own.need, own.have) == (3, 4)
    assert [(line.need, line.have, line.missing) for line in quotas] == [(2, 2, 0), (1, 0, 1)]


def test_check_costs_the_same_at_any_size(exam, django_assert_max_num_queries):
    sections = [spec("single", 2, "2")]
    with django_assert_max_num_queries(4):
        query.check(sections, [exam.bank.pk])
    for n in range(40):
        exam.choice(f"更多{n}", "B", topic=exam.hearing)
    with django_assert_max_num_queries(4):
        query.check(sections * 9, [exam.bank.pk])
    with django_assert_max_num_queries(7):
        query.body_of(exam.paper)


def test_ready_needs_a_reachable_pass_mark(exam, given, draft):
    with pytest.raises(Refused, match="还没有任何部分"):
        papers.mark_ready(**given, paper=draft)
    papers.save_sections(**given, paper=draft, sections=[spec("single", 2, "5")])
    with pytest.raises(Refused, match=r"合格分60.0高于满分10.0"):
        papers.mark_ready(**given, paper=draft)
    papers.change_paper(**given, paper=draft, pass_mark=Decimal(6))
    assert papers.mark_ready(**given, paper=draft).state == Paper.State.READY


def test_a_change_of_content_takes_ready_away_and_a_quiet_one_does_not(exam, given):
    paper = papers.change_paper(**given, paper=exam.paper, for_practice=True)
    assert paper.state == Paper.State.READY
    paper = papers.change_paper(**given, paper=exam.paper, minutes=45)
    assert paper.state == Paper.objects.get(pk=paper.pk).state == Paper.State.DRAFT
    before = AuditEvent.objects.count()
    papers.change_paper(**given, paper=paper, minutes=45)
    assert AuditEvent.objects.count() == before, "nothing changed, nothing written"


def test_saving_the_same_blueprint_again_writes_nothing(exam, given, draft):
    sections = [spec("single", 2, "5", QuotaSpec(exam.hearing.pk, "", 1))]
    papers.save_sections(**given, paper=draft, sections=sections)
    ids, before = list(draft.sections.values_list("pk", flat=True)), AuditEvent.objects.count()
    papers.save_sections(**given, paper=draft, sections=sections)
    assert list(draft.sections.values_list("pk", flat=True)) == ids and AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (SectionSpec("单选", "single", 0, Decimal(1)), "题数应大于0"),
        (SectionSpec("单选", "single", 1, Decimal(0)), "每题分值应大于0"),
        (SectionSpec("单选", "single", 301, Decimal(1)), "最多300题"),
    ],
)
def test_senseless_sections_are_refused(given, draft, section, words):
    with pytest.raises(Refused, match=words):
        papers.save_sections(**given, paper=draft, sections=[section])


def test_retired_papers_do_not_change(exam, given, draft):
    with pytest.raises(Refused, match="尚未开考"):
        papers.retire(**given, paper=exam.paper)
    papers.retire(**given, paper=draft)
    for act in (papers.change_paper, papers.mark_ready):
        with pytest.raises(Refused, match="已停用"):
            act(**given, paper=draft)
    assert papers.reopen(**given, paper=draft).state == Paper.State.DRAFT


def test_copy_takes_everything(exam, given):
    paper = papers.copy_paper(**given, paper=exam.paper, code="p2", title="副本")
    assert paper.state == Paper.State.DRAFT and list(paper.banks.all()) == [exam.bank]
    assert query.specs_of(paper) == query.specs_of(exam.paper)
    with pytest.raises(Refused):
        papers.copy_paper(**given, paper=exam.paper, code="p2", title="副本")


# --- fixed papers ----------------------------------------------------------------------------------------------------
@pytest.fixture
def fixed(exam, given):
    paper = papers.create_paper(
        **given, code="f1", title="固定卷", mode="fixed", banks=[exam.bank], shuffle_items=False, pass_mark=6
    )
    papers.save_sections(**given, paper=paper, sections=[spec("single", 0, "2"), spec("judge", 0, "1")])
    return paper


def stems(section):
    return list(section.items.values_list("question__current__stem", flat=True))


def test_choosing_ordering_and_taking_out(exam, given, fixed):
    single = fixed.sections.get(position=1)
    chosen = [exam.questions[name] for name in ("单选3", "单选1", "单选2")]
    assert paper_items.add_items(**given, section=single, questions=chosen) == 3
    assert paper_items.add_items(**given, section=single, questions=chosen) == 0
    assert stems(single) == ["单选3", "单选1", "单选2"] and query.total(fixed) == Decimal(6)
    paper_items.move_item(**given, item=single.items.get(position=3), up=True)
    paper_items.move_item(**given, item=single.items.get(position=1), up=True)
    assert stems(single) == ["单选3", "单选2", "单选1"]
    paper_items.remove_item(**given, item=single.items.get(position=1))
    assert stems(single) == ["单选2", "单选1"] and query.items(fixed) == 2
    assert list(single.items.values_list("position", flat=True)) == [1, 2]


def test_only_fitting_questions_are_chosen(exam, given, fixed):
    single = fixed.sections.get(position=1)
    other = exam.question("别库", "single", "single", ["A"], bank=Bank.objects.create(code="b9", name="别库"))
    for question in (exam.questions["判断1"], other):
        with pytest.raises(Refused, match="不能选入"):
            paper_items.add_items(**given, section=single, questions=[question])
    papers.save_sections(**given, paper=fixed, sections=[*query.specs_of(fixed), spec("single", 0, "3", title="加题")])
    paper_items.add_items(**given, section=single, questions=[exam.questions["单选1"]])
    with pytest.raises(Refused, match="本卷其他部分已有"):
        paper_items.add_items(**given, section=fixed.sections.get(position=3), questions=[exam.questions["单选1"]])
    with pytest.raises(Refused, match="不逐题选定"):
        paper_items.add_items(**given, section=exam.paper.sections.first(), questions=[])


def test_a_fixed_paper_is_drawn_as_chosen(exam, given, fixed):
    single, judge = fixed.sections.all()
    paper_items.add_items(**given, section=single, questions=[exam.questions["单选3"], exam.questions["单选1"]])
    assert query.shortages(fixed) == ["judge：还没有选题"]
    paper_items.add_items(**given, section=judge, questions=[exam.questions["判断2"], exam.questions["判断1"]])
    papers.mark_ready(**given, paper=fixed)
    layout = draw(papers.freeze(**given, paper=fixed).body, 7)
    names = ("单选3", "单选1", "判断2", "判断1")
    assert [row["v"] for row in layout] == [exam.questions[name].current_id for name in names]
    question = exam.questions["单选1"]
    question.held = "法条已修改"
    question.save()
    assert query.shortages(fixed) == ["single第2题（公共法律知识第1题）不能使用：法条已修改"]


def test_sections_of_a_fixed_paper_keep_their_questions(exam, given, fixed):
    single, judge = fixed.sections.all()
    paper_items.add_items(**given, section=single, questions=[exam.questions["单选3"]])
    one, two = query.specs_of(fixed)
    papers.save_sections(**given, paper=fixed, sections=[two, one])
    assert list(fixed.sections.values_list("pk", "position")) == [(judge.pk, 1), (single.pk, 2)]
    with pytest.raises(Refused, match="还有选题"):
        papers.save_sections(**given, paper=fixed, sections=[two])
    papers.save_sections(**given, paper=fixed, sections=[one])
    assert list(fixed.sections.values_list("pk", flat=True)) == [single.pk] and PaperItem.objects.count() == 1
    with pytest.raises(Refused, match="不能改变题型"):
        changed = SectionSpec("x", "judge", 0, Decimal(1), (), single.pk)
        papers.save_sections(**given, paper=fixed, sections=[changed])


def test_mode_is_settled_once_there_are_sections(given, fixed):
    with pytest.raises(Refused) as refusal:
        papers.change_paper(**given, paper=fixed, mode="blueprint")
    assert refusal.value.field == "mode"


# --- freezing --------------------------------------------------------------------------------------------------------
def test_freezing_twice_is_one_copy(exam, given):
    one, two = papers.freeze(**given, paper=exam.paper), papers.freeze(**given, paper=exam.paper)
    assert one.pk == two.pk and AuditEvent.objects.filter(action="paper.frozen").count() == 1
    assert one.sha256 == query.sha_of(one.body) and one.body["total"] == "100.0"
    exam.choice("单选9", "B")
    assert papers.freeze(**given, paper=exam.paper).pk != one.pk and FrozenPaper.objects.count() == 2
    one.refresh_from_db()
    assert query.sha_of(one.body) == one.sha256


def test_a_frozen_body_holds_no_key(exam, given):
    body = papers.freeze(**given, paper=exam.paper).body
    assert set(body) == {
        "title", "mode", "multiple_policy", "pass_mark", "total", "minutes", "shuffle_items", "shuffle_options", "sections"
    }  # fmt: skip
    for section in body["sections"]:
        assert set(section) == {"title", "kind", "marks", "count", "quotas", "pool"}
        assert all(set(row) == {"v", "t", "d", "c", "f", "o", "b"} for row in section["pool"])


def test_only_ready_and_feasible_papers_freeze(exam, given, draft):
    with pytest.raises(Refused, match="设为可用后才能定稿"):
        papers.freeze(**given, paper=draft)
    exam.bank.questions.filter(current__kind="multiple").update(state=QuestionState.RETIRED)
    with pytest.raises(Refused, match="多选题：需2题，有0题，缺2题"):
        papers.freeze(**given, paper=exam.paper)
