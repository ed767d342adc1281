"""Citations as people write them, and plain texts taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.law.citations import article_name, number_of, numeral, parse, short_name
from portal.law.text import articles_of


def cited(text):
    return [(one.law, one.number, one.suffix) for one in parse(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("《行政处罚法》第五十二条", [("行政处罚法", 52, 0)]),
        ("《中华人民共和国行政处罚法》第五十二条", [("行政处罚法", 52, 0)]),
        ("《行政处罚法（2021年修订）》第52条", [("行政处罚法", 52, 0)]),
        ("行政处罚法第５２条", [("行政处罚法", 52, 0)]),
        ("《行政处罚法》第五十二条；《行政强制法》第九条", [("行政处罚法", 52, 0), ("行政强制法", 9, 0)]),
        ("《行政处罚法》第五条、第六条和第八条", [("行政处罚法", n, 0) for n in (5, 6, 8)]),
        ("《行政处罚法》第六十七条至第六十九条", [("行政处罚法", n, 0) for n in (67, 68, 69)]),
        ("《行政处罚法》第六十七条至六十九条、第七十条", [("行政处罚法", n, 0) for n in (67, 68, 69, 70)]),
        ("《刑法》第二百八十七条之一", [("刑法", 287, 1)]),
        ("根据行政处罚法第五条和行政强制法第六条", [("行政处罚法", 5, 0), ("行政强制法", 6, 0)]),
        ("《行政处罚法》第五条；《行政处罚法》第五条", [("行政处罚法", 5, 0)]),
        ("《民法典》第一千二百六十条", [("民法典", 1260, 0)]),
        ("《行政处罚法》", []),
        ("第五条", []),
        ("《行政处罚法》第零条", []),
        ("", []),
    ],
)
def test_citations(text, expected):
    assert cited(text) == expected


def test_paragraph_and_item_are_kept():
    (one,) = parse("《行政处罚法》第五十二条第二款第（三）项")
    assert (one.paragraph, one.item, one.raw) == (2, 3, "《行政处罚法》第五十二条第二款第(三)项")


@given(st.integers(1, 9999))
def test_numerals_read_back(number):
    assert number_of(numeral(number)) == number == number_of(str(number))
    assert parse(f"《某法》{article_name(number)}")[0].number == number


@given(st.text(alphabet="《》第条款项之至〇一二十百千两0５ 法条例；、", max_size=60))
def test_any_text_is_read_without_an_error(text):
    for one in parse(text):
        assert 1 <= one.number <= 9999 and one.law


def test_short_names():
    assert short_name("中华人民共和国 行政处罚法（2021年修订）") == "行政处罚法"


def test_plain_text_with_chapters_and_inserted_article():
    text = """示例县条例
    （2020年通过）
    第一章　总则
    第一条　为了示例，制定本条例。
    第二条　示例是指：
    （一）甲；
    第五条规定的除外。
    第一节 细目
    第二条之一　补充。
    第二章　附则
    第三条　自公布之日起施行。"""
    made = articles_of(text)
    assert [(one.number, one.suffix) for one in made] == [(1, 0), (2, 0), (2, 1), (3, 0)]
    assert made[1].text == "示例是指：\n（一）甲；\n第五条规定的除外。"
    assert made[2].chapter == "第一章　总则 第一节　细目" and made[3].chapter == "第二章　附则"


@pytest.mark.parametrize("text", ["", "没有条文", "第二条　乙\n第一条　甲", "第一条　甲\n第一条　乙"])
def test_broken_plain_texts_are_refused(text):
    with pytest.raises(ValueError):
        articles_of(text)
