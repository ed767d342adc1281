"""What we write: inert, readable again without loss, and the user's own file with comments in it."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.sheets import Note, OutColumn, OutSheet, SheetError, annotate_book, inert, read_book, write_book, write_csv
from staffing.roster import plan_book
from tests.roster.made import AS_OF, identity
from tests.roster.truth import DATA

RISKY = ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"]
COLUMNS = [OutColumn("姓名", 10), OutColumn("身份证号", 22, text=True), OutColumn("备注", 30)]


def test_risky_texts_are_inert_in_xlsx(tmp_path):
    path = tmp_path / "a.xlsx"
    write_book(path, [OutSheet("=名册", [OutColumn(text) for text in RISKY], [RISKY], note="=note")])
    with zipfile.ZipFile(path) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    page = openpyxl.load_workbook(path).worksheets[0]
    assert all(cell.data_type in ("s", "n") for row in page.iter_rows() for cell in row)
    assert all(cell.quotePrefix for cell in page[3])
    assert read_book(path).sheets[0].rows[2][0] == "=1+1"


def test_risky_texts_are_inert_in_csv():
    out = io.BytesIO()
    write_csv(out, OutSheet("a", [OutColumn("姓名")], [[text] for text in RISKY]))
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    import csv

    rows = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:]] == ["'" + text for text in RISKY]


@given(st.one_of(st.text(), st.integers(), st.none(), st.booleans()))
def test_inert_leaves_nothing_that_runs(value):
    shown = inert(value)
    assert not (isinstance(shown, str) and shown[:1] in ("=", "+", "-", "@", "\t", "\r"))
    if isinstance(value, str):
        assert shown in (value, "'" + value)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff_"), max_size=30),
        min_size=1,
        max_size=5,
    )
)
def test_texts_come_back_as_they_were(texts):
    out = io.BytesIO()
    write_book(out, [OutSheet("a", [OutColumn("姓名")], [["x", *texts]])])
    from portal.sheets.read import _clean

    page = openpyxl.load_workbook(io.BytesIO(out.getvalue())).worksheets[0]
    got = [page.cell(2, at + 2).value for at in range(len(texts))]
    assert _clean([list(got)]) == _clean([list(texts)])


def test_values_keep_their_type(tmp_path):
    path = tmp_path / "a.xlsx"
    row = [
        1,
        Decimal("65.38"),
        dt.date(2024, 12, 4),
        dt.datetime(2024, 12, 4, 9, 30),
        True,
        None,
        "990001197701199495",
        990001197701199495,
    ]
    write_book(path, [OutSheet("a", [OutColumn(str(n), text=n == 6) for n in range(8)], [row])])
    got = read_book(path).sheets[0].rows[1]
    assert got == [
        1,
        65.38,
        dt.date(2024, 12, 4),
        dt.datetime(2024, 12, 4, 9, 30),
        "是",
        None,
        "990001197701199495",
        "990001197701199495",
    ]


def test_long_illegal_and_repeated_sheet_names(tmp_path):
    path = tmp_path / "a.xlsx"
    write_book(
        path,
        [
            OutSheet("示例区[综合]执法/队*" * 5, COLUMNS, []),
            OutSheet("示例区[综合]执法/队*" * 5, COLUMNS, []),
            OutSheet("", COLUMNS, []),
        ],
    )
    names = openpyxl.load_workbook(path).sheetnames
    assert len(set(names)) == 3 and all(len(name) <= 31 for name in names)


def test_our_own_export_plans_as_a_roster(tmp_path):
    path = tmp_path / "a.xlsx"
    columns = [
        OutColumn("工号"),
        OutColumn("姓名"),
        OutColumn("身份证号", 22, True),
        OutColumn("现工作单位"),
        OutColumn("职务"),
        OutColumn("联系电话", 14, True),
        OutColumn("备注"),
    ]
    rows = [["R001", "张三", identity(1), "东江镇综合行政执法队", "-队长", "15412345678", "=备注"]]
    write_book(path, [OutSheet("人员", columns, rows, note="截至2024年12月4日；口径：在编执法人员")])
    for source in (path, tmp_path / "a.csv"):
        if source.suffix == ".csv":
            with source.open("wb") as stream:
                write_csv(stream, OutSheet("人员", columns, rows, note="截至2024年12月4日"))
        plan = plan_book(read_book(source), as_of=AS_OF)
        (row,) = [row for row in plan.rows if row.action != "skip"]
        assert (row.action, row.issues) == ("accept", [])
        record = row.record
        assert (record["staff_no"], record["position"], record["mobile"]) == ("R001", "-队长", "15412345678")
        assert record["remarks"].lstrip("'") == "=备注" and record["id_number"] == identity(1)


def notes_for(plan):
    notes, actions = [], {}
    for row in plan.rows:
        actions[row.sheet, row.row] = row.action
        for issue in row.issues:
            notes.append(
                Note(
                    row.sheet,
                    row.row,
                    ord(issue.col) - 65 if issue.col else None,
                    issue.message,
                    row.action,
                    "请更正。",
                )
            )
    return notes, actions


@pytest.mark.parametrize("name", ["roster_dirty.xlsx", "roster_legacy.xls", "roster_gbk.csv"])
def test_annotated_copy_marks_the_original_cells(tmp_path, name):
    source, out = DATA / name, tmp_path / "out.xlsx"
    before = source.read_bytes()
    book = read_book(source)
    plan = plan_book(book, as_of=AS_OF)
    notes, actions = notes_for(plan)
    annotate_book(source, out, notes, actions)
    assert source.read_bytes() == before
    marked = openpyxl.load_workbook(out)
    assert marked.sheetnames[-1] == "导入说明"
    assert marked["导入说明"].max_row == len(notes) + 1
    for note in notes:
        page = marked[note.sheet]
        cell = page.cell(note.row, (note.col or 0) + 1)
        if isinstance(cell, openpyxl.cell.cell.MergedCell):
            continue
        assert note.text in cell.comment.text, (note.sheet, note.row, note.col)
    first = book.sheets[1 if name == "roster_dirty.xlsx" else 0]
    page = marked[first.name]
    rejected = next(row for row in plan.rows if row.action == "reject")
    assert str(marked[rejected.sheet].cell(rejected.row, len(first.rows[0]) + 1).value).startswith("拒收：")
    assert page.cell(first.rows.index(first.rows[-1]) + 1, 1).value is not None


def test_annotated_copy_of_our_own_lists_is_inert(tmp_path):
    source, out = tmp_path / "a.csv", tmp_path / "out.xlsx"
    source.write_text("姓名,身份证号\n=1+1,=2+2\n", encoding="utf-8")
    annotate_book(source, out, [Note("a", 2, 0, "=坏", "review", "=更坏")], {("a", 2): "review"})
    with zipfile.ZipFile(out) as package:
        assert not any(b"<f>" in package.read(part) for part in package.namelist() if "worksheets/sheet" in part)


@pytest.mark.parametrize("broken", [b"<cp:coreProperties>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>"])
def test_a_workbook_that_only_openpyxl_refuses_is_written_anew(tmp_path, broken):
    whole, source, out = tmp_path / "whole.xlsx", tmp_path / "a.xlsx", tmp_path / "out.xlsx"
    write_book(whole, [OutSheet("名册", [OutColumn("姓名")], [["甲"]])])
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(source, "w") as new:
        for name in old.namelist():
            new.writestr(name, broken if name == "docProps/core.xml" else old.read(name))
    annotate_book(source, out, [Note("名册", 2, 0, "有误", "review")], {("名册", 2): "review"})
    assert "有误" in openpyxl.load_workbook(out)["名册"]["A2"].comment.text


def test_many_formatted_blanks_are_not_loaded_into_this_process(tmp_path, monkeypatch):
    source = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(source)) as book:
        page, grey = book.add_worksheet("名册"), book.add_format({"bg_color": "#eeeeee"})
        page.write(0, 0, "姓名")
        for row in range(1, 14_000):
            for column in range(26):
                page.write_blank(row, column, None, grey)
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *args, **kwargs: pytest.fail("loaded"))
    annotate_book(source, tmp_path / "out.xlsx", [], {})


def test_annotating_what_cannot_be_read(tmp_path):
    source = tmp_path / "a.xlsx"
    source.write_bytes(b"%PDF-1.4")
    with pytest.raises(SheetError):
        annotate_book(source, tmp_path / "out.xlsx", [], {})
