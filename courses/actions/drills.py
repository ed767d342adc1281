"""Running a drill: the server says where a choice leads, and remembers the script as it was at the beginning."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.actions.learnt import earn
from courses.models import DrillPage, DrillRun
from courses.queries import drills as queries
from courses.rules import drills as rules
from portal import audit
from portal.actions.errors import Refused
from staffing.models import HourKind, Person


def start(*, actor, now, person, drill: DrillPage) -> DrillRun:
    """Begin a run, or go on with the one of this year that is not finished (a double click begins one).

    Raises Refused for somebody else's account and for a drill whose script does not work.
    """
    _check_own(actor, person)
    year = timezone.localdate(now).year
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
        running = DrillRun.objects.filter(person=person, drill=drill, year=year, finished_at__isnull=True).first()
        if running:
            return running
        frozen = queries.frozen_of(drill)
        if not frozen["scenes"] or not frozen["scenes"][0]["choices"]:
            raise Refused(_("这个演练暂时不能进行，请告知内容编辑。"))
        return DrillRun.objects.create(
            person=person, drill=drill, year=year, frozen=frozen, scene=frozen["scenes"][0]["key"], started_at=now
        )


def choose(*, actor, now, run: DrillRun, at: int, choice: int) -> DrillRun:
    """Make choice number ``choice`` (from 0) of the scene come to after ``at`` choices.

    One that was made already (a double click, a second window) stands and nothing happens. At an end the run is
    finished: passed from the pass score on, and then it earns hours of kind DRILL once a year, when the year's runs
    took ``least_minutes`` together. Raises Refused for a choice that the scene does not have.
    """
    _check_own(actor, run.person)
    with transaction.atomic():
        run = DrillRun.objects.select_for_update(of=("self",)).select_related("drill", "person").get(pk=run.pk)
        if run.finished_at or len(run.path) != at:
            return run
        drill = rules.drill_of(run.frozen)
        try:
            walk = rules.walk(drill, [*(stop["choice"] for stop in run.path), choice])
        except ValueError as error:
            raise Refused(_("请先选一项，再提交。"), "choice") from error
        stop = walk.stops[-1]
        broken = [] if stop.choice.broken is None else [stop.choice.broken]
        made = {"scene": stop.scene.key, "choice": choice, "at": now.isoformat(), "days": stop.choice.days}
        run.path = [*run.path, {**made, "score": stop.score, "broken": broken}]
        run.scene = walk.at.key if walk.at else ""
        run.days, run.score = min(walk.days, 32_000), max(-32_000, min(walk.score, 32_000))
        if walk.ended:
            # A year is that of the day the learning ended (domain §2.1).
            run.finished_at, run.passed, run.year = now, walk.score >= drill.pass_score, timezone.localdate(now).year
        run.save(update_fields=["path", "scene", "days", "score", "finished_at", "passed", "year"])
        if run.finished_at:
            _finished(actor, now, run, walk)
    return run


def leave(*, actor, now, run: DrillRun) -> DrillRun:
    """Give up a run, so that a new one can begin; it stays on record, not passed. Twice is harmless."""
    _check_own(actor, run.person)
    with transaction.atomic():
        DrillRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=now)
    run.refresh_from_db()
    return run


def _finished(actor, now, run: DrillRun, walk: rules.Walk) -> None:
    page, credit = run.drill, None
    if run.passed:
        runs = list(DrillRun.objects.filter(person=run.person, drill=page, year=run.year).order_by("started_at"))
        seconds = queries.seconds_spent(run.person_id, page.pk, run.year)
        if not queries.too_short(page, seconds):
            source = f"drill:{page.pk}:{run.year}"
            credit = earn(
                actor=actor,
                now=now,
                person=run.person,
                kind=HourKind.DRILL,
                hours=page.hours,
                title=page.title,
                source=source,
                spans=queries.spans_of(runs),
            )
    if credit:
        DrillRun.objects.filter(pk=run.pk).update(credit=credit)
        run.credit = credit
    audit.record(
        actor=actor,
        now=now,
        action="drill.completed",
        obj=run,
        person=run.person_id,
        title=page.title,
        score=walk.score,
        passed=run.passed,
        hours=credit.hours if credit else 0,
    )


def _check_own(actor, person) -> None:
    if person.user_id is None or person.user_id != actor.pk:
        raise Refused(_("只能为自己学习。"))
