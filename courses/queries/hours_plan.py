"""What importing a yearly ledger of hours would do: its rows against the people and their entries of that year."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.formats.hours_sheet import (
    ACCEPT,
    REJECT,
    REVIEW,
    HoursSheet,
    Issue,
    LedgerRow,
    UnreadableError,
    leave_end,
    read,
    worst,
)
from courses.models import LearningImport
from portal import crypto
from portal import figures as show
from portal.access import Scope
from portal.ui import ImportRow, IssueLine
from staffing.models import HourCredit, HourKind, HourYear, Leave, Membership, Person, Unit
from staffing.queries.hours_spans import base_source, ledger_under
from staffing.queries.standing import joined_on
from staffing.roster.text import squeeze
from staffing.roster.units import KnownUnit, UnitBook, UnitProposal

SKIP = "skip"
PREFIX = "ledger:"
MESSAGES = {
    "NO_NAME": gettext_lazy("没有姓名。"),
    "NO_ID": gettext_lazy("没有身份证号，无法对应到人。"),
    "ID_BAD": gettext_lazy("身份证号有误，请对照证件改正。"),
    "ID_TWICE": gettext_lazy("与第%(other)s行身份证号相同。"),
    "NOT_HOURS": gettext_lazy("“%(heading)s”的学时不是数字。"),
    "HOURS_STEP": gettext_lazy("“%(heading)s”的学时应为0.5的倍数，不小于0、不超过999。"),
    "TOTAL_DIFFERS": gettext_lazy("表中合计%(stated)s，各类相加为%(total)s。"),
    "DAY_BAD": gettext_lazy("日期不能识别，请写成2024-08-15的形式。"),
    "LEAVE_BAD": gettext_lazy("请假起止不全，或止早于起。"),
    "JOINED_LATER": gettext_lazy("入职时间%(day)s晚于本年度。"),
    "HIDDEN_ROW": gettext_lazy("这一行在表中被隐藏，请确认是否有效。"),
    "UNKNOWN_PERSON": gettext_lazy("库中没有此人，请先导入花名册；或在导入时选择“同时登记库中没有的人员”。"),
    "NAME_DIFFERS": gettext_lazy("身份证号对应的人在库中姓名不同，请核对。"),
    "OUT_OF_SCOPE": gettext_lazy("此人不在您的管理范围内，请由其所在单位导入。"),
    "IN_DETAIL": gettext_lazy("“%(kind)s”本年度已逐次记有%(hours)s学时，再记汇总会重复；请核对后只保留一种。"),
    "LEAVE_UNKNOWN": gettext_lazy("库中没有%(start)s至%(end)s的请假；登记请假后，目标学时才会折算。"),
    "JOINED_DIFFERS": gettext_lazy("库中入职时间为%(day)s，以库中为准。"),
    "CATEGORY_DIFFERS": gettext_lazy("库中人员类别为“%(category)s”，以库中为准。"),
}
UNREADABLE = gettext_lazy("没有识别到学时台账，请检查表头是否有“姓名”“身份证号”，以及各类学时。")


def source_of(year: int, kind: str) -> str:
    """The ledger source of what a yearly ledger says of one kind."""
    return f"{PREFIX}{year}:{kind}"


def message(issue: Issue) -> str:
    """An issue in a sentence."""
    return str(MESSAGES[issue.code]) % issue.words


@dataclass
class Line:
    """A row and who it is. ``action``: accept, review, reject, or skip when the ledger says the same already.

    ``days``: {kind: day under which its hours stand}; a kind that stands with the same hours keeps its day.
    """

    row: LedgerRow
    action: str
    person: Person | None = None
    issues: list[Issue] = field(default_factory=list)
    days: dict[str, date] = field(default_factory=dict)


@dataclass
class HoursPlan:
    """``sheet`` as read, its lines against today's facts, and the units that adding people would create."""

    sheet: HoursSheet
    year: int
    lines: list[Line]
    units: list[UnitProposal]
    unknown: int
    closed: bool
    problem: str = ""

    @property
    def totals(self) -> dict[str, int]:
        counts = Counter(line.action for line in self.lines)
        return {action: counts[action] for action in (ACCEPT, REVIEW, REJECT, SKIP)}

    @property
    def sums(self) -> dict[str, Decimal]:
        """Hours by kind of all readable rows."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            for kind, value in line.row.hours.items():
                found[kind] += Decimal(value)
        return dict(found)

    @property
    def headings(self) -> list[tuple[str, str]]:
        """(column, what its hours are booked as) for the preview."""
        return [(heading, str(HourKind(kind).label)) for heading, kind in self.sheet.columns]


def read_sheet(book, today: date) -> HoursSheet:
    """The ledger in a file. Raises UnreadableError."""
    try:
        return read(book, today=today)
    except UnreadableError as error:
        raise UnreadableError(str(UNREADABLE)) from error


def plan(sheet: HoursSheet, year: int, today: date, *, scope: Scope, add_people: bool = False) -> HoursPlan:
    """Compare a ledger with people and their entries of ``year``. Ten queries at most for every 2,000 rows.

    ``add_people``: rows of people the database does not know may be taken in as well.
    """
    wanted = [crypto.blind_index(row.id_number) for row in sheet.rows if row.id_number]
    found = Person.objects.filter(id_index__in=wanted).defer("id_number", "mobile")
    people = {person.id_index: person for person in found}
    known = _Known([person.pk for person in people.values()], sheet, year, today, scope)
    lines, unknown = [], 0
    for row in sheet.rows:
        person = people.get(crypto.blind_index(row.id_number)) if row.id_number else None
        issues = list(row.issues)
        if row.joined and row.joined[:4] > str(year):
            issues.append(Issue("入职时间", "JOINED_LATER", row.joined, {"day": row.joined}))
        if row.id_number and person is None:
            unknown += 1
            if not add_people:
                issues.append(Issue("身份证号", "UNKNOWN_PERSON"))
        elif person is not None:
            issues += known.issues(person, row)
        line = Line(row, worst(issues), person, issues)
        line.days, same = known.days(person, row) if person else (dict.fromkeys(row.hours, known.day), False)
        if same and line.action == ACCEPT:
            line.action = SKIP
        lines.append(line)
    closed = HourYear.objects.filter(year=year).exists()
    return HoursPlan(sheet, year, lines, _units(lines), unknown, closed, _problem(sheet, year, today))


def _problem(sheet: HoursSheet, year: int, today: date) -> str:
    """Why nothing of this ledger can go into this year."""
    if sheet.year and sheet.year != year:
        return _("表中写明%(stated)s年度，所选为%(year)s年度，请核对。") % {"stated": sheet.year, "year": year}
    if year > today.year:
        return _("%(year)s年度尚未开始，不能导入。") % {"year": year}
    return ""


class _Known:
    """What the portal holds of these people: entries of the year, leave, service."""

    def __init__(self, people: list[int], sheet: HoursSheet, year: int, today: date, scope: Scope):
        self.kinds, self.year = sheet.kinds, year
        self.day = min(today, date(year, 12, 31))
        self.standing = ledger_under(people, [source_of(year, kind) for kind in self.kinds]).standing
        self.detail: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
        rows = HourCredit.objects.filter(person__in=people, year=year, kind__in=self.kinds, reverses__isnull=True)
        for pk, kind, hours, source in rows.filter(reversed_by__isnull=True).values_list(
            "person_id", "kind", "hours", "source"
        ):
            if base_source(source) != source_of(year, kind):
                self.detail[pk, kind] += hours
        self.leaves, self.memberships = defaultdict(list), defaultdict(list)
        for leave in Leave.objects.filter(person__in=people):
            self.leaves[leave.person_id].append(leave)
        for membership in Membership.objects.filter(person__in=people):
            self.memberships[membership.person_id].append(membership)
        self.inside = None
        if not scope.everywhere:
            # Whoever belonged to the office's units at the end of that year, or does now.
            mine = Person.objects.filter(pk__in=people)
            self.inside = {
                pk for day in (self.day, today) for pk in mine.within(scope, day).values_list("pk", flat=True)
            }

    def issues(self, person: Person, row: LedgerRow) -> list[Issue]:
        found = []
        if self.inside is not None and person.pk not in self.inside:
            return [Issue("身份证号", "OUT_OF_SCOPE")]
        if squeeze(person.name) != row.name:
            found.append(Issue("姓名", "NAME_DIFFERS"))
        for kind in self.kinds:
            hours = self.detail.get((person.pk, kind))
            if hours and row.amount(kind):
                words = {"kind": str(HourKind(kind).label), "hours": show.num(hours)}
                found.append(Issue("", "IN_DETAIL", None, words))
        end = leave_end(row)
        if end and not any(
            leave.start <= date.fromisoformat(row.leave_from) and (leave.end is None or end <= leave.end)
            for leave in self.leaves[person.pk]
        ):
            found.append(Issue("请假起", "LEAVE_UNKNOWN", None, {"start": row.leave_from, "end": row.leave_to}))
        return found + self._service(person, row)

    def _service(self, person: Person, row: LedgerRow) -> list[Issue]:
        rows = self.memberships[person.pk]
        joined = joined_on(rows, self.day)
        found = []
        if row.joined and joined and joined.isoformat()[:7] != row.joined[:7]:
            found.append(Issue("入职时间", "JOINED_DIFFERS", row.joined, {"day": joined.isoformat()}))
        held = next((one for one in rows if one.covers(self.day)), None)
        if held and held.category != row.category:
            found.append(Issue("人员类别", "CATEGORY_DIFFERS", None, {"category": held.get_category_display()}))
        return found

    def days(self, person: Person, row: LedgerRow) -> tuple[dict[str, date], bool]:
        """({kind: day}, does the ledger hold all of it already)."""
        days, same = {}, True
        for kind in row.hours:
            credit = self.standing.get((person.pk, source_of(self.year, kind)))
            held = credit.hours if credit else Decimal(0)
            same &= held == row.amount(kind)
            days[kind] = credit.earned_on if credit and held == row.amount(kind) else self.day
        return days, same


def _units(lines: list[Line]) -> list[UnitProposal]:
    """Units that rows of unknown people name and the tree does not know, parents first."""
    book = unit_book()
    for line in lines:
        book.note(line.row.unit)
    for line in lines:
        if line.person is None and line.row.unit and line.action != REJECT:
            book.use(book.resolve(line.row.unit))
    return book.proposals()


def unit_book() -> UnitBook:
    """The tree's names, as rosters resolve them."""
    rows = Unit.objects.prefetch_related("aliases")
    return UnitBook.of(KnownUnit(row.name, row.kind, tuple(alias.name for alias in row.aliases.all())) for row in rows)


def lines_to_show(plan_: HoursPlan, action: str = "") -> list[ImportRow]:
    """Rows for components/import_row.html, of one action or all."""
    return [
        ImportRow(
            sheet=plan_.sheet.sheet,
            row=line.row.row,
            action=line.action,
            name=line.row.name,
            id_masked=line.row.id_masked,
            issues=tuple(IssueLine(issue.field, issue.raw or "", "", message(issue)) for issue in line.issues),
        )
        for line in plan_.lines
        if not action or line.action == action
    ]


def earlier_imports(user) -> list[LearningImport]:
    """The last uploads of this account."""
    rows = LearningImport.objects.filter(kind=LearningImport.Kind.HOURS, uploaded_by=user)
    return list(rows.order_by("-uploaded_at", "-pk")[:20])


def find_import(user, pk: int) -> LearningImport:
    """One of the account's own uploads: a ledger names everybody on it. Raises LearningImport.DoesNotExist."""
    return LearningImport.objects.get(pk=pk, kind=LearningImport.Kind.HOURS, uploaded_by=user)


def report(plan_: HoursPlan, today: date) -> dict:
    """JSON of ``manage.py import_hours``: totals and rows as the roster's, numbers masked."""
    sheet = plan_.sheet
    return {
        "as_of": today.isoformat(),
        "year": plan_.year,
        "sheets": [{"name": sheet.sheet, "role": "hours", "header_rows": [sheet.header_row]}],
        "title": sheet.title,
        "columns": [{"name": heading, "kind": kind} for heading, kind in sheet.columns],
        "ignored": sheet.ignored,
        "totals": plan_.totals,
        "hours": {kind: float(value) for kind, value in plan_.sums.items()},
        "unknown_people": plan_.unknown,
        "units_proposed": [unit.as_dict() for unit in plan_.units],
        "year_closed": plan_.closed,
        "problem": plan_.problem or None,
        "rows": [_row_json(sheet.sheet, line) for line in plan_.lines],
    }


def _row_json(sheet: str, line: Line) -> dict:
    row = line.row
    issues = [
        {"field": issue.field, "code": issue.code, "raw": issue.raw, "fixed": None, "message": message(issue)}
        for issue in line.issues
    ]
    record = {
        "name": row.name,
        "id_masked": row.id_masked,
        "unit": row.unit,
        "category": row.category,
        "joined": row.joined or None,
        "leave": [row.leave_from, row.leave_to] if row.leave_from else None,
        "hours": {kind: float(value) for kind, value in row.hours.items()},
    }
    return {"sheet": sheet, "row": row.row, "action": line.action, "issues": issues, "record": record}
