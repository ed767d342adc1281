"""After a course changed: who has done all that is still asked completes it, though they do nothing more themselves.

A lesson withdrawn in the middle of a course, a quiz or a case taken out of one: learners whose last missing thing it
was would else wait for ever for hours they have earned.
"""

from __future__ import annotations

from collections import defaultdict

from courses.actions.completion import advance, complete_course
from courses.models import CasePage, CaseRun, CoursePage, Enrolment, LessonDone, LessonPage, QuizRun, Watch
from courses.queries import progress
from courses.rules import completion
from courses.rules.completion import Facts


def recheck(*, now, page) -> int:
    """Complete what can be completed this year after ``page`` (a course, a lesson or a case) was published, withdrawn
    or deleted; how many people got on. By the system itself. Twice is harmless.

    Nothing happens in a course that is withdrawn itself. Seven queries a course, and those of ``advance`` for whoever
    gets on.
    """
    if isinstance(page, CoursePage):
        courses = {page}
    elif isinstance(page, LessonPage):
        courses = {progress.course_of(page)}
    elif isinstance(page, CasePage):
        courses = {progress.course_of(lesson) for lesson in LessonPage.objects.live().filter(case=page)}
    else:
        return 0
    return sum(_recheck(now, course) for course in courses if course is not None and course.live)


def _recheck(now, course: CoursePage) -> int:
    year, number = progress.year_of(now), 0
    taken = Enrolment.objects.filter(course=course, year=year, completed_at=None).select_related("person__user")
    taken = list(taken)
    lessons = progress.lessons_of(course) if taken else []
    if not lessons:
        return 0
    did = _Did([one.person_id for one in taken], lessons, year)
    for one in taken:
        asked = {row.pk: progress.conditions_of(row, one.rule) for row in lessons}
        had, given = did.done[one.person_id], {"actor": None, "now": now, "person": one.person}
        new = [row for row in lessons if row.pk not in had and completion.done(asked[row.pk], did.facts(one, row))]
        for row in new:
            advance(page=row, **given)
        required = completion.required_lessons(one.rule["lessons"], [pk for pk, asks in asked.items() if asks])
        if not new and required and required <= had:
            # What was missing is not asked any more.
            complete_course(course=course, enrolment=one, **given)
        number += bool(new or required <= had)
    return number


class _Did:
    """What these people did on these lessons in a year. Four queries."""

    def __init__(self, people: list[int], lessons: list[LessonPage], year: int):
        ids, cases = [lesson.pk for lesson in lessons], {lesson.case_id for lesson in lessons if lesson.case_id}
        mine = {"person__in": people, "year": year}
        watched = Watch.objects.filter(page__in=ids, done_at__isnull=False, **mine)
        passed = QuizRun.objects.filter(page__in=ids, passed=True, **mine)
        judged = CaseRun.objects.filter(case__in=cases, completed_at__isnull=False, **mine)
        self.watched = set(watched.values_list("person_id", "page_id"))
        self.passed = set(passed.values_list("person_id", "page_id"))
        self.judged = set(judged.values_list("person_id", "case_id"))
        self.done = defaultdict(set)
        for person, lesson in LessonDone.objects.filter(lesson__in=ids, **mine).values_list("person_id", "lesson_id"):
            self.done[person].add(lesson)

    def facts(self, taken: Enrolment, lesson: LessonPage) -> Facts:
        """What whoever takes the course did on this lesson."""
        person = taken.person_id
        return Facts(
            (person, lesson.pk) in self.watched,
            (person, lesson.pk) in self.passed,
            (person, lesson.case_id) in self.judged,
        )
