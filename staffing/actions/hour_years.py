"""Closing a year of study hours: its figures are frozen, what comes later is an adjustment (domain §2.1)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from staffing.actions.common import today
from staffing.actions.errors import Refused
from staffing.models import HourYear, HourYearLine
from staffing.queries.hours_years import closing_of, figures_of, policy_of, year_desk

BATCH = 2000


def close_year(*, actor, now, year: int, note: str = "") -> HourYear:
    """Freeze the figures of ``year``: a line for everybody due on its last day, with the unit they counted in.

    Whoever retired or left during the year is in no line. Doing it again returns the closing there is. Raises Refused
    while the year runs, and while no policy has been entered for it.
    """
    if year >= today(now).year:
        raise Refused(_("%(year)s年度尚未结束，不能关账。") % {"year": year})
    with transaction.atomic():
        known = closing_of(year)
        if known:
            return known
        desk = year_desk(year)
        policy = policy_of(desk)
        if policy is None:
            raise Refused(_("%(year)s年12月31日没有生效的政策口径，请先在政策口径中录入。") % {"year": year})
        lines = figures_of(desk)
        closing, made = HourYear.objects.get_or_create(
            year=year,
            defaults={
                "closed_at": now,
                "closed_by": actor,
                "policy": policy,
                "due": len(lines),
                "met": sum(line.met for line in lines),
                "note": note.strip()[:200],
            },
        )
        if not made:
            return closing
        for line in lines:
            line.closing = closing
        HourYearLine.objects.bulk_create(lines, batch_size=BATCH)
        audit.record(
            actor=actor,
            now=now,
            action="hours.year_closed",
            obj=closing,
            year=year,
            policy=policy.code,
            due=closing.due,
            met=closing.met,
            note=closing.note,
        )
    return closing
