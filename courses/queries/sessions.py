"""Sessions of lecture series: found through the scope of their series, what state they are in, who is invited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Attendance, AttendanceState, LecturePage, Session, Signup
from exams.queries.eligibility import bases
from exams.queries.registrations import reachable
from portal.access import EVERYWHERE, Scope
from staffing.models import Person, Unit

UPCOMING, LIVE, PAST, CANCELLED = "upcoming", "live", "past", "cancelled"
# The calendar shows what was as far back, and what is planned as far ahead.
BACK, AHEAD = timedelta(days=60), timedelta(days=366)
# A lecture without any sign-in is asked after for so long.
ASKED_AFTER = timedelta(days=90)


def visible(scope: Scope) -> QuerySet[Session]:
    """Sessions of the series held by units in ``scope``, latest first."""
    return Session.objects.filter(scope.inside("series__unit__path")).select_related("series__unit")


def concerning(scope: Scope) -> QuerySet[Session]:
    """Sessions that are held by units in ``scope`` or to which anybody of theirs is invited, latest first."""
    rows = Session.objects.select_related("series__unit", "page")
    if scope.everywhere:
        return rows
    above = {path[:end] for path in scope.paths for end in range(Unit.steplen, len(path) + 1, Unit.steplen)}
    fits = scope.inside("series__unit__path") | scope.inside("units__path") | Q(units__path__in=above) | Q(units=None)
    return rows.filter(pk__in=Session.objects.filter(fits).order_by().values("pk"))


def find(scope: Scope, code: str) -> Session:
    """The session of this code. Raises Session.DoesNotExist when it is out of reach."""
    return visible(scope).select_related("slot").get(code=code)


def state_of(session: Session, now: datetime) -> str:
    """UPCOMING, LIVE, PAST or CANCELLED. One that was recorded as held is over, also before the timetable's end."""
    if session.state == Session.State.CANCELLED:
        return CANCELLED
    if session.state == Session.State.HELD or now >= session.ends_at:
        return PAST
    return LIVE if now >= session.starts_at else UPCOMING


def number_words(session: Session) -> str:
    """第3讲, or "" for a cancelled one."""
    return _("第%(n)s讲") % {"n": session.number} if session.number else ""


def name_of(session: Session) -> str:
    """What a notice or a calendar calls it: 综合执法大讲堂第3讲《先审后决》."""
    told = {"series": session.series.name, "number": number_words(session), "title": session.title}
    return _("%(series)s%(number)s《%(title)s》") % told


def when(session: Session) -> str:
    """The time in words, local: 2026-11-02 09:30–12:00."""
    begins, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    last = f"{ends:%H:%M}" if begins.date() == ends.date() else f"{ends:%Y-%m-%d %H:%M}"
    return f"{begins:%Y-%m-%d %H:%M}–{last}"


def day_of(session: Session) -> date:
    """The local day on which it ends: the year of its hours, and the day on which invitations are judged."""
    return timezone.localdate(session.ends_at)


def page_of(session: Session) -> LecturePage | None:
    """Its page, when that is published."""
    page = getattr(session, "page", None)
    return page if page is not None and page.live else None


def lecture_url(session: Session) -> str:
    """Where a learner reads about it: its published page, else the page every session has."""
    page = page_of(session)
    return page.url if page is not None and page.url else reverse("courses:lecture", args=[session.code])


def office_url(session: Session) -> str:
    """The office's page of it."""
    return reverse("courses:session", args=[session.code])


# --- who is invited --------------------------------------------------------------------------------------------------


def invited_scope(session: Session) -> Scope:
    """The invited units with all below them; everywhere when none is named."""
    paths = sorted(unit.path for unit in session.units.all())
    return Scope(paths=tuple(paths)) if paths else EVERYWHERE


def invited(session: Session) -> QuerySet[Person]:
    """People whose base unit (deployed to, else home) on the day is invited."""
    return reachable(invited_scope(session), day_of(session))


def is_invited(session: Session, person: Person) -> bool:
    """Is ``person`` one of ``invited``? Three queries."""
    base = bases([person], day_of(session)).get(person.pk)
    return base is not None and invited_scope(session).covers(base.path)


def expected(session: Session) -> QuerySet[Person]:
    """应到: who has a seat where one must sign up, else everybody invited."""
    if not session.needs_signup:
        return invited(session)
    seated = Signup.objects.filter(session=session, state=Signup.State.SEATED)
    return Person.objects.filter(pk__in=seated.values("person")).order_by("staff_no")


def expected_number(session: Session) -> int:
    """How many are expected. One query, once for this ``session``, whoever asks."""
    if not hasattr(session, "_expected_number"):
        session._expected_number = expected(session).order_by().count()
    return session._expected_number


# --- one person's ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coming:
    """A session somebody may attend. ``signup``: their live sign-up, None without."""

    session: Session
    page: LecturePage | None
    signup: Signup | None
    url: str
    state: str


def of_person(
    person: Person | None, now: datetime, since: datetime, until: datetime, base: Unit | None = None
) -> list[Coming]:
    """Sessions that overlap [since, until) to which ``person`` is invited or has signed up, earliest first, also
    cancelled ones; without a person all of them. ``base``: the person's unit, when the caller has it. At most six
    queries.
    """
    rows = Session.objects.filter(starts_at__lt=until, ends_at__gt=since).select_related("series", "page")
    rows = list(rows.prefetch_related("units").order_by("starts_at", "pk"))
    own: dict[int, Signup] = {}
    if person is not None:
        mine = Signup.objects.filter(person=person, session__in=[row.pk for row in rows])
        own = {row.session_id: row for row in mine.exclude(state=Signup.State.CANCELLED)}
        base = base or bases([person], timezone.localdate(now)).get(person.pk)
    return [
        Coming(row, page_of(row), own.get(row.pk), lecture_url(row), state_of(row, now))
        for row in rows
        if person is None or row.pk in own or (base is not None and invited_scope(row).covers(base.path))
    ]


def coming(person: Person, now: datetime, days: int = 14) -> list[Coming]:
    """What ``person`` may attend within ``days``, what is being held included, cancelled ones left out."""
    rows = of_person(person, now, now, now + timedelta(days=days))
    return [row for row in rows if row.state in (UPCOMING, LIVE)]


# --- the office's lists ----------------------------------------------------------------------------------------------

GROUPS = (UPCOMING, PAST, CANCELLED)


def _group(rows: QuerySet[Session], group: str, now: datetime) -> QuerySet[Session]:
    """UPCOMING includes what is being held."""
    cancelled, held = Session.State.CANCELLED, Session.State.HELD
    if group == CANCELLED:
        return rows.filter(state=cancelled)
    if group == PAST:
        return rows.filter(Q(state=held) | Q(ends_at__lte=now)).exclude(state=cancelled)
    return rows.filter(state=Session.State.PLANNED, ends_at__gt=now)


def totals(scope: Scope, now: datetime) -> dict[str, int]:
    """{group: number of sessions that concern the scope}. One query."""
    rows = concerning(scope).select_related(None).order_by()
    state = Session.State
    over = Q(state=state.HELD) | Q(ends_at__lte=now, state=state.PLANNED)
    return rows.aggregate(
        upcoming=Count("pk", filter=Q(state=state.PLANNED, ends_at__gt=now)),
        past=Count("pk", filter=over),
        cancelled=Count("pk", filter=Q(state=state.CANCELLED)),
    )


def listed(
    scope: Scope, now: datetime, *, group: str = "", text: str = "", series=None, unsigned_only: bool = False
) -> QuerySet[Session]:
    """Sessions that concern the scope; the next first among UPCOMING, else the latest first."""
    rows = concerning(scope)
    if group:
        rows = _group(rows, group, now)
    if series is not None:
        rows = rows.filter(series=series)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(code__icontains=text) | Q(place__icontains=text))
    if unsigned_only:
        rows = rows.filter(pk__in=unsigned(scope, now).order_by().values("pk"))
    return rows.order_by("starts_at" if group == UPCOMING else "-starts_at", "pk")


@dataclass(frozen=True)
class Line:
    """A session in the list. Seats are everybody's; ``signed``: people of the viewer's scope with an attendance row."""

    session: Session
    state: str
    number: str
    when: str
    seated: int
    waiting: int
    signed: int
    takes: bool

    @property
    def unsigned(self) -> bool:
        """Over, and nobody is recorded."""
        return self.state == PAST and not self.signed


def lines(rows: Iterable[Session], scope: Scope, now: datetime) -> list[Line]:
    """``rows`` for showing. Three queries."""
    rows = list(rows)
    ids = [row.pk for row in rows]
    seats: dict[tuple[int, str], int] = {}
    signed_up = Signup.objects.filter(session__in=ids).order_by().values("session", "state")
    for one in signed_up.annotate(n=Count("pk")):
        seats[one["session"], one["state"]] = one["n"]
    there = Attendance.objects.filter(scope.inside("unit__path"), session__in=ids).exclude(state=AttendanceState.VOID)
    signed = {one["session"]: one["n"] for one in there.order_by().values("session").annotate(n=Count("pk"))}
    state = Signup.State
    return [
        Line(
            row,
            state_of(row, now),
            number_words(row),
            when(row),
            seats.get((row.pk, state.SEATED), 0),
            seats.get((row.pk, state.WAITING), 0),
            signed.get(row.pk, 0),
            row.needs_signup or row.capacity is not None,
        )
        for row in rows
    ]


def unsigned(scope: Scope, now: datetime) -> QuerySet[Session]:
    """Over within the last ASKED_AFTER, not cancelled, and nobody is recorded as present (缺签到), latest first."""
    rows = visible(scope).exclude(state=Session.State.CANCELLED)
    rows = rows.filter(ends_at__lte=now, ends_at__gt=now - ASKED_AFTER)
    return rows.filter(~Exists(Attendance.objects.filter(session=OuterRef("pk"))))
