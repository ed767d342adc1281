"""``manage.py restore DIR``: verify a backup, then put it back."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal import audit, ops


class Command(BaseCommand):
    help = "Restore a backup into an empty database (or, with --force, over the present one) and prove the audit trail."

    def add_arguments(self, parser):
        parser.add_argument("dir", type=Path)
        parser.add_argument("--force", action="store_true", help="replace a database that already has accounts")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, dir, force, **options):
        try:
            manifest = ops.restore(dir, force=force)
        except (ops.OpsError, OSError) as error:
            raise CommandError(str(error), returncode=1) from error
        verdict = audit.verify()
        result = {
            "dir": str(dir),
            "made_at": manifest["made_at"],
            "files": len(manifest["files"]),
            "audit": {"ok": verdict.ok, "checked": verdict.checked},
        }
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write(
                f"已恢复 {manifest['made_at']} 的备份：{result['files']} 个文件，审计记录 {verdict.checked} 条。"
            )
        if not verdict.ok:
            raise CommandError(f"审计记录自第 {verdict.broken_at} 条起不连续。", returncode=1)
