"""What the papers of an exam day say: tickets, sign-in sheets, seat plans, door notices, incident sheets, certificates.

Numbers of people are masked here already; nothing else of a person leaves but name, unit and exam number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from exams.delivery.clock import window_of
from exams.models import Attempt, Batch, ConductEvent, Entry, PassCertificate, Registration, Room, Seat, Sitting
from exams.queries.rooms import APPROVED, Cell, room_order, seat_plan

Kind = ConductEvent.Kind
OVER = (Sitting.State.CLOSED, Sitting.State.RELEASED)


@dataclass(frozen=True)
class Ticket:
    """One candidate's admission ticket. Without a seat the place is empty and the window is the sitting's."""

    sitting: Sitting
    name: str
    id_masked: str
    exam_no: str
    unit: str
    opens_at: datetime
    closes_at: datetime
    batch: int | None = None
    site: str = ""
    address: str = ""
    directions: str = ""
    room: str = ""
    seat: int | None = None


def ticket(registration: Registration) -> Ticket:
    """Of a registration with person, unit, sitting and seat loaded (``tickets_of``)."""
    opens_at, closes_at = window_of(registration)
    told = {
        "sitting": registration.sitting,
        "name": registration.person.name,
        "id_masked": registration.person.id_masked,
        "exam_no": registration.exam_no or "",
        "unit": registration.unit.name,
        "opens_at": opens_at,
        "closes_at": closes_at,
    }
    seat = getattr(registration, "seat", None)
    if seat is not None:
        site = seat.room.site
        told |= {"batch": seat.batch.number, "room": seat.room.name, "seat": seat.number}
        told |= {"site": site.name, "address": site.address, "directions": site.directions}
    return Ticket(**told)


def tickets_of(registrations):
    """The approved ones with everything a ticket needs, in the order of rooms and seats."""
    return (
        registrations.filter(state=APPROVED)
        .select_related("person", "unit", "sitting", "seat__batch", "seat__room__site")
        .order_by("seat__batch__number", "seat__room_id", "seat__number", "exam_no", "pk")
    )


# Who may come later than this may come for days: a window, not an hour, and no rule to print in minutes.
MOST_LATE = 240


def rules_of(sitting: Sitting) -> list[str]:
    """考生须知: what follows from the sitting's settings, then the office's own lines."""
    rules = [_("凭本准考证和有效居民身份证件参加考试，对号入座，证件放在桌面左上角备查。")]
    if sitting.late_minutes < MOST_LATE:
        rules.append(_("开考%(late)s分钟后不得入场。") % {"late": sitting.late_minutes})
    if sitting.earliest_minutes:
        rules.append(_("开考%(early)s分钟内不得交卷离场。") % {"early": sitting.earliest_minutes})
    if sitting.online:
        rules.append(_("考试时间以服务器为准，到时自动交卷。网络中断时请继续作答，不要关闭页面，并举手示意。"))
    else:
        rules.append(_("用黑色字迹的笔作答，考试结束信号发出后立即停止答题。"))
    rules += [
        _("通讯工具和与考试无关的物品放在指定位置，不得带入座位。"),
        _("不得由他人代考，不得交头接耳、传递物品；违反考场纪律的，按规定处理。"),
        _("本证信息有误的，请在考前填写信息变更申请表，交本单位报考务部门。"),
    ]
    return [*rules, *(line.strip() for line in sitting.notes.splitlines() if line.strip())]


@dataclass(frozen=True)
class Figures:
    """应考＝实考＋缺考; of them 违纪 and 作弊. None: blanks to be filled in by hand."""

    due: int
    sat: int | None = None
    absent: int | None = None
    violations: int | None = None
    cheated: int | None = None


@dataclass
class RoomPaper:
    """A room in a batch, for what is printed of it."""

    sitting: Sitting
    batch: Batch
    room: Room
    seats: list[Seat] = field(default_factory=list)

    @property
    def plan(self) -> list[list[Cell]]:
        return seat_plan(self.batch, self.room)

    @property
    def numbers(self) -> list[str]:
        """Exam numbers in here, sorted."""
        return sorted(seat.registration.exam_no for seat in self.seats if seat.registration.exam_no)


def rooms_of(sitting: Sitting, batch: int | None = None, room: int | None = None) -> list[RoomPaper]:
    """Rooms of a sitting that have candidates, by batch and room; of one batch number and room, where asked.

    Three queries, whatever the number of rooms.
    """
    batches = sitting.batches.prefetch_related("rooms__site").order_by("number")
    if batch is not None:
        batches = batches.filter(number=batch)
    papers = {
        (row.pk, place.pk): RoomPaper(sitting, row, place)
        for row in batches
        for place in sorted(row.rooms.all(), key=room_order)
        if room in (None, place.pk)
    }
    seats = Seat.objects.filter(batch__sitting=sitting, registration__state=APPROVED).select_related(
        "registration__person", "registration__unit"
    )
    for seat in seats.order_by("number"):
        paper = papers.get((seat.batch_id, seat.room_id))
        if paper is not None:
            paper.seats.append(seat)
    return [paper for paper in papers.values() if paper.seats]


@dataclass(frozen=True)
class Incident:
    at: datetime
    who: str
    kind: str
    text: str


def figures_of(paper: RoomPaper) -> tuple[Figures, list[Incident]]:
    """The room's figures and recorded incidents once the sitting is over; before that only how many are due."""
    due = len(paper.seats)
    if paper.sitting.state not in OVER:
        return Figures(due), []
    registrations = {seat.registration_id: seat.registration for seat in paper.seats}
    sat = set(
        Attempt.objects.filter(entry__registration__in=registrations).values_list("entry__registration", flat=True)
    )
    sat |= set(Entry.objects.filter(registration__in=registrations, sat=True).values_list("registration", flat=True))
    cleared, events = set(), []
    wanted = [Kind.VIOLATION, Kind.CHEATED, Kind.INCIDENT, Kind.CLEARED]
    for event in ConductEvent.objects.filter(registration__in=registrations, kind__in=wanted).order_by("id"):
        if event.kind == Kind.CLEARED:
            cleared.add(event.data.get("event"))
        else:
            events.append(event)
    events = [event for event in events if event.pk not in cleared]

    def people(kind):
        return len({event.registration_id for event in events if event.kind == kind})

    told = [
        Incident(event.at, _who(registrations[event.registration_id]), event.get_kind_display(), event.text)
        for event in events
    ]
    figures = Figures(due, len(sat), due - len(sat), people(Kind.VIOLATION), people(Kind.CHEATED))
    return figures, told


def _who(registration: Registration) -> str:
    return f"{registration.person.name} {registration.exam_no or ''}".strip()


# --- pass certificates ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """A pass certificate as printed. ``papers``: (title, score) where scores are wanted, else only titles matter."""

    certificate: PassCertificate
    name: str
    id_masked: str
    unit: str
    exam: str
    papers: list[tuple[str, str]]
    address: str


def verify_address(serial: str) -> str:
    """The public address that a certificate's QR code leads to."""
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("exams:verify_code", args=[serial])


def proofs_of(certificates):
    """With everything a printed certificate needs."""
    return certificates.select_related("person", "registration__unit", "registration__sitting").prefetch_related(
        "registration__entries__paper"
    )


def proof(certificate: PassCertificate, *, scores: bool = False) -> Proof:
    """Of a certificate of ``proofs_of``."""
    registration = certificate.registration
    entries: Iterable[Entry] = registration.entries.all() if scores else ()
    return Proof(
        certificate,
        certificate.person.name,
        certificate.person.id_masked,
        registration.unit.name,
        certificate.title,
        [
            (entry.paper.title, f"{entry.score.normalize():f}")
            for entry in sorted(entries, key=lambda entry: entry.paper.position)
            if entry.score is not None
        ],
        verify_address(certificate.serial),
    )
