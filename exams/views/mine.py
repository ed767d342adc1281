"""我的考试: the officer's own exams, and their calendar file."""

from __future__ import annotations

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exams.queries import mine as queries
from portal.access import require
from portal.ics import CalendarEntry, calendar_response
from portal.shell import address


@require("exams.take")
@require_GET
@never_cache
def mine(request):
    """What, when, where; results and certificates; what one may register for, or why not."""
    return render(
        request,
        "exams/mine.html",
        {"mine": queries.of_user(request.user, timezone.now()), "learning_url": address("courses:mine")},
    )


@require("exams.take")
@require_GET
@never_cache
def calendar(request):
    """One's coming exams for the phone's calendar, with a place and a page, without marks or numbers."""
    now = timezone.now()
    entries = [
        CalendarEntry(
            uid=f"exam-{row.sitting.code}@portal",
            title=row.sitting.title,
            starts=row.opens_at,
            ends=row.closes_at,
            place=row.place,
            text=_("科目：%(papers)s") % {"papers": _("、").join(row.papers)},
            url=request.build_absolute_uri("/exams/"),
        )
        for row in queries.coming_of(request.user, now)
        if row.approved and not row.sitting.rehearsal
    ]
    return calendar_response(entries, name=_("我的考试"), now=now, file="exams.ics")
