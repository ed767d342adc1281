"""Drafts as Moodle XML, pictures embedded. What Moodle has no field for goes into tags, so that it reads back. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import BinaryIO
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from exams.formats import extras, values
from exams.formats.draft import QuestionDraft, plain
from exams.formats.markup import html_of

TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "judge": "truefalse",
    "blank": "shortanswer",
    "written": "essay",
}
Pictures = Mapping[str, tuple[str, bytes]]


def write_moodle(target: BinaryIO, drafts: Iterable[QuestionDraft], pictures: Pictures | None = None) -> None:
    """UTF-8 XML. ``pictures``: sha256 → (file name, bytes); one that is missing leaves its mark in the text."""
    root, topic = Element("quiz"), ""
    for number, draft in enumerate(drafts, 1):
        if draft.topic != topic:
            topic = draft.topic
            _category(root, topic)
        _question(root, number, draft, pictures or {})
    indent(root)
    ElementTree(root).write(target, encoding="UTF-8", xml_declaration=True)


def fraction_of(count: int) -> str:
    """Moodle's weight of one of ``count`` right options: 33.33333."""
    return plain((Decimal(100) / count).quantize(Decimal("0.00001")))


def _category(root: Element, topic: str) -> None:
    _text(SubElement(SubElement(root, "question", type="category"), "category"), extras.category_path(topic))


def _text(parent: Element, text: str) -> Element:
    """A <text> child, kept from ``indent``."""
    child = SubElement(parent, "text")
    child.text = text
    return child


def _rich(parent: Element, name: str, text: str, picture: str | None, pictures: Pictures, **attributes) -> Element:
    """Plain text where nothing else is needed: it reads back to the letter; HTML where there is a picture."""
    if not picture or picture not in pictures:
        element = SubElement(parent, name, format="plain_text", **attributes)
        _text(element, extras.with_picture(text, picture))
        return element
    file_name, content = pictures[picture]
    element = SubElement(parent, name, format="html", **attributes)
    _text(element, html_of(text, [f"@@PLUGINFILE@@/{file_name}"]))
    SubElement(element, "file", name=file_name, path="/", encoding="base64").text = base64.b64encode(content).decode()
    return element


def _question(root: Element, number: int, draft: QuestionDraft, pictures: Pictures) -> None:
    question = SubElement(root, "question", type=TYPES[draft.form])
    _text(SubElement(question, "name"), f"{number}. {draft.stem[:60]}")
    _rich(question, "questiontext", extras.with_material(draft.material, draft.stem), draft.picture, pictures)
    _rich(question, "generalfeedback", draft.explanation, None, pictures)
    SubElement(question, "defaultgrade").text = draft.marks
    _ANSWERS[draft.form](question, draft, pictures)
    tags = extras.tags_of(facts_of(draft))
    if tags:
        holder = SubElement(question, "tags")
        for tag in tags:
            _text(SubElement(holder, "tag"), tag)


def facts_of(draft: QuestionDraft, *, marks: bool = False) -> dict[str, str]:
    """What goes into tags; ``marks`` where the format has no field for them."""
    return {
        "题型": values.KIND_LABELS["case"] if draft.kind == "case" else "",
        "难度": values.DIFFICULTY_LABELS[draft.difficulty],
        "分值": draft.marks if marks else "",
        "法条依据": draft.basis,
        "案例编号": draft.case_code,
        "来源": draft.source,
        "空数": str(len(draft.answer)) if draft.form == "blank" and len(draft.answer) > 1 else "",
    }


def _choice(question: Element, draft: QuestionDraft, pictures: Pictures) -> None:
    single = draft.form == "single"
    SubElement(question, "single").text = "true" if single else "false"
    SubElement(question, "shuffleanswers").text = "true"
    SubElement(question, "answernumbering").text = "ABCD"
    right = "100" if single else fraction_of(max(len(draft.answer), 1))
    for key, text, picture in draft.options:
        _rich(question, "answer", text, picture, pictures, fraction=right if key in draft.answer else "0")


def _judge(question: Element, draft: QuestionDraft, _pictures: Pictures) -> None:
    for key, word in (("A", "true"), ("B", "false")):
        _text(SubElement(question, "answer", fraction="100" if key in draft.answer else "0"), word)


def _blank(question: Element, draft: QuestionDraft, _pictures: Pictures) -> None:
    SubElement(question, "usecase").text = "0"
    words = [values.blanks_text(draft.answer)] if len(draft.answer) > 1 else draft.answer[0]
    for word in words:
        _text(SubElement(question, "answer", fraction="100", format="plain_text"), word)


def _essay(question: Element, draft: QuestionDraft, pictures: Pictures) -> None:
    SubElement(question, "responseformat").text = "plain"
    text = extras.with_rubric(str(draft.answer), values.rubric_text(draft.rubric))
    _rich(question, "graderinfo", text, None, pictures)


_ANSWERS = {"single": _choice, "multiple": _choice, "judge": _judge, "blank": _blank, "written": _essay}
