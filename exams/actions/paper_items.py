"""The chosen questions of a fixed paper: add, take out, put in order."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from exams.actions.papers import MOST_ITEMS, _own, _saved
from exams.models import Paper, PaperItem, PaperSection, Question
from exams.queries import papers as query
from portal.actions.errors import Refused


def _section(section: PaperSection) -> PaperSection:
    """The stored section of a fixed paper that may be changed. Raises Refused."""
    paper = _own(section.paper)
    if paper.mode != Paper.Mode.FIXED:
        raise Refused(_("按蓝图抽题的试卷不逐题选定。"))
    stored = PaperSection.objects.get(pk=section.pk)
    stored.paper = paper
    return stored


def _renumber(section: PaperSection, items: list[PaperItem]) -> None:
    for position, item in enumerate(items, 1):
        if item.position != position:
            item.position = position
            PaperItem.objects.filter(pk=item.pk).update(position=position)
    PaperSection.objects.filter(pk=section.pk).update(count=len(items))


def add_chosen(*, actor, now, section: PaperSection, ids: Iterable[int]) -> int:
    """``add_items`` for the questions a form named by id, in the order of their banks. Raises Refused for none."""
    questions = Question.objects.filter(pk__in=list(ids)).order_by("bank__code", "number")
    if not questions:
        raise Refused(_("请先勾选要选入的试题。"))
    return add_items(actor=actor, now=now, section=section, questions=questions)


def add_items(*, actor, now, section: PaperSection, questions: Iterable[Question]) -> int:
    """Append questions, in the order given; those already in the section are skipped. Returns how many were added.

    Raises Refused for a question of another kind or bank, not in use, held, or in another section of the paper.
    """
    with transaction.atomic():
        section = _section(section)
        items = list(section.items.all())
        have = {item.question_id for item in items}
        wanted = list({question.pk: question for question in questions if question.pk not in have}.values())
        if not wanted:
            return 0
        allowed = set(query.pickable(section).filter(pk__in=[q.pk for q in wanted]).values_list("pk", flat=True))
        refused = [question for question in wanted if question.pk not in allowed]
        if refused:
            numbers = _("、").join(str(question.number) for question in refused)
            raise Refused(_("第%(numbers)s题不能选入：题型不符、未启用，或本卷其他部分已有。") % {"numbers": numbers})
        if query.items(section.paper) + len(wanted) > MOST_ITEMS:
            raise Refused(_("一份试卷最多%(most)s题。") % {"most": MOST_ITEMS})
        start = len(items) + 1
        PaperItem.objects.bulk_create(
            PaperItem(section=section, question=question, position=position)
            for position, question in enumerate(wanted, start)
        )
        _renumber(section, list(section.items.order_by("position", "pk")))
        ids = [question.pk for question in wanted]
        _saved(actor=actor, now=now, paper=section.paper, what="add", section=section.position, questions=ids)
    return len(wanted)


def remove_item(*, actor, now, item: PaperItem) -> None:
    """Take a question out; gone already is fine."""
    with transaction.atomic():
        section = _section(item.section)
        if not PaperItem.objects.filter(pk=item.pk).delete()[0]:
            return
        _renumber(section, list(section.items.order_by("position", "pk")))
        words = {"section": section.position, "question": item.question_id}
        _saved(actor=actor, now=now, paper=section.paper, what="remove", **words)


def move_item(*, actor, now, item: PaperItem, up: bool) -> None:
    """One place up or down; at the end of the list nothing happens."""
    with transaction.atomic():
        section = _section(item.section)
        items = list(section.items.order_by("position", "pk"))
        at = next((n for n, row in enumerate(items) if row.pk == item.pk), None)
        to = None if at is None else at - 1 if up else at + 1
        if to is None or not 0 <= to < len(items):
            return
        items[at], items[to] = items[to], items[at]
        _renumber(section, items)
        words = {"section": section.position, "question": item.question_id, "place": to + 1}
        _saved(actor=actor, now=now, paper=section.paper, what="move", **words)
