"""What the crash test does in its database, each part in a process of its own (that process's settings name the
database): ``python -m exams.benchmarks.crash_inside prepare N`` and ``… check FILE``. One JSON document on stdout.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path


def prepare(count: int) -> dict:
    """A sitting with ``count`` candidates, signed in."""
    from exams.benchmarks import exam_data

    sitting = exam_data.sitting("crash", exam_data.paper(exam_data.bank()))
    return {"code": sitting.code, "sessions": [one["session"] for one in exam_data.candidates(sitting, count)]}


def check(told: dict) -> dict:
    """Close whatever is open, then hold the log and the folded answers against what was acknowledged.

    ``told``: {attempt: {key: [item, sequence, [token…]]}}.
    """
    from django.utils import timezone

    from exams.actions.closing import close_overdue
    from exams.delivery.tokens import keys_of
    from exams.models import AnswerEvent, Attempt, ConductEvent
    from portal import audit

    now = timezone.now()
    Attempt.objects.filter(state="open").update(deadline=now - timedelta(minutes=10))
    closed_now = close_overdue(now=now)
    missing, wrong, keys = [], [], 0
    attempts = {str(attempt.pk): attempt for attempt in Attempt.objects.all()}
    for pk, events in told.items():
        attempt = attempts[pk]
        log = {str(e.client_key): e for e in AnswerEvent.objects.filter(attempt=attempt)}
        current = {}
        for key, (item, sequence, tokens) in events.items():
            keys += 1
            known = keys_of(attempt.secret, item, attempt.layout[item]["o"])
            answer = sorted(known[token] for token in tokens)
            event = log.get(key)
            if event is None or (event.item, event.sequence, event.value["a"]) != (item, sequence, answer):
                missing.append(key)
            if sequence > current.get(item, (0, None))[0]:
                current[item] = (sequence, answer)
        # An answer in the log that was never acknowledged may stand above an acknowledged one; nothing else may.
        unsaid = {event.item: event for key, event in log.items() if key not in events}
        for item, (sequence, answer) in current.items():
            folded = (attempt.answers or {}).get(str(item), {}).get("a")
            if folded != answer and not (item in unsaid and unsaid[item].sequence > sequence):
                wrong.append(f"{pk}:{item}")
    ends = ConductEvent.objects.filter(kind="submitted").values_list("attempt_id", flat=True)
    return {
        "acknowledged": keys,
        "lost": len(missing),
        "folded_wrong": len(wrong),
        "attempts": len(attempts),
        "closed_at_the_end": closed_now,
        "ended_twice": len(ends) - len(set(ends)),
        "audit_ok": audit.verify().ok,
    }


def main() -> None:
    """Run the part named on the command line; its JSON goes to stdout."""
    import django

    django.setup()
    part, argument = sys.argv[1:3]
    result = prepare(int(argument)) if part == "prepare" else check(json.loads(Path(argument).read_text()))
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
