"""How long a clean roster of N rows takes from file to facts, phase by phase, and how much memory."""

from __future__ import annotations

import os
import random
import tempfile
import time
from datetime import date, timedelta

import xlsxwriter
from django.utils import timezone

from portal import audit
from staffing.actions import rosters
from staffing.actions.rosters_undo import undo_import
from staffing.models import ImportChange, Membership, Person, Posting, Qualification
from staffing.queries import rosters_plan

AS_OF = date(2026, 11, 2)
HEADERS = [
    "序号",
    "姓名",
    "性别",
    "身份证号",
    "出生年月",
    "民族",
    "政治面貌",
    "学历",
    "毕业院校",
    "所学专业",
    "编制性质",
    "编制所在单位",
    "现工作单位",
    "职务",
    "参加工作时间",
    "执法证号",
    "发证日期",
    "有效期至",
    "联系电话",
    "备注",
]
BUREAU = "测速县综合行政执法局"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
GIVEN = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆志建国文博海峰林毅晨芳娜敏静丽艳娟霞燕玲"
TOWNS = 40


def id_number(number: int, born: date) -> str:
    """A valid number of nobody: region 99, unique by region and sequence."""
    body = f"99{number // 999 % 10000:04d}{born:%Y%m%d}{number % 999 + 1:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS)) % 11]


def build(path: str, size: int, seed: int = 7) -> None:
    """An .xlsx of ``size`` rows × 20 columns, the same every time."""
    chance = random.Random(seed)  # noqa: S311
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("花名册")
    sheet.write_row(0, 0, HEADERS)
    for number in range(size):
        born = date(1966, 1, 1) + timedelta(days=chance.randrange(12000))
        issued = date(2022, 1, 1) + timedelta(days=chance.randrange(1500))
        sequence = number % 999 + 1
        row = [
            number + 1,
            chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN),
            "男" if sequence % 2 else "女",
            id_number(number, born),
            f"{born:%Y.%m}",
            "汉族",
            chance.choice(["中共党员", "群众", "共青团员"]),
            chance.choice(["大学本科", "大学专科", "高中"]),
            "示例城市学院",
            chance.choice(["法学", "行政管理", "会计学"]),
            chance.choice(["行政执法专项编制", "行政编制", "参公事业编制"]),
            BUREAU,
            f"测速{chance.randrange(TOWNS)}镇综合行政执法队",
            "队员",
            f"{born.year + 22}.07",
            f"99{number:09d}",
            f"{issued:%Y-%m-%d}",
            f"{issued.replace(year=issued.year + 5, day=min(issued.day, 28)):%Y-%m-%d}",
            f"154{number % 100_000_000:08d}",
            "",
        ]
        sheet.write_row(number + 1, 0, row)
    book.close()


def run(size: int, stdout) -> None:
    """Read, plan, compare, commit and undo; prints seconds and rows a second of each phase."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"bench_{size}.xlsx")
        clock = _Clock(size, stdout)
        build(path, size)
        clock.lap("build file")
        book = rosters_plan.read(path, os.path.basename(path))
        clock.lap("read")
        plan = rosters_plan.make_plan(book, as_of=AS_OF)
        del book
        clock.lap("plan")
        rosters_plan.compare_plan(plan, as_of=AS_OF)
        del plan
        clock.lap("compare")
        stdout.write(f"dry run (read + plan + compare): {clock.sum('read', 'plan', 'compare'):.1f} s")
        batch = rosters.import_file(actor=None, now=timezone.now(), path=path, as_of=AS_OF)
        clock.lap("import_file")
        counted = {model.__name__: model.objects.count() for model in (Person, Membership, Posting, Qualification)}
        stdout.write(f"written: {counted}, journal {ImportChange.objects.count()}, changes {batch.changes}")
        goal = 6 if size <= 10_000 else 60 * size / 100_000
        stdout.write(f"GOAL file to facts ≤ {goal:.0f} s: {clock.laps['import_file']:.1f} s")
        again = rosters.import_file(actor=None, now=timezone.now(), path=path, as_of=AS_OF, again=True)
        clock.lap("import again (no change)")
        stdout.write(f"second import: {again.changes}")
        if size <= 20_000:
            undo_import(actor=None, now=timezone.now(), import_id=batch.pk)
            clock.lap("undo")
        stdout.write(f"audit chain ok: {audit.verify().ok}")


class _Clock:
    """Wall time and processor time (ours and our children's) of each phase: on a busy machine only the second is
    fair.
    """

    def __init__(self, size: int, stdout):
        self.size, self.stdout, self.laps = size, stdout, {}
        self.at, self.cpu = time.perf_counter(), self._cpu()

    @staticmethod
    def _cpu() -> float:
        spent = os.times()
        return spent.user + spent.system + spent.children_user + spent.children_system

    def lap(self, name: str) -> None:
        now, cpu = time.perf_counter(), self._cpu()
        self.laps[name] = now - self.at
        rate = self.size / max(self.laps[name], 1e-6)
        self.stdout.write(f"{name:<26} {self.laps[name]:7.2f} s  cpu {cpu - self.cpu:7.2f} s {rate:10.0f} rows/s")
        self.at, self.cpu = time.perf_counter(), self._cpu()

    def sum(self, *names: str) -> float:
        return sum(self.laps[name] for name in names)
