"""The catalogue: what there is to study, with how far one is and what one has been told to study.

Lists read live pages of one section, a page of them at a time; facts about the reader come in a fixed number of
queries for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from courses.models import (
    CaseOrigin,
    CasePage,
    CoursePage,
    DrillPage,
    LessonPage,
    Section,
    SectionPage,
    SeriesPage,
)
from courses.queries import progress
from courses.queries.assignments import Assigned, Doings, assigned_to, doings
from courses.queries.worth import unit_minutes
from courses.rules import completion
from courses.rules.assigning import DONE, STARTED, TODO
from portal.figures import num

SHOWN_AT_HOME = 4
MODELS = {
    Section.LECTURES: SeriesPage,
    Section.COURSES: CoursePage,
    Section.CASES: CasePage,
    Section.DRILLS: DrillPage,
}
# Characters of a tree path by which a page is deeper than its parent.
STEP = CoursePage.steplen


@dataclass(frozen=True)
class Card:
    """Something to study. ``facts``: short words about it; ``hours`` 学时 (None: not worth any by itself); ``percent``
    of its lessons done (None: it has none).
    """

    page: object
    title: str
    url: str
    summary: str
    facts: Sequence[str]
    hours: Decimal | None = None
    state: str = TODO
    percent: int | None = None
    task: Assigned | None = None
    political: bool = False

    @property
    def worth(self) -> str:
        return num(self.hours) if self.hours else ""


class Reader:
    """Whoever looks at the catalogue, and what they did this year; ``person`` None: nothing."""

    def __init__(self, person, year: int, today: date):
        self.person, self.year, self.today = person, year, today

    @cached_property
    def did(self) -> Doings:
        """One query."""
        return doings(self.year, person=self.person) if self.person else Doings()

    @cached_property
    def assigned(self) -> list[Assigned]:
        """What they have been told to study. At most four queries."""
        return assigned_to(self.person, self.year, self.today, self.did) if self.person else []

    @cached_property
    def tasks(self) -> dict[int, Assigned]:
        return {line.page.pk: line for line in self.assigned}

    def state(self, page) -> str:
        return self.did.state(page.pk, self.person.pk) if self.person else TODO


@dataclass(frozen=True)
class Shelf:
    """A section with its newest cards."""

    section: SectionPage
    url: str
    cards: Sequence[Card]


def shelves(request, reader: Reader) -> list[Shelf]:
    """Every published section with the newest of what it holds. At most ten queries for all of them."""
    return [
        Shelf(
            section,
            section.get_url(request) or "",
            cards_of(request, section.holds, pages_of(section)[:SHOWN_AT_HOME], reader),
        )
        for section in SectionPage.objects.live().order_by("path")
    ]


def pages_of(section: SectionPage):
    """The published pages directly under a section, newest first."""
    model = MODELS[Section(section.holds)]
    rows = model.objects.live().child_of(section).order_by("-first_published_at", "-pk")
    return rows.select_related("series") if model is SeriesPage else rows


def categories(section: SectionPage) -> list[str]:
    """The categories of its courses. One query."""
    rows = CoursePage.objects.live().child_of(section).exclude(category="")
    return list(rows.order_by("category").values_list("category", flat=True).distinct())


@dataclass(frozen=True)
class Choice:
    """What a reader asks of a section. ``task`` required | told; ``state`` todo | started | done."""

    text: str = ""
    category: str = ""
    origin: str = ""
    task: str = ""
    state: str = ""


def chosen(section: SectionPage, choice: Choice, reader: Reader):
    """The pages of a section narrowed by what the reader asks for. At most five queries of its own."""
    pages, holds = pages_of(section), Section(section.holds)
    if choice.text:
        words = Q(title__icontains=choice.text)
        pages = pages.filter(words if holds == Section.LECTURES else words | Q(summary__icontains=choice.text))
    if choice.category and holds == Section.COURSES:
        pages = pages.filter(category=choice.category)
    if choice.origin and holds == Section.CASES:
        pages = pages.filter(origin=choice.origin)
    if reader.person and choice.task:
        told = [line.page.pk for line in reader.assigned if line.required or choice.task != "required"]
        pages = pages.filter(pk__in=told)
    if reader.person and choice.state and holds != Section.LECTURES:
        done = [pk for pk, people in reader.did.done.items() if people]
        begun = [pk for pk, people in reader.did.begun.items() if people and pk not in done]
        narrowed = {DONE: Q(pk__in=done), STARTED: Q(pk__in=begun), TODO: ~Q(pk__in=[*done, *begun])}
        pages = pages.filter(narrowed[choice.state])
    return pages


def cards_of(request, holds: str, pages: Sequence, reader: Reader) -> list[Card]:
    """Cards for the pages of one section. At most two queries beside the reader's own."""
    pages = list(pages)
    if not pages:
        return []
    make = {
        Section.LECTURES: _series_cards,
        Section.COURSES: _course_cards,
        Section.CASES: _plain_cards,
        Section.DRILLS: _plain_cards,
    }[Section(holds)]
    return make(request, pages, reader)


def _course_cards(request, pages: list[CoursePage], reader: Reader) -> list[Card]:
    """Lessons of all these courses at once, and the minutes of a 学时."""
    under = Q()
    for page in pages:
        under |= Q(path__startswith=page.path, depth=page.depth + 1)
    rows = LessonPage.objects.live().filter(under).select_related("video", "case").order_by("path")
    lessons: dict[str, list[LessonPage]] = {page.path: [] for page in pages}
    for row in rows:
        lessons[row.path[:-STEP]].append(row)
    unit = unit_minutes(reader.today)
    return [_course_card(request, page, lessons[page.path], reader, unit) for page in pages]


def _course_card(request, page: CoursePage, lessons: list[LessonPage], reader: Reader, unit: int) -> Card:
    """As the course stands now; what an enrolment froze is told on the course's own page."""
    for lesson in lessons:
        lesson._course = page
    rule, state = progress.rule_of(page, lessons), reader.state(page)
    required = rule["lessons"]
    hours = completion.course_hours(page.hours, progress.seconds_of(lessons, rule), unit)
    facts = [page.category] if page.category else []
    facts.append(_("%(n)d个课时") % {"n": len(lessons)})
    done = sum(pk in reader.did.done for pk in required)
    return Card(
        page,
        page.title,
        page.get_url(request) or "",
        page.summary,
        facts,
        hours,
        state,
        None if state == TODO else done * 100 // max(len(required), 1),
        reader.tasks.get(page.pk),
        page.kind == "political",
    )


def _plain_cards(request, pages: list, reader: Reader) -> list[Card]:
    """Cases and drills."""
    cards = []
    for page in pages:
        facts = []
        if isinstance(page, CasePage):
            facts.append(str(CaseOrigin(page.origin).label))
            if page.issue:
                facts.append(_("争点：%(issue)s") % {"issue": page.issue})
        facts.append(_("约%(n)d分钟") % {"n": page.minutes})
        url, task = page.get_url(request) or "", reader.tasks.get(page.pk)
        cards.append(Card(page, page.title, url, page.summary, facts, page.hours, reader.state(page), task=task))
    return cards


def _series_cards(request, pages: list[SeriesPage], reader: Reader) -> list[Card]:
    return [
        Card(
            page,
            page.title,
            page.get_url(request) or "",
            page.series.summary,
            [page.series.get_cadence_display(), *([_("停办")] if page.series.closed else [])],
        )
        for page in pages
    ]
