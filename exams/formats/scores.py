"""Score sheets of exams on paper (pure): where the header is, which columns are papers, what each row says.

The papers stand between the unit and the result. Instead of a mark a cell, the result or the remark may say why there
is none: 弃考, 缺考, 作弊. The line below the rows that counts them (应考79人，实考78人…) is read and compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from exams.rules.register import ABSENT, DISQUALIFIED, FAILED, PASSED, WITHDRAWN, PaperResult, outcome_of
from staffing.roster.idcard import masked, parse_id
from staffing.roster.text import as_text, header_key, is_placeholder, squeeze

COLUMNS = {
    "exam_no": ("准考证号", "准考证", "准考证号码", "考号", "考生编号", "考生号"),
    "name": ("姓名", "考生姓名"),
    "id_number": ("身份证号", "身份证号码", "公民身份号码", "证件号", "证件号码", "身份证"),
    "unit": ("工作单位", "单位", "所在单位", "单位名称", "所属单位", "执法单位"),
    "result": ("考试结果", "结果", "成绩结果", "是否合格", "结论", "考试结论", "合格情况"),
    "remark": ("备注", "说明", "备考"),
}
NOT_PAPERS = frozenset(
    map(header_key, ("序号", "编号", "性别", "职务", "总分", "总成绩", "平均分", "平均成绩", "名次", "排名", "工号"))
)
WORDS = {
    DISQUALIFIED: ("作弊", "取消成绩", "取消资格", "违纪取消", "成绩无效", "替考"),
    WITHDRAWN: ("弃考", "放弃考试", "自愿放弃", "放弃"),
    ABSENT: ("缺考", "未参加", "未到"),
}
STATED = {"合格": PASSED, "通过": PASSED, "及格": PASSED, "是": PASSED}
STATED |= {"不合格": FAILED, "未通过": FAILED, "不及格": FAILED, "补考": FAILED, "否": FAILED}
_FOOTER = re.compile(r"(应考|报名|实考|参考|合格|不合格|弃考|缺考|作弊|取消)[:：]?\s*(\d+)\s*人")
_FOOTER_NAMES = {
    "应考": "registered",
    "报名": "registered",
    "实考": "sat",
    "参考": "sat",
    "合格": PASSED,
    "不合格": FAILED,
    "弃考": WITHDRAWN,
    "缺考": ABSENT,
    "作弊": DISQUALIFIED,
    "取消": DISQUALIFIED,
}
_TOTAL = re.compile(r"满分\s*(\d{2,3}(?:\.\d)?)\s*分")
_PASS = re.compile(r"(\d{2,3}(?:\.\d)?)\s*分\s*(?:及以上|以上)?\s*(?:\(含\))?\s*(?:为|即为)?\s*(?:合格|及格|通过)")
_DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
LOOK = 30

ACCEPT, REVIEW, REJECT = "accept", "review", "reject"
# What each issue makes of its row; the words are with queries.score_plan, in the reader's language.
CODES = {
    "NO_NAME": REJECT,
    "NO_ID": REVIEW,
    "ID_BAD": REJECT,
    "ID_TWICE": REJECT,
    "NO_TWICE": REVIEW,
    "NO_SCORE": REVIEW,
    "NOT_A_SCORE": REJECT,
    "SCORE_BOUNDS": REJECT,
    "RESULT_DIFFERS": REVIEW,
    "SCORES_AND_WORD": REVIEW,
    "UNKNOWN_PERSON": REVIEW,
    "NAME_DIFFERS": REVIEW,
    "RELEASED": REJECT,
    "NO_TAKEN": REVIEW,
}


class UnreadableError(ValueError):
    """There is no score sheet in the file; the text says what was missed."""


@dataclass
class Issue:
    """``words`` fill the sentence of ``code``; ``raw`` is the cell as it is shown."""

    field: str
    code: str
    raw: str | None = None
    words: dict[str, str] = field(default_factory=dict)


@dataclass
class ScoreRow:
    """One candidate's row. ``scores`` are strings of decimals or None; ``outcome`` as the row itself amounts to."""

    row: int
    name: str = ""
    exam_no: str = ""
    id_number: str = ""
    unit: str = ""
    scores: list[str | None] = field(default_factory=list)
    outcome: str = ""
    reason: str = ""
    stated: str = ""
    issues: list[Issue] = field(default_factory=list)

    @property
    def id_masked(self) -> str:
        return masked(self.id_number) if self.id_number else ""

    @property
    def action(self) -> str:
        actions = {CODES[issue.code] for issue in self.issues}
        return REJECT if REJECT in actions else REVIEW if REVIEW in actions else ACCEPT

    def say(self, column: str, code: str, raw=None, **words) -> None:
        told = {name: str(word) for name, word in words.items()}
        self.issues.append(Issue(column, code, None if raw is None else str(raw), told))


@dataclass
class ScoreSheet:
    """A sheet as read. ``footer``: what it says about itself; ``differences``: where that is not what the rows say
    (part, stated, counted)."""

    sheet: str
    header_row: int
    title: str
    papers: list[str]
    total: str = "100"
    pass_mark: str = "60"  # noqa: S105
    held_on: str = ""
    rows: list[ScoreRow] = field(default_factory=list)
    footer: dict[str, int] = field(default_factory=dict)
    differences: list[tuple[str, int, int]] = field(default_factory=list)

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping) -> ScoreSheet:
        rows = [ScoreRow(**{**row, "issues": [Issue(**issue) for issue in row["issues"]]}) for row in data["rows"]]
        return cls(**{**data, "rows": rows})


def read(book, *, papers: Sequence[tuple[str, Decimal, Decimal]] = (), today: date) -> ScoreSheet:
    """The first visible sheet with a header of scores. ``papers``: (title, full mark, pass mark) already known.

    Raises UnreadableError when no sheet has 姓名 with a paper between its unit and its result.
    """
    for sheet in book.sheets:
        if sheet.hidden:
            continue
        found = _header(sheet.rows)
        if found:
            return _Reader(sheet, *found, papers, today).run()
    raise UnreadableError("没有识别到成绩表，请检查表头是否有“姓名”“身份证号”或“准考证号”，以及各科得分。")


def _header(rows) -> tuple[int, dict[str, int], list[tuple[int, str]]] | None:
    names = {header_key(text): column for column, texts in COLUMNS.items() for text in texts}
    for number, cells in enumerate(rows[:LOOK]):
        keys = [header_key(as_text(cell)) for cell in cells]
        at: dict[str, int] = {}
        for index, key in enumerate(keys):
            if key in names:
                at.setdefault(names[key], index)
        if "name" not in at or not {"id_number", "exam_no"} & at.keys():
            continue
        first = max(at[name] for name in ("name", "id_number", "exam_no", "unit") if name in at)
        last = min((at[name] for name in ("result", "remark") if at.get(name, -1) > first), default=len(cells))
        papers = [
            (index, squeeze(as_text(cells[index])))
            for index in range(first + 1, last)
            if keys[index] and keys[index] not in NOT_PAPERS and keys[index] not in names
        ]
        if papers:
            return number, at, papers
    return None


class _Reader:
    def __init__(self, sheet, number, at, columns, papers, today):
        self.sheet, self.number, self.at, self.columns, self.today = sheet, number, at, columns, today
        above = " ".join(as_text(cell) for row in sheet.rows[:number] for cell in row if cell is not None)
        title = next((as_text(c) for row in sheet.rows[:number] for c in row if as_text(c).strip()), sheet.name)
        total, mark = _TOTAL.search(squeeze(above)), _PASS.search(squeeze(above))
        self.out = ScoreSheet(
            sheet=sheet.name,
            header_row=number + 1,
            title=title.strip(),
            papers=[title for _index, title in columns],
            total=total[1] if total else "100",
            pass_mark=mark[1] if mark else "60",
            held_on=_day(above),
        )
        known = {squeeze(title): (full, least) for title, full, least in papers}
        fallback = (Decimal(self.out.total), Decimal(self.out.pass_mark))
        self.bounds = [known.get(title, fallback) for title in self.out.papers]

    def run(self) -> ScoreSheet:
        seen_ids: dict[str, int] = {}
        seen_numbers: dict[str, int] = {}
        for number, cells in enumerate(self.sheet.rows[self.number + 1 :], self.number + 2):
            text = "".join(as_text(cell) for cell in cells if cell is not None)
            counted = _FOOTER.findall(squeeze(text))
            if len(counted) >= 2:
                self.out.footer |= {_FOOTER_NAMES[name]: int(n) for name, n in counted}
                continue
            row = self._row(number, cells)
            if row is None:
                continue
            for value, seen, column, code in (
                (row.id_number, seen_ids, "身份证号", "ID_TWICE"),
                (row.exam_no, seen_numbers, "准考证号", "NO_TWICE"),
            ):
                if value and seen.setdefault(value, number) != number:
                    row.say(column, code, other=seen[value])
            self.out.rows.append(row)
        self._compare()
        return self.out

    def _cell(self, cells, column: str) -> str:
        index = self.at.get(column)
        return as_text(cells[index]).strip() if index is not None and index < len(cells) else ""

    def _row(self, number: int, cells) -> ScoreRow | None:
        name = squeeze(self._cell(cells, "name"))
        raw_id = cells[self.at["id_number"]] if "id_number" in self.at else None
        exam_no = squeeze(self._cell(cells, "exam_no"))
        if not name and not exam_no and not as_text(raw_id).strip():
            return None
        row = ScoreRow(row=number, name=name, exam_no=exam_no, unit=squeeze(self._cell(cells, "unit")))
        if not name:
            row.say("姓名", "NO_NAME")
        found = parse_id(raw_id, self.today)
        row.id_number = found.value or ""
        if found.error:
            row.say("身份证号", "ID_BAD")
        elif not found.value:
            row.say("身份证号", "NO_ID")
        self._result(row, cells)
        return row

    def _result(self, row: ScoreRow, cells) -> None:
        remark = self._cell(cells, "remark")
        row.stated = squeeze(self._cell(cells, "result"))
        texts = [as_text(cells[index]).strip() if index < len(cells) else "" for index, _title in self.columns]
        word = _word([row.stated]) or (_word([remark]) if row.stated not in STATED else "")
        cheated = DISQUALIFIED if _word(texts) == DISQUALIFIED else ""
        for text, title, (full, _least) in zip(texts, self.out.papers, self.bounds):
            row.scores.append(self._score(row, text, title, full, bool(word)))
        row.reason = "" if is_placeholder(remark) else remark
        has_scores = any(score is not None for score in row.scores)
        if not has_scores:
            # One paper missed while another was sat is a failure; all missed is what the cells say.
            word = word or _word(texts)
        word = cheated or word
        if word in (WITHDRAWN, ABSENT) and has_scores:
            row.say("考试结果", "SCORES_AND_WORD", word=word)
        results = [
            PaperResult(score is not None, Decimal(score) if score else None, bool(score) and Decimal(score) >= least)
            for score, (_full, least) in zip(row.scores, self.bounds)
        ]
        row.outcome = word or outcome_of(results) or ""
        stated = STATED.get(row.stated)
        if stated and row.action != REJECT and stated != row.outcome:
            row.say("考试结果", "RESULT_DIFFERS", stated=row.stated, computed=row.outcome or "waiting")

    def _score(self, row: ScoreRow, text: str, title: str, full: Decimal, excused: bool) -> str | None:
        plain = squeeze(text).removesuffix("分")
        if not plain or is_placeholder(plain) or not plain.strip("-—–―─/"):
            if not excused:
                row.say(title, "NO_SCORE", paper=title)
            return None
        if _word([plain]):
            return None
        try:
            score = Decimal(plain)
        except InvalidOperation:
            row.say(title, "NOT_A_SCORE", raw=text[:20], paper=title)
            return None
        if not score.is_finite() or not 0 <= score <= full:
            row.say(title, "SCORE_BOUNDS", raw=text[:20], paper=title, total=full)
            return None
        return str(score.quantize(Decimal("0.01")).normalize() + 0)

    def _compare(self) -> None:
        counts = figures(self.out.rows)
        for name, stated in self.out.footer.items():
            if counts.get(name, 0) != stated:
                self.out.differences.append((name, stated, counts.get(name, 0)))


def figures(rows: Sequence[ScoreRow]) -> dict[str, int]:
    """registered, sat and the five parts of these rows; ``waiting`` where a row says too little."""
    counts = Counter(row.outcome or "waiting" for row in rows)
    sat = sum(any(score is not None for score in row.scores) for row in rows)
    parts = {part: counts[part] for part in (PASSED, FAILED, WITHDRAWN, ABSENT, DISQUALIFIED)}
    return {"registered": len(rows), "sat": sat, **parts, "waiting": counts["waiting"]}


def _word(texts: Sequence[str]) -> str:
    for part, words in WORDS.items():
        if any(word in text for text in texts for word in words):
            return part
    return ""


def _day(text: str) -> str:
    found = _DAY.search(text)
    if not found:
        return ""
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return ""
