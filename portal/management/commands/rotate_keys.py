"""``manage.py rotate_keys``: after a new first entry in FIELD_KEYS, encrypt the older values again under it."""

import json

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal import ops


class Command(BaseCommand):
    help = "Encrypt again, under the first of FIELD_KEYS, what is still under an older key. Safe to stop and repeat."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true")

    def handle(self, **options):
        done = ops.rotate_keys(actor=None, now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps({"changed": done.changed, "unreadable": done.unreadable}))
            return
        self.stdout.write(f"已用新密钥重新加密 {done.changed} 个值。")
        if done.unreadable:
            self.stdout.write(f"另有 {done.unreadable} 个文件或值的密钥已不在 FIELD_KEYS 中，无法解密，保持原样。")
