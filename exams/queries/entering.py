"""What the enter page and the frame of the take page show: one's own registration, place and attempt; no question."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from exams.models.attempts import Attempt
from exams.models.rooms import Seat
from exams.models.sittings import Registration


def registration_of(user, code: str) -> Registration:
    """This user's registration for the sitting, with sitting, person and seat. Raises Registration.DoesNotExist."""
    rows = Registration.objects.filter(sitting__code=code, person__user=user)
    return rows.select_related("sitting", "person", "seat__batch", "seat__room__site").get()


def attempt_of(user, pk: UUID) -> Attempt:
    """One's own attempt with its sitting, paper and candidate. Raises Attempt.DoesNotExist."""
    rows = Attempt.objects.filter(user=user).select_related(
        "sitting",
        "entry__paper",
        "entry__registration__person",
        "entry__registration__seat__room",
    )
    return rows.defer("answers").get(pk=pk)


def place_of(registration: Registration, *, site: bool = True) -> str:
    """考点、考场、座位 of this candidate, or "" without a seat."""
    try:
        seat = registration.seat
    except Seat.DoesNotExist:
        return ""
    told = {"site": seat.room.site.name if site else "", "room": seat.room.name, "seat": seat.number}
    return (_("%(site)s %(room)s %(seat)s号座") % told).strip()
