"""Cells as authors fill them, and what they mean: types, difficulties, answers, rubrics, marks. Pure."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from exams.formats.draft import FALSE, LETTERS, TRUE, marks_of, plain, squeezed

KIND_NAMES = {
    "single": ("单选", "单选题", "单项选择", "单项选择题", "单项", "singlechoice", "single"),
    "multiple": ("多选", "多选题", "多项选择", "多项选择题", "多项", "不定项", "不定项选择", "multiple"),
    "judge": ("判断", "判断题", "是非", "是非题", "对错题", "判断正误", "truefalse", "true/false", "judge"),
    "blank": ("填空", "填空题", "fillin", "blank"),
    "case": ("案例分析", "案例分析题", "案例", "案例题", "综合题", "案例选择题", "材料题", "case"),
    "written": ("简答", "简答题", "论述", "论述题", "问答", "问答题", "主观题", "名词解释", "written", "essay"),
    "choice": ("选择", "选择题", "客观题"),
}  # fmt: skip
KINDS = {name: kind for kind, names in KIND_NAMES.items() for name in names}
KIND_LABELS = {"single": "单选", "multiple": "多选", "judge": "判断", "blank": "填空", "case": "案例分析"}
FORM_LABELS = {"single": "单选", "multiple": "多选", "judge": "判断", "blank": "填空", "written": "论述"}
DIFFICULTY_NAMES = {
    "easy": ("易", "简单", "容易", "低", "较易", "较简单", "初级", "1", "一级", "easy"),
    "medium": ("中", "中等", "一般", "普通", "适中", "中级", "2", "二级", "medium"),
    "hard": ("难", "困难", "高", "较难", "高级", "3", "三级", "hard"),
}
DIFFICULTIES = {name: level for level, names in DIFFICULTY_NAMES.items() for name in names}
DIFFICULTY_LABELS = {"easy": "易", "medium": "中", "hard": "难"}
DEFAULT_MARKS = {"single": "1", "multiple": "2", "judge": "1", "blank": "1", "case": "5", "written": "10"}

_YES = {"a", "对", "正确", "是", "√", "✓", "✔", "t", "true", "y", "yes", "1", "v", "r", "right", "真"}
_NO = {"b", "错", "错误", "否", "×", "✗", "✘", "x", "f", "false", "n", "no", "0", "w", "wrong", "假", "不对", "不正确"}
_BETWEEN = re.compile(r"[,，、;；/|\\\s.．·和与及]+")
_ANSWER_LABEL = re.compile(r"^(?:参考|正确|标准)?答案\s*(?:为|是)?\s*[:：]?\s*")
_ANSWER_MARK = re.compile(r"^(?:参考|正确|标准)?答案\s*[:：]\s*")
# What authors write before a reference answer in the answer column; it is no part of it.
REFERENCE = ("参考答案：", "参考答案:")
_RUBRIC_LABEL = re.compile(r"^\s*(?:评分要点|评分标准|采分点|得分点|给分要点)\s*[:：]\s*")
_RUBRIC_ITEM = re.compile(r"\s*(.+?)\s*[（(]\s*(\d{1,3}(?:\.\d)?)\s*分\s*[）)]\s*(?=[；;。，,\n]|$)", re.DOTALL)
_RUBRIC_LINE = re.compile(r"^(.*?)\s*[（(]\s*(\d{1,3}(?:\.\d)?)\s*分\s*[）)]\s*[；;。]?$")
_ESCAPED = re.compile(r"\\([\\/；;|、，,])")
_OPTION_LABEL = re.compile(r"^\s*([A-Za-zＡ-Ｚａ-ｚ])\s*[.．、:：)）]\s*")
_OPTION_START = re.compile(r"(?:^|[\s;；|]+)([A-ZＡ-Ｚ])\s*[.．、:：)）]\s*")


def as_text(value) -> str:
    """A cell as its reader sees it: whole numbers without a decimal point; None gives ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def tidy(text: str) -> str:
    """A text as it is stored: line feeds only, no blanks around it and none at the ends of lines; nothing else
    changes (Chinese punctuation stays as it is).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u200b", "").replace("\ufeff", "")
    return "\n".join(line.rstrip() for line in text.strip(" \t\n\u3000\xa0").split("\n"))


def kind_of(text: str) -> str | None:
    """single, multiple, judge, blank, case, written, choice (one of the first two), or None."""
    name = re.sub(r"[（(].*?[）)]", "", squeezed(text))
    name = re.sub(r"^[一二三四五六七八九十\d]+[、.]", "", name)
    return KINDS.get(name) or KINDS.get(name.replace("选择", "选").replace("题", "")) or KINDS.get(name.rstrip("题"))


def difficulty_of(text: str) -> str | None:
    """easy, medium, hard, or None. A coefficient between 0 and 1 is the share that gets it right."""
    name = squeezed(text)
    if found := DIFFICULTIES.get(name) or DIFFICULTIES.get(name.removesuffix("度").removesuffix("题")):
        return found
    try:
        share = Decimal(name)
    except InvalidOperation:
        return None
    if not share.is_finite() or not 0 < share < 1:
        return None
    return "easy" if share >= Decimal("0.7") else "medium" if share >= Decimal("0.4") else "hard"


def marks_text(text: str) -> str | None:
    """2, 2.5 from "2", "２分", "2.50"; None for anything that is no mark."""
    value = unicodedata.normalize("NFKC", text).strip().removesuffix("分").strip()
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,4})?", value):
        return None
    found = marks_of(value)
    return None if found is None else plain(found)


def letters_of(text: str, options: list[str]) -> tuple[str, ...] | None:
    """The option keys an answer names, in its order: ABD, A,B,D, ａ、ｂ, 1;3, or the options' own words; else None."""
    value = _ANSWER_LABEL.sub("", unicodedata.normalize("NFKC", text).strip())
    bare = _BETWEEN.sub("", value.strip("()[]【】「」\"' ")).upper()
    if bare and all(char in LETTERS for char in bare):
        return tuple(bare)
    words = [squeezed(option) for option in options]
    if squeezed(text) in words:
        return (LETTERS[words.index(squeezed(text))],)
    parts = [squeezed(part) for part in re.split(r"[;；|\n]", text) if part.strip()]
    if len(parts) > 1 and all(part in words for part in parts):
        return tuple(LETTERS[words.index(part)] for part in parts)
    numbers = [part for part in _BETWEEN.split(value) if part]
    if numbers and all(part.isdecimal() and 1 <= int(part) <= len(options) for part in numbers):
        return tuple(LETTERS[int(part) - 1] for part in numbers)
    return None


def truth_of(text: str) -> bool | None:
    """对, √, T, 1 … → True; 错, ×, F, 0 … → False; else None. A and B are the caller's affair: they name options."""
    value = squeezed(_ANSWER_LABEL.sub("", unicodedata.normalize("NFKC", text).strip())).strip("()。. ")
    if value in _YES - {"a"}:
        return True
    return False if value in _NO - {"b"} else None


def judge_word(text: str) -> str | None:
    """正确 or 错误 for an option of a true/false question, None for anything else."""
    value = squeezed(text)
    if value in _YES - {"a", "1", "v", "r"}:
        return TRUE
    return FALSE if value in _NO - {"b", "0", "x", "n", "w"} else None


def blanks_of(text: str, blanks: int) -> tuple[tuple[str, ...], ...]:
    """Accepted words of each blank: blanks by ；| or lines, alternatives by /; a backslash keeps the next mark.

    "公正、公开" for two blanks is split at the 、 as well.
    """
    text = _ANSWER_MARK.sub("", text.strip())
    parts = _split(text, "；;|\n")
    if len(parts) == 1 and blanks > 1:
        parts = next((found for mark in "、，," if len(found := _split(text, mark)) == blanks), parts)
    while len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    return tuple(
        tuple(_ESCAPED.sub(r"\1", word).strip() for word in _split(part, "/") if word.strip()) for part in parts
    )


def _split(text: str, marks: str) -> list[str]:
    """``text`` cut at any of ``marks`` that no backslash precedes; the backslashes stay."""
    parts, at = [""], 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            parts[-1] += text[at : at + 2]
            at += 2
            continue
        if text[at] in marks:
            parts.append("")
        else:
            parts[-1] += text[at]
        at += 1
    return parts


def blanks_text(answer) -> str:
    """The cell that ``blanks_of`` reads back."""
    return "；".join("/".join(re.sub(r"([\\/；;|、，,])", r"\\\1", word) for word in words) for words in answer)


def rubric_in(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """(points, rest): 评分要点：指出无资格（4分）；不得少于两人（3分）。 taken off the beginning of an explanation."""
    if not (label := _RUBRIC_LABEL.match(text)):
        return (), text
    at, points = label.end(), []
    while item := _RUBRIC_ITEM.match(text, at):
        points.append((tidy(item[1]), plain(Decimal(item[2]))))
        at = item.end()
        stop = text[at : at + 1]
        at += len(stop)
        if stop in ("。", ""):
            break
    return (tuple(points), tidy(text[at:])) if points else ((), text)


def rubric_of(text: str) -> tuple[tuple[str, str], ...] | None:
    """Points of a 评分要点 column: one a line, or one after another; None when it is none of both."""
    text = tidy(text)
    if not text:
        return ()
    lines = [_RUBRIC_LINE.match(line) for line in text.split("\n")]
    if (len(lines) > 1 or "；" not in text) and all(line and line[1].strip() for line in lines):
        return tuple((line[1].strip(), plain(Decimal(line[2]))) for line in lines)
    points, rest = rubric_in(text if _RUBRIC_LABEL.match(text) else f"评分要点：{text}")
    return points if points and not rest else None


def rubric_text(rubric) -> str:
    """The cell that ``rubric_of`` reads back."""
    return "\n".join(f"{' '.join(text.split(chr(10)))}（{marks}分）" for text, marks in rubric)


def without_label(texts: list[str]) -> tuple[list[str], list[int]]:
    """Options without the letter written before each (A．合法), and which had one. Only when all that are filled do."""
    found = [_OPTION_LABEL.match(text) for text in texts]
    filled = [at for at, text in enumerate(texts) if text.strip()]
    own = [at for at in filled if found[at] and unicodedata.normalize("NFKC", found[at][1]).upper() == LETTERS[at]]
    if not filled or own != filled or any(not texts[at][found[at].end() :].strip() for at in filled):
        return texts, []
    return [text[found[at].end() :] if found[at] else text for at, text in enumerate(texts)], filled


def split_options(text: str) -> list[str]:
    """Options written in one cell: "A.甲 B.乙", or one a line, or separated by | or ；."""
    marks = list(_OPTION_START.finditer(text))
    letters = [unicodedata.normalize("NFKC", mark[1]) for mark in marks]
    if len(marks) > 1 and letters == list(LETTERS[: len(marks)]):
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        return [tidy(text[mark.end() : end].strip(" ;；|\n")) for mark, end in zip(marks, ends)]
    for mark in ("\n", "|", "｜", "；", ";"):
        if mark in text.strip():
            return [tidy(part) for part in text.strip().split(mark) if part.strip()]
    return [tidy(text)] if text.strip() else []
