"""What importing a sign-in sheet would do: its lines against the people, the lecture and what is recorded already."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.formats.attendance_rows import (
    ABSENT,
    ACCEPT,
    DUPLICATE,
    REJECT,
    REVIEW,
    SKIP,
    AttendanceSheet,
    Difference,
    Issue,
    SheetRow,
    action_of,
)
from courses.models import Attendance, AttendanceState, Session, Way
from courses.queries.sessions import day_of
from courses.rules import attendance as rules
from exams.queries.eligibility import bases
from exams.queries.score_plan import unit_book
from portal.access import EVERYWHERE, Scope
from portal.ui import ImportRow, IssueLine
from staffing.models import Person, Unit
from staffing.queries.policies import policy_for
from staffing.roster.text import squeeze
from staffing.roster.units import stem

MESSAGES = {
    "NO_NAME": gettext_lazy("没有姓名。"),
    "NOT_A_TIME": gettext_lazy("“%(raw)s”不是时间，请改为如14:30。"),
    "OTHER_DAY": gettext_lazy("日期与讲座日期%(day)s不同，请核对。"),
    "OUT_BEFORE_IN": gettext_lazy("签退早于签到，请核对。"),
    "NO_SIGN_OUT": gettext_lazy("缺签退，暂不计学时，核对后在出勤页更正。"),
    "NO_SIGN_IN": gettext_lazy("缺签到，暂不计学时，核对后在出勤页更正。"),
    "PROXY": gettext_lazy("代签作废，不计学时。"),
    "DUP_SCAN": gettext_lazy("与第%(other)s行是同一人，按最早签到、最晚签退合并。"),
    "ABSENT": gettext_lazy("没有签到。"),
    "PAPER_ONLY": gettext_lazy("只在纸质表上签名，导出表没有此人，请核对后补录。"),
    "UNKNOWN_PERSON": gettext_lazy("名册中没有对上此人（姓名、证件号后四位或单位不符），请核对后补录。"),
    "NOT_IN_POST": gettext_lazy("此人在讲座当日不在册，请核对。"),
    "AMBIGUOUS": gettext_lazy("名册中有%(n)s人符合，无法确定是谁，请核对后补录。"),
    "UNIT_DIFFERS": gettext_lazy("名册中同名人员在%(unit)s，请核对后补录。"),
    "CORRECTED": gettext_lazy("已由人工更正，保持不变。"),
    "SCANNED": gettext_lazy("已有扫码记录，保持不变。"),
    "SAME": gettext_lazy("已经记录，没有变化。"),
}
DIFFERENCES = {
    "MISSING_ON_PAPER": gettext_lazy("%(name)s（%(unit)s）：导出表有签到，纸质表没有签名。"),
    "PAPER_ONLY": gettext_lazy("%(name)s（%(unit)s）：纸质表有签名，导出表没有此人。"),
    "PAPER_LEAVE": gettext_lazy("%(name)s（%(unit)s）：导出表有签到，纸质表写明请假。"),
    "EXPORT_LEAVE": gettext_lazy("%(name)s（%(unit)s）：纸质表有签名，导出表写明请假。"),
    "PROXY_SIGNED": gettext_lazy("%(name)s（%(unit)s）：纸质表有签名，导出表记为代签。"),
    "SIGNED_NO_SCAN": gettext_lazy("%(name)s（%(unit)s）：纸质表有签名，导出表没有签到。"),
    "OTHER_SIGNATURE": gettext_lazy("%(name)s（%(unit)s）：纸质表签名为“%(raw)s”，不是本人。"),
}
FLAGS = {
    rules.LATE: gettext_lazy("迟到"),
    rules.LEFT_EARLY: gettext_lazy("早退"),
    rules.MANUAL: gettext_lazy("补签"),
    "LEAVE": gettext_lazy("请假"),
}
# Rows that wait for a person, and are recorded without hours all the same.
RECORDED = frozenset({"NO_SIGN_OUT", "NO_SIGN_IN", "PROXY"})


def message(issue: Issue) -> str:
    """An issue in a sentence."""
    return str(MESSAGES[issue.code]) % ({"raw": issue.raw or ""} | issue.words)


def difference_words(one: Difference) -> str:
    """Where paper and export disagree, in a sentence."""
    told = {"name": one.name, "unit": one.unit or "—", "raw": one.words.get("raw", "")}
    line = _("%(sheet)s第%(row)s行　") % {"sheet": one.sheet, "row": one.row}
    return line + str(DIFFERENCES[one.code]) % told


@dataclass
class Line:
    """A row, who it is, where they work on the day, and what their presence is worth. ``known``: recorded already."""

    row: SheetRow
    issues: list[Issue]
    person: Person | None = None
    unit: Unit | None = None
    signed_in: datetime | None = None
    signed_out: datetime | None = None
    judged: rules.Judged | None = None
    known: Attendance | None = None

    @property
    def action(self) -> str:
        return action_of(self.issues)

    @property
    def writes(self) -> bool:
        """Is it recorded when the sheet is committed?"""
        if self.person is None or self.action == ACCEPT:
            return self.person is not None
        return self.action == REVIEW and {issue.code for issue in self.issues} <= RECORDED

    @property
    def hours(self) -> Decimal:
        counts = self.judged and (self.action == ACCEPT or {one.code for one in self.issues} == {"SAME"})
        found = self.judged.hours if counts else rules.ZERO
        return Decimal(found.numerator) / Decimal(found.denominator)

    @property
    def flags(self) -> list[str]:
        found = list(self.judged.flags) if self.judged and self.action in (ACCEPT, SKIP) else []
        return [*self.row.flags, *(flag for flag in found if flag != rules.NO_SIGN_IN)]

    @property
    def way(self) -> str:
        return Way.PAPER if self.row.paper else Way.SHEET

    @property
    def flag_words(self) -> list[str]:
        return [str(FLAGS[flag]) for flag in self.flags if flag in FLAGS]


@dataclass
class AttendancePlan:
    """``sheet`` as read and its lines as of now. ``counted``: lines whose people have hours, also where they are
    recorded already.
    """

    sheet: AttendanceSheet
    session: Session
    lines: list[Line]
    problem: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def totals(self) -> dict[str, int]:
        counts = Counter(line.action for line in self.lines)
        return {action: counts[action] for action in (ACCEPT, REVIEW, DUPLICATE, REJECT, SKIP)}

    @property
    def writing(self) -> list[Line]:
        return [line for line in self.lines if line.writes]

    @property
    def credited(self) -> int:
        return sum(line.hours > 0 for line in self.lines)

    @property
    def hours(self) -> Decimal:
        return sum((line.hours for line in self.lines), Decimal(0))

    @property
    def differences(self) -> list[str]:
        return [difference_words(one) for one in self.sheet.differences]


def plan(sheet: AttendanceSheet, session: Session, scope: Scope = EVERYWHERE) -> AttendancePlan:
    """Compare a sheet with the roster and the lecture's records. Ten queries whatever its length.

    ``scope``: whose people may be found; of others a sheet tells nothing, not even that they exist.
    """
    policy = policy_for(day_of(session), session.series.unit if session.series.unit_id else None)
    known = {}
    if session.pk:
        known = {row.person_id: row for row in Attendance.objects.filter(session=session)}
    people = _People(sheet, day_of(session), scope)
    lines = []
    for row in sheet.rows:
        line = Line(row, list(row.issues))
        lines.append(line)
        if line.action in (DUPLICATE, REJECT) or row.state == ABSENT:
            continue
        people.find(line)
        line.signed_in, line.signed_out = _moment(row.signed_in), _moment(row.signed_out)
        line.judged = rules.judge(
            row.state, line.signed_in, line.signed_out, session.starts_at, session.minutes, policy
        )
        line.known = known.get(line.person.pk) if line.person else None
        _keep(line)
    return AttendancePlan(sheet, session, lines, _problem(sheet, session), _notes(sheet, session))


def _moment(text: str | None) -> datetime | None:
    return timezone.make_aware(datetime.fromisoformat(text)) if text else None


def _keep(line: Line) -> None:
    """What stands already and is left as it is."""
    known, row = line.known, line.row
    if known is None or known.state == AttendanceState.VOID:
        return
    same = (known.state, known.signed_in, known.signed_out) == (row.state, line.signed_in, line.signed_out)
    if rules.MANUAL in known.flags and not (same and known.way == line.way):
        line.issues.append(Issue("姓名", "CORRECTED"))
    elif known.way == Way.SCAN and (known.state == AttendanceState.PRESENT or (row.paper and known.signed_in)):
        line.issues.append(Issue("姓名", "SCANNED"))
    elif same:
        line.issues.append(Issue("姓名", "SAME"))


def _problem(sheet: AttendanceSheet, session: Session) -> str:
    """Why nothing of this sheet can go into this lecture."""
    if session.state == Session.State.CANCELLED:
        return _("讲座已取消，不能导入签到表。")
    day = day_of(session).isoformat()
    if sheet.day and sheet.day != day:
        told = {"sheet": sheet.day, "session": day}
        return _("表头日期为%(sheet)s，讲座日期为%(session)s，不是这一讲的签到表。") % told
    return ""


def _notes(sheet: AttendanceSheet, session: Session) -> list[str]:
    """What the heading says otherwise than the lecture, and how signatures without times count."""
    told = []
    begins, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
    if sheet.starts and (sheet.starts, sheet.ends) != (f"{begins:%H:%M}", f"{ends:%H:%M}"):
        told.append(
            _("表头时间为%(sheet)s，讲座时间为%(session)s，学时按讲座时间核定。")
            % {"sheet": f"{sheet.starts}–{sheet.ends}", "session": f"{begins:%H:%M}–{ends:%H:%M}"}
        )
    if any(row.paper for row in sheet.rows):
        told.append(_("纸质签到表没有时间：有签名的按全程在场计。"))
    return told


class _People:
    """The people a sheet names: by staff number, else by name with the last four characters of their number, else by
    name and unit. A name alone never decides between two.
    """

    def __init__(self, sheet: AttendanceSheet, day, scope: Scope):
        rows = [row for row in sheet.rows if row.name]
        found = Person.objects.filter(name__in={row.name for row in rows}).defer("id_number", "mobile")
        numbers = {row.staff_no for row in rows if row.staff_no}
        by_number = Person.objects.filter(staff_no__in=numbers).defer("id_number", "mobile") if numbers else []
        self.numbers = {person.staff_no: person for person in by_number}
        self.names: dict[str, list[Person]] = defaultdict(list)
        for person in found:
            self.names[squeeze(person.name)].append(person)
        everybody = {person.pk for group in self.names.values() for person in group}
        self.bases = bases(everybody | {person.pk for person in self.numbers.values()}, day)
        if not scope.everywhere:
            self.bases = {pk: unit for pk, unit in self.bases.items() if scope.covers(unit.path)}
            self.numbers = {number: one for number, one in self.numbers.items() if one.pk in self.bases}
            self.names = {name: [one for one in group if one.pk in self.bases] for name, group in self.names.items()}
        self.book = unit_book()
        for row in rows:
            self.book.note(row.unit)

    def find(self, line: Line) -> None:
        row = line.row
        person = self.numbers.get(row.staff_no) if row.staff_no else None
        if person is not None and squeeze(person.name) == row.name:
            self._take(line, [person])
            return
        found = self.names.get(row.name, [])
        if row.last4:
            by_number = [one for one in found if one.id_masked[-4:].upper() == row.last4]
            # Who has no number on record can only be told by the unit.
            found = by_number or [one for one in found if not one.id_masked and self._works_in(one, row.unit)]
            if len(found) > 1 and row.unit:
                found = [one for one in found if self._works_in(one, row.unit)] or found
        elif row.unit:
            near = [one for one in found if self._works_in(one, row.unit)]
            if not near and len(found) == 1 and found[0].pk in self.bases:
                line.issues.append(Issue("单位", "UNIT_DIFFERS", row.unit, {"unit": self.bases[found[0].pk].name}))
                return
            found = near
        self._take(line, found)

    def _take(self, line: Line, found: list[Person]) -> None:
        here = [one for one in found if one.pk in self.bases]
        if len(here) > 1:
            line.issues.append(Issue("姓名", "AMBIGUOUS", line.row.name, {"n": str(len(here))}))
        elif here:
            line.person, line.unit = here[0], self.bases[here[0].pk]
        else:
            line.issues.append(Issue("姓名", "NOT_IN_POST" if found else "UNKNOWN_PERSON", line.row.name))

    def _works_in(self, person: Person, text: str) -> bool:
        unit = self.bases.get(person.pk)
        if unit is None or not text:
            return False
        meant = self.book.resolve(text) or text
        return squeeze(unit.name) == squeeze(meant) or unit.label == text or stem(unit.name) == stem(meant)


def lines_to_show(plan_: AttendancePlan, action: str = "") -> list[ImportRow]:
    """Lines for components/import_row.html, of one action or all."""
    return [
        ImportRow(
            sheet=line.row.sheet,
            row=line.row.row,
            action=line.action,
            name=line.row.name,
            id_masked=_number(line),
            issues=tuple(IssueLine(one.field, one.raw or "", "", message(one)) for one in line.issues),
            decided=_worth(line),
        )
        for line in plan_.lines
        if not action or line.action == action
    ]


def _number(line: Line) -> str:
    if line.person is not None:
        return line.person.id_masked
    return f"****{line.row.last4}" if line.row.last4 else ""


def _worth(line: Line) -> str:
    """3学时 · 迟到"""
    if line.judged is None or line.action not in (ACCEPT, SKIP):
        return ""
    told = [_("%(hours)s学时") % {"hours": f"{line.hours.normalize():f}"}] if line.action == ACCEPT else []
    return " · ".join([*told, *line.flag_words])


def report(plan_: AttendancePlan) -> dict:
    """JSON of ``manage.py import_attendance``: totals and rows as the roster's, personal numbers masked."""
    sheet, session = plan_.sheet, plan_.session
    return {
        "session": session.code,
        "title": session.title,
        "day": day_of(session).isoformat(),
        "minutes": session.minutes,
        "sheets": [{"name": name, "role": role, "header_rows": [row]} for name, role, row in sheet.sheets],
        "totals": plan_.totals,
        "listed": sheet.listed,
        "credited": plan_.credited,
        "hours": float(plan_.hours),
        "paper": {"names": len(sheet.paper), "signed": sheet.signed_on_paper} if sheet.paper else None,
        "differences": plan_.differences,
        "notes": plan_.notes,
        "problem": plan_.problem or None,
        "rows": [_row_json(line) for line in plan_.lines],
    }


def _row_json(line: Line) -> dict:
    row = line.row
    issues = [
        {"field": one.field, "code": one.code, "raw": one.raw, "fixed": None, "message": message(one)}
        for one in line.issues
    ]
    return {
        "sheet": row.sheet,
        "row": row.row,
        "action": line.action,
        "hours": float(line.hours),
        "flags": line.flags,
        "issues": issues,
        "record": {
            "name": row.name,
            "id_masked": _number(line),
            "staff_no": line.person.staff_no if line.person else row.staff_no,
            "unit": row.unit,
            "signed_in": row.signed_in,
            "signed_out": row.signed_out,
            "state": row.state,
            "minutes": line.judged.minutes if line.judged else 0,
            "remark": row.remark,
        },
    }
