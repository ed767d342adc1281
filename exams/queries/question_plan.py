"""Files of questions read and compared with a bank: what each row would become. Writes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from exams.formats import GIFT, MOODLE, sniff, store
from exams.formats.draft import QuestionDraft, stem_key
from exams.formats.gift import read_gift
from exams.formats.model import FormatError, Issue, Reading, Row
from exams.formats.moodle import read_moodle
from exams.formats.plan import Known, fingerprints, make_plan
from exams.formats.table import read_table
from exams.models import Bank, ExamImport, Picture, Question
from exams.queries.keys import drafts_of
from portal.law import queries as law
from portal.law.citations import parse
from portal.sheets import SheetError
from staffing import files
from staffing.queries import rosters_plan

CHUNK = 500
# Compared anew: everything that says how a row stands to the file and the bank.
COMPARED = {
    "IN_BANK",
    "SAME_IN_FILE",
    "SAME_STEM",
    "SAME_STEM_OTHER_ANSWER",
    "MATERIAL_DIFFERS",
    "BASIS_UNREADABLE",
    "BASIS_UNKNOWN",
}


def read_file(path: str | Path, name: str, *, sheets: list[str] | None = None) -> Reading:
    """The questions of a file, whatever its format. Raises FormatError or SheetError."""
    path = Path(path)
    with path.open("rb") as file:
        head = file.read(4096)
    kind = sniff(head, name)
    if kind == MOODLE:
        return read_moodle(path.read_bytes())
    if kind == GIFT:
        return read_gift(_text(path.read_bytes()))
    return read_table(rosters_plan.read(str(path), name), sheets=sheets)


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FormatError("NOT_TEXT")


def error_text(error: FormatError | SheetError, lang: str = "zh") -> str:
    """What is wrong with a file, in the reader's language."""
    return error.text("en" if lang.startswith("en") else "zh")


def compare(reading: Reading, bank: Bank | None) -> Reading:
    """Give every row its action as of now; ``bank`` None: a bank that does not exist yet."""
    for row in reading.rows:
        _reset(row)
    prints = fingerprints(reading)
    drafts = [row.draft for row in reading.rows if row.draft]
    bases = {draft.basis for draft in drafts if draft.basis}
    missing = law.unknown(bases)
    return make_plan(
        reading,
        known=_known(bank, prints) if bank else {},
        stems=_stems(bank, drafts) if bank else {},
        materials=_materials(bank, drafts) if bank else {},
        unknown={basis: [one.raw for one in found] for basis, found in missing.items() if found},
        unreadable={basis for basis in bases if not parse(basis)},
    )


def _reset(row: Row) -> None:
    """Back to what the row alone says."""
    if row.draft is None:
        return
    row.issues = [issue for issue in row.issues if issue.code not in COMPARED]
    weights = {issue.weight for issue in row.issues}
    row.action = next((w for w in ("skip", "reject", "duplicate", "review", "fix") if w in weights), "accept")


def _known(bank: Bank, prints: list[str]) -> dict[str, Known]:
    found = []
    for start in range(0, len(prints), CHUNK):
        rows = bank.questions.filter(fingerprint__in=prints[start : start + CHUNK], current__isnull=False)
        found += rows.select_related("current__topic")
    return {q.fingerprint: Known(q.number, draft) for q, draft in zip(found, drafts_of(found))}


def _stems(bank: Bank, drafts: list[QuestionDraft]) -> dict[str, int]:
    wanted = {stem_key(draft) for draft in drafts}
    rows = Question.objects.filter(bank=bank, current__isnull=False).order_by("-number")
    rows = rows.values_list("number", "current__material", "current__stem", "current__picture__sha256")
    keys = ((stem_key(QuestionDraft("", "", stem, material=m, picture=sha)), n) for n, m, stem, sha in rows.iterator())
    return {key: number for key, number in keys if key in wanted}


def _materials(bank: Bank, drafts: list[QuestionDraft]) -> dict[str, str]:
    codes = sorted({draft.case_code for draft in drafts if draft.case_code})
    found: dict[str, str] = {}
    for start in range(0, len(codes), CHUNK):
        rows = bank.questions.filter(current__case_code__in=codes[start : start + CHUNK])
        found.update(rows.values_list("current__case_code", "current__material"))
    return found


def rename_pictures(reading: Reading, names: dict[str, str | None]) -> None:
    """Give drafts the stored pictures: sha256 in the file → sha256 as stored; None or unknown takes the picture off
    and leaves the row to a human.
    """
    known = set(Picture.objects.filter(sha256__in=_pictures(reading) - names.keys()).values_list("sha256", flat=True))
    names = {**names, **{sha: sha for sha in known}}
    for row in reading.rows:
        if row.draft is None or not _own(row.draft):
            continue
        lost = [sha for sha in _own(row.draft) if names.get(sha) is None]
        row.draft = replace(
            row.draft,
            picture=names.get(row.draft.picture) if row.draft.picture else None,
            options=tuple((key, text, names.get(sha) if sha else None) for key, text, sha in row.draft.options),
        )
        if lost and not any(issue.code == "PICTURE_UNREADABLE" for issue in row.issues):
            empty = any(not text and not sha for _key, text, sha in row.draft.options)
            weight = "reject" if empty else "review"
            row.issues.append(Issue("PICTURE_UNREADABLE", "picture", weight=weight))


def _own(draft: QuestionDraft) -> list[str]:
    return [sha for sha in (draft.picture, *(sha for _k, _t, sha in draft.options)) if sha]


def _pictures(reading: Reading) -> set[str]:
    return {sha for row in reading.rows if row.draft for sha in _own(row.draft)}


def stored_plan(batch: ExamImport) -> Reading | None:
    """The plan of an import as it was last compared; None when it is gone."""
    if not batch.plan_file:
        return None
    try:
        with files.open_clear(batch.plan_file) as file:
            return store.from_json(json.load(file))
    except (FileNotFoundError, ValueError):
        return None


def imports_of(bank: Bank):
    """The bank's imports, newest first."""
    rows = ExamImport.objects.filter(kind=ExamImport.Kind.QUESTIONS, bank=bank)
    return rows.select_related("uploaded_by").order_by("-uploaded_at")


def find_import(pk) -> ExamImport | None:
    """An import of questions with its bank and job, or None."""
    rows = ExamImport.objects.filter(kind=ExamImport.Kind.QUESTIONS, pk=pk)
    return rows.select_related("bank", "job", "uploaded_by").first()


def taken(totals: dict[str, int], *, with_review: bool = False) -> int:
    """Rows that a commit writes."""
    return sum(totals.get(name, 0) for name in ("accept", "fix", *(("review",) if with_review else ())))
