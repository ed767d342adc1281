"""Papers: their marks, the questions they may draw on, the body to freeze, and what is missing, in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Prefetch, Sum
from django.utils.translation import gettext as _

from exams.models import (
    Bank,
    Difficulty,
    FrozenPaper,
    Paper,
    PaperItem,
    PaperSection,
    Question,
    QuestionKind,
    QuestionState,
    SittingPaper,
    Topic,
)
from exams.rules.blueprint import QuotaSpec, SectionSpec
from exams.rules.feasibility import Shortfall, lines_of
from exams.rules.papers import shortfalls


def total(paper: Paper) -> Decimal:
    """Full marks: items × marks of every section."""
    row = paper.sections.aggregate(marks=Sum(F("count") * F("marks")))
    return (row["marks"] or Decimal(0)).quantize(Decimal("0.1"))


def items(paper: Paper) -> int:
    """Items a candidate gets."""
    return paper.sections.aggregate(n=Sum("count"))["n"] or 0


def find(code: str) -> Paper | None:
    """The paper of that code."""
    return Paper.objects.filter(code=code).first()


def listed(state: str = "", words: str = ""):
    """Papers for the list, with ``items``, ``marks`` and the number of sittings that use them; newest first."""
    papers = Paper.objects.annotate(
        items=Sum("sections__count"), marks=Sum(F("sections__count") * F("sections__marks"))
    ).order_by("-made_at", "code")
    if state:
        papers = papers.filter(state=state)
    if words:
        papers = papers.filter(title__icontains=words) | papers.filter(code__icontains=words)
    return papers


def states() -> dict[str, int]:
    """How many papers are in each state."""
    return dict(Paper.objects.order_by().values_list("state").annotate(n=Count("pk")))


def used_in(papers: Iterable[Paper]) -> dict[int, int]:
    """Sittings that use each paper."""
    rows = SittingPaper.objects.filter(paper__in=list(papers)).values_list("paper_id")
    return dict(rows.annotate(n=Count("sitting_id", distinct=True)).order_by())


def usable(bank_ids: Iterable[int]):
    """Questions a paper may ask: in use, not held, in a bank that is open."""
    return Question.objects.filter(
        bank__in=list(bank_ids), bank__closed=False, state=QuestionState.ACTIVE, held="", current__isnull=False
    )


def pickable(section: PaperSection):
    """Questions of the paper's banks that may still be chosen for ``section`` of a fixed paper."""
    taken = PaperItem.objects.filter(section__paper_id=section.paper_id).values("question_id")
    rows = usable(section.paper.banks.values_list("pk", flat=True)).filter(current__kind=section.kind)
    return rows.exclude(pk__in=taken).select_related("current__topic", "bank").order_by("bank__code", "number")


def picked(section: PaperSection, tree: Tree, *, q="", bank=None, topic=None, difficulty=""):
    """``pickable`` narrowed by words of the stem, bank, topic with all below, difficulty."""
    rows = pickable(section)
    if q:
        rows = rows.filter(current__stem__icontains=q)
    if bank:
        rows = rows.filter(bank=bank)
    if topic:
        rows = rows.filter(current__topic__in=tree.below.get(topic, [topic]))
    return rows.filter(current__difficulty=difficulty) if difficulty else rows


def pool(banks: Iterable[Bank] | Iterable[int]) -> dict[str, list[dict]]:
    """kind → items as in ``FrozenPaper.body``, in the order of banks and numbers.

    A case counts only whole: while one of its parts is a draft or held, none of them is drawn (a retired part is gone
    for good and not waited for).
    """
    bank_ids = [getattr(bank, "pk", bank) for bank in banks]
    rows = usable(bank_ids).order_by("bank__code", "number").select_related("current", "bank")
    broken = set(
        Question.objects.filter(bank__in=bank_ids, current__kind=QuestionKind.CASE)
        .exclude(current__case_code="")
        .exclude(state=QuestionState.RETIRED)
        .exclude(state=QuestionState.ACTIVE, held="")
        .values_list("bank_id", "current__case_code")
    )
    kept = [row for row in rows if (row.bank_id, row.current.case_code) not in broken]
    names = case_names(kept)
    kinds: dict[str, list[dict]] = {}
    for row in kept:
        kinds.setdefault(row.current.kind, []).append(_item(row, names))
    return kinds


def case_names(questions: Iterable[Question]) -> dict[tuple[int, str], str]:
    """(bank, case code) → the name of the case in a layout: its code, with the bank's where two banks share it."""
    banks: dict[str, set[int]] = {}
    questions = [question for question in questions if question.current.case_code]
    for question in questions:
        banks.setdefault(question.current.case_code, set()).add(question.bank_id)
    return {
        (question.bank_id, question.current.case_code): question.current.case_code
        if len(banks[question.current.case_code]) == 1
        else f"{question.bank.code}/{question.current.case_code}"
        for question in questions
    }


def _item(question: Question, names) -> dict:
    version = question.current
    return {
        "v": version.pk,
        "t": version.topic_id,
        "d": version.difficulty,
        "c": names.get((question.bank_id, version.case_code), "") if version.kind == QuestionKind.CASE else "",
        "f": version.form,
        "o": [option["key"] for option in version.options],
        "b": version.blanks,
    }


@dataclass(frozen=True)
class Tree:
    """The knowledge points: names, and each with all below it. One query."""

    names: dict[int, str]
    below: dict[int, list[int]]
    depths: dict[int, int]

    @classmethod
    def load(cls) -> Tree:
        rows = list(Topic.objects.order_by("path").values_list("pk", "path", "name", "depth"))
        below: dict[int, list[int]] = {pk: [pk] for pk, *_rest in rows}
        above: list[tuple[str, int]] = []
        for pk, path, _name, _depth in rows:
            above = [(root, known) for root, known in above if path.startswith(root)]
            for _root, known in above:
                below[known].append(pk)
            above.append((path, pk))
        return cls({pk: name for pk, _p, name, _d in rows}, below, {pk: depth for pk, _p, _n, depth in rows})

    def choices(self) -> list[tuple[int, str]]:
        """(id, name indented by depth) in the order of the tree."""
        return [(pk, "　" * (self.depths[pk] - 1) + name) for pk, name in self.names.items()]


def specs_of(paper: Paper) -> list[SectionSpec]:
    """The stored blueprint. Two queries."""
    return [
        SectionSpec(
            section.title,
            section.kind,
            section.count,
            section.marks,
            tuple(QuotaSpec(q.topic_id, q.difficulty, q.count) for q in section.quotas.all()),
            section.pk,
        )
        for section in paper.sections.prefetch_related("quotas")
    ]


def _section(spec: SectionSpec, pool_: Sequence[dict], tree: Tree) -> dict:
    return {
        "title": spec.title,
        "kind": spec.kind,
        "marks": str(spec.marks),
        "count": spec.count,
        "quotas": [
            {
                "topics": sorted(tree.below.get(quota.topic_id, [quota.topic_id])) if quota.topic_id else [],
                "difficulty": quota.difficulty,
                "count": quota.count,
            }
            for quota in spec.quotas
        ],
        "pool": list(pool_),
    }


def body_of(paper: Paper) -> dict:
    """``FrozenPaper.body`` of the paper as its banks stand now. At most seven queries. Says nothing about whether it
    can be drawn.
    """
    if paper.mode == Paper.Mode.FIXED:
        sections = _fixed_sections(paper)
    else:
        kinds, tree = pool(paper.banks.values_list("pk", flat=True)), Tree.load()
        sections = [_section(spec, kinds.get(spec.kind, []), tree) for spec in specs_of(paper)]
    marks = sum((Decimal(section["marks"]) * section["count"] for section in sections), Decimal(0))
    return {
        "title": paper.title,
        "mode": paper.mode,
        "multiple_policy": paper.multiple_policy,
        "pass_mark": str(Decimal(paper.pass_mark).quantize(Decimal("0.1"))),
        "total": str(marks),
        "minutes": paper.minutes,
        "shuffle_items": paper.shuffle_items,
        "shuffle_options": paper.shuffle_options,
        "sections": sections,
    }


def chosen(paper: Paper) -> list[PaperSection]:
    """Sections of a fixed paper with ``items`` and their questions' current versions loaded."""
    rows = PaperItem.objects.select_related("question__current__topic", "question__bank").order_by("position")
    return list(paper.sections.prefetch_related(Prefetch("items", rows)))


def _fixed_sections(paper: Paper) -> list[dict]:
    sections = chosen(paper)
    names = case_names([row.question for section in sections for row in section.items.all() if row.question.current])
    made = []
    for section in sections:
        pool_ = [_item(row.question, names) for row in section.items.all() if row.question.current]
        spec = SectionSpec(section.title, section.kind, len(pool_), section.marks)
        made.append(_section(spec, pool_, Tree({}, {}, {})))
    return made


def sha_of(body: dict) -> str:
    """SHA-256 of a body in canonical JSON: the name of a paper's frozen content."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def frozen(paper: Paper, sha: str) -> FrozenPaper | None:
    """The frozen copy of ``paper`` whose hash begins with ``sha``."""
    return paper.frozen.filter(sha256__startswith=sha).first() if len(sha) >= 8 else None


@dataclass(frozen=True)
class NeedLine:
    """One line of the editor's 需/有 column."""

    need: int
    have: int

    @property
    def missing(self) -> int:
        return max(0, self.need - self.have)


@dataclass(frozen=True)
class Check:
    """A blueprint held against the banks: for each section its own line and one a quota; and what is wrong."""

    sections: list[tuple[NeedLine, list[NeedLine]]]
    problems: list[str]


def check(specs: Sequence[SectionSpec], bank_ids: Iterable[int], tree: Tree | None = None) -> Check:
    """Can these sections be filled from these banks? At most four queries, whatever their size."""
    kinds, tree = pool(bank_ids), tree or Tree.load()
    sections = [_section(spec, kinds.get(spec.kind, []), tree) for spec in specs]
    lines = []
    for section in sections:
        wide = {line.quota: line for line in lines_of(0, section)}
        quotas = [
            NeedLine(quota["count"], sum(map(wide[at].takes, section["pool"])) if at in wide else 0)
            for at, quota in enumerate(section["quotas"])
        ]
        lines.append((NeedLine(section["count"], len(section["pool"])), quotas))
    return Check(lines, [sentence(short, specs, tree) for short in shortfalls(sections)])


def _named(spec: SectionSpec, quota: QuotaSpec | None, tree: Tree) -> str:
    parts = [spec.title]
    if quota and quota.topic_id:
        parts.append(tree.names.get(quota.topic_id, ""))
    if quota and quota.difficulty:
        parts.append(str(Difficulty(quota.difficulty).label))
    return "·".join(parts)


def sentence(short: Shortfall, specs: Sequence[SectionSpec], tree: Tree) -> str:
    """A shortfall in words: “单选题·听证·难：需12题，有9题，缺3题”."""
    spec = specs[short.section]
    named = [
        _named(specs[section], specs[section].quotas[quota] if quota is not None else None, tree)
        for section, quota in short.quotas
    ]
    words = {"name": _("、").join(dict.fromkeys(named)) or spec.title, "need": short.need, "have": short.have}
    words |= {"missing": short.missing, "title": spec.title}
    if short.code == "over":
        return _("%(title)s：配额合计%(need)s题，超过本部分的%(have)s题") % words
    if short.code == "joint":
        return _("%(name)s：合计需%(need)s题，可用的题共%(have)s题，缺%(missing)s题") % words
    if short.code == "many":
        return _("%(title)s：案例与配额的组合过多，无法核对，请减少配额") % words
    if short.code == "fit" and short.near:
        words["near"] = _("或").join(str(n) for n in short.near)
        return _("%(name)s：案例须整案使用，可组成%(near)s题，不能恰好%(need)s题") % words
    if short.code == "fit":
        return _("%(name)s：案例须整案使用，没有满足全部配额且恰好%(need)s题的组合") % words
    return _("%(name)s：需%(need)s题，有%(have)s题，缺%(missing)s题") % words


def shortages(paper: Paper) -> list[str]:
    """Why the paper cannot be drawn today, in words; empty when it can."""
    if paper.mode == Paper.Mode.BLUEPRINT:
        specs = specs_of(paper)
        if not specs:
            return [_("试卷还没有任何部分")]
        return check(specs, paper.banks.values_list("pk", flat=True)).problems
    sections = chosen(paper)
    if not any(section.items.all() for section in sections):
        return [_("试卷还没有选题")]
    empty = [_("%(title)s：还没有选题") % {"title": s.title} for s in sections if not s.items.all()]
    return empty + [why for section in sections for row in section.items.all() if (why := unusable(row))]


def unusable(row: PaperItem) -> str:
    """Why a chosen question cannot be asked now; "" when it can."""
    question = row.question
    words = {"section": row.section.title, "n": row.position, "bank": question.bank.name, "number": question.number}
    if question.current is None or question.state != QuestionState.ACTIVE:
        words["why"] = QuestionState(question.state).label
    elif question.held:
        words["why"] = question.held
    elif question.bank.closed:
        words["why"] = _("题库已停用")
    else:
        return ""
    return _("%(section)s第%(n)s题（%(bank)s第%(number)s题）不能使用：%(why)s") % words
