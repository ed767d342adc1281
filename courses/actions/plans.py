"""The year plan of a series: days by its rhythm, days left out with the reason, why a day was missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import PlannedSlot, Series, Session
from courses.rules import cadence
from portal import audit
from portal.actions.errors import Refused

REASON = 120


@dataclass(frozen=True)
class Planned:
    """Days ``made``, ``dropped`` (made, but left out with a reason), ``kept`` as they were, ``removed`` (replaced)."""

    made: list[date]
    dropped: list[date]
    kept: list[date]
    removed: list[date]


def make_plan(
    *,
    actor,
    now,
    series: Series,
    first: date,
    until: date,
    closed: Mapping[date, str] | None = None,
    replace: bool = False,
) -> Planned:
    """Plan the days of the series' rhythm from ``first`` to ``until``. ``closed``: days left out, with why.

    Days planned already stay as they are, so doing it twice is harmless. ``replace``: days between ``first`` and
    ``until`` that lie ahead, have no session and do not fit the rhythm go. Raises Refused: more than a year, nothing
    to plan.
    """
    if until < first:
        raise Refused(_("结束日期应不早于开始日期。"), "until")
    try:
        wanted = cadence.occurrences(series.cadence, first, until)
    except ValueError as error:
        raise Refused(_("一次最多排一年的计划。"), "until") from error
    days, left_out = cadence.split(wanted, closed or {})
    today = timezone.localdate(now)
    with transaction.atomic():
        row = _lock(series)
        there = set(PlannedSlot.objects.filter(series=row).values_list("day", flat=True))
        new = [PlannedSlot(series=row, day=day) for day in days if day not in there]
        out = [
            PlannedSlot(series=row, day=day, dropped=True, reason=why[:REASON])
            for day, why in left_out.items()
            if day not in there
        ]
        removed: list[date] = []
        if replace:
            old = PlannedSlot.objects.filter(series=row, day__range=(first, until), day__gt=today, session=None)
            old = old.exclude(day__in=wanted)
            removed = list(old.values_list("day", flat=True))
            old.delete()
        PlannedSlot.objects.bulk_create([*new, *out])
        if new or out or removed:
            told = {"first": first.isoformat(), "until": until.isoformat()}
            _record(actor, now, row, **told, made=len(new), dropped=len(out), removed=len(removed))
    kept = [day for day in wanted if day in there]
    return Planned([slot.day for slot in new], [slot.day for slot in out], kept, removed)


def add_slot(*, actor, now, series: Series, day: date) -> PlannedSlot:
    """Plan one more day; one that was left out comes back."""
    with transaction.atomic():
        row = _lock(series)
        slot, made = PlannedSlot.objects.get_or_create(series=row, day=day)
        if made or slot.dropped:
            slot.dropped = False
            slot.save(update_fields=["dropped"])
            _record(actor, now, row, day=day.isoformat(), added=True)
    return slot


def set_slot(*, actor, now, slot: PlannedSlot, dropped: bool, reason: str = "") -> PlannedSlot:
    """Say why a planned day was missed, leave it out of the plan (needs a reason) or take it back in.

    Raises Refused when a day with a session is to be left out.
    """
    reason = reason.strip()[:REASON]
    with transaction.atomic():
        row = _lock(slot.series)
        slot = PlannedSlot.objects.get(pk=slot.pk)
        if dropped and not reason:
            raise Refused(_("请填写不排的原因，如：国庆节。"), "reason")
        if dropped and Session.objects.filter(slot=slot).exists():
            raise Refused(_("这一天已安排讲座，请先取消讲座。"), "dropped")
        if (slot.dropped, slot.reason) != (dropped, reason):
            before = {"dropped": slot.dropped, "reason": slot.reason}
            slot.dropped, slot.reason = dropped, reason
            slot.save(update_fields=["dropped", "reason"])
            _record(actor, now, row, day=slot.day.isoformat(), before=before, dropped=dropped, reason=reason)
    return slot


def _lock(series: Series) -> Series:
    return Series.objects.select_for_update(of=("self",)).select_related("unit").get(pk=series.pk)


def _record(actor, now, row: Series, **data) -> None:
    audit.record(actor=actor, now=now, action="plan.saved", obj=row, unit_code=row.unit.code, code=row.code, **data)
