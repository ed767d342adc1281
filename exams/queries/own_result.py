"""One candidate's own result, after release: each paper's total, and by section. No question, no key."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from exams.models.attempts import Attempt
from exams.models.marking import Appeal
from exams.models.results import PassCertificate
from exams.models.sittings import Entry, Outcome, Registration, Sitting
from exams.queries.marking import marks_by_item
from exams.queries.register import ON_REGISTER, retakes_left


@dataclass(frozen=True)
class SectionScore:
    title: str
    worth: Decimal
    score: Decimal


@dataclass(frozen=True)
class PaperScore:
    """One paper. ``appeal``: the review asked for, if any; ``may_appeal``: it may still be asked for."""

    entry: Entry
    sections: tuple[SectionScore, ...]
    appeal: Appeal | None
    may_appeal: bool


@dataclass(frozen=True)
class OwnResult:
    """``retakes``: how many are left to who failed; None for others, and for who has passed since."""

    registration: Registration
    papers: tuple[PaperScore, ...]
    certificate: PassCertificate | None
    retakes: int | None

    @property
    def sitting(self) -> Sitting:
        return self.registration.sitting


def own_registration(user, code: str) -> Registration:
    """The user's registration in a sitting whose register holds it. Raises Registration.DoesNotExist."""
    rows = Registration.objects.select_related("sitting__retake_of", "person", "unit")
    return rows.get(sitting__code=code, person__user=user, state__in=ON_REGISTER)


def result_of(registration: Registration, now) -> OwnResult | None:
    """The result; None until the sitting is released."""
    sitting = registration.sitting
    if sitting.state != Sitting.State.RELEASED:
        return None
    entries = Entry.objects.filter(registration=registration).select_related("paper").order_by("paper__position")
    appeals = {row.entry_id: row for row in Appeal.objects.filter(entry__registration=registration)}
    open_until = sitting.appeals_until is not None and now < sitting.appeals_until
    papers = tuple(
        PaperScore(
            entry,
            sections_of(entry),
            appeals.get(entry.pk),
            entry.sat and open_until and entry.pk not in appeals and not registration.disqualified,
        )
        for entry in entries
    )
    certificate = PassCertificate.objects.filter(registration=registration).first()
    failed = [registration.person_id] if registration.outcome == Outcome.FAILED else []
    left = retakes_left(sitting, failed).get(registration.person_id)
    return OwnResult(registration, papers, certificate, left)


def counted_attempt(entry: Entry) -> Attempt | None:
    """The attempt that gave the entry its score (the best; the last of equals), None for an offline paper."""
    attempts = Attempt.objects.filter(entry=entry, marked_at__isnull=False).select_related("frozen")
    return max(attempts, key=lambda one: (sum(marks_by_item(one.pk).values(), Decimal(0)), one.number), default=None)


def sections_of(entry: Entry) -> tuple[SectionScore, ...]:
    """Marks by section of the attempt that counts; empty for an offline paper."""
    attempt = counted_attempt(entry)
    if attempt is None:
        return ()
    titles = [section["title"] for section in attempt.frozen.body["sections"]]
    worth, got = [Decimal(0)] * len(titles), [Decimal(0)] * len(titles)
    marks = marks_by_item(attempt.pk)
    for n, item in enumerate(attempt.layout):
        worth[item["s"]] += Decimal(item["m"])
        got[item["s"]] += marks.get(n, Decimal(0))
    return tuple(SectionScore(*parts) for parts in zip(titles, worth, got))
