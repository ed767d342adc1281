"""Which questions sittings have pinned: versions in frozen papers, questions of coming fixed papers."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.cache import cache

from exams.models import FrozenPaper, PaperItem, Question, QuestionVersion, Sitting, SittingPaper

State = Sitting.State
# From the end of registration until the results are out, nobody may look up what is asked.
SECRET = (State.ARRANGED, State.OPEN, State.CLOSED)
# Before the papers are frozen, a fixed paper's questions are known as soon as people register for it.
COMING = (State.REGISTERING, State.ARRANGED, State.OPEN)
DAY = 86400


def versions_in(papers: Iterable[tuple[int, str]]) -> dict[int, frozenset[int]]:
    """Version keys in frozen papers, given as (key, sha256): {key: versions}.

    A frozen paper never changes, so its answer is kept; one query for those not known yet.
    """
    names = {pk: f"exams-pinned-{pk}-{sha}" for pk, sha in papers}
    known = cache.get_many(names.values()) if names else {}
    found = {pk: known[name] for pk, name in names.items() if name in known}
    missing = names.keys() - found.keys()
    if missing:
        for pk, body in FrozenPaper.objects.filter(pk__in=missing).values_list("pk", "body"):
            found[pk] = frozenset(item["v"] for section in body["sections"] for item in section["pool"])
        cache.set_many({names[pk]: found[pk] for pk in missing if pk in found}, DAY)
    return found


def secret_questions() -> set[int]:
    """Keys of questions that may not be practised now: a sitting that is arranged, open or closed but not released
    has one of their versions, or will ask them from a fixed paper; and the same questions in other banks.

    Rehearsals are left out: they are never released and would keep their questions for ever. At most five queries.
    """
    rows = SittingPaper.objects.filter(sitting__rehearsal=False)
    frozen = set(
        rows.filter(sitting__state__in=SECRET, frozen__isnull=False).values_list("frozen_id", "frozen__sha256")
    )
    versions = frozenset().union(*versions_in(frozen).values())
    coming = rows.filter(sitting__state__in=COMING, frozen__isnull=True, paper__isnull=False).values("paper")
    found = set(PaperItem.objects.filter(section__paper__in=coming).values_list("question_id", flat=True))
    if versions:
        found |= set(QuestionVersion.objects.filter(pk__in=versions).values_list("question_id", flat=True))
    if found:
        prints = Question.objects.filter(pk__in=found).values("fingerprint")
        found |= set(Question.objects.filter(fingerprint__in=prints).values_list("pk", flat=True))
    return found


def sittings_with(question_id: int) -> list[tuple[SittingPaper, list[int]]]:
    """(paper of a sitting, version numbers of this question in it), newest sitting first. Three queries."""
    numbers = dict(QuestionVersion.objects.filter(question=question_id).values_list("pk", "number"))
    rows = list(
        SittingPaper.objects.filter(frozen__isnull=False)
        .select_related("sitting", "frozen")
        .defer("frozen__body")
        .order_by("-sitting__opens_at", "position")
    )
    pinned = versions_in((row.frozen_id, row.frozen.sha256) for row in rows)
    found = []
    for row in rows:
        if own := sorted(numbers[pk] for pk in numbers.keys() & pinned[row.frozen_id]):
            found.append((row, own))
    return found


def papers_with(question_id: int):
    """Chosen places of this question in fixed papers, with the paper loaded."""
    return PaperItem.objects.filter(question=question_id).select_related("section__paper").order_by("pk")
