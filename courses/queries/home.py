"""What learning puts on the home page: the learner's next lecture and lesson, the training officer's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from courses.models import HourClaim, Session
from courses.queries import claims, sessions
from courses.queries.assignments import Assigned, assigned_to
from courses.queries.compliance import outlook_of
from courses.queries.mine import base_of
from courses.queries.sessions import Coming
from portal.access import Scope
from staffing.models import Person, Unit
from staffing.queries.gaps import Desk
from staffing.queries.standing import HourBook

DAYS = 7
MOST_SESSIONS = 3


@dataclass(frozen=True)
class Learner:
    """``lecture``: the next within a week; ``task``: the required page to be done first, of ``tasks`` open ones."""

    lecture: Coming | None
    task: Assigned | None
    tasks: int


def learner(person: Person, book: HourBook, now: datetime) -> Learner:
    """What is next for ``person``, whose service is in ``book``. At most seven queries."""
    today = timezone.localdate(now)
    base = base_of(person, book, today)
    open_ = [row for row in assigned_to(person, today.year, today) if row.required and not row.done]
    soon = sessions.of_person(person, now, now, now + timedelta(days=DAYS), base)
    soon = [row for row in soon if row.state in (sessions.UPCOMING, sessions.LIVE)]
    return Learner(next(iter(soon), None), next(iter(open_), None), len(open_))


@dataclass(frozen=True)
class Office:
    """``behind`` of ``due`` people will miss the year's hours at today's pace; ``recorded``: how many have entries."""

    claims: int
    unsigned: list[Session]
    behind: int
    due: int
    recorded: int
    target: object


def office(scope: Scope, claims_scope: Scope, now: datetime) -> Office:
    """Four queries when figures are warm."""
    today = timezone.localdate(now)
    waiting = claims.visible(claims_scope, today).filter(state=HourClaim.State.SUBMITTED).count() if claims_scope else 0
    unsigned = list(sessions.unsigned(scope, now)[:MOST_SESSIONS])
    try:
        desk = Desk(None, today, scope=scope)
    except Unit.DoesNotExist:
        return Office(waiting, unsigned, 0, 0, 0, None)
    hours = desk.figures().hours
    behind = outlook_of(desk).behind_under[desk.index] if hours.recorded else 0
    return Office(waiting, unsigned, behind, hours.due, hours.recorded, desk.policy.hours_target)
