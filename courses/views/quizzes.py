"""The quiz after a lesson, lecture or case: begin, answer on one page, read what was right."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.actions import quizzes as actions
from courses.models import QuizRun
from courses.queries import quizzes as queries
from courses.queries.own import own_person
from portal.access import require
from portal.actions.errors import Refused


def _reach(request, pk: int) -> QuizRun:
    """The viewer's own try. Raises Http404."""
    try:
        run = queries.run_of(own_person(request.user), pk)
    except Refused as refused:
        raise Http404 from refused
    if run is None:
        raise Http404
    return run


@require("learn.take")
@require_POST
def quiz_start(request, pk):
    """Begin a try at the quiz of page ``pk``, or go on with the one at hand."""
    page = queries.page_with_quiz(pk)
    if page is None:
        raise Http404
    try:
        run = actions.start(actor=request.user, now=timezone.now(), person=own_person(request.user), page=page)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(page.get_url(request))
    return redirect("courses:quiz", pk=run.pk)


@require("learn.take")
@require_http_methods(["GET", "POST"])
@never_cache
def quiz(request, pk):
    """All questions on one page. POST hands in, after a look at what is unanswered; then GET tells what was right."""
    run = _reach(request, pk)
    view, warned = queries.view_of(run), False
    if request.method == "POST":
        answers = actions.values_of(run, dict(request.POST.lists()))
        if run.finished_at is None:
            view = queries.view_of(run, answers)
            warned = bool(view.unanswered) and "sure" not in request.POST
        if not warned:
            actions.hand_in(actor=request.user, now=timezone.now(), run=run, answers=answers)
            return redirect("courses:quiz", pk=pk)
    context = {
        "run": run,
        "view": view,
        "warned": warned,
        "page_url": run.page.get_url(request) if run.page.live else "",
    }
    return render(request, "courses/quiz/quiz.html", context, status=422 if warned else 200)
