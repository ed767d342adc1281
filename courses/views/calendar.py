"""Lectures in people's calendars: one as a file, one's own as a subscription under a secret address."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from courses.actions.calendar import new_calendar_key
from courses.models import CalendarKey, Session, Signup
from courses.queries import lectures
from courses.queries import sessions as queries
from portal.access import Access, public, require
from portal.ics import CalendarEntry, calendar_response
from staffing.models import Person

# A calendar program need not ask more often.
REFRESH = timedelta(hours=1)


def _entry(request, session: Session, url: str, *, waiting: bool = False) -> CalendarEntry:
    name = queries.name_of(session)
    return CalendarEntry(
        uid=f"lecture-{session.pk}@portal",
        title=_("（候补）%(name)s") % {"name": name} if waiting else name,
        starts=session.starts_at,
        ends=session.ends_at,
        place=session.place,
        text=session.reason if session.state == Session.State.CANCELLED else "",
        url=request.build_absolute_uri(url),
        cancelled=session.state == Session.State.CANCELLED,
    )


@require("learn.view")
@require_GET
@never_cache
def lecture_ics(request, code):
    """/learning/lectures/<code>/lecture.ics: one lecture for the phone's calendar."""
    session = lectures.session_for(code)
    if session is None:
        raise Http404
    entry = _entry(request, session, queries.lecture_url(session))
    return calendar_response([entry], name=session.title, now=timezone.now(), file=f"lecture-{session.pk}.ics")


@require("learn.view")
@require_GET
@never_cache
def calendar(request):
    """/learning/calendar/: the address to subscribe to, and how to get another one."""
    key = CalendarKey.objects.filter(user=request.user).first()
    url = request.build_absolute_uri(reverse("courses:calendar_feed", args=[key.key])) if key else ""
    # Phones open webcal: with their calendar.
    direct = "webcal" + url[url.index(":") :] if url else ""
    return render(request, "courses/lectures/calendar.html", {"key": key, "url": url, "direct": direct})


@require("learn.view")
@require_POST
def calendar_renew(request):
    """/learning/calendar/renew/: a new address; the old one stops working."""
    new_calendar_key(actor=request.user, now=timezone.now())
    messages.success(request, _("订阅地址已生成；以前的地址已失效。"), extra_tags="toast")
    return redirect("courses:calendar")


@public
@require_GET
def calendar_feed(request, key):
    """/learning/calendar/<key>/lectures.ics: the lectures of whoever the key belongs to; times, titles and places only.

    Calendar programs cannot sign in: the key is the right to read. It ends with the account and its grants.
    """
    now = timezone.now()
    row = CalendarKey.objects.filter(key=key).select_related("user").first()
    if row is None or not row.user.is_active or not Access(row.user, now).can("learn.view"):
        raise Http404
    person = Person.objects.filter(user=row.user).first()
    found = queries.of_person(person, now, now - queries.BACK, now + queries.AHEAD)
    entries = [
        _entry(request, one.session, one.url, waiting=bool(one.signup and one.signup.state == Signup.State.WAITING))
        for one in found
    ]
    answer = calendar_response(entries, name=_("执法培训"), now=now, file="lectures.ics")
    answer["Cache-Control"] = f"private, max-age={int(REFRESH.total_seconds())}"
    return answer
