"""What the candidate's actions share: their refusals, the look at the row they change, and the writing of answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from exams.delivery import facts
from exams.delivery.answers import Given
from exams.delivery.sheets import Sheet, sheet_of
from exams.models.attempts import AnswerEvent, Attempt, ConductEvent
from portal.actions.errors import Refused

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
        AnswerEvent.objects.bulk_create(
            [
                AnswerEvent(
                    attempt_id=attempt.pk,
                    item=answer.item,
                    sequence=answer.sequence,
                    client_key=answer.key,
                    value=answer.value,
                    filled=answer.filled,
                    received_at=clock,
                )
                for answer in given
            ],
            ignore_conflicts=True,
        )
    changes = {"last_seen": clock}
    if given:
        changes |= {"last_save": clock, "answered": answered(attempt.pk)}
    if losses:
        changes["focus_losses"] = F("focus_losses") + losses
    rows = Attempt.objects.filter(
        pk=attempt.pk,
        user_id=attempt.user_id,
        lease=attempt.lease,
        state=Attempt.State.OPEN,
        deadline__gt=clock,
    )
    if not rows.update(**changes):
        raise Stopped("submitted", attempt)


def answered(attempt_id: UUID):
    """Items whose current answer (highest sequence, then the later row) is not empty, counted in the database."""
    events = AnswerEvent.objects.filter(attempt_id=attempt_id)
    later = AnswerEvent.objects.filter(attempt_id=OuterRef("attempt_id"), item=OuterRef("item")).filter(
        Q(sequence__gt=OuterRef("sequence")) | Q(sequence=OuterRef("sequence"), pk__gt=OuterRef("pk"))
    )
    counted = events.filter(~Exists(later), filled=True).order_by().values("attempt_id")
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)


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
