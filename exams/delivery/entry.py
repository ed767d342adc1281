"""May this candidate enter, paper by paper? The enter page shows it, and starting asks the same question again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from exams.delivery.clock import now_of, window_of
from exams.models.attempts import Attempt
from exams.models.sittings import Entry, Registration, Sitting


@dataclass(frozen=True)
class Standing:
    """One paper of a sitting for one candidate.

    ``state``: waiting (not yet), ready, open (an attempt is under way), done (handed in, no further attempt), late,
    over or blocked; ``reason`` is the sentence for all but ready and open. ``number`` is that of the attempt to begin.
    """

    entry: Entry
    state: str
    reason: str
    opens: datetime
    closes: datetime
    server_now: datetime
    attempt: Attempt | None
    number: int

    @property
    def position(self) -> int:
        return self.entry.paper.position

    @property
    def title(self) -> str:
        return self.entry.paper.title

    @property
    def minutes(self) -> int:
        return self.entry.paper.minutes

    @property
    def total(self) -> Decimal:
        return self.entry.paper.total

    @property
    def attempt_id(self) -> UUID | None:
        """The attempt that is open, or else the last one."""
        return self.attempt.pk if self.attempt else None

    @property
    def needs_code(self) -> bool:
        return bool(self.entry.registration.sitting.entry_code)

    @property
    def seconds_left(self) -> float:
        """Until the window opens."""
        return max(0.0, (self.opens - self.server_now).total_seconds())


def standings(user, sitting: Sitting, now: datetime) -> list[Standing]:
    """Every paper of the sitting this user is entered for, in order; empty for people not entered. Two queries."""
    entries = list(
        Entry.objects.filter(registration__sitting=sitting, registration__person__user=user)
        .select_related("paper", "registration__sitting", "registration__seat__batch")
        .order_by("paper__position")
    )
    if not entries:
        return []
    ids = [entry.pk for entry in entries]
    attempts = list(Attempt.objects.filter(entry__in=ids).defer("layout", "answers").order_by("number"))
    return [_standing(entry, attempts, now) for entry in entries]


def _standing(entry: Entry, attempts: list[Attempt], now: datetime) -> Standing:
    sitting = entry.registration.sitting
    clock, (opens, closes) = now_of(sitting, now), window_of(entry.registration)
    own = [attempt for attempt in attempts if attempt.entry_id == entry.pk]
    last = own[-1] if own else None
    state, reason = _state(entry, last, bool(attempts), clock, opens, closes)
    return Standing(entry, state, reason, opens, closes, clock, last, len(own) + (state == "ready"))


def _state(entry, last, came_before, clock, opens, closes) -> tuple[str, str]:
    sitting = entry.registration.sitting
    if last and last.state != Attempt.State.SUBMITTED:
        return "open", ""
    if blocked := _blocked(entry.registration):
        return "blocked", blocked
    if last and last.number >= sitting.attempts_allowed:
        return "done", _("已交卷，本科目不能再次进入。")
    if clock < opens:
        return "waiting", _("%(time)s开考，到时自动进入。") % {"time": _moment(opens, clock)}
    if clock >= closes:
        return "over", _("本场考试已于%(time)s结束。") % {"time": _moment(closes, clock)}
    # Who was in the room for one paper is not late for the next.
    if not came_before and clock >= opens + timedelta(minutes=sitting.late_minutes):
        return "late", _("开考%(n)d分钟后不得入场，请与监考联系。") % {"n": sitting.late_minutes}
    return "ready", ""


def _blocked(registration: Registration) -> str:
    sitting = registration.sitting
    if sitting.state != Sitting.State.OPEN or not sitting.online:
        over = sitting.state in (Sitting.State.CLOSED, Sitting.State.RELEASED)
        return _("本场考试已结束。") if over else _("本场考试尚未开放。")
    if registration.state != Registration.State.APPROVED:
        return _("您的报名未通过审核或已撤销，不能进入。")
    if registration.disqualified:
        return _("您已被取消本场考试资格，请与监考联系。")
    if registration.absent:
        return _("您已被登记为缺考，请与监考联系。")
    return ""


def _moment(at: datetime, clock: datetime) -> str:
    """H:MM, with the day when it is another one."""
    at, clock = localtime(at), localtime(clock)
    time = date_format(at, "G:i")
    return time if at.date() == clock.date() else f"{at:%Y-%m-%d} {time}"
