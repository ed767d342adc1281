"""学时: one's own year, entry by entry."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.queries import hours as queries
from courses.queries.own import own_person
from portal.access import require
from portal.actions.errors import Refused
from portal.ui import AsOf
from staffing.queries.policies import basis_text


def unlinked(request, refused: Refused):
    """The page of somebody whose account belongs to nobody."""
    return render(request, "courses/mine/unlinked.html", {"reason": refused.message})


def year_page(request, year: int):
    """The own year; raises Http404 for a year of which there can be nothing."""
    today = timezone.localdate()
    if not queries.FIRST_YEAR <= year <= today.year:
        raise Http404
    try:
        person = own_person(request.user)
    except Refused as refused:
        return unlinked(request, refused)
    page = queries.year_page(person, year, today)
    context = {
        "page": page,
        "pending": queries.pending_of(person, year),
        "rules": queries.basis_words(page.book.policy),
        "as_of": AsOf(page.book.until, page.book.until),
        "basis": basis_text(page.book.policy),
    }
    return render(request, "courses/hours/year.html", context)


@require("learn.take")
@require_GET
@never_cache
def hours(request):
    """/learning/hours/: this year."""
    return year_page(request, timezone.localdate().year)


@require("learn.take")
@require_GET
@never_cache
def hours_year(request, year):
    """/learning/hours/<year>/: any year up to this one."""
    return year_page(request, year)
