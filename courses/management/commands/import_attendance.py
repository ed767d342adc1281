"""``import_attendance SESSION FILE``: what a sign-in sheet would do; ``--commit`` records it."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from courses.actions import attendance_imports as actions
from courses.models import Session
from courses.queries.attendance_plan import plan, report
from courses.queries.sessions import day_of
from portal.actions.errors import Refused
from staffing.management.arguments import actor_of


class Command(BaseCommand):
    help = "读取讲座签到表（导出表、纸质签到表或两者），列出逐行处理结果与学时；加 --commit 才写入。"

    def add_arguments(self, parser):
        parser.add_argument("session", metavar="SESSION", help="讲座代码；不存在时按表头的题目、时间新建")
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--commit", action="store_true", help="写入")
        parser.add_argument("--reason", default="", help="年度已关账时：变动原因")
        parser.add_argument("--actor", metavar="USERNAME", help="记入审计的账号，默认 system")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, session, file, commit, **options):
        started = time.perf_counter()
        if not os.path.isfile(file):
            raise CommandError(f"没有这个文件：{file}", returncode=2)
        actor = actor_of(options["actor"], commit)
        found = Session.objects.select_related("series__unit").filter(code=session).first()
        sha256 = hashlib.sha256(Path(file).read_bytes()).hexdigest()
        told = {"file": os.path.basename(file), "sha256": sha256, "session": session, "committed": False}
        try:
            with transaction.atomic():
                sheet = actions.read_file(file, day=day_of(found) if found else None)
                new = found is None
                found = found or actions.described(session, sheet)
                told |= report(plan(sheet, found)) | {"session_new": new}
                if commit:
                    now = timezone.now()
                    found = actions.create_described(actor=actor, now=now, session=found) if new else found
                    told |= _commit(actor, now, found, sheet, told, options["reason"])
        except Refused as refused:
            told["committed"] = False
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
            self.stdout.write(f"应列 {told['listed']} 人，计学时 {told['credited']} 人，共 {told['hours']} 学时")
            for line in (*told["notes"], *told["differences"]):
                self.stdout.write(f"  {line}")
            for row in told["rows"]:
                if row["action"] in ("review", "reject"):
                    text = "".join(issue["message"] for issue in row["issues"])
                    self.stdout.write(f"  [{row['action']}] 第{row['row']}行 {row['record']['name']}：{text}")
        if "error" in told:
            self.stderr.write(told["error"]["message"])
        else:
            done = "已写入" if told["committed"] else "未写入（加 --commit 写入）"
            self.stdout.write(f"{done}，用时 {told['seconds']} 秒")


def _commit(actor, now, session: Session, sheet, told: dict, reason: str) -> dict:
    done = actions.import_attendance(
        actor=actor,
        now=now,
        session=session,
        sheet=sheet,
        sha256=told["sha256"],
        file_name=told["file"],
        reason=reason,
    )
    settled = {name: str(value) for name, value in vars(done.settled).items()} if done.settled else None
    return {"committed": True, "written": {"rows": done.rows, "new": done.new, "settled": settled}}
