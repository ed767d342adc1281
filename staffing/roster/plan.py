"""From a Book to a Plan: sheets get their role, columns their meaning, every row one action. Cost per row is
constant.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.sheets.model import Book, Sheet, column_letter
from staffing.roster.columns import CANONICAL, assign
from staffing.roster.layout import Layout, Line, Table, read_layout, shown_header
from staffing.roster.model import ColumnGuess, Issue, Plan, PlannedRow, SheetPlan, collector_paused
from staffing.roster.people import Register
from staffing.roster.records import Column, Draft, apply_id, cell_of, check_row, draft_row, make_columns
from staffing.roster.text import as_text, header_key, squeeze
from staffing.roster.units import KnownUnit, UnitBook, kind_of

Progress = Callable[[int, int], None]
_INSTRUCTIONS = re.compile(r"说明|须知|填表|填报要求|指南|示例|样表|参考")
_SUMMARY = re.compile(r"汇总|统计|合计|总表|汇报|分析")
_SUMMARY_HEADER = re.compile(r"人数|数量|合计|小计|占比|比例|率$")
_AUXILIARY = re.compile(r"辅助|协管|编外|临聘|劳务派遣|合同制")
_BOTH_KINDS = re.compile(r"\(辅助\)|及|和|与|、")
_EXAM = frozenset({"exam_no", "score_public", "score_special", "exam_result", "sign_in", "sign_out", "signature"})
_ROSTER = frozenset(
    {
        "gender",
        "birth_date",
        "establishment_type",
        "cert_no",
        "education",
        "position",
        "employment_form",
        "political_status",
    }
)
_POSTING = frozenset({"posting_type", "posting_start", "planned_return", "actual_return"})
_UNIT_FIELDS = ("establishment_unit", "working_unit", "squad", "posted_unit")


@dataclass(slots=True)
class _Part:
    """One sheet on its way to a plan."""

    sheet: Sheet
    plan: SheetPlan
    layout: Layout
    fields: dict[int, dict[int, str]] = field(default_factory=dict)
    columns: dict[int, list[Column]] = field(default_factory=dict)
    by_name: dict[int, dict[str, Column]] = field(default_factory=dict)


def plan_book(
    book: Book,
    *,
    as_of: date,
    known_units: Iterable[str | KnownUnit] = (),
    mapping: dict[str, str] | None = None,
    sheets: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Plan:
    """What would happen to every row of ``book`` on ``as_of``.

    ``mapping`` holds the user's corrections: header text as shown (or ``SHEET!C`` for one column) → canonical field,
    "" to
    ignore it. ``sheets`` limits the reading to these names and may name a hidden one. Raises nothing for bad content:
    what cannot be used is said in issues.
    """
    with collector_paused():
        return _plan_book(book, as_of, known_units, mapping, sheets, progress)


def _plan_book(
    book: Book,
    as_of: date,
    known_units: Iterable[str | KnownUnit],
    mapping: dict[str, str] | None,
    sheets: Collection[str] | None,
    progress: Progress | None,
) -> Plan:
    corrections = {(key if "!" in key else header_key(key)): value for key, value in (mapping or {}).items()}
    units = UnitBook.of(known_units)
    parts = [_prepare(sheet, as_of, corrections, sheets) for sheet in book.sheets]
    for part in parts:
        _note_units(part, units)
    register = Register()
    rows: dict[str, list[PlannedRow]] = {}
    total = sum(len(part.layout.lines) for part in parts)
    done = 0
    for role in ("roster", "postings"):
        for part in (part for part in parts if part.plan.role == role):
            made = rows[part.sheet.name] = []
            for line in part.layout.lines:
                made.append(_plan_line(part, line, as_of, units, register))
                done += 1
                if progress is not None and done % 1000 == 0:
                    progress(done, total)
    if progress is not None:
        progress(total, total)
    ordered = [row for part in parts for row in rows.get(part.sheet.name, ())]
    return Plan(as_of.isoformat(), [part.plan for part in parts], ordered, units.proposals())


# ------------------------------------------------------------------ sheets
def _prepare(sheet: Sheet, as_of: date, corrections: dict[str, str], chosen: Collection[str] | None) -> _Part:
    plan = SheetPlan(sheet.name, "unknown")
    part = _Part(sheet, plan, Layout())
    if sheet.hidden and sheet.name not in (chosen or ()):
        plan.role = "hidden"
        plan.issues.append(Issue("HIDDEN_SHEET", raw=sheet.name))
        return part
    if not sheet.rows:
        plan.issues.append(Issue("EMPTY_SHEET", raw=sheet.name))
        return part
    if chosen is not None and sheet.name not in chosen:
        plan.role = _role_without_table(sheet)
        return part
    names = frozenset(_header_of(key) for key, value in corrections.items() if value == "name" and "!" not in key)
    layout = read_layout(sheet, names)
    if not layout.tables:
        plan.role = _role_without_table(sheet)
        if plan.role == "unknown":
            plan.issues.append(Issue("HEADER_NOT_FOUND"))
        return part
    part.layout = layout
    _describe(part, corrections)
    if plan.role in ("roster", "postings"):
        _columns(part, as_of)
    else:
        part.layout = Layout()
    return part


def _header_of(key: str) -> str:
    return key.rpartition(">")[2]


def _role_without_table(sheet: Sheet) -> str:
    if _INSTRUCTIONS.search(sheet.name):
        return "instructions"
    if _SUMMARY.search(sheet.name):
        return "summary"
    texts = [squeeze(cell) for row in sheet.rows[:10] for cell in row if isinstance(cell, str)]
    if texts and _INSTRUCTIONS.search(texts[0]):
        return "instructions"
    if sum(bool(_SUMMARY_HEADER.search(text)) for text in texts) >= 2:
        return "summary"
    return "unknown"


def _describe(part: _Part, corrections: dict[str, str]) -> None:
    """Fills the sheet's plan: columns, role, unit, category, and what the user should know about them."""
    plan, layout, sheet = part.plan, part.layout, part.sheet
    plan.header_rows = layout.tables[0].header_rows
    people: dict[int, list[int]] = {}
    for line in layout.lines:
        if line.kind == "person":
            people.setdefault(id(line.table), []).append(line.row)
    for table in layout.tables:
        rows = people.get(id(table), [])
        if not rows and len(layout.tables) > 1 and people:
            continue
        _guess_columns(part, table, rows, corrections)
    data = [line.row for line in layout.lines if line.kind == "person"]
    plan.first_data_row = min(data, default=None)
    footers = [line.row for line in layout.lines if line.kind == "footer"]
    plan.footer_row = footers[0] if footers else None
    plan.reported = layout.reported
    plan.role = _role(part)
    if plan.role == "unknown":
        plan.issues = [Issue("NOT_A_ROSTER")]
        return
    if layout.ambiguous_blocks:
        plan.issues.append(Issue("SIDE_BY_SIDE"))
    if not data:
        plan.issues.append(Issue("NO_ROWS"))
    used = {canonical for fields in part.fields.values() for canonical in fields.values()}
    if "id_number" not in used:
        plan.issues.append(Issue("NO_ID_COLUMN"))
    if plan.role == "roster":
        _sheet_unit(part, used)
        named = squeeze("".join([sheet.name, *layout.titles[:1]]))
        if _AUXILIARY.search(named) and not _BOTH_KINDS.search(named) and "personnel_category" not in used:
            plan.category = "执法辅助人员"


def _guess_columns(part: _Part, table: Table, rows: list[int], corrections: dict[str, str]) -> None:
    sheet, plan = part.sheet, part.plan
    fixed: dict[int, str] = {}
    for offset, header in enumerate(table.headers):
        at = table.left + offset
        for key in (f"{sheet.name}!{column_letter(at)}", header_key(shown_header(header))):
            if key in corrections and header_key(shown_header(header)):
                value = corrections[key]
                fixed[offset] = value if value in CANONICAL else ""
                break
    found = assign(table.headers, fixed)
    fields: dict[int, str] = {}
    for offset, (canonical, how, lost) in enumerate(found):
        at = table.left + offset
        shown = shown_header(table.headers[offset])
        samples = _samples(sheet, at, rows)
        if not shown and not samples:
            continue
        letter = column_letter(at)
        hidden = at in sheet.hidden_cols
        plan.columns.append(ColumnGuess(at, letter, shown, canonical, how, samples, hidden, table.block))
        if canonical:
            fields[at] = canonical
        elif lost:
            plan.issues.append(Issue("COLUMN_TWICE", raw=shown, col=letter))
        elif samples and shown and offset not in fixed:
            plan.issues.append(Issue("COLUMN_UNMAPPED", raw=shown, col=letter))
    part.fields[id(table)] = fields


def _samples(sheet: Sheet, at: int, rows: list[int]) -> list[str]:
    found: list[str] = []
    for number in rows[:200]:
        row = sheet.rows[number - 1]
        value = row[at] if at < len(row) else None
        if value is not None and (text := as_text(value).strip()[:40]) and text not in found:
            found.append(text)
            if len(found) == 3:
                break
    return found


def _role(part: _Part) -> str:
    used = {canonical for fields in part.fields.values() for canonical in fields.values()}
    if used & _EXAM and not used & {"establishment_type", "cert_no", "birth_date", "working_unit_home"}:
        return "unknown"
    whereto = "posted_unit" in used and used & _POSTING and len(used & _ROSTER) < 3
    when = len(used & _POSTING) >= 2 and len(used & _ROSTER) < 2
    return "postings" if (whereto or when) and _all_posted(part) else "roster"


def _all_posted(part: _Part) -> bool:
    """Whether nearly everybody listed is posted somewhere; a list of all staff with a few postings is a roster."""
    rows = blank = 0
    for line in part.layout.lines:
        if line.kind == "person":
            row = part.sheet.rows[line.row - 1]
            fields = part.fields.get(id(line.table), {})
            rows += 1
            told = [at for at, name in fields.items() if name in _POSTING or name == "posted_unit"]
            blank += all(at >= len(row) or row[at] is None for at in told)
    return 5 * blank <= rows


def _sheet_unit(part: _Part, used: set[str]) -> None:
    plan, layout, sheet = part.plan, part.layout, part.sheet
    if layout.unit:
        plan.unit, plan.unit_from = layout.unit, layout.unit_from
    elif kind_of(squeeze(sheet.name)) in ("squad", "town", "bureau"):
        plan.unit, plan.unit_from = squeeze(sheet.name), "sheet"
    if used & {"working_unit", "squad"}:
        plan.unit_from = "column" if plan.unit is None else plan.unit_from


def _columns(part: _Part, as_of: date) -> None:
    people: dict[int, list[int]] = {}
    for line in part.layout.lines:
        if line.kind == "person":
            people.setdefault(id(line.table), []).append(line.row)
    for table in part.layout.tables:
        key = id(table)
        columns = make_columns(part.sheet, table, part.fields.get(key, {}), as_of, people.get(key, []))
        part.columns[key] = columns
        part.by_name[key] = {column.canonical: column for column in columns}


def _note_units(part: _Part, units: UnitBook) -> None:
    """First walk: every unit name of the file, so that short names can be resolved in the second."""
    if part.plan.role not in ("roster", "postings"):
        return
    for title in part.layout.titles:
        units.note_title(title)
    units.note(part.plan.unit)
    met: set[Any] = set()
    columns = {key: [c for c in made if c.canonical in _UNIT_FIELDS] for key, made in part.columns.items()}
    for line in part.layout.lines:
        if line.kind != "person":
            continue
        units.note(line.unit)
        for column in columns[id(line.table)]:
            raw = cell_of(part.sheet, column, line.row)
            if raw is not None and raw not in met:
                met.add(raw)
                units.note(squeeze(as_text(raw)))


# ------------------------------------------------------------------ rows
def _plan_line(part: _Part, line: Line, as_of: date, units: UnitBook, register: Register) -> PlannedRow:
    if line.kind != "person":
        return PlannedRow(part.sheet.name, line.row, "skip", line.kind)
    key = id(line.table)
    draft = draft_row(part.sheet, line, part.columns[key], part.by_name[key])
    postings = part.plan.role == "postings"
    _complete(part, draft, as_of, units, register, postings)
    kind = "posting" if postings else "person"
    row = PlannedRow(part.sheet.name, line.row, draft.level, kind, draft.issues, draft.warnings, block=line.table.block)
    if draft.level == "reject":
        row.warnings = []
    elif draft.level != "duplicate":
        row.record = draft.record
        _use_units(draft, units)
    if draft.level in ("review", "reject"):
        row.raw = _raw_cells(part.sheet, line)
    return row


def _complete(part: _Part, draft: Draft, as_of: date, units: UnitBook, register: Register, postings: bool) -> None:
    record = draft.record
    if not record.get("name"):
        column = draft.columns.get("name")
        draft.issues.insert(0, Issue("MISSING_NAME", "name", col=column.letter if column else ""))
        draft.level = "reject"
    _resolve_units(part, draft, units, postings)
    if draft.level == "reject":
        return
    known_by_number = "ID_MASKED" in draft.warnings and record.get("staff_no")
    if not record.get("id_number") and not known_by_number:
        column = draft.columns.get("id_number")
        draft.add("review", Issue("MISSING_ID", "id_number", col=column.letter if column else ""))
    if draft.line.row in part.sheet.hidden_rows:
        draft.add("review", Issue("HIDDEN_ROW"))
    if register.same_number_other_name(draft):
        check_row(draft, as_of, postings=postings, auxiliary=part.plan.category is not None)
        return
    if postings:
        register.compare_posting(draft)
        if draft.level != "merge" or "birth_date" in draft.columns or "gender" in draft.columns:
            apply_id(draft)
    else:
        apply_id(draft)
        if draft.birth_raw is not None and not record.get("id_number"):
            _shaky_birth(draft)
    check_row(draft, as_of, postings=postings, auxiliary=part.plan.category is not None)
    if not postings:
        register.compare(draft)


def _shaky_birth(draft: Draft) -> None:
    """1985.1 without an ID number to settle it: a human must say January or October."""
    if "MONTH_AMBIGUOUS:birth_date" in draft.warnings:
        draft.warnings.remove("MONTH_AMBIGUOUS:birth_date")
        column = draft.columns["birth_date"]
        draft.add("review", Issue("BIRTH_FLOAT_AMBIGUOUS", "birth_date", draft.birth_raw, col=column.letter))


def _resolve_units(part: _Part, draft: Draft, units: UnitBook, postings: bool) -> None:
    record = draft.record
    for key in ("establishment_unit", "working_unit", "posted_unit"):
        if record.get(key):
            record[key] = units.resolve(squeeze(record[key]))
    if "squad" in record:
        squad = record.pop("squad")
        resolved = units.resolve(squeeze(squad)) if squad else None
        if resolved and (
            kind_of(resolved) in ("squad", "town", "bureau", "department") or not record.get("working_unit")
        ):
            record["working_unit"] = resolved
        elif resolved:
            record["squad"] = squad
    if not postings and not record.get("working_unit"):
        fallback = draft.line.unit or part.plan.unit
        if fallback:
            record["working_unit"] = units.resolve(squeeze(fallback))
        elif record.get("establishment_unit"):
            record["working_unit"] = record["establishment_unit"]
    if record.get("town_mode") and record.get("working_unit"):
        units.modes.setdefault(record["working_unit"], record["town_mode"])
    if "posting" in record and record["posting"]["to_unit"]:
        record["posting"] = record["posting"] | {"to_unit": units.resolve(record["posting"]["to_unit"])}


def _use_units(draft: Draft, units: UnitBook) -> None:
    record = draft.record
    units.use(record.get("establishment_unit"))
    units.use(record.get("working_unit"))
    units.use(record.get("posted_unit"), outside_ok=True)


def _raw_cells(sheet: Sheet, line: Line) -> dict[str, str]:
    """The row as the user wrote it, for the resolving page; ID numbers that cannot be used are shown as they are."""
    row = sheet.rows[line.row - 1]
    right = min(line.table.right, len(row))
    return {column_letter(at): as_text(row[at]) for at in range(line.table.left, right) if row[at] is not None}
