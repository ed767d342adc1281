"""Lost and corrected cases, and what followed from each: who must study it, the lesson, the quiz."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import timezone

from courses.models import Assignment, CaseOrigin, CasePage, CaseRun, CoursePage, LessonPage
from courses.queries import assignments
from courses.queries.quizzes import has_quiz
from portal.access import Scope

# Of these something must follow; an ordinary case may be assigned like everything else.
LESSONS_DUE = (CaseOrigin.LOST, CaseOrigin.CORRECTED, CaseOrigin.REVIEWED)


@dataclass(frozen=True)
class OfficeLine:
    """A case and what followed: assignments of this year (of it, or of a course that teaches it), lessons, a quiz."""

    case: CasePage
    assigned: int
    lessons: int
    quiz: bool
    done: int
    due: bool

    @property
    def waiting(self) -> bool:
        """Published, something must follow from it, and nobody has been told to study it."""
        return self.due and self.case.live and not self.assigned


def office_list(year: int, origin: str = "") -> list[OfficeLine]:
    """All cases, those from which something must follow and nothing has first. Four queries."""
    rows = CasePage.objects.select_related("unit", "latest_revision").order_by("-last_published_at", "-pk")
    if origin in CaseOrigin.values:
        rows = rows.filter(origin=origin)
    cases = list(rows)
    ids = [case.pk for case in cases]
    lessons: dict[int, list[str]] = {}
    for case, path in LessonPage.objects.live().filter(case__in=ids).values_list("case_id", "path"):
        lessons.setdefault(case, []).append(path)
    assigned = list(
        Assignment.objects.filter(year=year, withdrawn_at__isnull=True).values_list("page_id", "page__path")
    )
    done = dict(
        CaseRun.objects.filter(case__in=ids, year=year, completed_at__isnull=False)
        .values_list("case")
        .annotate(n=Count("pk"))
        .order_by()
    )
    lines = [
        OfficeLine(
            case=case,
            assigned=sum(
                page == case.pk or any(path.startswith(course) for path in lessons.get(case.pk, ()))
                for page, course in assigned
            ),
            lessons=len(lessons.get(case.pk, ())),
            quiz=has_quiz(case),
            done=done.get(case.pk, 0),
            due=case.origin in LESSONS_DUE,
        )
        for case in cases
    ]
    return sorted(lines, key=lambda line: (not line.waiting, not line.due))


@dataclass(frozen=True)
class Follow:
    """What followed from one case so far. ``progress``: how far those told are, within the viewer's scope."""

    case: CasePage
    lessons: list[LessonPage]
    progress: list[assignments.Progress]
    completed: int

    @property
    def quiz(self) -> bool:
        return has_quiz(self.case)


def case_of(pk: int) -> CasePage | None:
    """A published case with its unit and quiz topic."""
    return CasePage.objects.live().select_related("unit", "quiz_topic").filter(pk=pk).first()


def follow_of(case: CasePage, scope: Scope, now) -> Follow:
    """Lessons that teach the case, assignments of this year, and their progress."""
    today = timezone.localdate(now)
    lessons = list(LessonPage.objects.live().filter(case=case).order_by("path"))
    on_the_way = Q(page=case.pk)
    for lesson in lessons:
        on_the_way |= Q(page__path__in=[lesson.path[: -LessonPage.steplen], lesson.path])
    rows = Assignment.objects.filter(on_the_way, year=today.year, withdrawn_at__isnull=True)
    rows = rows.select_related("page").prefetch_related("units")
    done = CaseRun.objects.filter(case=case, year=today.year, completed_at__isnull=False).count()
    return Follow(case, lessons, [assignments.progress_of(row, scope, today) for row in rows], done)


def courses_to_teach_in():
    """Published courses a lesson can be added to."""
    return CoursePage.objects.live().order_by("title")
