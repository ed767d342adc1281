"""``import_questions FILE --bank CODE``: what a file would add; ``--commit`` writes it. JSON form: the contract's."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from exams.actions.bank import create_bank
from exams.actions.question_imports import FileImport, import_file
from exams.formats import store
from exams.formats.model import FormatError, Reading
from exams.models import Bank
from exams.queries import question_plan
from portal.actions.errors import Refused
from portal.sheets import SheetError
from staffing.management.arguments import actor_of


class Command(BaseCommand):
    help = "读取试题文件（Excel、CSV、Moodle XML、GIFT），列出逐行处理结果；加 --commit 才写入题库。"

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--bank", required=True, metavar="CODE", help="题库代码")
        parser.add_argument("--bank-name", metavar="NAME", help="题库不存在时写入前新建，名称（默认同代码）")
        parser.add_argument("--sheet", action="append", metavar="NAME", help="只读这些工作表，可多次给出")
        parser.add_argument("--commit", action="store_true", help="写入")
        parser.add_argument("--accept-review", action="store_true", help="待核的试题一并写入")
        parser.add_argument("--activate", action="store_true", help="本批试题已经审定，直接启用（须写明 --reason）")
        parser.add_argument("--reason", default="", help="由谁、何时审定")
        parser.add_argument("--actor", metavar="USERNAME", help="记入审计的账号，默认 system")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, file, bank, commit, **options):
        started = time.perf_counter()
        if not os.path.isfile(file):
            raise CommandError(f"没有这个文件：{file}", returncode=2)
        if options["activate"] and not options["reason"].strip():
            raise CommandError("--activate 须用 --reason 写明由谁、何时审定。", returncode=2)
        actor = actor_of(options["actor"], commit)
        found = Bank.objects.filter(code=bank).first()
        sha256 = hashlib.sha256(Path(file).read_bytes()).hexdigest()
        told = {"file": os.path.basename(file), "sha256": sha256, "bank": bank, "bank_new": found is None}
        try:
            reading = question_plan.read_file(file, os.path.basename(file), sheets=options["sheet"])
            if commit:
                made = self._commit(actor, found, file, reading, sha256, bank, options)
            else:
                if not reading.pictures:
                    question_plan.rename_pictures(reading, {})
                made = FileImport(question_plan.compare(reading, found))
        except (SheetError, FormatError, Refused) as error:
            code = getattr(error, "code", "REFUSED")
            self._refuse(options["json"], told, code, str(getattr(error, "message", error)))
        report = _report(told, made, time.perf_counter() - started)
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, default=str))
        else:
            self._table(report)

    def _commit(self, actor, bank, file, reading: Reading, sha256: str, code: str, options) -> FileImport:
        now = timezone.now()
        bank = bank or create_bank(actor=actor, now=now, code=code, name=options["bank_name"] or code)
        return import_file(
            actor=actor,
            now=now,
            bank=bank,
            path=file,
            reading=reading,
            sha256=sha256,
            with_review=options["accept_review"],
            activate=options["activate"],
            reason=options["reason"],
        )

    def _refuse(self, as_json: bool, told: dict, code: str, message: str) -> None:
        if as_json:
            report = {**told, "committed": False, "error": {"code": code, "message": message}}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stderr.write(f"{message}（{code}）")
        sys.exit(1)

    def _table(self, report: dict) -> None:
        new = "（新建）" if report["bank_new"] else ""
        self.stdout.write(f"{report['file']}  题库 {report['bank']}{new}")
        for sheet in report["sheets"]:
            rows = "、".join(str(number) for number in sheet["header_rows"]) or "—"
            self.stdout.write(f"  {sheet['name']}  {sheet['role']}  表头第 {rows} 行")
        self.stdout.write("  ".join(f"{name} {count}" for name, count in report["totals"].items()))
        for row in report["rows"]:
            if row["action"] in ("review", "reject"):
                text = "；".join(issue["message"] for issue in row["issues"])
                self.stdout.write(f"  [{row['action']}] {row['sheet']} 第{row['row']}行：{text}")
        done = f"已写入，批号 {report['import_id']}" if report["committed"] else "未写入（加 --commit 写入）"
        self.stdout.write(f"{done}，用时 {report['seconds']} 秒")


def _report(told: dict, made: FileImport, seconds: float) -> dict:
    reading, batch = made.reading, made.batch
    return {
        **told,
        "format": reading.kind,
        "sheets": [sheet.as_dict() for sheet in reading.sheets],
        "totals": reading.totals,
        "rows": [
            {
                "sheet": row.sheet,
                "row": row.row,
                "action": row.action,
                "issues": [issue.as_dict() for issue in row.issues],
                "record": store.draft_dict(row.draft) if row.draft else None,
            }
            for row in reading.rows
        ],
        "committed": batch is not None,
        "written": batch.totals.get("written", 0) if batch else 0,
        "import_id": str(batch.pk) if batch else None,
        "seconds": round(seconds, 2),
    }
