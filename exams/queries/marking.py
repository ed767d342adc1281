"""What marking reads: keys as a sitting has them, a marker's tasks without a name, the office's overview."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from exams.models.attempts import Attempt
from exams.models.bank import QuestionVersion
from exams.models.keys import QuestionKey
from exams.models.marking import KeyDecision, MarkingTask, ScoreEvent
from exams.models.sittings import Duty, Sitting
from exams.rules.marking import marks_for
from exams.rules.register import fold_scores

WAITING, DONE = MarkingTask.State.WAITING, MarkingTask.State.DONE
SHOWN = 50
_LISTED = ("code", "item", "slot", "state", "marks", "attempt__layout", "attempt__sitting__title")


@dataclass(frozen=True)
class Key:
    """The key of a version in one sitting: ``void`` gives everybody full marks."""

    answer: object
    void: bool = False
    decision: int | None = None

    def marks(self, form: str, answer, worth: Decimal, policy: str) -> Decimal | None:
        """Marks of an answer; None when people mark it."""
        return worth if self.void else marks_for(form, answer, self.answer, worth, policy)


def keys_in(sitting: Sitting, version_ids: Iterable[int]) -> dict[int, Key]:
    """version id → Key, with the sitting's decisions on challenges applied. Two queries."""
    wanted = set(version_ids)
    keys = {
        version: Key(answer)
        for version, answer in QuestionKey.objects.filter(pk__in=wanted).values_list("version_id", "answer")
    }
    decided = KeyDecision.objects.filter(sitting=sitting, kind__in=[KeyDecision.Kind.VOID, KeyDecision.Kind.REKEY])
    for row in decided.order_by("decided_at", "pk"):
        if row.version_id in wanted:
            void = row.kind == KeyDecision.Kind.VOID
            keys[row.version_id] = Key(None if void else row.answer, void, row.pk)
    return keys


def stamp(attempt: Attempt) -> int:
    """Names one handing-in of an attempt, so that marking it again after it was reopened is another act."""
    return int(attempt.submitted_at.timestamp() * 1000) if attempt.submitted_at else 0


def written_key(attempt: Attempt, item: int) -> str:
    """Key of the score event that settles a written answer of this handing-in."""
    return f"written:{attempt.pk}:{item}:{stamp(attempt)}"


def answer_of(attempt: Attempt, item: int):
    """The answer to an item as the attempt closed; None when there is none."""
    return ((attempt.answers or {}).get(str(item)) or {}).get("a")


# --- a marker's view: no name, no number, no unit -------------------------------------------------------------------


@dataclass(frozen=True)
class TaskLine:
    code: str
    sitting: str
    slot: str
    state: str
    state_text: str
    marks: Decimal | None
    kind: str
    stem: str


@dataclass(frozen=True)
class Mine:
    """A marker's tasks: waiting ones first; ``lines`` are those of ``page``."""

    waiting: int
    done: int
    lines: tuple[TaskLine, ...]
    page: Page

    @property
    def total(self) -> int:
        return self.waiting + self.done


def of_marker(user, page=1) -> Mine:
    """One page of a marker's tasks, SHOWN of them, with the beginning of each question. Four queries."""
    tasks = MarkingTask.objects.filter(marker=user, state__in=[WAITING, DONE])
    counts = dict(tasks.order_by().values_list("state").annotate(n=Count("pk")))
    rows = tasks.select_related("attempt__sitting").order_by("-state", "attempt__sitting_id", "item", "code")
    page = Paginator(rows.only(*_LISTED), SHOWN).get_page(page)
    rows = list(page.object_list)
    wanted = {row.attempt.layout[row.item]["v"] for row in rows}
    versions = QuestionVersion.objects.only("kind", "stem").in_bulk(wanted)
    lines = tuple(_task_line(row, versions[row.attempt.layout[row.item]["v"]]) for row in rows)
    return Mine(counts.get(WAITING, 0), counts.get(DONE, 0), lines, page)


def _task_line(row: MarkingTask, version: QuestionVersion) -> TaskLine:
    return TaskLine(
        row.code,
        row.attempt.sitting.title,
        "arbitration" if row.slot == 3 else "",
        row.state,
        row.get_state_display(),
        row.marks,
        version.get_kind_display(),
        version.stem[:60],
    )


def next_code(user) -> str:
    """Code of the marker's next waiting task, "" when all are done."""
    waiting = MarkingTask.objects.filter(marker=user, state=WAITING).order_by("attempt__sitting_id", "item", "code")
    return waiting.values_list("code", flat=True).first() or ""


@dataclass(frozen=True)
class RubricLine:
    text: str
    marks: Decimal


@dataclass(frozen=True)
class Sheet:
    """One written answer before a marker. Nothing of it tells whose it is."""

    task: MarkingTask
    sitting: str
    material: str
    stem: str
    answer: str
    reference: str
    rubric: tuple[RubricLine, ...]
    worth: Decimal
    settled: bool
    arbitration: bool = False
    others: tuple[Decimal, ...] = ()
    waiting: int = 0
    done: int = 0


def task_of(user, code: str) -> MarkingTask:
    """The marker's own task. Raises MarkingTask.DoesNotExist for anybody else's."""
    tasks = MarkingTask.objects.select_related("attempt__sitting", "attempt__entry")
    return tasks.exclude(state=MarkingTask.State.CANCELLED).get(code=code, marker=user)


def rubric_of(version_id: int, worth: Decimal) -> tuple[RubricLine, ...]:
    """Lines of the rubric; one line for the whole answer where the question has none."""
    rubric = QuestionKey.objects.filter(pk=version_id).values_list("rubric", flat=True).first()
    lines = tuple(RubricLine(line["text"], Decimal(str(line["marks"]))) for line in rubric or ())
    return lines or (RubricLine("", worth),)


def is_settled(task: MarkingTask) -> bool:
    """Whether the answer has its marks from people already."""
    key = written_key(task.attempt, task.item)
    return ScoreEvent.objects.filter(entry_id=task.attempt.entry_id, key=key).exists()


def sheet_of(task: MarkingTask) -> Sheet:
    """Everything the marking page shows. An arbitrator sees the two marks, not whose they are."""
    attempt, item = task.attempt, task.attempt.layout[task.item]
    version = QuestionVersion.objects.get(pk=item["v"])
    reference = QuestionKey.objects.filter(pk=version.pk).values_list("answer", flat=True).first()
    worth = Decimal(item["m"])
    counts = Counter(MarkingTask.objects.filter(marker=task.marker).values_list("state", flat=True))
    others = ()
    if task.slot == 3:
        others = MarkingTask.objects.filter(attempt=attempt, item=task.item, slot__lt=3).order_by("slot")
        others = tuple(others.values_list("marks", flat=True))
    return Sheet(
        task=task,
        sitting=attempt.sitting.title,
        material=version.material,
        stem=version.stem,
        answer=answer_of(attempt, task.item) or "",
        reference=reference if isinstance(reference, str) else "",
        rubric=rubric_of(version.pk, worth),
        worth=worth,
        settled=is_settled(task),
        arbitration=task.slot == 3,
        others=others,
        waiting=counts[WAITING],
        done=counts[DONE],
    )


# --- the office's overview ------------------------------------------------------------------------------------------


@dataclass
class MarkerLine:
    name: str
    waiting: int = 0
    done: int = 0
    mean: Decimal | None = None


@dataclass
class Overview:
    """How far the marking of a sitting is. ``agreement``: share of twice-marked answers that needed no arbitration."""

    attempts: int = 0
    open_attempts: int = 0
    unmarked: int = 0
    answers: int = 0
    settled: int = 0
    tasks_waiting: int = 0
    tasks_done: int = 0
    unassigned: int = 0
    arbitration: int = 0
    arbitration_waiting: int = 0
    arbitration_unassigned: int = 0
    twice: int = 0
    markers: list[MarkerLine] = field(default_factory=list)

    @property
    def agreement(self) -> float | None:
        return (self.twice - self.arbitration) / self.twice if self.twice else None


def overview(sitting: Sitting) -> Overview:
    """The sitting's marking in six queries, whatever its size."""
    found = Overview()
    attempts = Attempt.objects.filter(sitting=sitting)
    counts = attempts.aggregate(
        n=Count("pk"),
        open=Count("pk", filter=~Q(state=Attempt.State.SUBMITTED)),
        unmarked=Count("pk", filter=Q(state=Attempt.State.SUBMITTED, marked_at=None)),
    )
    found.attempts, found.open_attempts, found.unmarked = counts["n"], counts["open"], counts["unmarked"]
    tasks = MarkingTask.objects.filter(attempt__sitting=sitting).exclude(state=MarkingTask.State.CANCELLED)
    on_duty = Duty.objects.filter(sitting=sitting, kind=Duty.Kind.MARK).select_related("user")
    lines = {duty.user_id: MarkerLine(str(duty.user)) for duty in on_duty}
    given: dict[int, list[Decimal]] = defaultdict(list)
    done: dict[tuple, set[int]] = defaultdict(set)
    answers = set()
    for row in tasks.select_related("marker").defer("points"):
        place = (row.attempt_id, row.item)
        answers.add(place)
        waiting = row.state == WAITING
        found.tasks_waiting += waiting
        found.tasks_done += not waiting
        found.unassigned += row.marker_id is None
        if row.slot == 3:
            found.arbitration += 1
            found.arbitration_waiting += waiting
            found.arbitration_unassigned += row.marker_id is None
        if not waiting:
            done[place].add(row.slot)
        if row.marker_id:
            line = lines.setdefault(row.marker_id, MarkerLine(str(row.marker)))
            line.waiting += waiting
            line.done += not waiting
            if row.marks is not None:
                given[row.marker_id].append(row.marks)
    for pk, marks in given.items():
        lines[pk].mean = sum(marks) / len(marks)
    found.answers = len(answers)
    found.twice = sum({1, 2} <= slots for slots in done.values())
    events = ScoreEvent.objects.filter(attempt__sitting=sitting, kind=ScoreEvent.Kind.WRITTEN)
    found.settled = events.count()
    found.markers = sorted(lines.values(), key=lambda line: line.name)
    return found


# --- an attempt item by item (office, after the fact) ---------------------------------------------------------------


def marks_by_item(attempt_id) -> dict[int, Decimal]:
    """Item → marks now, folded from the attempt's score events."""
    events = ScoreEvent.objects.filter(attempt=attempt_id).order_by("id").values_list("scores", flat=True)
    return {int(item): marks for item, marks in fold_scores(events).items() if item.isdecimal()}
