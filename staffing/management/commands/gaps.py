"""``manage.py gaps``: figures of a unit on a day, as a table or as the JSON document other programs read."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import figures as show
from portal.access import EVERYWHERE
from staffing.management.arguments import add_day, day_of, unit_of, year_of
from staffing.queries.gaps import figures


class Command(BaseCommand):
    help = "执法队伍缺口：下沉比例、法制审核人员、执法证、学时、派驻借调、结构。"

    def add_arguments(self, parser):
        parser.add_argument("--unit", help="单位代码、全称或别名；不写为全部单位")
        add_day(parser, "--as-of")
        parser.add_argument("--year", type=year_of, help="学时年度，默认与日期同年")
        parser.add_argument("--children", action="store_true", help="同时列出下一级单位")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args, **options):
        as_of = day_of(options["as_of"]) or timezone.localdate()
        unit = unit_of(options["unit"])
        found = figures(unit, as_of, scope=EVERYWHERE, year=options["year"], children=options["children"])
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json(), ensure_ascii=False))
            return
        if not found.has_people:
            raise CommandError(f"{as_of.isoformat()} 没有人员数据，请先导入花名册。", returncode=1)
        for line in self._lines(found):
            self.stdout.write(line)
        for child in found.children:
            self.stdout.write("")
            for line in self._lines(child):
                self.stdout.write("  " + line)

    def _lines(self, f):
        d, r, c, h, p = f.downstream, f.reviewers, f.certificates, f.hours, f.postings
        yield f"{f.unit.name}  截至 {f.as_of.isoformat()}  口径 {f.policy.name}"
        yield (
            f"人员    执法人员 {f.headcount.officers}，在岗 {f.headcount.in_post}，借出 {f.headcount.away}，"
            f"请假 {f.headcount.on_leave}，辅助人员 {f.headcount.auxiliaries}"
        )
        if d.ratio is None:
            yield "下沉    没有可计算的人员"
        else:
            verdict = f"达标，余 {d.margin} 人" if d.met else f"未达标，缺 {-d.margin} 人"
            yield (
                f"下沉    {d.numerator}/{d.denominator} = {show.percent(d.ratio, 2, d.target)}，"
                f"目标 {show.percent(d.target, 0)}，{verdict}"
            )
            if d.departments_without_posting:
                yield "        尚未派驻：" + "、".join(unit.name for unit in d.departments_without_posting)
        yield (
            f"审核    应有 {r.required}，合格 {r.qualified}，缺 {r.gap}；逐单位相加缺 {r.sum_of_unit_gaps}；"
            f"{r.units_in_scope} 个单位中 {r.units_covered} 个有合格人员"
        )
        for row in r.short_units:
            yield f"        {row.unit.name}：{row.officers} 人，应有 {row.required}，合格 {row.qualified}，缺 {row.gap}"
        if c.coverage is not None:
            yield (
                f"持证    有效 {c.in_force}/{c.must_hold} = {show.percent(c.coverage, 2)}，"
                f"90 日内到期 {c.expiring_90}，过期 {c.expired}"
            )
        if h.rate is not None:
            yield f"学时    {h.year} 年达标 {h.met}/{h.due} = {show.percent(h.rate, 2)}，未达标 {h.short}"
        yield f"派驻    在期 {p.open}，30 日内应归位 {p.due_30}，逾期 {p.overdue}"
