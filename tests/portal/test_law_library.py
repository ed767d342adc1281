"""Keeping and reading the law library: versions by date, what cites an article, the CMS, the command."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from portal.actions.errors import Refused
from portal.law import actions, files, hooks, queries
from portal.law.models import Article, ArticleVersion, Law
from portal.law.text import ArticleText, LawText
from portal.models import AuditEvent
from portal.ui import Link
from tests.cast import NOW

START = date(2021, 7, 15)


@pytest.fixture
def library(db):
    for path in files.builtin():
        actions.load_law(actor=None, now=NOW, text=files.read(path))
    return Law.objects.get(short_name="行政处罚法")


@pytest.fixture
def told(monkeypatch):
    """What registered apps hear of amendments."""
    heard = []
    monkeypatch.setattr(
        hooks, "_amended", [lambda **facts: heard.append((facts["article"].number, facts["version"].start))]
    )
    return heard


def statute(*articles, in_force=START):
    made = tuple(ArticleText(n, text) for n, text in articles)
    return LawText("sample", "示例条例", "示例条例", in_force, articles=made)


def load(text):
    return actions.load_law(actor=None, now=NOW, text=text)


def test_loading_twice_changes_nothing(library):
    before = AuditEvent.objects.count(), ArticleVersion.objects.count()
    for path in files.builtin():
        assert not actions.load_law(actor=None, now=NOW, text=files.read(path)).changed
    assert (AuditEvent.objects.count(), ArticleVersion.objects.count()) == before == (before[0], 157)


def test_a_revision_amends_adds_and_ends(db, told):
    load(statute((1, "甲。"), (2, "乙。"), (3, "丙。")))
    later = START + timedelta(days=100)
    counts = load(statute((1, "甲。"), (2, "新乙。"), (4, "丁。"), in_force=later)).counts
    assert counts == {"unchanged": 1, "amended": 1, "added": 1, "ended": 1}
    assert told == [(2, later), (3, START)]
    second = Article.objects.get(number=2)
    assert [(v.text, v.start, v.end) for v in second.versions.order_by("start")] == [
        ("乙。", START, later),
        ("新乙。", later, None),
    ]
    law = Law.objects.get()

    def shown(day):
        return [a.text for c in queries.chapters(law, day) for a in c.articles]

    assert shown(START - timedelta(days=1)) == []
    assert shown(later - timedelta(days=1)) == ["甲。", "乙。", "丙。"]
    assert shown(later) == ["甲。", "新乙。", "丁。"]
    # The old text again is refused: it would reach back before what is in force.
    with pytest.raises(Refused):
        load(statute((2, "乙。")))
    assert not load(statute((1, "甲。"), (2, "新乙。"), (4, "丁。"), in_force=later)).changed


def test_amending_an_article(library, told):
    article = Article.objects.get(law=library, number=52)
    asked = {"actor": None, "now": NOW, "article": article, "text": "新的\n内容。", "start": date(2027, 1, 1)}
    version = actions.amend_article(**asked, source="示例决定")
    assert actions.amend_article(**asked, source="示例决定") == version and told == [(52, date(2027, 1, 1))]
    assert AuditEvent.objects.filter(action="article.amended").count() == 1
    for wrong, field in (
        ({"start": date(2026, 1, 1)}, "start"),
        ({"text": " "}, "text"),
        ({"start": date(2028, 1, 1)}, "text"),
    ):
        with pytest.raises(Refused) as refused:
            actions.amend_article(**{**asked, **wrong})
        assert refused.value.field == field


def test_a_correction_is_no_amendment(library, told):
    version = ArticleVersion.objects.get(article__law=library, article__number=5)
    with pytest.raises(Refused):
        actions.correct_version(actor=None, now=NOW, version=version, text="改字。", reason=" ")
    actions.correct_version(actor=None, now=NOW, version=version, text="改字。", reason="录入错误")
    version.refresh_from_db()
    assert version.text == "改字。" and not told
    assert AuditEvent.objects.get(action="article.corrected").data["before"].startswith("行政处罚遵循公正")


def test_ending_an_article(library, told):
    article = Article.objects.get(law=library, number=86)
    for _again in range(2):
        actions.end_article(actor=None, now=NOW, article=article, end=date(2030, 1, 1))
    assert told == [(86, START)]
    with pytest.raises(Refused):
        actions.end_article(actor=None, now=NOW, article=article, end=date(2031, 1, 1))


def test_adding_an_article(library):
    asked = {"actor": None, "now": NOW, "law": library, "number": 17, "suffix": 1, "text": "补充。", "start": START}
    article = actions.add_article(**asked)
    assert actions.add_article(**asked) == article and article.words == "第十七条之一"
    with pytest.raises(Refused):
        actions.add_article(**{**asked, "text": "别的。"})


def test_names_are_taken_once(library):
    with pytest.raises(Refused) as refused:
        actions.save_law(actor=None, now=NOW, law=Law(code="x", name="行政处罚法", short_name="处罚法"))
    assert refused.value.field == "name"


def test_resolving_takes_two_queries(library, django_assert_num_queries):
    texts = [
        "《行政处罚法》第五十二条；《中华人民共和国行政强制法》第九条",
        "《民法典》第一条",
        "行政处罚法第52条、第999条",
    ]
    with django_assert_num_queries(2):
        found = queries.resolve(texts)
    assert [(a.law.short_name, a.number) for a in found[texts[0]]] == [("行政处罚法", 52), ("行政强制法", 9)]
    assert found[texts[1]] == [] and len(found[texts[2]]) == 1
    assert [one.raw for one in queries.unknown(texts)[texts[2]]] == ["《行政处罚法》第999条"]
    assert queries.resolve([]) == {}


# --- pages ----------------------------------------------------------------------------------------------------------


def test_reading(cast, library, django_assert_max_num_queries):
    client = cast.client("officer")
    assert "中华人民共和国行政强制法" in client.get("/laws/").content.decode()
    with django_assert_max_num_queries(20):
        page = client.get(f"/laws/{library.code}/").content.decode()
    assert page.count('class="law-article"') == 86 and "第五章　行政处罚的决定 第二节　简易程序" in page
    assert client.get(f"/laws/{library.code}/?as_of=2020-01-01").content.decode().count('class="law-article"') == 0
    for odd in ("x", "0001-01-01", "2021-02-30"):
        assert client.get(f"/laws/{library.code}/?as_of={odd}").status_code == 404
    assert client.get("/laws/nothing/").status_code == 404
    assert client.get("/laws/articles/0/").status_code == 404
    assert "/cms/" not in page


def test_an_article_shows_versions_and_who_cites_it(cast, library, monkeypatch):
    article = Article.objects.get(law=library, number=52)
    actions.amend_article(
        actor=None, now=NOW, article=article, text="新文。", start=timezone.localdate() + timedelta(days=9)
    )
    citing = hooks.Citing("引用本条的样本", 1, (Link("样本一", "/x/"),))
    monkeypatch.setattr(hooks, "_citing", [lambda request, one: citing if one == article else None])
    page = cast.client("legal").get(reverse("law:article", args=[article.pk])).content.decode()
    assert "尚未施行" in page and "现行有效" in page and "样本一" in page and "第五十二条" in page
    assert page.index("新文。") < page.index("填写预定格式")
    assert "/cms/" in page


def test_search(cast, library):
    client = cast.client("officer")
    answer = client.get("/laws/search/", {"q": "行政处罚法第５２条"})
    assert answer.url == reverse("law:article", args=[Article.objects.get(law=library, number=52).pk])
    page = client.get("/laws/search/", {"q": "听证 费用"}).content.decode()
    assert "<mark>听证</mark>" in page and "第六十三条" in page
    assert "没有条文含有" in client.get("/laws/search/", {"q": "火星"}).content.decode()
    assert client.get("/laws/search/").status_code == 200
    assert queries.marked("听证后听证", ["听证"]) == [("听证", True), ("后", False), ("听证", True)]


# --- CMS ------------------------------------------------------------------------------------------------------------


def cms(cast, role):
    client = cast.client(role)
    client.get("/cms/")
    return client


def test_legal_amends_in_the_cms(cast, library, told):
    client, article = cms(cast, "legal"), Article.objects.get(law=library, number=52)
    address = reverse("wagtailsnippets_law_article:edit", args=[article.pk])
    assert "填写预定格式" in client.get(address).content.decode()
    form = {"chapter": article.chapter, "text": "新文。", "what": "amend", "day": "2020-01-01", "source": "决定"}
    assert "新版本须晚于该日" in client.post(address, form).content.decode()
    assert client.post(address, {**form, "day": ""}).status_code == 200
    assert client.post(address, {**form, "day": "2027-01-01"}).status_code == 302
    assert told == [(52, date(2027, 1, 1))] and article.versions.count() == 2
    assert client.post(address, {**form, "what": "correct", "text": "新文一。", "source": "错字"}).status_code == 302
    assert article.versions.latest("start").text == "新文一。" and len(told) == 1
    assert client.post(address, {**form, "what": "end", "day": "2028-01-01"}).status_code == 302
    assert article.versions.latest("start").end == date(2028, 1, 1)


def test_editor_adds_law_and_article_in_the_cms(cast, library):
    client = cms(cast, "editor")
    fields = {
        "name": "示例县条例",
        "short_name": "示例县条例",
        "code": "slx",
        "kind": "local",
        "issuer": "",
        "in_force": "",
    }
    assert client.post(reverse("wagtailsnippets_law_law:add"), fields).status_code == 302
    law = Law.objects.get(code="slx")
    address = reverse("wagtailsnippets_law_article:add")
    assert client.get(address).status_code == 200
    form = {
        "law": law.pk,
        "number": 1,
        "suffix": 0,
        "chapter": "",
        "text": "第一款。",
        "day": "2026-01-01",
        "source": "",
    }
    assert client.post(address, form).status_code == 302
    assert ArticleVersion.objects.get(article__law=law).text == "第一款。"
    assert (
        client.post(reverse("wagtailsnippets_law_law:edit", args=[law.pk]), {**fields, "issuer": "县人大"}).status_code
        == 302
    )
    assert AuditEvent.objects.filter(action="law.saved", object_id=law.pk).count() == 2


def test_others_stay_out_of_the_cms(cast, library):
    for role in ("officer", "exam", "hr"):
        assert cms(cast, role).get(reverse("wagtailsnippets_law_law:list")).status_code == 403


# --- command --------------------------------------------------------------------------------------------------------


def run(*args):
    out = StringIO()
    call_command("import_law", *args, stdout=out)
    return out.getvalue()


def test_command(db, tmp_path):
    first = json.loads(run("--json"))["laws"]
    assert [(line["added"], line["unchanged"]) for line in first] == [(71, 0), (86, 0)]
    assert [line["added"] for line in json.loads(run("--json"))["laws"]] == [0, 0]
    text = tmp_path / "条例.txt"
    text.write_text("第一条　甲。\n第二条　乙。", encoding="gb18030")
    assert "新增2条" in run(str(text), "--code", "tl", "--name", "示例条例", "--in-force", "2026-01-01")
    for wrong in ("", "{", "[]", '{"code": "x"}'):
        path = tmp_path / "x.json"
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(SystemExit) as refused:
            run(str(path))
        assert refused.value.code == 1
    with pytest.raises(SystemExit):
        run(str(text))
    with pytest.raises(CommandError) as wrong:
        run("missing.json")
    assert wrong.value.returncode == 2
