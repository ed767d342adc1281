"""Hours of what was learnt on the portal: a course, a recording, a case, a drill."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.figures import num
from staffing.actions.hours import set_hours
from staffing.models import HourCredit, HourYear
from staffing.queries.hours_spans import standing_credit


def book(*, actor, now, person, kind, hours, title: str, source: str, spans) -> HourCredit | None:
    """Make the ledger hold ``hours`` under ``source``, today. Inside the caller's transaction.

    ``spans``: when the time was spent; minutes that earned elsewhere earn nothing again. None: nothing was earned.
    """
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


def earn(*, source: str, person, hours, **told) -> HourCredit | None:
    """As ``book``, once: what stands under ``source`` stays."""
    known = standing_credit(person, source)
    if known or not hours:
        return known
    return book(source=source, person=person, hours=hours, **told)


def cut_words(credit: HourCredit | None, hours: Decimal) -> str:
    """Why fewer than ``hours`` were credited; "" when all were."""
    if credit is None:
        return _("这段时间已在别处计过学时，不再重复计。") if hours else ""
    lost = hours - credit.hours
    return _("其中%(n)s学时的时间已在别处计过，不再重复计。") % {"n": num(lost)} if lost > 0 else ""
