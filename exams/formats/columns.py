"""The header row of a question table: which column is what, in the words of the many templates in use. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from exams.formats.draft import LETTERS
from exams.formats.values import as_text
from portal.sheets import Sheet, column_letter

ALIASES = {
    "number": ("序号", "编号", "题号", "试题编号", "试题序号", "no"),
    "kind": ("题型", "题目类型", "试题类型", "题目题型", "试题题型", "类型", "题类"),
    "form": ("作答方式",),
    "stem": ("题干", "试题", "题目", "试题内容", "题目内容", "试题题干", "题目题干", "题干内容", "试题正文", "问题"),
    "options": ("选项", "备选项", "备选答案", "答案选项", "试题选项"),
    "answer": ("答案", "正确答案", "参考答案", "标准答案", "试题答案", "题目答案", "正确选项"),
    "explanation": ("解析", "试题解析", "答案解析", "题目解析", "解释", "答案说明"),
    "rubric": ("评分要点", "评分标准", "采分点", "得分点", "给分要点"),
    "difficulty": ("难度", "难易度", "难易程度", "难度系数", "难度等级", "试题难度", "题目难度"),
    "topic": ("知识点", "考点", "所属知识点", "知识模块", "考核点", "知识点名称"),
    "basis": ("法条依据", "依据", "法律依据", "法规依据", "法律法规依据", "政策依据", "出题依据", "命题依据"),
    "marks": ("分值", "分数", "题目分值", "试题分值", "建议分值", "每题分值"),
    "case_code": ("案例编号", "案例号", "材料编号", "案例题编号", "大题编号"),
    "material": ("案例材料", "材料", "背景材料", "案例", "案例背景", "案情", "案例内容", "案例题干"),
    "source": ("来源", "出处", "试题来源", "题目来源"),
}  # fmt: skip
_BY_ALIAS = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
_OPTION = re.compile(
    r"^(?:选项|备选项|备选答案|备选|答案选项)([a-z]|\d{1,2})$|^([a-z])(?:选项|项)?$|^选项([一二三四五六七八])$"
)
_ORDER = "一二三四五六七八"
# How far down a header may stand, below titles and instructions.
DEEPEST_HEADER = 30


@dataclass(slots=True)
class Header:
    """``at`` from 0; ``columns`` name → column, ``options`` letter → column, both from 0; ``unmapped`` the others."""

    at: int
    columns: dict[str, int] = field(default_factory=dict)
    options: dict[str, int] = field(default_factory=dict)
    unmapped: list[tuple[int, str]] = field(default_factory=list)

    def letter(self, name: str) -> str:
        """The column's letter, "" when the table has none."""
        at = self.options.get(name.partition(".")[2]) if name.startswith("options.") else self.columns.get(name)
        return "" if at is None else column_letter(at)


def key_of(value) -> str:
    """How a header cell is compared: compatibility form, no blanks, stars, colons or brackets, lower case."""
    text = unicodedata.normalize("NFKC", as_text(value)).casefold()
    text = re.sub(r"\(.*?\)|【.*?】|\[.*?\]", "", text)
    return re.sub(r"[\s*:：]+", "", text)


def option_of(key: str) -> str | None:
    """选项A, A选项, A, 选项1, 选项一 → A."""
    if not (found := _OPTION.match(key)):
        return None
    name = found[1] or found[2] or str(_ORDER.index(found[3]) + 1)
    if name.isdecimal():
        return LETTERS[int(name) - 1] if 1 <= int(name) <= len(LETTERS) else None
    return name.upper()


def header_in(sheet: Sheet) -> Header | None:
    """The first row (of the first thirty) that names a stem and an answer; None when there is none."""
    for at, cells in enumerate(sheet.rows[:DEEPEST_HEADER]):
        header = read_header(cells, at)
        if {"stem", "answer"} <= header.columns.keys():
            return header
    return None


def read_header(cells: list, at: int) -> Header:
    """What each cell would name if the row were a header; the first of two columns with one meaning counts."""
    header = Header(at)
    for column, value in enumerate(cells):
        key = key_of(value)
        if not key:
            continue
        if (letter := option_of(key)) and letter not in header.options:
            header.options[letter] = column
        elif (name := _BY_ALIAS.get(key)) and name not in header.columns:
            header.columns[name] = column
        else:
            header.unmapped.append((column, as_text(value).strip()))
    return header
