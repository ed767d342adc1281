"""One table row into a draft: what the cells mean, what was put right on the way. Pure.

Nothing is thrown away: a cell that means nothing leaves an issue that sends the row back with its reason.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from exams.formats import extras, values
from exams.formats.columns import Header
from exams.formats.draft import (
    BLANK,
    FALSE,
    JUDGE_OPTIONS,
    LETTERS,
    TRUE,
    QuestionDraft,
    problems,
    squeezed,
)
from exams.formats.model import Issue, Row


@dataclass(slots=True)
class Cells:
    """The texts of one row by name; ``options`` in the order of the letters, blanks kept."""

    header: Header
    text: dict[str, str] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.text.get(name, "")


def assemble(row: Row, cells: Cells) -> None:
    """Fill ``row.draft`` and ``row.issues``."""
    issues = _Issues(row, cells.header)
    options = _options(cells, issues)
    kind, form = _kind(cells, options, issues)
    stem, picture = extras.take_picture(cells.get("stem"))
    draft = QuestionDraft(
        kind=kind,
        form=form,
        stem=stem,
        options=tuple((letter, *extras.take_picture(text)) for letter, text in zip(LETTERS, options)),
        picture=picture,
        material=cells.get("material"),
        case_code=_case_code(kind, cells, issues),
        difficulty=_difficulty(cells, issues),
        topic=cells.get("topic"),
        basis=cells.get("basis"),
        marks=_marks(kind, form, cells, issues),
        source=cells.get("source"),
        where=row.place,
    )
    row.draft = _with_key(draft, cells, issues)


def settle(row: Row) -> None:
    """Add what ``problems`` finds, and give the row its action: its worst issue's."""
    draft = row.draft
    if draft is not None:
        known = {issue.code for issue in row.issues if issue.weight == "reject"}
        for found in problems(draft):
            if found.code not in known and not (known and found.field in {i.field for i in row.issues}):
                row.issues.append(
                    Issue(found.code, found.field, found.raw or None, found.fixed or None, weight="reject")
                )
        if draft.form == "written" and not draft.rubric:
            row.issues.append(Issue("NO_RUBRIC", "rubric", weight="review"))
    weights = {issue.weight for issue in row.issues}
    for weight in ("skip", "reject", "duplicate", "review", "fix"):
        if weight in weights:
            row.action = weight
            return
    row.action = "accept" if draft is not None else "skip"


class _Issues:
    """Adds issues with the letter of the column they are about."""

    def __init__(self, row: Row, header: Header):
        self.row, self.header = row, header

    def add(self, code: str, name: str, raw=None, fixed=None, weight: str = "fix") -> None:
        self.row.issues.append(Issue(code, name, raw, fixed, col=self.header.letter(name), weight=weight))


def _options(cells: Cells, issues: _Issues) -> list[str]:
    options = list(cells.options)
    while options and not options[-1]:
        options.pop()
    if not options and cells.get("options"):
        options = values.split_options(cells.get("options"))
        issues.add("OPTIONS_SPLIT", "options", fixed=len(options))
    options, labelled = values.without_label(options)
    if labelled:
        issues.add("OPTION_LABEL", "options", "、".join(LETTERS[at] for at in labelled))
    return [values.tidy(text) for text in options[: len(LETTERS)]]


def _kind(cells: Cells, options: list[str], issues: _Issues) -> tuple[str, str]:
    """(kind, form); an unknown type stays as it is, so that ``problems`` sends the row back."""
    raw = cells.get("kind")
    kind = values.kind_of(raw) if raw else None
    if raw and kind is None:
        issues.add("UNKNOWN_KIND", "kind", raw, weight="reject")
        return "case", "written" if not options else _form(cells, options)
    if kind is None or kind == "choice":
        guessed = _guess(cells, options)
        if kind is None:
            shown = values.KIND_LABELS.get(guessed, "论述")
            issues.add("KIND_GUESSED", "kind", None, shown)
        kind = guessed
    if kind == "written":
        return "case", "written"
    if kind == "case":
        named = values.kind_of(cells.get("form")) if cells.get("form") else None
        return "case", named if named in ("single", "multiple", "judge", "written") else _form(cells, options)
    return kind, kind


def _guess(cells: Cells, options: list[str]) -> str:
    if not options:
        if values.truth_of(cells.get("answer")) is not None:
            return "judge"
        return "blank" if BLANK.search(cells.get("stem")) else "written"
    return _form(cells, options)


def _form(cells: Cells, options: list[str]) -> str:
    if not options:
        return "written"
    words = [values.judge_word(option) for option in options]
    if len(options) == 2 and set(words) == {TRUE, FALSE}:
        return "judge"
    letters = values.letters_of(cells.get("answer"), options)
    return "multiple" if letters and len(letters) > 1 else "single"


def _case_code(kind: str, cells: Cells, issues: _Issues) -> str:
    code, material = cells.get("case_code"), cells.get("material")
    if kind == "case" and material and not code:
        code = f"AL-{hashlib.sha256(squeezed(material).encode('utf-8', 'replace')).hexdigest()[:8]}"
        issues.add("CASE_CODE_GIVEN", "case_code", None, code, weight="info")
    return code


def _difficulty(cells: Cells, issues: _Issues) -> str:
    raw = cells.get("difficulty")
    if not raw:
        if "difficulty" in cells.header.columns:
            issues.add("DEFAULT_DIFFICULTY", "difficulty", None, "中")
        return "medium"
    level = values.difficulty_of(raw)
    if level is None:
        issues.add("BAD_DIFFICULTY", "difficulty", raw, weight="reject")
        return "medium"
    if raw not in (values.DIFFICULTY_LABELS[level], level):
        issues.add("ALIAS", "difficulty", raw, values.DIFFICULTY_LABELS[level])
    return level


def _marks(kind: str, form: str, cells: Cells, issues: _Issues) -> str:
    raw = cells.get("marks")
    default = values.DEFAULT_MARKS["written" if form == "written" else kind if kind in values.DEFAULT_MARKS else "case"]
    if not raw:
        if "marks" in cells.header.columns:
            issues.add("DEFAULT_MARKS", "marks", None, default)
        return default
    marks = values.marks_text(raw)
    if marks is None:
        issues.add("BAD_MARKS", "marks", raw, weight="reject")
        return default
    return marks


# --- keys -----------------------------------------------------------------------------------------------------------


def _with_key(draft: QuestionDraft, cells: Cells, issues: _Issues) -> QuestionDraft:
    draft = replace(draft, explanation=cells.get("explanation"))
    if draft.form == "judge":
        return _judge(draft, cells.get("answer"), issues)
    if draft.form == "blank":
        return _blank(draft, cells.get("answer"), issues)
    if draft.form == "written":
        return _written(draft, cells, issues)
    return _choice(draft, cells.get("answer"), issues)


def _choice(draft, raw: str, issues: _Issues):
    if not raw:
        return draft
    found = values.letters_of(raw, [text for _key, text, _picture in draft.options])
    if found is None:
        issues.add("ANSWER_UNREADABLE", "answer", raw, weight="reject")
        return draft
    if len(set(found)) == len(found):
        found = tuple(sorted(found))
    if raw != "".join(found):
        issues.add("ANSWER_NORMALISED", "answer", raw, "".join(found))
    return replace(draft, answer=found)


def _judge(draft, raw: str, issues: _Issues):
    words = [values.judge_word(text) for _key, text, _picture in draft.options]
    if draft.options and set(words) != {TRUE, FALSE}:
        # Not options of a true/false question: ``problems`` says so.
        found = values.letters_of(raw, [text for _key, text, _picture in draft.options])
        return replace(draft, answer=found or ())
    shown = [text for _key, text, _picture in draft.options]
    truth = values.truth_of(raw)
    if truth is None and raw:
        letters = values.letters_of(raw, shown or [TRUE, FALSE])
        if letters is None or len(letters) != 1 or letters[0] not in "AB":
            issues.add("ANSWER_UNREADABLE", "answer", raw, weight="reject")
            return replace(draft, options=JUDGE_OPTIONS)
        truth = (words or [TRUE, FALSE])[LETTERS.index(letters[0])] == TRUE
    if shown and shown != [TRUE, FALSE]:
        issues.add("ALIAS", "options", "、".join(shown), f"{TRUE}、{FALSE}")
    if truth is None:
        return replace(draft, options=JUDGE_OPTIONS)
    letter = "A" if truth else "B"
    if raw != letter:
        issues.add("ANSWER_NORMALISED", "answer", raw, letter)
    return replace(draft, options=JUDGE_OPTIONS, answer=(letter,))


def _blank(draft, raw: str, issues: _Issues):
    blanks = len(BLANK.findall(draft.stem))
    answer = values.blanks_of(raw, blanks) if raw else ()
    return replace(draft, answer=answer, blanks=blanks or len(answer))


def _written(draft, cells: Cells, issues: _Issues):
    answer = cells.get("answer")
    if answer.startswith(values.REFERENCE):
        answer = answer[len(values.REFERENCE[0]) :]
    rubric, explanation = (), draft.explanation
    if column := cells.get("rubric"):
        rubric = values.rubric_of(column)
        if rubric is None:
            issues.add("BAD_MARKS", "rubric", column, weight="reject")
            rubric = ()
    else:
        rubric, explanation = values.rubric_in(explanation)
    return replace(draft, answer=values.tidy(answer), rubric=rubric, explanation=explanation)
