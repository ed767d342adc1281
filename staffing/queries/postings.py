"""Who must come home: postings on a day by state, the register of a unit, and departments against towns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from portal.access import Scope
from staffing.models import Membership, Posting, Unit, UnitKind
from staffing.models.dated import holds, not_empty
from staffing.models.postings import Layer
from staffing.rules import postings as rules
from staffing.rules.postings import State

# A wrong record taken back: its range is empty, so it is open on no day.
WITHDRAWN = "withdrawn"
NUMBERS = ("person__id_number", "person__mobile")


@dataclass(frozen=True)
class Totals:
    """Postings by state on the day; ``open`` is everything not yet returned = overdue + due soon + within term."""

    open: int
    overdue: int
    due: int
    in_term: int
    planned: int
    ended: int
    withdrawn: int
    ordered: int
    on_time: int

    @property
    def on_time_ratio(self) -> Fraction | None:
        """按期归位率: back by the deadline / ordered back (domain §2.6)."""
        return Fraction(self.on_time, self.ordered) if self.ordered else None


def visible(scope: Scope, day: date) -> QuerySet[Posting]:
    """Postings the viewer may see: sent from, or to, a unit in ``scope``, or of a person whose home that day lies in
    it.
    """
    rows = Posting.objects.select_related("person", "from_unit", "to_unit").defer(*NUMBERS)
    if scope.everywhere:
        return rows
    units = Unit.objects.within(scope).values("pk")
    home = Membership.objects.on(day).filter(unit__in=units).values("person")
    return rows.filter(Q(from_unit__in=units) | Q(to_unit__in=units) | Q(person__in=home))


def find(scope: Scope, pk: int, day: date) -> Posting:
    """One posting. Raises Posting.DoesNotExist when it is out of reach."""
    return visible(scope, day).get(pk=pk)


def _state(state: str, day: date, soon: int) -> Q:
    last = day + timedelta(days=soon)
    real = not_empty()
    current = holds(day) & real
    return {
        "open": current,
        State.OVERDUE: current & Q(due__lt=day),
        State.DUE: current & Q(due__gte=day, due__lte=last),
        "in_term": current & (Q(due__isnull=True) | Q(due__gt=last)),
        State.PLANNED: real & Q(start__gt=day),
        State.ENDED: real & Q(end__lte=day),
        WITHDRAWN: Q(end=F("start")),
    }[state]


def totals(rows: QuerySet[Posting], day: date, *, soon: int) -> Totals:
    """Counts by state (due: within ``soon`` days), and how many of the returns ordered for this year up to ``day`` were
    on time (one query).
    """
    real = ~_state(WITHDRAWN, day, soon)
    ordered = real & Q(due__gte=date(day.year, 1, 1), due__lt=day)
    parts = {
        **{
            name: _state(name, day, soon)
            for name in ("open", "overdue", "due", "in_term", "planned", "ended", WITHDRAWN)
        },
        "ordered": ordered,
        # Never overdue on any day: back no later than the day after the last permitted one.
        "on_time": ordered & Q(end__isnull=False, end__lte=F("due") + timedelta(days=1)),
    }
    # The prefix keeps the names of the counts apart from those of the columns they are counted by.
    counts = rows.aggregate(**{f"n_{name}": Count("pk", filter=part) for name, part in parts.items()})
    return Totals(**{name: counts[f"n_{name}"] for name in parts})


def reminded(rows: QuerySet[Posting], day: date, steps: tuple[int, ...]) -> list[tuple[int, int]]:
    """For each of ``steps``: (days, postings whose last permitted day lies within them). One query."""
    counts = {f"n_{days}": Count("pk", filter=_state(State.DUE, day, days)) for days in steps}
    found = rows.aggregate(**counts)
    return [(days, found[f"n_{days}"]) for days in steps]


def under(rows: QuerySet[Posting], unit: Unit, side: str = "") -> QuerySet[Posting]:
    """Only postings that touch ``unit``: sent from it (``out``), to it (``in``), or either."""
    out, into = Q(from_unit__path__startswith=unit.path), Q(to_unit__path__startswith=unit.path)
    return rows.filter({"out": out, "in": into}.get(side, out | into))


def listed(
    rows: QuerySet[Posting], day: date, *, soon: int, state: str = "open", kind: str = "", text: str = ""
) -> QuerySet[Posting]:
    """The list on the page: most urgent first. ``text``: part of a name, or a staff number."""
    if state:
        rows = rows.filter(_state(state, day, soon))
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(Q(person__name__contains=text) | Q(person__staff_no=text) | Q(doc_no__contains=text))
    order = Case(
        *(
            When(_state(name, day, soon), then=Value(rank))
            for rank, name in enumerate((State.OVERDUE, State.DUE, "in_term", State.PLANNED, State.ENDED))
        ),
        default=Value(9),
        output_field=IntegerField(),
    )
    latest_first = state in (State.ENDED, WITHDRAWN)
    return rows.annotate(rank=order).order_by(
        "rank", F("end").desc() if latest_first else F("due").asc(nulls_last=True), "pk"
    )


def state_of(posting: Posting, day: date, soon: int) -> str:
    """State on ``day``, as the rules say; ``withdrawn`` for a record taken back."""
    if posting.end == posting.start:
        return WITHDRAWN
    return str(rules.state(posting.start, posting.end, posting.due, day, soon))


@dataclass(frozen=True)
class Matrix:
    """Deployed people by sending department and receiving town; ``rows`` are (unit, counts by town, total)."""

    towns: list[Unit]
    rows: list[tuple[Unit, list[int], int]]
    empty: list[Unit]

    @property
    def empty_names(self) -> str:
        return _("、").join(unit.label for unit in self.empty)


def matrix(scope: Scope, day: date) -> Matrix:
    """Departments against towns on ``day``, the ones that sent nobody named (two queries)."""
    units = {unit.path: unit for unit in Unit.objects.order_by("path")}

    def above(path, *kinds):
        for length in range(len(path), 0, -Unit.steplen):
            unit = units.get(path[:length])
            if unit and unit.kind in kinds:
                return unit
        return None

    pairs = (
        visible(scope, day)
        .select_related(None)
        .filter(holds(day), not_empty(), layer=Layer.DEPLOYED)
        .order_by()
        .values_list("from_unit__path", "to_unit__path")
        .annotate(n=Count("pk"))
    )
    cells: dict[tuple[int, int], int] = {}
    for sent, received, n in pairs:
        sender = above(sent or "", UnitKind.BUREAU, UnitKind.DEPARTMENT)
        town = above(received or "", UnitKind.TOWN)
        if sender and town:
            cells[sender.pk, town.pk] = cells.get((sender.pk, town.pk), 0) + n
    shown = [unit for unit in units.values() if not unit.closed or unit.closed > day]
    towns = [unit for unit in shown if unit.kind == UnitKind.TOWN and scope.covers(unit.path)]
    senders = [unit for unit in shown if unit.kind in (UnitKind.BUREAU, UnitKind.DEPARTMENT)]
    if not scope.everywhere:
        senders = [u for u in senders if scope.covers(u.path) or any((u.pk, town.pk) in cells for town in towns)]
    rows = []
    for sender in senders:
        counts = [cells.get((sender.pk, town.pk), 0) for town in towns]
        rows.append((sender, counts, sum(counts)))
    return Matrix(towns, rows, [sender for sender, _counts, total in rows if not total])


@dataclass(frozen=True)
class Line:
    """A row of the list: ``state`` on the day, ``days`` past due (overdue) or left (due)."""

    row: Posting
    state: str
    days: int | None

    @property
    def group(self) -> str:
        """Heading the row stands under; ordered as in ``listed``."""
        return "in_term" if self.state == State.OPEN else self.state


def line(row: Posting, day: date, soon: int) -> Line:
    """The row of a posting on ``day``; it is due from ``soon`` days before its last one."""
    return Line(row, state_of(row, day, soon), abs((row.due - day).days) if row.due else None)
