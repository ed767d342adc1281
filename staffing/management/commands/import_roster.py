"""``import_roster FILE``: what a roster would change; ``--commit`` writes it. JSON form: docs and contract."""

from __future__ import annotations

import json
import os
import sys
import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import audit
from portal.access import EVERYWHERE
from portal.sheets import SheetError
from staffing.actions import rosters
from staffing.actions.errors import Refused
from staffing.management.arguments import actor_of, add_day, day_of
from staffing.models import Unit
from staffing.queries import rosters_annotate, rosters_plan
from staffing.queries.rosters_annotate import out_of_scope
from staffing.queries.rosters_show import CONFLICTS
from staffing.roster import Issue


class Command(BaseCommand):
    help = "读取花名册，列出逐行处理结果与将发生的变化；加 --commit 才写入。"

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--sheet", action="append", default=None, metavar="NAME", help="只读这些工作表，可多次给出")
        add_day(parser, "--as-of")
        parser.add_argument("--commit", action="store_true", help="写入")
        parser.add_argument("--accept-review", action="store_true", help="待核行按建议办法一并写入")
        parser.add_argument("--partial", action="store_true", help="不是全员名册：不列拟离队人员")
        parser.add_argument("--unit", metavar="CODE", help="填报单位（名册没有单位列时）")
        parser.add_argument("--again", action="store_true", help="同一文件已导入过也再做一次")
        parser.add_argument("--actor", metavar="USERNAME", help="记入审计的账号，默认 system")
        parser.add_argument("--annotated", metavar="OUT.xlsx", help="另存批注表")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, file, sheet, as_of, commit, **options):
        started = time.perf_counter()
        if not os.path.isfile(file):
            raise CommandError(f"没有这个文件：{file}", returncode=2)
        as_of = day_of(as_of) or timezone.localdate()
        unit = _unit(options["unit"])
        actor = actor_of(options["actor"], commit)
        batch = None
        try:
            book = rosters_plan.read(file, os.path.basename(file))
            _check_sheets(sheet, book)
            plan = rosters_plan.make_plan(book, as_of=as_of, sheets=sheet, unit=unit)
            unread = _unread(plan)
            revision = audit.revision("figures")
            diff, facts = rosters_plan.compare_plan(
                plan,
                as_of=as_of,
                accept_review=options["accept_review"],
                complete=not options["partial"],
                unit=unit,
            )
            if options["annotated"]:
                rosters_annotate.annotate(file, plan, options["annotated"], name=os.path.basename(file))
            if commit and unread is None:
                batch = rosters.import_plan(
                    actor=actor,
                    now=timezone.now(),
                    path=file,
                    plan=plan,
                    as_of=as_of,
                    sheets=sheet,
                    unit=unit,
                    complete=not options["partial"],
                    accept_review=options["accept_review"],
                    again=options["again"],
                    scope=EVERYWHERE,
                    compared=(revision, diff, facts),
                )
        except SheetError as error:
            self._refuse(options["json"], file, error.code, str(error))
        except Refused as error:
            self._refuse(options["json"], file, "REFUSED", error.message)
        report = _report(file, book.sha256, plan, diff, batch, time.perf_counter() - started)
        if unread:
            report["error"] = {"code": unread.code, "message": unread.message}
        if options["json"]:
            json.dump(report, self.stdout._out, ensure_ascii=False, default=str)
            self.stdout.write("")
        else:
            self._table(report)
        if unread:
            if not options["json"]:
                self.stderr.write(f"{unread.message}（{unread.code}）")
            sys.exit(1)

    def _refuse(self, as_json: bool, file: str, code: str, message: str) -> None:
        if as_json:
            report = {"file": os.path.basename(file), "committed": False, "error": {"code": code, "message": message}}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stderr.write(f"{message}（{code}）")
        sys.exit(1)

    def _table(self, report: dict) -> None:
        self.stdout.write(f"{report['file']}  截至 {report['as_of']}")
        for sheet in report["sheets"]:
            rows = "、".join(str(number) for number in sheet["header_rows"]) or "—"
            self.stdout.write(f"  {sheet['name']}  {sheet['role']}  表头第 {rows} 行")
        self.stdout.write("  ".join(f"{name} {count}" for name, count in report["totals"].items()))
        self.stdout.write("  ".join(f"{name} {count}" for name, count in report["changes"].items()))
        for row in report["rows"]:
            if row["action"] in ("review", "reject"):
                text = "；".join(issue["message"] or issue["code"] for issue in row["issues"])
                self.stdout.write(f"  [{row['action']}] {row['sheet']} 第{row['row']}行：{text}")
        for one in report["conflicts"]:
            self.stdout.write(f"  [conflict] {one['sheet']} 第{one['row']}行 {one['name']}：{one['message']}")
        done = f"已写入，批号 {report['import_id']}" if report["committed"] else "未写入（加 --commit 写入）"
        self.stdout.write(f"{done}，用时 {report['seconds']} 秒")


def _check_sheets(asked: list[str] | None, book) -> None:
    names = [sheet.name for sheet in book.sheets]
    for name in asked or ():
        if name not in names:
            raise CommandError(f"没有这个工作表：{name}。文件中有：{'、'.join(names)}。", returncode=2)


def _unread(plan) -> Issue | None:
    """Why there is nobody in the file at all; None when a table of people was found."""
    if any(sheet.role in ("roster", "postings") for sheet in plan.sheets):
        return None
    return next((issue for sheet in plan.sheets for issue in sheet.issues), Issue("HEADER_NOT_FOUND"))


def _unit(code: str | None) -> Unit | None:
    if not code:
        return None
    unit = Unit.objects.filter(code=code).first() or Unit.objects.filter(name=code).first()
    if unit is None:
        raise CommandError(f"没有这个单位：{code}", returncode=2)
    return unit


def _report(file, sha256, plan, diff, batch, seconds) -> dict:
    refused = set(diff.refused)
    return {
        "file": os.path.basename(file),
        "sha256": sha256,
        "as_of": plan.as_of,
        "sheets": [
            {"name": s.name, "role": s.role, "header_rows": s.header_rows, "issues": [i.as_dict() for i in s.issues]}
            for s in plan.sheets
        ],
        "totals": plan.totals,
        "changes": diff.totals,
        "units_proposed": [unit.as_dict() for unit in plan.units_proposed],
        "conflicts": [
            {
                "code": c.code,
                "name": c.name,
                "sheet": c.sheet,
                "row": c.row,
                "message": str(CONFLICTS.get(c.code, c.code)),
            }
            for c in diff.conflicts
        ],
        "leave_proposed": [{"person": one.person, "name": one.name} for one in diff.leavers],
        "rows": [
            {
                "sheet": row.sheet,
                "row": row.row,
                "action": row.action,
                "issues": _issues(row, (row.sheet, row.row) in refused),
                "warnings": row.warnings,
                "record": row.record,
            }
            for row in plan.rows
        ],
        "committed": batch is not None,
        "import_id": str(batch.pk) if batch else None,
        "seconds": round(seconds, 2),
    }


def _issues(row, refused: bool) -> list[dict]:
    if refused:
        return [{"field": "", "code": "OUT_OF_SCOPE", "raw": None, "fixed": None, "message": out_of_scope(row.row)}]
    return [issue.as_dict() for issue in row.issues]
