"""Whom one may register: people whose base unit lies inside the scope, with the verdict on each; and what a sheet of
names means for a sitting.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from exams.models.sittings import Registration, Sitting
from exams.queries import eligibility
from portal import crypto
from portal.access import Scope
from portal.sheets import Book, Sheet
from staffing.models import Membership, Person, Posting, Unit
from staffing.models.postings import Layer
from staffing.queries.people_list import NUMBERS
from staffing.roster.columns import match_header
from staffing.roster.idcard import IdNumber, masked, parse_id
from staffing.roster.messages import issue_text
from staffing.roster.model import Issue

LIVE = (Registration.State.PENDING, Registration.State.APPROVED)
UNITS = ("working_unit", "establishment_unit", "squad", "posted_unit")
HEAD_ROWS = 12
MOST_ROWS = 5000


def reachable(scope: Scope, day: date, unit: Unit | None = None) -> QuerySet[Person]:
    """People whose base unit on ``day`` (deployed to, else home) lies in ``scope`` and, when given, under ``unit``."""
    deployed = Posting.objects.on(day).filter(layer=Layer.DEPLOYED, to_unit__isnull=False)
    at_home = Membership.objects.on(day)
    posted = deployed.filter(Exists(at_home.filter(person=OuterRef("person"))))
    home = at_home.filter(~Exists(deployed.filter(person=OuterRef("person"))))
    home, posted = home.filter(scope.inside("unit__path")), posted.filter(scope.inside("to_unit__path"))
    if unit is not None:
        home, posted = home.filter(unit__path__startswith=unit.path), posted.filter(to_unit__path__startswith=unit.path)
    people = Person.objects.filter(Q(pk__in=home.values("person")) | Q(pk__in=posted.values("person")))
    return people.defer(*NUMBERS).order_by("staff_no")


OPEN, IN, OUT = "open", "in", "out"


@dataclass(frozen=True)
class Choice:
    """One person who may be chosen: registered already (``state``), eligible, or why not."""

    person: Person
    unit: Unit | None
    eligible: bool
    reasons: list[str]
    state: str = ""
    state_text: str = ""
    barred: bool = False

    @property
    def standing(self) -> str:
        """OPEN: may be registered; IN: is registered; OUT: may not be."""
        if self.state in LIVE:
            return IN
        return OPEN if self.eligible and not self.barred else OUT


def choices(sitting: Sitting, people: Sequence[Person], *, office: bool = True) -> list[Choice]:
    """``people`` with their verdicts and registrations. Nine queries. Not ``office``: who was refused is barred, as for
    everybody who was disqualified here.
    """
    verdicts = eligibility.explain(sitting, people)
    rows = Registration.objects.filter(sitting=sitting, person__in=people)
    there = {row[0]: row[1:] for row in rows.values_list("person", "state", "disqualified", "reason")}
    found = []
    for person in people:
        verdict, (state, disqualified, reason) = verdicts[person.pk], there.get(person.pk, ("", False, ""))
        refused = state == Registration.State.REFUSED and not office
        reasons = list(verdict.reasons)
        if disqualified:
            reasons.insert(0, _("已取消成绩，不能再报本场次"))
        elif refused:
            reasons.insert(0, _("报名未通过审核：%(reason)s。需要时请联系考务") % {"reason": reason})
        text = str(Registration.State(state).label) if state else ""
        found.append(
            Choice(person, verdict.unit, verdict.eligible, reasons, state, text, barred=disqualified or refused)
        )
    return found


# --- sheets ----------------------------------------------------------------------------------------------------------


@dataclass
class Row:
    """One line of a sheet. ``action``: accept | duplicate | skip | reject; ``person`` the id when it is settled."""

    sheet: str
    row: int
    name: str = ""
    id_masked: str = ""
    staff_no: str = ""
    unit: str = ""
    action: str = "accept"
    person: int | None = None
    issues: list[str] = field(default_factory=list)

    def end(self, action: str, *issues: str) -> None:
        self.action = action
        self.issues += issues


@dataclass(frozen=True)
class Plan:
    rows: list[Row]

    @property
    def totals(self) -> dict[str, int]:
        found = Counter(row.action for row in self.rows)
        return {action: found.get(action, 0) for action in ("accept", "duplicate", "skip", "reject")}

    @property
    def accepted(self) -> list[int]:
        return [row.person for row in self.rows if row.action == "accept"]

    def as_json(self) -> dict:
        return {"rows": [asdict(row) for row in self.rows]}

    @classmethod
    def of(cls, data: dict) -> Plan:
        return cls([Row(**row) for row in data["rows"]])


class UnreadableError(ValueError):
    """No sheet has a head row with a name and a number; the message says what to do."""


def plan(book: Book, sitting: Sitting, *, scope: Scope, day: date) -> Plan:
    """What registering the people of ``book`` would do today. Writes nothing.

    A person is found by ID number, else by staff number, always with the name; somebody outside ``scope`` is as unknown
    as somebody who does not exist. Raises UnreadableError.
    """
    rows, ids = [], {}
    for sheet in book.sheets:
        if not sheet.hidden and (head := _head(sheet)):
            rows += _rows(sheet, *head, day, ids)
    if not rows and not any(_head(sheet) for sheet in book.sheets):
        raise UnreadableError(_("没有识别到名单，请检查表头是否有“姓名”和“身份证号”或“工号”。"))
    if len(rows) > MOST_ROWS:
        raise UnreadableError(_("名单超过%(n)s行，请分成几个文件上传。") % {"n": MOST_ROWS})
    _find_people(rows, ids, scope, day)
    _judge(rows, sitting)
    return Plan(rows)


def _text(value) -> str:
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return "".join(str(value).split()) if value is not None else ""


def _head(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """(index of the head row, {column: index})."""
    for at, cells in enumerate(sheet.rows[:HEAD_ROWS]):
        found: dict[str, int] = {}
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and (canonical := match_header((cell,)).canonical):
                found.setdefault(canonical, column)
        if "name" in found and ({"id_number", "staff_no"} & found.keys()):
            return at, found
    return None


def _rows(sheet: Sheet, at: int, columns: dict[str, int], day: date, ids: dict[int, IdNumber]) -> list[Row]:
    def cell(cells, name):
        index = columns.get(name)
        return cells[index] if index is not None and index < len(cells) else None

    found = []
    unit_column = next((name for name in UNITS if name in columns), "")
    for number, cells in enumerate(sheet.rows[at + 1 :], at + 2):
        if not any(_text(cell(cells, name)) for name in ("name", "id_number", "staff_no")):
            continue
        row = Row(sheet.name, number, _text(cell(cells, "name"))[:50], unit=_text(cell(cells, unit_column))[:80])
        row.staff_no = _text(cell(cells, "staff_no"))[:30]
        parsed = parse_id(cell(cells, "id_number"), day)
        row.id_masked = masked(parsed.value) if parsed.value else ""
        found.append(row)
        if not row.name:
            row.end("reject", _("姓名为空，请补填。"))
        elif parsed.error:
            issue = Issue(parsed.error, "id_number", parsed.raw)
            row.end("reject", issue_text(issue, "en" if (get_language() or "").startswith("en") else "zh"))
        elif not parsed.value and not row.staff_no:
            row.end("reject", _("身份证号和工号都为空，不能确认是谁，请补填一项。"))
        ids[id(row)] = parsed
    return found


def _find_people(rows: list[Row], ids: dict[int, IdNumber], scope: Scope, day: date) -> None:
    open_rows = [row for row in rows if row.action == "accept"]
    index_of = {id(row): crypto.blind_index(ids[id(row)].value) for row in open_rows if ids[id(row)].value}
    people = reachable(scope, day)
    by_index = {p.id_index: p for p in people.filter(id_index__in=list(index_of.values()))}
    numbers = {row.staff_no for row in open_rows if row.staff_no}
    by_number = {p.staff_no: p for p in people.filter(staff_no__in=numbers)}
    seen: dict[int, Row] = {}
    for row in open_rows:
        person = by_index.get(index_of[id(row)]) if id(row) in index_of else by_number.get(row.staff_no)
        if person is None:
            row.end("reject", _("未找到。请核对证件号或工号；不在您管理范围内的人由其所在单位报名。"))
        elif person.name != row.name:
            row.end("reject", _("姓名与证件号或工号登记的不一致，请核对。"))
        elif id(row) in index_of and row.staff_no and row.staff_no != person.staff_no:
            row.end("reject", _("身份证号与工号不是同一人，请核对。"))
        elif person.pk in seen:
            first = seen[person.pk]
            row.end("duplicate", _("与%(sheet)s第%(row)s行重复。") % {"sheet": first.sheet, "row": first.row})
        else:
            seen[person.pk] = row
            row.person, row.staff_no = person.pk, person.staff_no
            row.id_masked = row.id_masked or person.id_masked


def _judge(rows: list[Row], sitting: Sitting) -> None:
    open_rows = [row for row in rows if row.action == "accept"]
    keys = [row.person for row in open_rows]
    verdicts = eligibility.explain(sitting, keys)
    there = dict(Registration.objects.filter(sitting=sitting, person__in=keys).values_list("person", "state"))
    for row in open_rows:
        verdict = verdicts[row.person]
        if there.get(row.person) in LIVE:
            row.end("skip", _("已报名。"))
        elif not verdict.eligible:
            row.end("reject", *(reason + _("。") for reason in verdict.reasons))
        elif row.unit and verdict.unit and row.unit not in (verdict.unit.name, verdict.unit.short_name):
            row.issues.append(
                _("表中单位为“%(unit)s”，按登记的%(own)s报名。") % {"unit": row.unit, "own": verdict.unit.name}
            )


def by_reason(refused: dict[Person, list[str]]) -> dict[str, list[str]]:
    """{reason: names}: what a message about many refused people says."""
    found = defaultdict(list)
    for person, reasons in refused.items():
        found[str(_("；")).join(reasons)].append(person.name)
    return dict(found)
