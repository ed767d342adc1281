"""``verify_archive FILE``: whether an exported exam archive is what this installation wrote."""

from __future__ import annotations

import json
import os
import sys

from django.core.management.base import BaseCommand, CommandError

from exams.actions.archive import verify


class Command(BaseCommand):
    help = "核验考试档案文件：签名与每个文件的校验码。"

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, file, **options):
        if not os.path.isfile(file):
            raise CommandError(f"没有这个文件：{file}", returncode=2)
        verdict = verify(file)
        if options["json"]:
            told = {"file": os.path.basename(file), "ok": verdict.ok, "problems": list(verdict.problems)}
            told["manifest"] = verdict.manifest
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        elif verdict.ok:
            told = verdict.manifest
            self.stdout.write(
                f"未被改动：{told['title']}（{told['sitting']}），"
                f"{told['made_at']} 由 {told['made_by']} 导出，{len(told['files'])} 个文件"
            )
        else:
            for problem in verdict.problems:
                self.stderr.write(problem)
        if not verdict.ok:
            sys.exit(1)
