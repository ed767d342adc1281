"""Quizzes after a lesson, lecture or case: what may be asked, one's own tries, what a try looks like.

Questions come from the practice side of the bank alone: active ones, of banks that are not for exams only, and none
that a coming exam asks (exams.queries.practice). Right answers are read for a try that was handed in, and for nothing
else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.urls import reverse
from wagtail.models import Page

from courses.models import CasePage, LecturePage, LessonPage, QuizRun
from exams.models import AnswerForm, QuestionVersion
from exams.queries import practice
from exams.queries.asked import Asked, Shower
from exams.queries.keys import keys_of
from exams.queries.question_history import answer_words
from exams.rules.marking import answered
from portal.law.models import Article

WITH_QUIZ = (LessonPage, LecturePage, CasePage)


def page_with_quiz(pk: int) -> LessonPage | LecturePage | CasePage | None:
    """The published page of this key, if it has a quiz. Two queries."""
    page = Page.objects.live().filter(pk=pk).first()
    page = page and page.specific
    return page if isinstance(page, WITH_QUIZ) and has_quiz(page) else None


def has_quiz(page) -> bool:
    """Does the page draw questions from the bank?"""
    return bool(page.quiz_count and page.quiz_topic_id)


def pool_of(page):
    """Questions a quiz may ask now: of the topic with all below it, such as a machine can mark."""
    rows = practice.open_questions().filter(current__topic__path__startswith=page.quiz_topic.path)
    return rows.exclude(current__form=AnswerForm.WRITTEN)


def run_of(person, pk: int) -> QuizRun | None:
    """The person's own try."""
    return QuizRun.objects.filter(person=person, pk=pk).select_related("page").first()


@dataclass(frozen=True)
class QuizCard:
    """A page's quiz as its reader sees it; ``best`` in percent, None before the first try was handed in."""

    count: int
    pass_mark: int
    best: Decimal | None
    passed: bool
    running: str
    tries: int
    start_url: str
    last: str


def quiz_card(person, page, year: int) -> QuizCard | None:
    """The quiz of a page and one's own tries this year; None for a page without. ``person`` None: no tries. One
    query.
    """
    if not has_quiz(page):
        return None
    rows = []
    if person is not None:
        runs = QuizRun.objects.filter(person=person, page=page.pk, year=year).order_by("pk")
        rows = list(runs.values_list("pk", "finished_at", "score", "passed"))
    handed_in = [row for row in rows if row[1]]
    running = next((row[0] for row in rows if not row[1]), None)
    return QuizCard(
        count=page.quiz_count,
        pass_mark=page.quiz_pass,
        best=max((row[2] for row in handed_in), default=None),
        passed=any(row[3] for row in handed_in),
        running=reverse("courses:quiz", args=[running]) if running else "",
        tries=len(handed_in),
        # A page that is previewed before it was ever saved has no address.
        start_url=reverse("courses:quiz_start", args=[page.pk]) if page.pk else "",
        last=reverse("courses:quiz", args=[handed_in[-1][0]]) if handed_in else "",
    )


@dataclass(frozen=True)
class QuizItem:
    """One question of a try. The key is there only once the try was handed in. ``closed``: an exam needs it secret."""

    n: int
    name: str
    asked: Asked | None
    answered: bool = False
    right: bool | None = None
    key_words: str = ""
    explanation: str = ""
    basis: str = ""
    articles: tuple[Article, ...] = ()
    closed: bool = False


@dataclass(frozen=True)
class QuizView:
    run: QuizRun
    items: list[QuizItem] = field(default_factory=list)

    @property
    def unanswered(self) -> list[int]:
        """Numbers of the questions without an answer."""
        return [item.n for item in self.items if not item.answered]

    @property
    def right(self) -> int:
        return sum(item.right is True for item in self.items)


def input_name(at: int) -> str:
    """Name of the form field of item ``at`` (from 0)."""
    return f"a{at}"


def view_of(run: QuizRun, answers: dict | None = None) -> QuizView:
    """A try as its own person sees it. ``answers``: to show instead of those stored. At most nine queries."""
    versions = QuestionVersion.objects.prefetch_related("articles__law").in_bulk([item["v"] for item in run.items])
    told = run.finished_at is not None
    # An exam that was announced since takes its questions out of what is told.
    open_now = practice.open_versions(versions) if told else set(versions)
    keys = keys_of(open_now) if told else {}
    shower = Shower(versions.values(), run.person.user_id or 0)
    given = run.answers if answers is None else answers
    return QuizView(run, [_item(run, at, versions, keys, shower, given, told) for at in range(len(run.items))])


def _item(run, at: int, versions: dict, keys: dict, shower: Shower, given: dict, told: bool) -> QuizItem:
    item = run.items[at]
    version, value = versions[item["v"]], given.get(str(at))
    name, is_answered = input_name(at), value is not None and answered(value)
    if told and version.pk not in keys:
        return QuizItem(at + 1, name, None, is_answered, item.get("r"), closed=True)
    key = keys.get(version.pk)
    choices: Sequence[str] | None = key.answer if key and version.form in practice.CHOICES else None
    asked = shower.show(version, order=item["o"], answer=value, right=choices)
    if not key:
        return QuizItem(at + 1, name, asked, is_answered)
    return QuizItem(
        at + 1,
        name,
        asked,
        is_answered,
        item.get("r"),
        asked.right or answer_words(key.answer),
        key.explanation,
        version.basis,
        tuple(version.articles.all()),
    )
