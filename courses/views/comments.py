"""The discussion of a page on its own, speaking there, and the moderators' list."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from courses.actions import comments as actions
from courses.forms.comments import CommentFilter
from courses.models import Comment
from courses.queries import comments as queries
from portal.access import require
from portal.actions.errors import Refused
from portal.ui import Count

PAGE = 30


def _page(request, pk):
    page = queries.discussed_page(request, pk)
    if page is None:
        raise Http404
    return page


def _answer(request, page, **more):
    shown = queries.discussion_of(request, page, PAGE, request.GET.get("page", "1"))
    return render(request, "courses/discussion/page.html", {"discussion": shown, **more})


@require("learn.view")
@require_GET
def discussion(request, pk):
    """/learning/pages/<id>/discussion/: every thread, newest first."""
    return _answer(request, _page(request, pk))


@require("learn.discuss")
@require_POST
def add(request, pk):
    """Say something, or answer; then back to where it was said. A refused one comes back with its words."""
    page = _page(request, pk)
    answers, asked = None, request.POST.get("answers", "")
    if asked:
        known = asked.isascii() and asked.isdigit() and len(asked) < 19
        answers = Comment.objects.filter(pk=int(asked), page_id=page.pk).first() if known else None
        if answers is None:
            raise Http404
    text = request.POST.get("text", "")
    try:
        comment = actions.add_comment(actor=request.user, now=timezone.now(), page=page, text=text, answers=answers)
    except Refused as refused:
        return _answer(request, page, refused=refused.message, said="" if answers else text[: actions.LONGEST])
    messages.success(request, _("已发表。"))
    return redirect(f"{_back(request, page)}#c{comment.pk}")


def _back(request, page) -> str:
    return {"all": reverse("courses:discussion", args=[page.pk]), "office": reverse("courses:comments_office")}.get(
        request.POST.get("back", ""), page.url
    )


@require("talk.moderate")
@require_POST
def moderate(request, pk, act):
    """Hide a contribution (with a reason) or show it again."""
    if act not in ("hide", "show"):
        raise Http404
    comment = get_object_or_404(Comment.objects.select_related("page"), pk=pk)
    shared = {"actor": request.user, "now": timezone.now(), "comment": comment}
    try:
        if act == "hide":
            done = actions.hide_comment(**shared, reason=request.POST.get("reason", ""))
        else:
            done = actions.show_comment(**shared)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        if done:
            messages.success(request, _("已隐藏。") if act == "hide" else _("已恢复显示。"))
    return redirect(f"{_back(request, comment.page)}#c{comment.pk}")


@require("talk.moderate")
@require_GET
def office(request):
    """/learning/office/comments/: every contribution, newest first, to hide or show."""
    form = CommentFilter(request.GET)
    form.is_valid()
    state, q = form.cleaned_data.get("state", ""), form.cleaned_data.get("q", "")
    page = Paginator(queries.all_comments(state, q), PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.shown = queries.Remark(row.pk, "", row.at, row.text, hidden=row.hidden_at is not None)
    told, labels = queries.comment_counts(), dict(form.fields["state"].choices)
    counts = [
        Count(label, told[key], f"{request.path}?state={key}", current=key == state) for key, label in labels.items()
    ]
    context = {"page": page, "form": form, "counts": counts}
    return render(request, "courses/discussion/office.html", context)
