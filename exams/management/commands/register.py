"""``register SITTING``: the register of a sitting; the parts sum to the registered. JSON form: docs and contract."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError

from exams.models import Sitting
from exams.queries.register import report
from portal.figures import percent


class Command(BaseCommand):
    help = "输出一个场次的成绩登记册：报名、实考、合格、不合格、弃考、缺考、取消。"

    def add_arguments(self, parser):
        parser.add_argument("sitting", metavar="SITTING", help="场次代码")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, sitting, **options):
        found = Sitting.objects.select_related("unit", "retake_of").filter(code=sitting).first()
        if found is None:
            raise CommandError(f"没有这个场次：{sitting}", returncode=2)
        told = report(found)
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(f"{told['title']}（{told['sitting']}）")
        self.stdout.write(
            f"报名{told['registered']}＝合格{told['passed']}＋不合格{told['failed']}＋弃考{told['withdrawn']}"
            f"＋缺考{told['absent']}＋取消{told['disqualified']}"
            + (f"＋待定{told['waiting']}" if told["waiting"] else "")
        )
        self.stdout.write(
            f"合格率 {percent(told['pass_rate_of_sat'])}（按实考人数{told['sat']}），"
            f"{percent(told['pass_rate_of_registered'])}（按报名人数{told['registered']}）；"
            f"到考率 {percent(told['attendance_rate'])}"
        )
        for row in told["rows"]:
            scores = "  ".join(score or "—" for score in row["scores"])
            parts = [row["exam_no"] or "—", row["name"], row["unit"], scores, row["outcome"] or "待定", row["reason"]]
            self.stdout.write("  " + "  ".join(parts))
