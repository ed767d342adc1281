"""Data leaving the portal: every file is a row in the audit trail before anybody holds it."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import BinaryIO

from django.core.files.storage import storages
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit, jobs
from portal.access import Access
from portal.models import Job
from portal.sheets import OutSheet, write_book, write_csv
from staffing import files
from staffing.access import may_see_private
from staffing.actions.errors import Refused
from staffing.filters import PeopleList, people_asked
from staffing.models import PostingKind, Unit
from staffing.queries import postings
from staffing.queries.people_list import every_line
from staffing.queries.policies import basis_text, policy_for
from staffing.resources import (
    PeopleResource,
    PostingResource,
    QualificationResource,
    heading,
    held_rows,
    in_file_language,
)

# More rows than this are written by the worker; the file then waits for its owner this long.
AT_ONCE = 20_000
KEPT = timedelta(hours=24)
KIND = "people.export"
FORMATS = ("xlsx", "csv")
CONTENTS = ("people", "qualifications")
STATES = {
    "open": "未归位",
    "overdue": "已逾期",
    "due": "%(n)s日内应归位",
    "in_term": "在期",
    "planned": "未开始",
    "ended": "已归位",
    "withdrawn": "已作废",
}


@dataclass(frozen=True)
class Wanted:
    """An export as asked for; plain values, so that a job can carry it. ``full``: unmasked, which needs a
    ``reason``.
    """

    unit: str = ""
    as_of: str = ""
    filters: dict[str, str] = field(default_factory=dict)
    content: str = "people"
    format: str = "xlsx"
    full: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Made:
    """A finished export: an open binary file at its start, its name, and how many rows it holds."""

    file: BinaryIO
    name: str
    rows: int


def write_file(sheet: OutSheet, *, actor, now, name: str, rows: int, **told) -> Made:
    """``sheet`` as a file (.csv or a workbook, as ``name`` ends) with its audit row ``export.made`` of ``rows``.

    The row is committed before anybody holds the file; ``told`` goes into it.
    """
    file = tempfile.SpooledTemporaryFile(max_size=4 * 2**20)  # noqa: SIM115
    if name.endswith(".csv"):
        write_csv(file, sheet)
    else:
        write_book(file, [sheet])
    with transaction.atomic():
        audit.record(actor=actor, now=now, action="export.made", rows=rows, **told)
    file.seek(0)
    return Made(file, name, rows)


def listed(user, wanted: Wanted, *, today: date) -> PeopleList:
    """The people ``wanted`` names, inside what ``user`` may take out today. Full numbers only where they may be seen.

    Raises Refused when the user may not, or the unit lies outside.
    """
    access = Access(user)
    if not access.can("exports.make"):
        raise Refused(_("您不能导出这份名单。需要时请联系本单位政工科。"))
    if wanted.full and not access.can("people.reveal"):
        raise Refused(_("您不能导出完整号码。"), "full")
    scope = access.scope("people.reveal" if wanted.full else "exports.make")
    unit = Unit.objects.within(scope).filter(code=wanted.unit).first() if wanted.unit else None
    if wanted.unit and unit is None:
        raise Refused(_("没有找到此单位，或不在您的管理范围内。"), "unit")
    day = date.fromisoformat(wanted.as_of) if wanted.as_of else today
    private = may_see_private(access, scope, unit)
    return people_asked(scope, day=day, today=today, unit=unit, data=wanted.filters, private=private)


def make_export(*, actor, now, wanted: Wanted, progress=None) -> Made:
    """Write the file and its audit row ``export.made`` (who, which list, how many rows, masked or full and why).

    Raises Refused: no right, no reason for full numbers, nobody in the list.
    """
    _check(wanted)
    today = timezone.localdate(now)
    found = listed(actor, wanted, today=today)
    keys = found.roll()
    number = len(keys)
    if not number:
        raise Refused(_("没有符合条件的人员，没有可导出的内容。"))
    with in_file_language():
        rows = every_line(keys, found.day, numbers=wanted.full, progress=progress)
        sheet, title = _sheet(actor, now, wanted, found, rows)
        return write_file(
            sheet,
            actor=actor,
            now=now,
            name=f"{title}_{found.day.isoformat()}.{wanted.format}",
            rows=number,
            obj=found.unit,
            unit_code=found.unit.code if found.unit else "",
            what=wanted.content,
            list=found.words,
            full=wanted.full,
            reason=wanted.reason,
            format=wanted.format,
        )


def make_posting_export(*, actor, now, unit: str, day: date, state: str, kind: str, text: str, side: str) -> Made:
    """The register of postings as the page lists it, as .xlsx; audited ``export.made``.

    Raises Refused for a unit outside, and when there is nothing to take out.
    """
    access = Access(actor)
    if not (access.can("exports.make") and access.can("postings.view")):
        raise Refused(_("您不能导出这份名单。需要时请联系本单位政工科。"))
    scope = access.scope("postings.view")
    rows, under = postings.visible(scope, day), None
    if unit:
        under = Unit.objects.within(scope).filter(code=unit).first()
        if under is None:
            raise Refused(_("没有找到此单位，或不在您的管理范围内。"), "unit")
        rows = postings.under(rows, under, side)
    soon = policy_for(day, under).return_alerts[0]
    rows = postings.listed(rows, day, soon=soon, state=state, kind=kind, text=text)
    number = rows.count()
    if not number:
        raise Refused(_("没有符合条件的派驻借调，没有可导出的内容。"))
    with in_file_language():
        title = "派驻借调登记"
        words = "；".join(
            part
            for part in (
                under.name if under else _("全部单位"),
                _("截至%(day)s") % {"day": day.isoformat()},
                STATES.get(state, state) % {"n": soon},
                str(PostingKind(kind).label) if kind else "",
                text,
            )
            if part
        )
        note = heading(title, words, by=actor, now=now)
        return write_file(
            PostingResource().sheet(title, rows.iterator(chunk_size=2000), note=note),
            actor=actor,
            now=now,
            name=f"{title}_{day.isoformat()}.xlsx",
            rows=number,
            obj=under,
            unit_code=under.code if under else "",
            what="postings",
            list=words,
        )


@transaction.atomic
def note_profile(*, actor, now, unit, day: date, people: int) -> None:
    """A unit's profile leaves as a PDF that names ``people`` people: audit row ``export.made``."""
    audit.record(
        actor=actor,
        now=now,
        action="export.made",
        obj=Unit.objects.get(code=unit.code),
        unit_code=unit.code,
        rows=people,
        what="unit.profile",
        list=_("；").join([str(unit.name), _("截至%(day)s") % {"day": day.isoformat()}]),
        full=False,
        format="pdf",
    )


def start_export(*, actor, now, wanted: Wanted) -> Job:
    """Have the worker write a large export; the finished job leads its owner, and nobody else, to the file."""
    _check(wanted)
    listed(actor, wanted, today=timezone.localdate(now))
    return jobs.start(actor=actor, now=now, kind=KIND, title=_("导出人员名单"), args=asdict(wanted))


def write_for(job: Job, progress) -> dict:
    """Handler of KIND: the file goes to private storage under a name that tells nothing. Running it twice is
    harmless.
    """
    forget_old(timezone.now())

    text = _("正在写入：%(done)s/%(total)s人")

    def tell(done, total):
        progress(done, total, text % {"done": done, "total": total})

    try:
        made = make_export(actor=job.owner, now=timezone.now(), wanted=Wanted(**job.args), progress=tell)
    except Refused as refused:
        raise jobs.Failed(refused.message) from refused
    storage = storages["private"]
    path = f"exports/{job.pk}"
    if storage.exists(path):
        storage.delete(path)
    files.put_sealed(path, made.file)
    return {
        "file": path,
        "name": made.name,
        "url": reverse("staffing:export_download", args=[job.pk]),
        "label": _("下载（%(n)s人，24小时内有效）") % {"n": made.rows},
    }


def file_of(job: Job, now):
    """The open file of a finished export job, or None when it has expired."""
    path = job.result.get("file", "")
    if not path or not job.finished_at or job.finished_at + KEPT < now or not storages["private"].exists(path):
        return None
    return files.open_clear(path)


def forget_old(now) -> int:
    """Delete the files of exports whose time is over; returns how many."""
    storage, number = storages["private"], 0
    for job in Job.objects.filter(kind=KIND, state=Job.State.DONE, finished_at__lt=now - KEPT):
        path = job.result.get("file", "")
        if path and storage.exists(path):
            storage.delete(path)
            number += 1
    return number


def _check(wanted: Wanted) -> None:
    if wanted.format not in FORMATS or wanted.content not in CONTENTS:
        raise Refused(_("不能识别的导出格式。"), "format")
    if wanted.full and not wanted.reason.strip():
        raise Refused(_("导出完整号码须填写原因，原因将记入审计日志。"), "reason")


def _sheet(actor, now, wanted: Wanted, found: PeopleList, rows) -> tuple[OutSheet, str]:
    resource, title = {
        "people": (PeopleResource(), "人员花名册"),
        "qualifications": (QualificationResource(), "资格证件"),
    }[wanted.content]
    note = heading(title, found.words, by=actor, now=now, basis=basis_text(found.policy))
    if wanted.content == "qualifications":
        rows = held_rows(rows)
    return resource.sheet(title, rows, note=note, private=found.private, full=wanted.full), title
