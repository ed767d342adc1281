"""Who sits where. Seats may be changed until the sitting is over; seating everybody anew is for sittings that are not
open yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from exams.actions.sites import CHANGEABLE, PREPARING, lock, refuse_begun
from exams.models import Batch, Registration, Room, Seat, Sitting
from exams.queries.rooms import hall_of, halls_of, neighbours_in
from exams.rules import seating
from exams.rules.seating import Fill, TooFewSeats
from portal import audit
from portal.actions.errors import Refused


@dataclass(frozen=True)
class Assigned:
    """``seated`` now, ``unseated`` for want of seats, ``neighbours``: pairs of one unit that touch in all rooms."""

    seated: int
    unseated: int
    neighbours: int


def assign_seats(
    *, actor, now, sitting: Sitting, fill: str = Fill.EVEN, again: bool = False, seed: int | None = None
) -> Assigned:
    """Give approved candidates seats, the same unit apart.

    Without seats yet, or with ``again``: everybody anew over all batches and rooms; else only those without a seat,
    on free seats. ``seed`` (default: the second of ``now``) makes the plan repeatable and is audited. Raises Refused:
    no room, nobody to seat, too few seats for all, ``again`` when the sitting is open, a sitting that is over.
    """
    with transaction.atomic():
        sitting = lock(sitting, PREPARING if again else CHANGEABLE)
        approved = sitting.registrations.filter(state=Registration.State.APPROVED)
        _release_gone(sitting)
        units = dict(approved.order_by("pk").values_list("pk", "unit_id"))
        places, halls = halls_of(sitting)
        if not halls:
            raise Refused(_("还没有批次和考场，请先新增批次。"))
        if not units:
            raise Refused(_("还没有审核通过的考生。"))
        taken = Seat.objects.filter(batch__sitting=sitting)
        if again:
            taken.delete()
        seed = int(now.timestamp()) if seed is None else seed
        if again or not taken.exists():
            seats, unseated = _seat_all(units, places, halls, Fill(fill), seed), 0
        else:
            seats, unseated = _seat_late(units, places, halls, taken)
        Seat.objects.bulk_create(seats, batch_size=500)
        neighbours = neighbours_in(sitting)
        if seats:
            audit.record(
                actor=actor,
                now=now,
                action="seats.assigned",
                obj=sitting,
                unit_code=sitting.unit.code,
                seated=len(seats),
                unseated=unseated,
                neighbours=neighbours,
                fill=str(fill),
                again=again,
                seed=seed,
            )
    return Assigned(len(seats), unseated, neighbours)


def _seat_all(units, places, halls, fill, seed) -> list[Seat]:
    try:
        plan = seating.assign(list(units.values()), halls, fill=fill, seed=seed)
    except TooFewSeats as error:
        told = {"have": error.have, "need": error.need, "missing": error.need - error.have}
        raise Refused(_("可用座位%(have)s个，待排%(need)s人，缺%(missing)s座。请增加考场或批次。") % told) from error
    return [
        Seat(registration_id=pk, batch=places[hall][0], room=places[hall][1], number=number)
        for pk, (hall, number) in zip(units, plan.places, strict=True)
    ]


def _seat_late(units, places, halls, taken) -> tuple[list[Seat], int]:
    index = {(batch.pk, room.pk): at for at, (batch, room) in enumerate(places)}
    occupied: list[dict[int, int]] = [{} for _ in halls]
    seated = set()
    for pk, unit, batch, room, number in taken.values_list(
        "registration_id", "registration__unit_id", "batch_id", "room_id", "number"
    ):
        seated.add(pk)
        if (batch, room) in index:
            occupied[index[batch, room]][number] = unit
    seats, unseated = [], 0
    for pk, unit in units.items():
        if pk in seated:
            continue
        found = seating.best_free(unit, halls, occupied)
        if found is None:
            unseated += 1
            continue
        hall, number = found
        occupied[hall][number] = unit
        seats.append(Seat(registration_id=pk, batch=places[hall][0], room=places[hall][1], number=number))
    return seats, unseated


def move_seat(
    *, actor, now, registration: Registration, batch: Batch, room: Room, number: int | None = None, swap: bool = False
) -> Seat:
    """Put one candidate on another seat (``number`` None: the best free one of that room), or change with who sits
    there. The seat one has already is returned as it is.

    Raises Refused: not approved, a seat that is taken (without ``swap``) or does not exist, another batch after the
    exam was begun, a sitting that is over.
    """
    with transaction.atomic():
        sitting = lock(batch.sitting, CHANGEABLE)
        registration = sitting.registrations.select_related("unit", "person").get(pk=registration.pk)
        if registration.state != Registration.State.APPROVED:
            raise Refused(_("报名未通过审核，不能排座。"))
        if not batch.rooms.filter(pk=room.pk).exists():
            raise Refused(_("本批次不使用%(room)s。") % {"room": room.name}, "room")
        _release_gone(sitting)
        old = Seat.objects.select_related("batch", "room").filter(registration=registration).first()
        if number is None:
            number = _free_in(batch, room, registration)
        elif number not in hall_of(room).numbers:
            raise Refused(_("%(room)s没有可用的%(number)s号座位。") % {"room": room.name, "number": number}, "number")
        if old and (old.batch_id, old.room_id, old.number) == (batch.pk, room.pk, number):
            return old
        other = (
            Seat.objects.select_related("registration__person").filter(batch=batch, room=room, number=number).first()
        )
        if other and not (swap and old):
            told = {"room": room.name, "number": number, "name": other.registration.person.name}
            raise Refused(_("%(room)s%(number)s号座已安排给%(name)s。请另选座位，或选择互换。") % told, "number")
        _refuse_other_batch(old, batch, [registration] + ([other.registration] if other else []))
        gone = [seat.pk for seat in (old, other) if seat]
        Seat.objects.filter(pk__in=gone).delete()
        moved = [Seat(registration=registration, batch=batch, room=room, number=number)]
        if other:
            moved.append(Seat(registration=other.registration, batch=old.batch, room=old.room, number=old.number))
        Seat.objects.bulk_create(moved)
        audit.record(
            actor=actor,
            now=now,
            action="seat.changed",
            obj=registration,
            unit_code=registration.unit.code,
            sitting=sitting.code,
            before=_named(old),
            after=_named(moved[0]),
            swapped_with=other.registration_id if other else None,
        )
    return moved[0]


def unseat(*, actor, now, registration: Registration) -> bool:
    """Take a candidate's seat back. False when there was none. Raises Refused once the exam was begun or is over."""
    with transaction.atomic():
        sitting = lock(registration.sitting, CHANGEABLE)
        seat = Seat.objects.select_related("batch", "room").filter(registration=registration).first()
        if seat is None:
            return False
        refuse_begun(Registration.objects.filter(pk=registration.pk), _("此考生已进入考试，不能移出。"))
        seat.delete()
        audit.record(
            actor=actor,
            now=now,
            action="seat.changed",
            obj=registration,
            unit_code=registration.unit.code,
            sitting=sitting.code,
            before=_named(seat),
            after=None,
        )
    return True


def _free_in(batch, room, registration) -> int:
    taken = dict(batch.seats.filter(room=room).values_list("number", "registration__unit_id"))
    found = seating.best_free(registration.unit_id, [hall_of(room)], [taken])
    if found is None:
        raise Refused(_("%(room)s已没有空座。") % {"room": room.name}, "room")
    return found[1]


def _refuse_other_batch(old, batch, registrations):
    if old is None or old.batch_id != batch.pk:
        pks = [registration.pk for registration in registrations]
        refuse_begun(Registration.objects.filter(pk__in=pks), _("考生已进入考试，只能在本批次内调整座位。"))


def _release_gone(sitting):
    """Seats of those who withdrew or were taken back are free again."""
    Seat.objects.filter(batch__sitting=sitting).exclude(registration__state=Registration.State.APPROVED).delete()


def _named(seat: Seat | None):
    return seat and f"{seat.batch.number}-{seat.room.name}-{seat.number}"
