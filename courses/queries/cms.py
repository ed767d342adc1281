"""What the CMS asks before it deletes, withdraws or copies pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, ReferenceIndex

from courses.models import (
    Assignment,
    CaseRun,
    Comment,
    DrillRun,
    Enrolment,
    LessonDone,
    LessonPage,
    QuizRun,
    SectionPage,
    SeriesPage,
    Slide,
    StudyHomePage,
    Watch,
)

# Where facts about pages stand: (model, its column of the page).
FACTS = (
    (Watch, "page"),
    (LessonDone, "lesson"),
    (QuizRun, "page"),
    (Enrolment, "course"),
    (CaseRun, "case"),
    (DrillRun, "drill"),
)
# Standing parts of the catalogue, and pages that exist once for a thing outside the CMS.
FIXED = (StudyHomePage, SectionPage)
SINGLE = (StudyHomePage, SectionPage, SeriesPage)


def below(pages: Iterable[Page]):
    """The pages and everything under them."""
    wanted = Q(pk=None)
    for page in pages:
        wanted |= Q(path__startswith=page.path)
    return Page.objects.filter(wanted)


def facts_of(pages: Iterable[Page]) -> Counter:
    """What would be lost with ``pages`` and all below them: {"people": n, "assignments": n, "comments": n, "lessons":
    lessons elsewhere that use a case among them}; what is 0 is left out.
    """
    inside = below(pages).values("pk")
    people: set[int] = set()
    for model, column in FACTS:
        people |= set(model.objects.filter(**{f"{column}__in": inside}).values_list("person", flat=True).distinct())
    found = Counter(
        people=len(people),
        assignments=Assignment.objects.filter(page__in=inside).count(),
        comments=Comment.objects.filter(page__in=inside).count(),
        lessons=LessonPage.objects.filter(case__in=inside).exclude(pk__in=inside).count(),
    )
    return +found


def why_kept(pages: Iterable[Page]) -> str:
    """Why ``pages`` may not be deleted, in words; "" when they may."""
    pages = list(pages)
    if fixed := _fixed(pages):
        return _("“%(title)s”是固定栏目，不能删除或撤下。") % {"title": fixed}
    found = facts_of(pages)
    if not found:
        return ""
    said = {
        "people": _("%(n)d人的学习记录"),
        "assignments": _("%(n)d项学习任务"),
        "comments": _("%(n)d条讨论"),
        "lessons": _("%(n)d个课时引用"),
    }
    words = _("、").join(said[key] % {"n": found[key]} for key in said if key in found)
    title = pages[0].title if len(pages) == 1 else _("所选页面")
    return _("“%(title)s”不能删除：已有%(what)s。不再使用的内容请撤下，学习记录会保留。") % {
        "title": title,
        "what": words,
    }


def why_shown(pages: Iterable[Page]) -> str:
    """Why ``pages`` may not be withdrawn, in words; "" when they may."""
    pages = list(pages)
    if fixed := _fixed(pages):
        return _("“%(title)s”是固定栏目，不能删除或撤下。") % {"title": fixed}
    year = timezone.localdate().year
    open_ones = Assignment.objects.filter(page__in=below(pages).values("pk"), withdrawn_at=None, year__gte=year)
    if not (titles := list(dict.fromkeys(open_ones.values_list("title", flat=True)[:4]))):
        return ""
    return _("“%(title)s”已布置为今年的学习任务，请先撤销任务再撤下。") % {"title": titles[0]}


def _fixed(pages: list[Page]) -> str:
    return next((page.title for page in pages if page.cached_content_type.model_class() in FIXED), "")


def document_shown(document) -> bool:
    """Does anything published show ``document``: slides, a lesson, a link in a text, something that is no page?"""
    if Slide.objects.filter(document=document, page__live=True).exists():
        return True
    if LessonPage.objects.live().filter(document=document).exists():
        return True
    pages = ContentType.objects.get_for_model(Page)
    used = ReferenceIndex.get_references_to(document)
    if used.exclude(base_content_type=pages).exists():
        return True
    linking = used.filter(base_content_type=pages).values_list("object_id", flat=True)
    return Page.objects.live().filter(pk__in=[int(pk) for pk in linking]).exists()


def why_single(page: Page) -> str:
    """Why ``page`` may not be copied, in words; "" when it may."""
    if page.cached_content_type.model_class() in SINGLE:
        return _("“%(title)s”只能有一个，不能复制。") % {"title": page.title}
    return ""
