"""Item analysis of a paper of a sitting: sheets from layouts, answers and folded score events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from exams.models import (
    AnswerForm,
    Attempt,
    KeyDecision,
    QuestionVersion,
    Registration,
    ScoreEvent,
    Sitting,
    SittingPaper,
)
from exams.queries.marking import Key, answer_of, keys_in
from exams.rules.items import Analysis, Figures, Item, Sheet, analyse, tail_of
from exams.rules.register import fold_scores, total_of

CHOICES = {AnswerForm.SINGLE, AnswerForm.MULTIPLE, AnswerForm.JUDGE}


@dataclass(frozen=True)
class Taken:
    """One candidate's counting attempt: marks by item index, and what the layout says of each item."""

    exam_no: str
    attempt: Attempt
    marks: dict[str, Decimal]
    total: Decimal

    def chosen(self, n: int) -> tuple[str, ...]:
        answer = answer_of(self.attempt, n)
        return tuple(sorted(map(str, answer))) if isinstance(answer, list) else ()


def taken(paper: SittingPaper) -> list[Taken]:
    """Marked attempts of candidates whose results count, the best of each; not those withdrawn or disqualified. Two
    queries.
    """
    attempts = (
        Attempt.objects.filter(
            entry__paper=paper,
            state=Attempt.State.SUBMITTED,
            marked_at__isnull=False,
            entry__registration__state=Registration.State.APPROVED,
            entry__registration__disqualified=False,
        )
        .select_related("entry__registration")
        .defer("secret", "device")
        .order_by("entry__registration__exam_no", "number")
    )
    events: dict = defaultdict(list)
    rows = ScoreEvent.objects.filter(entry__paper=paper, attempt__isnull=False).order_by("id")
    for attempt, scores in rows.values_list("attempt_id", "scores"):
        events[attempt].append(scores)
    best: dict[int, Taken] = {}
    for attempt in attempts:
        marks = fold_scores(events[attempt.pk])
        one = Taken(attempt.entry.registration.exam_no or "", attempt, marks, total_of(marks))
        if attempt.entry_id not in best or one.total > best[attempt.entry_id].total:
            best[attempt.entry_id] = one
    return list(best.values())


@dataclass(frozen=True)
class Row:
    """An item on the page: its figures beside what was asked."""

    figures: Figures
    version: QuestionVersion
    section: str
    worth: str
    key: str
    words: list[tuple[str, str]]
    decision: KeyDecision | None


@dataclass(frozen=True)
class PaperAnalysis:
    paper: SittingPaper
    figures: Analysis
    rows: list[Row]
    alpha_words: str

    @property
    def flagged(self) -> int:
        """Items with something to look at."""
        return sum(bool(row.words) for row in self.rows)


def _sheet(one: Taken) -> Sheet:
    marks, chosen = {}, {}
    for n, item in enumerate(one.attempt.layout):
        if str(n) in one.marks:
            marks[item["v"]] = (one.marks[str(n)], Decimal(item["m"]))
            if item["f"] in CHOICES:
                chosen[item["v"]] = one.chosen(n)
    return Sheet(one.exam_no, marks, chosen)


def _asked(everybody: Iterable[Taken]) -> dict[int, tuple[int, str]]:
    """Versions that somebody had: (section, worth), in the order of the paper's sections, then of the questions."""
    asked = {}
    for one in everybody:
        for item in one.attempt.layout:
            asked.setdefault(item["v"], (item["s"], item["m"]))
    return dict(sorted(asked.items(), key=lambda pair: (pair[1][0], pair[0])))


def _item(version: QuestionVersion, key: Key) -> Item:
    choice = version.form in CHOICES
    right = tuple(sorted(key.answer)) if choice and not key.void else ()
    return Item(
        version.pk,
        version.form,
        tuple(option["key"] for option in version.options) if choice else (),
        right,
        key.void,
    )


def analysis_of(paper: SittingPaper) -> PaperAnalysis:
    """Everything about the items of one paper of a sitting. Seven queries, whatever the number of candidates."""
    everybody = taken(paper)
    asked = _asked(everybody)
    versions = QuestionVersion.objects.select_related("topic").in_bulk(list(asked))
    keys = keys_in(paper.sitting, asked)
    items = [_item(versions[pk], keys[pk]) for pk in asked]
    figures = analyse([_sheet(one) for one in everybody], items)
    titles = [section["title"] for section in paper.frozen.body["sections"]] if paper.frozen else []
    decisions = {row.version_id: row for row in KeyDecision.objects.filter(sitting=paper.sitting_id)}
    rows = []
    for item, found in zip(items, figures.items):
        section, worth = asked[item.version]
        version = versions[item.version]
        rows.append(
            Row(
                found,
                version,
                titles[section] if section < len(titles) else "",
                worth,
                "".join(item.key),
                flag_words(found),
                decisions.get(item.version),
            )
        )
    return PaperAnalysis(paper, figures, rows, alpha_words(figures))


def flag_words(figures: Figures) -> list[tuple[str, str]]:
    """(tag kind, words) of an item's flags."""
    rival = "".join(figures.rival)
    words = {
        "void": ("plain", _("已作废")),
        "suspect": ("overdue", _("疑似答案有误：高分组多选%(rival)s") % {"rival": rival}),
        "negative": ("overdue", _("区分度为负")),
        "hard": ("short", _("过难")),
        "easy": ("info", _("过易")),
        "weak": ("short", _("区分度低")),
        "idle": ("review", _("有干扰项无人选")),
    }
    return [words[flag] for flag in words if flag in figures.flags]


def alpha_words(figures: Analysis) -> str:
    """How far alpha says something about this paper."""
    if figures.alpha_why == "persons":
        return _("不足2人，不适用。")
    if figures.alpha_why == "items":
        return _("不足2题，不适用。")
    if figures.alpha_why == "drawn":
        return _("每人试题不同，共同的题不足2道，不适用。")
    if figures.alpha_why == "variance":
        return _("总分没有差异，不适用。")
    counted = sum("void" not in item.flags for item in figures.items)
    if figures.alpha_items < counted:
        return _("每人试题不同，只按全体共有的%(n)s题计算。") % {"n": figures.alpha_items}
    return _("按全部%(n)s题计算。") % {"n": figures.alpha_items}


@dataclass(frozen=True)
class Candidate:
    """One candidate at one item, by exam number only. ``group``: upper, lower or ""."""

    exam_no: str
    answer: str
    marks: Decimal
    share: str
    group: str


def candidates_of(paper: SittingPaper, version: int, *, choice: str | None = None, group: str = "") -> list[Candidate]:
    """Who had the item, best papers first; ``choice``: who chose that option ("" = no answer); ``group``: upper or
    lower 27 %, as the figures count them.
    """
    had = []
    for one in taken(paper):
        for n, item in enumerate(one.attempt.layout):
            if item["v"] == version and str(n) in one.marks:
                had.append((_sheet(one), one, n, item))
    had.sort(key=lambda row: (-row[0].share, str(row[0].candidate)))
    tail = tail_of(len(had))
    result = []
    for place, (sheet, one, n, item) in enumerate(had):
        side = "upper" if place < tail else "lower" if place >= len(had) - tail else ""
        chosen = one.chosen(n) if item["f"] in CHOICES else ()
        if group and side != group:
            continue
        if choice is not None and choice not in (chosen or ("",)):
            continue
        result.append(Candidate(one.exam_no, "".join(chosen), one.marks[str(n)], f"{sheet.share:.1%}", side))
    return result


def papers_of(sitting: Sitting) -> list[SittingPaper]:
    """The papers of a sitting with what was frozen."""
    return list(sitting.papers.select_related("frozen", "sitting"))


def asked_versions(sitting: Sitting) -> dict[int, int]:
    """Versions that candidates of the sitting had → how many did."""
    counts: dict[int, int] = defaultdict(int)
    for layout in Attempt.objects.filter(sitting=sitting).values_list("layout", flat=True).iterator():
        for version in {item["v"] for item in layout}:
            counts[version] += 1
    return dict(counts)
