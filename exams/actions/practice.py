"""Practice runs: begun, answered, handed in. Personal study, so nothing of it goes into the audit trail.

The answer is stored before anything of the key is told, and a stored one is never changed afterwards.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from exams.models import (
    AnswerForm,
    Favourite,
    Paper,
    PracticeAnswer,
    PracticeRun,
    Question,
    Topic,
)
from exams.queries import papers
from exams.queries import practice as queries
from exams.queries.keys import keys_of
from exams.rules.marking import marks_for
from exams.rules.papers import Infeasible, draw
from portal.actions.errors import Refused

Kind = PracticeRun.Kind
MOST = 100
LONGEST_TEXT = 10000
# Mock exams handed in in one turn of the worker.
OVERDUE = 100
_chance = secrets.SystemRandom()


def start_topic(
    *, actor, now, topic: Topic | None = None, kinds: Sequence[str] = (), difficulty: str = "", count: int = 10
) -> PracticeRun:
    """Practise up to ``count`` questions of a topic with all below it (None: of all), first those never answered.

    The parts of a case stay together. Raises Refused when there is nothing to practise.
    """
    rows = queries.open_questions()
    if topic is not None:
        rows = rows.filter(current__topic__path__startswith=topic.path)
    if kinds:
        rows = rows.filter(current__kind__in=kinds)
    if difficulty:
        rows = rows.filter(current__difficulty=difficulty)
    known = set(PracticeAnswer.objects.filter(user=actor).values_list("question_id", flat=True))
    title = topic.name if topic else _("全部知识点")
    chosen = _some(rows.values_list("pk", "bank", "number", "current__case_code"), known, count)
    loaded = Question.objects.select_related("current").in_bulk(chosen)
    return _start(actor, now, Kind.TOPIC, title, [loaded[pk] for pk in chosen])


def start_wrong(*, actor, now, count: int = 20) -> PracticeRun:
    """Practise the wrong-question book. Raises Refused when there is nothing in it that may be practised now."""
    book = queries.book(queries.wrong_questions(actor))
    return _start(actor, now, Kind.WRONG, _("错题重练"), book.questions[:count])


def start_favourites(*, actor, now, count: int = 20) -> PracticeRun:
    """Practise the favourites. Raises Refused when there is nothing among them that may be practised now."""
    book = queries.book(queries.favourite_questions(actor))
    return _start(actor, now, Kind.FAVOURITE, _("收藏练习"), book.questions[:count])


def _some(rows: Iterable[tuple], known: set[int], count: int) -> list[int]:
    """Keys of up to ``count`` questions by chance, unknown ones first, cases whole."""
    groups: dict[tuple, list[tuple[int, int]]] = {}
    for pk, bank, number, case in rows:
        groups.setdefault((bank, case) if case else (pk,), []).append((number, pk))
    order = list(groups.values())
    _chance.shuffle(order)
    order.sort(key=lambda group: all(pk in known for _number, pk in group))
    chosen: list[int] = []
    for group in order:
        if len(chosen) >= min(count, MOST):
            break
        chosen += [pk for _number, pk in sorted(group)]
    return chosen


def _start(actor, now, kind, title, questions: Iterable[Question]) -> PracticeRun:
    items = [
        {
            "v": question.current_id,
            "q": question.pk,
            "s": 0,
            "m": "1",
            "f": question.current.form,
            "o": [option["key"] for option in question.current.options],
            "b": question.current.blanks,
            "c": question.current.case_code,
        }
        for question in questions
    ]
    if not items:
        raise Refused(_("没有符合条件、可以练习的试题，请换一个范围。"))
    return PracticeRun.objects.create(user=actor, kind=kind, title=str(title)[:120], items=items, started_at=now)


def start_mock(*, actor, now, paper: Paper) -> PracticeRun:
    """A mock exam drawn from a blueprint paper, out of what may be practised, with the paper's time.

    One that is still running is gone on with. Raises Refused for a paper that is not for practice, or when what may
    be practised does not fill it.
    """
    if not paper.for_practice or paper.state != Paper.State.READY or paper.mode != Paper.Mode.BLUEPRINT:
        raise Refused(_("“%(paper)s”不提供模拟考试。") % {"paper": paper.title})
    with transaction.atomic():
        # A double click waits here for the first one's run.
        get_user_model().objects.select_for_update().only("pk").get(pk=actor.pk)
        running = PracticeRun.objects.filter(user=actor, paper=paper, finished_at__isnull=True, deadline__gt=now)
        return running.first() or _start_mock(actor, now, paper)


def _start_mock(actor, now, paper: Paper) -> PracticeRun:
    body = papers.body_of(paper)
    _only_open(body)
    try:
        layout = draw(body, _chance.getrandbits(62))
    except Infeasible as error:
        raise Refused(_("“%(paper)s”暂时不能组成模拟卷：可供练习的试题不足。") % {"paper": paper.title}) from error
    questions = dict(Question.objects.filter(current__in=[row["v"] for row in layout]).values_list("current", "pk"))
    return PracticeRun.objects.create(
        user=actor,
        kind=Kind.MOCK,
        title=paper.title,
        paper=paper,
        items=[{**row, "q": questions[row["v"]]} for row in layout],
        started_at=now,
        deadline=now + timedelta(minutes=paper.minutes),
    )


def _only_open(body: dict) -> None:
    """Leave in the pools what may be practised; a case one part of which may not goes as a whole."""
    allowed = queries.open_versions(item["v"] for section in body["sections"] for item in section["pool"])
    for section in body["sections"]:
        shut = {item["c"] for item in section["pool"] if item["c"] and item["v"] not in allowed}
        section["pool"] = [item for item in section["pool"] if item["v"] in allowed and item["c"] not in shut]


def answer(*, actor, now, run: PracticeRun, at: int, given) -> PracticeAnswer:
    """Store the answer to item ``at`` (from 0) and, in practice, mark it.

    ``given``: letters as shown for choices, texts for blanks, one text for a written answer. In practice a second
    answer changes nothing; in a mock exam the last one before the deadline counts. Raises Refused for an empty
    answer, a question that may not be practised now, and a run that is over.
    """
    _check_own(actor, run)
    if not 0 <= at < len(run.items):
        raise Refused(_("没有这一题。"))
    item = run.items[at]
    mock = run.kind == Kind.MOCK
    with transaction.atomic():
        run = PracticeRun.objects.select_for_update().get(pk=run.pk)
        there = run.answers.filter(item=at).first()
        if there and not mock:
            return there
        if run.finished_at or (run.deadline and now >= run.deadline):
            raise Refused(_("已经交卷，不能再作答。"))
        if item["v"] not in queries.open_versions([item["v"]]):
            raise Refused(_("本题已修改或正用于考试，暂不提供练习。"))
        value = _value(item, given)
        if there:
            there.value, there.at = {"a": value}, now
            there.save(update_fields=["value", "at"])
            return there
        right = None if mock else _right(item, value, keys_of([item["v"]])[item["v"]].answer)
        row = PracticeAnswer.objects.create(
            run=run,
            user=actor,
            question_id=item["q"],
            version_id=item["v"],
            item=at,
            value={"a": value},
            right=right,
            at=now,
        )
        if not mock and run.answers.count() == len(run.items):
            run.finished_at = now
            run.save(update_fields=["finished_at"])
        return row


def _value(item: dict, given):
    """As an attempt stores it: option keys, texts, or one text."""
    form = item["f"]
    if form == AnswerForm.WRITTEN:
        text = (given if isinstance(given, str) else (given or [""])[0]).replace("\0", "").strip()
        if not text:
            raise Refused(_("请先作答再提交。"))
        return text[:LONGEST_TEXT]
    given = [text.replace("\0", "").strip() for text in given]
    if form == AnswerForm.BLANK:
        if not any(given):
            raise Refused(_("请先作答再提交。"))
        return [text[:200] for text in (*given, *[""] * item["b"])][: item["b"]]
    shown = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", item["o"]))
    keys = sorted({shown[letter] for letter in given if letter in shown})
    if not keys:
        raise Refused(_("请先作答再提交。"))
    return keys if form == AnswerForm.MULTIPLE else keys[:1]


def _right(item: dict, value, key) -> bool | None:
    """Wholly right or not; None for a written answer, which the user judges."""
    worth = Decimal(1)
    marks = marks_for(item["f"], value, key, worth)
    return None if marks is None else marks == worth


def assess(*, actor, now, run: PracticeRun, at: int, right: bool) -> bool:
    """The user's own judgement of a written answer, after reading the reference; given once. True when it was."""
    _check_own(actor, run)
    answers = PracticeAnswer.objects.filter(run=run, item=at, right__isnull=True, version__form=AnswerForm.WRITTEN)
    if run.kind == Kind.MOCK and run.finished_at is None:
        raise Refused(_("交卷后再自评。"))
    return answers.update(right=right) == 1


def finish(*, actor, now, run: PracticeRun) -> PracticeRun:
    """Hand in: a mock exam is marked and gets its score (written answers are left to the user). Twice is harmless.

    After the deadline it counts as handed in at the deadline. Questions that may not be shown now do not count.
    """
    _check_own(actor, run)
    with transaction.atomic():
        at = min(now, run.deadline) if run.deadline else now
        if not PracticeRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=at):
            run.refresh_from_db()
            return run
        run.finished_at = at
        if run.kind == Kind.MOCK:
            run.score = _mark(run)
            run.save(update_fields=["score"])
    return run


def finish_overdue(*, now) -> int:
    """Hand in mock exams whose time is over, as of their deadline, OVERDUE of them at a time; how many."""
    over = PracticeRun.objects.filter(kind=Kind.MOCK, finished_at__isnull=True, deadline__lte=now)
    rows = list(over.select_related("user", "paper").order_by("deadline", "pk")[:OVERDUE])
    for run in rows:
        finish(actor=run.user, now=now, run=run)
    return len(rows)


def _mark(run: PracticeRun) -> Decimal:
    open_now = queries.open_versions(item["v"] for item in run.items)
    keys, total, marked = keys_of(open_now), Decimal(0), []
    for row in run.answers.all():
        item = run.items[row.item]
        if item["v"] not in open_now or item["f"] == AnswerForm.WRITTEN:
            continue
        key, worth = keys[item["v"]].answer, Decimal(item["m"])
        total += marks_for(item["f"], row.value["a"], key, worth, run.paper.multiple_policy)
        row.right = _right(item, row.value["a"], key)
        marked.append(row)
    PracticeAnswer.objects.bulk_update(marked, ["right"], batch_size=200)
    return total


def set_favourite(*, actor, now, question: Question, on: bool) -> bool:
    """Add a question to the user's favourites or take it out; returns ``on``. Twice is harmless.

    Raises Refused for one that may not be practised now.
    """
    if not on:
        Favourite.objects.filter(user=actor, question=question).delete()
        return False
    if not queries.open_questions().filter(pk=question.pk).exists():
        raise Refused(_("本题已修改或正用于考试，暂不提供练习。"))
    try:
        with transaction.atomic():
            Favourite.objects.get_or_create(user=actor, question=question, defaults={"at": now})
    except IntegrityError:
        pass
    return True


def _check_own(actor, run: PracticeRun) -> None:
    if run.user_id != actor.pk:
        raise Refused(_("这不是您的练习。"))
