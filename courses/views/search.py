"""/learning/search/: everything one may study, and the law."""

from __future__ import annotations

from dataclasses import replace

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courses.forms.search import SearchForm
from courses.queries import search as found
from courses.queries import study
from courses.queries.citing import held_back
from portal.access import access_of, require
from portal.ui import Count

PAGE = 20


@require("learn.view")
@require_GET
def search(request):
    """Published study pages, lectures and articles that hold every word; by kind, year and cited article."""
    form = SearchForm(request.GET)
    form.is_valid()
    query, law = form.query(), access_of(request).can("law.view")
    if query.article is not None:
        query = replace(query, held=held_back(request, query.article))
    context = {"form": form, "query": query}
    if query.empty:
        return render(request, "courses/search/search.html", context)
    counts = found.counts(query)
    beside = found.articles_beside(query, timezone.localdate()) if law and query.words else found.Beside()
    if query.kind == found.LAW:
        _cited, versions = found.articles(query, timezone.localdate())
        page = Paginator(versions, PAGE).get_page(request.GET.get("page"))
        hits = found.article_hits(page.object_list, query) if law else []
        if page.number == 1:
            hits = [hit for hit in beside.hits if not hit.text] + hits
    else:
        page = Paginator(found.pages(query), PAGE).get_page(request.GET.get("page"))
        hits = found.hits(list(page.object_list), query)
    context |= {
        "page": page,
        "hits": hits,
        "counts": _counts(request, query, counts, beside.total if law and query.words else None),
        "articles": beside if query.kind == "" else found.Beside(),
        "sessions": found.sessions_beside(query),
    }
    return render(request, "courses/search/search.html", context)


def _counts(request, query, counts, articles) -> list[Count]:
    """The kinds with what each holds; those that hold nothing are left out, but the one asked for."""
    rows = [("", _("全部"), sum(counts.values()))]
    rows += [(kind, label, counts[kind]) for kind, (label, _models) in study.KINDS.items()]
    if articles is not None:
        rows.append((found.LAW, _("法条"), articles))
    return [
        Count(label, n, _address(request, kind), current=kind == query.kind)
        for kind, label, n in rows
        if n or kind in ("", query.kind)
    ]


def _address(request, kind: str) -> str:
    asked = request.GET.copy()
    asked.pop("page", None)
    asked.pop("kind", None)
    if kind:
        asked["kind"] = kind
    return f"{request.path}?{asked.urlencode()}"
