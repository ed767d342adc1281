"""Rooms of a sitting: how full they are, who sits where, who has no seat, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from exams.models import Batch, Registration, Room, Seat, Site, Sitting
from exams.rules.seating import Hall, count_neighbours

APPROVED = Registration.State.APPROVED


def hall_of(room: Room) -> Hall:
    """The room as the seating rules know it."""
    return Hall(room.pk, room.rows, room.columns, frozenset(room.unusable))


def room_order(room: Room):
    """Site, then name with numbers as numbers: 第2考场 before 第10考场."""
    return room.site_id, [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", room.name)]


def halls_of(sitting: Sitting) -> tuple[list[tuple[Batch, Room]], list[Hall]]:
    """Every room of every batch, in order, and the same as halls of the seating rules. Two queries."""
    places = [
        (batch, room)
        for batch in sitting.batches.prefetch_related("rooms").order_by("number")
        for room in sorted(batch.rooms.all(), key=room_order)
    ]
    return places, [hall_of(room) for _batch, room in places]


@dataclass
class RoomFill:
    """One room in one batch. ``misplaced``: names of those whose seat the room does not have (any more)."""

    batch: Batch
    room: Room
    seated: dict[int, int] = field(default_factory=dict)
    misplaced: list[str] = field(default_factory=list)

    @property
    def filled(self) -> int:
        return len(self.seated)

    @property
    def capacity(self) -> int:
        return self.room.seats

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.filled)

    @property
    def neighbours(self) -> int:
        return count_neighbours(hall_of(self.room), self.seated)

    @property
    def problem(self) -> str:
        """What must be put right here, or ""."""
        told = {"room": self.room.name, "seats": self.capacity, "filled": self.filled}
        if self.filled > self.capacity:
            told["n"] = self.filled - self.capacity
            return _("%(room)s%(seats)s座，已排%(filled)s人，请移出%(n)s人。") % told
        if self.misplaced:
            told["names"] = _("、").join(self.misplaced)
            return _("%(room)s：%(names)s的座位不可用，请调整座位。") % told
        return ""


@dataclass
class Arrangement:
    """A sitting's rooms. ``fills`` by batch and room; ``approved`` = ``seated`` + ``unseated``; ``strays``: seated in a
    room that their batch does not use.
    """

    batches: list[tuple[Batch, list[RoomFill]]]
    approved: int
    seated: int
    neighbours: int
    strays: int = 0

    @property
    def unseated(self) -> int:
        return self.approved - self.seated

    @property
    def capacity(self) -> int:
        return sum(fill.capacity for _batch, fills in self.batches for fill in fills)

    @property
    def problems(self) -> list[str]:
        """Sentences for the pre-flight check and the page; rooms first."""
        found = [fill.problem for _batch, fills in self.batches for fill in fills if fill.problem]
        if self.strays:
            found.append(_("%(n)s人的座位不在本批次的考场内，请调整座位。") % {"n": self.strays})
        if self.batches and self.unseated:
            found.append(_("还有%(n)s人未排座。") % {"n": self.unseated})
        return found


def arrangement(sitting: Sitting) -> Arrangement:
    """How full every room of every batch is. Five queries, whatever the size."""
    batches = []
    fills: dict[tuple[int, int], RoomFill] = {}
    for batch in sitting.batches.prefetch_related("rooms__site").order_by("number"):
        rooms = sorted(batch.rooms.all(), key=room_order)
        batches.append((batch, [RoomFill(batch, room) for room in rooms]))
        fills |= {(batch.pk, fill.room.pk): fill for fill in batches[-1][1]}
    usable = {key: set(hall_of(fill.room).numbers) for key, fill in fills.items()}
    seated = strays = 0
    rows = Seat.objects.filter(batch__sitting=sitting, registration__state=APPROVED).order_by("number")
    for batch, room, number, unit, name in rows.values_list(
        "batch_id", "room_id", "number", "registration__unit_id", "registration__person__name"
    ):
        seated += 1
        fill = fills.get((batch, room))
        if fill is None:
            strays += 1
            continue
        fill.seated[number] = unit
        if number not in usable[batch, room]:
            fill.misplaced.append(name)
    approved = sitting.registrations.filter(state=APPROVED).count()
    return Arrangement(batches, approved, seated, sum(fill.neighbours for fill in fills.values()), strays)


def neighbours_in(sitting: Sitting) -> int:
    """Pairs of one unit that touch, over all rooms and batches."""
    return arrangement(sitting).neighbours


def problems(sitting: Sitting) -> list[str]:
    """What is wrong with the rooms of a sitting, in sentences; empty when nothing is, or no room is used."""
    return arrangement(sitting).problems


def unseated(sitting: Sitting):
    """Approved candidates without a seat, by number."""
    return (
        sitting.registrations.filter(state=APPROVED, seat=None)
        .select_related("person", "unit")
        .order_by("exam_no", "pk")
    )


@dataclass(frozen=True)
class Cell:
    """One seat of the plan. ``beside``: somebody of the same unit touches."""

    number: int
    usable: bool
    registration: Registration | None = None
    beside: bool = False


def seat_plan(batch: Batch, room: Room) -> list[list[Cell]]:
    """The room row by row from the lectern. One query. Seats that the room lost come after the last row."""
    hall = hall_of(room)
    usable = set(hall.numbers)
    people = {
        seat.number: seat.registration
        for seat in Seat.objects.filter(batch=batch, room=room, registration__state=APPROVED).select_related(
            "registration__person", "registration__unit"
        )
    }
    units = {number: registration.unit_id for number, registration in people.items()}

    def cell(number):
        registration = people.get(number)
        beside = registration is not None and any(
            units.get(other) == registration.unit_id for other in hall.beside(number)
        )
        return Cell(number, number in usable, registration, beside)

    last = room.rows * room.columns
    rows = [
        [cell(number) for number in range(row * room.columns + 1, (row + 1) * room.columns + 1)]
        for row in range(room.rows)
    ]
    lost = [Cell(number, False, people[number]) for number in sorted(people) if number > last]
    return rows + ([lost] if lost else [])


def sites() -> list[tuple[Site, list[Room]]]:
    """All sites with their rooms in order. Two queries."""
    return [(site, sorted(site.rooms.all(), key=room_order)) for site in Site.objects.prefetch_related("rooms")]


def room_choices():
    """Rooms in the order of sites, for a form."""
    return Room.objects.select_related("site").order_by("site__name", "name")
