"""An entry's score: the fold of its score events, once nothing about it waits any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from exams.models.attempts import Attempt
from exams.models.marking import MarkingTask, ScoreEvent
from exams.models.sittings import Entry
from exams.rules.register import fold_scores, passes, total_of

SUBMITTED = Attempt.State.SUBMITTED
BATCH = 500


def finalise(entry_ids: Iterable[int]) -> int:
    """Set score, passed and sat of entries from their score events; how many changed. Call inside a transaction.

    The best complete attempt counts when several are allowed. While an attempt is open or unmarked, or a written
    answer waits for a marker, score and passed are empty. Queries do not grow with the number of entries (BATCH each).
    """
    ids, changed = sorted(set(entry_ids)), 0
    for at in range(0, len(ids), BATCH):
        changed += _finalise(ids[at : at + BATCH])
    return changed


def _finalise(ids: list[int]) -> int:
    entries = list(Entry.objects.filter(pk__in=ids).select_related("paper"))
    events: dict[int, dict] = defaultdict(lambda: defaultdict(list))
    told = ScoreEvent.objects.filter(entry__in=ids).order_by("id")
    for entry, attempt, scores in told.values_list("entry_id", "attempt_id", "scores"):
        events[entry][attempt].append(scores)
    waiting_tasks = MarkingTask.objects.filter(attempt__entry__in=ids, state=MarkingTask.State.WAITING)
    busy = set(waiting_tasks.values_list("attempt__entry_id", flat=True))
    unfinished = Attempt.objects.filter(entry__in=ids).filter(~Q(state=SUBMITTED) | Q(marked_at=None))
    busy |= set(unfinished.values_list("entry_id", flat=True))
    sat = set(Attempt.objects.filter(entry__in=ids).values_list("entry_id", flat=True))
    changed = []
    for entry in entries:
        found = events.get(entry.pk)
        before = (entry.score, entry.passed, entry.sat)
        entry.sat = entry.pk in sat or bool(found)
        if found and entry.pk not in busy:
            entry.score = max(total_of(fold_scores(scores)) for scores in found.values())
            entry.passed = passes(entry.score, entry.paper.pass_mark)
        else:
            entry.score = entry.passed = None
        if (entry.score, entry.passed, entry.sat) != before:
            changed.append(entry)
    Entry.objects.bulk_update(changed, ["score", "passed", "sat"], batch_size=BATCH)
    return len(changed)
