"""Who matches: the list of people on a day, for the page, the exports and the printed profile.

``matching`` gives a queryset whose aliases ``home``, ``deployed`` and ``away`` are the membership and the postings
that hold on the day (never more than one each: the database refuses overlaps), so filters and sorting join without
doubling anybody. ``lines`` then reads the facts of a few people at a time in a fixed number of queries.
"""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from django.db import connection
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from portal import audit
from portal.access import Scope
from staffing.models import (
    Leave,
    Membership,
    Person,
    Posting,
    QualificationKind,
    QualificationState,
    QualificationStatus,
    Unit,
)
from staffing.models.dated import holds
from staffing.models.postings import Layer
from staffing.rules.certificates import add_months

PAGE = 50
CHUNK = 2000
LARGE = 5000
ROLLS = 24
_rolls: OrderedDict[tuple, array] = OrderedDict()
_LOCK = threading.Lock()
# What a list shows nobody unless asked: personal numbers are not even decrypted.
NUMBERS = ("id_number", "mobile")
HELD = (QualificationKind.ENFORCE, QualificationKind.LEGAL, QualificationKind.REVIEWER, QualificationKind.GOV_LAWYER)


def _under(paths: Iterable[str], column: str) -> Q:
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{column}__startswith": path})
    return condition


def _units_under(paths: Iterable[str]) -> list[int]:
    return list(Unit.objects.filter(_under(paths, "path")).values_list("pk", flat=True))


def _belonging(people: QuerySet, paths: Sequence[str], day: date, *, left: bool) -> QuerySet:
    """People whose home unit, or unit they are posted to, lies under one of ``paths`` (domain §5: row scope is
    both).
    """
    units = _units_under(paths)
    if left:
        return people.filter(pk__in=Membership.objects.filter(unit__in=units, end__lte=day).values("person"))
    # Two look-ups by unit, joined by person: an OR over the outer joins would walk everybody.
    at_home = Membership.objects.filter(holds(day), unit__in=units).values("person")
    posted = Posting.objects.filter(holds(day), to_unit__in=units).values("person")
    return people.filter(Q(pk__in=at_home) | Q(pk__in=posted))


def _whole(paths: Sequence[str]) -> bool:
    """Is the only tree there is among ``paths``?"""
    roots = list(Unit.objects.filter(depth=1).values_list("path", flat=True)[:2])
    return len(roots) == 1 and roots[0] in paths


def matching(scope: Scope, day: date, *, unit: Unit | None = None, left: bool = False) -> QuerySet[Person]:
    """People in post on ``day`` (``left``: who were before and no longer are) inside ``scope`` and, when given,
    ``unit``.
    """
    people = Person.objects.alias(
        home=FilteredRelation("memberships", condition=holds(day, "memberships__")),
        deployed=FilteredRelation("postings", condition=Q(postings__layer=Layer.DEPLOYED) & holds(day, "postings__")),
        away=FilteredRelation("postings", condition=Q(postings__layer=Layer.AWAY) & holds(day, "postings__")),
    )
    if left:
        before = Membership.objects.filter(person=OuterRef("pk"), start__lte=day)
        people = people.filter(Exists(before), home__isnull=True)
    else:
        people = people.filter(home__isnull=False)
    asked = [] if scope.everywhere else [scope.paths]
    asked += [(unit.path,)] if unit is not None else []
    for paths in asked:
        # The whole tree is no condition: the join it would cost is the slowest part of a county-wide list.
        if not _whole(paths):
            people = _belonging(people, paths, day, left=left)
    return people


def roll(people: QuerySet, among: np.ndarray | None = None) -> Sequence[int]:
    """Keys of all ``people`` in their order: what the pager cuts its pages from, and the count.

    ``among``: sorted keys; only these are kept. A condition on computed figures reaches no query that way.
    In a large county the list is kept per process until any fact changes (its query is part of the key), so that
    paging and returning to a list cost one page of facts. A small county is asked every time.
    """
    keys = _roll(people)
    if among is None:
        return keys
    found = np.array(keys, dtype=np.int64)
    return array("q", found[np.isin(found, among, assume_unique=True)].tobytes())


def _roll(people: QuerySet) -> Sequence[int]:
    keys = people.values_list("pk", flat=True)
    newest = Person.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if newest < LARGE:
        return list(keys)
    sql, values = keys.query.sql_with_params()
    name = (connection.alias, connection.settings_dict["NAME"], audit.revision("figures"), newest, sql, str(values))
    with _LOCK:
        if name in _rolls:
            _rolls.move_to_end(name)
            return _rolls[name]
    found = array("q", keys)
    with _LOCK:
        _rolls[name] = found
        while len(_rolls) > ROLLS:
            _rolls.popitem(last=False)
    return found


def forget() -> None:
    """Drop the kept rolls (measurements and tests)."""
    with _LOCK:
        _rolls.clear()


def page_lines(keys: Sequence[int], day: date) -> list[Line]:
    """Lines of one page of a roll, in its order, numbers left encrypted."""
    found = {row.pk: row for row in Person.objects.filter(pk__in=list(keys)).defer(*NUMBERS)}
    return lines([found[key] for key in keys if key in found], day)


@dataclass(frozen=True)
class Held:
    """A qualification as it stands on the day."""

    kind: str
    number: str
    grade: str
    issued: date | None
    valid_until: date | None
    state: str
    full_time: bool | None
    issuer: str
    pk: int = 0


@dataclass
class Line:
    """One person on one day. ``home`` is None for who has left; then ``ended`` and ``end_reason`` tell when and why."""

    person: Person
    home: Unit | None = None
    membership: Membership | None = None
    deployed: Posting | None = None
    away: Posting | None = None
    leave: Leave | None = None
    held: dict[str, Held] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict, repr=False)

    @property
    def base(self) -> Unit | None:
        """Where the person's work lies: the unit deployed to, else home."""
        return self.units.get(self.deployed.to_unit_id, self.home) if self.deployed else self.home

    @property
    def away_to(self) -> str:
        if self.away is None:
            return ""
        unit = self.units.get(self.away.to_unit_id)
        return unit.name if unit else self.away.to_text

    @property
    def left(self) -> bool:
        return self.membership is None or self.home is None

    def age(self, day: date) -> int | None:
        born = self.person.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) if born else None


def unit_index() -> dict[int, Unit]:
    """All units by key: a few hundred rows, read once a request instead of joined to every person."""
    return {unit.pk: unit for unit in Unit.objects.all()}


def lines(people: Sequence[Person], day: date, *, units: dict[int, Unit] | None = None) -> list[Line]:
    """The facts of ``people`` on ``day``, in their order. Five queries, whatever their number (a few thousand at
    most).
    """
    units = unit_index() if units is None else units
    keys = [person.pk for person in people]
    made = {person.pk: Line(person, units=units) for person in people}
    for row in Membership.objects.filter(holds(day), person__in=keys):
        made[row.person_id].membership, made[row.person_id].home = row, units.get(row.unit_id)
    gone = [key for key, line in made.items() if line.membership is None]
    if gone:
        for row in Membership.objects.filter(person__in=gone, start__lte=day).order_by("start"):
            made[row.person_id].membership = row
    for row in Posting.objects.filter(holds(day), person__in=keys):
        setattr(made[row.person_id], "deployed" if row.layer == Layer.DEPLOYED else "away", row)
    for row in Leave.objects.filter(holds(day), person__in=keys):
        made[row.person_id].leave = row
    statuses = QualificationStatus.objects.filter(
        holds(day), qualification__person__in=keys, qualification__kind__in=HELD
    ).select_related("qualification")
    # Of several certificates the one that reaches furthest speaks for the person; of equals the newer.
    for status in sorted(statuses, key=_reach):
        row = status.qualification
        made[row.person_id].held[row.kind] = Held(
            row.kind,
            row.number or "",
            row.grade,
            row.issued,
            row.valid_until,
            status.state,
            row.full_time,
            row.issuer,
            row.pk,
        )
    return list(made.values())


def _reach(status: QualificationStatus):
    row = status.qualification
    living = status.state in (QualificationState.VALID, QualificationState.SUSPENDED)
    return living, row.valid_until or row.issued or date.min, row.pk


def every_line(keys: Sequence[int], day: date, *, numbers: bool = False, progress=None) -> Iterator[Line]:
    """Lines of all people of a roll in its order, CHUNK at a time: memory does not grow with their number.

    ``numbers``: also decrypt ID and mobile numbers. ``progress(done, total)`` is called after each chunk.
    """
    units = unit_index()
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        rows = Person.objects.filter(pk__in=part)
        found = {row.pk: row for row in (rows if numbers else rows.defer(*NUMBERS))}
        yield from lines([found[key] for key in part if key in found], day, units=units)
        if progress:
            progress(min(start + CHUNK, len(keys)), len(keys))


@dataclass(frozen=True)
class Standing:
    """What a certificate amounts to on a day, in one word and its days."""

    state: str  # in_force | expiring | expired | suspended | other | none
    until: date | None = None
    days: int | None = None


def certificate(line: Line, day: date, months: int, soon: int = 90) -> Standing:
    """Standing of the enforcement certificate (domain §2.3); a missing end is reckoned as issue + ``months`` − 1 day.

    Without any date the recorded state alone decides. ``soon`` days or fewer to go is "expiring".
    """
    held = line.held.get(QualificationKind.ENFORCE)
    if held is None:
        return Standing("none")
    until = held.valid_until or (add_months(held.issued, months) - timedelta(days=1) if held.issued else None)
    left = (until - day).days if until else None
    if held.state == QualificationState.SUSPENDED:
        return Standing("suspended", until, left)
    if held.state == QualificationState.EXPIRED or (left is not None and left < 0):
        return Standing("expired", until, left)
    if held.state != QualificationState.VALID:
        return Standing("other", until, left)
    return Standing("expiring" if left is not None and left <= soon else "in_force", until, left)
