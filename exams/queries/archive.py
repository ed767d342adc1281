"""A past attempt exactly as it was: drawn again from its seed, answers folded again from the log, marks from the score
events; and a whole sitting as plain values for the sealed archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from exams.delivery.answers import current, is_filled
from exams.models.attempts import AnswerEvent, Attempt, ConductEvent
from exams.models.bank import AnswerForm, Picture, QuestionVersion
from exams.models.keys import QuestionKey
from exams.models.marking import Appeal, KeyDecision, MarkingTask, ScoreEvent
from exams.models.papers import FrozenPaper
from exams.models.results import PassCertificate, Register
from exams.models.sittings import Entry, Registration, Sitting
from exams.queries.marking import Key, keys_in
from exams.rules.papers import draw
from exams.rules.register import fold_scores, total_of
from portal.access import Scope

FORMAT = 1


@dataclass(frozen=True)
class OptionShown:
    key: str
    letter: str
    text: str
    chosen: bool
    right: bool
    picture: int | None = None


@dataclass(frozen=True)
class ItemShown:
    """One question as the candidate saw it, with the answer, the key as used, the marks and how they came about."""

    number: int
    index: int
    section: str
    form: str
    material: str
    stem: str
    options: tuple[OptionShown, ...]
    given: tuple[str, ...]
    reference: tuple[str, ...]
    worth: Decimal
    marks: Decimal | None
    void: bool
    saves: int
    tasks: tuple[MarkingTask, ...] = ()


@dataclass(frozen=True)
class Reproduction:
    """``same_layout``: drawing again gives the stored layout; ``same_answers``: the log folds to the stored answers;
    ``same_score``: the score events fold to the entry's score (or less, when another attempt counts).
    """

    attempt: Attempt
    items: tuple[ItemShown, ...]
    events: tuple[ScoreEvent, ...]
    score: Decimal
    same_layout: bool
    same_answers: bool
    same_score: bool

    @property
    def exact(self) -> bool:
        return self.same_layout and self.same_answers and self.same_score


def find_attempt(scope: Scope, pk) -> Attempt:
    """A handed-in attempt of a sitting held in ``scope``. Raises Attempt.DoesNotExist."""
    rows = Attempt.objects.select_related(
        "sitting__unit", "frozen", "entry__paper", "entry__registration__person", "entry__registration__unit"
    )
    attempt = rows.get(pk=pk, state=Attempt.State.SUBMITTED)
    if not scope.covers(attempt.sitting.unit.path):
        raise Attempt.DoesNotExist
    return attempt


def folded(attempt: Attempt) -> dict[str, dict]:
    """The answers as the log has them: highest sequence wins, empty ones left out."""
    held = current([attempt.pk]).get(attempt.pk, {})
    return {str(item): {"a": value["a"]} for item, (_seq, value) in sorted(held.items()) if is_filled(value)}


def plain_answers(answers: dict | None) -> dict[str, object]:
    """{item: what was answered}, without flags and empty answers."""
    return {item: value["a"] for item, value in (answers or {}).items() if is_filled(value)}


def reproduce(attempt: Attempt) -> Reproduction:
    """Draw, fold and add up again. Seven queries whatever the length of the paper."""
    layout = attempt.layout
    versions = QuestionVersion.objects.in_bulk([item["v"] for item in layout])
    keys = keys_in(attempt.sitting, versions)
    events = tuple(ScoreEvent.objects.filter(attempt=attempt).select_related("actor").order_by("id"))
    marks = fold_scores(event.scores for event in events)
    log = AnswerEvent.objects.filter(attempt=attempt).values_list("item", flat=True)
    saves: dict[int, int] = {}
    for item in log:
        saves[item] = saves.get(item, 0) + 1
    tasks: dict[int, list[MarkingTask]] = {}
    for task in MarkingTask.objects.filter(attempt=attempt).select_related("marker").order_by("slot"):
        tasks.setdefault(task.item, []).append(task)
    answers = plain_answers(attempt.answers)
    sections = attempt.frozen.body["sections"]
    items = tuple(
        _shown(n, item, versions[item["v"]], keys.get(item["v"]), answers.get(str(n)), sections)
        | {"marks": marks.get(str(n)), "saves": saves.get(n, 0), "tasks": tuple(tasks.get(n, ()))}
        for n, item in enumerate(layout)
    )
    score = total_of(marks)
    entry = Entry.objects.get(pk=attempt.entry_id)
    return Reproduction(
        attempt=attempt,
        items=tuple(ItemShown(**item) for item in items),
        events=events,
        score=score,
        same_layout=draw(attempt.frozen.body, attempt.seed) == layout,
        same_answers=plain_answers(folded(attempt)) == answers,
        same_score=entry.score is None or score == entry.score or _other_counts(attempt, score, entry.score),
    )


def _other_counts(attempt: Attempt, score: Decimal, counted: Decimal) -> bool:
    return score < counted and Attempt.objects.filter(entry=attempt.entry_id).count() > 1


def _shown(n: int, item: dict, version: QuestionVersion, key: Key | None, answer, sections) -> dict:
    texts = {option["key"]: option for option in version.options}
    chosen = set(answer or ()) if item["f"] in (AnswerForm.SINGLE, AnswerForm.MULTIPLE, AnswerForm.JUDGE) else set()
    right = set(key.answer or ()) if key and not key.void and version.options else set()
    given = [answer] if isinstance(answer, str) else list(answer or ()) if not version.options else []
    return {
        "number": n + 1,
        "index": n,
        "section": sections[item["s"]]["title"],
        "form": item["f"],
        "material": version.material,
        "stem": version.stem,
        "options": tuple(
            OptionShown(
                key=name,
                letter=chr(65 + at),
                text=texts[name]["text"],
                chosen=name in chosen,
                right=name in right,
                picture=texts[name].get("picture"),
            )
            for at, name in enumerate(item["o"])
        ),
        "given": tuple(str(part) for part in given),
        "reference": _reference(item["f"], key),
        "worth": Decimal(item["m"]),
        "void": bool(key and key.void),
    }


def _reference(form: str, key: Key | None) -> tuple[str, ...]:
    if key is None or key.void or key.answer is None:
        return ()
    if form == AnswerForm.BLANK:
        return tuple(" / ".join(words) if isinstance(words, list) else str(words) for words in key.answer)
    return (str(key.answer),) if form == AnswerForm.WRITTEN else ()


# --- the archive -----------------------------------------------------------------------------------------------------


def contents(sitting: Sitting) -> Iterator[tuple[str, object]]:
    """(file name, plain value or iterator of lines) of everything a sitting leaves. ID numbers masked; no secrets."""
    frozen = FrozenPaper.objects.filter(pk__in=Attempt.objects.filter(sitting=sitting).values("frozen"))
    yield "sitting.json", _row(sitting) | {"papers": [_row(paper) for paper in sitting.papers.all()]}
    yield "papers.json", [_row(paper) for paper in frozen.order_by("pk")]
    used = _versions(sitting)
    yield "questions.jsonl", (_row(row) for row in QuestionVersion.objects.filter(pk__in=used).order_by("pk"))
    yield "pictures.json", [_row(row) for row in Picture.objects.filter(pk__in=_pictures(used)).order_by("pk")]
    yield "keys.jsonl", (_row(row) for row in QuestionKey.objects.filter(pk__in=used).order_by("pk"))
    yield "key_decisions.json", [_row(row) for row in KeyDecision.objects.filter(sitting=sitting)]
    yield "registrations.jsonl", _registrations(sitting)
    entries = Entry.objects.filter(registration__sitting=sitting).order_by("pk")
    yield "entries.jsonl", (_row(row) for row in entries.iterator(chunk_size=1000))
    attempts = Attempt.objects.filter(sitting=sitting).order_by("pk")
    yield "attempts.jsonl", (_row(row, "secret", "lease") for row in attempts.iterator(chunk_size=200))
    for name, rows in {
        "answer_events.jsonl": AnswerEvent.objects.filter(attempt__sitting=sitting),
        "score_events.jsonl": ScoreEvent.objects.filter(entry__registration__sitting=sitting),
        "marking_tasks.jsonl": MarkingTask.objects.filter(attempt__sitting=sitting),
        "conduct.jsonl": ConductEvent.objects.filter(sitting=sitting),
        "appeals.jsonl": Appeal.objects.filter(entry__registration__sitting=sitting),
        "certificates.jsonl": PassCertificate.objects.filter(registration__sitting=sitting),
        "registers.jsonl": Register.objects.filter(sitting=sitting),
    }.items():
        yield name, (_row(row) for row in rows.order_by("pk").iterator(chunk_size=1000))


def _versions(sitting: Sitting) -> set[int]:
    layouts = Attempt.objects.filter(sitting=sitting).values_list("layout", flat=True)
    return {item["v"] for layout in layouts.iterator(chunk_size=500) for item in layout}


def _pictures(versions: set[int]) -> set[int]:
    found = set()
    for stem, options in QuestionVersion.objects.filter(pk__in=versions).values_list("picture_id", "options"):
        found |= {stem, *(option.get("picture") for option in options)}
    return found - {None}


def _row(instance, *left_out: str) -> dict:
    """All stored columns of a row by name, foreign keys as ids."""
    return {
        field.attname: field.value_from_object(instance)
        for field in instance._meta.concrete_fields
        if field.attname not in left_out
    }


def _registrations(sitting: Sitting) -> Iterator[dict]:
    rows = Registration.objects.filter(sitting=sitting).select_related("person", "unit").order_by("pk")
    for row in rows.iterator(chunk_size=1000):
        person = {
            "name": row.person.name,
            "staff_no": row.person.staff_no,
            "id_masked": row.person.id_masked,
            "unit_code": row.unit.code,
            "unit_name": row.unit.name,
        }
        yield _row(row) | {"person": person}
