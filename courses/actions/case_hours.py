"""Hours of what is done once a year on a page of its own: a case, a drill."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from staffing.actions.hours import set_hours
from staffing.models import HourCredit, HourYear
from staffing.queries.hours_spans import standing_credit


def earn(*, actor, now, person, kind, hours, title: str, source: str, spans) -> HourCredit | None:
    """Credit ``hours`` once under ``source``; what stands there stays. Inside the caller's transaction.

    ``spans``: when the time was spent; minutes that earned elsewhere earn nothing again. None: nothing was earned.
    """
    known = standing_credit(person, source)
    if known or not hours:
        return known
    earned_on = timezone.localdate(now)
    # Learnt after the year's books were closed early: an adjustment, which the ledger wants explained.
    closed = HourYear.objects.filter(year=earned_on.year).exists()
    return set_hours(
        actor=actor,
        now=now,
        person=person,
        kind=kind,
        hours=hours,
        earned_on=earned_on,
        title=title[:120],
        source=source,
        spans=spans,
        reason=_("关账后学完") if closed else "",
    )
