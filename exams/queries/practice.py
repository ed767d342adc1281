"""Reading practice: what may be practised, runs, the wrong-question book, favourites, progress.

A question is practised only while nothing forbids it, and that is asked again at every page: an exam that opens
takes its questions out of runs that began before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, Max, Q
from django.utils.translation import gettext as _

from exams.models import (
    AnswerForm,
    Favourite,
    Paper,
    PracticeAnswer,
    PracticeRun,
    Question,
    QuestionState,
    QuestionVersion,
    Topic,
)
from exams.queries.asked import Asked, Shower
from exams.queries.keys import keys_of
from exams.queries.pinned import secret_questions
from exams.queries.question_history import answer_words
from portal.figures import num

MOST_UNFINISHED = 5
# A question leaves the wrong-question book after so many right answers in a row.
RIGHT_TO_LEAVE = 2
CHOICES = ("single", "multiple", "judge")


def open_questions(secret: set[int] | None = None):
    """Questions that may be practised now: in use, not held, in an open bank that is not for exams only, and not in a
    sitting whose results are still out. ``secret``: the answer of ``secret_questions`` when the caller has it.
    """
    secret = secret_questions() if secret is None else secret
    rows = Question.objects.filter(
        bank__exam_only=False, bank__closed=False, state=QuestionState.ACTIVE, held="", current__isnull=False
    )
    return rows.exclude(pk__in=secret) if secret else rows


def open_versions(version_ids: Iterable[int]) -> set[int]:
    """Which of these versions may be shown in practice now: current ones of open questions."""
    return set(open_questions().filter(current__in=list(version_ids)).values_list("current", flat=True))


def run_of(user, pk: int) -> PracticeRun | None:
    """The user's own run."""
    return PracticeRun.objects.filter(user=user, pk=pk).select_related("paper").first()


def unfinished(user, now: datetime) -> tuple[list[PracticeRun], list[PracticeRun]]:
    """(runs to go on with, newest first, with ``done`` answers; mock exams whose time is up and that nobody handed
    in).
    """
    rows = PracticeRun.objects.filter(user=user, finished_at__isnull=True).annotate(done=Count("answers"))
    rows = list(rows.order_by("-started_at"))
    late = [run for run in rows if run.deadline and run.deadline <= now]
    return [run for run in rows if run not in late][:MOST_UNFINISHED], late


def finished_mocks(user) -> list[PracticeRun]:
    """The last mock exams handed in."""
    rows = PracticeRun.objects.filter(user=user, kind=PracticeRun.Kind.MOCK, finished_at__isnull=False)
    return list(rows.order_by("-finished_at")[:MOST_UNFINISHED])


def mocks() -> list[Paper]:
    """Blueprint papers that may be taken as a mock exam."""
    rows = Paper.objects.filter(
        for_practice=True, state=Paper.State.READY, mode=Paper.Mode.BLUEPRINT, banks__exam_only=False
    )
    return list(rows.distinct().order_by("title"))


# --- one item ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A number of the answer sheet. ``state``: todo | done | right | wrong | closed."""

    n: int
    state: str


@dataclass(frozen=True)
class ItemView:
    """One item as the page shows it. ``closed``: it may not be shown now. The key is there only after the answer."""

    n: int
    question: int = 0
    closed: bool = False
    asked: Asked | None = None
    answer: PracticeAnswer | None = None
    told: bool = False
    key_words: str = ""
    explanation: str = ""
    rubric: tuple = ()
    basis: str = ""
    articles: tuple = ()
    favourite: bool = False


def told(run: PracticeRun, answer: PracticeAnswer | None) -> bool:
    """May the key of an item be shown? In practice after its answer; in a mock exam after it was handed in."""
    return run.finished_at is not None if run.kind == PracticeRun.Kind.MOCK else answer is not None


def open_in(run: PracticeRun) -> set[int]:
    """Versions of a run that may be shown now."""
    return open_versions(item["v"] for item in run.items)


def places(run: PracticeRun, open_now: set[int]) -> list[Place]:
    """The answer sheet. In a mock exam it tells right and wrong only at the end."""
    answers = dict(run.answers.values_list("item", "right"))
    mock_running = run.kind == PracticeRun.Kind.MOCK and run.finished_at is None
    shown = []
    for at, item in enumerate(run.items):
        if item["v"] not in open_now:
            state = "closed"
        elif at not in answers:
            state = "todo"
        elif mock_running or answers[at] is None:
            state = "done"
        else:
            state = "right" if answers[at] else "wrong"
        shown.append(Place(at + 1, state))
    return shown


def item_view(run: PracticeRun, at: int, open_now: set[int]) -> ItemView:
    """Item number ``at`` (from 0) of the user's run."""
    item = run.items[at]
    if item["v"] not in open_now:
        return ItemView(at + 1, closed=True)
    version = QuestionVersion.objects.get(pk=item["v"])
    answer = run.answers.filter(item=at).first()
    value = answer.value.get("a") if answer else None
    tell = told(run, answer)
    key = keys_of([version.pk])[version.pk] if tell else None
    asked = Shower([version], run.user_id).show(
        version,
        order=item["o"],
        marks=num(Decimal(item["m"])) if run.kind == PracticeRun.Kind.MOCK else "",
        answer=value,
        right=key.answer if key and version.form in CHOICES else None,
    )
    view = {
        "n": at + 1,
        "question": version.question_id,
        "asked": asked,
        "answer": answer,
        "told": tell,
        "favourite": Favourite.objects.filter(user=run.user_id, question=version.question_id).exists(),
    }
    if key:
        view |= {
            "key_words": asked.right or answer_words(key.answer),
            "explanation": key.explanation,
            "rubric": tuple(key.rubric),
            "basis": version.basis,
            "articles": tuple(version.articles.select_related("law")),
        }
    return ItemView(**view)


# --- the books --------------------------------------------------------------------------------------------------------


def wrong_questions(user) -> list[int]:
    """Keys of the user's wrong-question book, latest mistakes first: answered wrong, and not twice in a row right
    since.
    """
    answers = PracticeAnswer.objects.filter(user=user, right__isnull=False)
    ever = answers.filter(right=False).values("question")
    since: dict[int, int] = {}
    order: dict[int, int] = {}
    rows = answers.filter(question__in=ever).order_by("id").values_list("id", "question_id", "right")
    for pk, question, right in rows:
        if not right:
            since[question], order[question] = 0, pk
        elif question in since:
            since[question] += 1
    return sorted((q for q, n in since.items() if n < RIGHT_TO_LEAVE), key=order.__getitem__, reverse=True)


@dataclass(frozen=True)
class Book:
    """Questions of a book that may be practised now, in the book's order, and how many are shut away by an exam."""

    questions: list[Question]
    shut: int


def book(question_ids: list[int]) -> Book:
    """The questions of these keys."""
    rows = open_questions().filter(pk__in=question_ids).select_related("current__topic", "bank")
    found = {row.pk: row for row in rows}
    shown = [found[pk] for pk in question_ids if pk in found]
    return Book(shown, len(question_ids) - len(shown))


def favourite_questions(user) -> list[int]:
    """Keys of the user's favourites, latest first."""
    return list(Favourite.objects.filter(user=user).order_by("-at", "-id").values_list("question_id", flat=True))


# --- progress ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TopicProgress:
    """A knowledge point with all below it: distinct questions answered, right at the last try, and all there are."""

    pk: int
    name: str
    depth: int
    all: int
    answered: int
    right: int


def progress(user) -> tuple[list[TopicProgress], TopicProgress]:
    """Per topic, and over all, of the questions that may be practised now. At most seven queries."""
    rows = open_questions()
    path = F("current__topic__path")
    total = dict(rows.order_by().values_list(path).annotate(n=Count("pk")))
    last = (
        PracticeAnswer.objects.filter(user=user, right__isnull=False, question__in=rows)
        .order_by()
        .values("question")
        .annotate(last=Max("id"))
        .values("last")
    )
    answered = {
        where: (n, right)
        for where, n, right in PracticeAnswer.objects.filter(pk__in=last)
        .order_by()
        .values_list("question__current__topic__path")
        .annotate(n=Count("pk"), r=Count("pk", filter=Q(right=True)))
    }

    def summed(begin: str) -> tuple[int, int, int]:
        within = [where for where in total if (where or "").startswith(begin)]
        done = [answered[where] for where in within if where in answered]
        return sum(total[where] for where in within), sum(n for n, _r in done), sum(r for _n, r in done)

    lines = []
    for pk, name, depth, begin in Topic.objects.order_by("path").values_list("pk", "name", "depth", "path"):
        figures = summed(begin)
        if figures[0]:
            lines.append(TopicProgress(pk, name, depth, *figures))
    return lines, TopicProgress(0, "", 0, *summed(""))


def topic_choices() -> list[tuple[str, str]]:
    """(key, indented name with the number of questions) of topics that have something to practise, in tree order."""
    total = dict(open_questions().order_by().values_list(F("current__topic__path")).annotate(n=Count("pk")))
    chosen = []
    for pk, name, depth, begin in Topic.objects.order_by("path").values_list("pk", "name", "depth", "path"):
        if n := sum(count for where, count in total.items() if (where or "").startswith(begin)):
            chosen.append((str(pk), f"{'　' * (depth - 1)}{name}{_('（')}{n}{_('）')}"))
    return chosen


@dataclass(frozen=True)
class Figures:
    """What a run came to. ``score`` of ``objective`` marks; ``written`` marks are the user's own to judge."""

    all: int
    right: int
    wrong: int
    todo: int
    closed: int
    unjudged: int
    score: Decimal | None = None
    objective: Decimal = Decimal(0)
    written: Decimal = Decimal(0)
    pass_mark: Decimal | None = None
    passed: bool | None = None


def figures(run: PracticeRun, shown: list[Place]) -> Figures:
    """Counts of a run, and for a mock exam its marks. Passed or not is told only when every mark was the machine's."""
    counts = {
        state: sum(place.state == state for place in shown) for state in ("right", "wrong", "todo", "closed", "done")
    }
    base = {
        "all": len(shown),
        "right": counts["right"],
        "wrong": counts["wrong"],
        "todo": counts["todo"],
        "closed": counts["closed"],
        "unjudged": counts["done"],
    }
    if run.kind != PracticeRun.Kind.MOCK or run.score is None:
        return Figures(**base)
    counted = [item for item, place in zip(run.items, shown) if place.state != "closed"]
    written = sum((Decimal(item["m"]) for item in counted if item["f"] == AnswerForm.WRITTEN), Decimal(0))
    objective = sum((Decimal(item["m"]) for item in counted), Decimal(0)) - written
    whole = not written and not counts["closed"]
    return Figures(
        **base,
        score=run.score,
        objective=objective,
        written=written,
        pass_mark=run.paper.pass_mark,
        passed=run.score >= run.paper.pass_mark if whole else None,
    )
