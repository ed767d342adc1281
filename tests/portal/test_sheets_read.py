"""What reading gives: the user's own row numbers, plain values, marks of hidden rows and merged cells."""

import datetime as dt

import openpyxl
import pytest

from portal.sheets import Book, column_index, column_letter, read_book, read_book_safely
from tests.portal.sheet_files import raw_xlsx, row_xml, text_cell
from tests.roster.truth import DATA


def xlsx(tmp_path, fill):
    book = openpyxl.Workbook()
    fill(book.active)
    path = tmp_path / "a.xlsx"
    book.save(path)
    return path


def test_rows_keep_their_numbers_and_values_are_plain(tmp_path):
    def fill(page):
        page["B3"] = "姓名"
        page["B4"] = 1985.1
        page["C4"] = 99000100001
        page["D4"] = dt.datetime(2021, 3, 1)
        page["E4"] = dt.datetime(2021, 3, 1, 14, 30)
        page["F4"] = True
        page["G4"] = "  "
        page["H4"] = "=1+1"
        page["I4"] = '=_xlfn.DISPIMG("ID_1",1)'

    rows = read_book(xlsx(tmp_path, fill)).sheets[0].rows
    assert len(rows) == 4 and not any(rows[0]) and not any(rows[1])
    assert rows[2][1] == "姓名"
    assert rows[3][1:] == [1985.1, 99000100001, dt.date(2021, 3, 1), dt.datetime(2021, 3, 1, 14, 30), True, None]
    assert type(rows[3][2]) is int


def test_cached_picture_text_is_no_value(tmp_path):
    path = raw_xlsx(
        tmp_path / "a.xlsx",
        f'<row r="1">{text_cell("A1", "姓名")}<c r="B1" t="str"><f>_xlfn.DISPIMG("x",1)</f><v>=DISPIMG("x",1)</v></c></row>',
    )
    assert read_book(path).sheets[0].rows == [["姓名", None]]


def test_marks_of_an_xlsx(tmp_path):
    def fill(page):
        for n in range(1, 8):
            page.append([f"r{n}", "x", "y"])
        page.row_dimensions[3].hidden = True
        page.row_dimensions[5].hidden = True
        page.column_dimensions["B"].hidden = True
        page.merge_cells("A2:A4")

    sheet = read_book(xlsx(tmp_path, fill)).sheets[0]
    assert (sheet.hidden_rows, sheet.hidden_cols, sheet.merged) == ({3, 5}, {1}, [(2, 0, 4, 0)])


def test_marks_of_an_xls():
    visible, old = read_book(DATA / "hidden_marks.xls").sheets
    assert (visible.hidden_rows, visible.hidden_cols, visible.merged) == ({3}, {3}, [(2, 1, 4, 1)])
    assert old.hidden and not visible.hidden


def test_attribute_order_and_prefixes_of_other_writers(tmp_path):
    path = raw_xlsx(
        tmp_path / "a.xlsx", f'<row hidden="1" spans="1:2" r="1">{text_cell("A1", "姓名")}</row>' + row_xml(2, ["张三"])
    )
    assert read_book(path).sheets[0].hidden_rows == {1}


def test_et_is_read_as_the_xls_it_is(tmp_path):
    path = tmp_path / "名册.et"
    path.write_bytes((DATA / "roster_legacy.xls").read_bytes())
    book = read_book(path)
    assert book.kind == "et" and len(book.sheets) == 2


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gbk"), ("gb18030", "gbk"), ("utf-16", "utf-16")],
)
def test_text_encodings(tmp_path, encoding, said):
    path = tmp_path / "a.csv"
    path.write_bytes("姓名,备注\r\n张三,甲\r\n".encode(encoding))
    book = read_book(path)
    assert (book.encoding, book.sheets[0].rows[1]) == (said, ["张三", "甲"])


def test_rare_characters_need_gb18030():
    book = read_book(DATA / "roster_gb18030_rare.csv")
    assert book.encoding == "gb18030"
    assert any("䶮" in str(cell) for row in book.sheets[0].rows for cell in row)


def test_records_of_a_csv_may_span_lines(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('姓名,备注\r\n张三,"两行\r\n备注"\r\n李四,\r\n', encoding="utf-8", newline="")
    rows = read_book(path).sheets[0].rows
    assert rows == [["姓名", "备注"], ["张三", "两行\r\n备注"], ["李四", None]]


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_other_delimiters(tmp_path, mark):
    path = tmp_path / "a.csv"
    path.write_text(f"姓名{mark}性别{mark}职务\n张三{mark}男{mark}队长\n", encoding="utf-8")
    assert read_book(path).sheets[0].rows[1] == ["张三", "男", "队长"]


@pytest.mark.parametrize("name", ["roster_dirty.xlsx", "roster_legacy.xls", "roster_gbk.csv", "hidden_marks.xls"])
def test_the_child_gives_the_same_book(name):
    book = read_book_safely(DATA / name)
    assert isinstance(book, Book)
    assert book == read_book(DATA / name)


def test_name_of_the_upload_names_the_csv_sheet(tmp_path):
    path = tmp_path / "tmp123"
    path.write_bytes("姓名\n张三\n".encode())
    assert read_book_safely(path, name="东江中队.csv").sheets[0].name == "东江中队"


def test_column_letters():
    assert [column_letter(n) for n in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_index(column_letter(n)) == n for n in range(0, 16384, 37))
