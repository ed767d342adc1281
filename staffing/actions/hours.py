"""The study-hours ledger: append, and reverse what was wrong. Nothing is edited (domain §2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from staffing.actions.common import facts_of, note, today
from staffing.actions.errors import Refused
from staffing.models import HourCredit, HourKind, Person

CHUNK = 2000


@dataclass(frozen=True)
class HourRow:
    """One entry for credit_hours_many; ``hours`` in 学时 of 45 minutes, a multiple of 0.5."""

    person_id: int
    kind: str
    hours: Decimal | str | float
    earned_on: date
    title: str
    source: str


def credit_hours(
    *, actor, now, person: Person, kind: str, hours, earned_on: date, title: str, source: str = "", reason: str = ""
) -> HourCredit:
    """Append one entry. ``source`` tells where it comes from; a person is credited once per source, so a replay does
    nothing.

    Without a source one is made of kind, day and title. Raises Refused: wrong hours, a future day, a source already
    credited with something else, an earlier year without a reason (closed years change only by explained adjustment).
    """
    hours = _checked(kind, hours)
    title = title.strip()
    source = (source.strip() or f"manual:{kind}:{earned_on.isoformat()}:{title}")[:80]
    if not title:
        raise Refused(_("请填写学习内容。"), "title")
    if earned_on > today(now):
        raise Refused(_("学习日期不能晚于今天。"), "earned_on")
    if earned_on.year < today(now).year and not reason.strip():
        raise Refused(_("补记往年学时须写明原因。"), "reason")
    with facts_of(person):
        known = person.hour_credits.filter(source=source).first()
        if known:
            if (known.kind, known.hours, known.earned_on) == (kind, hours, earned_on):
                return known
            raise Refused(_("同一来源已记%(hours)s学时；要更正，请先冲正原记录。") % {"hours": known.hours}, "source")
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


def credit_hours_many(*, actor, now, rows: Iterable[HourRow], reason: str = "") -> int:
    """Append many entries in one transaction with one audit row; sources already credited are left out. Returns how
    many were new.
    """
    rows = list(rows)
    credits = [
        HourCredit(
            person_id=row.person_id,
            kind=row.kind,
            hours=_checked(row.kind, row.hours),
            earned_on=row.earned_on,
            year=row.earned_on.year,
            title=row.title[:120],
            source=row.source[:80],
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
    """Take an entry back by a negative one of the same day and year. A second time returns the first reversal.

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
        reversal = HourCredit.objects.create(
            person=credit.person,
            kind=credit.kind,
            hours=-credit.hours,
            earned_on=credit.earned_on,
            year=credit.year,
            title=credit.title,
            source=f"reversal:{credit.pk}",
            reverses=credit,
            reason=reason.strip(),
            recorded_at=now,
        )
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


def _checked(kind, hours) -> Decimal:
    if kind not in HourKind.values:
        raise Refused(_("请选择学时类别。"), "kind")
    try:
        hours = Decimal(str(hours))
    except InvalidOperation as error:
        raise Refused(_("学时应为数字。"), "hours") from error
    if not (0 < hours <= 99) or hours * 2 % 1:
        raise Refused(_("学时应为0.5的倍数，大于0、不超过99。"), "hours")
    return hours.quantize(Decimal("0.1"))
