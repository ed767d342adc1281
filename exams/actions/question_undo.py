"""Taking an import of questions back: what nobody has used or changed since is removed, the rest stays and is named."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from exams.models import (
    Bank,
    ExamImport,
    FrozenPaper,
    PaperItem,
    PracticeAnswer,
    PracticeRun,
    Question,
    QuestionKey,
    QuestionVersion,
)
from portal import audit
from portal.actions.errors import Refused

State = ExamImport.State


@dataclass(frozen=True)
class Undone:
    """How many questions were removed, and the numbers of those that stay because they were used or changed."""

    removed: int
    kept: tuple[int, ...] = ()


def kept_of(batch: ExamImport) -> set[int]:
    """Keys of the import's questions that cannot be taken back: revised since, in a paper, or practised."""
    own = Question.objects.filter(imported=batch)
    versions = dict(QuestionVersion.objects.filter(question__in=own).values_list("pk", "question_id"))
    kept = set(own.filter(versions__number__gt=1).values_list("pk", flat=True))
    kept |= set(PaperItem.objects.filter(question__in=own).values_list("question_id", flat=True))
    kept |= set(PracticeAnswer.objects.filter(question__in=own).values_list("question_id", flat=True))
    since = batch.committed_at
    for body in FrozenPaper.objects.filter(frozen_at__gte=since).values_list("body", flat=True).iterator():
        pinned = (item["v"] for section in body["sections"] for item in section["pool"])
        kept |= {versions[pk] for pk in pinned if pk in versions}
    for items in PracticeRun.objects.filter(started_at__gte=since).values_list("items", flat=True).iterator():
        kept |= {versions[item["v"]] for item in items if item.get("v") in versions}
    return kept


def undo(*, actor, now, import_id) -> Undone:
    """Remove the import's questions, all but the used and the changed ones. Doing it twice does nothing.

    Raises Refused when the import was not written, or every question of it has been used.
    """
    with transaction.atomic():
        batch = ExamImport.objects.select_related("bank").get(pk=import_id)
        Bank.objects.select_for_update().get(pk=batch.bank_id)
        batch = ExamImport.objects.select_for_update(of=("self",)).select_related("bank").get(pk=import_id)
        if batch.state == State.UNDONE:
            return Undone(0)
        if batch.state != State.COMMITTED:
            raise Refused(_("这次导入没有写入，不能撤销。"))
        kept = kept_of(batch)
        own = Question.objects.filter(imported=batch)
        gone = list(own.exclude(pk__in=kept).values_list("pk", flat=True))
        if kept and not gone:
            raise Refused(_("本批试题都已用于试卷、练习或已被修改，不能撤销；不再使用的请停用。"))
        _remove(gone)
        batch.state = State.UNDONE
        batch.save(update_fields=["state"])
        numbers = tuple(own.order_by("number").values_list("number", flat=True))
        audit.record(
            actor=actor,
            now=now,
            action="questions.undone",
            obj=batch,
            bank=batch.bank.code,
            file=batch.file_name,
            removed=len(gone),
            kept=list(numbers),
        )
    return Undone(len(gone), numbers)


def _remove(questions: list[int]) -> None:
    """Nobody has seen these but their importer; their numbers are not given again (Bank.last_number)."""
    for start in range(0, len(questions), 500):
        some = questions[start : start + 500]
        versions = QuestionVersion.objects.filter(question__in=some)
        Question.objects.filter(pk__in=some).update(current=None)
        QuestionKey.objects.filter(version__in=versions.values("pk")).delete()
        versions.delete()
        Question.objects.filter(pk__in=some).delete()
