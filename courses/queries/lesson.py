"""What the page of a lesson shows to one reader."""

from __future__ import annotations

from dataclasses import dataclass, replace

from courses.models import LessonPage
from courses.queries import progress
from courses.queries.cases import case_done
from courses.queries.course import CourseView, LessonLine, course_view
from courses.queries.progress import ConditionLine, Seen
from courses.queries.quizzes import QuizCard, quiz_card
from courses.queries.watching import PlayerView, player_for
from courses.rules.completion import CASE, QUIZ, READ, WATCH


@dataclass(frozen=True)
class LessonView:
    """A lesson between its neighbours. ``asks``: what completes it, with how far one is."""

    lesson: LessonPage
    view: CourseView
    asks: list[ConditionLine]
    done: bool
    player: PlayerView | None
    quiz: QuizCard | None
    case_url: str
    previous: LessonLine | None
    next: LessonLine | None

    @property
    def empty(self) -> bool:
        """Nothing has been put into it yet."""
        lesson = self.lesson
        return not (self.player or self.quiz or self.case_url or lesson.body or lesson.document_id)

    @property
    def act(self) -> str:
        """The page's main act beside playing: next | case | quiz, "" while there is something to watch or read."""
        if self.done:
            return "next"
        left = {line.kind for line in self.asks if not line.done}
        if left & {WATCH, READ}:
            return ""
        return "case" if CASE in left else "quiz" if QUIZ in left else "next"

    @property
    def quiz_first(self) -> bool:
        return self.act == "quiz"


def lesson_view(request, person, lesson: LessonPage, year: int) -> LessonView | None:
    """The lesson for one reader; None when its course is not to be found. ``person`` None: nobody's progress.

    At most eleven queries.
    """
    course = progress.course_of(lesson)
    if course is None:
        return None
    preview = getattr(request, "is_preview", False)
    if preview:
        # A draft shows itself, whoever looks at it has no progress on it.
        person = None
    view = course_view(request, person, course, year, current=lesson)
    at = next((i for i, line in enumerate(view.lines) if line.current), None)
    around = view.lines
    if at is not None and not preview:
        # The same lesson, with its film and case loaded.
        lesson = around[at].lesson
    case = lesson.case if lesson.case_id else None
    conditions, quiz = progress.conditions_of(lesson, view.rule), quiz_card(person, lesson, year)
    judged = bool(person and conditions.case and case_done(person.pk, case.pk, year))
    seen = around[at].seen if at is not None else Seen()
    seen = replace(seen, judged=judged, best=quiz and quiz.best, passed=bool(quiz and quiz.passed))
    return LessonView(
        lesson=lesson,
        view=view,
        asks=progress.condition_lines(conditions, seen if person else None),
        done=at is not None and around[at].state == "done",
        player=player_for(request, person, lesson, rule=view.rule),
        quiz=quiz,
        case_url=(case.get_url(request) or "") if case and case.live else "",
        previous=around[at - 1] if at else None,
        next=around[at + 1] if at is not None and at + 1 < len(around) else None,
    )
