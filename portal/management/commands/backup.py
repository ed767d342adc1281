"""``manage.py backup DIR``: database and files with a manifest, while the portal is in use."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal import ops


class Command(BaseCommand):
    help = "Write database and uploaded files into DIR (new or empty), with a manifest of SHA-256 sums."

    def add_arguments(self, parser):
        parser.add_argument("dir", type=Path)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, dir, **options):
        try:
            manifest = ops.backup(dir, now=timezone.now())
        except (ops.OpsError, OSError) as error:
            raise CommandError(str(error), returncode=1) from error
        size = sum(entry["size"] for entry in manifest["files"])
        result = {"dir": str(dir), "engine": manifest["engine"], "files": len(manifest["files"]), "bytes": size}
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self.stdout.write(
                f"已备份到 {dir}：{result['files']} 个文件，{size / 2**20:.1f} MB。密钥 var/env 不在其中，请另行保存。"
            )
