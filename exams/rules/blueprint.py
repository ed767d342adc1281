"""A blueprint as it is written down: sections and their quotas (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class QuotaSpec:
    """At least ``count`` questions on ``topic_id`` with all below it (None: any), of ``difficulty`` ("": any)."""

    topic_id: int | None
    difficulty: str
    count: int


@dataclass(frozen=True)
class SectionSpec:
    """``count`` questions of ``kind`` at ``marks`` each (cases: parts, each at ``marks``). ``pk``: the stored section
    this one changes; it matters where chosen questions hang on it.
    """

    title: str
    kind: str
    count: int
    marks: Decimal
    quotas: tuple[QuotaSpec, ...] = ()
    pk: int | None = field(default=None, compare=False)

    @property
    def total(self) -> Decimal:
        return self.count * self.marks


def total(sections) -> Decimal:
    """Full marks of specs or stored sections."""
    return sum((section.count * section.marks for section in sections), Decimal(0))
