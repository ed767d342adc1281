"""The statutes that come with the portal: complete, and every sentence the sample bank quotes stands in them."""

import csv
import re

import pytest

from portal.law import files
from portal.law.citations import number_of, parse

BANK = "tests/data/exams/question_bank_300.csv"
QUOTE = re.compile(
    r"《([^》]+)》第([^条]+)条(?:规定)?：(.*?)(?=\s*《(?:行政处罚法|行政强制法)》第[^条]+条(?:规定)?：|$)", re.DOTALL
)


@pytest.fixture(scope="module")
def laws():
    return {law.short_name: law for law in map(files.read, files.builtin())}


@pytest.mark.parametrize(
    ("name", "articles", "in_force"), [("行政处罚法", 86, "2021-07-15"), ("行政强制法", 71, "2012-01-01")]
)
def test_complete(laws, name, articles, in_force):
    law = laws[name]
    assert [one.number for one in law.articles] == list(range(1, articles + 1))
    assert str(law.in_force) == in_force and law.name == f"中华人民共和国{name}"
    for one in law.articles:
        assert one.chapter and one.text.strip() == one.text
        # Western punctuation, blanks and broken sentences do not occur in a statute.
        assert not re.search(r"[:;,()\s]", one.text.replace("\n", "")), one.number
        assert re.fullmatch(r"(.+[。；：]\n?)+", one.text), one.number
    year, month, day = (int(part) for part in in_force.split("-"))
    assert law.articles[-1].text == f"本法自{year}年{month}月{day}日起施行。"


def test_references_inside_a_statute_lead_somewhere(laws):
    for law in laws.values():
        numbers = {one.number for one in law.articles}
        for one in law.articles:
            for found in parse(one.text.replace("本法第", f"《{law.short_name}》第")):
                assert found.law != law.short_name or found.number in numbers


def test_every_sentence_quoted_by_the_bank_stands_in_its_article(laws):
    texts = {name: {one.number: re.sub(r"\s", "", one.text) for one in law.articles} for name, law in laws.items()}
    with open(BANK, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    checked = 0
    for row in rows:
        for law, number, quote in QUOTE.findall(row["解析"]):
            text = texts[law][number_of(number)]
            for sentence in re.findall(r"[^。；：]+", re.sub(r"\s", "", quote)):
                assert sentence in text, (row["序号"], law, number, sentence)
                checked += 1
        assert parse(row["法条依据"])
        for one in parse(row["法条依据"]):
            assert one.number in texts[one.law]
    assert checked > 700
