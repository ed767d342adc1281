"""``manage.py verify_audit``: prove that no audit row was edited, deleted, inserted, reordered or cut off."""

import json

from django.core.management.base import BaseCommand, CommandError

from portal import audit


class Command(BaseCommand):
    help = "Walk the audit chain. Exit 0: whole; 1: broken, with the first row that does not fit."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true")

    def handle(self, **options):
        verdict = audit.verify()
        if options["json"]:
            found = {
                "ok": verdict.ok,
                "checked": verdict.checked,
                "broken_at": verdict.broken_at,
                "reason": verdict.reason,
            }
            self.stdout.write(json.dumps(found))
        elif verdict.ok:
            self.stdout.write(f"审计记录 {verdict.checked} 条，连续、未被改动。")
        if not verdict.ok:
            raise CommandError(f"审计记录自第 {verdict.broken_at} 条起不连续（{verdict.reason}）。", returncode=1)
