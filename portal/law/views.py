"""Reading the law: the list, a law by chapter, an article with its versions and what cites it, search."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from portal.access import access_of, require
from portal.law import hooks, queries
from portal.law.cms import ArticleViewSet, LawViewSet
from portal.law.models import Law
from portal.ui import AsOf

ACTION = "law.view"
PAGE = 30
# Days outside lie before any statute in force or beyond what dates can be reckoned with.
YEARS = range(1949, 2151)


def _asked_day(request) -> AsOf:
    today = timezone.localdate()
    text = request.GET.get("as_of", "")
    try:
        day = parse_date(text) if text else today
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Http404
    return AsOf(day, today)


def _edit_address(request, viewset, name: str, *args) -> str:
    """The CMS page that edits it, for those who may."""
    return reverse(viewset().get_url_name(name), args=args) if access_of(request).can("law.edit") else ""


@require(ACTION)
@require_GET
def laws(request):
    """/laws/: all statutes."""
    context = {"laws": queries.laws(), "edit_url": _edit_address(request, LawViewSet, "list"), "active_key": "laws"}
    return render(request, "law/laws.html", context)


@require(ACTION)
@require_GET
def law(request, code):
    """/laws/<code>/: the statute as it stands on the day asked about, by chapter."""
    shown = Law.objects.filter(code=code).first()
    if shown is None:
        raise Http404
    as_of = _asked_day(request)
    context = {
        "law": shown,
        "chapters": queries.chapters(shown, as_of.date),
        "as_of": as_of,
        "edit_url": _edit_address(request, LawViewSet, "edit", shown.pk),
        "active_key": "laws",
    }
    return render(request, "law/law.html", context)


@require(ACTION)
@require_GET
def article(request, pk):
    """/laws/articles/<id>/: every version, newest first, and what cites the article."""
    shown = queries.article(pk)
    if shown is None:
        raise Http404
    today = timezone.localdate()
    context = {
        "article": shown,
        "name": shown.words,
        "versions": [(version, _standing(version, today)) for version in queries.history(shown)],
        "citing": hooks.citing(request, shown),
        "edit_url": _edit_address(request, ArticleViewSet, "edit", shown.pk),
        "active_key": "laws",
    }
    return render(request, "law/article.html", context)


def _standing(version, today: date) -> str:
    if version.start > today:
        return "coming"
    return "current" if version.end is None or version.end > today else "past"


@require(ACTION)
@require_GET
def search(request):
    """/laws/search/?q=: an article by its citation, or all that hold the words."""
    text, as_of = request.GET.get("q", "").strip()[:100], _asked_day(request)
    cited, found = queries.search(text, as_of.date)
    if len(cited) == 1 and not found.exists():
        return redirect("law:article", pk=cited[0].pk)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "q": text,
        "cited": cited,
        "page": page,
        "hits": queries.hits(page.object_list, text),
        "as_of": as_of,
        "active_key": "laws",
    }
    return render(request, "law/search.html", context)
