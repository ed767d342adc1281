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
        changed = ops.rotate_keys(actor=None, now=timezone.now())
        self.stdout.write(
            json.dumps({"changed": changed}) if options["json"] else f"已用新密钥重新加密 {changed} 个值。"
        )
