"""Which study pages cite an article, and which of them wait to be read again after it was amended.

Importing this module registers the law library's question "who cites this?" (courses.apps does).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page, ReferenceIndex

from courses.models import CaseRun, CitationReview, CitedArticle, DrillPage, DrillRun
from courses.queries import study
from portal.access import access_of
from portal.law import hooks
from portal.law.models import Article, ArticleVersion
from portal.ui import Link

MOST = 8


def citing_ids(article: Article) -> set[int]:
    """Ids of the pages, drafts too, that name ``article`` in 引用法条 or inside a step or scene. Two queries."""
    listed = CitedArticle.objects.filter(article=article).values_list("page_id", flat=True)
    types = ContentType.objects.get_for_models(Article, Page)
    inside = ReferenceIndex.objects.filter(
        base_content_type=types[Page], to_content_type=types[Article], to_object_id=str(article.pk)
    ).values_list("object_id", flat=True)
    return {*listed, *map(int, inside)}


def held_back(request, article: Article) -> frozenset[int]:
    """Pages whose step or scene rests on ``article``, so that naming them would tell a learner what to judge there:
    until they have been through them. Three queries at most.
    """
    access = access_of(request)
    if not access.can("learn.take") or access.can("citations.review"):
        return frozenset()
    types = ContentType.objects.get_for_models(Article, Page)
    rows = ReferenceIndex.objects.filter(
        Q(model_path__startswith="steps.") | Q(model_path__startswith="scenes."),
        base_content_type=types[Page],
        to_content_type=types[Article],
        to_object_id=str(article.pk),
    )
    inside = set(map(int, rows.values_list("object_id", flat=True)))
    if not inside:
        return frozenset()
    mine = {"person__user": request.user}
    seen = CaseRun.objects.filter(**mine, case__in=inside, completed_at__isnull=False).values_list("case", flat=True)
    # A drill itself shows what stands under 引用法条; a case keeps back even there what a judgement rests on.
    shown = Q(runs__in=DrillRun.objects.filter(**mine, finished_at__isnull=False)) | Q(cited_articles__article=article)
    drills = DrillPage.objects.filter(shown, pk__in=inside).values_list("pk", flat=True)
    return frozenset(inside - {*seen, *drills})


@hooks.cited_by
def pages_citing(request, article) -> hooks.Citing | None:
    """For everybody who may study: published pages that cite the article, the first few by name."""
    if not access_of(request).can("learn.view"):
        return None
    pages = study.study_pages().live().filter(pk__in=citing_ids(article) - held_back(request, article))
    total = pages.count()
    waiting = set(CitationReview.objects.filter(article=article, settled_at=None).values_list("page_id", flat=True))
    links = tuple(
        Link(_line(page, page.pk in waiting), page.url) for page in pages.order_by("-last_published_at")[:MOST]
    )
    return hooks.Citing(
        _("引用本条的讲座、课程和案例"),
        total,
        links,
        url=f"{reverse('courses:search')}?article={article.pk}" if total > MOST else "",
        empty=_("没有学习内容引用本条。"),
    )


def _line(page: Page, waiting: bool) -> str:
    told = {"kind": study.label_of(page), "title": page.title}
    return (_("%(kind)s（待复核）：%(title)s") if waiting else _("%(kind)s：%(title)s")) % told


@dataclass(frozen=True)
class Cited:
    """An article a page cites: its law and number, what for, its page; ``review``: amended and not yet read again."""

    article: Article
    note: str
    url: str
    review: bool = False

    @property
    def law(self) -> str:
        return self.article.law.short_name

    @property
    def words(self) -> str:
        return self.article.words


def cited_of(page: Page) -> list[Cited]:
    """The articles under 引用法条 of ``page``, in the editor's order; of a draft its own. One query, a draft three."""
    rows, waits = page.cited_articles.all(), CitationReview.objects.filter(page_id=page.pk, settled_at=None)
    if isinstance(rows, QuerySet):
        rows = rows.select_related("article__law").annotate(
            waiting=Exists(waits.filter(article=OuterRef("article")).order_by())
        )
        return [_cited(row.article, row.note, row.waiting) for row in rows]
    # What an editor has typed stands in no table.
    rows = list(rows)
    articles = Article.objects.select_related("law").in_bulk({row.article_id for row in rows}) if rows else {}
    waiting = set(waits.values_list("article_id", flat=True)) if rows else set()
    return [
        _cited(articles[row.article_id], row.note, row.article_id in waiting)
        for row in rows
        if row.article_id in articles
    ]


def _cited(article: Article, note: str, waiting: bool) -> Cited:
    return Cited(article, note, reverse("law:article", args=[article.pk]), waiting)


# --- reviews --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Review:
    """A review as its page shows it. ``before``/``after``: the words of the article; after is "" when it ended."""

    row: CitationReview
    kind: str
    before: str
    after: str
    url: str
    edit_url: str


def open_reviews() -> int:
    """How many reviews wait."""
    return CitationReview.objects.filter(settled_at=None, page__in=study.study_pages()).count()


def review_rows(state: str = "open", q: str = ""):
    """Reviews, the waiting ones (oldest first) or those settled (newest first); ``q``: words in the page's title."""
    rows = CitationReview.objects.select_related("page", "article__law", "version", "settled_by")
    rows = rows.filter(settled_at=None) if state == "open" else rows.exclude(settled_at=None).order_by("-settled_at")
    for word in q.split():
        rows = rows.filter(page__title__icontains=word)
    return rows


def review_counts() -> dict[str, int]:
    """{"open": n, "settled": n}."""
    found = CitationReview.objects.aggregate(all=Count("pk"), settled=Count("settled_at"))
    return {"open": found["all"] - found["settled"], "settled": found["settled"]}


def shown(rows: Iterable[CitationReview], may_edit: bool) -> list[Review]:
    """What a page shows of ``rows``. One query more, however many."""
    rows = list(rows)
    versions: dict[int, list[ArticleVersion]] = {}
    for version in ArticleVersion.objects.filter(article__in={row.article_id for row in rows}).order_by("start"):
        versions.setdefault(version.article_id, []).append(version)
    return [_shown(row, versions.get(row.article_id, []), may_edit) for row in rows]


def _shown(row: CitationReview, versions: list[ArticleVersion], may_edit: bool) -> Review:
    earlier = [version for version in versions if version.start < row.version.start]
    ended = row.version.end is not None and not any(version.start >= row.version.end for version in versions)
    before = row.version.text if ended else (earlier[-1].text if earlier else "")
    after = "" if ended else row.version.text
    edit = reverse("wagtailadmin_pages:edit", args=[row.page_id]) if may_edit else ""
    return Review(row, study.label_of(row.page), before, after, row.page.url if row.page.live else "", edit)
