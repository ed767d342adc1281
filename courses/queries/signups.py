"""Seats and the waiting list of a session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from courses.models import Session, Signup
from courses.queries import sessions
from exams.queries.eligibility import bases
from exams.queries.registrations import reachable
from portal.access import Scope
from staffing.models import Person, Unit

State = Signup.State


@dataclass(frozen=True)
class Seats:
    """How many have a seat and how many wait; ``capacity`` None: as many as come."""

    seated: int
    waiting: int
    capacity: int | None

    @property
    def left(self) -> int | None:
        """Free seats, never below 0 (capacity may be lowered); None without a limit."""
        return None if self.capacity is None else max(0, self.capacity - self.seated)

    @property
    def full(self) -> bool:
        return self.left == 0


def counts(session: Session) -> Seats:
    """One query."""
    return counts_of([session])[session.pk]


def counts_of(rows: Iterable[Session]) -> dict[int, Seats]:
    """{session id: Seats} of many sessions. One query."""
    rows = list(rows)
    found = Signup.objects.filter(session__in=[row.pk for row in rows]).order_by().values("session", "state")
    seats = {(one["session"], one["state"]): one["n"] for one in found.annotate(n=Count("pk"))}
    return {
        row.pk: Seats(seats.get((row.pk, State.SEATED), 0), seats.get((row.pk, State.WAITING), 0), row.capacity)
        for row in rows
    }


def counts_and_own(rows: Iterable[Session], person: Person | None) -> tuple[dict[int, Seats], dict[int, Signup]]:
    """``counts_of`` and {session id: the person's live sign-up}. One query, two for who is signed up."""
    rows = list(rows)
    found = Signup.objects.filter(session__in=[row.pk for row in rows]).order_by().values("session", "state")
    mine = Min("pk", filter=Q(person=person) & ~Q(state=State.CANCELLED))
    found = list(found.annotate(n=Count("pk"), mine=mine))
    at = {(one["session"], one["state"]): one["n"] for one in found}
    seats = {
        row.pk: Seats(at.get((row.pk, State.SEATED), 0), at.get((row.pk, State.WAITING), 0), row.capacity)
        for row in rows
    }
    keys = [one["mine"] for one in found if one["mine"]] if person is not None else []
    return seats, {row.session_id: row for row in Signup.objects.filter(pk__in=keys)} if keys else {}


def takes_signups(session: Session, now: datetime) -> bool:
    """May one sign up now: before it begins, where a seat is needed or seats are limited."""
    wanted = session.needs_signup or session.capacity is not None
    return wanted and session.state == Session.State.PLANNED and now < session.starts_at


def place_in_line(signup: Signup) -> int:
    """Which in the waiting list: 1 is the next to move up."""
    ahead = Q(at__lt=signup.at) | Q(at=signup.at, pk__lte=signup.pk)
    return Signup.objects.filter(ahead, session=signup.session_id, state=State.WAITING).count()


@dataclass(frozen=True)
class Line:
    """A live sign-up in the list: where they work on the day, and their place among those who wait."""

    signup: Signup
    unit: Unit | None
    place: int = 0


def listed(scope: Scope, session: Session, *, text: str = "", unit: Unit | None = None) -> QuerySet[Signup]:
    """Live sign-ups of people in ``scope``, seats first, then the waiting list in its order."""
    people = reachable(scope, sessions.day_of(session), unit)
    rows = Signup.objects.filter(session=session, person__in=people.values("pk")).exclude(state=State.CANCELLED)
    if text:
        rows = rows.filter(Q(person__name__icontains=text) | Q(person__staff_no=text))
    rows = rows.select_related("person", "by").defer("person__id_number", "person__mobile")
    # "seated" < "waiting".
    return rows.order_by("state", "at", "pk")


def lines(rows, session: Session) -> list[Line]:
    """``rows`` of ``listed`` for showing. Three queries."""
    rows = list(rows)
    at = bases([row.person_id for row in rows], sessions.day_of(session))
    line = list(Signup.objects.filter(session=session, state=State.WAITING).order_by("at", "pk").values_list("pk"))
    places = {pk: n for n, (pk,) in enumerate(line, 1)}
    return [Line(row, at.get(row.person_id), places.get(row.pk, 0)) for row in rows]


def may_be_chosen(scope: Scope, session: Session, *, text: str = "", unit: Unit | None = None) -> QuerySet[Person]:
    """Invited people in ``scope`` who are not signed up."""
    day = sessions.day_of(session)
    rows = reachable(scope, day, unit).filter(pk__in=sessions.invited(session).values("pk"))
    live = Signup.objects.filter(session=session).exclude(state=State.CANCELLED)
    rows = rows.exclude(pk__in=live.values("person"))
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(staff_no=text))
    return rows


@dataclass(frozen=True)
class Choice:
    """Somebody who may be signed up, and where they work on the day."""

    person: Person
    unit: Unit | None


def choices(people, session: Session) -> list[Choice]:
    """``people`` of ``may_be_chosen`` for showing. Three queries."""
    people = list(people)
    at = bases(people, sessions.day_of(session))
    return [Choice(person, at.get(person.pk)) for person in people]


def find(scope: Scope, session: Session, pk: int) -> Signup:
    """A live sign-up of somebody in ``scope``. Raises Signup.DoesNotExist."""
    return listed(scope, session).get(pk=pk)


def units_of(scope: Scope, session: Session) -> QuerySet[Unit]:
    """Units one may filter by: those of the scope that are invited or lie below."""
    inside = sessions.invited_scope(session).inside("path")
    return Unit.objects.within(scope).filter(inside, closed__isnull=True).order_by("path")
