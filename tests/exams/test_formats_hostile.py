"""Broken and hostile question files: a Reading or a clear refusal, never anything else."""

import io
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.formats import sniff
from exams.formats.gift import read_gift
from exams.formats.gift_out import write_gift
from exams.formats.markup import plain_of
from exams.formats.model import ACTIONS, FormatError
from exams.formats.moodle import read_moodle
from exams.formats.moodle_out import write_moodle
from exams.formats.table import read_table
from portal.sheets import Book, Sheet, SheetError, read_book

SAMPLE = Path("tests/data/exams/question_bank_300.csv")


@pytest.fixture(scope="module")
def drafts():
    rows = read_table(read_book(SAMPLE)).rows
    return [row.draft for row in rows[::25]]


def sound(reading):
    assert sum(reading.totals.values()) == len(reading.rows)
    for row in reading.rows:
        assert row.action in ACTIONS
        for issue in row.issues:
            assert issue.text("zh") and issue.text("en") and issue.as_dict()["code"]
    return reading


def mutated(data: bytes, seed: int) -> bytes:
    chance = random.Random(seed)
    data = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        at, kind = chance.randrange(len(data)), chance.randrange(4)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at : at + chance.randint(1, 40)]
        elif kind == 2:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 20)))
        else:
            data[at:at] = data[at : at + 60]
        if not data:
            return b"x"
    return bytes(data)


@pytest.mark.parametrize("seed", range(40))
def test_mutated_moodle(drafts, seed):
    out = io.BytesIO()
    write_moodle(out, drafts)
    try:
        sound(read_moodle(mutated(out.getvalue(), seed)))
    except FormatError as refused:
        assert refused.text("zh") and refused.text("en")


@pytest.mark.parametrize("seed", range(40))
def test_mutated_gift(drafts, seed):
    out = io.BytesIO()
    write_gift(out, drafts)
    try:
        sound(read_gift(mutated(out.getvalue(), seed).decode("utf-8", "replace")))
    except FormatError as refused:
        assert refused.text("zh")


@pytest.mark.parametrize("seed", range(40))
def test_mutated_csv(tmp_path, seed):
    head = SAMPLE.read_bytes().splitlines(keepends=True)[:12]
    path = tmp_path / "x.csv"
    path.write_bytes(mutated(b"".join(head), seed))
    try:
        sound(read_table(read_book(path)))
    except (FormatError, SheetError) as refused:
        assert refused.text("zh")


CELL = st.one_of(
    st.none(), st.text(max_size=12), st.integers(-5, 10), st.floats(allow_nan=False), st.booleans(), st.dates(),
    st.sampled_from(["A", "AB", "√", "单选", "多选", "判断", "填空", "案例", "简答", "（ ）", "（4分）", "评分要点：甲（1分）", "《行政处罚法》第一条"]),
)  # fmt: skip
HEAD = [
    "题型",
    "题干",
    "选项A",
    "选项B",
    "选项C",
    "答案",
    "解析",
    "难度",
    "法条依据",
    "分值",
    "案例编号",
    "案例材料",
    "评分要点",
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(CELL, min_size=len(HEAD), max_size=len(HEAD)), min_size=1, max_size=6))
def test_any_cells(rows):
    book = Book("xlsx", [Sheet("表", [HEAD, *rows])], "x")
    try:
        sound(read_table(book))
    except FormatError as refused:
        assert refused.code == "NO_ROWS"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="a甲{}~=#%\\:\n/[]$<>&T", max_size=80))
def test_any_gift_and_html(text):
    assert isinstance(plain_of(text).text, str)
    try:
        sound(read_gift(text))
    except FormatError as refused:
        assert refused.text("zh")


def test_html_leaves_text_only():
    found = plain_of('<p>甲<script>alert(1)</script><b onclick="x()">乙</b></p><style>p{}</style><p>5 &lt; 6</p>')
    assert found.text == "甲乙\n\n5 < 6" and found.lost


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"<?xml version='1.0'?><quiz>", "x.xml", "moodle"),
        (b"\xef\xbb\xbf<quiz>", "x", "moodle"),
        (b"::a:: b {T}", "x.gift", "gift"),
        (b"// c\n$CATEGORY: a", "x.txt", "gift"),
        (b"a,b", "x.txt", "table"),
        (b"PK\x03\x04", "x.xlsx", "table"),
        (b"<!DOCTYPE html><html>", "x.xls", "table"),
    ],
)
def test_sniffing(head, name, kind):
    assert sniff(head, name) == kind


@pytest.mark.parametrize(
    ("text", "form", "answer", "extra"),
    [
        ("::t:: 地球是圆的 {T#对#错####说明}", "judge", ("A",), {"explanation": "说明"}),
        ("首都是 {=北京 ~上海 ~广州}", "single", ("A",), {"stem": "首都是"}),
        ("选两个 {~%50%甲 ~%50%乙 ~%-100%丙}", "multiple", ("A", "B"), {}),
        ("限额为 {=二百元 =200元} 。", "blank", (("二百元", "200元"),), {"stem": "限额为（ ）。", "blanks": 1}),
        ("[html]甲<br>乙\\: {=a#好 ~b}", "single", ("A",), {"stem": "甲\n乙:", "explanation": "好"}),
        (
            "// [tag:难度=难] [tag:法条依据=《行政处罚法》第五条]\n论述 {####要点}",
            "written",
            "要点",
            {"difficulty": "hard"},
        ),
    ],
)
def test_gift_as_others_write_it(text, form, answer, extra):
    (row,) = read_gift(f"$CATEGORY: $course$/top/执法/听证\n\n{text}\n").rows
    assert (row.draft.form, row.draft.answer, row.draft.topic) == (form, answer, "听证")
    for name, value in extra.items():
        assert getattr(row.draft, name) == value


@pytest.mark.parametrize("text", ["配对 {=a -> b =c -> d}", "多少 {#5:1}"])
def test_gift_types_left_out_by_name(text):
    rows = read_gift(f"{text}\n\n好 {{T}}").rows
    assert [row.action for row in rows] == ["skip", "accept"] and rows[0].issues[0].code == "NOT_SUPPORTED"


def test_moodle_in_gbk():
    xml = '<?xml version="1.0" encoding="GBK"?><quiz><question type="truefalse"><questiontext format="html"><text>对吗</text></questiontext><answer fraction="0"><text>true</text></answer><answer fraction="100"><text>false</text></answer></question></quiz>'
    (row,) = read_moodle(xml.encode("gbk")).rows
    assert row.draft.stem == "对吗" and row.draft.answer == ("B",)
