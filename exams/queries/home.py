"""What the home page says about exams to each role: few counts, each with the page that shows its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from exams.models import Appeal, Duty, KeyDecision, MarkingTask, Registration, Sitting

AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Office:
    """Work that waits at the exam office."""

    soon: list[Sitting]
    pending: list[tuple[Sitting, int]]
    to_release: list[Sitting]
    appeals: list[tuple[Sitting, int]]
    challenges: list[tuple[Sitting, int]]


def office(scope, now: datetime) -> Office:
    """Sittings in ``scope`` that begin within a week and are not open; registrations, appeals and challenges to be
    decided; results to be released. Five queries.
    """
    reached = Sitting.objects.filter(scope.inside("unit__path"), rehearsal=False)
    early = [Sitting.State.DRAFT, Sitting.State.REGISTERING, Sitting.State.ARRANGED]
    soon = reached.filter(state__in=early, opens_at__gt=now, opens_at__lte=now + AHEAD).order_by("opens_at")
    return Office(
        soon=list(soon),
        pending=_counted(reached, Registration.objects.filter(state=Registration.State.PENDING), "sitting"),
        to_release=list(reached.filter(state=Sitting.State.CLOSED).order_by("closes_at")),
        appeals=_counted(reached, Appeal.objects.filter(state=Appeal.State.OPEN), "entry__registration__sitting"),
        challenges=_counted(reached, KeyDecision.objects.filter(kind=KeyDecision.Kind.OPEN), "sitting"),
    )


def _counted(sittings, rows, path: str) -> list[tuple[Sitting, int]]:
    counts = dict(rows.filter(**{f"{path}__in": sittings}).values_list(path).annotate(n=Count("pk")))
    if not counts:
        return []
    return [(sitting, counts[sitting.pk]) for sitting in sittings.filter(pk__in=counts).order_by("opens_at")]


def watched_today(user, day: date) -> list[Sitting]:
    """Sittings this user invigilates that run on ``day``."""
    start = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    duties = Duty.objects.filter(user=user, kind=Duty.Kind.INVIGILATE).values("sitting")
    running = [Sitting.State.ARRANGED, Sitting.State.OPEN]
    return list(
        Sitting.objects.filter(
            pk__in=duties, state__in=running, opens_at__lt=start + timedelta(days=1), closes_at__gt=start
        ).order_by("opens_at")
    )


def to_mark(user) -> int:
    """Written answers that wait for this marker."""
    return MarkingTask.objects.filter(marker=user, state=MarkingTask.State.WAITING).count()


def registering(now: datetime) -> list[Sitting]:
    """Sittings for which units register people now, by the end of registration."""
    return list(
        Sitting.objects.filter(state=Sitting.State.REGISTERING, by_unit=True, rehearsal=False)
        .filter(Q(registers_from=None) | Q(registers_from__lte=now))
        .filter(Q(registers_until=None) | Q(registers_until__gt=now))
        .order_by("registers_until", "opens_at")[:3]
    )
