"""Drills: the script as rules read it, somebody's run, and what is told at its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.rich_text import RichText

from courses.models import DrillPage, DrillRun
from courses.queries.citing import cited_of
from courses.rules import cases as dwell
from courses.rules import drills as rules
from courses.rules.workdays import CHINA
from portal.law.models import Article

DEFECTS = {
    "no_scenes": gettext_lazy("演练还没有场景，请先填写。"),
    "too_many": gettext_lazy("场景超过%(detail)s个，请拆成几个演练。"),
    "no_key": gettext_lazy("场景“%(detail)s”没有编号。"),
    "twice": gettext_lazy("编号“%(scene)s”用了不止一次。"),
    "no_choice": gettext_lazy("开头的场景“%(scene)s”没有选择，演练一开始就结束。"),
    "unknown": gettext_lazy("场景“%(scene)s”第%(choice)s个选择的下一场景“%(detail)s”不存在。"),
    "unreachable": gettext_lazy("场景“%(scene)s”从开头走不到。"),
    "endless": gettext_lazy("从场景“%(scene)s”走不到任何结局，学员会一直绕圈。"),
    "limit_impossible": gettext_lazy("场景“%(scene)s”最快也要%(detail)s个工作日才能走到，期限不可能遵守。"),
    "pass_impossible": gettext_lazy("最高只能得%(detail)s分，达不到通过分数。"),
    "best_unlawful": gettext_lazy("得分最高的走法违反法条或超过期限（场景“%(scene)s”），请调整得分。"),
}


def frozen_of(page: DrillPage) -> dict:
    """The script as a run keeps it: {"pass", "start_day", "scenes": [...]}; article ids, text as stored."""
    return {
        "pass": page.pass_score,
        "start_day": page.start_day.isoformat() if page.start_day else None,
        "scenes": [
            {
                "key": (value["key"] or "").strip(),
                "heading": value["heading"],
                "text": value["text"].source if value["text"] else "",
                "limit": value["limit"],
                "limit_article": value["limit_article"].pk if value["limit_article"] else None,
                "choices": [
                    {
                        "text": one["text"],
                        "result": one["result"],
                        "next": (one["next"] or "").strip(),
                        "days": one["days"] or 0,
                        "score": one["score"] or 0,
                        "broken": one["broken"].pk if one["broken"] else None,
                    }
                    for one in value["choices"]
                ],
            }
            for value in (scene.value for scene in page.scenes)
        ],
    }


def defect_words(page: DrillPage) -> list[str]:
    """What is wrong with the page's script, one sentence each."""
    return [
        DEFECTS[one.code] % {"scene": one.scene, "choice": one.choice, "detail": one.detail}
        for one in rules.defects(rules.drill_of(frozen_of(page)))
    ]


def drill_done(person_id: int, drill_id: int, year: int) -> bool:
    """Has the person passed the drill in this year?"""
    return DrillRun.objects.filter(person=person_id, drill=drill_id, year=year, passed=True).exists()


def live_drill(pk: int) -> DrillPage | None:
    """The published drill; None when there is none."""
    return DrillPage.objects.live().filter(pk=pk).first()


def own_run(person, pk: int) -> DrillRun | None:
    """The person's own run with its page."""
    return DrillRun.objects.filter(person=person, pk=pk).select_related("drill", "credit").first()


def spans_of(runs: Iterable[DrillRun]) -> list[tuple[datetime, datetime]]:
    """Time spent on runs by the server's clock, long pauses in part only; in order, disjoint."""
    found: list[tuple[datetime, datetime]] = []
    for run in sorted(runs, key=lambda one: one.started_at):
        before = run.started_at
        for stop in run.path:
            at = datetime.fromisoformat(stop["at"])
            found = dwell.add_dwell(found, max(before, found[-1][1]) if found else before, at)
            before = at
    return found


def seconds_spent(person_id: int, drill_id: int, year: int) -> int:
    """Seconds spent on all runs of the year. One query."""
    return dwell.seconds_of(spans_of(DrillRun.objects.filter(person=person_id, drill=drill_id, year=year)))


@dataclass(frozen=True)
class StopLine:
    """One choice in the debrief."""

    n: int
    heading: str
    text: str
    result: str
    days: int
    day: date | None
    score: int
    article: Article | None
    overrun: rules.Overrun | None = None


@dataclass(frozen=True)
class OverrunLine:
    heading: str
    days: int
    limit: int
    article: Article | None


@dataclass(frozen=True)
class Debrief:
    score: int
    pass_score: int
    passed: bool
    days: int
    top: int
    stops: list[StopLine]
    best: list[StopLine]
    broken: list[Article]
    overruns: list[OverrunLine]
    same_as_best: bool


@dataclass(frozen=True)
class RunView:
    """Where a run stands: the scene and its choices, what the last choice led to, the clock; or the debrief."""

    run: DrillRun
    scene: rules.Scene | None
    text: RichText | None
    n: int
    last: StopLine | None
    days: int
    day: date | None
    limit_left: int | None
    limit_day: date | None
    limit_article: Article | None
    years_unknown: bool
    start_day: date | None
    debrief: Debrief | None = None


def _articles(drill: rules.Drill) -> dict[int, Article]:
    wanted = {one.broken for scene in drill.scenes for one in scene.choices} | {s.limit_article for s in drill.scenes}
    return Article.objects.select_related("law").in_bulk(wanted - {None})


def _lines(walk: rules.Walk, start: date | None, articles: dict[int, Article]) -> list[StopLine]:
    late = {one.scene: one for one in walk.overruns}
    return [
        StopLine(
            n=n,
            heading=stop.scene.heading,
            text=stop.choice.text,
            result=stop.choice.result,
            days=stop.choice.days,
            day=CHINA.add(start, stop.after) if start else None,
            score=stop.score,
            article=articles.get(stop.choice.broken),
            overrun=late.get(stop.choice.next),
        )
        for n, stop in enumerate(walk.stops, 1)
    ]


def run_view(run: DrillRun) -> RunView:
    """A run as its own person sees it. Nothing of what a choice leads to is in it before the choice. One query."""
    drill = rules.drill_of(run.frozen)
    walk = rules.walk(drill, [stop["choice"] for stop in run.path])
    start = date.fromisoformat(run.frozen["start_day"]) if run.frozen["start_day"] else None
    articles = _articles(drill)
    lines = _lines(walk, start, articles)
    today = CHINA.add(start, walk.days) if start else None
    scene = None if walk.at is None else walk.at
    limit = scene.limit if scene else None
    return RunView(
        run=run,
        scene=scene,
        text=RichText(scene.text) if scene else None,
        n=len(walk.stops) + 1,
        last=lines[-1] if lines else None,
        days=walk.days,
        day=today,
        limit_left=None if limit is None else limit - walk.days,
        limit_day=CHINA.add(start, limit) if start and limit is not None else None,
        limit_article=articles.get(scene.limit_article) if scene else None,
        years_unknown=bool(start) and not all(CHINA.knows(year) for year in {start.year, today.year}),
        start_day=start,
        debrief=_debrief(run, drill, walk, lines, start, articles) if run.finished_at else None,
    )


def _debrief(run, drill, walk, lines, start, articles) -> Debrief:
    top = rules.best(drill)
    return Debrief(
        score=walk.score,
        pass_score=drill.pass_score,
        passed=run.passed,
        days=walk.days,
        # Going round in a circle may gain a little more than the best way that repeats nothing.
        top=max(top.score, walk.score),
        stops=lines,
        best=_lines(top, start, articles),
        broken=[articles[pk] for pk in walk.broken if pk in articles],
        overruns=[
            OverrunLine(drill.by_key[one.scene].heading, one.days, one.limit, articles.get(one.article))
            for one in walk.overruns
        ],
        same_as_best=[s.index for s in top.stops] == [s.index for s in walk.stops],
    )


@dataclass(frozen=True)
class DrillView:
    """The page before a run: what it is about, one's own tries of the year, for editors the whole script."""

    page: DrillPage
    learner: object
    runs: list[DrillRun] = field(default_factory=list)
    open_run: DrillRun | None = None
    passed: bool = False
    credited: object = None
    articles: list = field(default_factory=list)
    scenes: list = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    ends: int = 0
    spent: int = 0


def drill_view(page: DrillPage, person, year: int, *, script: bool = False) -> DrillView:
    """``person`` None: nobody's runs. ``script``: show the scenes and what is wrong with them. At most five queries."""
    runs = list(
        DrillRun.objects.filter(person=person, drill=page.pk, year=year).select_related("credit") if person else ()
    )
    return DrillView(
        page=page,
        learner=person,
        runs=[run for run in runs if run.finished_at],
        open_run=next((run for run in runs if run.finished_at is None), None),
        passed=any(run.passed for run in runs),
        credited=next((run.credit for run in runs if run.credit_id), None),
        articles=cited_of(page),
        scenes=list(page.scenes) if script else [],
        faults=defect_words(page) if script else [],
        ends=sum(not scene.value["choices"] for scene in page.scenes) if script else 0,
        spent=dwell.seconds_of(spans_of(runs)) // 60,
    )


def too_short(page: DrillPage, seconds: int) -> str:
    """Why the time spent is not enough for hours, or ""."""
    if timedelta(seconds=seconds) >= timedelta(minutes=page.least_minutes):
        return ""
    return _("今年已练%(spent)s分钟，练满%(least)s分钟才计学时。") % {
        "spent": seconds // 60,
        "least": page.least_minutes,
    }


def too_short_words(run: DrillRun) -> str:
    """Why a passed run earned nothing for lack of time, or "". No query when the drill asks for no time."""
    if not run.drill.least_minutes or run.credit_id:
        return ""
    return too_short(run.drill, seconds_spent(run.person_id, run.drill_id, run.year))
