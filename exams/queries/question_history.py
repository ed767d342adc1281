"""The versions of a question and what changed from one to the next. Reads keys: for those who may see them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from exams.formats.draft import QuestionDraft
from exams.models import Difficulty, Question, QuestionVersion
from exams.queries.keys import drafts_of_versions
from portal.ui import DiffLine

KEY_FIELDS = ("answer", "explanation", "rubric")


@dataclass(frozen=True)
class Change:
    """A version, and what it changed against the one before (nothing for the first)."""

    version: QuestionVersion
    lines: list[DiffLine]


def history(question: Question, *, with_keys: bool) -> list[Change]:
    """Versions, newest first. Without ``with_keys`` nothing of the answer is told. Four queries."""
    versions = list(question.versions.select_related("topic", "made_by").order_by("number"))
    drafts = drafts_of_versions(versions)
    changes = [Change(versions[0], [])]
    for version, old, new in zip(versions[1:], drafts, drafts[1:]):
        changes.append(Change(version, _lines(old, new, with_keys)))
    return changes[::-1]


def _lines(old: QuestionDraft, new: QuestionDraft, with_keys: bool) -> list[DiffLine]:
    names = {
        "material": _("案例材料"),
        "stem": _("题干"),
        "picture": _("题干图片"),
        "options": _("选项"),
        "answer": _("答案"),
        "explanation": _("解析"),
        "rubric": _("评分要点"),
        "topic": _("知识点"),
        "difficulty": _("难度"),
        "basis": _("法条依据"),
        "marks": _("建议分值"),
        "source": _("来源"),
        "case_code": _("案例编号"),
    }
    lines = []
    for field, label in names.items():
        before, after = getattr(old, field), getattr(new, field)
        if before != after and (with_keys or field not in KEY_FIELDS):
            lines.append(DiffLine(label, _words(field, before), _words(field, after)))
    return lines


def _words(field: str, value) -> str:
    if field == "difficulty":
        return str(Difficulty(value).label)
    if field == "picture":
        return _("图片%(name)s") % {"name": value[:8]} if value else ""
    if field == "options":
        return "\n".join(
            f"{key}. {text}{_('（图片%(name)s）') % {'name': picture[:8]} if picture else ''}"
            for key, text, picture in value
        )
    if field == "rubric":
        return "\n".join(_("%(text)s（%(marks)s分）") % {"text": text, "marks": marks} for text, marks in value)
    if field == "answer":
        return answer_words(value)
    return str(value)


def answer_words(answer) -> str:
    """A key in words: “AC”, “罚款或罚金；没收”, or the reference answer."""
    if isinstance(answer, str):
        return answer
    if all(isinstance(word, str) for word in answer):
        return "".join(answer)
    return _("；").join(_("或").join(words) for words in answer)
