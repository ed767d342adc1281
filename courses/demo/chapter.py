"""What was taught and learnt in the county this year, up to today."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from courses.demo.learners import Learners
from courses.demo.lectures import LectureYear, lecturers_of, moment
from courses.demo.pages import Shelves
from courses.models import Attendance, LecturePage, Session
from portal.cms import sync_groups
from portal.models import User
from staffing.actions.hour_years import close_year
from staffing.demo.chapters import Chapter
from staffing.models import Person, QualificationKind


def tell(*, today: date, seed: int, say=lambda text: None) -> Chapter:
    """Add the chapter to a county that stands already, with its exams."""
    say("讲座、课程、案例、演练")
    users = User.objects.in_bulk(["training", "editor", "legal", "officer"], field_name="username")
    training, editor, legal, officer = (users[name] for name in ("training", "editor", "legal", "officer"))
    for user in (editor, legal):
        # What signing in would do: their place in the groups of the CMS.
        sync_groups(user=user, now=moment(today))
    with transaction.atomic():
        reviewer = Person.objects.filter(qualifications__kind=QualificationKind.REVIEWER).order_by("staff_no").first()
        shelves = Shelves(editor, legal, lecturers_of(reviewer))
    with transaction.atomic():
        close_year(actor=training, now=moment(date(today.year, 1, 20)), year=today.year - 1)
    LectureYear(actor=training, editor=editor, today=today, seed=seed, shelves=shelves).tell()
    with transaction.atomic():
        courses, cases, drills = shelves.courses(), shelves.cases(today), shelves.drills(today)
    learners = Learners(training=training, officer=officer, today=today, seed=seed)
    with transaction.atomic():
        learners.courses(courses)
        learners.cases(cases)
        learners.drills(drills)
        learners.office(courses, cases)
        newest = LecturePage.objects.filter(session__starts_at__lt=moment(today)).order_by("-session__starts_at")
        learners.talk(newest.first())
    held = Session.objects.filter(state=Session.State.HELD).count()
    text = (
        f"学习：已办{held}讲、{Attendance.objects.count()}人次签到，{len(courses)}门课程、{len(cases)}个案例、"
        f"{len(drills)}个演练；officer 可在“学习”中继续未学完的课程。"
    )
    return Chapter(text)
