"""What the database holds today, as plain rows: the ground a roster is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

# A unit is named by its row id, or by its own name while it is only proposed.
UnitRef = int | str

NEW = "new"


@dataclass(slots=True)
class UnitFact:
    ref: UnitRef
    name: str
    kind: str
    path: str = ""
    mode: str = ""
    parent: UnitRef | None = None


class Tree:
    """Known and proposed units, found by exact name, alias or code."""

    def __init__(self, units: Iterable[UnitFact] = (), aliases: dict[str, UnitRef] | None = None):
        self._by_ref: dict[UnitRef, UnitFact] = {}
        self._by_name: dict[str, UnitRef] = {}
        for unit in units:
            self.add(unit)
        for name, ref in (aliases or {}).items():
            self._by_name.setdefault(name, ref)

    def add(self, unit: UnitFact) -> None:
        self._by_ref[unit.ref] = unit
        self._by_name.setdefault(unit.name, unit.ref)

    def alias(self, name: str, ref: UnitRef) -> None:
        self._by_name.setdefault(name, ref)

    def find(self, name: str | None) -> UnitRef | None:
        return self._by_name.get(name) if name else None

    def roots(self) -> list[UnitFact]:
        return [unit for unit in self._by_ref.values() if unit.parent is None]

    def __getitem__(self, ref: UnitRef) -> UnitFact:
        return self._by_ref[ref]

    def kind(self, ref: UnitRef | None) -> str:
        return self._by_ref[ref].kind if ref in self._by_ref else ""

    def name(self, ref: UnitRef | None) -> str:
        return self._by_ref[ref].name if ref in self._by_ref else ""

    def under(self, ref: UnitRef | None, top: UnitRef | None) -> bool:
        """Is ``ref`` the unit ``top`` or one below it?"""
        seen = 0
        while ref is not None and seen < 20:
            if ref == top:
                return True
            ref = self._by_ref[ref].parent if ref in self._by_ref else None
            seen += 1
        return False

    def covered(self, ref: UnitRef | None, covers: Callable[[str], bool]) -> bool:
        """Does a scope reach this unit? A proposed unit is reached through its parent; without one only from
        everywhere.
        """
        seen = 0
        while ref is not None and seen < 20:
            unit = self._by_ref.get(ref)
            if unit is None:
                return True
            if unit.path:
                return covers(unit.path)
            ref = unit.parent
            seen += 1
        return covers("")


@dataclass(slots=True)
class MemberFact:
    id: int
    unit: int
    category: str
    establishment_type: str
    is_dedicated: bool
    post_locked: bool
    start: date
    end: date | None
    start_known: bool
    end_reason: str = ""

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(slots=True)
class PostingFact:
    id: int
    kind: str
    layer: str
    from_unit: int | None
    to_unit: int | None
    to_text: str
    start: date
    end: date | None
    due: date | None
    doc_no: str
    full_time: bool
    post_locked: bool
    approved: bool
    start_known: bool
    score_street: float | None
    score_bureau: float | None

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(slots=True)
class StatusFact:
    id: int
    state: str
    start: date
    end: date | None


@dataclass(slots=True)
class QualFact:
    id: int
    kind: str
    number: str | None
    grade: str
    issuer: str
    issued: date | None
    valid_until: date | None
    full_time: bool | None
    statuses: list[StatusFact] = field(default_factory=list)

    def state_on(self, day: date) -> StatusFact | None:
        for status in self.statuses:
            if status.start <= day and (status.end is None or day < status.end):
                return status
        return None


@dataclass(slots=True)
class LeaveFact:
    id: int
    kind: str
    start: date
    end: date | None


@dataclass(slots=True)
class PersonFact:
    """One person. ``confirmed`` is the newest roster date, after the one being imported, that spoke of this person;
    ``edited`` says that somebody corrected the person by hand after the roster's date."""

    id: int
    staff_no: str
    name: str
    id_index: str | None
    id_masked: str
    columns: dict[str, object]
    memberships: list[MemberFact] = field(default_factory=list)
    postings: list[PostingFact] = field(default_factory=list)
    qualifications: list[QualFact] = field(default_factory=list)
    leaves: list[LeaveFact] = field(default_factory=list)
    confirmed: date | None = None
    edited: bool = False

    def member_on(self, day: date) -> MemberFact | None:
        return next((m for m in self.memberships if m.covers(day)), None)


@dataclass(slots=True)
class StaffFact:
    """A person in post on the roster's date, in short: enough to propose a leaving."""

    id: int
    name: str
    id_masked: str
    unit: int
    category: str


@dataclass
class Facts:
    """``covers`` answers whether a tree path lies inside the importer's scope; ``index`` is the keyed hash of an ID
    number.
    """

    tree: Tree
    index: Callable[[str], str]
    covers: Callable[[str], bool] = lambda path: True
    people: list[PersonFact] = field(default_factory=list)
    staff: list[StaffFact] = field(default_factory=list)
    # (kind, number) -> person id, for numbers that the roster names and somebody already holds.
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    _by_index: dict[str, PersonFact] | None = None
    _by_staff_no: dict[str, PersonFact] | None = None
    _by_name: dict[str, list[PersonFact]] | None = None

    def _build(self) -> None:
        self._by_index = {p.id_index: p for p in self.people if p.id_index}
        self._by_staff_no = {p.staff_no: p for p in self.people}
        self._by_name = {}
        for person in self.people:
            self._by_name.setdefault(person.name, []).append(person)

    def by_id(self, id_number: str) -> PersonFact | None:
        if self._by_index is None:
            self._build()
        return self._by_index.get(self.index(id_number)) if self._by_index else None

    def by_staff_no(self, staff_no: str) -> PersonFact | None:
        if self._by_staff_no is None:
            self._build()
        return self._by_staff_no.get(staff_no)

    def by_name(self, name: str) -> list[PersonFact]:
        if self._by_name is None:
            self._build()
        return self._by_name.get(name, [])
