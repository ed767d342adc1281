"""The page of a course, and taking it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.actions import enrolments as actions
from courses.models import CoursePage
from courses.queries import course as queries
from courses.queries.citing import cited_of
from courses.queries.comments import discussion_of
from courses.queries.own import own_person
from courses.views.study_kit import viewer_of
from portal.access import access_of, require
from portal.actions.errors import Refused


@require("learn.view")
@require_safe
@never_cache
def course_page(request, page):
    """What the course is, what completes it, how far the viewer is, where to go on."""
    viewer = viewer_of(request)
    context = {
        "course": page,
        "view": queries.course_view(request, viewer.person, page, viewer.year, edits=viewer.edits),
        "told": queries.told_of(viewer.person, page, viewer.year, viewer.today),
        "cited": cited_of(page),
        "discussion": discussion_of(request, page),
        "viewer": viewer,
        "assigns": not viewer.preview and access_of(request).can("assignments.edit"),
        "parent": page.get_parent(),
    }
    return render(request, "courses/course/course.html", context)


@require("learn.take")
@require_POST
def enrol(request, pk):
    """Take a course this year and go to its first lesson; again: go on where one is."""
    course = CoursePage.objects.live().filter(pk=pk).first()
    if course is None:
        raise Http404
    try:
        person = own_person(request.user)
        actions.enrol(actor=request.user, now=timezone.now(), person=person, course=course)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect(course.get_url(request))
    view = queries.course_view(request, person, course, timezone.localdate().year)
    return redirect(view.next.url if view.next else course.get_url(request))
