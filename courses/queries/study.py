"""Study pages of mixed kinds as lists show them: what kind, where they stand, their address. Few queries for many."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, PageViewRestriction, Site

from courses.models import CasePage, CoursePage, DrillPage, LecturePage, LessonPage, SeriesPage
from courses.models.pages import StudyPage

# Kind in addresses → (what it is called, page models).
KINDS: dict[str, tuple[Promise, tuple[type[Page], ...]]] = {
    "lecture": (_("讲座"), (LecturePage, SeriesPage)),
    "course": (_("课程"), (CoursePage,)),
    "lesson": (_("课时"), (LessonPage,)),
    "case": (_("案例"), (CasePage,)),
    "drill": (_("演练"), (DrillPage,)),
}
MODELS = tuple(model for _label, models in KINDS.values() for model in models)


def kind_of(page: Page) -> str:
    """Key of KINDS for a page (specific or not), "" for other pages."""
    shown = page.cached_content_type.model_class()
    return next((kind for kind, (_label, models) in KINDS.items() if shown in models), "")


def label_of(page: Page) -> str:
    """讲座, 课程, 课时, 案例 or 演练; for other pages what Wagtail calls them."""
    kind = kind_of(page)
    return str(KINDS[kind][0]) if kind else str(page.cached_content_type)


def study_pages(kind: str = ""):
    """Every study page of ``kind`` (all kinds when empty), drafts too; callers narrow it to live ones."""
    return Page.objects.type(*(KINDS[kind][1] if kind else MODELS))


def parents(pages: Iterable[Page]) -> dict[int, Page]:
    """The page above each page, by id of the page below. One query."""
    above = {page.pk: page.path[: -Page.steplen] for page in pages}
    found = {page.path: page for page in Page.objects.filter(path__in=set(above.values()))} if above else {}
    return {pk: found[path] for pk, path in above.items() if path in found}


def published_at(path: str) -> StudyPage | None:
    """The published study page at ``path`` ("study/courses/zhengju/") with what it shows of its own and the page above
    it; None for anything else, and where there are several sites. Two queries.
    """
    roots = Site.get_site_root_paths()
    if len(roots) != 1:
        return None
    address = f"{roots[0].root_path}{path}"
    above = f"{address[:-1].rpartition('/')[0]}/"
    # By slug as well: Wagtail keeps an index of slugs and none of addresses.
    slugs = [whole[:-1].rpartition("/")[2] for whole in (address, above)]
    rows = Page.objects.filter(slug__in=slugs, url_path__in=[address, above])
    found = {row.url_path: row for row in rows.annotate(restricting=Exists(PageViewRestriction.objects.all()))}
    row = found.get(address)
    model = row.cached_content_type.model_class() if row is not None and row.live else None
    if model is None or not issubclass(model, StudyPage):
        return None
    page = model.objects.select_related(*model.beside).filter(pk=row.pk).first()
    if page is not None:
        page.unrestricted = not row.restricting
        if above in found:
            # Where the tree keeps it for get_parent.
            page._cached_parent_obj = found[above]
    return page
