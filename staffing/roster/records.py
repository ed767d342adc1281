"""One row of cells → one record with its remarks. Everything that needs only this row and its sheet."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.sheets.model import Sheet, column_letter
from staffing.roster import vocabulary
from staffing.roster.columns import CANONICAL, FILL_DOWN, Parser
from staffing.roster.dates import agree, date_inside, first_day
from staffing.roster.layout import Line, Table, shown_header
from staffing.roster.model import Issue
from staffing.roster.text import squeeze
from staffing.roster.values import Context, Parsed
from staffing.roster.values_time import away_in_remarks

_SPARSE_FILL = frozenset({"working_unit", "squad"})
# Nearly every cell differs: a cache of parsed values would only grow.
_UNIQUE = frozenset(
    {"name", "id_number", "mobile", "cert_no", "remarks", "supervise_cert_no", "legal_qualification_no"}
)
_SCHOOL_ENDS = ("大学", "学院", "学校", "党校", "中学", "技校", "干校")


@dataclass(slots=True)
class Column:
    """A used column of a table with its parser and the values already parsed."""

    at: int
    letter: str
    canonical: str
    parser: Parser
    context: Context
    filled: dict[int, Any] = field(default_factory=dict)
    cache: dict[Any, Parsed] | None = None


@dataclass(slots=True)
class Draft:
    """What one row says by itself, before it is compared with others."""

    line: Line
    sheet: str
    record: dict[str, Any]
    issues: list[Issue] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    level: str = "accept"
    birth_raw: Any = None
    gender_stated: str | None = None
    has_id_column: bool = False
    columns: dict[str, Column] = field(default_factory=dict)

    def add(self, level: str, issue: Issue) -> None:
        self.issues.append(issue)
        if LEVELS[level] > LEVELS[self.level]:
            self.level = level

    def warn(self, code: str) -> None:
        if code not in self.warnings:
            self.warnings.append(code)


LEVELS = {"accept": 0, "fix": 1, "merge": 2, "duplicate": 3, "review": 4, "reject": 5}


def make_columns(sheet: Sheet, table: Table, fields: dict[int, str], as_of: date, people: list[int]) -> list[Column]:
    """The columns of a table that are kept. ``fields``: column → canonical; ``people``: its rows of people."""
    columns = []
    for at, canonical in sorted(fields.items()):
        spec = CANONICAL.get(canonical)
        if spec is None or spec.parser is None:
            continue
        header = squeeze(shown_header(table.headers[at - table.left]))
        context = Context(as_of, canonical, header, canonical == "mobile" and _mostly_numbers(sheet, at, people))
        column = Column(at, column_letter(at), canonical, spec.parser, context)
        if canonical not in _UNIQUE:
            column.cache = {}
        if canonical in FILL_DOWN:
            column.filled = _merged_down(sheet, at)
            if not column.filled and canonical in _SPARSE_FILL:
                column.filled = _sparse_down(sheet, at, people)
        columns.append(column)
    return columns


def _mostly_numbers(sheet: Sheet, at: int, people: list[int]) -> bool:
    """Whether the whole column is kept as numbers: then that is how the file is written, and no single cell's slip."""
    cells = [sheet.rows[n - 1][at] for n in people if at < len(sheet.rows[n - 1])]
    filled = [cell for cell in cells if cell is not None]
    return 2 * sum(isinstance(cell, (int, float)) for cell in filled) > len(filled)


def _merged_down(sheet: Sheet, at: int) -> dict[int, Any]:
    filled = {}
    for r1, c1, r2, c2 in sheet.merged:
        if c1 <= at <= c2 and r2 > r1 and r1 <= len(sheet.rows):
            row = sheet.rows[r1 - 1]
            value = row[c1] if c1 < len(row) else None
            if value is not None:
                filled.update(dict.fromkeys(range(r1 + 1, min(r2, len(sheet.rows)) + 1), value))
    return filled


def _sparse_down(sheet: Sheet, at: int, people: list[int]) -> dict[int, Any]:
    """Files without merge marks (csv): a unit written once above the people it covers."""
    cells = [(n, sheet.rows[n - 1][at]) for n in people if at < len(sheet.rows[n - 1])]
    given = sum(cell is not None for _n, cell in cells)
    if not cells or cells[0][1] is None or 2 * given >= len(cells):
        return {}
    filled, last = {}, None
    for n, cell in cells:
        if cell is None:
            filled[n] = last
        else:
            last = cell
    return filled


def cell_of(sheet: Sheet, column: Column, number: int) -> Any:
    """The cell of row ``number`` (from 1) in a column; of a filled-down column the value above it."""
    row = sheet.rows[number - 1]
    value = row[column.at] if column.at < len(row) else None
    return column.filled.get(number) if value is None and column.filled else value


def _shown(raw: Any) -> Any:
    return raw.isoformat() if isinstance(raw, (date, datetime)) else raw


def draft_row(sheet: Sheet, line: Line, columns: list[Column], by_name: dict[str, Column]) -> Draft:
    """Parses the cells of one row. Units are not yet resolved, nothing is compared with other rows."""
    record: dict[str, Any] = {}
    extras: dict[str, Any] = {}
    draft = Draft(line, sheet.name, record, columns=by_name)
    number = line.row
    row = sheet.rows[number - 1]
    width = len(row)
    for column in columns:  # the inner loop of the whole engine: 100,000 rows run through it 20 times each
        raw = row[column.at] if column.at < width else None
        canonical = column.canonical
        if raw is None:
            if column.filled:
                raw = column.filled.get(number)
            if raw is None:
                record[canonical] = None
                continue
        cache = column.cache
        if cache is None:
            parsed = column.parser(raw, column.context)
        else:
            key = (raw.__class__, raw)
            parsed = cache.get(key)
            if parsed is None:
                parsed = cache[key] = column.parser(raw, column.context)
        record[canonical] = parsed.value
        if parsed.extra:
            extras |= parsed.extra
        if canonical == "birth_date":
            draft.birth_raw = raw
        if not parsed.notes:
            continue
        for level, code, fixed in parsed.notes:
            if level == "warn":
                draft.warn(code)
                continue
            shown = parsed.extra.get("shown", raw) if canonical == "id_number" else raw
            named = "education" if canonical == "inservice_education" else canonical
            draft.add(level, Issue(code, named, _shown(shown), fixed, col=column.letter))
    draft.has_id_column = "id_number" in by_name
    _settle(draft, extras)
    return draft


def _settle(draft: Draft, extras: dict[str, Any]) -> None:
    """What one cell tells about another, and keys that are not kept as they stand."""
    record, columns = draft.record, draft.columns
    draft.gender_stated = record.get("gender")
    if "first_education" in columns or "inservice_education" in columns:
        first, later = record.get("first_education"), record.get("inservice_education")
        if record.get("education") is None:
            record["education"] = later or first
    for key in ("cert_issue_date", "actual_return", "office_phone", "legal_reviewer_mode", "legal_qualification_no"):
        if extras.get(key) and record.get(key) is None:
            record[key] = extras[key]
    if "dual_score" in record:
        del record["dual_score"]
        record["score_street"] = extras.get("score_street", record.get("score_street"))
        record["score_bureau"] = extras.get("score_bureau", record.get("score_bureau"))
    record.pop("id_last4", None)
    if (note := extras.get("name_note")) is not None:
        record["remarks"] = "；".join(part for part in (record.get("remarks"), note) if part)
    if "school" in columns and record.get("school") and "专业" in columns["school"].context.header:
        _split_school(record)
    if record.get("cert_issue_date") and len(record["cert_issue_date"]) < 10:
        record["cert_issue_date"] = first_day(record["cert_issue_date"])
    _away(draft, extras)


def _split_school(record: dict[str, Any]) -> None:
    """毕业院校及专业 in one cell: the last word that ends a school's name divides it."""
    text = record["school"]
    cut = max((text.rfind(end) + len(end) for end in _SCHOOL_ENDS if end in text), default=0)
    major = text[cut:].strip(" 、,，/()（）-—·:：") if cut else ""
    if major:
        record["school"] = text[:cut]
        if not record.get("major"):
            record["major"] = major


def _away(draft: Draft, extras: dict[str, Any]) -> None:
    record = draft.record
    away = extras.get("away")
    remark = record.get("remarks")
    if away:
        away = dict(away)
        if remark and (said := away_in_remarks(remark)):
            away["to_unit"] = away["to_unit"] or said["to_unit"]
        if remark and not away["start"]:
            away["start"] = date_inside(remark)
    elif remark and "posting_type" not in draft.columns and record.get("status") in (None, "在岗"):
        away = away_in_remarks(remark)
    if away:
        record["posting"] = away
        draft.warn("SECONDED_AWAY")


def apply_id(draft: Draft) -> None:
    """Sex and birth date follow the ID number; what the row says otherwise is reported (domain §3)."""
    record, columns = draft.record, draft.columns
    identity = record.get("id_number")
    if not identity:
        return
    birth = f"{identity[6:10]}-{identity[10:12]}-{identity[12:14]}"
    sex = "男" if int(identity[16]) % 2 else "女"
    if "gender" in columns:
        if draft.gender_stated is None:
            draft.add("fix", Issue("DERIVED_FROM_ID", "gender", None, sex, col=columns["gender"].letter))
        elif draft.gender_stated != sex:
            draft.add(
                "review", Issue("GENDER_ID_MISMATCH", "gender", draft.gender_stated, col=columns["gender"].letter)
            )
    record["gender"] = sex
    stated = record.get("birth_date")
    record["birth_date"] = birth
    if stated:
        _compare_birth(draft, stated, birth)


def _compare_birth(draft: Draft, stated: str, birth: str) -> None:
    raw = draft.birth_raw
    shaky = "MONTH_AMBIGUOUS:birth_date" in draft.warnings
    if shaky:
        draft.warnings.remove("MONTH_AMBIGUOUS:birth_date")
    lost_zero = isinstance(raw, str) and stated.endswith("-01") and raw.strip().endswith(".1")
    if (shaky or lost_zero) and birth[:4] == stated[:4] and birth[5:7] in ("01", "10"):
        if shaky or birth[5:7] == "10":
            issue = Issue("BIRTH_FLOAT_AMBIGUOUS", "birth_date", raw, birth[:7], col=draft.columns["birth_date"].letter)
            issue.resolved_by = "id_number"
            draft.add("fix", issue)
        return
    if not agree(stated, birth):
        draft.warn("BIRTH_ID_MISMATCH")
        draft.record["birth_stated"] = stated


def check_row(draft: Draft, as_of: date, *, postings: bool, auxiliary: bool) -> None:
    """Rules that need the whole row but no other row."""
    record = draft.record
    off_establishment = (record.get("establishment_type") or "").startswith("编外")
    if (auxiliary or off_establishment) and not record.get("personnel_category"):
        record["personnel_category"] = "执法辅助人员"
    if postings:
        _check_order(draft, "posting_start", ("actual_return", "planned_return"), "return_date")
        return
    active = record.get("status") not in vocabulary.INACTIVE
    helper = record.get("personnel_category") == "执法辅助人员"
    certificate = record.get("cert_no")
    if "posting_start" in record:
        _check_order(draft, "posting_start", ("actual_return", "planned_return"), "return_date")
    _check_order(draft, "cert_issue_date", ("cert_valid_until",), "cert_valid_until")
    _check_order(draft, "leave_from", ("leave_to",), "leave_to")
    if helper and certificate:
        column = draft.columns.get("cert_no")
        draft.add("review", Issue("AUX_WITH_CERT", "cert_no", certificate, col=column.letter if column else ""))
    if not active:
        draft.warn("NOT_ACTIVE")
        if certificate:
            draft.warn("CERT_SHOULD_BE_CANCELLED")
    else:
        until = record.get("cert_valid_until")
        if until and until < as_of.isoformat():
            draft.warn("CERT_EXPIRED")
        if "cert_no" in draft.columns and not certificate and not helper:
            draft.warn("NO_CERT")
        if record.get("birth_date") and _age(record["birth_date"], as_of) >= retirement_age(record["birth_date"]):
            draft.warn("OVER_RETIREMENT_AGE")
    said = record.get("has_cert")
    if said is not None and said != bool(certificate) and "cert_no" in draft.columns:
        draft.warn("CERT_FLAG_CONFLICT")
    if not any(record.get(key) for key in ("working_unit", "establishment_unit", "squad", "posted_unit")):
        draft.warn("UNIT_MISSING")


def _check_order(draft: Draft, start_key: str, end_keys: tuple[str, ...], named: str) -> None:
    start = draft.record.get(start_key)
    ends = [draft.record[key] for key in end_keys if draft.record.get(key)]
    if not start:
        return
    for end in ends:
        size = min(len(start), len(end))
        if end[:size] < start[:size]:
            column = next((draft.columns[key] for key in end_keys if key in draft.columns), None)
            draft.add("review", Issue("DATE_ORDER", named, end, col=column.letter if column else ""))
            return


def _age(birth: str, as_of: date) -> int:
    full = first_day(birth)
    return as_of.year - int(full[:4]) - (as_of.isoformat()[5:] < full[5:])


def retirement_age(birth: str) -> int:
    """The latest statutory age for somebody born on this date: 60, from 1965 rising by a month every four months to 63
    (decision of 13 September 2024 on gradually delaying retirement). Women's earlier ages depend on their post and
    are not judged."""
    months = (int(birth[:4]) - 1965) * 12 + (int(birth[5:7]) - 1 if len(birth) >= 7 else 0)
    return 60 + min(36, months // 4 + 1) // 12 if months >= 0 else 60
