"""我的学习, and how to close the gap (a part of that page that is fetched after it)."""

from __future__ import annotations

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses.queries import mine as queries
from courses.queries import pace
from courses.queries.hours import basis_words, book_of, missing_words
from courses.queries.own import own_person
from courses.views.hours import unlinked
from portal.access import require
from portal.actions.errors import Refused
from portal.shell import address
from staffing.queries.policies import basis_text


@require("learn.take")
@require_GET
@never_cache
def mine(request):
    """/learning/: what is missing and what comes next."""
    try:
        person = own_person(request.user)
    except Refused as refused:
        return unlinked(request, refused)
    found = queries.mine_of(person, timezone.now())
    context = {"mine": found, "as_of": found.book.until, "basis": basis_text(found.book.policy)}
    context["scan_url"] = address("courses:scan")
    return render(request, "courses/mine/page.html", context)


@require("learn.take")
@require_GET
@never_cache
def plan(request):
    """/learning/plan/: the shortest way to close the gap; a fragment of 我的学习, a page without script."""
    try:
        person = own_person(request.user)
    except Refused as refused:
        return unlinked(request, refused)
    now = timezone.now()
    book = book_of(person, timezone.localdate(now))
    context = {
        "plan": pace.plan_of(person, book, now),
        "status": book.status,
        "words": missing_words(book.status, book.year),
        "rules": basis_words(book.policy),
        "as_of": book.until,
        "basis": basis_text(book.policy),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "courses/mine/plan.html" if part else "courses/mine/plan_page.html", context)


@require("learn.take")
@require_GET
@never_cache
def aside(request):
    """/learning/aside/: certificates and notices; a fragment of 我的学习, a page without script."""
    try:
        person = own_person(request.user)
    except Refused as refused:
        return unlinked(request, refused)
    found = queries.aside_of(person, request.user, timezone.localdate())
    part = bool(request.headers.get("HX-Request"))
    return render(request, "courses/mine/aside.html" if part else "courses/mine/aside_page.html", {"aside": found})
