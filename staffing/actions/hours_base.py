"""What all writing to the study-hours ledger shares: checking an entry, closed years, time that earns only once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from staffing.actions.errors import Refused
from staffing.models import HourCredit, HourKind, HourSpan, HourYear
from staffing.rules import hours as rules
from staffing.rules.hours import Span
from staffing.rules.params import Params, exact

# The most a single entry may have, and one that stands for a whole year.
MOST, MOST_IN_YEAR = 99, 999


@dataclass(frozen=True)
class HourRow:
    """One entry for the actions on many; ``hours`` in 学时, a multiple of 0.5 (0 only for ``set_hours_many``).

    ``spans``: pairs of aware datetimes [start, end) for which it is earned. ``whole_year``: taken over from a yearly
    ledger, outside the daily ceiling.
    """

    person_id: int
    kind: str
    hours: Decimal | str | float
    earned_on: date
    title: str
    source: str
    spans: Iterable[Span] = ()
    whole_year: bool = False


def checked(kind, hours, most: int = MOST) -> Decimal:
    """``hours`` as stored. Raises Refused for an unknown kind and for hours that cannot be credited."""
    if kind not in HourKind.values:
        raise Refused(_("请选择学时类别。"), "kind")
    try:
        hours = Decimal(str(hours))
    except InvalidOperation as error:
        raise Refused(_("学时应为数字。"), "hours") from error
    if not hours.is_finite() or not 0 < hours <= most or hours * 2 % 1:
        raise Refused(_("学时应为0.5的倍数，大于0、不超过%(most)s。") % {"most": most}, "hours")
    return hours.quantize(Decimal("0.1"))


def refuse_closed(years: Iterable[int], reason: str) -> None:
    """Entries into a closed year are adjustments and say why (domain §2.1). Raises Refused without a reason."""
    if reason.strip():
        return
    closed = HourYear.objects.filter(year__in=set(years)).order_by("year").first()
    if closed:
        raise Refused(_("%(year)s年度学时已关账，变动须写明原因。") % {"year": closed.year}, "reason")


def within_free(wanted: Decimal, kind: str, spans: list[Span], free: list[Span], policy: Params) -> Decimal:
    """``wanted`` hours, or fewer when some of ``spans`` have earned hours already and only ``free`` is left."""
    limit = rules.overlap_limit(exact(wanted), kind, rules.minutes_of(spans), rules.minutes_of(free), policy)
    return Decimal(limit.numerator) / Decimal(limit.denominator)


def span_rows(credit: HourCredit, spans: Iterable[Span]) -> list[HourSpan]:
    """Rows, not saved, for the time ``credit`` was earned in."""
    return [HourSpan(person_id=credit.person_id, credit=credit, start=start, end=end) for start, end in spans]


def reversal_of(credit: HourCredit, reason: str, now) -> HourCredit:
    """The entry, not saved, that takes ``credit`` back on its own day."""
    return HourCredit(
        person_id=credit.person_id,
        kind=credit.kind,
        hours=-credit.hours,
        earned_on=credit.earned_on,
        year=credit.year,
        title=credit.title,
        source=f"reversal:{credit.pk}",
        whole_year=credit.whole_year,
        reverses=credit,
        reason=reason.strip()[:200],
        recorded_at=now,
    )
