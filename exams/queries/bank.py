"""Reading the bank: banks, questions, how many of what, what waits. Keys are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q

from exams.models import Bank, Difficulty, Question, QuestionKind, QuestionState, QuestionVersion, Topic
from portal.law.models import Law

State = QuestionState
KEPT = ~Q(state=State.RETIRED)
USABLE = Q(state=State.ACTIVE, held="", current__isnull=False)
WAITING = Q(state=State.DRAFT, returned="", current__isnull=False)


@dataclass(frozen=True)
class BankLine:
    """A bank with its counts: not retired, usable for papers, waiting for review, held."""

    bank: Bank
    kept: int = 0
    usable: int = 0
    waiting: int = 0
    held: int = 0


def banks() -> list[BankLine]:
    """All banks, closed ones last. Two queries."""
    rows = (
        Question.objects.order_by()
        .values("bank")
        .annotate(
            kept=Count("pk", filter=KEPT),
            usable=Count("pk", filter=USABLE),
            waiting=Count("pk", filter=WAITING),
            held=Count("pk", filter=KEPT & ~Q(held="")),
        )
    )
    counts = {row.pop("bank"): row for row in rows}
    return [BankLine(bank, **counts.get(bank.pk, {})) for bank in Bank.objects.order_by("closed", "code")]


def find_bank(code: str) -> Bank | None:
    """The bank with this code."""
    return Bank.objects.filter(code=code).first()


def question(pk: int) -> Question | None:
    """A question with its bank, current version and topic loaded."""
    return (
        Question.objects.select_related("bank", "reviewed_by", "current__topic", "current__picture", "current__made_by")
        .filter(pk=pk, current__isnull=False)
        .first()
    )


def questions(bank: Bank | None = None):
    """Questions for a list: current version and topic loaded, in order of bank and number."""
    rows = Question.objects.filter(current__isnull=False).select_related("bank", "current__topic", "current__made_by")
    if bank is not None:
        rows = rows.filter(bank=bank)
    return rows.order_by("bank__code", "number")


def chosen(bank: Bank, seen: Iterable[tuple[int, int]]) -> list[Question]:
    """The bank's questions of (key, key of the version seen), carrying the version that was seen as ``current_id``."""
    return _seen(bank.questions, seen)


def seen_questions(seen: Iterable[tuple[int, int]]) -> list[Question]:
    """As ``chosen``, from any open bank."""
    return _seen(Question.objects.filter(bank__closed=False), seen)


def _seen(rows, seen) -> list[Question]:
    wanted = dict(seen)
    found = list(rows.filter(pk__in=wanted).order_by("bank_id", "number"))
    for row in found:
        row.current_id = wanted[row.pk]
    return found


def waiting(user):
    """(drafts this user may review, how many are the user's own and wait for others). Not returned ones."""
    rows = questions().filter(WAITING, bank__closed=False)
    own = rows.filter(current__made_by=user)
    return rows.exclude(current__made_by=user), own.count()


def laws(bank: Bank) -> list[tuple[int, str]]:
    """Laws that the bank's current versions cite."""
    cited = QuestionVersion.articles.through.objects.filter(
        questionversion__in=Question.objects.filter(bank=bank).values("current")
    )
    return list(Law.objects.filter(pk__in=cited.values("article__law")).values_list("pk", "short_name"))


@dataclass(frozen=True)
class TopicLine:
    """A knowledge point with how many questions it has itself and with all below it."""

    pk: int
    name: str
    depth: int
    own: int
    kept: int
    usable: int

    @property
    def indented(self) -> str:
        return f"{'　' * (self.depth - 1)}{self.name}"


@dataclass(frozen=True)
class Cell:
    kind: str
    difficulty: str
    kept: int
    usable: int


@dataclass(frozen=True)
class Row:
    """One kind of question across the difficulties, and all of them."""

    kind: str
    label: str
    cells: tuple[Cell, ...]
    total: Cell


@dataclass(frozen=True)
class Shape:
    """How many questions of what: kind × difficulty, and along the topic tree (retired ones do not count)."""

    rows: tuple[Row, ...]
    foot: tuple[Cell, ...]
    topics: tuple[TopicLine, ...]
    without_topic: int

    @property
    def kept(self) -> int:
        return self.foot[-1].kept

    @property
    def usable(self) -> int:
        return self.foot[-1].usable


def shape(bank: Bank | None = None) -> Shape:
    """Counts of a bank (None: of all banks). Two queries."""
    rows = Question.objects.filter(KEPT, current__isnull=False)
    if bank is not None:
        rows = rows.filter(bank=bank)
    rows = list(
        rows.order_by()
        .values(kind=F("current__kind"), difficulty=F("current__difficulty"), topic=F("current__topic__path"))
        .annotate(kept=Count("pk"), usable=Count("pk", filter=USABLE))
    )

    def cell(kind, difficulty):
        own = [
            row
            for row in rows
            if (not kind or row["kind"] == kind) and (not difficulty or row["difficulty"] == difficulty)
        ]
        return Cell(kind, difficulty, sum(row["kept"] for row in own), sum(row["usable"] for row in own))

    return Shape(
        tuple(
            Row(kind, str(kind.label), tuple(cell(kind, d) for d in Difficulty), cell(kind, ""))
            for kind in QuestionKind
        ),
        (*(cell("", d) for d in Difficulty), cell("", "")),
        tuple(_lines(rows)),
        sum(row["kept"] for row in rows if row["topic"] is None),
    )


def _lines(rows) -> Iterable[TopicLine]:
    step = Topic.steplen
    own: dict[str, int] = {}
    kept: dict[str, int] = {}
    usable: dict[str, int] = {}
    for row in rows:
        path = row["topic"] or ""
        own[path] = own.get(path, 0) + row["kept"]
        for end in range(step, len(path) + 1, step):
            kept[path[:end]] = kept.get(path[:end], 0) + row["kept"]
            usable[path[:end]] = usable.get(path[:end], 0) + row["usable"]
    for pk, name, depth, path in Topic.objects.order_by("path").values_list("pk", "name", "depth", "path"):
        yield TopicLine(pk, name, depth, own.get(path, 0), kept.get(path, 0), usable.get(path, 0))


def topic_choices() -> list[tuple[int, str]]:
    """(key, name indented by its depth) in tree order."""
    rows = Topic.objects.order_by("path").values_list("pk", "name", "depth")
    return [(pk, f"{'　' * (depth - 1)}{name}") for pk, name, depth in rows]


def case_parts(question: Question):
    """The other parts of the question's case, in order."""
    if not question.current.case_code:
        return Question.objects.none()
    return questions(question.bank).filter(current__case_code=question.current.case_code).exclude(pk=question.pk)
