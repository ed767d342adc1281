"""The discussion under a lecture, course or case: who may read it, and what it shows to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.urls import reverse
from wagtail.models import Page

from courses.models import CasePage, CaseRun, Comment, CoursePage, LecturePage
from courses.queries import study
from portal.access import access_of

DISCUSSED = (LecturePage, CoursePage, CasePage)
# Under a page itself as many threads as one reads; all of them on the discussion's own page.
SHOWN = 10


@dataclass(frozen=True)
class Remark:
    """One contribution. ``text`` is "" when it is hidden and the reader is no moderator."""

    pk: int
    who: str
    at: object
    text: str
    mine: bool = False
    hidden: bool = False
    why: str = ""
    replies: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Discussion:
    """What courses/discussion.html shows. ``total`` counts what is not hidden."""

    page: Page
    remarks: list[Remark] = field(default_factory=list)
    total: int = 0
    threads: int = 0
    may_speak: bool = False
    may_moderate: bool = False
    pager: object = None

    @property
    def url(self) -> str:
        return reverse("courses:discussion", args=[self.page.pk])

    @property
    def more(self) -> int:
        return self.threads - len(self.remarks)


def discussed_page(request, pk: int) -> Page | None:
    """The published page ``pk`` that the viewer may discuss, specific, or None."""
    page = study.study_pages().live().filter(pk=pk).first()
    if page is None or page.cached_content_type.model_class() not in DISCUSSED:
        return None
    page = page.specific
    return page if may_read(request, page) else None


def may_read(request, page: Page) -> bool:
    """A case is discussed by those who have been through it (others would read its outcome), and by who made it."""
    access = access_of(request)
    if not isinstance(page, CasePage):
        return access.can("learn.view")
    if access.can("talk.moderate") or access.can("citations.review"):
        return True
    runs = CaseRun.objects.filter(case=page, person__user=request.user).exclude(completed_at=None)
    return access.can("learn.view") and runs.exists()


def discussion_of(request, page: Page, most: int = SHOWN, number: str | None = None) -> Discussion | None:
    """The newest ``most`` threads under ``page``, or page ``number`` of them; None where there is no discussion: other
    kinds of pages, drafts, previews, a case the viewer has not finished. At most five queries.
    """
    if getattr(request, "is_preview", False) or not page.live or not isinstance(page, DISCUSSED):
        return None
    if not may_read(request, page):
        return None
    access = access_of(request)
    moderator = access.can("talk.moderate")
    told = Comment.objects.filter(page_id=page.pk).aggregate(
        total=Count("pk", filter=Q(hidden_at=None)), threads=Count("pk", filter=Q(answers=None))
    )
    threads = Comment.objects.filter(page_id=page.pk, answers=None).select_related("user").order_by("-at", "-id")
    pager = Paginator(threads, most).get_page(number) if number is not None else None
    rows = list(threads[:most] if pager is None else pager.object_list)
    replies: dict[int, list[Comment]] = {}
    for reply in Comment.objects.filter(answers__in=rows).select_related("user").order_by("at", "id") if rows else ():
        replies.setdefault(reply.answers_id, []).append(reply)
    remarks = [_remark(row, request.user, moderator, replies.get(row.pk, ())) for row in rows]
    speaks = access.can("learn.discuss")
    return Discussion(page, remarks, told["total"], told["threads"], speaks, moderator, pager)


def _remark(row: Comment, user, moderator: bool, replies: Iterable[Comment] = ()) -> Remark:
    hidden = row.hidden_at is not None
    return Remark(
        row.pk,
        str(row.user),
        row.at,
        "" if hidden and not moderator else row.text,
        row.user_id == user.pk,
        hidden,
        row.hidden_why if moderator else "",
        tuple(_remark(reply, user, moderator) for reply in replies),
    )


def all_comments(state: str = "", q: str = ""):
    """Every contribution, newest first; ``state``: "" all, "shown" or "hidden"; ``q``: words of text or author."""
    rows = Comment.objects.select_related("user", "page", "hidden_by").order_by("-at", "-id")
    if state:
        rows = rows.exclude(hidden_at=None) if state == "hidden" else rows.filter(hidden_at=None)
    for word in q.split():
        rows = rows.filter(Q(text__icontains=word) | Q(user__name__icontains=word))
    return rows


def comment_counts() -> dict[str, int]:
    """{"": all, "shown": n, "hidden": n}."""
    told = Comment.objects.aggregate(all=Count("pk"), hidden=Count("hidden_at"))
    return {"": told["all"], "shown": told["all"] - told["hidden"], "hidden": told["hidden"]}
