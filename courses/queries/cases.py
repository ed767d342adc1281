"""A case as its reader may see it: never anything behind a judgement that was not given yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db.models import Count, Exists, OuterRef, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import CasePage, CaseRun, Judgement
from courses.queries import assignments, quizzes
from courses.queries.citing import Cited, cited_of
from courses.rules import cases as rules
from courses.rules.workdays import CHINA
from portal.law.citations import numeral
from portal.law.models import Article
from portal.ui import Event, Step

# Steps that are not open yet go by these names: a heading may tell how the case ended.
KINDS = {
    "facts": gettext_lazy("事实"),
    "evidence": gettext_lazy("证据"),
    "procedure": gettext_lazy("程序"),
    "issue": gettext_lazy("争点"),
    "decision": gettext_lazy("处理决定"),
    "outcome": gettext_lazy("处理结果"),
    "lessons": gettext_lazy("教训"),
}
LETTERS = "ABCDEFGHIJ"
MOST_REASONS = 20


def live_case(pk: int) -> CasePage | None:
    """The published case; None when there is none."""
    return CasePage.objects.live().filter(pk=pk).first()


def points_of(page: CasePage) -> list[str | None]:
    """For each step the id of its judgement, None for a step that is read."""
    return [step.id if step.block_type == "judgement" else None for step in page.steps]


def run_of(person, case: CasePage, year: int) -> CaseRun | None:
    """The person's way through the case in this year."""
    return CaseRun.objects.filter(person=person, case=case.pk, year=year).select_related("credit").first()


def case_done(person_id: int, case_id: int, year: int) -> bool:
    """Has the person worked through the case in this year?"""
    return CaseRun.objects.filter(person=person_id, case=case_id, year=year, completed_at__isnull=False).exists()


def least_minutes(page: CasePage) -> int:
    """Minutes that the case asks for at least."""
    return rules.least_minutes(page.least_minutes, page.minutes)


def spans_of(run: CaseRun) -> list[tuple[datetime, datetime]]:
    """When time was spent on the case."""
    return [(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in run.spans]


def missing_words(page: CasePage, run: CaseRun, answered: set[str], quiz_passed: bool) -> list[str]:
    """What is left before the case is done, one phrase each."""
    points = points_of(page)
    found = []
    if not rules.all_open(points, answered, run.step):
        found.append(_("还有%(n)s步没有学") % {"n": len(points) - rules.opened(points, answered, run.step)})
    if quizzes.has_quiz(page) and not quiz_passed:
        found.append(_("案后测验%(mark)s分以上") % {"mark": page.quiz_pass})
    least = least_minutes(page)
    if run.seconds < least * 60:
        found.append(_("已学%(spent)s分钟，至少%(least)s分钟") % {"spent": run.seconds // 60, "least": least})
    return found


@dataclass(frozen=True)
class ChoiceLine:
    """An option. ``right``, ``n``, ``share`` (percent) only after one's own answer; ``n`` None below five answers."""

    id: str
    letter: str
    text: str
    right: bool = False
    mine: bool = False
    n: int | None = None
    share: float = 0


@dataclass(frozen=True)
class Judged:
    """A judgement point. ``answers``: how many colleagues have judged (in the first year they met the case)."""

    point: str
    question: str
    choices: list[ChoiceLine]
    answered: bool
    answers: int = 0
    told: bool = False
    basis: str = ""
    article: Article | None = None
    mine: Judgement | None = None
    lost: bool = False
    reasons: list[Judgement] = field(default_factory=list)


@dataclass(frozen=True)
class StepView:
    """A step. ``value`` only when it is open; ``label`` is harmless at any time."""

    n: int
    kind: str
    label: str
    state: str  # done | now | locked
    value: object = None
    judged: Judged | None = None


@dataclass(frozen=True)
class CaseView:
    """``learning``: step by step with a run; else everything is read at once (no learner, or a preview)."""

    page: CasePage
    learning: bool
    run: CaseRun | None
    steps: list[StepView]
    opened: int
    at: int
    stepper: list[Step]
    timeline: list[Event]
    span_words: str
    strip: list[rules.StripDay]
    strip_unknown: bool
    articles: list[Cited]
    articles_later: int
    missing: list[str]
    least: int
    spent: int
    quiz: object = None

    @property
    def finished(self) -> bool:
        return bool(self.run and self.run.completed_at)

    @property
    def here(self) -> StepView | None:
        """The last open step: what the page asks for now."""
        return self.steps[self.opened - 1] if self.opened else None

    @property
    def to_judge(self) -> bool:
        return bool(self.here and self.here.judged and not self.here.judged.answered)

    @property
    def at_end(self) -> bool:
        return self.opened == len(self.steps) and not self.to_judge


def case_view(page: CasePage, person, year: int, *, learning: bool, at: int = 0, moderate: bool = False) -> CaseView:
    """The case for ``person``, step by step when ``learning``, else everything at once. ``at``: the step a phone shows.

    ``moderate``: hidden reasons are there too. About ten queries, however many steps, answers and events.
    """
    steps = list(page.steps)
    points = points_of(page)
    run = run_of(person, page, year) if learning and person else None
    given = {row.point: row for row in run.judgements.all()} if run else {}
    opened = rules.opened(points, given, run.step) if run else 0 if learning else len(steps)
    asked = [point for point in points[:opened] if point]
    told = [point for point in asked if point in given] if learning else asked
    counts = _counts(page, asked) if page.pk else {}
    reasons = _reasons(page, told, moderate, run) if page.pk else {}
    views, number = [], 0
    for n, step in enumerate(steps, 1):
        number += step.block_type == "judgement"
        views.append(_step(n, step, number, opened, given, told, counts, reasons))
    # A judgement names its article with the law; one query for all of them.
    prefetch_related_objects([view.judged.article for view in views if view.judged and view.judged.article], "law")
    events = _events(page, opened, not learning)
    cited, later = _articles(page, steps, told)
    quiz = quizzes.quiz_card(person, page, year) if page.pk and (run or not learning) else None
    shown = at if 1 <= at <= opened else opened
    return CaseView(
        page=page,
        learning=learning,
        run=run,
        steps=views,
        opened=opened,
        at=shown,
        stepper=_stepper(views, opened, shown, run),
        timeline=[Event(date=event.day, text=event.name, doc=event.detail) for event in events],
        span_words=_span_words(events),
        strip=rules.strip([(event.day, event.name) for event in events]),
        strip_unknown=any(not CHINA.knows(event.day.year) for event in events),
        articles=cited,
        articles_later=later,
        missing=missing_words(page, run, set(given), bool(quiz and quiz.passed)) if run else [],
        least=least_minutes(page),
        spent=run.seconds // 60 if run else 0,
        quiz=quiz,
    )


def _step(n, step, number, opened, given, told, counts, reasons) -> StepView:
    kind = step.block_type
    label = _("判断%(n)s") % {"n": numeral(number)} if kind == "judgement" else str(KINDS[kind])
    if n > opened:
        return StepView(n, kind, label, "locked")
    state = "now" if n == opened else "done"
    if kind != "judgement":
        return StepView(n, kind, label, state, step.value)
    judged = _judged(step, step.id in told, given.get(step.id), counts.get(step.id, {}), reasons.get(step.id, []))
    return StepView(n, kind, label, state, step.value, judged)


def _judged(step, told: bool, mine, counts: dict[str, int], reasons: list[Judgement]) -> Judged:
    value, answers = step.value, sum(counts.values())
    enough = told and answers >= rules.ENOUGH_ANSWERS
    lines = [
        ChoiceLine(
            id=child.id,
            letter=LETTERS[at],
            text=child.value["text"],
            right=told and bool(child.value["right"]),
            mine=bool(mine and mine.choice == child.id),
            n=counts.get(child.id, 0) if enough else None,
            share=round(100 * counts.get(child.id, 0) / answers, 1) if enough else 0,
        )
        for at, child in enumerate(value["choices"].bound_blocks)
    ]
    return Judged(
        point=step.id,
        question=value["question"],
        choices=lines,
        answered=told,
        answers=answers,
        told=enough,
        basis=value["basis"] if told else "",
        article=value["article"] if told else None,
        mine=mine,
        # The editor has taken the option away since.
        lost=bool(mine) and not any(line.mine for line in lines),
        reasons=reasons if enough else [],
    )


def _counts(page: CasePage, points: list[str]) -> dict[str, dict[str, int]]:
    """{point: {choice: people}}: each person's first judgement, made before they knew how the case ended."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    if not points:
        return found
    earlier = Judgement.objects.filter(
        case=page.pk, point=OuterRef("point"), run__person=OuterRef("run__person"), run__year__lt=OuterRef("run__year")
    )
    rows = Judgement.objects.filter(case=page.pk, point__in=points).exclude(Exists(earlier))
    for point, choice, n in rows.values_list("point", "choice").annotate(n=Count("pk")).order_by():
        found[point][choice] = n
    return found


def _reasons(page: CasePage, points: list[str], moderate: bool, run) -> dict[str, list[Judgement]]:
    """Colleagues' reasons by point, newest first, without names; not one's own."""
    found: dict[str, list[Judgement]] = defaultdict(list)
    if not points:
        return found
    rows = Judgement.objects.filter(case=page.pk, point__in=points).exclude(reason="").defer("case")
    if not moderate:
        rows = rows.filter(hidden=False)
    if run:
        rows = rows.exclude(run=run.pk)
    for row in rows.order_by("-at", "-pk")[: MOST_REASONS * len(points)]:
        if len(found[row.point]) < MOST_REASONS:
            found[row.point].append(row)
    return found


def _events(page: CasePage, opened: int, everything: bool) -> list:
    shown = [event for event in page.events.all() if everything or event.from_step <= max(opened, 0)]
    return sorted(shown, key=lambda event: (event.day, event.sort_order or 0))


def _span_words(events) -> str:
    """立案到决定42日: from the first day of the timeline to its last."""
    if len(events) < 2 or events[0].day == events[-1].day:
        return ""
    words = {"first": events[0].name, "last": events[-1].name, "n": (events[-1].day - events[0].day).days}
    return _("%(first)s到%(last)s %(n)s日") % words


def _articles(page: CasePage, steps, told) -> tuple[list[Cited], int]:
    """(citations to show, how many are held back): what a judgement rests on is told with the judgement."""
    rows = cited_of(page)
    later = {
        step.value["article"].pk
        for step in steps
        if step.block_type == "judgement" and step.id not in told and step.value["article"]
    }
    shown = [row for row in rows if row.article.pk not in later]
    return shown, len(rows) - len(shown)


def _stepper(views: list[StepView], opened: int, shown: int, run) -> list[Step]:
    finished = bool(run and run.completed_at)
    found = []
    for view in views:
        link = f"?step={view.n}#s{view.n}" if view.n <= opened else ""
        state = "done" if view.n < opened or finished else "now" if view.n == max(opened, 1) else "todo"
        found.append(Step(view.label, state, link))
    return found


def assigned_here(person, page, year: int, today) -> assignments.Assigned | None:
    """What the person was told about this very page, if anything."""
    return next((one for one in assignments.assigned_to(person, year, today) if one.page.pk == page.pk), None)
