"""Moodle XML read into drafts (https://docs.moodle.org/en/Moodle_XML_format). Pure.

multichoice (single or several, with fractions), truefalse, shortanswer and essay are taken; what else there is, is
named and left out. Our own export writes what Moodle has no field for into tags and marked blocks (extras.py).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from exams.formats import extras, values
from exams.formats.assemble import settle
from exams.formats.draft import BLANK, JUDGE_OPTIONS, LETTERS, QuestionDraft
from exams.formats.markup import Plain, decoded, plain_of
from exams.formats.model import FormatError, Issue, Reading, Row
from exams.formats.safe_xml import parse

MOST_QUESTIONS = 20_000


def read_moodle(data: bytes) -> Reading:
    """Every question of the file. Raises FormatError when it is no Moodle XML, or has no question."""
    root = parse(data)
    if root.tag != "quiz":
        raise FormatError("NOT_XML")
    reading, topic = Reading("moodle"), ""
    for element in root.iter("question"):
        kind = (element.get("type") or "").strip().lower()
        if kind == "category":
            topic = extras.topic_of(element.findtext("category/text") or "")
            continue
        row = Row("", len(reading.rows) + 1)
        reading.rows.append(row)
        if len(reading.rows) > MOST_QUESTIONS:
            raise FormatError("TOO_MANY", str(MOST_QUESTIONS))
        if kind not in _READERS:
            row.issues.append(Issue("NOT_SUPPORTED", "kind", kind or "—", weight="skip"))
            continue
        _Question(element, row, topic, reading).read(kind)
    if not any(row.draft for row in reading.rows):
        raise FormatError("NO_ROWS")
    for row in reading.rows:
        settle(row)
    return reading


class _Question:
    """One element on its way to a draft."""

    def __init__(self, element: Element, row: Row, topic: str, reading: Reading):
        self.element, self.row, self.reading = element, row, reading
        tags = [tag.text or "" for tag in element.iterfind("tags/tag/text")]
        self.facts = extras.facts_in(tags)
        stem, picture = self._text(element.find("questiontext"), "stem")
        material, stem = extras.take_material(stem)
        self.draft = QuestionDraft(
            kind="case" if values.kind_of(self.facts.get("题型", "")) == "case" else "",
            form="",
            stem=stem,
            picture=picture,
            material=material,
            explanation=self._text(element.find("generalfeedback"), "explanation")[0],
            topic=topic,
            difficulty=values.difficulty_of(self.facts.get("难度", "")) or "medium",
            basis=self.facts.get("法条依据", ""),
            case_code=self.facts.get("案例编号", ""),
            source=self.facts.get("来源", ""),
            marks=self._marks(),
            where=row.place,
        )

    def read(self, kind: str) -> None:
        """Fill the row."""
        _READERS[kind](self)
        self.row.draft = self.draft

    def _set(self, form: str, **fields) -> None:
        kind = self.draft.kind or ("case" if form == "written" else form)
        self.draft = replace(self.draft, kind=kind, form=form, **fields)

    def _marks(self) -> str:
        raw = self.facts.get("分值") or (self.element.findtext("defaultgrade") or "1").strip()
        found = values.marks_text(raw)
        if found is None:
            self.row.issues.append(Issue("BAD_MARKS", "marks", raw, weight="reject"))
        return found or "1"

    # --- texts and pictures ---------------------------------------------------------------------------------------

    def _text(self, element: Element | None, name: str) -> tuple[str, str | None]:
        """(text, sha256 of its first picture) of a <text> with its files."""
        if element is None:
            return "", None
        source = element.findtext("text") or ""
        form = (element.get("format") or "html").strip().lower()
        plain_text = form == "plain_text" or (form != "html" and "<" not in source)
        found = Plain(values.tidy(source)) if plain_text else plain_of(source)
        if found.lost:
            self.row.issues.append(Issue("MARKUP_REMOVED", name))
        pictures = [self._file(element, file) for file in found.names] + [
            self._keep(content, "picture") for content in found.embedded
        ]
        for link in found.links:
            self.row.issues.append(Issue("PICTURE_LINK", "picture", link, weight="review"))
        kept = [picture for picture in pictures if picture]
        if found.broken or len(kept) < len(pictures) or len(kept) > 1 or (kept and name == "explanation"):
            self.row.issues.append(Issue("PICTURE_UNREADABLE", "picture", weight="review"))
        text, marked = extras.take_picture(found.text)
        return text, kept[0] if kept else marked

    def _file(self, element: Element, name: str) -> str | None:
        for file in element.iterfind("file"):
            if file.get("name") == name and (file.get("encoding") or "base64") == "base64":
                content = decoded(file.text or "")
                return self._keep(content, name) if content else None
        return None

    def _keep(self, content: bytes, name: str) -> str:
        sha = hashlib.sha256(content).hexdigest()
        self.reading.pictures.setdefault(sha, (name[:100], content))
        return sha

    def _answers(self) -> list[tuple[Decimal, str, str | None]]:
        """(fraction, text, picture) of each answer."""
        found = []
        for answer in self.element.iterfind("answer"):
            try:
                fraction = Decimal((answer.get("fraction") or "0").strip())
            except InvalidOperation:
                fraction = Decimal(0)
            if not fraction.is_finite():
                fraction = Decimal(0)
            if self.element.get("type") == "multichoice":
                found.append((fraction, *self._text(answer, "options")))
            else:
                found.append((fraction, values.tidy(answer.findtext("text") or ""), None))
        return found

    # --- types ----------------------------------------------------------------------------------------------------

    def choice(self) -> None:
        answers = self._answers()
        single = (self.element.findtext("single") or "true").strip().lower() in ("true", "1")
        right = [at for at, (fraction, _text, _picture) in enumerate(answers) if fraction > 0]
        if single:
            best = max((answers[at][0] for at in right), default=Decimal(0))
            partial = len(right) > 1
            right = [at for at in right if answers[at][0] == best]
        else:
            partial = len({answers[at][0] for at in right}) > 1
        if partial:
            self.row.issues.append(Issue("PARTIAL_CREDIT", "answer"))
        letters = LETTERS + "?" * max(len(answers) - len(LETTERS), 0)
        self._set(
            "single" if single else "multiple",
            options=tuple((letter, text, picture) for letter, (_f, text, picture) in zip(letters, answers)),
            answer=tuple(letters[at] for at in right),
        )

    def judge(self) -> None:
        right = [values.truth_of(text) for fraction, text, _picture in self._answers() if fraction > 0]
        answer = () if len(right) != 1 or right[0] is None else ("A" if right[0] else "B",)
        self._set("judge", options=JUDGE_OPTIONS, answer=answer)

    def short(self) -> None:
        answers = self._answers()
        words = tuple(text for fraction, text, _picture in answers if fraction == 100)
        if any(0 < fraction < 100 for fraction, _text, _picture in answers):
            self.row.issues.append(Issue("PARTIAL_CREDIT", "answer"))
        if self.facts.get("空数", "").isdecimal() and len(words) == 1:
            answer = values.blanks_of(words[0], int(self.facts["空数"][:3]))
        else:
            answer = (words,) if words else ()
        self._set("blank", answer=answer, blanks=len(BLANK.findall(self.draft.stem)) or len(answer))

    def essay(self) -> None:
        text, _picture = self._text(self.element.find("graderinfo"), "answer")
        answer, lines = extras.take_rubric(text)
        rubric = values.rubric_of(lines)
        if rubric is None:
            self.row.issues.append(Issue("BAD_MARKS", "rubric", lines, weight="reject"))
        explanation = self.draft.explanation
        if not answer and explanation:
            # Many authors keep the reference answer in the feedback.
            answer, explanation = explanation, ""
        if not rubric:
            rubric, explanation = values.rubric_in(explanation)
        self._set("written", answer=answer, rubric=rubric, explanation=explanation)


_READERS = {
    "multichoice": _Question.choice,
    "truefalse": _Question.judge,
    "shortanswer": _Question.short,
    "essay": _Question.essay,
}
