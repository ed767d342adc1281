"""Rehearsals (演练): a copy of a sitting whose clock the office moves. No results, in no register, in no list of
results.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from exams.actions.sitting_base import BATCH, LIVE, State, give_numbers, lock
from exams.actions.sittings import TWICE
from exams.delivery.clock import now_of
from exams.models.papers import Paper
from exams.models.sittings import Duty, Registration, Sitting, SittingPaper
from exams.queries import eligibility
from portal import audit
from portal.access import Access
from portal.actions.errors import Refused
from staffing.models import Person

COPIED = (
    "unit",
    "online",
    "notes",
    "opens_at",
    "closes_at",
    "late_minutes",
    "earliest_minutes",
    "grace_seconds",
    "entry_code",
    "addresses",
    "watermark",
    "issuer",
)
OVER = (State.CLOSED, State.RELEASED, State.CANCELLED)
# The farthest a clock may be moved either way.
MOST = timedelta(days=400)


def copy_rehearsal(*, actor, now, sitting: Sitting, people: Iterable[Person]) -> Sitting:
    """A rehearsal of ``sitting`` with the same papers, window and duties, and ``people`` as candidates (eligibility is
    not asked; whom one may register decides). It may be opened at once. The same people sent again within TWICE are the
    same rehearsal.

    Raises Refused: an offline sitting, nobody chosen, people without an account that may sit exams, candidates who
    would see the very questions of their fixed paper.
    """
    people = list(dict.fromkeys(people))
    if not sitting.online or sitting.rehearsal:
        raise Refused(_("只有正式的在线场次可以演练。"))
    if not people:
        raise Refused(_("请选择参加演练的人。"), "people")
    without = [p.name for p in people if p.user_id is None or not Access(p.user, now).can("exams.take")]
    if without:
        names = str(_("、")).join(without)
        raise Refused(_("%(names)s没有可以考试的账号。") % {"names": names}, "people")
    if known := _would_see_their_paper(sitting, people):
        names = str(_("、")).join(known)
        raise Refused(_("本场为固定试卷，演练会让考生提前看到试题：%(names)s。") % {"names": names}, "people")
    with transaction.atomic():
        lock(sitting)
        if known := _just_made(actor, now, sitting, people):
            return known
        number = Sitting.objects.filter(code__startswith=f"{sitting.code[:32]}-yl").count() + 1
        copy = Sitting(
            **{name: getattr(sitting, name) for name in COPIED},
            code=f"{sitting.code[:32]}-yl{number}",
            title=_("%(title)s（演练）") % {"title": sitting.title[:70]},
            state=State.ARRANGED,
            rehearsal=True,
            attempts_allowed=max(sitting.attempts_allowed, 3),
            grants=Sitting.Grants.NONE,
            by_unit=False,
            made_by=actor,
            made_at=now,
        )
        copy.save()
        lines = ("position", "title", "paper_id", "minutes", "total", "pass_mark")
        SittingPaper.objects.bulk_create(
            SittingPaper(sitting=copy, **{name: getattr(row, name) for name in lines}) for row in sitting.papers.all()
        )
        Duty.objects.bulk_create(
            Duty(sitting=copy, user_id=row.user_id, kind=row.kind) for row in Duty.objects.filter(sitting=sitting)
        )
        bases = eligibility.bases(people, eligibility.day_of(sitting))
        Registration.objects.bulk_create(
            (
                Registration(
                    sitting=copy,
                    person=person,
                    unit=bases.get(person.pk, sitting.unit),
                    way=Registration.Way.UNIT,
                    state=Registration.State.APPROVED,
                    made_by=actor,
                    made_at=now,
                )
                for person in people
            ),
            batch_size=BATCH,
        )
        give_numbers(copy)
        audit.record(
            actor=actor,
            now=now,
            action="sitting.saved",
            obj=copy,
            unit_code=copy.unit.code,
            rehearsal_of=sitting.code,
            people=[person.staff_no for person in people],
        )
    return copy


def _just_made(actor, now, sitting: Sitting, people: list[Person]) -> Sitting | None:
    lately = Sitting.objects.filter(
        rehearsal=True, made_by=actor, made_at__gt=now - TWICE, code__startswith=f"{sitting.code[:32]}-yl"
    )
    wanted = {person.pk for person in people}
    for row in lately.order_by("pk"):
        if set(row.registrations.values_list("person", flat=True)) == wanted:
            return row
    return None


def _would_see_their_paper(sitting: Sitting, people: list[Person]) -> list[str]:
    """Names of candidates of real sittings still to come whose fixed paper this rehearsal would show."""
    fixed = SittingPaper.objects.filter(sitting=sitting, paper__mode=Paper.Mode.FIXED).values("paper")
    rows = Registration.objects.filter(
        person__in=people, state__in=LIVE, sitting__rehearsal=False, sitting__papers__paper__in=fixed
    ).exclude(sitting__state__in=OVER)
    return list(rows.order_by("person__staff_no").values_list("person__name", flat=True).distinct())


def set_clock(*, actor, now, sitting: Sitting, step: int = 0, to: str = "") -> Sitting:
    """Move a rehearsal's clock: ``step`` seconds forward or back, or ``to`` "open", "last" (a minute before the end),
    "end" or "real". Nothing else moves: who is writing sees the time change at the next word from the server.

    Raises Refused for a real sitting, one that is over, and a clock moved too far.
    """
    with transaction.atomic():
        row = lock(sitting)
        if not row.rehearsal:
            raise Refused(_("只有演练场次可以调整时钟。"))
        if row.state in OVER:
            raise Refused(_("演练已结束，时钟不能再调。"))
        goals = {
            "open": row.opens_at,
            "last": row.closes_at - timedelta(minutes=1),
            "end": row.closes_at + timedelta(seconds=row.grace_seconds),
            "real": now,
        }
        if to and to not in goals:
            raise Refused(_("没有这样的时刻。"), "to")
        # Checked before it is reckoned with: a date has an end.
        far = abs(step) > MOST.total_seconds()
        skew = timedelta() if far else (goals[to] if to else now_of(row, now) + timedelta(seconds=step)) - now
        if far or abs(skew) > MOST:
            raise Refused(_("时钟最多前后调%(n)s天。") % {"n": MOST.days})
        row.clock_skew = round(skew.total_seconds())
        row.save(update_fields=["clock_skew"])
        audit.record(
            actor=actor,
            now=now,
            action="sitting.clock",
            obj=row,
            unit_code=row.unit.code,
            skew=row.clock_skew,
            to=to or step,
        )
    return row
