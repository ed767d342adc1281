"""Hypothesis strategies of question drafts that can be stored, and of the odd texts authors write."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from exams.formats.draft import BLANK, JUDGE_OPTIONS, LETTERS, QuestionDraft, problems, squeezed
from exams.formats.values import KIND_NAMES, tidy

ALPHABET = (
    "甲乙丙丁法条罚款一二〇（）、，。；：“”《》"
    + string.ascii_letters
    + string.digits
    + " \n~=#{}:\\/|<>&'\"%+-@!*_[]$√×Ａ１"
)


def text(most: int = 30, least: int = 1, alphabet: str = ALPHABET):
    """A tidy text with something visible in it."""
    made = st.text(alphabet=alphabet, min_size=least, max_size=most).map(tidy)
    return made.filter(lambda value: squeezed(value) and not BLANK.search(value)) if least else made


def line(most: int = 20, least: int = 1):
    return text(most, least, ALPHABET.replace("\n", ""))


@st.composite
def options(draw):
    texts = draw(st.lists(text(12), min_size=2, max_size=6, unique_by=squeezed))
    return tuple((letter, value, None) for letter, value in zip(LETTERS, texts))


MARKS = st.integers(1, 200).map(lambda half: f"{half / 2:g}")
WORD = text(8, alphabet="".join(set(ALPHABET) - set("\n")))


@st.composite
def drafts(draw):
    """Any draft without problems."""
    kind = draw(st.sampled_from(["single", "multiple", "judge", "blank", "case"]))
    form = draw(st.sampled_from(["single", "multiple", "judge", "written"])) if kind == "case" else kind
    fields = {"options": (), "blanks": 0, "rubric": (), "marks": draw(MARKS)}
    stem = draw(text(60))
    if form in ("single", "multiple"):
        fields["options"] = draw(options())
        keys = [key for key, _text, _picture in fields["options"]]
        least = 1 if form == "single" else 2
        chosen = draw(st.sets(st.sampled_from(keys), min_size=least, max_size=1 if form == "single" else len(keys)))
        fields["answer"] = tuple(sorted(chosen))
    elif form == "judge":
        fields["options"], fields["answer"] = JUDGE_OPTIONS, (draw(st.sampled_from("AB")),)
    elif form == "blank":
        answer = draw(st.lists(st.lists(WORD, min_size=1, max_size=3, unique=True).map(tuple), min_size=1, max_size=3))
        fields["answer"], fields["blanks"] = tuple(answer), len(answer)
        if draw(st.booleans()):
            stem += "（ ）" * len(answer)
    else:
        fields["answer"] = draw(text(40))
        parts = draw(st.lists(st.tuples(line(), MARKS), max_size=3))
        total = sum(float(marks) for _text, marks in parts)
        if parts and total <= 100:
            fields["rubric"], fields["marks"] = tuple(parts), f"{total:g}"
    case = draw(st.booleans()) if kind == "case" else False
    made = QuestionDraft(
        kind=kind,
        form=form,
        stem=stem,
        material=draw(text(40)) if case else "",
        case_code=draw(line(10)) if case else "",
        explanation=draw(text(40, least=0)),
        difficulty=draw(st.sampled_from(["easy", "medium", "hard"])),
        topic=draw(line(10, least=0)),
        basis=draw(st.sampled_from(["", "《行政处罚法》第五条", "《行政处罚法》第五条；《行政强制法》第九条"])),
        source=draw(line(10, least=0)),
        **fields,
    )
    return made


def storable(draft: QuestionDraft) -> bool:
    return not problems(draft)


SECTION_WORDS = {name for names in KIND_NAMES.values() for name in names}
