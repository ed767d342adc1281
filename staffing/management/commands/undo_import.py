"""``undo_import IMPORT_ID``: take one import back as a whole."""

from __future__ import annotations

import json
import sys
import uuid

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.models import User
from staffing.actions.errors import Refused
from staffing.actions.rosters_undo import LaterChanges, undo_import
from staffing.models import RosterImport


class Command(BaseCommand):
    help = "整批撤销一次花名册导入；之后又有改动的不撤销，并列出涉及的人。"

    def add_arguments(self, parser):
        parser.add_argument("import_id")
        parser.add_argument("--actor", metavar="USERNAME")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, import_id, actor, **options):
        try:
            uuid.UUID(import_id)
        except ValueError:
            raise CommandError(f"批号不是有效的编号：{import_id}", returncode=2) from None
        user = None
        if actor:
            user = User.objects.filter(username=actor).first()
            if user is None:
                raise CommandError(f"没有这个账号：{actor}", returncode=2)
        try:
            batch = undo_import(actor=user, now=timezone.now(), import_id=import_id)
        except RosterImport.DoesNotExist:
            raise CommandError(f"没有这次导入：{import_id}", returncode=2) from None
        except Refused as error:
            names = error.names if isinstance(error, LaterChanges) else []
            if options["json"]:
                report = {"import_id": import_id, "undone": False, "reason": error.message, "names": names}
                self.stdout.write(json.dumps(report, ensure_ascii=False))
            else:
                self.stderr.write(error.message)
            sys.exit(1)
        if options["json"]:
            report = {"import_id": str(batch.pk), "undone": True, "file": batch.file_name, "changes": batch.changes}
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stdout.write(f"已撤销第{batch.number}批：{batch.file_name}")
