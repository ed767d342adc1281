"""``manage.py verify_certificate CODE``: the public check of a pass certificate, for programs and for people."""

from __future__ import annotations

import json
import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from exams.queries.certificates import look_up


class Command(BaseCommand):
    help = "核验合格证明：有效时退出码为0，已过期、已撤销、没有查到时为1。"

    def add_arguments(self, parser):
        parser.add_argument("code", help="证书编号，大小写、横线和空格不限")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args, code, **options):
        found = look_up(code, timezone.localdate())
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "code": found.code,
                        "found": found.found,
                        "state": str(found.state.value),
                        "name": found.name,
                        "title": found.title,
                        "issued_on": found.issued_on and found.issued_on.isoformat(),
                        "valid_until": found.valid_until and found.valid_until.isoformat(),
                        "issuer": found.issuer,
                        "revoked_on": found.revoked_on and found.revoked_on.isoformat(),
                    },
                    ensure_ascii=False,
                )
            )
        else:
            self.stdout.write(f"{found.code}  {found.state.label}")
            if found.found:
                until = found.valid_until.isoformat() if found.valid_until else "长期"
                self.stdout.write(f"姓名 {found.name}  项目 {found.title}")
                self.stdout.write(f"颁发 {found.issued_on.isoformat()} {found.issuer}  有效期至 {until}")
                self.stdout.write("本证不是行政执法证。")
        if not found.valid:
            sys.exit(1)
