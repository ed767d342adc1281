"""``import_scores SITTING FILE``: what a score sheet would do; ``--commit`` writes it. JSON form: docs and contract."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from datetime import date, datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from exams.actions import scores
from exams.actions.sittings import create_sitting
from exams.models import Sitting
from exams.queries.register import report as register_report
from exams.queries.score_plan import plan, report
from portal.actions.errors import Refused
from staffing.actions.units import create_unit
from staffing.management.arguments import actor_of, add_day, day_of
from staffing.models import Person, Unit, UnitKind

HOURS = (9, 17)
ROOT = "本县（市、区）"


class Command(BaseCommand):
    help = "读取线下考试成绩表，列出逐行处理结果与登记册合计；加 --commit 才写入。"

    def add_arguments(self, parser):
        parser.add_argument("sitting", metavar="SITTING", help="场次代码")
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--commit", action="store_true", help="写入")
        parser.add_argument("--add-people", action="store_true", help="同时登记库中没有的人员及其单位")
        parser.add_argument("--actor", metavar="USERNAME", help="记入审计的账号，默认 system")
        parser.add_argument("--title", help="场次不存在时新建：名称（默认取成绩表标题）")
        add_day(parser, "--date")
        parser.add_argument("--unit", metavar="CODE", help="场次不存在时新建：组织单位（默认最上级单位）")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, sitting, file, commit, add_people, **options):
        started = time.perf_counter()
        if not os.path.isfile(file):
            raise CommandError(f"没有这个文件：{file}", returncode=2)
        actor = actor_of(options["actor"], commit)
        found = Sitting.objects.select_related("unit", "retake_of").filter(code=sitting).first()
        sha256 = hashlib.sha256(Path(file).read_bytes()).hexdigest()
        told = {"file": os.path.basename(file), "sha256": sha256, "sitting": sitting, "committed": False}
        try:
            with transaction.atomic():
                sheet = scores.read_file(file, found or Sitting(code=sitting, online=False))
                new = found is None
                found = found or _described(sitting, sheet, options)
                # Nobody is in the portal yet: the sheet is where people and units come from, as with a first roster.
                add_people = add_people or not Person.objects.exists()
                told |= report(plan(sheet, found, add_people=add_people), found) | {"sitting_new": new}
                if commit:
                    found = _created(actor, found) if new else found
                    told |= _commit(actor, found, sheet, sha256, told["file"], add_people)
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
            self.stdout.write("  ".join(f"{name} {told['register'][name]}" for name in _PARTS))
            for line in told["differences"]:
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


def _commit(actor, sitting: Sitting, sheet, sha256: str, name: str, add_people: bool) -> dict:
    done = scores.import_scores(
        actor=actor,
        now=timezone.now(),
        sitting=sitting,
        sheet=sheet,
        sha256=sha256,
        file_name=name,
        add_people=add_people,
    )
    stands = register_report(Sitting.objects.select_related("unit", "retake_of").get(pk=sitting.pk))
    register = {key: value for key, value in stands.items() if key != "rows"}
    return {"committed": True, "written": vars(done), "register": register}


_PARTS = ("registered", "sat", "passed", "failed", "withdrawn", "absent", "disqualified")


def _described(code: str, sheet, options: dict) -> Sitting:
    """A sitting not saved yet, as the options or else the sheet's own heading describe it."""
    day = day_of(options["date"]) if options["date"] else sheet.held_on and date.fromisoformat(str(sheet.held_on))
    if not day:
        raise CommandError(f"没有这个场次：{code}；成绩表没有写明考试日期，请加 --date。", returncode=2)
    unit = Unit.objects.order_by("depth", "path").first()
    if options["unit"]:
        unit = Unit.objects.filter(code=options["unit"]).first() or Unit.objects.filter(name=options["unit"]).first()
        if unit is None:
            raise CommandError(f"没有这个单位：{options['unit']}", returncode=2)
    opens, closes = (timezone.make_aware(datetime(day.year, day.month, day.day, hour)) for hour in HOURS)
    title = (options["title"] or sheet.title or code)[:80]
    return Sitting(code=code, title=title, unit=unit, opens_at=opens, closes_at=closes, online=False)


def _created(actor, found: Sitting) -> Sitting:
    now = timezone.now()
    # An empty tree: the office renames this one, or moves it, when the units come.
    unit = Unit.objects.filter(pk=found.unit_id).first()
    unit = unit or create_unit(actor=actor, now=now, name=ROOT, kind=UnitKind.COUNTY)
    return create_sitting(
        actor=actor,
        now=now,
        code=found.code,
        title=found.title,
        unit=unit,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        online=False,
    )
