"""A lecture recorded as held; minutes that differ from the timetable change what presence was worth."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from courses.actions import signups
from courses.actions.attendance import settle_session
from courses.actions.attendance_base import over_at
from courses.actions.sessions import mark_held
from courses.models import Session


def hold_session(*, actor, now, session: Session, minutes_held: int | None = None) -> Session:
    """Record that it was held, with the ``minutes_held`` when it ended early or took longer than the timetable says.

    Again with the same minutes is harmless; with others it corrects them, and presence that was settled already is
    settled by them at once (when the lecture is not over by them, once it is). Raises Refused: not begun, cancelled.
    """
    with transaction.atomic():
        before = signups.lock(session).minutes
        row = mark_held(actor=actor, now=now, session=session, minutes_held=minutes_held)
        if row.settled_at and row.minutes != before:
            if now < over_at(row):
                row.settled_at = None
                Session.objects.filter(pk=row.pk).update(settled_at=None)
            else:
                # In a closed year the ledger asks why.
                reason = _("实际时长由%(old)s分钟改为%(new)s分钟") % {"old": before, "new": row.minutes}
                settle_session(actor=actor, now=now, session=row, reason=reason)
    return row
