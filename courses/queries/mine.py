"""The learner's page: how much is missing, what comes next, this week's lecture, what was begun, certificates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Attendance, AttendanceState, HourClaim
from courses.queries import sessions
from courses.queries.assignments import Assigned, assigned_to
from courses.queries.hours import HourLine, forecast_of, lines_of
from courses.queries.sessions import Coming
from courses.queries.watching import GoingOn, going_on
from courses.rules import attendance as signing
from courses.rules.pace import Forecast
from exams.delivery.clock import window_of
from exams.models import Registration, Sitting
from portal.models import Notice
from portal.queries.accounts import notices_of
from staffing.models import Person, Posting, QualificationKind, QualificationState, QualificationStatus, Unit
from staffing.models.postings import Layer
from staffing.queries.policies import PolicyBook, policy_for
from staffing.queries.standing import BookYear, HourBook
from staffing.rules import certificates, hours
from staffing.rules.params import Params

AHEAD = 14
MOST_NEXT = 6
MOST_LINES = 5
MOST_NOTICES = 3
RUNNING = [Sitting.State.REGISTERING, Sitting.State.ARRANGED, Sitting.State.OPEN]
CARDS = [QualificationKind.ENFORCE, QualificationKind.SUPERVISE, QualificationKind.LEGAL, QualificationKind.REVIEWER]


@dataclass(frozen=True)
class NextThing:
    """Something to do by a day: ``clock`` for what begins at a time, ``by`` for what must be done by its end."""

    day: date | None
    title: str
    note: str
    url: str
    act: str
    clock: str = ""
    by: bool = False
    overdue: bool = False


@dataclass(frozen=True)
class ThisWeek:
    """The next lecture. ``direction``: in or out while somebody may scan, else ""."""

    coming: Coming
    direction: str
    attendance: Attendance | None
    opens: datetime
    closes: datetime
    hours: Fraction

    @property
    def session(self):
        return self.coming.session

    @property
    def signed_in(self) -> bool:
        return bool(self.attendance and self.attendance.signed_in)

    @property
    def signed_out(self) -> bool:
        return bool(self.attendance and self.attendance.signed_out)

    @property
    def scans(self) -> bool:
        """Is there a scan left to be made now?"""
        return bool(self.direction) and not (self.signed_out if self.direction == signing.OUT else self.signed_in)


@dataclass(frozen=True)
class Card:
    """A certificate or qualification one holds; numbers masked by the caller's template."""

    name: str
    number: str
    until: date | None
    state: str
    good: bool


@dataclass(frozen=True)
class Mine:
    person: Person
    book: BookYear
    forecast: Forecast | None
    week: ThisWeek | None
    next: tuple[NextThing, ...]
    begun: tuple[GoingOn, ...]
    lines: tuple[HourLine, ...]
    total: int

    @property
    def status(self) -> hours.HourStatus:
        return self.book.status

    @property
    def offline(self) -> Fraction:
        return self.status.counted - self.status.online


def mine_of(person: Person, now: datetime) -> Mine:
    """Everything on 我的学习 but the way to close the gap (courses.queries.pace) and what stands beside. At most 16
    queries.
    """
    today = timezone.localdate(now)
    book = HourBook(person.pk, [today.year])
    home = book.home(today)
    year = book.year(today.year, today, PolicyBook().on(today, home.locality if home else ""))
    base = base_of(person, book, today)
    around = sessions.of_person(person, now, now - signing.LATEST, now + timedelta(days=AHEAD), base)
    coming = [row for row in around if row.state in (sessions.UPCOMING, sessions.LIVE)]
    lines = lines_of(year)
    steps = [*_sessions(coming, now), *_assigned(assigned_to(person, today.year, today)), *_exams(person, now)]
    steps += _claims(person)
    steps.sort(key=lambda step: (step.day or date.max, step.clock))
    return Mine(
        person,
        year,
        forecast_of(book, year, today),
        _week(person, around, year, now),
        tuple(steps[:MOST_NEXT]),
        tuple(going_on(person, today.year)),
        lines[:MOST_LINES],
        len(lines),
    )


def base_of(person: Person, book: HourBook, today: date) -> Unit | None:
    """The unit somebody works in (deployed to, else home), their service known. One query."""
    home = book.home(today)
    if home is None:
        return None
    rows = Posting.objects.on(today).filter(person=person, layer=Layer.DEPLOYED, to_unit__isnull=False)
    posting = rows.select_related("to_unit").first()
    return posting.to_unit if posting else home


# --- what comes next -------------------------------------------------------------------------------------------------


def _sessions(coming: Iterable[Coming], now: datetime) -> list[NextThing]:
    return [
        NextThing(
            timezone.localdate(row.session.starts_at),
            row.session.title,
            row.session.place,
            row.url,
            _("看安排"),
            f"{timezone.localtime(row.session.starts_at):%H:%M}",
        )
        for row in coming
    ]


def _assigned(rows: Iterable[Assigned]) -> list[NextThing]:
    return [
        NextThing(
            row.due,
            _("学完“%(title)s”") % {"title": row.title},
            _("必修") if row.required else _("选修"),
            row.url,
            _("去学"),
            by=True,
            overdue=row.overdue,
        )
        for row in rows
        if not row.done and (row.required or row.due)
    ]


def _exams(person: Person, now: datetime) -> list[NextThing]:
    rows = Registration.objects.filter(
        person=person, state=Registration.State.APPROVED, sitting__state__in=RUNNING, sitting__rehearsal=False
    )
    found = []
    for row in rows.select_related("sitting", "seat__batch", "seat__room__site"):
        opens, closes = window_of(row)
        if now < closes:
            seat = getattr(row, "seat", None)
            place = f"{seat.room.site.name} {seat.room.name}" if seat else _("在线作答") if row.sitting.online else ""
            start = timezone.localtime(opens)
            url = reverse("exams:mine")
            found.append(NextThing(start.date(), row.sitting.title, place, url, _("看考试"), f"{start:%H:%M}"))
    return found


def _claims(person: Person) -> list[NextThing]:
    rows = HourClaim.objects.filter(person=person, state=HourClaim.State.RETURNED)
    return [
        NextThing(
            None,
            _("补充学时申报：%(title)s") % {"title": row.title},
            row.reason,
            reverse("courses:claim", args=[row.pk]),
            _("去填写"),
        )
        for row in rows
    ]


def _week(person: Person, around: list[Coming], year: BookYear, now: datetime) -> ThisWeek | None:
    """The lecture that is on or comes within a week; one that is over only while its doors are open for signing out."""
    soon = [row for row in around if row.state != sessions.CANCELLED and _is_near(row, now)]
    if not soon:
        return None
    row = soon[0]
    session = row.session
    mine = Attendance.objects.filter(session=session, person=person).exclude(state=AttendanceState.VOID).first()
    direction = next(
        (
            way
            for way in (signing.IN, signing.OUT)
            if signing.is_open(way, now, session.starts_at, session.ends_at)
            and not (way == signing.IN and mine and mine.signed_in)
        ),
        "",
    )
    opens, closes = signing.window(signing.IN, session.starts_at, session.ends_at)
    worth = hours.session_hours(session.minutes, year.policy.hours_unit_minutes)
    return ThisWeek(row, direction, mine, opens, closes, worth)


def _is_near(row: Coming, now: datetime) -> bool:
    if row.state == sessions.PAST:
        return signing.is_open(signing.OUT, now, row.session.starts_at, row.session.ends_at)
    return row.session.starts_at < now + timedelta(days=7)


# --- beside it -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Aside:
    cards: tuple[Card, ...]
    notices: tuple[Notice, ...]


def aside_of(person: Person, user, today: date) -> Aside:
    """Certificates and the latest notices. Three queries."""
    return Aside(cards_of(person, policy_for(today), today), tuple(notices_of(user)[:MOST_NOTICES]))


def cards_of(person: Person, policy: Params, today: date) -> tuple[Card, ...]:
    """Certificates and qualifications on record today, in the order of CARDS. One query."""
    rows = QualificationStatus.objects.on(today).filter(qualification__person=person, qualification__kind__in=CARDS)
    found = []
    for status in rows.select_related("qualification"):
        row = status.qualification
        until = row.valid_until
        if row.kind in (QualificationKind.ENFORCE, QualificationKind.SUPERVISE):
            until = certificates.effective_until(row.issued, row.valid_until, policy)
        until = until if until and until != date.max else None
        good = status.state == QualificationState.VALID and (until is None or today <= until)
        past = status.state == QualificationState.VALID and not good
        words = str(QualificationState.EXPIRED.label if past else status.get_state_display())
        found.append((CARDS.index(row.kind), Card(row.get_kind_display(), row.number or "", until, words, good)))
    return tuple(card for _order, card in sorted(found, key=lambda pair: pair[0]))
