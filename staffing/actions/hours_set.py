"""Keeping the ledger equal to records that may still be corrected. Used through ``staffing.actions.hours``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from staffing.actions.common import today
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
from staffing.models import HourCredit, HourKind, HourSpan
from staffing.queries.hours_spans import base_source, ledger_under, taken_spans
from staffing.queries.policies import PolicyBook
from staffing.rules.hours import free_spans, merged

CHUNK = 2000


@dataclass(frozen=True)
class Settled:
    """How many rows were credited anew, changed, only reversed, or left as they stood; ``overlapped``: how many of
    the rows got fewer hours because part of their time had earned hours elsewhere.
    """

    credited: int = 0
    changed: int = 0
    reversed: int = 0
    unchanged: int = 0
    overlapped: int = 0


@dataclass
class Found:
    """What ``settle`` wrote; ``standing`` has, row by row, what stands afterwards."""

    credits: list[HourCredit] = field(default_factory=list)
    reversals: list[HourCredit] = field(default_factory=list)
    standing: list[HourCredit | None] = field(default_factory=list)
    changed: int = 0
    unchanged: int = 0
    overlapped: int = 0

    @property
    def settled(self) -> Settled:
        return Settled(
            len(self.credits) - self.changed,
            self.changed,
            len(self.reversals) - self.changed,
            self.unchanged,
            self.overlapped,
        )


def settle(*, now, rows: list[HourRow], reason: str) -> Found:
    """Write what is needed so that every row stands. Inside the caller's transaction, with the people locked."""
    return _Settling(now, rows, reason).done()


class _Settling:
    def __init__(self, now, rows: list[HourRow], reason: str):
        self.now, self.rows, self.reason = now, rows, reason.strip()
        self.found = Found()
        self.keys = [(row.person_id, base_source(row.source)) for row in rows]
        if len(set(self.keys)) < len(rows):
            raise ValueError("one person and source twice in one settlement")
        self.ledger = ledger_under((pk for pk, _source in self.keys), (source for _pk, source in self.keys))
        self.spans = [merged(row.spans) for row in rows]
        self.held = self._held()
        self.taken = self._taken()
        self.freed: list[int] = []
        self.new_spans: list[tuple[HourCredit, list]] = []

    def _held(self) -> dict[int, list]:
        """{entry: its time} of what stands under these rows."""
        held, ids = defaultdict(list), sorted(credit.pk for credit in self.ledger.standing.values())
        for at in range(0, len(ids), CHUNK):
            rows = HourSpan.objects.filter(credit_id__in=ids[at : at + CHUNK]).order_by("start")
            for credit, start, end in rows.values_list("credit_id", "start", "end"):
                held[credit].append((start, end))
        return held

    def _taken(self) -> dict[int, list]:
        """Time that earned hours under sources which are not being settled for the same person."""
        asked, mine = defaultdict(list), set(self.keys)
        for row, spans in zip(self.rows, self.spans, strict=True):
            asked[row.person_id].extend(spans)
        return defaultdict(
            list,
            {
                pk: [(start, end) for start, end, source in spans if (pk, source) not in mine]
                for pk, spans in taken_spans(asked).items()
            },
        )

    def done(self) -> Found:
        policies, last = None, today(self.now)
        for row, key, spans in zip(self.rows, self.keys, self.spans, strict=True):
            hours = self._wanted(row, last)
            free = spans
            if hours and spans and (taken := self.taken[row.person_id]):
                free = free_spans(spans, taken)
                if free != spans:
                    policies = policies or PolicyBook()
                    fewer = within_free(hours, row.kind, spans, free, policies.on(row.earned_on))
                    self.found.overlapped += fewer < hours
                    hours = fewer
            if hours:
                self.taken[row.person_id].extend(free)
            self._stand(row, key, hours, free if hours else [])
        self._write()
        return self.found

    def _wanted(self, row: HourRow, last) -> Decimal:
        if row.kind not in HourKind.values or Decimal(str(row.hours)) != 0:
            hours = checked(row.kind, row.hours, MOST_IN_YEAR if row.whole_year else MOST)
            if not row.title.strip():
                raise Refused(_("请填写学习内容。"), "title")
            if row.earned_on > last:
                raise Refused(_("学习日期不能晚于今天。"), "earned_on")
            return hours
        return Decimal(0)

    def _stand(self, row: HourRow, key, hours: Decimal, spans: list) -> None:
        known = self.ledger.standing.get(key)
        same = known and (known.kind, known.hours, known.earned_on, known.whole_year) == (
            row.kind,
            hours,
            row.earned_on,
            row.whole_year,
        )
        if same or not (known or hours):
            self.found.unchanged += 1
            self.found.standing.append(known)
            if known and self.held.get(known.pk, []) != spans:
                self.freed.append(known.pk)
                self.new_spans.append((known, spans))
            return
        if known:
            why = self.reason or (_("更正：以最新核定为准") if hours else _("撤销：核定后不计学时"))
            self.found.reversals.append(reversal_of(known, why, self.now))
            self.freed.append(known.pk)
        credit = self._credit(row, key, hours) if hours else None
        self.found.standing.append(credit)
        if credit:
            self.found.changed += known is not None
            self.found.credits.append(credit)
            self.new_spans.append((credit, spans))

    def _credit(self, row: HourRow, key, hours: Decimal) -> HourCredit:
        pk, source = key
        number = self.ledger.used.get(key, 0) + 1
        return HourCredit(
            person_id=pk,
            kind=row.kind,
            hours=hours,
            earned_on=row.earned_on,
            year=row.earned_on.year,
            title=row.title.strip()[:120],
            source=source if number == 1 else f"{source}#{number}",
            whole_year=row.whole_year,
            reason=self.reason[:200],
            recorded_at=self.now,
        )

    def _write(self) -> None:
        entries = [*self.found.reversals, *self.found.credits]
        if entries:
            refuse_closed({entry.year for entry in entries}, self.reason)
        # Time is freed first: what moves from one entry to another must not meet itself.
        for at in range(0, len(self.freed), CHUNK):
            HourSpan.objects.filter(credit_id__in=self.freed[at : at + CHUNK]).delete()
        HourCredit.objects.bulk_create(self.found.reversals, batch_size=CHUNK)
        HourCredit.objects.bulk_create(self.found.credits, batch_size=CHUNK)
        spans = [row for credit, spans in self.new_spans for row in span_rows(credit, spans)]
        HourSpan.objects.bulk_create(spans, batch_size=CHUNK)
