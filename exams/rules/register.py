"""The register's arithmetic (pure): marks folded from score events, results of papers, the five parts, the rates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

PASSED, FAILED, WITHDRAWN, ABSENT, DISQUALIFIED = "passed", "failed", "withdrawn", "absent", "disqualified"
PARTS = (PASSED, FAILED, WITHDRAWN, ABSENT, DISQUALIFIED)
TOTAL = "total"


def fold_scores(events: Iterable[Mapping[str, str]]) -> dict[str, Decimal]:
    """Item index → marks, as the last event that names the item says. ``events``: ScoreEvent.scores in order."""
    marks: dict[str, Decimal] = {}
    for scores in events:
        for item, value in scores.items():
            marks[item] = Decimal(value)
    return marks


def total_of(marks: Mapping[str, Decimal]) -> Decimal:
    """The paper's score: the sum of its items; of a score sheet the one total."""
    return sum(marks.values(), Decimal(0))


def passes(score: Decimal, pass_mark: Decimal) -> bool:
    """At or above the pass mark."""
    return score >= pass_mark


@dataclass(frozen=True, slots=True)
class PaperResult:
    """One paper of one registered person: whether it was sat, its score (None: not complete), and whether it passed."""

    sat: bool
    score: Decimal | None = None
    passed: bool | None = None


def outcome_of(
    papers: Iterable[PaperResult], *, withdrawn: bool = False, absent: bool = False, disqualified: bool = False
) -> str | None:
    """Which of the five parts a registered person is in; None while a sat paper waits for its score.

    A disqualified candidate stays so whatever else is true; withdrawn beats absent; who sat no paper is absent; every
    paper must be passed (domain §2.2), so a paper not sat while another was is a failure.
    """
    papers = list(papers)
    if disqualified:
        return DISQUALIFIED
    if withdrawn:
        return WITHDRAWN
    if absent or not any(paper.sat for paper in papers):
        return ABSENT
    if any(paper.sat and paper.score is None for paper in papers):
        return None
    return PASSED if all(paper.sat and paper.passed for paper in papers) else FAILED


@dataclass(frozen=True, slots=True)
class Sums:
    """The five parts and who waits. ``registered`` = the parts + ``waiting``; ``sat`` counts people who sat a paper."""

    passed: int = 0
    failed: int = 0
    withdrawn: int = 0
    absent: int = 0
    disqualified: int = 0
    waiting: int = 0
    sat: int = 0

    @property
    def registered(self) -> int:
        return self.passed + self.failed + self.withdrawn + self.absent + self.disqualified + self.waiting

    @property
    def pass_rate_of_sat(self) -> float | None:
        return self.passed / self.sat if self.sat else None

    @property
    def pass_rate_of_registered(self) -> float | None:
        return self.passed / self.registered if self.registered else None

    @property
    def attendance_rate(self) -> float | None:
        return self.sat / self.registered if self.registered else None


def sum_up(people: Iterable[tuple[str | None, bool]]) -> Sums:
    """(outcome or None while waiting, sat any paper) of every registered person → the parts."""
    counts = dict.fromkeys((*PARTS, "waiting", "sat"), 0)
    for outcome, sat in people:
        counts[outcome or "waiting"] += 1
        counts["sat"] += bool(sat)
    return Sums(**counts)
