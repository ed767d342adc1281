"""Compares a plan with a truth file, row by row. Returns every difference, so that a failing test names them all."""

import json
from datetime import date
from pathlib import Path

from portal.sheets import read_book
from staffing.roster import Plan, plan_book

DATA = Path(__file__).resolve().parents[1] / "data" / "rosters"
SNAPSHOT = date(2024, 12, 4)


def sample_pairs() -> list[Path]:
    """Every truth file that has its roster beside it and says what its rows are."""
    return sorted(path for path in DATA.rglob("*.truth.json") if not path.name.startswith("scenario"))


def roster_of(truth: Path) -> Path:
    stem = truth.name.removesuffix(".truth.json")
    return next(
        truth.parent / f"{stem}{end}" for end in (".xlsx", ".xls", ".csv") if (truth.parent / f"{stem}{end}").exists()
    )


def plan_of(path: Path, as_of: date = SNAPSHOT, **options) -> Plan:
    return plan_book(read_book(path), as_of=as_of, **options)


def expected_rows(truth: dict, plan: Plan) -> list[dict]:
    """The rows of a truth file in one shape: sheet, row, action, issues and what else it says."""
    sheet = plan.sheets[0].name
    if "records" in truth:
        return [{"issues": [], **row, "sheet": truth["sheet"]} for row in truth["records"]]
    if "anomalies" in truth:
        odd = {row["row"]: row for row in truth["anomalies"]}
        assert len(plan.rows) == truth["rows"] + 1
        return [
            {
                "sheet": sheet,
                "row": n,
                "action": odd[n]["action"],
                "issues": [odd[n]["code"]],
                "identity": odd[n]["id_number"],
            }
            if n in odd
            else {"sheet": sheet, "row": n, "action": "accept", "issues": []}
            for n in range(2, truth["rows"] + 2)
        ]
    rows = []
    for row in truth["rows"]:
        number = (
            row.get("row") or row.get("line") or (row["record_no"] + 2 if "record_no" in row else plan.rows[-1].row)
        )
        rows.append({"issues": [], **row, "sheet": row.get("sheet", sheet), "row": number})
    return rows


def differences(truth_path: Path) -> list[str]:
    truth = json.loads(truth_path.read_text(encoding="utf-8"))
    plan = plan_of(roster_of(truth_path), date.fromisoformat(truth.get("snapshot", SNAPSHOT.isoformat())))
    found = {(row.sheet, row.row): row for row in plan.rows}
    expected = expected_rows(truth, plan)
    wrong = []
    for want in expected:
        place = (want["sheet"], want["row"])
        got = found.get(place)
        if got is None:
            wrong.append(f"{place}: no such row")
            continue
        wrong += [f"{place}: {text}" for text in _row_differences(got, want)]
    if not {"records", "anomalies"} & set(truth):
        # The truth of the .xls lists people only; every other row the plan has must then be a skipped one.
        listed = {(row["sheet"], row["row"]) for row in expected}
        wrong += [
            f"{place}: not in the truth" for place, row in found.items() if place not in listed and row.action != "skip"
        ]
    for action, count in truth.get("totals", {}).items():
        if plan.totals[action] != count:
            wrong.append(f"{action}: {plan.totals[action]} rows, expected {count}")
    return wrong + _sheet_differences(plan, truth)


def _row_differences(got, want: dict) -> list[str]:
    wrong = []
    if got.action != want["action"]:
        wrong.append(f"{got.action} instead of {want['action']} ({[issue.code for issue in got.issues]})")
    codes = [issue if isinstance(issue, str) else issue["code"] for issue in want["issues"]]
    if [issue.code for issue in got.issues] != codes:
        wrong.append(f"issues {[issue.code for issue in got.issues]} instead of {codes}")
    for issue, said in zip(got.issues, want["issues"]):
        if isinstance(said, dict):
            shape = issue.as_dict()
            wrong += [
                f"{issue.code}.{key} {shape.get(key)!r} instead of {said[key]!r}"
                for key in said
                if shape.get(key) != said[key]
            ]
    if "warnings" in want and sorted(got.warnings) != sorted(want["warnings"]):
        wrong.append(f"warnings {got.warnings} instead of {want['warnings']}")
    if "kind" in want and got.kind != want["kind"]:
        wrong.append(f"kind {got.kind} instead of {want['kind']}")
    if want.get("identity") and got.record and got.record["id_number"] != want["identity"]:
        wrong.append("another ID number")
    record = got.record or {}
    for key, value in want.get("record", {}).items():
        if key not in record or record[key] != value:
            wrong.append(f"{key} {record.get(key)!r} instead of {value!r}")
    return wrong


def _sheet_differences(plan: Plan, truth: dict) -> list[str]:
    sheets = {sheet.name: sheet for sheet in plan.sheets}
    wrong = []
    for want in truth.get("sheets", []):
        got = sheets[want["name"]]
        pairs = {
            "role": got.role,
            "header_rows": got.header_rows,
            "first_data_row": got.first_data_row,
            "footer_row": got.footer_row,
            "default_personnel_category": got.category,
        }
        wrong += [
            f"{got.name}: {key} {pairs[key]!r}, expected {want[key]!r}"
            for key in pairs
            if key in want and pairs[key] != want[key]
        ]
        if "issue" in want and want["issue"] not in [issue.code for issue in got.issues]:
            wrong.append(f"{got.name}: {want['issue']} is not reported")
        if "hidden_columns" in want:
            hidden = [f"{column.letter} ({column.header})" for column in got.columns if column.hidden]
            if hidden != want["hidden_columns"]:
                wrong.append(f"{got.name}: hidden columns {hidden}")
    return wrong
