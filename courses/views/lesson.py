"""The page of a lesson: player, text, case and quiz, what completes it, its neighbours."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.queries.citing import cited_of
from courses.queries.lesson import lesson_view
from courses.views.study_kit import viewer_of
from portal.access import require


@require("learn.view")
@require_safe
@never_cache
def lesson_page(request, page):
    """A lesson of a published course; in a preview also of one that is not."""
    viewer = viewer_of(request)
    shown = lesson_view(request, viewer.person, page, viewer.year)
    if shown is None or not (viewer.preview or shown.view.course.live):
        raise Http404
    context = {"lesson": page, "shown": shown, "cited": cited_of(page), "viewer": viewer}
    return render(request, "courses/lesson/lesson.html", context)
