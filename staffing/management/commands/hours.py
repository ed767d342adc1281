"""``manage.py hours``: who has how many study hours of a year."""

from __future__ import annotations

import json
from datetime import date

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal import figures as show
from portal.access import EVERYWHERE
from staffing.management.arguments import add_day, day_of, unit_of, year_of
from staffing.queries.hours_report import hour_report


class Command(BaseCommand):
    help = "年度学时：每人目标、已计入、其中线上、是否达标、还差。"

    def add_arguments(self, parser):
        parser.add_argument("--year", type=year_of, required=True, help="年度")
        parser.add_argument("--unit", help="单位代码、全称或别名；不写为全部单位")
        add_day(parser, "--as-of")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args, **options):
        year = options["year"]
        as_of = day_of(options["as_of"]) or min(timezone.localdate(), date(year, 12, 31))
        report = hour_report(unit_of(options["unit"]), year, as_of, scope=EVERYWHERE)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
            return
        self.stdout.write(f"{report.unit.name}  {year} 年  截至 {as_of.isoformat()}  口径 {report.policy.name}")
        for line in report.lines:
            verdict = "达标" if line.met else f"差 {show.num(line.missing)}"
            self.stdout.write(
                f"{line.staff_no}\t{line.name}\t{line.unit}\t{show.num(line.counted)}/{show.num(line.target)}"
                f"\t线上 {show.num(line.online)}\t{verdict}"
            )
        self.stdout.write(f"应达标 {report.due} 人，达标 {report.met} 人，未达标 {report.due - report.met} 人")
