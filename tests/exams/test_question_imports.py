"""Files of questions into a bank: the sample whole, rows with errors, once only, back again; the wizard and the command."""

import base64
import io
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from PIL import Image

from exams.actions import question_imports as actions
from exams.actions import question_undo
from exams.actions.bank import create_bank, revise_question
from exams.actions.question_exports import export_questions
from exams.models import (
    Bank,
    ExamImport,
    PaperItem,
    PaperSection,
    Question,
    QuestionKey,
    QuestionState,
    QuestionVersion,
)
from exams.queries import question_plan
from exams.queries.bank import questions as all_questions
from exams.queries.keys import drafts_of
from portal import jobs
from portal.actions.errors import Refused
from portal.law import files as law_files
from portal.law.actions import load_law
from portal.models import AuditEvent
from portal.sheets import OutColumn, OutSheet, write_book
from staffing import files
from tests.cast import NOW

DATA = Path("tests/data/exams")
TRUTH = json.loads((DATA / "question_bank_300.truth.json").read_text(encoding="utf-8"))
KINDS = {"单选": "single", "多选": "multiple", "判断": "judge", "案例分析": "case"}
LEVELS = {"易": "easy", "中": "medium", "难": "hard"}
State = ExamImport.State


@pytest.fixture
def office(cast):
    return cast.user("exam")


@pytest.fixture
def bank(cast, office):
    return create_bank(actor=office, now=NOW, code="gg", name="公共法律知识")


@pytest.fixture
def laws(db):
    for path in law_files.builtin():
        load_law(actor=None, now=NOW, text=law_files.read(path))


def sheet(
    rows, header=("题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析", "难度", "法条依据", "分值")
) -> bytes:
    out = io.BytesIO()
    write_book(out, [OutSheet("题库", [OutColumn(title, text=True) for title in header], rows)])
    return out.getvalue()


def upload(bank, office, data: bytes, name="题.xlsx", prepare=True) -> ExamImport:
    batch = actions.upload(actor=office, now=NOW, bank=bank, file=ContentFile(data), filename=name)
    if prepare:
        jobs.run(batch.job_id)
        batch = question_plan.find_import(batch.pk)
    return batch


def rows_of(batch):
    return question_plan.stored_plan(batch).rows


def commit(batch, office, **choices):
    return actions.commit(actor=office, now=NOW, import_id=batch.pk, **choices)


GOOD = ["单选", "公民的罚款限额（ ）", "一百元", "二百元", "三百元", "", "B", "", "易", "《行政处罚法》第五十一条", "1"]


def but(**changed):
    names = ["kind", "stem", "a", "b", "c", "d", "answer", "explanation", "difficulty", "basis", "marks"]
    return [changed.get(name, value) for name, value in zip(names, GOOD)]


# --- the sample -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["question_bank_300.xlsx", "question_bank_300.csv"])
def test_the_sample_imports_whole(bank, office, laws, name):
    batch = upload(bank, office, (DATA / name).read_bytes(), name)
    assert batch.state == State.PREVIEW and batch.totals["accept"] == 300 and sum(batch.totals.values()) == 300
    assert commit(batch, office).state == State.COMMITTED
    questions = list(all_questions(bank).order_by("number"))
    assert [q.number for q in questions] == list(range(1, 301)) and {q.state for q in questions} == {"draft"}
    keys = QuestionKey.objects.in_bulk([q.current_id for q in questions])
    objective = 0
    for question in questions:
        if question.current.form != "written":
            assert "".join(keys[question.current_id].answer) == TRUTH["answers"][str(question.number)], question.number
            objective += 1
    assert objective == TRUTH["objective"] and 300 - objective == TRUTH["subjective"]
    versions = [q.current for q in questions]
    for label, count in TRUTH["by_type"].items():
        assert sum(v.kind == KINDS[label] for v in versions) == count
    for label, count in TRUTH["by_difficulty"].items():
        assert sum(v.difficulty == LEVELS[label] for v in versions) == count
    for law, count in TRUTH["by_law"].items():
        assert QuestionVersion.objects.filter(articles__law__short_name=law).distinct().count() == count
    for key in keys.values():
        if key.rubric:
            assert sum(float(line["marks"]) for line in key.rubric) == 10
    # Two stems recur with other options: four questions.
    stems = [v.stem for v in versions]
    again = {stem for stem in stems if stems.count(stem) > 1}
    assert len(again) == 2 and len([stem for stem in stems if stem in again]) == 4
    assert len({q.fingerprint for q in questions}) == 300
    same = [row for row in rows_of(batch) if any(issue.code == "SAME_STEM" for issue in row.issues)]
    assert len(same) == 2 and {row.action for row in same} == {"accept"}


def test_the_two_samples_are_the_same_questions(bank, office):
    commit(upload(bank, office, (DATA / "question_bank_300.xlsx").read_bytes()), office)
    batch = upload(bank, office, (DATA / "question_bank_300.csv").read_bytes(), "x.csv")
    assert batch.totals["duplicate"] == 300
    with pytest.raises(Refused):
        commit(batch, office)
    assert Question.objects.count() == 300


# --- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "action", "code"),
    [
        (GOOD, "accept", None),
        (but(answer="ｂ"), "fix", "ANSWER_NORMALISED"),
        (but(answer="二百元"), "fix", "ANSWER_NORMALISED"),
        (but(answer="E"), "reject", "ANSWER_NOT_IN_OPTIONS"),
        (but(answer="AB"), "reject", "SINGLE_MANY_ANSWERS"),
        (but(answer=""), "reject", "NO_ANSWER"),
        (but(answer="见教材"), "reject", "ANSWER_UNREADABLE"),
        (but(kind="多选"), "reject", "MULTIPLE_ONE_ANSWER"),
        (but(kind="多选", answer="A、B"), "fix", "ANSWER_NORMALISED"),
        (but(kind="多选", answer="CA"), "fix", "ANSWER_NORMALISED"),
        (but(kind=""), "fix", "KIND_GUESSED"),
        (but(kind="连线"), "reject", "UNKNOWN_KIND"),
        (but(stem=""), "reject", "NO_STEM"),
        (but(b="一百元"), "reject", "DUPLICATE_OPTIONS"),
        (but(b=""), "reject", "OPTION_GAP"),
        (but(a="A.一百元", b="B.二百元", c="C.三百元"), "fix", "OPTION_LABEL"),
        (but(difficulty="较难"), "fix", "ALIAS"),
        (but(difficulty="玄"), "reject", "BAD_DIFFICULTY"),
        (but(difficulty=""), "fix", "DEFAULT_DIFFICULTY"),
        (but(marks="很多"), "reject", "BAD_MARKS"),
        (but(marks=""), "fix", "DEFAULT_MARKS"),
        (but(basis="见教材"), "accept", "BASIS_UNREADABLE"),
        (but(basis="《行政处罚法》第九百条"), "accept", "BASIS_UNKNOWN"),
        (but(kind="判断", a="", b="", c="", answer="√"), "fix", "ANSWER_NORMALISED"),
        (but(kind="判断", a="错误", b="正确", c="", answer="A"), "fix", "ALIAS"),
        (but(kind="判断", a="", b="", c="", answer="A"), "accept", None),
        (but(kind="判断", a="甲", b="乙", c="", answer="A"), "reject", "JUDGE_OPTIONS"),
        (but(kind="填空", a="", b="", c="", answer="二百元/200元"), "accept", None),
        (but(kind="填空", a="", b="", c="", answer="二百元；三千元"), "reject", "BLANK_COUNT"),
        (but(kind="填空"), "reject", "OPTIONS_NOT_USED"),
        (but(kind="简答", a="", b="", c="", answer="参考答案：二百元。"), "review", "NO_RUBRIC"),
        (but(kind="简答", a="", b="", c="", answer="二百元。", explanation="评分要点：限额（1分）。"), "accept", None),
        (but(kind="简答", a="", b="", c="", answer="二百元。", explanation="评分要点：限额（2分）。"), "reject", "RUBRIC_SUM"),
    ],
)  # fmt: skip
def test_one_row(bank, office, laws, row, action, code):
    # A second, sound row, so that the file as a whole is never refused.
    batch = upload(bank, office, sheet([row, but(stem="另一道题")]))
    first = rows_of(batch)[0]
    assert first.action == action, first.issues
    assert code is None or code in {issue.code for issue in first.issues}, first.issues
    for issue in first.issues:
        assert issue.text("zh") and issue.text("en") and "{" not in issue.text("zh") + issue.text("en")


def test_swapped_true_and_false_mean_what_they_say(bank, office):
    batch = upload(bank, office, sheet([but(kind="判断", a="错误", b="正确", c="", answer="A")]))
    draft = rows_of(batch)[0].draft
    assert draft.answer == ("B",) and [text for _k, text, _p in draft.options] == ["正确", "错误"]


def test_the_same_question_twice(bank, office):
    rows = [GOOD, but(a="三百元", c="一百元", answer="B"), but(answer="A"), but(a="四百元")]
    plan = rows_of(upload(bank, office, sheet(rows)))
    assert [row.action for row in plan] == ["review", "duplicate", "reject", "accept"]
    assert {issue.code for issue in plan[3].issues} == {"SAME_STEM", "BASIS_UNKNOWN"}


def test_another_answer_than_the_bank_has(bank, office):
    commit(upload(bank, office, sheet([GOOD])), office)
    plan = rows_of(upload(bank, office, sheet([GOOD, but(answer="C")])))
    assert [row.action for row in plan] == ["duplicate", "reject"]
    assert "题库第1题" in plan[1].issues[-1].text()


def test_titles_sections_instructions_and_repeated_headers(bank, office):
    out = io.BytesIO()
    columns = [OutColumn(title, text=True) for title in ("试题内容", "A", "B", "正确答案", "备注")]
    rows = [
        ["一、单项选择题（每题1分）"],
        ["甲题", "是的", "不是", "A", "x"],
        ["试题内容", "A", "B", "正确答案", "备注"],
        ["二、判断题"],
        ["乙题", None, None, "错", None],
    ]
    write_book(
        out,
        [
            OutSheet("试题", columns, rows, note="某县执法资格考试题库"),
            OutSheet("填写说明", [OutColumn("说明")], [["答案填字母"]]),
        ],
    )
    batch = upload(bank, office, out.getvalue())
    plan = question_plan.stored_plan(batch)
    assert [(s.role, s.header_rows) for s in plan.sheets] == [("questions", [2]), ("instructions", [])]
    assert [row.action for row in plan.rows] == ["skip", "accept", "skip", "fix"]
    assert [row.row for row in plan.rows] == [3, 4, 6, 7] and plan.rows[3].draft.answer == ("B",)


def test_case_parts_share_their_material(bank, office):
    header = ("题型", "题干", "选项A", "选项B", "选项C", "答案", "案例编号", "案例材料", "评分要点", "分值")
    rows = [
        ["案例分析", "第一问", "甲", "乙", "丙", "AB", "AL1", "某摊贩占道经营。", "", "5"],
        ["案例分析", "第二问", "", "", "", "应当回避。", "AL1", "", "回避（6分）\n程序（4分）", "10"],
        ["案例分析", "第三问", "甲", "乙", "", "A", "AL1", "另一段材料。", "", "5"],
    ]
    plan = rows_of(upload(bank, office, sheet(rows, header)))
    assert [row.action for row in plan] == ["accept", "accept", "reject"]
    assert plan[1].draft.material == "某摊贩占道经营。" and plan[1].draft.form == "written"
    assert plan[1].draft.rubric == (("回避", "6"), ("程序", "4"))
    assert plan[0].draft.form == "multiple"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_csv_encodings(bank, office, encoding):
    text = "题型,题干,选项A,选项B,答案\r\n单选,处罚法定原则,对的,错的,A\r\n"
    batch = upload(bank, office, text.encode(encoding), "x.csv")
    assert batch.totals["accept"] == 1


# --- once and back --------------------------------------------------------------------------------------------------


def test_committing_twice_is_harmless(bank, office):
    batch = upload(bank, office, sheet([GOOD]))
    for _again in range(2):
        assert commit(batch, office).state == State.COMMITTED
    assert Question.objects.count() == 1
    assert AuditEvent.objects.filter(action="questions.imported").count() == 1
    with pytest.raises(Refused, match="已于"):
        upload(bank, office, sheet_bytes(batch), prepare=False)


def sheet_bytes(batch) -> bytes:
    with files.open_clear(batch.file) as file:
        return file.read()


def test_two_uploads_of_one_file_write_once(bank, office):
    data = sheet([GOOD])
    first, second = upload(bank, office, data), upload(bank, office, data)
    commit(first, office)
    with pytest.raises(Refused):
        commit(second, office)
    assert Question.objects.count() == 1


def test_review_rows_only_when_asked(bank, office):
    data = sheet([GOOD, but(kind="简答", stem="论述题", a="", b="", c="", answer="略。")])
    batch = upload(bank, office, data)
    commit(batch, office)
    assert Question.objects.count() == 1
    other = create_bank(actor=office, now=NOW, code="b2", name="乙")
    commit(upload(other, office, data), office, with_review=True)
    assert Question.objects.filter(bank=other).count() == 2


def test_activating_takes_a_reason_and_names_who_answers(bank, office):
    batch = upload(bank, office, sheet([GOOD]))
    with pytest.raises(Refused):
        commit(batch, office, activate=True, reason=" ")
    commit(batch, office, activate=True, reason="2026年审定会")
    question = Question.objects.get()
    assert (question.state, question.reviewed_by) == (QuestionState.ACTIVE, office)
    assert AuditEvent.objects.get(action="questions.imported").data["reason"] == "2026年审定会"


def test_undo_removes_what_nobody_used(bank, office):
    batch = upload(bank, office, sheet([GOOD, but(stem="第二题"), but(stem="第三题")]))
    commit(batch, office)
    _first, second, _third = Question.objects.order_by("number")
    (draft,) = drafts_of([second])
    revise_question(actor=office, now=NOW, question=second, draft=replace(draft, stem="第二题（改）"))
    done = question_undo.undo(actor=office, now=NOW, import_id=batch.pk)
    assert done == question_undo.Undone(2, (second.number,))
    assert question_undo.undo(actor=office, now=NOW, import_id=batch.pk) == question_undo.Undone(0)
    assert list(Question.objects.values_list("number", flat=True)) == [2]
    # Corrected, the same file comes in again; numbers are not given twice.
    again = upload(bank, office, sheet([GOOD, but(stem="第三题")]))
    commit(again, office)
    assert sorted(Question.objects.values_list("number", flat=True)) == [2, 4, 5]


def test_undo_keeps_questions_of_papers(exam, office):
    batch = upload(exam.bank, office, sheet([GOOD]))
    commit(batch, office, activate=True, reason="审定")
    question = Question.objects.get(imported=batch)
    section = PaperSection.objects.first()
    PaperItem.objects.create(section=section, question=question, position=1)
    with pytest.raises(Refused):
        question_undo.undo(actor=office, now=NOW, import_id=batch.pk)
    assert Question.objects.filter(pk=question.pk).exists()


def test_discarding_removes_the_files(bank, office, django_capture_on_commit_callbacks):
    batch = upload(bank, office, sheet([GOOD]))
    with django_capture_on_commit_callbacks(execute=True):
        for _again in range(2):
            actions.discard(actor=office, now=NOW, import_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.file, batch.plan_file) == (State.DISCARDED, "", "")
    with pytest.raises(Refused):
        commit(batch, office)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.xlsx", b"PK\x03\x04 not a workbook", "不完整"),
        ("x.xml", b"<quiz><question></quiz>", "Moodle XML"),
        ("x.xml", b'<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>', "DOCTYPE"),
        ("x.xml", b"<?xml version='1.0'?><html/>", "Moodle XML"),
        ("x.xml", b"<quiz>" + b"<a>" * 200 + b"</a>" * 200 + b"</quiz>", "嵌套"),
        ("x.xml", b"<quiz></quiz>", "没有试题"),
        ("x.gift", b"\xff\xfe\x00\x00 nothing", "不是文本"),
        ("x.gift", b"just words", "GIFT"),
        ("x.csv", "姓名,单位\n甲,乙\n".encode(), "表头"),
        ("x.csv", "题干,答案\n".encode(), "没有试题"),
    ],
)
def test_files_that_cannot_be_read_say_why(bank, office, name, data, words):
    batch = upload(bank, office, data, name)
    assert batch.state == State.REFUSED and words in batch.error


def test_a_closed_bank_and_an_empty_file(bank, office):
    with pytest.raises(Refused):
        upload(bank, office, b"")
    Bank.objects.update(closed=True)
    with pytest.raises(Refused):
        upload(Bank.objects.get(), office, sheet([GOOD]))


# --- pages ----------------------------------------------------------------------------------------------------------


def test_wizard(bank, cast, django_capture_on_commit_callbacks):
    client = cast.client("exam")
    address = reverse("exams:bank_import", args=["gg"])
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 422
    rows = [GOOD, but(stem="第二题", answer="E"), but(kind="简答", stem="论述", a="", b="", c="", answer="略。")]
    file = ContentFile(sheet(rows), name="题.xlsx")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address, {"file": file})
    here = answer.url
    page = client.get(here).content.decode()
    assert "不在选项之中" in page and "拒收" in page and "待核" in page
    assert "不在选项之中" not in client.get(here + "?action=accept").content.decode()
    book = client.get(here + "annotated/")
    assert book["Content-Type"].endswith("sheet")
    confirm = client.get(here + "commit/").content.decode()
    assert "待核的试题一并导入" in confirm and "直接启用" in confirm
    assert client.post(here + "commit/", {"activate": "on"}).status_code == 422
    assert client.post(here + "commit/", {"with_review": "on"}).url == here
    assert Question.objects.count() == 2
    assert "写入2道试题" in client.get(here).content.decode()
    assert "删除" in client.get(here + "undo/").content.decode()
    assert client.post(here + "undo/").url == here
    assert Question.objects.count() == 0 and "已撤销" in client.get(here).content.decode()
    for act in ("undo", "discard", "commit"):
        assert client.get(here + f"{act}/").status_code == 302
    assert "题.xlsx" in client.get(address).content.decode()


def test_a_refused_file_on_the_page(bank, cast, django_capture_on_commit_callbacks):
    client = cast.client("exam")
    file = ContentFile("姓名\n甲".encode(), name="x.csv")
    with django_capture_on_commit_callbacks(execute=True):
        here = client.post(reverse("exams:bank_import", args=["gg"]), {"file": file}).url
    page = client.get(here).content.decode()
    assert "没有识别到试题表头" in page


def test_preview_queries_stay_constant(bank, office, cast, django_assert_max_num_queries):
    client = cast.client("exam")
    for count in (3, 120):
        batch = upload(bank, office, sheet([but(stem=f"题{n}") for n in range(count)]), name=f"{count}.xlsx")
        with django_assert_max_num_queries(12):
            assert client.get(reverse("exams:question_import", args=[batch.pk])).status_code == 200


def test_export(exam, cast, tmp_path):
    client = cast.client("exam")
    address = reverse("exams:bank_export", args=[exam.bank.code])
    assert client.get(address).status_code == 200
    for form, ending in (("xlsx", ".xlsx"), ("moodle", ".xml"), ("gift", ".txt")):
        answer = client.post(address + "?kind=single", {"form": form})
        assert ending in answer["Content-Disposition"]
        path = tmp_path / f"x{ending}"
        path.write_bytes(answer.content)
        assert [row.draft.stem for row in question_plan.read_file(path, path.name).rows] == [
            f"单选{n}" for n in range(1, 5)
        ]
    event = AuditEvent.objects.filter(action="questions.exported").order_by("id").first()
    assert event.data == {"bank": "law", "format": "xlsx", "count": 4, "filter": "kind=single"}
    assert client.post(address, {"form": "pdf"}).status_code == 422
    assert client.post(address + "?q=没有这样的题", {"form": "xlsx"}).status_code == 422
    assert cast.client("legal").get(address).status_code == 403


def test_what_is_exported_comes_in_again_elsewhere(exam, office, tmp_path):
    for n, form in enumerate(("xlsx", "moodle", "gift")):
        made = export_questions(actor=office, now=NOW, bank=exam.bank, questions=all_questions(exam.bank), form=form)
        other = create_bank(actor=office, now=NOW, code=f"c{n}", name=f"副本{n}")
        commit(upload(other, office, made.content, made.name), office, with_review=True)
        assert drafts_of(list(all_questions(other))) == drafts_of(list(all_questions(exam.bank)))


def test_pictures_come_and_go(bank, office):
    out = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(out, "PNG")
    body = base64.b64encode(out.getvalue()).decode()
    xml = f"""<?xml version="1.0" encoding="UTF-8"?><quiz>
    <question type="category"><category><text>$course$/top/标志</text></category></question>
    <question type="multichoice"><questiontext format="html"><text><![CDATA[<p>图中是<b>什么</b>？<img src="@@PLUGINFILE@@/a.png"></p>]]></text>
    <file name="a.png" encoding="base64">{body}</file></questiontext><single>true</single>
    <answer fraction="100" format="html"><text>红</text></answer><answer fraction="0" format="html"><text>蓝</text></answer></question>
    <question type="multichoice"><questiontext format="html"><text><![CDATA[外链<img src="http://x.example/a.png">]]></text></questiontext>
    <single>true</single><answer fraction="100"><text>红</text></answer><answer fraction="0"><text>蓝</text></answer></question>
    <question type="cloze"><questiontext format="html"><text>{{1:SHORTANSWER:=x}}</text></questiontext></question></quiz>"""
    batch = upload(bank, office, xml.encode(), "x.xml")
    assert [row.action for row in rows_of(batch)] == ["accept", "review", "skip"]
    commit(batch, office)
    version = Question.objects.get().current
    assert (version.picture.width, version.picture.height) == (4, 3)
    assert version.topic.name == "标志" and version.stem == "图中是什么？"
    made = export_questions(actor=office, now=NOW, bank=bank, questions=all_questions(bank), form="moodle")
    again = upload(bank, office, made.content, "y.xml")
    assert again.totals["duplicate"] == 1


# --- command --------------------------------------------------------------------------------------------------------


def run(*args):
    out = StringIO()
    call_command("import_questions", *args, stdout=out)
    return out.getvalue()


def test_command(cast):
    path = str(DATA / "question_bank_300.csv")
    assert json.loads(run(path, "--bank", "gg", "--json"))["bank_new"] and not Bank.objects.exists()
    report = json.loads(run(path, "--bank", "gg", "--bank-name", "公共法律知识", "--json"))
    assert report["totals"]["accept"] == 300 and not report["committed"] and not Bank.objects.exists()
    assert set(report["totals"]) == {"accept", "fix", "merge", "duplicate", "review", "reject", "skip"}
    assert report["rows"][0]["record"]["answer"] == ["D"] and report["rows"][0]["row"] == 2
    made = json.loads(run(path, "--bank", "gg", "--bank-name", "公共法律知识", "--commit", "--json"))
    assert made["committed"] and made["written"] == 300 and Question.objects.count() == 300
    again = json.loads(run(path, "--bank", "gg", "--commit", "--json"))
    assert again["import_id"] == made["import_id"] and Question.objects.count() == 300
    assert again["totals"]["duplicate"] == 300
    assert "duplicate 300" in run(path, "--bank", "gg")


def test_command_refuses(cast, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("姓名\n甲", encoding="utf-8")
    for extra in ((), ("--json",)):
        with pytest.raises(SystemExit) as refused:
            run(str(path), "--bank", "gg", "--bank-name", "甲", *extra)
        assert refused.value.code == 1
    for wrong in (("missing.csv", "--bank", "gg"), (str(path), "--bank", "gg", "--bank-name", "甲", "--activate")):
        with pytest.raises(CommandError) as error:
            run(*wrong)
        assert error.value.returncode == 2
