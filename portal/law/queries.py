"""Reading the law library: citations resolved, laws by chapter, articles by date, search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Prefetch, Q

from portal.law.citations import COUNTRY, Citation, parse, short_name
from portal.law.models import Article, ArticleVersion, Law
from portal.search.marks import excerpt, marked, words_of


def resolve(texts: Iterable[str]) -> dict[str, list[Article]]:
    """For each text the articles it cites (with ``law`` loaded), in order, each once; unknown ones are left out.

    Two queries however many texts.
    """
    cited = {text: parse(text) for text in set(texts)}
    known = _articles({one for found in cited.values() for one in found})
    return {
        text: list(dict.fromkeys(known[key] for one in found if (key := (one.law, one.number, one.suffix)) in known))
        for text, found in cited.items()
    }


def unknown(texts: Iterable[str]) -> dict[str, list[Citation]]:
    """For each text the citations that the library does not hold."""
    cited = {text: parse(text) for text in set(texts)}
    known = _articles({one for found in cited.values() for one in found})
    return {
        text: [one for one in found if (one.law, one.number, one.suffix) not in known] for text, found in cited.items()
    }


def _articles(citations: set[Citation]) -> dict[tuple[str, int, int], Article]:
    names = {one.law for one in citations}
    if not names:
        return {}
    full = {f"{COUNTRY}{name}" for name in names}
    laws = Law.objects.filter(Q(short_name__in=names) | Q(name__in=names | full))
    by_id = {law.pk: {short_name(law.short_name), short_name(law.name)} for law in laws}
    if not by_id:
        return {}
    numbers = {one.number for one in citations}
    found = {}
    rows = Article.objects.filter(law__in=by_id, number__in=sorted(numbers)[:900]).select_related("law")
    if len(numbers) > 900:
        rows = Article.objects.filter(law__in=by_id).select_related("law")
    for article in rows:
        for name in by_id[article.law_id]:
            found.setdefault((name, article.number, article.suffix), article)
    return found


# --- pages ----------------------------------------------------------------------------------------------------------


def laws():
    """All laws with the number of their articles and the day their newest version takes effect."""
    return Law.objects.annotate(article_count=Count("articles", distinct=True), newest=Max("articles__versions__start"))


def holds(day: date, prefix: str = "") -> Q:
    """Versions in force on ``day`` (half-open)."""
    open_end = Q(**{f"{prefix}end__isnull": True}) | Q(**{f"{prefix}end__gt": day})
    return Q(**{f"{prefix}start__lte": day}) & open_end


@dataclass(frozen=True)
class Chapter:
    """Consecutive articles under one heading; each article carries ``text`` (None: not in force on the day)."""

    title: str
    anchor: str
    articles: list[Article]


def chapters(law: Law, day: date) -> list[Chapter]:
    """The law as it stands on ``day``. Two queries. Articles without words on that day are left out."""
    current = Prefetch("versions", ArticleVersion.objects.filter(holds(day)), to_attr="shown")
    found: list[Chapter] = []
    for article in law.articles.prefetch_related(current):
        if not article.shown:
            continue
        article.text = article.shown[0].text
        article.amended = article.shown[0].source
        article.law = law
        if not found or found[-1].title != article.chapter:
            found.append(Chapter(article.chapter, f"c{len(found) + 1}", []))
        found[-1].articles.append(article)
    return found


def article(pk: int) -> Article | None:
    """One article with its law, or None."""
    return Article.objects.select_related("law").filter(pk=pk).first()


def history(article: Article) -> list[ArticleVersion]:
    """All versions, newest first."""
    return list(article.versions.order_by("-start"))


@dataclass(frozen=True)
class Hit:
    """An article that holds every word: ``parts`` are (text, is it a word looked for) in order."""

    article: Article
    parts: list[tuple[str, bool]]


def search(text: str, day: date):
    """(articles cited by the text itself, queryset of versions in force on ``day`` that hold every word of it)."""
    words = words_of(text)
    versions = ArticleVersion.objects.filter(holds(day)).select_related("article__law")
    for word in words:
        versions = versions.filter(text__icontains=word)
    cited = resolve([text])[text]
    if not words:
        versions = versions.none()
    return cited, versions.order_by("article__law__short_name", "article__number", "article__suffix")


def hits(versions: Iterable[ArticleVersion], text: str, around: int = 60) -> list[Hit]:
    """What a page shows of the found versions: the surroundings of the first word found, the words marked."""
    words = words_of(text)
    return [Hit(version.article, marked(excerpt(version.text, words, around), words)) for version in versions]
