"""Importing a sign-in sheet: upload and plan, look, commit. Nothing is written before the commit."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.actions.attendance import settle_session
from courses.actions.attendance_base import Guests, Settling, concerned, fresh, over_at, refuse_cancelled
from courses.actions.series import save_series
from courses.actions.sessions import create_session
from courses.actions.signups import lock
from courses.formats.attendance_rows import AttendanceSheet
from courses.formats.attendance_sheet import UnreadableError, read
from courses.models import Attendance, LearningImport, Series, Session
from courses.queries.attendance_plan import Line, plan
from courses.queries.sessions import day_of
from courses.rules import attendance as rules
from exams.actions.uploads import content_of, suffix_of
from portal import audit
from portal.access import EVERYWHERE, Access, Scope
from portal.actions.errors import Refused
from portal.sheets import SheetError
from staffing import files
from staffing.actions.common import hold_people
from staffing.actions.units import create_unit
from staffing.models import Unit, UnitKind
from staffing.queries import rosters_plan

State = LearningImport.State
MOST_BYTES = 10 * 2**20
BATCH = 500
# Where the sheet names no lecture series and no unit is known yet; the office renames them.
SERIES, ROOT = "综合执法大讲堂", "本县（市、区）"
WRITTEN = ["unit", "signed_in", "signed_out", "way", "state", "flags", "note", "recorded_at"]


@dataclass(frozen=True)
class Imported:
    """What a commit wrote: ``rows`` (0 when everything was in already), of them ``new``; hours, once it was over."""

    rows: int = 0
    new: int = 0
    settled: Settling | None = None


def read_file(path: str, *, name: str = "", day: date | None = None) -> AttendanceSheet:
    """The sign-in sheet in a file. Raises Refused with what is wrong and what to do."""
    try:
        return read(rosters_plan.read(path, name or os.path.basename(path)), day=day)
    except SheetError as error:
        raise Refused(error.text("en" if (get_language() or "").startswith("en") else "zh"), "file") from error
    except UnreadableError as error:
        text = _("没有识别到签到表，请检查表头是否有“姓名”，以及“签到时间”或“签名”。")
        raise Refused(text, "file") from error


def upload(*, actor, now, session: Session, file, filename: str) -> LearningImport:
    """Keep an uploaded sheet sealed, read it, and wait for a look. Records nobody. Raises Refused."""
    refuse_cancelled(session)
    data, suffix = content_of(file, MOST_BYTES), suffix_of(filename)
    name = files.put_upload([data], suffix)
    try:
        with files.clear_copy(name, suffix) as path:
            sheet = read_file(path, name=os.path.basename(filename), day=day_of(session))
    except Refused:
        files.remove(name)
        raise
    found = plan(sheet, session, _reach(actor, now))
    totals = found.totals | {"listed": sheet.listed, "credited": found.credited, "hours": float(found.hours)}
    plan_file = files.put_upload([json.dumps(sheet.as_json(), ensure_ascii=False).encode()], ".json")
    with transaction.atomic():
        kept = LearningImport.objects.create(
            kind=LearningImport.Kind.ATTENDANCE,
            session=session,
            year=session.year,
            file=name,
            file_name=os.path.basename(filename)[:200],
            sha256=hashlib.sha256(data).hexdigest(),
            plan_file=plan_file,
            totals=totals,
            uploaded_by=actor,
            uploaded_at=now,
        )
        audit.record(
            actor=actor,
            now=now,
            action="learning_import.uploaded",
            obj=kept,
            unit_code=session.series.unit.code,
            file=kept.file_name,
            sha256=kept.sha256,
            code=session.code,
            totals=totals,
        )
    return kept


def _reach(actor, now) -> Scope:
    return Access(actor, now).scope("attendance.edit")


def sheet_of(batch: LearningImport) -> AttendanceSheet:
    """The sheet of an upload as it was read. Raises FileNotFoundError once it has been removed."""
    with files.open_clear(batch.plan_file) as file:
        return AttendanceSheet.of(json.load(file))


def commit_upload(*, actor, now, batch: LearningImport, reason: str = "") -> Imported:
    """Record the people of a looked-at upload, once. Raises Refused when it was given up."""
    with transaction.atomic():
        waiting = LearningImport.objects.filter(pk=batch.pk, state=State.PREVIEW)
        if not waiting.update(state=State.COMMITTED, committed_at=now):
            if LearningImport.objects.filter(pk=batch.pk, state=State.COMMITTED).exists():
                return Imported()
            raise Refused(_("这份签到表已放弃，请重新上传。"))
        return import_attendance(
            actor=actor,
            now=now,
            session=batch.session,
            sheet=sheet_of(batch),
            sha256=batch.sha256,
            file_name=batch.file_name,
            reason=reason,
            scope=_reach(actor, now),
        )


def discard_upload(*, actor, now, batch: LearningImport) -> None:
    """Give a sheet up before it is committed; its files go. Doing it twice is harmless."""
    with transaction.atomic():
        waiting = LearningImport.objects.filter(pk=batch.pk, state=State.PREVIEW)
        if not waiting.update(state=State.DISCARDED, plan_file=""):
            return
        audit.record(
            actor=actor,
            now=now,
            action="learning_import.discarded",
            obj=batch,
            unit_code=batch.session.series.unit.code,
            file=batch.file_name,
        )
    files.remove(batch.file, batch.plan_file)


def import_attendance(
    *,
    actor,
    now,
    session: Session,
    sheet: AttendanceSheet,
    sha256: str,
    file_name: str = "",
    reason: str = "",
    scope: Scope = EVERYWHERE,
) -> Imported:
    """Record who was there as a sheet says, and settle the lecture when it is over. Rows that wait for a person are
    recorded without hours (缺签退, 代签) or left out (nobody found). Compared again as of now; the same sheet again
    writes nothing.

    Raises Refused: cancelled, not begun, another day's sheet, nothing that could be recorded, a closed year without
    ``reason``.
    """
    try:
        with transaction.atomic():
            row = lock(session)
            found = plan(sheet, row, scope)
            if found.problem:
                raise Refused(found.problem)
            if now < row.starts_at:
                raise Refused(_("讲座还没有开始，不能导入签到表。"))
            lines = found.writing
            # All whom settling will touch, before the trail is written.
            hold_people(concerned(row) | {line.person.pk for line in lines})
            if not lines and found.totals["review"] + found.totals["reject"] and not found.totals["skip"]:
                raise Refused(_("没有可以写入的行，请按各行说明处理后再导入。"))
            new = _record(row, lines, now)
            if lines:
                audit.record(
                    actor=actor,
                    now=now,
                    action="attendance.imported",
                    obj=row,
                    unit_code=row.series.unit.code,
                    code=row.code,
                    file=file_name,
                    sha256=sha256,
                    rows=len(lines),
                    new=new,
                )
            settled = None
            if now >= over_at(row) and (lines or row.settled_at is None):
                settled = settle_session(actor=actor, now=now, session=row, reason=reason)
            return Imported(len(lines), new, settled)
    except IntegrityError as error:
        raise Refused(_("没有写入：资料刚刚被他人修改，请重新导入。")) from error


def _record(session: Session, lines: list[Line], now) -> int:
    """Write the lines; how many people were not recorded before."""
    guests, made, changed = Guests(session), [], []
    for line in lines:
        one = line.known
        if one is None:
            guest = guests.holds(line.person.pk, line.unit)
            one = fresh(session, line.person.pk, line.unit, line.way, now, guest=guest)
            made.append(one)
        else:
            changed.append(one)
        one.unit, one.way, one.state = line.unit, line.way, line.row.state
        one.signed_in, one.signed_out = line.signed_in, line.signed_out
        one.note, one.recorded_at = line.row.remark[:200], now
        # A sheet's 补签 is one of its facts; MANUAL on the row itself would shield it from the next sheet.
        own = [flag for flag in one.flags if flag not in (rules.MANUAL, rules.SIGNED_LATER)]
        one.flags = rules.kept(own, [rules.SIGNED_LATER] if line.row.manual else [])
    Attendance.objects.bulk_create(made, batch_size=BATCH)
    Attendance.objects.bulk_update(changed, WRITTEN, batch_size=BATCH)
    return len(made)


def described(code: str, sheet: AttendanceSheet) -> Session:
    """A lecture not saved yet, as the sheet's own heading describes it. Raises Refused without day and times."""
    if not (sheet.day and sheet.starts):
        raise Refused(_("没有这一讲，签到表也没有写明时间；请先在讲座管理中新建。"))
    day = date.fromisoformat(sheet.day)
    begins, ends = (
        timezone.make_aware(datetime.combine(day, time.fromisoformat(text))) for text in (sheet.starts, sheet.ends)
    )
    name = sheet.series or SERIES
    series = Series.objects.select_related("unit").filter(name=name).first()
    series = series or Series(name=name[:80], unit=Unit.objects.order_by("depth", "path").first())
    return Session(
        code=code,
        series=series,
        year=day.year,
        number=sheet.number,
        title=(sheet.topic or sheet.title or code)[:120],
        starts_at=begins,
        ends_at=ends,
        place=sheet.place[:80],
    )


def create_described(*, actor, now, session: Session) -> Session:
    """Save what ``described`` made: the lecture, its series, and on an empty database the unit that holds it."""
    with transaction.atomic():
        series = session.series
        if not series.pk:
            unit = series.unit if series.unit_id else create_unit(actor=actor, now=now, name=ROOT, kind=UnitKind.COUNTY)
            code, n = "series-1", 1
            while Series.objects.filter(code=code).exists():
                n += 1
                code = f"series-{n}"
            series = save_series(actor=actor, now=now, code=code, name=series.name, unit=unit)
        return create_session(
            actor=actor,
            now=now,
            series=series,
            title=session.title,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            code=session.code,
            number=session.number,
            place=session.place,
        )
