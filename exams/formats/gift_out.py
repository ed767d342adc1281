"""Drafts as GIFT; what it has no field for goes into [tag:…] comments and marked blocks and reads back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import BinaryIO

from exams.formats import extras, values
from exams.formats.draft import QuestionDraft, plain
from exams.formats.moodle_out import facts_of


def write_gift(target: BinaryIO, drafts: Iterable[QuestionDraft]) -> None:
    """UTF-8 text. Pictures leave their mark in the text: they stay where they are."""
    topic = ""
    for number, draft in enumerate(drafts, 1):
        if draft.topic != topic:
            topic = draft.topic
            target.write(f"$CATEGORY: {extras.category_path(topic)}\n\n".encode())
        target.write(_question(number, draft).encode())


def escaped(text: str) -> str:
    """Control characters of GIFT with a backslash, line feeds as \\n."""
    return re.sub(r"([\\~=#{}:])", r"\\\1", text).replace("\n", "\\n")


def _question(number: int, draft: QuestionDraft) -> str:
    tags = "".join(f" [tag:{_tag(tag)}]" for tag in extras.tags_of(facts_of(draft, marks=True)))
    stem = extras.with_material(draft.material, extras.with_picture(draft.stem, draft.picture))
    return f"// {number}{tags}\n[plain]{escaped(stem)} {{{_inside(draft)}}}\n\n"


def _tag(text: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", text).replace("\n", " ")


def _inside(draft: QuestionDraft) -> str:
    feedback = draft.explanation
    if draft.form == "judge":
        body = "TRUE" if draft.answer == ("A",) else "FALSE"
    elif draft.form == "blank":
        words = [values.blanks_text(draft.answer)] if len(draft.answer) > 1 else draft.answer[0]
        body = "".join(f"\n\t={escaped(word)}" for word in words) + "\n"
    elif draft.form == "written":
        body = ""
        feedback = extras.with_reference(str(draft.answer), values.rubric_text(draft.rubric), draft.explanation)
    else:
        body = _options(draft)
    return body + (f"####{escaped(feedback)}" if feedback else "")


def _options(draft: QuestionDraft) -> str:
    right = plain((Decimal(100) / max(len(draft.answer), 1)).quantize(Decimal("0.00001")))
    lines = []
    for key, text, picture in draft.options:
        if draft.form == "single":
            mark = "=" if key in draft.answer else "~"
        else:
            mark = f"~%{right}%" if key in draft.answer else "~%-100%"
        lines.append(f"\n\t{mark}{escaped(extras.with_picture(text, picture))}")
    return "".join(lines) + "\n"
