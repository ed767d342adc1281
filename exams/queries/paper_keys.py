"""The answers to a drawn paper, in the letters printed on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from exams.models.bank import AnswerForm
from exams.queries.keys import keys_of
from exams.queries.paper_items import ShownItem, ShownSection


@dataclass(frozen=True)
class Answer:
    """``text``: letters, words or the reference answer; ``rubric``: (text, marks) of a written item."""

    text: str
    explanation: str
    rubric: tuple[tuple[str, str], ...] = ()


def words_of(form: str, answer) -> str:
    """A key that is not in options, as text: accepted words of each blank, or the reference answer."""
    if form == AnswerForm.BLANK:
        return _("；").join(_("／").join(words) if isinstance(words, list) else str(words) for words in answer)
    return answer if isinstance(answer, str) else _("、").join(answer)


def answers_of(items: Iterable[ShownItem]) -> dict[int, Answer]:
    """Answers by item number. One query."""
    items = list(items)
    keys = keys_of(item.version for item in items)
    result = {}
    for item in items:
        key = keys[item.version]
        if item.form == AnswerForm.JUDGE:
            text = "".join(option.text for option in item.options if option.key in key.answer)
        elif item.options:
            text = item.letters(key.answer)
        else:
            text = words_of(item.form, key.answer)
        rubric = tuple((line["text"], str(line["marks"])) for line in key.rubric)
        result[item.n] = Answer(text, key.explanation, rubric)
    return result


def keyed(sections: Iterable[ShownSection]) -> list[dict]:
    """Sections with (item, answer) pairs for the answer sheet."""
    sections = list(sections)
    answers = answers_of(item for section in sections for item in section.items)
    return [
        {
            "heading": section.heading,
            "note": section.note,
            "keyed": [(item, answers[item.n]) for item in section.items],
        }
        for section in sections
    ]
