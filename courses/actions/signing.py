"""Signing in and out by scanning the projector's code. The moment of the scan counts, not that of a click after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.actions.attendance import settle_again
from courses.actions.attendance_base import Guests, State, fresh, refuse_cancelled
from courses.actions.signups import lock
from courses.models import Attendance, Session, Way
from courses.queries.sessions import day_of
from courses.rules import attendance as rules
from exams.queries.eligibility import bases
from portal import audit
from portal.actions.errors import Refused
from staffing.actions.common import hold_people
from staffing.models import Person


@dataclass(frozen=True)
class Signed:
    """``again``: nothing new, it was recorded before. ``guest``: 旁听, not among those invited."""

    attendance: Attendance
    direction: str
    again: bool
    guest: bool


def sign(*, actor, now, person: Person, session: Session, direction: str, at: datetime) -> Signed:
    """Record that ``person`` scanned the code of ``direction`` at ``at``. Arrival is the first scan, departure the
    last; scanning again changes nothing else.

    Somebody who is not invited is recorded as a guest and earns like everybody. Raises Refused: cancelled, outside the
    window, not in post, a record that was voided as signed by somebody else.
    """
    with transaction.atomic():
        row = lock(session)
        hold_people([person.pk])
        refuse_cancelled(row)
        if direction not in rules.DIRECTIONS or not rules.is_open(direction, at, row.starts_at, row.ends_at):
            raise Refused(_shut(row, direction))
        known = Attendance.objects.filter(session=row, person=person).first()
        if known is not None and known.state == State.PROXY:
            raise Refused(_("您的签到已记为代签作废，请联系培训管理员。"))
        one = known or _new(row, person, now)
        if known is not None and rules.MANUAL in known.flags and known.state == State.PRESENT:
            return Signed(one, direction, True, rules.GUEST in one.flags)
        changed = _scan(one, direction, at)
        guest = rules.GUEST in one.flags
        if not changed:
            return Signed(one, direction, True, guest)
        one.save()
        audit.record(
            actor=actor,
            now=now,
            action="attendance.signed",
            obj=one,
            unit_code=one.unit.code,
            code=row.code,
            direction=direction,
            at=at.isoformat(),
            guest=guest,
        )
        settle_again(actor=actor, now=now, session=row, rows=[one], reason="")
    return Signed(one, direction, False, guest)


def _new(session: Session, person: Person, now) -> Attendance:
    unit = bases([person], day_of(session)).get(person.pk)
    if unit is None:
        raise Refused(_("您在讲座当日不在册，请联系本单位政工科。"))
    guest = Guests(session).holds(person.pk, unit)
    return fresh(session, person.pk, unit, Way.SCAN, now, guest=guest)


def _scan(one: Attendance, direction: str, at: datetime) -> bool:
    """Put the scan into the row; False when it says nothing new."""
    if one.state in (State.LEAVE, State.VOID):
        # Came after all: from now on the scans say it.
        one.signed_in = one.signed_out = None
        one.flags = [flag for flag in one.flags if flag != rules.MANUAL]
    if direction == rules.IN:
        if one.signed_in or (one.signed_out and one.signed_out <= at):
            return False
        one.signed_in = at
    else:
        if one.signed_out and rules.minute(one.signed_out) >= rules.minute(at):
            return False
        one.signed_out = at
    one.state = rules.state_of(one.signed_in, one.signed_out)
    one.flags = rules.kept(one.flags, [] if one.signed_in else [rules.NO_SIGN_IN])
    return True


def _shut(session: Session, direction: str) -> str:
    first, until = (timezone.localtime(one) for one in rules.window(direction, session.starts_at, session.ends_at))
    told = {"first": f"{first:%Y-%m-%d %H:%M}", "until": f"{until:%H:%M}"}
    if direction == rules.IN:
        return _("签到时间为%(first)s至%(until)s，现在不能签到。") % told
    return _("签退时间为%(first)s至%(until)s，现在不能签退。") % told
