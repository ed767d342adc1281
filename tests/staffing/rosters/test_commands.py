"""import_roster and undo_import: JSON by contract, exit codes, nothing written without --commit."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from portal.models import AuditEvent, User
from staffing.models import Person, RosterImport
from tests.staffing.rosters.books import EAST, SAMPLES, book, line

DIRTY = str(SAMPLES / "roster_dirty.xlsx")
pytestmark = [pytest.mark.django_db, pytest.mark.child]


def run(name, *args):
    out = io.StringIO()
    call_command(name, *args, stdout=out)
    return json.loads(out.getvalue()) if "--json" in args else out.getvalue()


def test_dry_run_shape_and_silence(facts):
    before = facts()
    report = run("import_roster", DIRTY, "--as-of", "2024-12-04", "--json")
    assert report["as_of"] == "2024-12-04" and len(report["sha256"]) == 64
    assert report["totals"] == {
        "accept": 28,
        "fix": 14,
        "merge": 6,
        "duplicate": 1,
        "review": 9,
        "reject": 5,
        "skip": 18,
    }
    assert {"create", "update", "move", "leave_proposed", "unchanged"} <= report["changes"].keys()
    assert report["changes"]["create"] == 42
    assert report["sheets"][1]["header_rows"] == [3, 4] and report["sheets"][-1]["role"] == "hidden"
    assert {"name", "kind", "parent", "mode"} <= report["units_proposed"][0].keys()
    row = next(row for row in report["rows"] if row["action"] == "fix")
    assert {"sheet", "row", "action", "issues", "record"} <= row.keys()
    assert {"field", "code", "raw", "fixed", "message"} <= row["issues"][0].keys()
    assert (report["committed"], report["import_id"]) == (False, None)
    assert facts() == before and not RosterImport.objects.exists() and not User.objects.exists()


def test_commit_then_undo(facts):
    before = facts()
    report = run("import_roster", DIRTY, "--as-of", "2024-12-04", "--commit", "--json")
    assert report["committed"] and Person.objects.count() == 42
    event = AuditEvent.objects.get(action="roster.committed")
    assert event.actor.username == "system" and not event.actor.is_active
    undone = run("undo_import", report["import_id"], "--json")
    assert undone["undone"] and facts() == before


def test_accept_review_and_actor(cast):
    report = run(
        "import_roster", DIRTY, "--as-of", "2024-12-04", "--commit", "--accept-review", "--actor", "hr", "--json"
    )
    assert report["changes"]["create"] == 47
    assert AuditEvent.objects.get(action="roster.committed").actor == cast.user("hr")


def test_sheet_choice_and_table_output():
    text = run("import_roster", DIRTY, "--sheet", "西屏中队", "--as-of", "2024-12-04")
    assert "西屏中队" in text and "未写入" in text and "东江中队 第16行" not in text


def test_annotated_workbook_marks_the_cells(tmp_path):
    out = tmp_path / "marked.xlsx"
    run("import_roster", DIRTY, "--as-of", "2024-12-04", "--annotated", str(out))
    sheets = load_workbook(out)
    assert "导入说明" in sheets.sheetnames
    assert "校验位不符" in sheets["东江中队"]["E16"].comment.text


def test_wrong_use_is_exit_2(tmp_path):
    for arguments in (
        ["import_roster", "nowhere.xlsx"],
        ["import_roster", DIRTY, "--actor", "nobody"],
        ["import_roster", DIRTY, "--unit", "nowhere"],
        ["undo_import", "12"],
        ["undo_import", "7c0c5a52-0000-4000-8000-000000000000"],
    ):
        with pytest.raises(CommandError) as error:
            call_command(*arguments)
        assert error.value.returncode == 2


def test_refused_file_is_exit_1_with_the_reason(tmp_path, facts):
    before = facts()
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.7 not a workbook")
    out = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("import_roster", str(path), "--commit", "--json", stdout=out)
    assert stop.value.code == 1
    assert json.loads(out.getvalue())["error"]["code"] == "WRONG_TYPE"
    assert facts() == before and not RosterImport.objects.exists()


def test_undo_refused_is_exit_1(cast, tmp_path):
    path = book(tmp_path / "a.xlsx", [line("郑新民", 21, EAST)])
    report = run("import_roster", path, "--commit", "--json")
    Person.objects.filter(name="郑新民").update(position="队长")
    out = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("undo_import", report["import_id"], "--json", stdout=out)
    assert stop.value.code == 1 and json.loads(out.getvalue())["names"] == ["郑新民"]


def test_a_sheet_that_is_not_there_is_exit_2():
    with pytest.raises(CommandError) as error:
        call_command("import_roster", DIRTY, "--sheet", "西屏中队", "--sheet", "南屏中队")
    assert error.value.returncode == 2 and "南屏中队" in str(error.value) and "东江中队" in str(error.value)


def test_a_wrong_day_is_exit_2_in_plain_words():
    with pytest.raises(CommandError) as error:
        call_command("import_roster", DIRTY, "--as-of", "2024-13-01")
    assert error.value.returncode == 2 and "2024-13-01" in str(error.value) and "_day" not in str(error.value)


def test_a_file_without_people_is_exit_1_with_the_reason(tmp_path, facts):
    before = facts()
    path = tmp_path / "a.csv"
    path.write_text("甲,乙\n1,2\n", encoding="utf-8")
    out = io.StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("import_roster", str(path), "--commit", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert stop.value.code == 1 and report["error"]["code"] == "HEADER_NOT_FOUND" and not report["committed"]
    assert facts() == before and not RosterImport.objects.exists()
    said = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("import_roster", str(path), stdout=io.StringIO(), stderr=said)
    assert "没有识别到人员行" in said.getvalue()


@pytest.mark.django_db
def test_what_was_left_as_it_is_says_why(tmp_path):
    path = book(tmp_path / "a.xlsx", [line("郑新民", 21, "")])
    report = run("import_roster", path, "--json")
    assert report["changes"]["create"] == 0
    assert [(one["code"], one["row"]) for one in report["conflicts"]] == [("NO_UNIT", 2)]
    assert "没有写明单位" in report["conflicts"][0]["message"]
    assert "第2行 郑新民：没有写明单位" in run("import_roster", path)
