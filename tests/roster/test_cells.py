"""Single cells: identity numbers, dates, names, telephones, words; in general and by example."""

import math
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffing.roster import messages, values, values_time
from staffing.roster.columns import CANONICAL, PARSERS
from staffing.roster.dates import agree, first_day, last_day, parse_date, parse_range
from staffing.roster.idcard import check_digit, parse_id
from staffing.roster.model import Issue
from staffing.roster.records import retirement_age
from tests.roster.made import AS_OF, identity

births = st.dates(date(1900, 1, 1), AS_OF)
ids = st.builds(lambda born, seq: identity(seq, f"{born:%Y%m%d}"), births, st.integers(0, 999))
cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.dates(), st.datetimes(), st.times(),
    st.sampled_from(["—", "/", "无", "至今", "长期", "办理中", "2024.13.45", "=1+1", "'x", "\t1", "１２３", "1985.1", "22.3.1", "是", "√"]),
)  # fmt: skip


# ------------------------------------------------------------------ identity numbers
@given(ids)
def test_a_right_number_is_taken_as_it_is(number):
    found = parse_id(number, AS_OF)
    assert (found.value, found.fixes, found.error) == (number, (), "")
    assert found.birth.replace("-", "") == number[6:14]


@given(ids, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number, at, step):
    """GB 11643 finds every single error: 2 and 11 share no factor."""
    if number[at] == "X":
        wrong = number[:at] + str(step)
    else:
        wrong = number[:at] + str((int(number[at]) + step) % 10) + number[at + 1 :]
    assert parse_id(wrong, AS_OF).error in ("ID_CHECKSUM", "ID_BIRTH_INVALID")


@given(ids, st.sampled_from(["lower", "space", "fullwidth", "apostrophe", "tab", "wrapper"]))
def test_wrapping_comes_off_and_is_named(number, how):
    fullwidth = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    made, code = {
        "lower": (number.lower(), "ID_LOWER_X" if number[-1] == "X" else None),
        "space": (f" {number[:6]}\u00a0{number[6:]} ", "ID_WHITESPACE"),
        "fullwidth": (number.translate(fullwidth), "FULLWIDTH"),
        "apostrophe": (f"'{number}", "LEADING_APOSTROPHE"),
        "tab": (f"\t{number}", "LEADING_TAB"),
        "wrapper": (f'="{number}"', "CSV_FORMULA_WRAPPER"),
    }[how]
    found = parse_id(made, AS_OF)
    assert found.value == number and found.fixes == ((code,) if code else ())


@given(ids)
def test_a_number_stored_as_a_number_is_lost(number):
    digits = int(number[:17] + "0")
    for cell in (digits, float(digits), f"{float(digits):.5E}"):
        assert parse_id(cell, AS_OF).error == "ID_PRECISION_LOST"


@given(st.dates(date(1920, 1, 1), date(1999, 12, 31)), st.integers(1, 999))
def test_fifteen_digits_become_eighteen(born, seq):
    old = f"990001{born:%y%m%d}{seq:03d}"
    for cell in (old, int(old)):
        found = parse_id(cell, AS_OF)
        assert found.value[:17] == f"99000119{born:%y%m%d}{seq:03d}" and found.value[17] == check_digit(
            found.value[:17]
        )
        assert "ID_15_UPGRADED" in found.fixes


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("12345", "ID_LENGTH"),
        (123456789012, "ID_LENGTH"),
        ("99000119850307001Q", "ID_FORMAT"),
        (True, "ID_LENGTH"),
        ("张三", "ID_LENGTH"),
        ("990001198502300014", "ID_BIRTH_INVALID"),
    ],
)
def test_unusable_numbers(cell, error):
    assert parse_id(cell, AS_OF).error == error


# ------------------------------------------------------------------ dates
@given(st.dates(date(1928, 1, 1), date(2098, 12, 31)))
def test_every_way_to_write_a_day(day):
    serial = (day - date(1899, 12, 30)).days
    ways = [
        day,
        datetime(day.year, day.month, day.day),
        serial,
        float(serial),
        f"{day:%Y%m%d}",
        int(f"{day:%Y%m%d}"),
        day.isoformat(),
    ]
    ways += [
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.isoformat()} 00:00:00",
    ]
    for way in ways:
        assert parse_date(way).value == day.isoformat(), way


@given(st.integers(1901, 2099), st.integers(1, 12))
def test_every_way_to_write_a_month(year, month):
    text = f"{year}-{month:02d}"
    for way in (
        f"{year}.{month:02d}",
        f"{year}年{month}月",
        f"{year}/{month}",
        f"{year}{month:02d}",
        int(f"{year}{month:02d}"),
        text,
    ):
        assert parse_date(way).value == text, way
    if month not in (1, 10):
        assert parse_date(float(f"{year}.{month:02d}")).value == text
    assert first_day(text) == f"{text}-01"
    assert date.fromisoformat(last_day(text)) + timedelta(days=1) == (date(year + month // 12, month % 12 + 1, 1))
    assert agree(text, last_day(text)) and agree(str(year), text)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (1985.1, "1985-01", "AMBIGUOUS"),
        (1985.12, "1985-12", ""),
        (1985.13, None, "IMPOSSIBLE"),
        ("2027.02.30", None, "IMPOSSIBLE"),
        ("2035.13", None, "IMPOSSIBLE"),
        ("1985", "1985", ""),
        ("1985年", "1985", ""),
        (1985, "1985", ""),
        ("22.03.01", "2022-03-01", ""),
        ("二〇二四年三月", "2024-03", ""),
        ("二〇二四年十二月", "2024-12", ""),
        ("2024年11月4日前", "2024-11-04", ""),
        ("至今", None, "OPEN"),
        ("长期", None, "OPEN"),
        ("/", None, "PLACEHOLDER"),
        ("办理中", None, "PLACEHOLDER"),
        ("去年", None, "UNPARSED"),
        (True, None, "UNPARSED"),
        (math.nan, None, "UNPARSED"),
        (math.inf, None, "UNPARSED"),
        (10**30, None, "UNPARSED"),
        (None, None, ""),
    ],
)
def test_dates_by_example(cell, value, code):
    found = parse_date(cell)
    assert (found.value, found.code) == (value, code)


def test_two_digit_years_of_the_past_are_not_put_into_the_future():
    assert parse_date("85.03", latest_year=2024).value == "1985-03"
    assert parse_date("22.03", latest_year=2024).value == "2022-03"
    assert parse_date("22.03.01").two_digit


@pytest.mark.parametrize(
    ("cell", "ends"),
    [
        ("2022.05.01-2027.04.30", ("2022-05-01", "2027-04-30")),
        ("2019年6月至2024年6月", ("2019-06", "2024-06")),
        ("2022-05-01~2027-04-30", ("2022-05-01", "2027-04-30")),
        ("2022-05-01 至 2027-04-30", ("2022-05-01", "2027-04-30")),
        ("20220501-20270430", ("2022-05-01", "2027-04-30")),
        ("2022/5/1—2027/4/30", ("2022-05-01", "2027-04-30")),
        ("2022.05.01-长期", ("2022-05-01", None)),
    ],
)
def test_periods(cell, ends):
    start, end = parse_range(cell)
    assert (start.value, end.value) == ends


@pytest.mark.parametrize("cell", ["2024-01-15", "2024.01.15", "2024-01", "2022.05.01-", "", None, 5])
def test_no_periods(cell):
    assert parse_range(cell) is None


@given(cells)
def test_a_date_is_a_date_or_nothing(cell):
    found = parse_date(cell)
    if found.value is not None:
        assert len(found.value) in (4, 7, 10) and date.fromisoformat(first_day(found.value))


# ------------------------------------------------------------------ any cell in any column
@given(cells, st.sampled_from(sorted(name for name, (parser, _label) in PARSERS.items() if parser)), st.booleans())
def test_no_cell_breaks_a_parser_and_every_note_has_words(cell, canonical, numeric):
    if cell is None:
        return
    found = PARSERS[canonical][0](cell, values.Context(AS_OF, canonical, "", numeric))
    for level, code, fixed in found.notes:
        if level == "warn":
            assert messages.warning_text(code) != code and messages.warning_text(code, "en") != code
        else:
            issue = Issue(code, canonical, cell, fixed, col="C")
            assert issue.message != code and issue.text("en") != code


def parsed(parser, cell, **context):
    found = parser(cell, values.Context(AS_OF, **context))
    return found.value, [code for _level, code, _fixed in found.notes]


@pytest.mark.parametrize(
    ("cell", "value", "codes"),
    [
        ("张三", "张三", []),
        (" 张三 ", "张三", ["TRIM"]),
        ("张　三", "张三", ["NAME_PADDING"]),
        ("欧 阳 三", "欧阳三", ["NAME_PADDING"]),
        ("买买提·艾力", "买买提·艾力", []),
        ("张三（借调）", "张三", ["NAME_NOTE"]),
        ("John Smith", "John Smith", []),
        ("张3", "张3", ["NAME_UNUSUAL"]),
        ("王䶮", "王䶮", []),
        ("—", None, []),
    ],
)
def test_names(cell, value, codes):
    assert parsed(values.name, cell) == (value, codes)


@pytest.mark.parametrize(
    ("cell", "value", "codes"),
    [
        ("15412345678", "15412345678", []),
        ("154 1234-5678", "15412345678", ["MOBILE_SEPARATORS"]),
        ("+86 15412345678", "15412345678", ["MOBILE_SEPARATORS"]),
        ("15412345678/661234", "15412345678", ["MOBILE_SPLIT"]),
        ("１５４１２３４５６７８", "15412345678", ["FULLWIDTH"]),
        ("1541234567", None, ["MOBILE_INVALID"]),
        ("0577-12345678", None, []),
        (15412345678, "15412345678", ["NUMBER_TO_TEXT"]),
        ("/", None, ["PLACEHOLDER_TO_NULL"]),
    ],
)
def test_mobiles(cell, value, codes):
    assert parsed(values.mobile, cell, canonical="mobile") == (value, codes)


def test_a_column_of_numbers_is_the_files_own_way():
    assert parsed(values.mobile, 15412345678, canonical="mobile", numeric=True) == ("15412345678", [])


@pytest.mark.parametrize(
    ("parser", "cell", "value", "codes"),
    [
        (values.education, "大专", "大学专科", ["ALIAS"]),
        (values.education, "大学本科/学士", "大学本科", ["ALIAS"]),
        (values.education, "大学本科", "大学本科", []),
        (values.establishment_type, "参公", "参公事业编制", ["ALIAS"]),
        (values.establishment_type, "编外(劳务派遣)", "编外（劳务派遣）", []),
        (values.establishment_type, "外星", "外星", ["UNKNOWN_ENUM"]),
        (values.ethnicity, "畲", "畲族", []),
        (values.political_status, "党员", "中共党员", ["ALIAS"]),
        (values.legal_qualification, "A证", "A", []),
        (values.legal_qualification, "通过（C证）", "C", []),
        (values.legal_qualification, "无", None, []),
        (values.legal_qualification, "2012年通过司法考试", "司法考试", []),
        (values.legal_qualification, "律师资格证", "律师资格", []),
        (values.legal_qualification, "是", "有", []),
        (values.boolean, "√", True, []),
        (values.boolean, "×", False, []),
        (values.boolean, "否", False, []),
        (values.town_mode, "辐射", "部门派驻+辐射", ["ALIAS"]),
        (values.posting_type, "挂职锻炼", "挂职", ["ALIAS"]),
        (values.cert_no, "办理中", None, ["PLACEHOLDER_TO_NULL"]),
        (values.cert_no, "浙执12345678", "浙执12345678", []),
        (values_time.valid_until, "2024年6月", "2024-06-30", []),
        (values_time.valid_until, "长期", None, ["CERT_VALIDITY_UNPARSED"]),
    ],
)
def test_words(parser, cell, value, codes):
    assert parsed(parser, cell, canonical="cert_no" if parser is values.cert_no else "") == (value, codes)


def test_retirement_age_rises_by_a_month_every_four_months():
    assert [retirement_age(born) for born in ("1964-12-31", "1965-01", "1968-08", "1968-09", "1976-09", "1990")] == [
        60,
        60,
        60,
        61,
        63,
        63,
    ]


# ------------------------------------------------------------------ words for everything
def test_every_code_has_words_in_both_languages():
    for code in messages.ISSUES:
        issue = Issue(code, "id_number", identity(1), identity(3), {"sheet": "甲", "row": 3}, "E")
        assert issue.message.endswith("。") and issue.text("en").endswith(".")
        for text in (issue.message, issue.text("en")):
            assert identity(1) not in text and identity(3) not in text, code
            assert "{" not in text
    for code in messages.WARNINGS:
        assert messages.warning_text(f"{code}:mobile").endswith("。") and messages.warning_text(
            f"{code}:mobile", "en"
        ).endswith(".")
    assert not any(
        char > "\u2fff" for code in messages.WARNINGS for char in messages.warning_text(f"{code}:mobile", "en")
    )
    for canonical, spec in CANONICAL.items():
        assert spec.label_zh and spec.label_en.isascii(), canonical
    for action in messages.ACTION_LABELS:
        assert messages.action_label(action) and messages.action_label(action, "en").isascii()
