"""The discussion under a lecture, course or case: who may read it, and what it shows to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.paginator import Paginator
from django.db.models import Count, Q, Subquery
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
    kinds of pages, drafts, previews, a case the viewer has not finished. One query, of a case two; page by page one
    more.
    """
    if getattr(request, "is_preview", False) or not page.live or not isinstance(page, DISCUSSED):
        return None
    if not may_read(request, page):
        return None
    access = access_of(request)
    moderator = access.can("talk.moderate")
    everything = Comment.objects.filter(page_id=page.pk)
    threads = everything.filter(answers=None)
    newest = threads.order_by("-at", "-id").values("pk")
    pager = Paginator(newest, most).get_page(number) if number is not None else None
    shown = newest[:most] if pager is None else pager.object_list
    rows = everything.filter(Q(pk__in=shown) | Q(answers__in=shown)).select_related("user").order_by("at", "id")
    rows = list(rows.annotate(total=_number(everything.filter(hidden_at=None)), threads=_number(threads)))
    replies: dict[int | None, list[Comment]] = {}
    for row in rows:
        replies.setdefault(row.answers_id, []).append(row)
    remarks = [
        _remark(row, request.user, moderator, replies.get(row.pk, ())) for row in reversed(replies.get(None, []))
    ]
    total, number_of = (rows[0].total, rows[0].threads) if rows else (0, 0)
    return Discussion(page, remarks, total or 0, number_of, access.can("learn.discuss"), moderator, pager)


def _number(rows) -> Subquery:
    """How many ``rows`` of one page, as a column."""
    return Subquery(rows.order_by().values("page").annotate(n=Count("pk")).values("n"))


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
