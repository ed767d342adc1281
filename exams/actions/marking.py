"""Marking: the machine's part, set-based, and again after a decision about a key. Markers' part: ``marking_written``.

Every act appends score events under a key that names the act, so a killed run, two workers or a second click add
nothing twice.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from exams.actions.closing import fold
from exams.actions.marking_written import assign_markers, give_marks, new_code
from exams.actions.standing import finalise
from exams.models.attempts import Attempt
from exams.models.bank import AnswerForm
from exams.models.marking import KeyDecision, MarkingTask, ScoreEvent
from exams.models.sittings import Sitting
from exams.queries.marking import answer_of, keys_in, stamp
from exams.rules.marking import ZERO, answered
from portal import audit
from portal.actions.errors import Refused

__all__ = ["assign_markers", "finalise", "give_marks", "mark_closed", "remark"]

SUBMITTED = Attempt.State.SUBMITTED
WAITING, CANCELLED = MarkingTask.State.WAITING, MarkingTask.State.CANCELLED
BATCH = 500


def mark_closed(*, now, sitting: Sitting | None = None) -> int:
    """Mark all submitted attempts not marked yet (of one sitting); how many. Written answers become two tasks each.

    In transactions of BATCH attempts: keys are read once per paper, events and tasks inserted in bulk. Repeating it,
    or running it twice at once, changes nothing.
    """
    waiting = Attempt.objects.filter(state=SUBMITTED, marked_at=None)
    if sitting is not None:
        waiting = waiting.filter(sitting=sitting)
    marked = 0
    for pk in list(waiting.order_by().values_list("sitting_id", flat=True).distinct()):
        while done := _mark_some(Sitting.objects.get(pk=pk), now):
            marked += done
    return marked


def _mark_some(sitting: Sitting, now) -> int:
    with transaction.atomic():
        attempts = list(
            Attempt.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(sitting=sitting, state=SUBMITTED, marked_at=None)
            .select_related("frozen")
            .order_by("pk")[:BATCH]
        )
        if not attempts:
            return 0
        _fold_missing(attempts)
        keys = keys_in(sitting, {item["v"] for attempt in attempts for item in attempt.layout})
        marker = _Machine(keys)
        events, tasks = [], []
        for attempt in attempts:
            scores, written = marker.mark(attempt)
            events.append(
                ScoreEvent(
                    entry_id=attempt.entry_id,
                    attempt=attempt,
                    kind=ScoreEvent.Kind.MACHINE,
                    scores=scores,
                    key=f"machine:{attempt.pk}:{stamp(attempt)}",
                    at=now,
                )
            )
            tasks += [(attempt, item) for item in written]
            attempt.marked_at = now
        ScoreEvent.objects.bulk_create(events, ignore_conflicts=True, batch_size=BATCH)
        _make_tasks(attempts, tasks)
        Attempt.objects.bulk_update(attempts, ["marked_at", "answers"], batch_size=100)
        finalise(attempt.entry_id for attempt in attempts)
        audit.record(
            actor=None,
            now=now,
            action="marking.machine",
            obj=sitting,
            attempts=len(attempts),
            written=len(tasks),
        )
    return len(attempts)


def _fold_missing(attempts: list[Attempt]) -> None:
    """Closing folds the answers; should it not have, the log still has them."""
    missing = [attempt.pk for attempt in attempts if attempt.answers is None]
    if missing:
        folded = fold(missing)
        for attempt in attempts:
            if attempt.answers is None:
                attempt.answers = folded.get(attempt.pk, {})


class _Machine:
    """Marks of attempts, with what repeats (same key, same answer, same worth) reckoned once."""

    def __init__(self, keys):
        self.keys = keys
        self.known: dict[tuple, Decimal] = {}

    def mark(self, attempt: Attempt) -> tuple[dict[str, str], list[int]]:
        """({item: marks}, items that people must mark). A written answer left empty is 0 without anybody's time."""
        policy = attempt.frozen.body.get("multiple_policy", "all")
        scores, written = {}, []
        for n, item in enumerate(attempt.layout):
            marks = self._one(item, answer_of(attempt, n), policy)
            if marks is None:
                written.append(n)
            else:
                scores[str(n)] = str(marks)
        return scores, written

    def _one(self, item: dict, answer, policy: str) -> Decimal | None:
        key = self.keys[item["v"]]
        if item["f"] == AnswerForm.WRITTEN and not key.void:
            return None if answered(answer) else ZERO
        place = (item["v"], item["m"], policy, str(answer))
        if place not in self.known:
            self.known[place] = key.marks(item["f"], answer, Decimal(item["m"]), policy)
        return self.known[place]


def _make_tasks(attempts: list[Attempt], wanted: list[tuple[Attempt, int]]) -> None:
    """Two tasks an answer. Those of an earlier handing-in (the attempt was reopened) start again or are cancelled."""
    _retire_tasks(attempts, {(attempt.pk, item) for attempt, item in wanted})
    MarkingTask.objects.bulk_create(
        [
            MarkingTask(attempt=attempt, item=item, slot=slot, code=new_code())
            for attempt, item in wanted
            for slot in (1, 2)
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def _retire_tasks(attempts: list[Attempt], wanted: set[tuple]) -> None:
    earlier = list(MarkingTask.objects.filter(attempt__in=attempts))
    for task in earlier:
        again = task.slot < 3 and (task.attempt_id, task.item) in wanted
        task.state = WAITING if again else CANCELLED
        task.marks, task.points, task.comment, task.marked_at = None, [], "", None
    MarkingTask.objects.bulk_update(earlier, ["state", "marks", "points", "comment", "marked_at"], batch_size=BATCH)


def remark(*, actor, now, sitting: Sitting, version) -> int:
    """Mark a question of a sitting again after a KeyDecision; how many attempts got a new event.

    Void: everybody who had the question gets its full worth. Rekey: marks by the new key. Kept or undecided: nothing.
    The same decision twice adds nothing. After release the caller goes on with ``results.correct``. Raises Refused
    for another key of a written question: it has none that a machine could use.
    """
    with transaction.atomic():
        Sitting.objects.select_for_update().get(pk=sitting.pk)
        decided = KeyDecision.objects.filter(
            sitting=sitting, version=version, kind__in=[KeyDecision.Kind.VOID, KeyDecision.Kind.REKEY]
        )
        decision = decided.order_by("decided_at", "pk").last()
        if decision is None:
            return 0
        if decision.kind == KeyDecision.Kind.REKEY and version.form == AnswerForm.WRITTEN:
            raise Refused(_("论述题由人工评分，不能更正答案；可以作废，或维持原评分要点。"))
        key = keys_in(sitting, [version.pk])[version.pk]
        events, voided = [], defaultdict(list)
        attempts = Attempt.objects.filter(sitting=sitting, marked_at__isnull=False).select_related("frozen")
        for attempt in attempts.iterator(chunk_size=BATCH):
            for n, item in enumerate(attempt.layout):
                if item["v"] != version.pk:
                    continue
                policy = attempt.frozen.body.get("multiple_policy", "all")
                marks = key.marks(item["f"], answer_of(attempt, n), Decimal(item["m"]), policy)
                voided[n].append(attempt.pk)
                events.append(
                    ScoreEvent(
                        entry_id=attempt.entry_id,
                        attempt_id=attempt.pk,
                        kind=ScoreEvent.Kind(decision.kind),
                        scores={str(n): str(marks)},
                        reason=decision.reason[:300],
                        key=f"decision:{decision.pk}:{attempt.pk}",
                        at=now,
                        actor=actor,
                    )
                )
        ScoreEvent.objects.bulk_create(events, ignore_conflicts=True, batch_size=BATCH)
        if version.form == AnswerForm.WRITTEN:
            for item, pks in voided.items():
                MarkingTask.objects.filter(attempt__in=pks, item=item, state=WAITING).update(state=CANCELLED)
        changed = finalise({event.entry_id for event in events})
        audit.record(
            actor=actor,
            now=now,
            action="marking.machine",
            obj=sitting,
            version=version.pk,
            decision=decision.pk,
            kind=decision.kind,
            attempts=len(events),
            changed=changed,
        )
    return len(events)
