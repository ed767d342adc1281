"""What every step of an import shares: keeping the upload, the plan and the comparison, and the states they move
through.
"""

from __future__ import annotations

import hashlib
import io
import os

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal import audit, crypto
from portal.access import EVERYWHERE, Access, Scope
from staffing import files
from staffing.actions.errors import Refused
from staffing.models import RosterImport
from staffing.queries import rosters_plan
from staffing.roster.store import write_diff, write_plan

State = RosterImport.State
OPEN = (State.MAPPING, State.PREVIEW)
FIGURES = "figures"


def scope_of(actor, now) -> Scope:
    """Where an account may import; a command on the server (no account) may everywhere."""
    return EVERYWHERE if actor is None else Access(actor, now).scope("rosters.import")


def receive(actor, now, file, filename, as_of, sheets, unit, complete, again) -> RosterImport:
    """Keep an upload and give the import its number.

    Raises Refused for a file that is empty, too large, or (unless ``again``) already imported for the same day.
    """
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(2**20):
        digest.update(chunk)
        size += len(chunk)
        if size > settings.ROSTER_MAX_BYTES:
            limit = settings.ROSTER_MAX_BYTES // 2**20
            raise Refused(_("文件超过%(limit)s MB，请分成几个文件上传。") % {"limit": limit}, "file")
    if not size:
        raise Refused(_("文件是空的，请检查后重新选择。"), "file")
    twin = RosterImport.objects.filter(sha256=digest.hexdigest(), as_of=as_of, state=State.COMMITTED).first()
    if twin and not again:
        text = _("这份文件已于%(day)s作为第%(number)s批导入，内容没有变化。")
        raise Refused(text % {"day": date_format(twin.committed_at, "Y-m-d"), "number": twin.number}, "file")
    file.seek(0)
    name = files.put_upload(iter(lambda: file.read(2**20), b""), os.path.splitext(filename)[1].lower()[:6])
    with transaction.atomic():
        batch = RosterImport.objects.create(
            file=name,
            file_name=os.path.basename(filename)[:200],
            sha256=digest.hexdigest(),
            size=size,
            as_of=as_of,
            unit=unit,
            is_complete=complete,
            sheets=sheets or [],
            uploaded_by=actor,
            uploaded_at=now,
        )
        # Writing the audit row takes the lock under which numbers are given.
        audit.record(
            actor=actor, now=now, action="roster.uploaded", obj=batch, file=batch.file_name, sha256=batch.sha256
        )
        batch.number = (RosterImport.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        batch.save(update_fields=["number"])
    return batch


def store(batch: RosterImport, plan) -> None:
    """The plan, beside the upload."""
    out = io.BytesIO()
    write_plan(out, plan, seal=crypto.seal)
    old, batch.plan_file = batch.plan_file, files.put(out.getvalue(), ".plan")
    batch.totals = plan.totals
    batch.units_proposed = [unit.as_dict() for unit in plan.units_proposed]
    batch.save(update_fields=["plan_file", "totals", "units_proposed"])
    if old:
        files.remove(old, rosters_plan.diff_name(old))


def compare(batch: RosterImport, plan, now, progress=lambda done, total, text: None):
    """Compare with today's facts and store the result; the import is then ready to be looked at."""
    progress(0, 0, _("正在与现有名册比对"))
    revision = audit.revision(FIGURES)
    diff, facts = rosters_plan.compare_plan(
        plan,
        as_of=batch.as_of,
        scope=scope_of(batch.uploaded_by, now),
        decisions=batch.decisions,
        complete=batch.is_complete,
        unit=batch.unit,
    )
    store_diff(batch, diff, facts, revision)
    readable = any(sheet.role in ("roster", "postings") for sheet in plan.sheets)
    batch.state = State.PREVIEW if readable else State.MAPPING
    RosterImport.objects.filter(pk=batch.pk, state__in=[State.READING, *OPEN]).update(state=batch.state)
    return diff


def store_diff(batch: RosterImport, diff, facts, revision: int) -> None:
    """The comparison, sealed beside its plan, with the ``revision`` of the facts it was made from."""
    out = io.BytesIO()
    write_diff(
        out, diff, name_of=lambda ref: facts.tree.name(ref) or (ref if isinstance(ref, str) else ""), seal=crypto.seal
    )
    name = rosters_plan.diff_name(batch.plan_file)
    files.remove(name)
    storages["private"].save(name, ContentFile(out.getvalue()))
    batch.changes = {**diff.totals, "basis": rosters_plan.basis(batch), "signature": diff.signature()}
    batch.base_revision = revision
    batch.save(update_fields=["changes", "base_revision"])


def must_be_open(batch: RosterImport) -> None:
    """Raises Refused when the import can no longer be changed."""
    if batch.state not in OPEN:
        raise Refused(_("这次导入现在不能修改（%(state)s）。") % {"state": batch.get_state_display()})
