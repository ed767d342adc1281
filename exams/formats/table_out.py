"""Drafts as a workbook in our own template, which reads back exactly. Pure: portal.sheets writes it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from exams.formats import extras, values
from exams.formats.draft import LETTERS, QuestionDraft
from portal.sheets import OutColumn, OutSheet, write_book

SHEET = "题库"
FEWEST_OPTIONS = 6
HELP = (
    "题型填：单选、多选、判断、填空、案例分析。",
    "单选答案填一个大写字母；多选填多个大写字母，不加分隔符，如ABD；判断题A=正确、B=错误，也可以填对、错。",
    "填空题的各空用“；”分隔，同一空可接受的几种答案用“/”分隔，如：罚款/罚金；五千元。",
    "案例分析的各小题填同一案例编号和同一案例材料；主观小题不填选项，答案栏填参考答案，评分要点一行一条，如：指出无资格（4分）。",
    "难度填：易、中、难。分值最多一位小数。",
    "法条依据格式：《法律名称》第××条，多条用“；”分隔。",
    "题干和选项相同（不论选项顺序）视为同一道题，不会重复导入。",
)


def write_table(target, drafts: Iterable[QuestionDraft]) -> None:
    """Write .xlsx to a path or binary stream: one sheet of questions, one of instructions."""
    drafts = list(drafts)
    count = max([FEWEST_OPTIONS, *(len(draft.options) for draft in drafts)])
    help_ = [[f"{number}.{line}"] for number, line in enumerate(HELP, 1)]
    write_book(
        target,
        [
            OutSheet(SHEET, _columns(count), (_row(n, draft, count) for n, draft in enumerate(drafts, 1))),
            OutSheet("填写说明", [OutColumn("填写说明", 100)], help_),
        ],
    )


def _columns(count: int) -> list[OutColumn]:
    options = [OutColumn(f"选项{letter}", 20, text=True) for letter in LETTERS[:count]]
    return [
        OutColumn("序号", 6),
        OutColumn("题型", 10),
        OutColumn("题干", 60, text=True),
        *options,
        OutColumn("答案", 14, text=True),
        OutColumn("解析", 50, text=True),
        OutColumn("难度", 6),
        OutColumn("知识点", 14, text=True),
        OutColumn("法条依据", 30, text=True),
        OutColumn("分值", 6),
        OutColumn("案例编号", 12, text=True),
        OutColumn("案例材料", 40, text=True),
        OutColumn("评分要点", 30, text=True),
        OutColumn("来源", 16, text=True),
        OutColumn("作答方式", 10),
    ]


def _row(number: int, draft: QuestionDraft, count: int) -> list:
    texts = [text for _key, text, _picture in draft.options]
    if values.without_label(texts)[1]:
        # Letters that belong to the texts would be taken for labels: one more takes the blow.
        texts = [f"{letter}. {text}" for letter, text in zip(LETTERS, texts)]
    pictures = [picture for _key, _text, picture in draft.options]
    options = [extras.with_picture(text, picture) for text, picture in zip(texts, pictures)]
    return [
        number,
        values.KIND_LABELS[draft.kind],
        extras.with_picture(draft.stem, draft.picture),
        *options,
        *[None] * (count - len(options)),
        answer_text(draft),
        draft.explanation,
        values.DIFFICULTY_LABELS[draft.difficulty],
        draft.topic,
        draft.basis,
        Decimal(draft.marks),
        draft.case_code,
        draft.material,
        values.rubric_text(draft.rubric),
        draft.source,
        values.FORM_LABELS[draft.form] if draft.kind == "case" else None,
    ]


def answer_text(draft: QuestionDraft) -> str:
    """The answer cell: ABD, 罚款/罚金；五千元, or the reference answer."""
    if draft.form == "written":
        text = str(draft.answer)
        return f"{values.REFERENCE[0]}{text}" if text.startswith(values.REFERENCE) else text
    return values.blanks_text(draft.answer) if draft.form == "blank" else "".join(draft.answer)
