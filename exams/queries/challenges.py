"""Challenges of a sitting to read: what was asked, what was objected, what was decided."""

from __future__ import annotations

from django.db.models import QuerySet

from exams.models import KeyDecision, QuestionVersion, Sitting
from exams.queries.analysis import asked_versions


def listed(sitting: Sitting) -> list[KeyDecision]:
    """Open ones first, then by age."""
    rows = KeyDecision.objects.filter(sitting=sitting).select_related(
        "version__question__bank", "raised_by", "decided_by"
    )
    # "kept", "open", "rekey", "void": sorted in Python so that the order says what it means.
    return sorted(rows, key=lambda row: (row.kind != KeyDecision.Kind.OPEN, row.pk))


def find(sitting: Sitting, pk: int) -> KeyDecision | None:
    """One challenge of the sitting with what its page shows; None for another sitting's."""
    rows = KeyDecision.objects.filter(sitting=sitting, pk=pk)
    return rows.select_related("sitting", "version__question__bank", "raised_by", "decided_by").first()


def askable(sitting: Sitting) -> QuerySet[QuestionVersion]:
    """The questions somebody had in this sitting."""
    return (
        QuestionVersion.objects.filter(pk__in=list(asked_versions(sitting)))
        .select_related("question__bank")
        .order_by("kind", "pk")
    )
