"""Lecture series, and how far the plan of a year was kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from courses.models import Cadence, Lecturer, PlannedSlot, Series, SeriesPage, Session
from courses.queries import sessions as session_queries
from courses.queries.attendance import came
from courses.rules import cadence
from portal.access import Scope


def visible(scope: Scope) -> QuerySet[Series]:
    """Series held by units in ``scope``."""
    return Series.objects.filter(scope.inside("unit__path")).select_related("unit")


def find(scope: Scope, code: str) -> Series:
    """The series of this code. Raises Series.DoesNotExist when it is out of reach."""
    return visible(scope).get(code=code)


def page_of(series: Series) -> SeriesPage | None:
    """Its page, when that is published. No query where it came along with the series, else one."""
    page = getattr(series, "page", None)
    return page if page is not None and page.live else None


def with_unit(page: SeriesPage) -> Series:
    """The series of a page, with who holds it. No query where it came along with the page, else one."""
    if "series" in page._state.fields_cache:
        return page.series
    return Series.objects.select_related("unit").get(pk=page.series_id)


def office_url(series: Series) -> str:
    """The office's page of it."""
    return reverse("courses:series", args=[series.code])


@dataclass(frozen=True)
class Mark:
    """A planned day: what became of it (cadence.HELD …), the session held or to be held for it."""

    slot: PlannedSlot
    kind: str
    session: Session | None
    url: str
    current: bool
    now: datetime

    @property
    def made_up(self) -> bool:
        """Held, or to be held, on another day (补办)."""
        return self.session is not None and timezone.localdate(self.session.starts_at) != self.slot.day

    @property
    def to_record(self) -> bool:
        """The session is over and nobody has said whether it was held."""
        return self.kind == cadence.TODO and self.session is not None and self.session.ends_at <= self.now

    @property
    def label(self) -> str:
        """The day and what became of it: 2月23日 缺办（主讲冲突）."""
        day = day_words(self.slot.day)
        if self.kind in (cadence.HELD, cadence.LIVE):
            words = session_queries.number_words(self.session)
            words = (
                _("%(number)s，%(day)s补办") % {"number": words, "day": held_day(self.session)}
                if self.made_up
                else words
            )
        elif self.kind == cadence.MISSED:
            words = _("缺办（%(why)s）") % {"why": self.slot.reason or _("原因待补")}
        elif self.kind == cadence.DROPPED:
            words = _("不排（%(why)s）") % {"why": self.slot.reason or _("原因待补")}
        elif self.to_record:
            words = _("待登记")
        elif self.session is not None and self.made_up:
            words = _("待办，%(day)s补办") % {"day": held_day(self.session)}
        else:
            words = _("待办")
        return f"{day} {words}"


def day_words(day: date) -> str:
    """2月23日."""
    return date_format(day, "MONTH_DAY_FORMAT")


def held_day(session: Session) -> str:
    """The day of a session in words."""
    return day_words(timezone.localdate(session.starts_at))


@dataclass(frozen=True)
class Plan:
    """A year's plan with what became of every day; ``marks`` without the days left out, which are in ``dropped``."""

    series: Series
    year: int
    tally: cadence.Tally
    marks: list[Mark]
    dropped: list[Mark]
    following: Session | None = None

    @property
    def days(self) -> list[Mark]:
        """Every day in order, also those left out."""
        return sorted((*self.marks, *self.dropped), key=lambda mark: mark.slot.day)

    @property
    def missed(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == cadence.MISSED]

    @property
    def to_record(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.to_record]

    @property
    def weekly(self) -> bool:
        return self.series.cadence == Cadence.WEEKLY

    @property
    def unexplained(self) -> int:
        """Missed days for which nobody has given a reason."""
        return sum(not mark.slot.reason for mark in self.missed)

    @property
    def rhythm(self) -> str:
        """每周一期，节假日4期不排."""
        words = {
            Cadence.WEEKLY: _("每周一期"),
            Cadence.FORTNIGHTLY: _("每两周一期"),
            Cadence.MONTHLY: _("每月一期"),
            Cadence.QUARTERLY: _("每季度一期"),
        }[self.series.cadence]
        if self.tally.dropped:
            words += _("，%(n)s期不排") % {"n": self.tally.dropped}
        if self.tally.extra:
            words += _("，计划外另办%(n)s期") % {"n": self.tally.extra}
        return words


def plan_of(series: Series, year: int, now: datetime, *, current: Session | None = None) -> Plan:
    """The plan of ``year`` and what became of it. Two queries. ``current``: the session whose page asks; then
    ``following`` is the next one of the series after it that has not begun, in whatever year.
    """
    today = timezone.localdate(now)
    slots = list(PlannedSlot.objects.filter(series=series, day__year=year).order_by("day"))
    mine = Session.objects.filter(series=series).exclude(state=Session.State.CANCELLED)
    wanted, coming = Q(slot__in=slots) | Q(year=year), None
    if current is not None:
        coming = max(now, current.starts_at)
        wanted |= Q(state=Session.State.PLANNED, starts_at__gt=coming)
    by_slot: dict[int, Session] = {}
    extra, ahead_of_it = 0, []
    for session in mine.filter(wanted).select_related("page"):
        session.series = series
        if session.slot_id:
            by_slot[session.slot_id] = session
        elif session.state == Session.State.HELD and session.year == year:
            extra += 1
        if coming and session.state == Session.State.PLANNED and session.starts_at > coming:
            ahead_of_it.append(session)
    marks, dropped = [], []
    for slot in slots:
        session = by_slot.get(slot.pk)
        mark = _mark(slot, session, today, now, current)
        (dropped if mark.kind == cadence.DROPPED else marks).append(mark)
    counts = cadence.tally([mark.kind for mark in (*marks, *dropped)], extra=extra)
    following = min(ahead_of_it, key=lambda one: (one.starts_at, one.pk), default=None)
    return Plan(series, year, counts, marks, dropped, following)


def _mark(slot, session, today, now, current) -> Mark:
    held = None
    if session is not None:
        state = session_queries.state_of(session, now)
        held = cadence.Held(session.state == Session.State.HELD, state == session_queries.LIVE)
    kind = cadence.mark_of(slot.day, today, held, dropped=slot.dropped)
    url = session_queries.lecture_url(session) if session is not None else ""
    is_current = current is not None and session is not None and session.pk == current.pk
    return Mark(slot, kind, session, url, is_current, now)


def years_of(series: Series) -> list[int]:
    """Years with a plan or a session, latest first. Two queries."""
    planned = {day.year for day in PlannedSlot.objects.filter(series=series).dates("day", "year")}
    held = set(Session.objects.filter(series=series).order_by().values_list("year", flat=True).distinct())
    return sorted(planned | held, reverse=True)


@dataclass(frozen=True)
class Line:
    """A series in the list, with its plan of one year."""

    series: Series
    plan: Plan
    next: Session | None


def lines(scope: Scope, year: int, now: datetime) -> list[Line]:
    """Every series in scope with the plan of ``year`` and its next session. Three queries."""
    found = list(visible(scope))
    slots: dict[int, list[PlannedSlot]] = {series.pk: [] for series in found}
    for slot in PlannedSlot.objects.filter(series__in=found, day__year=year).order_by("day"):
        slots[slot.series_id].append(slot)
    by_slot: dict[int, Session] = {}
    extra: dict[int, int] = dict.fromkeys(slots, 0)
    following: dict[int, Session] = {}
    rows = Session.objects.filter(series__in=found).exclude(state=Session.State.CANCELLED)
    rows = rows.filter(Q(slot__day__year=year) | Q(year=year)).select_related("page").order_by("starts_at")
    of = {series.pk: series for series in found}
    for session in rows:
        session.series = of[session.series_id]
        if session.slot_id:
            by_slot[session.slot_id] = session
        elif session.state == Session.State.HELD:
            extra[session.series_id] += 1
        if session.state == Session.State.PLANNED and session.ends_at > now:
            following.setdefault(session.series_id, session)
    today, out = timezone.localdate(now), []
    for series in found:
        marks = [_mark(slot, by_slot.get(slot.pk), today, now, None) for slot in slots[series.pk]]
        counts = cadence.tally([mark.kind for mark in marks], extra=extra[series.pk])
        kept = [mark for mark in marks if mark.kind != cadence.DROPPED]
        gone = [mark for mark in marks if mark.kind == cadence.DROPPED]
        out.append(Line(series, Plan(series, year, counts, kept, gone), following.get(series.pk)))
    return out


def free_slots(series: Series, now: datetime, *, keep: int | None = None) -> QuerySet[PlannedSlot]:
    """Planned days without a session, of this year and the next two; ``keep``: the one a session has already."""
    year = timezone.localdate(now).year
    rows = PlannedSlot.objects.filter(series=series, day__year__range=(year - 1, year + 2))
    free = Q(session=None, dropped=False)
    return rows.filter(free | Q(pk=keep) if keep else free).order_by("day")


def past_sessions(series: Series, year: int, now: datetime) -> QuerySet[Session]:
    """What was held in ``year``, latest first."""
    rows = Session.objects.filter(series=series, year=year).exclude(state=Session.State.CANCELLED)
    rows = rows.filter(Q(state=Session.State.HELD) | Q(ends_at__lte=now))
    return rows.select_related("series", "page").prefetch_related("lecturers").order_by("-starts_at")


@dataclass(frozen=True)
class Held:
    """A session that was held: how many came (人次), whether there is something to watch."""

    session: Session
    url: str
    lecturers: list[Lecturer]
    came: int
    recorded: bool


def past_lines(rows: Iterable[Session]) -> list[Held]:
    """Rows of ``past_sessions`` for showing. One query more."""
    rows = list(rows)
    times = came([row.pk for row in rows])
    lines = []
    for row in rows:
        page = session_queries.page_of(row)
        recorded = page is not None and page.recording_id is not None
        lines.append(
            Held(row, session_queries.lecture_url(row), list(row.lecturers.all()), times.get(row.pk, 0), recorded)
        )
    return lines


@dataclass(frozen=True)
class Ahead:
    """A session that is being held or comes next."""

    session: Session
    url: str
    lecturers: list[Lecturer]


def ahead(series: Series, now: datetime, most: int = 5) -> list[Ahead]:
    """What is being held or comes next, earliest first. Two queries."""
    rows = Session.objects.filter(series=series, state=Session.State.PLANNED, ends_at__gt=now)
    rows = rows.select_related("series", "page").prefetch_related("lecturers").order_by("starts_at", "pk")[:most]
    return [Ahead(row, session_queries.lecture_url(row), list(row.lecturers.all())) for row in rows]


# When the series has no earlier session to go by.
USUAL = (time(14, 30), time(17, 0))


def proposal(series: Series, slot_pk: str, now: datetime) -> dict:
    """What the form of a new session begins with: the next free planned day (or the one asked for), at the time and for
    the units of the last one. A day that has passed is made up for, so its date is left to be chosen.
    """
    free = free_slots(series, now)
    slot = (
        free.filter(pk=int(slot_pk)).first() if slot_pk.isascii() and slot_pk.isdigit() and len(slot_pk) < 19 else None
    )
    today = timezone.localdate(now)
    slot = slot or free.filter(day__gte=today).first()
    if slot is None:
        return {}
    if slot.day < today:
        return {"slot": slot.pk}
    last = Session.objects.filter(series=series).exclude(state=Session.State.CANCELLED).order_by("-starts_at").first()
    times = USUAL
    if last is not None:
        times = tuple(timezone.localtime(moment).time() for moment in (last.starts_at, last.ends_at))
    begins, ends = (datetime.combine(slot.day, at, timezone.get_current_timezone()) for at in times)
    found = {"slot": slot.pk, "starts_at": begins, "ends_at": ends if ends > begins else ends + timedelta(days=1)}
    if last is not None:
        found |= {"capacity": last.capacity, "needs_signup": last.needs_signup}
        found["units"] = list(last.units.values_list("pk", flat=True))
    return found


def plan_proposal(series: Series, now: datetime) -> dict:
    """What the form of a plan begins with: the day after the last planned one in the rhythm (else today) to the end of
    that year.
    """
    today = timezone.localdate(now)
    last = PlannedSlot.objects.filter(series=series).order_by("-day").values_list("day", flat=True).first()
    first = today
    if last is not None:
        following = cadence.occurrences(series.cadence, last, last + timedelta(days=100))[1:]
        first = next((day for day in following if day > today), today)
    return {"first": first, "until": date(first.year, 12, 31)}
