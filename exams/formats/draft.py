"""A question as it is written down before it is stored: what every file format is read into and written from.

Pure data. ``fingerprint`` says whether two drafts are the same question; ``problems`` says why one cannot be stored.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from exams.formats.messages import field_name, text_of

KINDS = ("single", "multiple", "judge", "blank", "case")
CHOICE_FORMS = ("single", "multiple", "judge")
FORMS_OF = {
    "single": ("single",),
    "multiple": ("multiple",),
    "judge": ("judge",),
    "blank": ("blank",),
    "case": ("single", "multiple", "judge", "written"),
}
DIFFICULTIES = ("easy", "medium", "hard")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TRUE, FALSE = "正确", "错误"
JUDGE_OPTIONS = (("A", TRUE, None), ("B", FALSE, None))
# A blank as authors write it: empty brackets, or a run of underscores.
BLANK = re.compile(r"[（(]\s*[）)]|[_＿]{2,}")

# Longest texts, in characters; the columns of exams.models.bank where those are bounded.
LIMITS = {
    "stem": 8000,
    "material": 20000,
    "explanation": 20000,
    "case_code": 40,
    "topic": 60,
    "basis": 500,
    "source": 200,
    "options": 4000,
    "answer": 20000,
    "rubric": 2000,
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Option = tuple[str, str, str | None]


@dataclass(frozen=True)
class QuestionDraft:
    """One question (or one part of a case) with its key, ready to be stored.

    ``kind`` and ``form`` are the codes of exams.models.bank. ``options``: (key, text, picture) in the author's order,
    keys A, B, C …; 判断 has A 正确 and B 错误; none for blank and written. ``answer``: ("A", "C") for choice forms,
    (("罚款", "罚金"), …) accepted words for each blank, the reference answer as text for written. ``rubric``:
    ((text, marks), …). ``marks`` and the rubric's marks are decimal texts. ``picture`` (and an option's third value)
    names a picture by the sha256 of its bytes. ``where`` is the place in the source, for people.
    """

    kind: str
    form: str
    stem: str
    options: tuple[Option, ...] = ()
    answer: tuple[str, ...] | tuple[tuple[str, ...], ...] | str = ()
    material: str = ""
    case_code: str = ""
    blanks: int = 0
    explanation: str = ""
    rubric: tuple[tuple[str, str], ...] = ()
    difficulty: str = "medium"
    topic: str = ""
    basis: str = ""
    marks: str = "1"
    source: str = ""
    picture: str | None = None
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Problem:
    """Why a draft cannot be stored. ``field`` is a field of QuestionDraft; ``message`` a Chinese sentence."""

    field: str
    code: str
    message: str
    raw: str = ""
    fixed: str = ""

    def text(self, lang: str = "zh") -> str:
        """The sentence in ``zh`` or ``en``."""
        return text_of(self.code, lang, at=field_name(self.field, lang), raw=self.raw, fixed=self.fixed)


def squeezed(text: str) -> str:
    """How texts are compared: compatibility form, no blanks at all, no case."""
    return re.sub(r"[\s\u200b-\u200f\u2060\ufeff]+", "", unicodedata.normalize("NFKC", text)).casefold()


def stem_key(draft: QuestionDraft) -> str:
    """Equal for questions with the same material, stem and picture, whatever their options."""
    return "\x1e".join([squeezed(draft.material), squeezed(draft.stem), draft.picture or ""])


def fingerprint(draft: QuestionDraft) -> str:
    """sha256 (hex) of material, stem and the options as a set: other order, same question; other options, another.

    Blanks and compatibility forms (full-width letters) do not matter; pictures count by their sha256.
    """
    options = sorted(f"{squeezed(text)}\x1f{picture or ''}" for _key, text, picture in draft.options)
    return hashlib.sha256("\x1e".join([stem_key(draft), *options]).encode("utf-8", "surrogatepass")).hexdigest()


def same_answer(one: QuestionDraft, other: QuestionDraft) -> bool:
    """Whether two drafts with equal fingerprint also have the same key (options may stand in another order)."""
    return _meaning(one) == _meaning(other)


def _meaning(draft: QuestionDraft):
    if isinstance(draft.answer, str):
        return squeezed(draft.answer)
    if draft.form == "blank":
        return [sorted({squeezed(word) for word in words}) for words in draft.answer]
    texts = {key: (squeezed(text), picture) for key, text, picture in draft.options}
    return {texts.get(key, (key, None)) for key in draft.answer}


def problems(draft: QuestionDraft) -> list[Problem]:
    """Everything that keeps the draft from being stored; empty when it can be."""
    found = [*_kind(draft)]
    if not squeezed(draft.stem):
        found.append(_problem("stem", "NO_STEM"))
    if draft.form in CHOICE_FORMS:
        found += _options(draft)
        found += _choice_answer(draft)
    else:
        if draft.options:
            found.append(_problem("options", "OPTIONS_NOT_USED"))
        found += _blanks(draft) if draft.form == "blank" else _written(draft)
    found += _plain(draft)
    return found


def _problem(field: str, code: str, raw="", fixed="") -> Problem:
    raw, fixed = str(raw), str(fixed)
    return Problem(field, code, text_of(code, at=field_name(field), raw=raw, fixed=fixed), raw, fixed)


def _kind(draft):
    if draft.kind not in KINDS:
        yield _problem("kind", "UNKNOWN_KIND", draft.kind)
    elif draft.form not in FORMS_OF[draft.kind]:
        yield _problem("form", "UNKNOWN_FORM", draft.form)


def _options(draft):
    options = draft.options
    if len(options) < 2:
        yield _problem("options", "FEW_OPTIONS")
    if len(options) > len(LETTERS):
        yield _problem("options", "MANY_OPTIONS")
    for (key, text, picture), letter in zip(options, LETTERS):
        if key != letter or (not squeezed(text) and not picture):
            yield _problem("options", "OPTION_GAP", letter)
            break
    seen: dict[tuple, str] = {}
    for key, text, picture in options:
        same = (squeezed(text), picture)
        if same in seen and same != ("", None):
            yield _problem("options", "DUPLICATE_OPTIONS", f"{seen[same]}、{key}")
        seen.setdefault(same, key)
    if draft.form == "judge" and tuple(squeezed(text) for _key, text, _picture in options) != (TRUE, FALSE):
        yield _problem("options", "JUDGE_OPTIONS")


def _choice_answer(draft):
    answer = draft.answer
    if isinstance(answer, str) or not all(isinstance(key, str) for key in answer):
        yield _problem("answer", "ANSWER_UNREADABLE", answer)
        return
    shown = "".join(answer)
    if not answer:
        yield _problem("answer", "NO_ANSWER")
        return
    keys = {key for key, _text, _picture in draft.options}
    outside = [key for key in answer if key not in keys]
    if outside:
        yield _problem("answer", "ANSWER_NOT_IN_OPTIONS", "、".join(outside))
    if draft.form in ("single", "judge") and len(answer) != 1:
        yield _problem("answer", "SINGLE_MANY_ANSWERS", shown)
    if draft.form == "multiple" and len(set(answer)) < 2:
        yield _problem("answer", "MULTIPLE_ONE_ANSWER", shown)
    if len(set(answer)) != len(answer):
        yield _problem("answer", "ANSWER_UNREADABLE", shown)


def _blanks(draft):
    answer = draft.answer
    if isinstance(answer, str) or not all(isinstance(words, tuple) for words in answer):
        yield _problem("answer", "ANSWER_UNREADABLE", answer)
        return
    if not answer:
        yield _problem("answer", "NO_ANSWER")
        return
    if (blanks := len(BLANK.findall(draft.stem)) or draft.blanks) != len(answer) or draft.blanks != len(answer):
        yield _problem("answer", "BLANK_COUNT", blanks if blanks != len(answer) else draft.blanks, len(answer))
    for number, words in enumerate(answer, 1):
        if not words or not all(squeezed(word) for word in words):
            yield _problem("answer", "BLANK_EMPTY", number)


def _written(draft):
    if not isinstance(draft.answer, str) or not squeezed(draft.answer):
        yield _problem("answer", "NO_ANSWER")
    try:
        total = sum((Decimal(marks) for _text, marks in draft.rubric), Decimal(0))
    except InvalidOperation:
        yield _problem("rubric", "BAD_MARKS", "；".join(marks for _text, marks in draft.rubric))
        return
    if draft.rubric and marks_of(draft.marks) is not None and total != marks_of(draft.marks):
        yield _problem("rubric", "RUBRIC_SUM", plain(total), draft.marks)


def _plain(draft):
    if draft.difficulty not in DIFFICULTIES:
        yield _problem("difficulty", "BAD_DIFFICULTY", draft.difficulty)
    if marks_of(draft.marks) is None:
        yield _problem("marks", "BAD_MARKS", draft.marks)
    for name, texts in _texts(draft):
        if any(len(text) > LIMITS[name] for text in texts):
            yield _problem(name, "TOO_LONG", fixed=LIMITS[name])
        if any(_CONTROL.search(text) for text in texts):
            yield _problem(name, "BAD_CHARACTER")


def _texts(draft) -> list[tuple[str, list[str]]]:
    answer = draft.answer
    words = [answer] if isinstance(answer, str) else []
    if draft.form == "blank" and not words:
        words = [word for accepted in answer if isinstance(accepted, tuple) for word in accepted]
    return [
        *((name, [getattr(draft, name)]) for name in ("stem", "material", "explanation", "case_code", "topic")),
        *((name, [getattr(draft, name)]) for name in ("basis", "source")),
        ("options", [text for _key, text, _picture in draft.options]),
        ("rubric", [text for text, _marks in draft.rubric]),
        ("answer", words),
    ]


def marks_of(text: str) -> Decimal | None:
    """0.5 … 100 with at most one decimal, or None."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or not Decimal("0.5") <= value <= 100 or value != round(value, 1):
        return None
    return value


def plain(value: Decimal) -> str:
    """A decimal without exponent and without zeros at its end: 10, 2.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
