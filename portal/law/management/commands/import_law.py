"""``import_law FILE…``: statutes into the law library; loading the same text again changes nothing."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.actions.errors import Refused
from portal.law import files
from portal.law.actions import Loaded, load_law
from portal.models import User


class Command(BaseCommand):
    help = "导入法规全文（.json 或 .txt）；不给文件时导入随系统提供的法规。重复导入不会改变内容。"

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="*", help="法规文件；留空表示随系统提供的法规")
        parser.add_argument("--code", default="", help="代码（文本文件必填）")
        parser.add_argument("--name", default="", help="名称（文本文件必填）")
        parser.add_argument("--short-name", default="", help="简称")
        parser.add_argument("--in-force", type=_day, help="施行日期，形如 2021-07-15（文本文件必填）")
        parser.add_argument("--actor", metavar="USERNAME", help="记入审计的账号")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, file, **options):
        actor = None
        if options["actor"]:
            actor = User.objects.filter(username=options["actor"]).first()
            if actor is None:
                raise CommandError(f"没有这个账号：{options['actor']}", returncode=2)
        paths = [Path(name) for name in file] or files.builtin()
        for path in paths:
            if not path.is_file():
                raise CommandError(f"没有这个文件：{path}", returncode=2)
        facts = {name: options[name] for name in ("code", "name", "short_name", "in_force")}
        report = []
        for path in paths:
            try:
                text = files.read(path, **facts)
                report.append(_line(path, load_law(actor=actor, now=timezone.now(), text=text)))
            except (ValueError, Refused) as refused:
                self._tell([*report, {"file": path.name, "error": str(refused)}], options["json"])
                sys.exit(1)
        self._tell(report, options["json"])

    def _tell(self, report: list[dict], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"laws": report}, ensure_ascii=False))
            return
        for line in report:
            if "error" in line:
                self.stderr.write(f"{line['file']}：{line['error']}")
            else:
                told = "新增{added}条、修改{amended}条、废止{ended}条、未变{unchanged}条".format(**line)
                self.stdout.write(f"《{line['name']}》{told}")


def _line(path: Path, loaded: Loaded) -> dict:
    counts = {name: loaded.counts[name] for name in ("added", "amended", "ended", "unchanged")}
    return {"file": path.name, "code": loaded.law.code, "name": loaded.law.name, **counts}


def _day(text: str) -> date:
    return date.fromisoformat(text)
