"""Score sheets: the sample is read as its truth says, odd cells are told, an import writes the register once."""

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from exams.actions import results, scores
from exams.formats.scores import ScoreSheet, UnreadableError, figures, read
from exams.models import Entry, Registration, ScoreEvent, Sitting
from exams.queries.register import register_of
from exams.queries.score_plan import plan
from portal.actions.errors import Refused
from portal.sheets import read_book
from portal.sheets.model import Book, Sheet
from staffing.models import Person, Unit
from tests.cast import NOW, id_number
from tests.exams.made import ExamCast

DATA = Path(__file__).resolve().parents[1] / "data/exams"
SAMPLE = DATA / "exam_scores_79.xlsx"
TRUTH = json.loads((DATA / "exam_scores_79.truth.json").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 2)
HEAD = ["序号", "准考证号", "姓名", "身份证号", "工作单位", "法律", "业务", "考试结果", "备注"]
ID = [id_number(date(1990, 1, 1), n) for n in range(1, 10)]


@pytest.fixture
def exam(cast):
    return ExamCast(cast)


@pytest.fixture
def offline(exam):
    return exam.make_sitting("off", "线下考试", online=False)


def sheet(*rows, head=HEAD, above=(), below=()):
    lines = [[*above_row] for above_row in above] + [head, *rows] + [[*row] for row in below]
    width = max(map(len, lines))
    return Book("xlsx", [Sheet("成绩", [line + [None] * (width - len(line)) for line in map(list, lines)])], "0" * 64)


def row(n, *marks, result="合格", remark=None, name=None, unit="示例县水利局", number=None):
    return [n, f"2026{n:04d}", name or f"某{n}", number if number is not None else ID[n], unit, *marks, result, remark]


def codes(found):
    return [issue.code for line in found.rows for issue in line.issues]


def test_the_sample_is_read_as_its_truth_says():
    found = read(read_book(SAMPLE), today=TODAY)
    assert (found.header_row, found.papers) == (TRUTH["header_row"], ["公共法律知识", "专业法律知识"])
    assert (found.total, found.pass_mark, found.held_on) == ("100", "60", "2021-08-26")
    assert found.footer == {"registered": 79, "sat": 78, "withdrawn": 1, "passed": 77, "failed": 1}
    assert not found.differences and not codes(found)
    for name in ("registered", "sat", "passed", "failed", "withdrawn", "absent"):
        assert figures(found.rows)[name] == TRUTH[name]
    for line, true in zip(found.rows, TRUTH["rows"], strict=True):
        assert (line.row, line.exam_no, line.id_number, line.name) == (
            true["row"],
            true["exam_no"],
            true["id_number"],
            true["name"],
        )
        assert [None if mark is None else float(mark) for mark in line.scores] == true["scores"]
        assert (line.outcome, line.reason or None) == (true["outcome"], true["reason"])


@pytest.mark.parametrize(
    ("marks", "result", "remark", "outcome"),
    [
        ((60, 60), "合格", None, "passed"),
        ((60, 59.5), "不合格", None, "failed"),
        (("弃考", "弃考"), None, None, "withdrawn"),
        (("缺考", None), "缺考", None, "absent"),
        ((80, 90), "作弊", None, "disqualified"),
        (("——", "/"), None, "缺考", "absent"),
        ((70, "缺考"), "不合格", None, "failed"),
        ((70, 80), "合格", "无缺考", "passed"),
        (("６５", "70分"), "合格", None, "passed"),
    ],
)
def test_what_a_row_says(marks, result, remark, outcome):
    found = read(sheet(row(1, *marks, result=result, remark=remark)), today=TODAY)
    assert found.rows[0].outcome == outcome


@pytest.mark.parametrize(
    ("line", "code", "action"),
    [
        (row(1, 80, 50), "RESULT_DIFFERS", "review"),
        (row(1, 80, None), "NO_SCORE", "review"),
        (row(1, 80, "优"), "NOT_A_SCORE", "reject"),
        (row(1, 80, 101), "SCORE_BOUNDS", "reject"),
        (row(1, 80, -1), "SCORE_BOUNDS", "reject"),
        (row(1, 80, 90, number=ID[1][:-1] + ("1" if ID[1][-1] != "1" else "2")), "ID_BAD", "reject"),
        (row(1, 80, 90, number=""), "NO_ID", "review"),
        (row(1, 80, 90, result="弃考"), "SCORES_AND_WORD", "review"),
    ],
)
def test_contradictions_are_told(line, code, action):
    found = read(sheet(line), today=TODAY)
    assert code in codes(found) and found.rows[0].action == action


def test_the_same_person_or_number_twice():
    again = row(2, 80, 80, number=ID[1])
    twice = row(3, 80, 80)
    twice[1] = "20260001"
    assert codes(read(sheet(row(1, 70, 70), again, twice), today=TODAY)) == ["ID_TWICE", "NO_TWICE"]


def test_the_footer_is_compared():
    found = read(sheet(row(1, 70, 70), below=[["应考2人，实考1人，合格1人，缺考1人"]]), today=TODAY)
    assert found.differences == [("registered", 2, 1), ("absent", 1, 0)]


def test_other_columns_are_no_papers():
    head = ["姓名", "性别", "准考证号", "单位", "综合卷", "总分", "结果"]
    found = read(sheet(["某", "男", "1", "水利局", 70, 70, "合格"], head=head), today=TODAY)
    assert found.papers == ["综合卷"]


def test_marks_and_pass_mark_from_the_title():
    found = read(sheet(row(1, 110, 95), above=[["总分120分制：每科满分120分，72分以上为合格"]]), today=TODAY)
    assert (found.total, found.pass_mark, found.rows[0].outcome) == ("120", "72", "passed")


@pytest.mark.parametrize("book", [sheet(head=["姓名", "单位"]), sheet(["a"], head=["a"])])
def test_what_is_no_score_sheet(book):
    with pytest.raises(UnreadableError, match="没有识别到成绩表"):
        read(book, today=TODAY)


def test_a_sheet_survives_storage():
    found = read(read_book(SAMPLE), today=TODAY)
    assert ScoreSheet.of(json.loads(json.dumps(found.as_json()))).rows == found.rows


# --- importing -------------------------------------------------------------------------------------------------------


def write(exam, offline, book=None, **fields):
    found = read(book or read_book(SAMPLE), today=TODAY)
    return scores.import_scores(
        actor=exam.office, now=NOW, sitting=offline, sheet=found, sha256="a" * 64, file_name="x.xlsx", **fields
    )


def test_the_sample_imports_to_its_register(exam, offline):
    units = Unit.objects.count()
    done = write(exam, offline, add_people=True)
    assert (done.rows, done.people) == (79, 79) and Unit.objects.count() == units + done.units
    offline.refresh_from_db()
    view = register_of(offline)
    parts = (view.registered, view.sat, view.passed, view.failed, view.withdrawn, view.absent, view.disqualified)
    assert parts == (79, 78, 77, 1, 1, 0, 0) and offline.state == "closed"
    assert view.sums.pass_rate_of_sat == 77 / 78
    gone = Registration.objects.get(state="withdrawn")
    assert gone.reason == "因调离执法岗位弃考"
    assert list(offline.papers.values_list("title", "total", "pass_mark")) == [
        ("公共法律知识", 100, 60),
        ("专业法律知识", 100, 60),
    ]
    assert not gone.person.memberships.get().start_known


def test_importing_again_writes_nothing(exam, offline):
    write(exam, offline, add_people=True)
    events, people = ScoreEvent.objects.count(), Person.objects.count()
    offline.refresh_from_db()
    assert write(exam, offline, add_people=True).rows == 0
    assert (ScoreEvent.objects.count(), Person.objects.count()) == (events, people)


def test_unknown_people_wait(exam, offline):
    with pytest.raises(Refused, match="79人不在库中"):
        write(exam, offline)
    assert not Registration.objects.filter(sitting=offline).exists() and not offline.papers.exists()


def known(exam, *marks, **fields):
    person = exam.cast.wang
    return sheet([1, "1", person.name, person.id_number, "东江队", *marks, fields.get("result", "合格"), None])


def test_known_people_and_a_corrected_sheet(exam, offline):
    assert write(exam, offline, known(exam, 70, 80)).rows == 1
    one = Registration.objects.get(sitting=offline)
    assert one.unit == exam.cast.east and one.exam_no == "1"
    offline.refresh_from_db()
    assert write(exam, offline, known(exam, 50, 80, result="不合格")).rows == 1
    assert [entry.score for entry in one.entries.order_by("paper__position")] == [50, 80]
    assert ScoreEvent.objects.filter(entry__registration=one).count() == 3
    assert register_of(offline).failed == 1


def test_another_name_for_the_number_is_told(exam, offline):
    book = sheet([1, "1", "别人", exam.cast.wang.id_number, "东江队", 70, 80, "合格", None])
    line = plan(read(book, today=TODAY), offline).lines[0]
    assert line.action == "review" and line.issues[0].code == "NAME_DIFFERS"


def test_where_a_sheet_does_not_belong(exam, offline):
    with pytest.raises(Refused, match="线上场次"):
        write(exam, exam.sitting, known(exam, 70, 80))
    write(exam, offline, known(exam, 70, 80))
    with pytest.raises(Refused, match="科目"):
        write(exam, offline, read_book(SAMPLE), add_people=True)


def test_after_release_only_the_same_is_accepted(exam, offline):
    write(exam, offline, known(exam, 70, 80))
    results.release(actor=exam.office, now=NOW, sitting=offline)
    offline.refresh_from_db()
    assert write(exam, offline, known(exam, 70, 80)).rows == 0
    with pytest.raises(Refused, match="没有可以写入"):
        write(exam, offline, known(exam, 70, 90))
    assert Entry.objects.filter(score=Decimal(90)).count() == 0


def test_queries_do_not_grow(exam, offline, django_assert_max_num_queries):
    found = read(read_book(SAMPLE), today=TODAY)
    with django_assert_max_num_queries(9):
        plan(found, offline)


# --- commands --------------------------------------------------------------------------------------------------------


def run(*args):
    out = io.StringIO()
    code = 0
    try:
        call_command(*args, "--json", stdout=out)
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(out.getvalue())


def test_the_command_previews_then_writes(exam):
    new = ("--title", "2021年考试", "--date", "2021-08-26", "--unit", exam.cast.bureau.code)
    code, told = run("import_scores", "2021-08", str(SAMPLE), *new)
    assert code == 0 and not told["committed"] and told["register"]["passed"] == 77
    assert told["totals"] == {"accept": 0, "review": 79, "reject": 0, "skip": 0} and told["unknown_people"] == 79
    assert not Sitting.objects.filter(code="2021-08").exists()
    assert TRUTH["rows"][0]["id_number"] not in json.dumps(told)
    code, told = run("import_scores", "2021-08", str(SAMPLE), "--commit", "--add-people", *new)
    assert code == 0 and told["committed"] and told["totals"]["accept"] == 79
    assert told["register"]["registered"] == 79
    code, told = run("register", "2021-08")
    assert (code, told["registered"], told["sat"], told["passed"], told["failed"]) == (0, 79, 78, 77, 1)
    assert (told["withdrawn"], told["absent"], told["disqualified"], len(told["rows"])) == (1, 0, 0, 79)
    code, told = run("import_scores", "2021-08", str(SAMPLE), "--commit")
    assert code == 0 and told["totals"]["skip"] == 79 and told["written"]["rows"] == 0


def test_the_command_refuses_in_words(exam, offline):
    code, told = run("import_scores", "off", str(SAMPLE), "--commit")
    assert code == 1 and not told["committed"] and "79人不在库中" in told["error"]["message"]
    for args in (("import_scores", "off", "none.xlsx"), ("register", "none")):
        with pytest.raises(CommandError) as wrong:
            call_command(*args, stdout=io.StringIO())
        assert wrong.value.returncode == 2
    out = io.StringIO()
    call_command("register", "off", stdout=out)
    assert "报名0＝合格0" in out.getvalue()


@pytest.mark.django_db
def test_an_empty_database_and_the_sheet_are_enough():
    code, told = run("import_scores", "s79", str(SAMPLE))
    assert code == 0 and told["sitting_new"] and told["totals"]["accept"] == 79 and not Sitting.objects.exists()
    code, told = run("import_scores", "s79", str(SAMPLE), "--commit")
    assert code == 0 and told["written"]["people"] == 79
    sitting = Sitting.objects.get(code="s79")
    assert sitting.title == "2021年新申领执法证行政执法人员培训考试成绩汇总表"
    assert f"{timezone.localtime(sitting.opens_at):%Y-%m-%d %H:%M}" == "2021-08-26 09:00"
    code, told = run("register", "s79")
    assert [told[part] for part in ("registered", "sat", "passed", "failed", "withdrawn")] == [79, 78, 77, 1, 1]


def test_a_refusal_leaves_no_sitting_behind(exam):
    code, told = run("import_scores", "s79", str(SAMPLE), "--commit")
    assert code == 1 and "79人不在库中" in told["error"]["message"] and not told["committed"]
    assert not Sitting.objects.filter(code="s79").exists()
