"""What one officer has to do with exams: what, when, where, what came of it, and why not eligible."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from exams.delivery.clock import now_of, window_of
from exams.models import Attempt, Entry, PassCertificate, Registration, Sitting
from exams.queries import eligibility
from exams.queries.certificates import state_on
from exams.queries.register import ON_REGISTER
from staffing.models import Person

RUNNING = [Sitting.State.REGISTERING, Sitting.State.ARRANGED, Sitting.State.OPEN]
IN_THE_ROOM = [Attempt.State.OPEN, Attempt.State.PAUSED]


@dataclass
class Coming:
    """A sitting the officer is registered for and that is not over."""

    registration: Registration
    opens_at: datetime
    closes_at: datetime
    papers: list[str]
    attempt: Attempt | None = None
    now: datetime | None = None

    @property
    def sitting(self) -> Sitting:
        return self.registration.sitting

    @property
    def approved(self) -> bool:
        return self.registration.state == Registration.State.APPROVED

    @property
    def may_enter(self) -> bool:
        """The page before the paper is worth opening: the sitting runs on this portal and is opened."""
        return self.approved and self.sitting.online and self.sitting.state == Sitting.State.OPEN

    @property
    def place(self) -> str:
        """考点 考场 座位, or "" when nobody was seated."""
        seat = getattr(self.registration, "seat", None)
        return f"{seat.room.site.name} {seat.room.name} {seat.number}" if seat else ""


@dataclass
class Past:
    """A released sitting: the outcome and the marks of each paper."""

    registration: Registration
    entries: list[Entry]
    certificate: PassCertificate | None = None


@dataclass
class Offered:
    """A sitting one may register for oneself, with the verdict and its reasons."""

    sitting: Sitting
    eligible: bool
    reasons: list[str]


@dataclass
class Mine:
    person: Person | None
    coming: list[Coming] = field(default_factory=list)
    offered: list[Offered] = field(default_factory=list)
    waiting: list[Registration] = field(default_factory=list)
    past: list[Past] = field(default_factory=list)
    certificates: list[PassCertificate] = field(default_factory=list)

    @property
    def next(self) -> Coming | None:
        """The one to be looked at first: being written now, else the earliest approved one."""
        written = [row for row in self.coming if row.attempt]
        return next(iter(written or [row for row in self.coming if row.approved]), None)


def of_user(user, now: datetime) -> Mine:
    """Everything on 我的考试. At most 11 queries, whatever the number of sittings."""
    person = Person.objects.filter(user=user).only("pk", "name", "staff_no").first()
    if person is None:
        return Mine(None)
    mine = Mine(person, coming=coming_of(user, now))
    rows = list(
        Registration.objects.filter(person=person, sitting__rehearsal=False, state__in=ON_REGISTER)
        .filter(sitting__state__in=[Sitting.State.OPEN, Sitting.State.CLOSED, Sitting.State.RELEASED])
        .select_related("sitting")
        .prefetch_related("entries__paper")
        .order_by("-sitting__opens_at")
    )
    mine.certificates = list(PassCertificate.objects.filter(person=person).order_by("-issued_on"))
    for certificate in mine.certificates:
        certificate.standing = state_on(certificate, timezone.localdate(now))
    ahead = {row.registration.pk for row in mine.coming}
    serials = {certificate.registration_id: certificate for certificate in mine.certificates}
    for row in rows:
        if row.sitting.state == Sitting.State.RELEASED:
            entries = sorted(row.entries.all(), key=lambda entry: entry.paper.position)
            mine.past.append(Past(row, entries, serials.get(row.pk)))
        elif row.state == Registration.State.APPROVED and row.pk not in ahead:
            # Their own time is over, though others of the sitting may still be writing.
            mine.waiting.append(row)
    mine.offered = _offered(person, now)
    return mine


def coming_of(user, now: datetime, *, papers: bool = True) -> list[Coming]:
    """The user's registrations in sittings that are not over, earliest first; rehearsals go by their own clock. Without
    ``papers`` their titles are left out: three queries, else four.
    """
    rows = (
        Registration.objects.filter(person__user=user, sitting__state__in=RUNNING)
        .exclude(state=Registration.State.CANCELLED)
        .select_related("sitting", "seat__batch", "seat__room__site")
        .prefetch_related(*["sitting__papers"] if papers else [])
    )
    rows = list(rows)
    attempts = {}
    if rows:
        held = Attempt.objects.filter(user=user, state__in=IN_THE_ROOM).only("id", "sitting_id", "state")
        attempts = {attempt.sitting_id: attempt for attempt in held}
    found = []
    for row in rows:
        opens, closes = window_of(row)
        clock = now_of(row.sitting, now)
        if clock < closes or row.sitting_id in attempts:
            sheets = sorted(row.sitting.papers.all(), key=lambda paper: paper.position) if papers else []
            titles = [paper.title for paper in sheets]
            found.append(Coming(row, opens, closes, titles, attempts.get(row.sitting_id), clock))
    return sorted(found, key=lambda one: one.opens_at)


def _offered(person: Person, now: datetime) -> list[Offered]:
    """Sittings open for one's own registration, in which the person does not stand yet."""
    sittings = (
        Sitting.objects.filter(state=Sitting.State.REGISTERING, by_self=True, rehearsal=False)
        .filter(Q(registers_from=None) | Q(registers_from__lte=now))
        .filter(Q(registers_until=None) | Q(registers_until__gt=now))
        .exclude(registrations__person=person)
        .order_by("opens_at")[:5]
    )
    found = []
    for sitting in sittings:
        verdict = eligibility.explain(sitting, [person], timezone.localdate(sitting.opens_at))[person.pk]
        found.append(Offered(sitting, verdict.eligible, list(verdict.reasons)))
    return found
