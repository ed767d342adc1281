"""What a layout shows, for reading: previews and prints. No key is touched here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exams.models.bank import AnswerForm, Picture, QuestionKind, QuestionVersion

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class ShownOption:
    """``letter`` as printed beside it; ``key`` as the author named it (never sent to a candidate)."""

    letter: str
    key: str
    text: str
    picture: dict | None = None


@dataclass(frozen=True)
class ShownItem:
    """One item as a candidate sees it, for exams/asked.html and the printed paper; ``material`` only at the first part
    of a case, ``values`` one empty text a blank.
    """

    n: int
    section: int
    version: int
    kind: str
    kind_label: str
    form: str
    form_label: str
    marks: str
    stem: str
    material: str
    picture: dict | None
    options: tuple[ShownOption, ...]
    values: tuple[str, ...]

    def letters(self, keys: Sequence[str]) -> str:
        """Option keys as the letters printed on this paper: ["C", "A"] → "AB"."""
        return "".join(option.letter for option in self.options if option.key in keys)


def plain_marks(marks: str) -> str:
    """ "2.0" → "2", "1.5" → "1.5"."""
    return marks.rstrip("0").rstrip(".") if "." in marks else marks


def shown(layout: Sequence[dict], picture: Callable[[Picture], dict | None] | None = None) -> list[ShownItem]:
    """The items of a layout in order. ``picture`` makes {"url", "alt", "width"} of a Picture. At most two queries."""
    versions = QuestionVersion.objects.in_bulk([row["v"] for row in layout])
    wanted = {version.picture_id for version in versions.values() if version.picture_id}
    wanted |= {o["picture"] for version in versions.values() for o in version.options if o.get("picture")}
    pictures = Picture.objects.in_bulk(wanted) if wanted and picture else {}

    def drawn(pk) -> dict | None:
        return picture(pictures[pk]) if pk in pictures else None

    result, cases = [], set()
    for n, row in enumerate(layout, 1):
        version = versions[row["v"]]
        options = {option["key"]: option for option in version.options}
        first = (row["s"], row["c"]) not in cases or not row["c"]
        cases.add((row["s"], row["c"]))
        result.append(
            ShownItem(
                n,
                row["s"],
                version.pk,
                version.kind,
                str(QuestionKind(version.kind).label),
                version.form,
                str(AnswerForm(version.form).label),
                plain_marks(row["m"]),
                version.stem,
                version.material if first else "",
                drawn(version.picture_id),
                tuple(
                    ShownOption(letter, key, options[key]["text"], drawn(options[key].get("picture")))
                    for letter, key in zip(LETTERS, row["o"])
                ),
                ("",) * version.blanks,
            )
        )
    return result


@dataclass(frozen=True)
class ShownSection:
    """``heading``: “一、单选题（共20题，每题1分，共20分）”; ``note``: how to answer."""

    n: str
    heading: str
    note: str
    items: list[ShownItem]


NUMERALS = "一二三四五六七八九十"


def _numeral(index: int) -> str:
    """一, 二, … up to 十; figures after that and in English."""
    chinese = (get_language() or "zh").startswith("zh")
    return NUMERALS[index] if chinese and index < len(NUMERALS) else str(index + 1)


def sections_of(body: dict, items: Sequence[ShownItem]) -> list[ShownSection]:
    """Items under the headings of their sections, with the instruction for each kind."""
    notes = {
        "single": _("每题只有一个正确选项。"),
        "multiple": multiple_note(body["multiple_policy"]),
        "judge": _("正确的选“正确”，错误的选“错误”。"),
        "blank": _("请将答案填写在横线上。"),
        "case": _("请阅读材料后作答；选择题按题目要求选择，论述题写明理由和依据。"),
    }
    result = []
    for index, section in enumerate(body["sections"]):
        own = [item for item in items if item.section == index]
        each = plain_marks(section["marks"])
        total = plain_marks(str(len(own) * Decimal(section["marks"])))
        words = {"n": _numeral(index), "title": section["title"]}
        words |= {"count": len(own), "each": each, "total": total}
        heading = _("%(n)s、%(title)s（共%(count)s题，每题%(each)s分，共%(total)s分）") % words
        result.append(ShownSection(str(words["n"]), heading, notes[section["kind"]], own))
    return result


def multiple_note(policy: str) -> str:
    """What a candidate is told about multiple choice under a paper's policy."""
    return {
        "all": _("每题有两个或两个以上正确选项，全部选对才得分，少选、多选、错选均不得分。"),
        "half": _("每题有两个或两个以上正确选项，全部选对得满分，少选得一半分，有错选不得分。"),
        "share": _("每题有两个或两个以上正确选项，全部选对得满分，少选按选对的比例得分，有错选不得分。"),
    }[policy]
