"""Taking a course in a year."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CoursePage, Enrolment
from courses.queries import progress
from courses.queries.worth import hours_of_course
from portal.actions.errors import Refused


def enrol(*, actor, now, person, course: CoursePage) -> Enrolment:
    """Take a course this year: its conditions and hours are kept as they stand now. Twice gives the same enrolment.

    Raises Refused for a course that is not published or asks for nothing yet.
    """
    year = progress.year_of(now)
    known = Enrolment.objects.filter(person=person, course=course, year=year).first()
    if known:
        return known
    if not course.live:
        raise Refused(_("《%(course)s》已经撤下，不能再学习。") % {"course": course.title})
    lessons = progress.lessons_of(course)
    rule = progress.rule_of(course, lessons)
    if not rule["lessons"]:
        raise Refused(_("《%(course)s》还没有内容，暂不能学习。") % {"course": course.title})
    try:
        with transaction.atomic():
            return Enrolment.objects.create(
                person=person,
                course=course,
                year=year,
                title=course.title,
                hours=hours_of_course(course, progress.seconds_of(lessons, rule), timezone.localdate(now)),
                rule=rule,
                started_at=now,
            )
    except IntegrityError:
        # A second click was first.
        return Enrolment.objects.get(person=person, course=course, year=year)


def begin(*, actor, now, person, page) -> Enrolment | None:
    """Whoever opens a lesson takes its course. None for a page outside courses. Raises Refused as ``enrol``."""
    course = progress.course_of(page)
    return None if course is None else enrol(actor=actor, now=now, person=person, course=course)
