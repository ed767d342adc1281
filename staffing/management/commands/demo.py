"""Fill an empty database with the demonstration county."""

import json
import logging
import time
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from staffing.demo.builder import PASSWORD, SEED, NotEmpty, build, today_or
from staffing.demo.chapters import tell_all


class Command(BaseCommand):
    help = "示范数据：虚构的云澜县，三年的人员、派驻、证件、学时。只能写入没有人员的数据库。"

    def add_arguments(self, parser):
        parser.add_argument("--today", help="示范数据所说的“今天”，默认为当天（YYYY-MM-DD）")
        parser.add_argument("--scale", type=float, default=1.0, help="人数比例，默认1（约900人）")
        parser.add_argument("--seed", type=int, default=SEED, help="随机种子；同一种子得到同一个县")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args, today, scale, seed, verbosity, **options):
        try:
            day = parse_date(today) if today else None
        except ValueError:
            day = None
        if today and day is None:
            raise CommandError(f"--today 不是日期：{today}", returncode=2)
        if not 0 < scale <= 20:
            raise CommandError("--scale 应大于0、不超过20", returncode=2)
        began = time.perf_counter()
        aloud = verbosity > 1 and not options["json"]
        say = (lambda text: self.stdout.write(f"  {text}")) if aloud else lambda text: None
        # The CMS logs each page it publishes; here that would stand between the lines for the reader.
        cms = logging.getLogger("wagtail")
        level = cms.level
        cms.setLevel(logging.WARNING)
        try:
            made = build(today=today_or(day), scale=scale, seed=seed, say=say)
            told = tell_all(today=today_or(day), seed=seed, say=say)
        except NotEmpty as error:
            raise CommandError("数据库中已有单位或人员，示范数据只写入空库，没有改动。", returncode=1) from error
        finally:
            cms.setLevel(level)
        logins = [*made.accounts, *(login for chapter in told for login in chapter.accounts)]
        if options["json"]:
            accounts = [{"username": username, "name": name, "role": str(role)} for username, name, role in logins]
            chapters = [chapter.text for chapter in told]
            report = {
                **asdict(made),
                "accounts": accounts,
                "chapters": chapters,
                "seconds": round(time.perf_counter() - began, 2),
            }
            self.stdout.write(json.dumps(report, ensure_ascii=False, default=str))
            return
        self.stdout.write(
            f"示范县“云澜县”（虚构）：{made.people}人，{made.units}个单位，{made.postings}条派驻借调，"
            f"{made.qualifications}项资格证件，{made.hours}条学时，用时{time.perf_counter() - began:.0f}秒。"
        )
        for chapter in told:
            self.stdout.write(chapter.text)
        self.stdout.write(f"登录账号（密码都是 {PASSWORD}）：")
        for username, name, role in logins:
            self.stdout.write(f"  {username:10} {role}　{name}")
