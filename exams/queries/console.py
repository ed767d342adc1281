"""The invigilator's console: who may watch a sitting, its candidates as they stand now, and who needs somebody.

Everything is read set-based: a constant number of queries for any number of candidates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from exams.delivery.clock import now_of
from exams.models.attempts import Attempt, ConductEvent
from exams.models.sittings import Duty, Registration, Sitting
from portal.access import Scope

# Thresholds of 需处理: a pulse comes every 20 seconds, so three are missing after a minute.
LOST = timedelta(seconds=60)
SILENT = timedelta(minutes=10)
TAKEOVER_SHOWN = timedelta(minutes=10)
HAND_SHOWN = timedelta(minutes=15)
MANY_LOSSES = 3
RECENT = timedelta(days=7)

Kind, State = ConductEvent.Kind, Attempt.State
# Order of the list: who needs somebody, who writes, who has not come, who is done.
ORDER = ("lost", "paused", "open", "waiting", "absent", "disqualified", "submitted")
LETTER = {"lost": "l", "paused": "p", "open": "o", "waiting": "w", "absent": "a", "disqualified": "d", "submitted": "s"}


@dataclass(frozen=True)
class Viewer:
    """``rooms``: None for the whole sitting, else the rooms an invigilator is bound to."""

    rooms: frozenset[int] | None = None

    def sees(self, room: int | None) -> bool:
        return self.rooms is None or room in self.rooms


@dataclass
class Row:
    """One candidate. ``state`` is one of ORDER; ``attempt`` the open attempt, else the last one."""

    pk: int
    exam_no: str
    name: str
    staff_no: str
    unit: str
    room: int | None
    room_name: str
    seat: int | None
    state: str
    attempt: UUID | None = None
    paper: str = ""
    answered: int = 0
    total: int = 0
    started: datetime | None = None
    saved: datetime | None = None
    seen: datetime | None = None
    away: int = 0
    left: float | None = None
    extra: int = 0
    losses: int = 0
    device: str = ""
    submitted: datetime | None = None
    closed_by: str = ""

    @property
    def letter(self) -> str:
        return LETTER[self.state]

    @property
    def extra_text(self) -> str:
        """已延10分钟, for who is still writing."""
        return _("已延%(n)d分钟") % {"n": round(self.extra / 60)} if self.extra and self.under_way else ""

    @property
    def answered_text(self) -> str:
        return f"{self.answered}/{self.total}" if self.attempt else "—"

    @property
    def saved_text(self) -> str:
        return f"{localtime(self.saved):%H:%M:%S}" if self.saved else "—"

    @property
    def seen_text(self) -> str:
        """Handed in when, or how long nothing was heard when that is longer than the pulse explains, or 在线."""
        if not self.attempt:
            return "—"
        if self.submitted:
            return _("%(time)s交卷") % {"time": f"{localtime(self.submitted):%H:%M}"}
        return _("在线") if self.away < 30 else _("%(span)s没有回应") % {"span": span(timedelta(seconds=self.away))}

    @property
    def under_way(self) -> bool:
        return self.state in ("open", "lost", "paused")


@dataclass(frozen=True)
class Need:
    """One line of 需处理: kind hand_up, lost, silent, takeover or away; for how long; ``text`` is put into words only
    for the lines that are shown.
    """

    kind: str
    row: Row
    length: timedelta = timedelta(0)

    @property
    def text(self) -> str:
        if self.kind == "away":
            return _("离屏%(n)d次") % {"n": self.row.losses}
        return {
            "hand_up": _("举手，%(span)s前"),
            "lost": _("断线%(span)s"),
            "silent": _("%(span)s没有保存答案"),
            "takeover": _("更换设备，%(span)s前"),
        }[self.kind] % {"span": span(self.length)}


@dataclass
class Hall:
    """A sitting at one moment, as far as this viewer may see."""

    sitting: Sitting
    clock: datetime
    rows: list[Row]
    needs: list[Need] = field(default_factory=list)

    def count(self, *states: str) -> int:
        return sum(row.state in states for row in self.rows)

    @property
    def expected(self) -> int:
        return len(self.rows)

    @property
    def present(self) -> int:
        return sum(row.attempt is not None for row in self.rows)


def watchable(user, office: Scope, now: datetime) -> QuerySet[Sitting]:
    """Online sittings open now, arranged, or closed lately, that this user may watch: the office those of its units,
    invigilators those they have a duty at.
    """
    duties = Duty.objects.filter(sitting=OuterRef("pk"), user=user, kind=Duty.Kind.INVIGILATE)
    near = Q(state__in=[Sitting.State.OPEN, Sitting.State.ARRANGED]) | Q(
        state=Sitting.State.CLOSED, closes_at__gte=now - RECENT
    )
    rows = Sitting.objects.filter(near, online=True).filter(Exists(duties) | office.inside("unit__path"))
    return rows.order_by("-state", "opens_at")


def find(user, office: Scope, code: str) -> tuple[Sitting, Viewer]:
    """The sitting and how much of it this user sees. Raises Sitting.DoesNotExist for whoever has no business there."""
    sitting = Sitting.objects.select_related("unit").get(code=code, online=True)
    if office and office.covers(sitting.unit.path):
        return sitting, Viewer()
    rooms = list(
        Duty.objects.filter(sitting=sitting, user=user, kind=Duty.Kind.INVIGILATE).values_list("room", flat=True)
    )
    if not rooms or sitting.state == Sitting.State.DRAFT:
        raise Sitting.DoesNotExist
    return sitting, Viewer(None if None in rooms else frozenset(rooms))


def hall(sitting: Sitting, viewer: Viewer, now: datetime) -> Hall:
    """All candidates of the sitting this viewer sees, and who needs somebody. Four queries."""
    clock = now_of(sitting, now)
    made = Hall(sitting, clock, _rows(sitting, viewer, clock))
    made.needs = _needs(made)
    return made


def _rows(sitting, viewer, clock) -> list[Row]:
    registered = Registration.objects.filter(sitting=sitting, state=Registration.State.APPROVED)
    if viewer.rooms is not None:
        registered = registered.filter(seat__room__in=viewer.rooms)
    columns = registered.order_by("exam_no", "pk").values_list(
        "pk", "exam_no", "person__name", "person__staff_no", "unit__name",
        "seat__room_id", "seat__room__name", "seat__number", "absent", "disqualified",
    )  # fmt: skip
    rows = {}
    for pk, exam_no, name, staff_no, unit, room, room_name, seat, absent, disqualified in columns:
        state = "disqualified" if disqualified else "absent" if absent else "waiting"
        rows[pk] = Row(pk, exam_no or "", name, staff_no or "", unit, room, room_name or "", seat, state)
    attempts = Attempt.objects.filter(sitting=sitting).order_by("started_at", "number")
    for attempt in attempts.values(
        "pk", "entry__registration_id", "entry__paper__title", "state", "answered", "started_at", "last_save",
        "last_seen", "deadline", "extra_seconds", "focus_losses", "device", "submitted_at", "closed_by",
    ):  # fmt: skip
        row = rows.get(attempt["entry__registration_id"])
        if row is not None:
            _seat(row, attempt, clock)
    return list(rows.values())


def _seat(row: Row, attempt: dict, clock: datetime) -> None:
    """Put an attempt into its candidate's row: later ones over earlier ones, an open one over all."""
    state = attempt["state"]
    if row.attempt and row.under_way and state == State.SUBMITTED:
        row.losses += attempt["focus_losses"]
        return
    away = (clock - (attempt["last_seen"] or attempt["started_at"])).total_seconds()
    if row.state != "disqualified" or state != State.SUBMITTED:
        lost = state == State.OPEN and away > LOST.total_seconds()
        row.state = "lost" if lost else str(state)
    row.attempt, row.paper, row.answered = attempt["pk"], attempt["entry__paper__title"], attempt["answered"]
    row.started, row.saved, row.seen = attempt["started_at"], attempt["last_save"], attempt["last_seen"]
    row.away, row.extra, row.device = max(0, round(away)), attempt["extra_seconds"], attempt["device"]
    row.losses += attempt["focus_losses"]
    row.submitted, row.closed_by = attempt["submitted_at"], attempt["closed_by"]
    row.left = max(0.0, (attempt["deadline"] - clock).total_seconds()) if state == State.OPEN else None


def _needs(made: Hall) -> list[Need]:
    sitting, clock = made.sitting, made.clock
    if sitting.state != Sitting.State.OPEN:
        return []
    hands, moved = _calls(sitting, clock)
    found: dict[str, list[Need]] = {"hand_up": [], "lost": [], "silent": [], "takeover": [], "away": []}

    def add(kind, row, length=timedelta(0)):
        found[kind].append(Need(kind, row, length))

    for row in made.rows:
        if not row.under_way:
            continue
        since = row.saved or row.started
        if row.attempt in hands:
            add("hand_up", row, clock - hands[row.attempt])
        if row.state == "lost":
            add("lost", row, timedelta(seconds=row.away))
        elif row.state == "open" and clock - since >= SILENT:
            add("silent", row, clock - since)
        if row.attempt in moved:
            add("takeover", row, clock - moved[row.attempt])
        if row.losses >= MANY_LOSSES:
            add("away", row)
    return [need for kind in found.values() for need in kind]


def _calls(sitting, clock) -> tuple[dict, dict]:
    """({attempt: when the hand went up, unanswered}, {attempt: when the device was changed}). A message to the
    candidate answers a raised hand.
    """
    kinds = [Kind.HAND_UP, Kind.TAKEOVER, Kind.MESSAGE]
    events = ConductEvent.objects.filter(
        sitting=sitting, kind__in=kinds, attempt__isnull=False, at__gte=clock - max(HAND_SHOWN, TAKEOVER_SHOWN)
    )
    hands, moved = {}, {}
    for attempt, kind, at in events.order_by("pk").values_list("attempt_id", "kind", "at"):
        if kind == Kind.HAND_UP:
            hands[attempt] = at
        elif kind == Kind.MESSAGE:
            hands.pop(attempt, None)
        elif clock - at <= TAKEOVER_SHOWN:
            moved[attempt] = at
    return hands, moved


def span(length: timedelta) -> str:
    """A length in words: 45秒, 3分钟, 1小时5分钟."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return _("%(n)d秒") % {"n": seconds}
    if seconds < 3600:
        return _("%(n)d分钟") % {"n": seconds // 60}
    return _("%(h)d小时%(m)d分钟") % {"h": seconds // 3600, "m": seconds % 3600 // 60}


_totals: dict[UUID, int] = {}


def fill_totals(rows: Iterable[Row]) -> None:
    """Put the number of questions into these rows (those of one page). One query for attempts not seen before: a
    layout never changes.
    """
    missing = [row.attempt for row in rows if row.attempt and row.attempt not in _totals]
    if missing:
        if len(_totals) > 20_000:
            _totals.clear()
        for pk, layout in Attempt.objects.filter(pk__in=missing).values_list("pk", "layout"):
            _totals[pk] = len(layout)
    for row in rows:
        row.total = _totals.get(row.attempt, 0)


def ordered(made: Hall) -> list[Row]:
    """Who needs somebody first, then by state, then by examination number."""
    need = {need.row.pk for need in made.needs}
    return sorted(made.rows, key=lambda row: (row.pk not in need, ORDER.index(row.state), row.exam_no, row.pk))


def chosen(rows: Iterable[Row], *, text: str = "", state: str = "", room: int | None = None) -> list[Row]:
    """Rows of this state and room whose name, examination or staff number contains ``text``."""
    wanted = {"under_way": ("open", "lost", "paused"), "": ORDER}.get(state, (state,))
    text = text.strip().casefold()
    return [
        row
        for row in rows
        if row.state in wanted
        and (room is None or row.room == room)
        and (not text or any(text in part.casefold() for part in (row.name, row.exam_no, row.staff_no)))
    ]


def log(sitting: Sitting, viewer: Viewer) -> QuerySet[ConductEvent]:
    """What happened, newest first; a room's invigilator sees that room's candidates and what concerned all."""
    rows = ConductEvent.objects.filter(sitting=sitting).select_related("registration__person", "actor")
    if viewer.rooms is not None:
        rows = rows.filter(Q(registration__isnull=True) | Q(registration__seat__room__in=viewer.rooms))
    return rows.order_by("-pk")


def cleared(sitting: Sitting) -> set[int]:
    """Events that were taken back."""
    rows = ConductEvent.objects.filter(sitting=sitting, kind=Kind.CLEARED).values_list("data", flat=True)
    return {data["event"] for data in rows if "event" in data}


def event_of(sitting: Sitting, viewer: Viewer, pk: int) -> ConductEvent:
    """One event this viewer may see. Raises ConductEvent.DoesNotExist."""
    return log(sitting, viewer).get(pk=pk)


def registrations_of(sitting: Sitting, ids: Iterable[int]) -> dict[int, Registration]:
    """Registrations of this sitting by id."""
    return Registration.objects.filter(sitting=sitting).in_bulk(list(ids))


def busy(sittings: Iterable[Sitting]) -> dict[int, tuple[int, int, int]]:
    """{sitting: (registered, entered, writing)} for the list of consoles. Two queries."""
    ids = [sitting.pk for sitting in sittings]
    found = {pk: [0, 0, 0] for pk in ids}
    for pk in Registration.objects.filter(sitting__in=ids, state=Registration.State.APPROVED).values_list(
        "sitting_id", flat=True
    ):
        found[pk][0] += 1
    seen = set()
    for pk, person, state in Attempt.objects.filter(sitting__in=ids).values_list(
        "sitting_id", "entry__registration_id", "state"
    ):
        found[pk][1] += person not in seen
        seen.add(person)
        found[pk][2] += state != State.SUBMITTED
    return {pk: tuple(counts) for pk, counts in found.items()}
