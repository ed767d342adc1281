"""Practice: what to practise, one question after the other, the wrong-question book, favourites, progress."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exams.actions import practice as actions
from exams.forms.practice import StartForm
from exams.models import Paper, PracticeRun, Question
from exams.queries import practice as queries
from portal.access import require
from portal.actions.errors import Refused
from portal.ui import Confirm

PAGE = 20
Kind = PracticeRun.Kind


def _reach(request, pk: int) -> PracticeRun:
    """The viewer's own run; a mock exam whose time is up is handed in first. Raises Http404."""
    run = queries.run_of(request.user, pk)
    if run is None:
        raise Http404
    now = timezone.now()
    if run.finished_at is None and run.deadline and run.deadline <= now:
        run = actions.finish(actor=request.user, now=now, run=run)
    return run


def _begin(request, act, back: str, **given):
    """Start a run and go to it, or say why not."""
    try:
        run = act(actor=request.user, now=timezone.now(), **given)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(back)
    return redirect("exams:practice_run", pk=run.pk)


@require("practice.use")
@require_http_methods(["GET", "POST"])
@never_cache
def hub(request):
    """/exams/practice/: go on, or begin something."""
    form = StartForm(request.POST or None, topics=queries.topic_choices())
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        run = form.save(actions.start_topic, actor=request.user, now=now)
        if run:
            return redirect("exams:practice_run", pk=run.pk)
    going_on, late = queries.unfinished(request.user, now)
    for run in late:
        actions.finish(actor=request.user, now=now, run=run)
    context = {
        "form": form,
        "unfinished": going_on,
        "mocks": queries.mocks(),
        "finished_mocks": queries.finished_mocks(request.user),
        "wrong": len(queries.wrong_questions(request.user)),
        "favourites": len(queries.favourite_questions(request.user)),
        "active_key": "exams",
    }
    return render(request, "exams/practice/hub.html", context, status=422 if form.errors else 200)


@require("practice.use")
@require_POST
def mock_start(request, code):
    """Begin a mock exam, or go on with the one that is running."""
    paper = Paper.objects.filter(code=code, for_practice=True).first()
    if paper is None:
        raise Http404
    return _begin(request, actions.start_mock, "exams:practice", paper=paper)


@require("practice.use")
@require_GET
@never_cache
def run(request, pk):
    """Where to go on: the first question without an answer, or the result."""
    found = _reach(request, pk)
    places = queries.places(found, queries.open_in(found))
    todo = next((place.n for place in places if place.state == "todo"), None)
    if found.finished_at or (todo is None and found.kind != Kind.MOCK):
        return redirect("exams:practice_result", pk=pk)
    return redirect("exams:practice_item", pk=pk, n=todo or 1)


@require("practice.use")
@require_http_methods(["GET", "POST"])
@never_cache
def item(request, pk, n):
    """One question. POST stores the answer; practice then shows the key here, a mock exam goes to the next one."""
    found = _reach(request, pk)
    if not 1 <= n <= len(found.items):
        raise Http404
    here = reverse("exams:practice_item", args=[pk, n])
    if request.method == "POST":
        try:
            actions.answer(actor=request.user, now=timezone.now(), run=found, at=n - 1, given=request.POST.getlist("a"))
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect(here if found.finished_at is None else reverse("exams:practice_result", args=[pk]))
        if found.kind == Kind.MOCK:
            return redirect(reverse("exams:practice_item", args=[pk, n + 1]) if n < len(found.items) else here)
        return redirect(f"{here}#told")
    open_now = queries.open_in(found)
    view, places = queries.item_view(found, n - 1, open_now), queries.places(found, open_now)
    left = (found.deadline - timezone.now()).total_seconds() if found.deadline and not found.finished_at else None
    context = {
        "run": found,
        "n": n,
        "view": view,
        "places": places,
        "done": sum(place.state not in ("todo", "closed") for place in places),
        "previous": n - 1 or None,
        "next": n + 1 if n < len(found.items) else None,
        "answering": not view.closed and not view.told and found.finished_at is None,
        "articles": [(article, reverse("law:article", args=[article.pk])) for article in view.articles],
        "left_minutes": None if left is None else max(1, -int(-left // 60)),
        "left_seconds": None if left is None else max(0, int(left)),
        "mock": found.kind == Kind.MOCK,
        "active_key": "exams",
    }
    return render(request, "exams/practice/item.html", context)


@require("practice.use")
@require_POST
def assess(request, pk, n):
    """The user's own judgement of a written answer."""
    found = _reach(request, pk)
    here = reverse("exams:practice_item", args=[pk, n])
    try:
        actions.assess(
            actor=request.user, now=timezone.now(), run=found, at=n - 1, right=request.POST.get("right") == "1"
        )
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect(f"{here}#told")


@require("practice.use")
@require_http_methods(["GET", "POST"])
def finish(request, pk):
    """Hand in: GET tells what has no answer yet."""
    found = _reach(request, pk)
    if request.method == "POST":
        actions.finish(actor=request.user, now=timezone.now(), run=found)
        return redirect("exams:practice_result", pk=pk)
    todo = [place.n for place in queries.places(found, queries.open_in(found)) if place.state == "todo"]
    words = {"all": len(found.items), "done": len(found.items) - len(todo), "todo": len(todo)}
    lines = [_("共%(all)s题，已答%(done)s题，未答%(todo)s题。") % words]
    if todo:
        lines.append(_("未答：第%(numbers)s题。") % {"numbers": _("、").join(map(str, todo))})
    confirm = Confirm(
        id="finish",
        title=_("交卷：%(title)s") % {"title": found.title},
        verb=_("交卷"),
        action_url=request.path,
        lines=lines,
        reversible=_("交卷后不能再作答，即可查看得分和解析。"),
        cancel_url=reverse("exams:practice_run", args=[pk]),
    )
    return render(request, "confirm_page.html", {"confirm": confirm, "active_key": "exams"})


@require("practice.use")
@require_GET
@never_cache
def result(request, pk):
    """What came out, and every question to look at again."""
    found = _reach(request, pk)
    if found.kind == Kind.MOCK and found.finished_at is None:
        return redirect("exams:practice_run", pk=pk)
    places = queries.places(found, queries.open_in(found))
    context = {
        "run": found,
        "places": places,
        "figures": queries.figures(found, places),
        "mock": found.kind == Kind.MOCK,
        "active_key": "exams",
    }
    return render(request, "exams/practice/result.html", context)


@require("practice.use")
@require_http_methods(["GET", "POST"])
def wrong(request):
    """The wrong-question book; POST practises it."""
    if request.method == "POST":
        return _begin(request, actions.start_wrong, "exams:practice_wrong")
    return _book(request, queries.wrong_questions(request.user), "wrong")


@require("practice.use")
@require_http_methods(["GET", "POST"])
def favourites(request):
    """The favourites; POST practises them."""
    if request.method == "POST":
        return _begin(request, actions.start_favourites, "exams:practice_favourites")
    return _book(request, queries.favourite_questions(request.user), "favourites")


def _book(request, question_ids, name):
    book = queries.book(question_ids)
    page = Paginator(book.questions, PAGE).get_page(request.GET.get("page"))
    context = {"book": book, "page": page, "name": name, "active_key": "exams"}
    return render(request, "exams/practice/book.html", context)


@require("practice.use")
@require_POST
def favourite(request, pk):
    """Put a question among the favourites, or take it out, and go back to where it was asked."""
    question = Question.objects.filter(pk=pk).first()
    if question is None:
        raise Http404
    try:
        actions.set_favourite(
            actor=request.user, now=timezone.now(), question=question, on=request.POST.get("on") == "1"
        )
    except Refused as refused:
        messages.error(request, refused.message)
    run, n = request.POST.get("run", ""), request.POST.get("n", "")
    if run.isdecimal() and n.isdecimal() and len(run + n) < 18 and int(n):
        return redirect("exams:practice_item", pk=int(run), n=int(n))
    return redirect("exams:practice_favourites")


@require("practice.use")
@require_GET
def progress(request):
    """Per topic: answered, right at the last try, of all."""
    lines, total = queries.progress(request.user)
    context = {"lines": lines, "total": total, "active_key": "exams"}
    return render(request, "exams/practice/progress.html", context)
