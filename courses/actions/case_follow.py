"""From a lost or corrected case to a lesson, a quiz and the squads that must take it: one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Revision

from courses.actions.assignments import assign
from courses.models import Assignment, CasePage, CoursePage, LessonPage
from exams.models import Topic
from portal import audit
from portal.access import Scope
from portal.actions.errors import Refused
from staffing.models import Unit

CHAPTER = "以案为鉴"


@dataclass(frozen=True)
class Quiz:
    """A quiz after the case: ``count`` questions out of ``topic``, passed from ``mark`` percent."""

    topic: Topic
    count: int
    mark: int


@dataclass(frozen=True)
class Followed:
    assignment: Assignment
    lesson: LessonPage | None


def follow_up(
    *,
    actor,
    now,
    case: CasePage,
    units: Sequence[Unit],
    scope: Scope,
    due: date | None,
    reason: str = "",
    categories: Sequence[str] = (),
    positions: str = "",
    course: CoursePage | None = None,
    quiz: Quiz | None = None,
) -> Followed:
    """Have the people of ``units`` learn from ``case`` by ``due``; the same once more changes nothing.

    With ``course`` the case becomes a lesson of it (with the quiz) and the course is what they must take, else the case
    itself (with the quiz after it). Raises Refused: a case that is not published, and whatever ``assign`` refuses.
    """
    if not case.live:
        raise Refused(_("案例发布后才能布置。"))
    if course is not None and not course.live:
        raise Refused(_("所选课程没有发布。"), "course")
    with transaction.atomic():
        lesson = None
        if course is not None:
            lesson = _lesson(actor, course, case, quiz)
        elif quiz is not None:
            _set_quiz(case, quiz)
        made = assign(
            actor=actor,
            now=now,
            page=course or case,
            units=units,
            categories=categories,
            positions=positions,
            due=due,
            reason=reason,
            scope=scope,
        )
        audit.record(
            actor=actor,
            now=now,
            action="case.followed",
            obj=case,
            title=case.title,
            assignment=made.pk,
            lesson=lesson.pk if lesson else None,
            quiz=quiz.count if quiz else 0,
        )
    return Followed(made, lesson)


def _lesson(actor, course: CoursePage, case: CasePage, quiz: Quiz | None) -> LessonPage:
    CoursePage.objects.select_for_update().only("pk").get(pk=course.pk)
    known = LessonPage.objects.child_of(course).filter(case=case).first()
    if known:
        return known
    lesson = LessonPage(title=case.title, slug=f"case-{case.pk}", chapter=CHAPTER, case=case, live=False)
    if quiz:
        lesson.quiz_topic, lesson.quiz_count, lesson.quiz_pass = quiz.topic, quiz.count, quiz.mark
    course.add_child(instance=lesson)
    # The act itself was allowed by our grants; the officer need not be an editor of the CMS.
    lesson.save_revision(user=actor).publish(user=actor, skip_permission_checks=True)
    return LessonPage.objects.get(pk=lesson.pk)


def _set_quiz(case: CasePage, quiz: Quiz) -> None:
    """On the published page and on the newest draft alike: a draft that waits must not take the quiz back."""
    CasePage.objects.filter(pk=case.pk).update(quiz_topic=quiz.topic, quiz_count=quiz.count, quiz_pass=quiz.mark)
    case.refresh_from_db(fields=["quiz_topic", "quiz_count", "quiz_pass", "latest_revision"])
    if case.latest_revision_id:
        revision = Revision.objects.get(pk=case.latest_revision_id)
        revision.content |= {"quiz_topic": quiz.topic.pk, "quiz_count": quiz.count, "quiz_pass": quiz.mark}
        revision.save(update_fields=["content"])
