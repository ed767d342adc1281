"""GIFT read into drafts (https://docs.moodle.org/en/GIFT_format). Pure.

Taken: choice with one or several right answers, true/false, short answer, essay, missing word, categories, general
feedback, [tag:…] comments. Numerical and matching questions are named and left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from exams.formats import extras, values
from exams.formats.assemble import settle
from exams.formats.draft import BLANK, JUDGE_OPTIONS, LETTERS, QuestionDraft
from exams.formats.markup import plain_of
from exams.formats.model import FormatError, Issue, Reading, Row

LARGEST = 16 * 2**20
MOST_QUESTIONS = 20_000
_ESCAPE = re.compile(r"\\([~=#{}:n\\\[\]])")
_WEIGHT = re.compile(r"^\s*%(-?\d{1,3}(?:\.\d+)?)%")
_TAG = re.compile(r"\[tag:((?:[^\]\\]|\\.){1,600})\]")
_TITLE = re.compile(r"^\s*::(?:[^:\\]|\\.|:(?!:))*::", re.DOTALL)
_FORMAT = re.compile(r"^\s*\[(html|moodle|plain|markdown)\]")


@dataclass(slots=True)
class _Block:
    """The lines of one question, its number of line, and its comments."""

    line: int
    text: str = ""
    comments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Answer:
    right: bool
    weight: float | None
    text: str
    feedback: str = ""


def read_gift(text: str) -> Reading:
    """Every question of the text. Raises FormatError when there is none."""
    if len(text) > LARGEST:
        raise FormatError("TOO_LARGE", f"{LARGEST >> 20} MB")
    reading, topic = Reading("gift"), ""
    for block in _blocks(text):
        if block.text.lstrip().startswith("$CATEGORY:"):
            topic = extras.topic_of(block.text.partition(":")[2].split("\n")[0])
            continue
        row = Row("", len(reading.rows) + 1)
        reading.rows.append(row)
        if len(reading.rows) > MOST_QUESTIONS:
            raise FormatError("TOO_MANY", str(MOST_QUESTIONS))
        _read(row, block, topic)
    if not any(row.draft for row in reading.rows):
        raise FormatError("NOT_GIFT")
    for row in reading.rows:
        settle(row)
    return reading


def _blocks(text: str):
    """Questions stand apart by blank lines outside braces; ``//`` lines are comments."""
    block, depth = None, 0
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n"), 1):
        bare = line.strip()
        if bare.startswith("//"):
            block = block or _Block(number)
            block.comments.append(bare)
        elif not bare and depth <= 0:
            if block and block.text.strip():
                yield block
                block = None
            depth = 0
        elif bare.startswith("$CATEGORY:") and not (block and block.text.strip()):
            yield _Block(number, bare)
            block = None
        else:
            block = block or _Block(number)
            block.text += line + "\n"
            bare = re.sub(r"\\.", "", line)
            depth += bare.count("{") - bare.count("}")
    if block and block.text.strip():
        yield block


def _plain(text: str, form: str) -> str:
    """Escapes taken off; HTML made plain where the question says it is HTML."""
    text = _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text.strip())
    return plain_of(text).text if form == "html" else values.tidy(text)


def _find(text: str, marks: str, start: int = 0) -> int:
    """The first unescaped char of ``marks``, or -1."""
    at = start
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] in marks:
            return at
        at += 1
    return -1


def _read(row: Row, block: _Block, topic: str) -> None:
    text = _TITLE.sub("", block.text, count=1)
    form = found[1] if (found := _FORMAT.match(text)) else "moodle"
    text = text[found.end() :] if found else text
    begin = _find(text, "{")
    end = _find(text, "}", begin + 1) if begin >= 0 else -1
    if begin < 0 or end < 0 or _find(text, "{", end) >= 0:
        row.issues.append(Issue("GIFT_SYNTAX", "", str(block.line), weight="reject"))
        return
    before, inside, after = text[:begin], text[begin + 1 : end], text[end + 1 :]
    tags = [_ESCAPE.sub(r"\1", tag) for comment in block.comments for tag in _TAG.findall(comment)]
    facts = extras.facts_in(tags)
    stem = _plain(before, form)
    if after.strip():
        # Missing word: the braces stand where the word is to go.
        stem = f"{stem}（ ）{_plain(after, form)}"
    inside, explanation = _feedback(inside)
    kind = _kind(inside.strip())
    if kind is None:
        what = "numerical" if inside.strip().startswith("#") else "matching"
        row.issues.append(Issue("NOT_SUPPORTED", "kind", what, weight="skip"))
        return
    _draft(row, kind, stem, inside, _plain(explanation, form), facts, topic, form)


def _feedback(inside: str) -> tuple[str, str]:
    at = 0
    while (at := _find(inside, "#", at)) >= 0:
        if inside.startswith("####", at):
            return inside[:at], inside[at + 4 :]
        at += 1
    return inside, ""


def _kind(inside: str) -> str | None:
    bare = inside
    word = bare.split("#")[0].strip().upper()
    if not bare:
        return "written"
    if bare.startswith("#"):
        return None
    if word in ("T", "TRUE", "F", "FALSE"):
        return "judge"
    if _find(bare, "~") >= 0:
        return "choice"
    if _find(bare, "=") >= 0:
        return None if re.search(r"(?<!\\)=[^=]*->", bare) else "blank"
    return "written"


def _answers(inside: str, form: str) -> list[_Answer]:
    found, at = [], _find(inside, "=~")
    while at >= 0:
        until = _find(inside, "=~", at + 1)
        body = inside[at + 1 : until if until >= 0 else len(inside)]
        weight = _WEIGHT.match(body)
        body = body[weight.end() :] if weight else body
        cut = _find(body, "#")
        text, feedback = (body, "") if cut < 0 else (body[:cut], body[cut + 1 :])
        share = float(weight[1]) if weight else None
        right = inside[at] == "=" if share is None else share > 0
        found.append(_Answer(right, share, _plain(text, form), _plain(feedback, form)))
        at = until
    return found


def _draft(row: Row, kind: str, stem: str, inside: str, explanation: str, facts: dict, topic: str, form: str) -> None:
    material, stem = extras.take_material(stem)
    stem, picture = extras.take_picture(stem)
    fields: dict = {}
    if kind == "choice":
        answers = _answers(inside, form)
        right = [at for at, answer in enumerate(answers) if answer.right]
        several = any(answer.weight is not None for answer in answers) or len(right) > 1
        if len({answers[at].weight for at in right} - {None}) > 1:
            row.issues.append(Issue("PARTIAL_CREDIT", "answer"))
        letters = LETTERS + "?" * max(len(answers) - len(LETTERS), 0)
        kind = "multiple" if several else "single"
        fields["options"] = tuple((k, *extras.take_picture(answer.text)) for k, answer in zip(letters, answers))
        fields["answer"] = tuple(letters[at] for at in right)
        explanation = explanation or "\n".join(answers[at].feedback for at in right if answers[at].feedback)
    elif kind == "judge":
        word, _mark, feedback = inside.partition("#")
        fields["options"] = JUDGE_OPTIONS
        fields["answer"] = ("A" if word.strip().upper().startswith("T") else "B",)
        explanation = explanation or _plain(feedback.split("#")[-1], form)
    elif kind == "blank":
        answers = _answers(inside, form)
        words = tuple(answer.text for answer in answers if answer.weight in (None, 100.0))
        if len(words) < len(answers):
            row.issues.append(Issue("PARTIAL_CREDIT", "answer"))
        if facts.get("空数", "").isdecimal() and len(words) == 1:
            fields["answer"] = values.blanks_of(words[0], int(facts["空数"][:3]))
        else:
            fields["answer"] = (words,) if words else ()
        fields["blanks"] = len(BLANK.findall(stem)) or len(fields["answer"])
    else:
        # GIFT has no place for a reference answer: authors keep it in the feedback, we in marked blocks of it.
        answer, lines, explanation = extras.take_reference(_plain(inside, form) or explanation)
        rubric = values.rubric_of(lines)
        if rubric is None:
            row.issues.append(Issue("BAD_MARKS", "rubric", lines, weight="reject"))
        fields["answer"], fields["rubric"] = answer, rubric or ()
    marks = values.marks_text(facts.get("分值", "") or "1")
    if marks is None:
        row.issues.append(Issue("BAD_MARKS", "marks", facts["分值"], weight="reject"))
    row.draft = QuestionDraft(
        kind="case" if kind == "written" or values.kind_of(facts.get("题型", "")) == "case" else kind,
        form=kind,
        stem=stem,
        material=material,
        picture=picture,
        explanation=explanation,
        topic=topic,
        difficulty=values.difficulty_of(facts.get("难度", "")) or "medium",
        basis=facts.get("法条依据", ""),
        case_code=facts.get("案例编号", ""),
        source=facts.get("来源", ""),
        marks=marks or "1",
        where=row.place,
        **fields,
    )
