"""The bigram index: what is found holds the words asked for, and nothing else is found, on the database of the run."""

import itertools

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from wagtail.models import Page
from wagtail.search.backends import get_search_backend
from wagtail.search.query import And, MatchAll, Not, Or, Phrase

from portal.search import bigrams

TITLES = {
    "全区行政执法人员行政处罚法讲座": True,
    "行政处罚法": True,
    "行政法与处罚": False,
    "行政、处罚": False,
    "行政强制法讲座": False,
}


def holds(text: str, words: str) -> bool:
    """Would a phrase of ``words`` be found in the index terms of ``text``? As both databases decide it."""
    wanted, terms = bigrams.phrase(words), bigrams.terms(text)
    if not wanted.terms:
        return False
    for at in range(len(terms) - len(wanted.terms) + 1):
        pairs = list(zip(terms[at : at + len(wanted.terms)], wanted.terms, strict=True))
        whole, (last, asked) = pairs[:-1], pairs[-1]
        if all(a == b for a, b in whole) and (last == asked or (wanted.prefix and last and last.startswith(asked))):
            return True
    return False


@given(st.text("行政处罚法", max_size=12), st.text("行政处罚法", min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_chinese_is_found_exactly_where_it_stands(text, words):
    assert holds(text, words) == (words in text)


@given(st.text("行处3a，", max_size=10), st.text("行处3a", min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_with_letters_and_punctuation_nothing_is_found_that_is_not_there(text, words):
    assert not holds(text, words) or words in text


def test_terms():
    assert bigrams.terms("第九讲，3月") == ["第九", "九讲", "讲", None, "3", "月"]
    assert bigrams.phrase("讲3").terms == ("讲", "3") and not holds("第九讲，3月", "讲3")
    assert holds("拨打12345热线电话", "12345热线") and holds("拨打12345热线", "拨打12345")
    assert holds("《行政处罚法》第五十二条", "处罚法》第五") and holds("ＡＩ执法", "ai执法")
    assert bigrams.phrase("，。").terms == () and bigrams.terms("") == []


@pytest.fixture
def titles(db):
    home = Page.objects.get(depth=2)
    made = {title: home.add_child(title=title, slug=f"t{n}") for n, title in enumerate(TITLES)}
    home.add_child(title="GB 50016 Design Guide 第34讲 3月送达 O'Neil \\ % \U00020bb7野家", slug="latin")
    return made


def found(query, **more):
    return {page.title for page in Page.objects.all().search(query, **more)}


def test_a_word_in_the_middle_of_a_title(titles):
    assert found("行政处罚") == {title for title, holds_it in TITLES.items() if holds_it}
    assert found("处罚") == {title for title in TITLES if "处罚" in title}
    assert found("法讲") == {title for title in TITLES if "法讲" in title}
    assert found("强") == {"行政强制法讲座"} and found("座") == {title for title in TITLES if "座" in title}
    assert found("行政 讲座") == {title for title in TITLES if "讲座" in title}
    assert found("强制 处罚", operator="or") == {title for title in TITLES if "处罚" in title or "强制" in title}
    assert found("政法与") == {"行政法与处罚"} and found("政处") == {t for t, yes in TITLES.items() if yes}
    assert found("审批") == set() == found("。，") == found("%") == found("'") == found('"')
    assert found("行政处罚", fields=["title"]) == found("行政处罚", order_by_relevance=False) == found("行政处罚")


def test_letters_digits_and_rare_characters(titles):
    (latin,) = found("50016")
    for query in ("design", "DESIGN guide", "gb 50016", "第34讲", "34讲", "讲 送达", "o'neil", "\U00020bb7野", "ｇｂ"):
        assert found(query) == {latin}, query
    for query in ("5001", "desig", "讲3", "4讲", "guides"):
        assert found(query) == set(), query


def test_composed_queries(titles):
    assert found(Phrase("行政处罚法")) == {title for title, holds_it in TITLES.items() if holds_it}
    assert found(Phrase("处罚") & Phrase("讲座")) == {"全区行政执法人员行政处罚法讲座"}
    assert found(Or([Phrase("强制"), Phrase("执法人员")])) == {"行政强制法讲座", "全区行政执法人员行政处罚法讲座"}
    assert found(And([Phrase("行政"), Not(Phrase("处罚"))])) == {"行政强制法讲座"}
    assert len(found(MatchAll())) == Page.objects.count()


def test_autocomplete_finds_the_beginning_of_a_last_word(titles):
    def begun(query):
        return {page.title for page in Page.objects.all().autocomplete(query)}

    assert begun("desig") == found("design") and begun("处罚法") == {title for title in TITLES if "处罚法" in title}
    assert begun("行") == set(TITLES) and begun("强制法讲") == {"行政强制法讲座"}


def test_the_index_follows_changes_and_a_rebuild_finds_the_same(titles):
    page = titles["行政强制法讲座"]
    page.title = "行政许可法讲座"
    page.save()
    assert found("强制") == set() and found("许可") == {"行政许可法讲座"}
    page.delete()
    assert found("许可") == set()
    before = found("行政")
    backend = get_search_backend()
    index = backend.get_index_for_model(Page)
    rebuilder = backend.rebuilder_class(index)
    target = rebuilder.start()
    target.add_items(Page, list(itertools.chain(Page.objects.all(), Page.objects.all())))
    rebuilder.finish()
    assert found("行政") == before


def test_scores_are_given_when_asked_for(titles):
    scored = list(Page.objects.filter(title__contains="处罚").search("行政处罚法").annotate_score("score"))
    assert {page.title for page in scored} == {t for t, yes in TITLES.items() if yes}
    assert all(page.score is not None for page in scored)


def test_more_hits_than_can_be_ranked_come_newest_first(titles, monkeypatch):
    if connection.vendor != "sqlite":
        return
    from portal.search import sqlite

    ranked = list(Page.objects.search("行政"))
    monkeypatch.setattr(sqlite, "MOST_RANKED", 2)
    shown = list(Page.objects.search("行政"))
    assert set(shown) == set(ranked) and [p.pk for p in shown] == sorted((p.pk for p in shown), reverse=True)
    assert len(Page.objects.search("强制")) == 1 and list(Page.objects.search("行政")[1:3]) == shown[1:3]
