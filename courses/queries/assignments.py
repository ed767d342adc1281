"""Assignments: whom they mean, how far those are, and what one person has been told to study.

Whom an assignment means is asked anew every time: who joins a squad is meant from that day on, who leaves no longer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import BooleanField, CharField, F, Q, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import (
    Assignment,
    Attendance,
    AttendanceState,
    CasePage,
    CaseRun,
    CoursePage,
    DrillPage,
    DrillRun,
    Enrolment,
    LecturePage,
    LessonDone,
    LessonPage,
    QuizRun,
    Watch,
)
from courses.rules.assigning import DONE, STARTED, STATES, TODO, Place, Target, position_words, sort_key
from portal.access import EVERYWHERE, Scope
from staffing.models import Category, Membership, Person, Posting

ASSIGNABLE = (CoursePage, LessonPage, LecturePage, CasePage, DrillPage)


def assignable(pk: int) -> Page | None:
    """The published page of this key, when people can be told to study it. Two queries."""
    page = Page.objects.live().filter(pk=pk).first()
    page = page and page.specific
    return page if isinstance(page, ASSIGNABLE) else None


def found_pages(text: str, limit: int = 30) -> list[Page]:
    """Published pages that may be assigned whose title contains ``text``, latest first. One query."""
    rows = Page.objects.live().type(ASSIGNABLE).filter(title__icontains=text.strip())
    return list(rows.select_related("content_type").order_by("-first_published_at", "-pk")[:limit])


# --- whom -------------------------------------------------------------------------------------------------------------


class Everybody:
    """Where everybody (or one person) is on a day: grouped, so that many assignments are resolved quickly.

    ``scope``: only people whose post or deployment lies inside. One query.
    """

    def __init__(self, day: date, scope: Scope = EVERYWHERE, person=None):
        posts = Membership.objects.on(day)
        moves = Posting.objects.on(day).filter(to_unit__isnull=False)
        if person is not None:
            posts, moves = posts.filter(person=person), moves.filter(person=person)
        nothing = Value("", CharField())
        rows = posts.order_by().values_list("person_id", "unit__path", "category", "person__position")
        away = moves.order_by().annotate(no_category=nothing, no_position=nothing)
        paths: dict[int, list[str]] = defaultdict(list)
        facts: dict[int, tuple[str, str]] = {}
        for pk, path, category, position in rows.union(
            away.values_list("person_id", "to_unit__path", "no_category", "no_position"), all=True
        ):
            paths[pk].append(path)
            if category:
                facts[pk] = (category, position)
        self.groups: dict[Place, list[int]] = defaultdict(list)
        for pk, (category, position) in facts.items():
            if scope.everywhere or any(scope.covers(path) for path in paths[pk]):
                self.groups[Place(tuple(sorted(paths[pk])), category, position)].append(pk)

    def meant(self, target: Target) -> set[int]:
        """Keys of those an assignment means."""
        return {pk for place, people in self.groups.items() if target.means(place) for pk in people}


def target_of(assignment: Assignment, paths: Sequence[str] | None = None) -> Target:
    """Whom it means; ``paths`` of its units, else ``units`` prefetched or one query."""
    if paths is None:
        paths = [unit.path for unit in assignment.units.all()]
    return Target(tuple(paths), tuple(assignment.categories), position_words(assignment.positions))


def meant_for(person, day: date, **given) -> list[Assignment]:
    """Assignments that stand and mean a person; ``given`` narrows them. Two queries, one when there are none."""
    rows = Assignment.objects.filter(withdrawn_at__isnull=True, **given).select_related("page")
    found: dict[int, tuple[Assignment, list[str]]] = {}
    for row in rows.annotate(unit_path=F("units__path")).order_by("pk"):
        _row, paths = found.setdefault(row.pk, (row, []))
        paths += [row.unit_path] if row.unit_path else []
    if not found:
        return []
    me = Everybody(day, person=person)
    return [row for row, paths in found.values() if me.meant(target_of(row, paths))]


def day_of(year: int, today: date) -> date:
    """The day on which whom an assignment means is asked: today, or the last day of a year that is over."""
    return min(today, date(year, 12, 31))


# --- how far ----------------------------------------------------------------------------------------------------------


@dataclass
class Doings:
    """{page: people} who have finished it, and who have begun."""

    done: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    begun: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def state(self, page: int, person: int) -> str:
        if person in self.done.get(page, ()):
            return DONE
        return STARTED if person in self.begun.get(page, ()) else TODO


def _facts(person) -> list[tuple]:
    """(rows, their page, finished?) of everything that tells of studying a page."""
    mine = Q() if person is None else Q(person=person)

    there = Attendance.objects.filter(mine, state=AttendanceState.PRESENT, hours__gt=0, session__page__isnull=False)
    return [
        (LessonDone.objects.filter(mine), "lesson", True),
        (there, "session__page", True),
        (Watch.objects.filter(mine), "page", False),
        (QuizRun.objects.filter(mine), "page", False),
        (Enrolment.objects.filter(mine), "course", False),
        (Enrolment.objects.filter(mine, completed_at__isnull=False), "course", True),
        (CaseRun.objects.filter(mine), "case", False),
        (CaseRun.objects.filter(mine, completed_at__isnull=False), "case", True),
        (DrillRun.objects.filter(mine), "drill", False),
        (DrillRun.objects.filter(mine, passed=True), "drill", True),
    ]


def doings(year: int, *, pages: Iterable[int] | None = None, person=None) -> Doings:
    """Who did what in a year: of these pages, or everything of one person. A lecture is done by its recording, or by
    having been there (in any year). One query.
    """
    found, parts = Doings(), []
    ids = None if pages is None else list(pages)
    if ids == []:
        return found
    for rows, page, finished in _facts(person):
        rows = rows if page == "session__page" else rows.filter(year=year)
        rows = rows if ids is None else rows.filter(**{f"{page}__in": ids})
        marked = rows.order_by().annotate(over=Value(finished, BooleanField()))
        parts.append(
            marked.values_list(f"{page}__pk" if page == "session__page" else f"{page}_id", "person_id", "over")
        )
    for page, who, finished in parts[0].union(*parts[1:], all=True):
        (found.done if finished else found.begun)[page].add(who)
    return found


@dataclass
class Progress:
    """How far those meant are: ``people`` by state todo | started | done. The three sum to ``total``."""

    assignment: Assignment
    people: dict[str, list[int]]
    today: date

    @property
    def total(self) -> int:
        return sum(map(len, self.people.values()))

    @property
    def done(self) -> int:
        return len(self.people[DONE])

    @property
    def started(self) -> int:
        return len(self.people[STARTED])

    @property
    def todo(self) -> int:
        return len(self.people[TODO])

    @property
    def open(self) -> int:
        """How many have not finished."""
        return self.todo + self.started

    @property
    def overdue(self) -> bool:
        """The day is over and somebody has not finished."""
        due, gone = self.assignment.due, self.assignment.withdrawn_at
        return bool(due and due < self.today and self.open and not gone)


def _progress(assignment: Assignment, everybody: Everybody, did: Doings, today: date) -> Progress:
    people: dict[str, list[int]] = {state: [] for state in STATES}
    for pk in sorted(everybody.meant(target_of(assignment))):
        people[did.state(assignment.page_id, pk)].append(pk)
    return Progress(assignment, people, today)


def progress_of(assignment: Assignment, scope: Scope, today: date) -> Progress:
    """How far the people of ``scope`` are with an assignment. Three queries."""
    everybody = Everybody(day_of(assignment.year, today), scope)
    return _progress(assignment, everybody, doings(assignment.year, pages=[assignment.page_id]), today)


def listed(scope: Scope, year: int, today: date) -> list[Progress]:
    """The year's assignments that mean somebody inside ``scope``, open ones by day first. Four queries."""
    rows = Assignment.objects.filter(year=year).select_related("page", "made_by").prefetch_related("units")
    rows = list(rows.order_by("due", "-made_at"))
    everybody = Everybody(day_of(year, today), scope)
    did = doings(year, pages={row.page_id for row in rows})
    found = [_progress(row, everybody, did, today) for row in rows]
    found = [line for line in found if line.total or scope.everywhere]
    return sorted(found, key=lambda line: (line.assignment.withdrawn_at is not None, not line.open))


def years(this_year: int) -> list[int]:
    """Years with assignments and this one, latest first. One query."""
    return sorted({*Assignment.objects.values_list("year", flat=True).distinct(), this_year}, reverse=True)


def find(scope: Scope, pk: int, today: date) -> Progress:
    """An assignment and how far the viewer's people are. Raises Assignment.DoesNotExist when it means nobody there."""
    rows = Assignment.objects.select_related("page", "made_by").prefetch_related("units")
    found = progress_of(rows.get(pk=pk), scope, today)
    if not found.total and not scope.everywhere:
        raise Assignment.DoesNotExist
    return found


@dataclass(frozen=True)
class Line:
    """One person of an assignment."""

    person: Person
    unit: str
    state: str


def lines(progress: Progress, state: str, text: str) -> list[tuple[int, str]]:
    """(person, state) of those meant, in order of staff number; ``state`` and a part of the name narrow them."""
    wanted = {pk: name for name in STATES if not state or state == name for pk in progress.people[name]}
    rows = Person.objects.filter(pk__in=wanted)
    if text:
        rows = rows.filter(name__icontains=text)
    return [(pk, wanted[pk]) for pk in rows.order_by("staff_no").values_list("pk", flat=True)]


def people_lines(pairs: list[tuple[int, str]], day: date) -> list[Line]:
    """The lines of one page of a list. Two queries."""
    ids = [pk for pk, _state in pairs]
    people = Person.objects.only("pk", "name", "staff_no", "position").in_bulk(ids)
    units = dict(Membership.objects.on(day).filter(person__in=ids).values_list("person_id", "unit__name"))
    return [Line(people[pk], units.get(pk, ""), state) for pk, state in pairs]


def category_words(assignment: Assignment) -> str:
    """The categories it means, in words; "" for all."""
    return _("、").join(str(Category(value).label) for value in assignment.categories if value in Category.values)


# --- one person -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assigned:
    """Something one person has been told to study; ``days`` until it is due (negative: overdue, None: no day)."""

    assignment: Assignment
    page: Page
    title: str
    url: str
    required: bool
    due: date | None
    state: str
    days: int | None

    @property
    def done(self) -> bool:
        return self.state == DONE

    @property
    def overdue(self) -> bool:
        return not self.done and self.days is not None and self.days < 0


def assigned_to(person, year: int, today: date | None = None, did: Doings | None = None) -> list[Assigned]:
    """What a person has been told to study in a year, what is to be done first first; withdrawn pages are left out.

    Of several assignments of one page the strictest stands (required, earliest day). ``did``: what the person did, when
    the caller has it. Three queries, one when there are no assignments.
    """
    today = today or timezone.localdate()
    rows = meant_for(person, day_of(year, today), year=year, page__live=True)
    if not rows:
        return []
    did = did or doings(year, pages={row.page_id for row in rows}, person=person)
    found: dict[int, Assigned] = {}
    for row in sorted(rows, key=lambda row: (not row.required, row.due is None, row.due or today)):
        days = (row.due - today).days if row.due else None
        state = did.state(row.page_id, person.pk)
        found.setdefault(
            row.page_id,
            Assigned(row, row.page, row.title, row.page.url or "", row.required, row.due, state, days),
        )
    return sorted(
        found.values(),
        key=lambda line: sort_key(line.required, line.state, line.due and line.due.toordinal(), line.title),
    )
