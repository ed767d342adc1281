"""What the home page says about exams to each role: few counts, each with the page that shows its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from exams.models import Appeal, Duty, KeyDecision, MarkingTask, Registration, Sitting
from exams.queries.sittings import proposals

AHEAD = timedelta(days=7)
# From here on it is told who has left or moved since registering.
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Office:
    """Work that waits at the exam office."""

    soon: list[Sitting]
    pending: list[tuple[Sitting, int]]
    to_release: list[Sitting]
    appeals: list[tuple[Sitting, int]]
    challenges: list[tuple[Sitting, int]]
    proposed: tuple[Sitting, int] | None


def office(scope, now: datetime) -> Office:
    """Sittings in ``scope`` that begin within a week and are not open; people to be taken off the next one within a
    month; registrations, appeals and challenges to be decided; results to be released. Fifteen queries at most.
    """
    reached = Sitting.objects.filter(scope.inside("unit__path"), rehearsal=False)
    early = [Sitting.State.DRAFT, Sitting.State.REGISTERING, Sitting.State.ARRANGED]
    pending = _counts(reached, Registration.objects.filter(state=Registration.State.PENDING), "sitting")
    appeals = _counts(reached, Appeal.objects.filter(state=Appeal.State.OPEN), "entry__registration__sitting")
    challenges = _counts(reached, KeyDecision.objects.filter(kind=KeyDecision.Kind.OPEN), "sitting")
    approved = Registration.objects.filter(sitting=OuterRef("pk"), state=Registration.State.APPROVED)
    coming = Q(opens_at__gt=now, opens_at__lte=now + MONTH)
    named = Q(pk__in={*pending, *appeals, *challenges})
    rows = reached.filter(coming | named | Q(state=Sitting.State.CLOSED)).annotate(peopled=Exists(approved))
    rows = list(rows.select_related("unit", "retake_of").order_by("opens_at", "pk"))
    return Office(
        soon=[row for row in rows if row.state in early and now < row.opens_at <= now + AHEAD],
        pending=[(row, pending[row.pk]) for row in rows if row.pk in pending],
        to_release=sorted((row for row in rows if row.state == Sitting.State.CLOSED), key=lambda row: row.closes_at),
        appeals=[(row, appeals[row.pk]) for row in rows if row.pk in appeals],
        challenges=[(row, challenges[row.pk]) for row in rows if row.pk in challenges],
        proposed=_proposed(row for row in rows if row.peopled and now < row.opens_at <= now + MONTH),
    )


def _proposed(coming) -> tuple[Sitting, int] | None:
    """The next of these sittings, and how many of its candidates no longer fit; None when all do. Only the next: each
    sitting has a day and a rule of its own to look at people by.
    """
    sitting = next((row for row in coming if row.state != Sitting.State.CANCELLED), None)
    number = len(proposals(sitting)) if sitting else 0
    return (sitting, number) if number else None


def _counts(sittings, rows, path: str) -> dict[int, int]:
    return dict(rows.filter(**{f"{path}__in": sittings}).values_list(path).annotate(n=Count("pk")))


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
