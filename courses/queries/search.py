"""Search over what one may study: published pages, lectures that have no page yet, and the articles of the law library.

Pages are found by Wagtail's index (portal.search): every word of the query stands in the page. Order: the words in the
title first, then the newest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import LecturePage, Session
from courses.queries import study
from courses.queries.citing import citing_ids
from portal.law import queries as law
from portal.law.models import Article
from portal.search.entries import texts
from portal.search.marks import excerpt, marked, words_of

LAW = "law"
# Beside the list of pages: as many articles and lectures as one sees at a glance.
FEW = 6

Parts = Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class Query:
    """What is asked for: words, one kind (of study.KINDS, or "law"), a year, pages that cite ``article``."""

    text: str = ""
    kind: str = ""
    year: int | None = None
    article: Article | None = None
    # Citing pages that are not told (courses.queries.citing.held_back).
    held: frozenset[int] = frozenset()

    @property
    def words(self) -> list[str]:
        return words_of(self.text)

    @property
    def empty(self) -> bool:
        return not self.words and self.article is None


@dataclass(frozen=True)
class Hit:
    """A found page, lecture or article; ``title`` and ``text`` are (part, is it a word looked for)."""

    label: str
    title: Parts
    url: str
    text: Parts = ()
    where: str = ""
    when: date | datetime | None = None


@dataclass(frozen=True)
class Beside:
    """Found things shown beside the pages: the first few of ``total``."""

    hits: list[Hit] = field(default_factory=list)
    total: int = 0


def pages(query: Query, kind: str | None = None):
    """The found pages as Wagtail's search results (or a queryset when only citations are asked for), not yet read."""
    found = study.study_pages(query.kind if kind is None else kind).live()
    if query.article is not None:
        found = found.filter(pk__in=citing_ids(query.article) - query.held)
    if query.year is not None:
        found = found.filter(pk__in=_of_year(query.year))
    words = query.words
    if not words:
        return found.order_by("-first_published_at", "-id")
    named = Q()
    for word in words:
        named &= Q(title__icontains=word)
    rank = Case(When(named, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = found.order_by(rank.asc(), "-first_published_at", "-id")
    return found.search(" ".join(words), operator="and", order_by_relevance=False)


def _of_year(year: int):
    """Pages of lectures held in ``year``, and others published in it."""
    held = LecturePage.objects.filter(session__year=year).values("pk")
    lectures = LecturePage.objects.exclude(session=None).values("pk")
    return Page.objects.filter(Q(pk__in=held) | (Q(first_published_at__year=year) & ~Q(pk__in=lectures))).values("pk")


def counts(query: Query) -> dict[str, int]:
    """How many pages of each kind are found, whatever kind is asked for. One query."""
    found = pages(query, "")
    if query.words:
        by_type = found.facet("content_type_id")
    else:
        by_type = {}
        for pk in found.values_list("content_type_id", flat=True):
            by_type[pk] = by_type.get(pk, 0) + 1
    told = dict.fromkeys(study.KINDS, 0)
    for pk, n in by_type.items():
        shown = ContentType.objects.get_for_id(pk).model_class()
        told[next(kind for kind, (_label, models) in study.KINDS.items() if shown in models)] += n
    return told


def hits(found: Sequence[Page], query: Query) -> list[Hit]:
    """What a list shows of found pages: one query a kind, one for the pages above, one for the lectures' days."""
    ids = [page.pk for page in found]
    full = {page.pk: page for page in Page.objects.filter(pk__in=ids).specific()}
    ordered = [full[pk] for pk in ids if pk in full]
    above = study.parents(ordered)
    sessions = Session.objects.in_bulk([page.session_id for page in ordered if isinstance(page, LecturePage)])
    return [_hit(page, query.words, above.get(page.pk), sessions) for page in ordered]


def _hit(page: Page, words: list[str], parent: Page | None, sessions: dict[int, Session]) -> Hit:
    session = sessions.get(getattr(page, "session_id", None))
    inside = study.kind_of(page) in ("lecture", "lesson") and parent is not None
    return Hit(
        study.label_of(page),
        marked(page.title, words),
        page.url,
        marked(excerpt(_words(page), words), words),
        parent.title if inside else "",
        session.starts_at if session else None,
    )


def _words(page: Page) -> str:
    """The searched text of a page but its title, on one line."""
    found = " ".join(text for text, _boost in texts(page)["body"] if text)
    return " ".join(normalize_newlines(found).split())


def articles(query: Query, day: date):
    """(articles the text itself cites, versions in force on ``day`` that hold every word); nothing without words."""
    return law.search(query.text, day)


def article_hits(versions, query: Query) -> list[Hit]:
    """What a list shows of found versions of articles."""
    return [_article(hit.article, hit.parts) for hit in law.hits(versions, query.text)]


def _article(article: Article, parts: Parts = ()) -> Hit:
    name = _("《%(law)s》%(words)s") % {"law": article.law.short_name, "words": article.words}
    return Hit(_("法条"), [(name, False)], reverse("law:article", args=[article.pk]), parts)


def articles_beside(query: Query, day: date) -> Beside:
    """The first articles, those cited by name before those that hold the words. Two to four queries."""
    cited, found = articles(query, day)
    shown = [_article(article) for article in cited[:FEW]]
    total = found.count()
    shown += article_hits(found[: FEW - len(shown)], query)
    return Beside(shown, total + len(cited))


def sessions_beside(query: Query) -> Beside:
    """Lectures by title or lecturer that the list of pages does not show: without a page, or found by the lecturer."""
    if not query.words or query.kind not in ("", "lecture") or query.article is not None:
        return Beside()
    found, titled = Session.objects.exclude(state=Session.State.CANCELLED), Q(page__live=True)
    if query.year is not None:
        found = found.filter(year=query.year)
    for word in query.words:
        found = found.filter(Q(title__icontains=word) | Q(lecturers__name__icontains=word))
        titled &= Q(title__icontains=word)
    found = found.exclude(titled).distinct().order_by("-starts_at")
    rows = list(found.select_related("series", "page")[: FEW + 1])
    total = len(rows) if len(rows) <= FEW else found.count()
    return Beside([_session(row, query.words) for row in rows[:FEW]], total)


def _session(row: Session, words: list[str]) -> Hit:
    page = getattr(row, "page", None)
    url = page.url if page is not None and page.live else reverse("courses:lecture", args=[row.code])
    return Hit(_("讲座"), marked(row.title, words), url, where=row.series.name, when=row.starts_at)


def years(today: date | None = None) -> list[int]:
    """Years that may be asked for, newest first: from the first lecture or page on."""
    today = today or timezone.localdate()
    first = Session.objects.order_by("year").values_list("year", flat=True).first() or today.year
    return list(range(today.year, min(first, today.year) - 1, -1))
