"""What somebody can still study this year, and the shortest set of it that closes the gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.core.cache import cache
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import CasePage, CourseKind, CoursePage, DrillPage, LecturePage, LessonPage
from courses.queries import progress, sessions
from courses.queries.assignments import Assigned, Doings, assigned_to, doings
from courses.queries.worth import recording_worth
from courses.rules import closing_set, completion
from staffing.models import HourKind, Person
from staffing.queries.policies import PolicyBook
from staffing.queries.standing import BookYear
from staffing.rules import hours
from staffing.rules.params import exact

# The catalogue is the same for everybody; a page published a minute ago may be offered a minute later.
CACHE_KEY, CACHE_SECONDS = "courses.offers", 60
# Of each sort so many with the most hours: the shortest set is made of those.
MOST = 40
COURSE, RECORDING, CASE, DRILL, SESSION = "course", "recording", "case", "drill", "session"
LABELS = {
    COURSE: _("线上课程"),
    RECORDING: _("讲座录像"),
    CASE: _("案例教学"),
    DRILL: _("模拟演练"),
    SESSION: _("讲座"),
}


@dataclass(frozen=True)
class Offer:
    """Something that still earns hours. ``source``: what the ledger calls it; ``must``: required by an assignment."""

    key: str
    sort: str
    title: str
    url: str
    hours: Fraction
    kind: str
    source: str
    day: date | None = None
    must: bool = False

    @property
    def online(self) -> bool:
        return hours.class_of(self.kind) == hours.ONLINE

    @property
    def label(self):
        return LABELS[self.sort]


@dataclass(frozen=True)
class Plan:
    """``offers`` that close the gap; ``counted`` and ``online`` when they are done."""

    status: hours.HourStatus
    choice: closing_set.Choice
    offers: tuple[Offer, ...]

    @property
    def counted(self) -> Fraction:
        return self.status.counted + self.choice.adds

    @property
    def online(self) -> Fraction:
        return self.status.online + self.choice.online

    @property
    def hours(self) -> Fraction:
        return sum((offer.hours for offer in self.offers), hours.ZERO)


def plan_of(person: Person, book: BookYear, now: datetime) -> Plan | None:
    """How ``person`` closes the gap of this year; None when there is none. At most 14 queries."""
    status = book.status
    if status.met or not status.due:
        return None
    today = timezone.localdate(now)
    did = doings(today.year, person=person)
    required = {line.page.pk: line for line in assigned_to(person, today.year, today, did) if line.required}
    offers = _open(person, book, did, required, now) + _coming(person, book, now)
    offers.sort(key=lambda offer: (not offer.must, offer.sort != SESSION, offer.day or today))
    options = [
        closing_set.Option(offer.key, offer.hours, offer.online, offer.must)
        for offer in offers
        if hours.class_of(offer.kind) != hours.NOT_COUNTED
    ]
    room = None if status.online_max is None else max(status.online_max - status.online, hours.ZERO)
    need = closing_set.Need(max(status.target - status.counted, hours.ZERO), status.online_missing, room)
    choice = closing_set.shortest(options, need)
    chosen = set(choice.keys)
    return Plan(status, choice, tuple(offer for offer in offers if offer.key in chosen))


def _open(person: Person, book: BookYear, did: Doings, required: dict[int, Assigned], now: datetime) -> list[Offer]:
    """Pages not finished this year whose source has not earned anything."""
    earned = sources_of(book)
    found = []
    for page, offer in catalogue(timezone.localdate(now)):
        done = person.pk in did.done.get(page, ())
        if not done and offer.source not in earned:
            found.append(Offer(**{**vars(offer), "must": page in required}))
    return found


def sources_of(book: BookYear) -> set[str]:
    """Sources that stand in the year's ledger."""
    undone = {row.reverses_id for row in book.rows if row.reverses_id}
    return {row.source.split("#")[0] for row in book.rows if not row.reverses_id and row.pk not in undone}


def _coming(person: Person, book: BookYear, now: datetime) -> list[Offer]:
    """Sessions to come this year to which the person is invited."""
    today = timezone.localdate(now)
    found = []
    for row in sessions.coming(person, now, days=(date(today.year, 12, 31) - today).days + 1):
        session = row.session
        day = timezone.localdate(session.ends_at)
        earns = hours.session_hours(session.minutes, book.policy.hours_unit_minutes)
        if day.year == today.year and earns:
            source = f"session:{session.pk}"
            found.append(Offer(source, SESSION, session.title, row.url, earns, session.kind, source, day))
    return found


# --- the catalogue ---------------------------------------------------------------------------------------------------


def catalogue(today: date) -> list[tuple[int, Offer]]:
    """(page, offer) of everything published that earns hours; kept for a minute. Six queries when it is not."""
    found, year = cache.get(f"{CACHE_KEY}.{today}"), today.year
    if found is None:
        policies = PolicyBook()
        found = [*_courses(today, policies), *_recordings(today, policies)]
        found += [*_simple(CasePage, CASE, year), *_simple(DrillPage, DRILL, year)]
        cache.set(f"{CACHE_KEY}.{today}", found, CACHE_SECONDS)
    return found


def _offer(page, sort: str, earns, kind: str, source: str) -> tuple[int, Offer]:
    return page.pk, Offer(f"page:{page.pk}", sort, page.title, page.url or "", exact(earns), kind, source)


def _courses(today: date, policies: PolicyBook) -> Iterable[tuple[int, Offer]]:
    rows = CoursePage.objects.live().filter(kind=CourseKind.ONLINE)
    rows = list(rows.order_by(F("hours").desc(nulls_first=True), "pk")[:MOST])
    seconds = _seconds([row for row in rows if row.hours is None])
    minutes = policies.on(today).hours_unit_minutes
    for row in rows:
        if earns := completion.course_hours(row.hours, seconds.get(row.pk, 0), minutes):
            yield _offer(row, COURSE, earns, HourKind.ONLINE, f"course:{row.pk}:{today.year}")


def _seconds(courses: list[CoursePage]) -> dict[int, int]:
    """{course: seconds of its content} of courses that state no hours. One query, none without."""
    if not courses:
        return {}
    below = Q()
    for course in courses:
        below |= Q(path__startswith=course.path, depth=course.depth + 1)
    lessons = defaultdict(list)
    for lesson in LessonPage.objects.live().filter(below).select_related("video"):
        lessons[lesson.path[: -LessonPage.steplen]].append(lesson)
    rule = {"watch": "0.9", "no_skip": True, "checks": True}
    return {course.pk: progress.seconds_of(lessons[course.path], rule) for course in courses}


def _recordings(today: date, policies: PolicyBook) -> Iterable[tuple[int, Offer]]:
    """Recordings of this year's sessions, and those that belong to none."""
    rows = LecturePage.objects.live().filter(recording__isnull=False)
    rows = rows.filter(Q(session=None) | Q(session__year=today.year)).exclude(session__kind=HourKind.POLITICAL)
    rows = rows.select_related("session__series__unit", "recording").order_by("-first_published_at", "pk")
    for row in rows[:MOST]:
        worth = recording_worth(row, today, policies)
        if worth.hours:
            yield _offer(row, RECORDING, worth.hours, worth.kind, worth.source)


def _simple(model, sort: str, year: int) -> Iterable[tuple[int, Offer]]:
    kind = HourKind.DRILL if sort == DRILL else HourKind.ONLINE
    for row in model.objects.live().filter(hours__gt=0).order_by("-hours", "pk")[:MOST]:
        yield _offer(row, sort, row.hours, kind, f"{sort}:{row.pk}:{year}")
