"""``import_hours FILE --year YYYY``: what a yearly ledger of hours would do; ``--commit`` writes it."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from courses.actions import hours_imports
from courses.queries.hours_plan import plan, report
from portal.access import EVERYWHERE
from portal.actions.errors import Refused
from staffing.management.arguments import actor_of, year_of
from staffing.models import Person


class Command(BaseCommand):
    help = "读取年度学时台账，列出逐行处理结果；加 --commit 才写入。"

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--year", type=year_of, required=True, help="年度")
        parser.add_argument("--commit", action="store_true", help="写入")
        parser.add_argument("--add-people", action="store_true", help="同时登记库中没有的人员及其单位")
        parser.add_argument("--reason", metavar="TEXT", default="", help="原因；年度已关账时必填")
        parser.add_argument("--actor", metavar="USERNAME", help="记入审计的账号，默认 system")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, file, year, commit, add_people, reason, **options):
        started = time.perf_counter()
        if not os.path.isfile(file):
            raise CommandError(f"没有这个文件：{file}", returncode=2)
        actor, now = actor_of(options["actor"], commit), timezone.now()
        sha256 = hashlib.sha256(Path(file).read_bytes()).hexdigest()
        told = {"file": os.path.basename(file), "sha256": sha256, "year": year, "committed": False}
        # Nobody is in the portal yet: the ledger is where people and units come from, as with a first roster.
        add_people = add_people or not Person.objects.exists()
        try:
            sheet = hours_imports.read_file(file, now=now)
            today = timezone.localdate(now)
            told |= report(plan(sheet, year, today, scope=EVERYWHERE, add_people=add_people), today)
            if commit:
                done = hours_imports.import_hours(
                    actor=actor,
                    now=now,
                    year=year,
                    sheet=sheet,
                    sha256=sha256,
                    file_name=told["file"],
                    add_people=add_people,
                    reason=reason,
                )
                told |= {"committed": True, "written": vars(done)}
        except Refused as refused:
            told["error"] = {"code": "REFUSED", "message": refused.message}
        told["seconds"] = round(time.perf_counter() - started, 2)
        self._show(told, options["json"])
        if "error" in told:
            sys.exit(1)

    def _show(self, told: dict, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False, default=str))
            return
        self.stdout.write(told["file"])
        if "totals" in told:
            self.stdout.write("  ".join(f"{name} {count}" for name, count in told["totals"].items()))
            self.stdout.write("  ".join(f"{kind} {hours:g}" for kind, hours in told["hours"].items()))
            for heading in told["ignored"]:
                self.stdout.write(f"  未读取的列：{heading}")
            for row in told["rows"]:
                if row["issues"]:
                    text = "".join(issue["message"] for issue in row["issues"])
                    self.stdout.write(f"  [{row['action']}] 第{row['row']}行 {row['record']['name']}：{text}")
        if told.get("problem"):
            self.stdout.write(told["problem"])
        if "error" in told:
            self.stderr.write(told["error"]["message"])
        else:
            done = "已写入" if told["committed"] else "未写入（加 --commit 写入）"
            self.stdout.write(f"{done}，用时 {told['seconds']} 秒")
