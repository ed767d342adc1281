"""Reading yearly ledgers of hours as offices write them; no database."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.formats import hours_sheet
from courses.formats.hours_sheet import HoursSheet, UnreadableError, kind_of
from portal.sheets import Book, Sheet
from tests.cast import id_number

TODAY = date(2026, 11, 22)
WANG, LI, SUN = (id_number(date(1982, 6, 15), n) for n in (9, 10, 12))
HEAD = ["序号", "姓名", "身份证号", "单位", "人员类别", "入职时间", "请假起", "请假止", "请假类型"]
KINDS = ["线下法治培训", "线上视频学习", "庭审旁听", "政治理论学习", "合计", "备注"]


def book(*rows, **more) -> Book:
    return Book("xlsx", [Sheet("台账", [list(row) for row in rows], **more)], "0" * 64)


def read(*rows, **more) -> HoursSheet:
    return hours_sheet.read(book(*rows, **more), today=TODAY)


def line(name, number, *hours, unit="东江镇综合行政执法队", category="执法人员", dates=(None,) * 4):
    return [1, name, number, unit, category, *dates, *hours]


def codes(sheet):
    return {row.row: [issue.code for issue in row.issues] for row in sheet.rows if row.issues}


def test_a_ledger_with_everything_offices_do():
    sheet = read(
        ["2025年度学时台账"],
        ["填报单位：示例县综合行政执法局"],
        HEAD + KINDS,
        line("王 晓东", WANG, 18, "36学时", "—", 12, 66),
        line("李春梅", LI, 20, 10.5, None, 0, 30.5, unit=None, category="协管员", dates=("2025.8", None, None, None)),
        HEAD + KINDS,
        line("孙海燕", SUN, 20, 10, 4, 8, 34, dates=(None, datetime(2025, 3, 1), "2025年8月5日", "产假")),
        [None, "合计", None, None, None, None, None, None, None, 58],
        ["填表人：某某", None, None, None],
        merged=[(4, 3, 5, 3)],
    )
    assert (sheet.year, sheet.header_row, sheet.ignored) == (2025, 3, [])
    assert sheet.columns[:2] == [("线下法治培训", "lecture"), ("线上视频学习", "online")]
    wang, li, sun = sheet.rows
    assert not codes(sheet) and wang.name == "王晓东"
    assert wang.hours == {"lecture": "18", "online": "36", "court": "0", "political": "12"}
    assert (li.unit, li.category, li.joined, li.hours["online"]) == (wang.unit, "auxiliary", "2025-08-01", "10.5")
    # 34 leaves political education out of the sum, because it does not count.
    assert (sun.leave_from, sun.leave_to, sun.leave_kind) == ("2025-03-01", "2025-08-05", "maternity")
    assert hours_sheet.leave_end(sun) == date(2025, 8, 6)
    assert HoursSheet.of(sheet.as_json()) == sheet


def test_what_is_wrong_is_said_row_by_row():
    sheet = read(
        [*HEAD, *KINDS, "党费"],
        line("王晓东", WANG, 1.2, 0, 0, 0),
        line("李春梅", LI, "很多", 0, 0, 0),
        line("孙海燕", SUN, 10, 10, 0, 8, 99),
        line("", id_number(date(1990, 1, 1), 1), 1, 1, 1, 1),
        line("赵一", "99010019820615", 1, 1, 1, 1),
        line("钱二", None, 1, 1, 1, 1),
        line("王晓东", WANG, 1, 1, 1, 1),
        line("周三", id_number(date(1990, 1, 1), 3), 1, 1, 1, 1, dates=("去年", "2025-05-01", None, None)),
        line("吴四", id_number(date(1990, 1, 1), 5), -2, 1000, 1, 1),
        hidden_rows={10},
    )
    found = codes(sheet)
    assert found == {
        2: ["HOURS_STEP"],
        3: ["NOT_HOURS"],
        4: ["TOTAL_DIFFERS"],
        5: ["NO_NAME"],
        6: ["ID_BAD"],
        7: ["NO_ID"],
        8: ["ID_TWICE"],
        9: ["DAY_BAD", "LEAVE_BAD"],
        10: ["HIDDEN_ROW", "HOURS_STEP", "HOURS_STEP"],
    }
    assert sheet.ignored == ["党费"] and sheet.year == 0
    assert [row.action for row in sheet.rows][:3] == ["reject", "reject", "review"]


def test_headers_of_two_rows_and_several_columns_of_a_kind():
    sheet = read(
        ["姓名", "身份证号", "学时", None, None, None, "合计"],
        [None, None, "大讲堂", "集中培训", "网络学习", "授课", None],
        ["王晓东", WANG, 10, 5, 20, 4, 39],
    )
    assert sheet.rows[0].hours == {"lecture": "15", "online": "20", "teaching": "4"} and not codes(sheet)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("线上政治理论学习", "political"),
        ("旁听庭审", "court"),
        ("以案释法", "case"),
        ("执法大比武", "contest"),
        ("模拟演练", "drill"),
        ("带教新人", "mentoring"),
        ("外部培训", "external"),
        ("电话", ""),
    ],
)
def test_kinds_by_heading(heading, kind):
    assert kind_of(heading) == kind


@pytest.mark.parametrize(
    "found", [book(["姓名", "单位"]), book(), Book("xlsx", [Sheet("旧", [HEAD + KINDS], state="hidden")], "")]
)
def test_no_ledger(found):
    with pytest.raises(UnreadableError):
        hours_sheet.read(found, today=TODAY)


cells = st.one_of(st.none(), st.text(max_size=6), st.integers(), st.floats(), st.dates(), st.booleans())


@given(st.lists(st.lists(cells, max_size=15), max_size=6))
def test_no_content_breaks_the_reading(rows):
    sheet = read(HEAD + KINDS, *rows)
    assert HoursSheet.of(sheet.as_json()) == sheet
    for row in sheet.rows:
        assert row.action in ("accept", "review", "reject")
        if row.action == "accept":
            assert all(row.amount(kind) >= 0 and row.amount(kind) * 2 % 1 == 0 for kind in row.hours)
