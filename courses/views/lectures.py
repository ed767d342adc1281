"""Series and lectures as learners see them, and signing up for oneself."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.actions import signups as actions
from courses.models import LecturePage, Session
from courses.queries import lectures, quizzes, watching
from courses.queries import series as series_queries
from courses.queries import sessions as queries
from courses.queries.attendance import year_figures
from courses.queries.attendance_card import card_for
from courses.queries.citing import cited_of
from courses.queries.comments import discussion_of
from courses.queries.own import own_person, person_of
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.shell import address

PAGE = 20


def _previewed(request) -> bool:
    return getattr(request, "is_preview", False)


@require("learn.view")
@require_safe
@never_cache
def lecture_page(request, page):
    """A lecture's page in the catalogue; in a preview as nobody sees it yet, and as for nobody."""
    return _show(request, lectures.session_of(page), page)


@require("learn.view")
@require_safe
@never_cache
def lecture(request, code):
    """/learning/lectures/<code>/: the page of a session that has none in the catalogue (yet)."""
    session = lectures.session_for(code)
    if session is None:
        raise Http404
    page = queries.page_of(session)
    return redirect(page.url) if page is not None else _show(request, session, None)


def _show(request, session: Session | None, page: LecturePage | None):
    now, preview = timezone.now(), _previewed(request)
    person = None if preview else person_of(request)
    shown = lectures.lecture_of(session, page, person, now)
    access = access_of(request)
    year = timezone.localdate(now).year
    context = {
        "lecture": shown,
        "session": session,
        "page": page,
        "may_take": access.can("learn.take") and person is not None,
        "office_url": _office_url(access, session),
        "plan_url": _plan_url(access, session),
        "series_url": _series_url(session),
        "player": watching.player_for(request, person, page) if page else None,
        "quiz": quizzes.quiz_card(person, page, year) if page else None,
        "cited": cited_of(page) if page else [],
        "card": card_for(request, session, now) if session is not None and not preview else None,
        "discussion": discussion_of(request, page) if page and not preview else None,
        "calendar_url": address("courses:calendar") if access.can("learn.view") else "",
    }
    return render(request, "courses/lectures/lecture.html", context)


def _office_url(access, session: Session | None) -> str:
    """The office's page of the session, for who may open it."""
    if session is None or not access.scope("attendance.view").covers(session.series.unit.path):
        return ""
    return queries.office_url(session)


def _plan_url(access, session: Session | None) -> str:
    if session is None or not access.scope("sessions.edit").covers(session.series.unit.path):
        return ""
    return series_queries.office_url(session.series)


def _series_url(session: Session | None) -> str:
    page = series_queries.page_of(session.series) if session is not None else None
    return page.url if page is not None else ""


@require("learn.view")
@require_safe
@never_cache
def series_page(request, page):
    """A series: how far the year's plan was kept, what comes next, what was."""
    now = timezone.now()
    series, this_year = series_queries.with_unit(page), timezone.localdate(now).year
    years = series_queries.years_of(series)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this_year
    if year != this_year and year not in years:
        raise Http404
    past = Paginator(series_queries.past_sessions(series, year, now), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "series": series,
        "plan": series_queries.plan_of(series, year, now),
        "year": year,
        "years": sorted({*years, this_year}, reverse=True),
        "ahead": series_queries.ahead(series, now) if year == this_year else [],
        "past": past,
        "rows": series_queries.past_lines(past.object_list),
        "figures": year_figures(series, year),
        "plan_url": series_queries.office_url(series)
        if access_of(request).scope("sessions.edit").covers(series.unit.path)
        else "",
        "preview": _previewed(request),
    }
    return render(request, "courses/lectures/series.html", context)


# --- signing up for oneself ------------------------------------------------------------------------------------------


def _found(code: str) -> Session:
    session = lectures.session_for(code)
    if session is None:
        raise Http404
    return session


@require("learn.take")
@require_POST
def sign_up(request, code):
    """/learning/lectures/<code>/sign-up/: a seat, or a place in the waiting list, for oneself."""
    session = _found(code)
    try:
        person = own_person(request.user)
        done = actions.sign_up(actor=request.user, now=timezone.now(), session=session, people=[person])
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(queries.lecture_url(session))
    for reason in done.refused.values():
        messages.error(request, _("没有报名：%(reason)s。") % {"reason": reason})
    if done.seated:
        messages.success(request, _("已报名，请按时到场签到。"), extra_tags="toast")
    elif done.waiting:
        messages.info(request, _("名额已满，已登记候补；有人取消时按先后递补，并通知您。"))
    elif done.again:
        messages.info(request, _("您已报过名。"))
    return redirect(queries.lecture_url(session))


@require("learn.take")
@require_POST
def sign_off(request, code):
    """/learning/lectures/<code>/sign-off/: give one's seat or place up."""
    session = _found(code)
    try:
        person = own_person(request.user)
        done = actions.sign_off(actor=request.user, now=timezone.now(), session=session, people=[person])
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        if done.cancelled:
            messages.success(request, _("已取消报名。"), extra_tags="toast")
    return redirect(queries.lecture_url(session))
