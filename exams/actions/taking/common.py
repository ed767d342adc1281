"""What the candidate's actions share: their refusals, the look at the row they change, and the writing of answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    UUIDField,
)
from django.db.models.constants import OnConflict
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from exams.delivery import facts
from exams.delivery.answers import Given
from exams.delivery.sheets import Sheet, sheet_of
from exams.models.attempts import AnswerEvent, Attempt, ConductEvent
from portal.actions.errors import Refused
from portal.prepared import Change
from portal.prepared import Given as Slot

MOST_FOCUS = 20


class Unknown(LookupError):
    """There is no such attempt, or it is somebody else's."""


class Stopped(Refused):
    """The attempt takes no answers (or no hand-in) now: ``code`` lease, submitted, paused, deadline or early."""

    def __init__(self, code: str, attempt: Attempt):
        super().__init__(_TEXTS[code]())
        self.code, self.attempt = code, attempt


_TEXTS = {
    "lease": lambda: _("您已在其他设备上继续作答，本机不再保存。"),
    "submitted": lambda: _("已交卷，不能再作答。"),
    "paused": lambda: _("监考已暂停您的考试，请等待恢复。"),
    "deadline": lambda: _("考试时间已到，不再接受答案。"),
    "early": lambda: _("还没有到允许交卷的时间。"),
}


@dataclass
class Saved:
    """Answer keys now in the log, those refused with the reason, and how the attempt stands."""

    attempt: Attempt
    sheet: Sheet
    fresh: bool
    keys: list[str] = field(default_factory=list)
    refused: list[dict] = field(default_factory=list)


def sheet_for(attempt_id: UUID, user_id: int) -> tuple[Sheet, bool]:
    """The sheet of one's own attempt, and whether the database was asked. Raises Unknown."""
    sheet, asked = sheet_of(attempt_id)
    if sheet is None or sheet.user_id != user_id:
        raise Unknown
    return sheet, asked


def lock(sheet: Sheet) -> Attempt:
    """The attempt, its row held until the end of the transaction: closing and saving queue up on it."""
    attempt = facts.live(sheet.attempt_id, sheet.user_id, lock=True)
    if attempt is None:
        raise Unknown
    return attempt


def check(attempt: Attempt, lease: UUID | None, clock: datetime) -> None:
    """Raises Stopped unless this device may save now. Submitted comes first: it is so on every device."""
    if attempt.state == Attempt.State.SUBMITTED:
        raise Stopped("submitted", attempt)
    if attempt.lease != lease:
        raise Stopped("lease", attempt)
    if attempt.state == Attempt.State.PAUSED:
        raise Stopped("paused", attempt)
    if attempt.deadline <= clock:
        raise Stopped("deadline", attempt)


def store(attempt: Attempt, given: list[Given], losses: int, clock: datetime) -> None:
    """Append the answers and count what is answered; the row is locked and was checked. Raises Stopped when the
    conditional update finds it changed after all, so that nothing stays.
    """
    if given:
        append(attempt.pk, given, clock)
    where = {"attempt": attempt.pk, "user": attempt.user_id, "lease": attempt.lease, "clock": clock, "losses": losses}
    if not (_SAVED if given else _SEEN)(**where):
        raise Stopped("submitted", attempt)


def append(attempt_id: UUID, given: list[Given], clock: datetime) -> None:
    """The answers into the log in one statement; a key that is there already is left as it is."""
    table, ops = AnswerEvent._meta, connection.ops
    fields = [field for field in table.concrete_fields if not field.primary_key]
    ignore = OnConflict.IGNORE
    row = f"({', '.join(['%s'] * len(fields))})"
    sql = " ".join(
        [
            ops.insert_statement(on_conflict=ignore),
            ops.quote_name(table.db_table),
            f"({', '.join(ops.quote_name(field.column) for field in fields)}) VALUES",
            ", ".join([row] * len(given)),
            ops.on_conflict_suffix_sql(fields, ignore, [], []),
        ]
    )
    values = [
        {
            "attempt_id": attempt_id,
            "item": answer.item,
            "sequence": answer.sequence,
            "client_key": answer.key,
            "value": answer.value,
            "filled": answer.filled,
            "received_at": clock,
        }
        for answer in given
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            sql, [field.get_db_prep_save(row[field.attname], connection) for row in values for field in fields]
        )


def _saveable(changes: dict):
    """The conditional update of a save: this user's device, an open attempt, before the deadline."""
    rows = Attempt.objects.filter(
        pk=Slot("attempt", Attempt._meta.pk),
        user_id=Slot("user", BigIntegerField()),
        lease=Slot("lease", UUIDField()),
        state=Attempt.State.OPEN,
        deadline__gt=Slot("clock", DateTimeField()),
    )
    changes["last_seen"] = Slot("clock", DateTimeField())
    changes["focus_losses"] = F("focus_losses") + Slot("losses", IntegerField())
    return rows, changes


def _answered():
    """Items whose current answer (highest sequence, then the later row) is not empty, counted in the database."""
    events = AnswerEvent.objects.filter(attempt_id=Slot("attempt", Attempt._meta.pk))
    later = AnswerEvent.objects.filter(attempt_id=OuterRef("attempt_id"), item=OuterRef("item")).filter(
        Q(sequence__gt=OuterRef("sequence")) | Q(sequence=OuterRef("sequence"), pk__gt=OuterRef("pk"))
    )
    counted = events.filter(~Exists(later), filled=True).order_by().values("attempt_id")
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)


_SEEN = Change(lambda: _saveable({}))
_SAVED = Change(lambda: _saveable({"last_save": Slot("clock", DateTimeField()), "answered": _answered()}))


def focus_seconds(raw) -> list[int]:
    """Lengths in seconds of the times the page was left, as far as they make sense."""
    if not isinstance(raw, list):
        return []
    lengths = [entry.get("seconds") for entry in raw[:MOST_FOCUS] if isinstance(entry, dict)]
    return [min(86_400, round(n)) for n in lengths if type(n) in (int, float) and 0 <= n < 1e9]


def note(sheet: Sheet, kind: str, clock: datetime, data: list[dict], *, actor_id: int) -> None:
    """Append conduct events of this candidate, one an entry of ``data``."""
    ConductEvent.objects.bulk_create(
        [
            ConductEvent(
                sitting_id=sheet.sitting_id,
                registration_id=sheet.registration_id,
                attempt_id=sheet.attempt_id,
                kind=kind,
                data=entry,
                at=clock,
                actor_id=actor_id,
            )
            for entry in data
        ]
    )
