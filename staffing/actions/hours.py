"""The study-hours ledger: append, and reverse what was wrong. Nothing is edited (domain §2.1).

What people decide is credited with ``credit_hours``, which refuses what does not fit. What follows from records that
may still be corrected (attendance, films watched) is kept equal to them with ``set_hours`` and ``set_hours_many``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import audit
from portal import figures as show
from staffing.actions.common import facts_of, hold_people, note, today
from staffing.actions.errors import Refused
from staffing.actions.hours_base import (
    MOST,
    MOST_IN_YEAR,
    HourRow,
    checked,
    refuse_closed,
    reversal_of,
    span_rows,
    within_free,
)
from staffing.actions.hours_set import Settled, settle
from staffing.models import HourCredit, HourSpan, Person
from staffing.queries.hours_spans import taken_spans
from staffing.queries.policies import policy_for
from staffing.rules.hours import Span, free_spans, merged

__all__ = [
    "HourRow",
    "Settled",
    "credit_hours",
    "credit_hours_many",
    "reverse_hours",
    "set_hours",
    "set_hours_many",
]
CHUNK = 2000


def credit_hours(
    *,
    actor,
    now,
    person: Person,
    kind: str,
    hours,
    earned_on: date,
    title: str,
    source: str = "",
    reason: str = "",
    spans: Iterable[Span] = (),
) -> HourCredit:
    """Append one entry. ``source`` tells where it comes from; a person is credited once per source, so a replay does
    nothing. ``spans``: pairs of aware datetimes [start, end) for which the hours are earned.

    Without a source one is made of kind, day and title. Raises Refused: wrong hours, a future day, a source already
    credited with something else, an earlier year without a reason (closed years change only by explained adjustment),
    more hours than the time not yet credited elsewhere is worth.
    """
    hours = checked(kind, hours)
    title = title.strip()
    source = (source.strip() or f"manual:{kind}:{earned_on.isoformat()}:{title}")[:80]
    if not title:
        raise Refused(_("请填写学习内容。"), "title")
    if earned_on > today(now):
        raise Refused(_("学习日期不能晚于今天。"), "earned_on")
    if earned_on.year < today(now).year and not reason.strip():
        raise Refused(_("补记往年学时须写明原因。"), "reason")
    spans = merged(spans)
    with facts_of(person):
        known = person.hour_credits.filter(source=source).first()
        if known:
            if (known.kind, known.hours, known.earned_on) == (kind, hours, earned_on):
                return known
            raise Refused(_("同一来源已记%(hours)s学时；要更正，请先冲正原记录。") % {"hours": known.hours}, "source")
        refuse_closed([earned_on.year], reason)
        free = _free(person, kind, hours, earned_on, spans) if spans else []
        credit = HourCredit.objects.create(
            person=person,
            kind=kind,
            hours=hours,
            earned_on=earned_on,
            year=earned_on.year,
            title=title[:120],
            source=source,
            reason=reason.strip(),
            recorded_at=now,
        )
        HourSpan.objects.bulk_create(span_rows(credit, free))
        note(
            actor=actor,
            now=now,
            action="hours.credited",
            person=person,
            row=credit,
            kind=kind,
            hours=hours,
            earned_on=earned_on,
            title=credit.title,
            source=source,
            reason=reason,
        )
    return credit


def _free(person: Person, kind: str, hours, earned_on: date, spans: list[Span]) -> list[Span]:
    """What of ``spans`` has not earned anything yet. Raises Refused when that is too little for ``hours``."""
    taken = taken_spans({person.pk: spans}).get(person.pk, [])
    free = free_spans(spans, [(start, end) for start, end, _source in taken])
    if free == spans:
        return free
    most = within_free(hours, kind, spans, free, policy_for(earned_on))
    if most < hours:
        raise Refused(
            _("这段时间有一部分已在别处计过学时，最多可再记%(hours)s学时。") % {"hours": show.num(most)}, "hours"
        )
    return free


def credit_hours_many(*, actor, now, rows: Iterable[HourRow], reason: str = "") -> int:
    """Append many entries in one transaction with one audit row; sources already credited are left out. Returns how
    many were new. Raises Refused like ``credit_hours``, and ValueError for rows with spans: those belong to
    ``set_hours_many``, which sees to it that no minute earns twice.
    """
    rows = list(rows)
    if any(tuple(row.spans) for row in rows):
        raise ValueError("rows with spans belong to set_hours_many")
    credits = [
        HourCredit(
            person_id=row.person_id,
            kind=row.kind,
            hours=checked(row.kind, row.hours, MOST_IN_YEAR if row.whole_year else MOST),
            earned_on=row.earned_on,
            year=row.earned_on.year,
            title=row.title[:120],
            source=row.source[:80],
            whole_year=row.whole_year,
            reason=reason,
            recorded_at=now,
        )
        for row in rows
    ]
    if any(credit.earned_on > today(now) for credit in credits):
        raise Refused(_("学习日期不能晚于今天。"), "earned_on")
    new = []
    with transaction.atomic():
        for at in range(0, len(credits), CHUNK):
            part = credits[at : at + CHUNK]
            known = set(
                HourCredit.objects.filter(source__in={c.source for c in part}).values_list("person_id", "source")
            )
            for credit in part:
                key = (credit.person_id, credit.source)
                if key not in known:
                    known.add(key)
                    new.append(credit)
        refuse_closed({credit.year for credit in new}, reason)
        HourCredit.objects.bulk_create(new, batch_size=CHUNK)
        if new:
            audit.record(
                actor=actor,
                now=now,
                action="hours.credited",
                entries=len(new),
                people=len({credit.person_id for credit in new}),
                hours=sum(credit.hours for credit in new),
                sources=sorted({credit.source for credit in new})[:20],
                reason=reason,
            )
    return len(new)


def reverse_hours(*, actor, now, credit: HourCredit, reason: str) -> HourCredit:
    """Take an entry back by a negative one of the same day and year; its time may earn again. A second time returns
    the first reversal.

    Raises Refused without a reason, or for an entry that is itself a reversal.
    """
    if credit.reverses_id:
        raise Refused(_("这条记录本身是冲正，不能再冲正；请重新登记学时。"))
    if not reason.strip():
        raise Refused(_("请写明冲正原因。"), "reason")
    with facts_of(credit.person):
        known = HourCredit.objects.filter(reverses=credit).first()
        if known:
            return known
        reversal = reversal_of(credit, reason, now)
        reversal.save()
        credit.spans.all().delete()
        note(
            actor=actor,
            now=now,
            action="hours.reversed",
            person=credit.person,
            row=credit,
            hours=reversal.hours,
            earned_on=credit.earned_on,
            title=credit.title,
            reason=reason,
        )
    return reversal


def set_hours(
    *,
    actor,
    now,
    person: Person,
    kind: str,
    hours,
    earned_on: date,
    title: str,
    source: str,
    spans: Iterable[Span] = (),
    reason: str = "",
) -> HourCredit | None:
    """Make what stands in the ledger under (``person``, ``source``) equal to this; returns what stands afterwards.

    Nothing yet: credited. Something else: reversed and credited again (as ``<source>#2``, …). The same: nothing
    happens. ``hours`` 0: what stands is reversed. Time of ``spans`` that has earned hours under another source earns
    nothing again: the hours are lowered (staffing.rules.hours.overlap_limit), to nothing if need be. Raises Refused:
    wrong hours, a future day, a change in a closed year without ``reason``.
    """
    row = HourRow(person.pk, kind, hours, earned_on, title, source, spans)
    with facts_of(person):
        found = settle(now=now, rows=[row], reason=reason)
        for credit in found.reversals:
            original = credit.reverses
            told = {
                "hours": credit.hours,
                "earned_on": credit.earned_on,
                "title": credit.title,
                "reason": credit.reason,
            }
            note(actor=actor, now=now, action="hours.reversed", person=person, row=original, **told)
        for credit in found.credits:
            note(
                actor=actor,
                now=now,
                action="hours.credited",
                person=person,
                row=credit,
                kind=kind,
                hours=credit.hours,
                earned_on=earned_on,
                title=credit.title,
                source=credit.source,
                reason=credit.reason,
                overlapped=bool(found.overlapped),
            )
    return found.standing[0]


def set_hours_many(*, actor, now, rows: Iterable[HourRow], reason: str = "") -> Settled:
    """``set_hours`` for many rows in one transaction with a few queries and one audit row for each direction.

    Of rows that claim the same minutes of one person the first has them. Raises Refused like ``set_hours``.
    """
    rows = list(rows)
    try:
        with transaction.atomic():
            hold_people(row.person_id for row in rows)
            found = settle(now=now, rows=rows, reason=reason)
            for action, entries in (("hours.reversed", found.reversals), ("hours.credited", found.credits)):
                if entries:
                    audit.record(
                        actor=actor,
                        now=now,
                        action=action,
                        entries=len(entries),
                        people=len({credit.person_id for credit in entries}),
                        hours=sum(credit.hours for credit in entries),
                        sources=sorted({credit.source for credit in entries})[:20],
                        reason=reason,
                        overlapped=found.overlapped,
                    )
    except IntegrityError as error:
        raise Refused(_("没有保存：与刚刚登记的另一条记录冲突，请刷新后再看。")) from error
    return found.settled
