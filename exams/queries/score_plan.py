"""What importing a score sheet would do: rows against the people and the sitting, and the register that follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.formats.scores import ACCEPT, REJECT, REVIEW, Issue, ScoreRow, ScoreSheet, UnreadableError, figures, read
from exams.models.sittings import Entry, Outcome, Registration, Sitting, SittingPaper
from portal import crypto
from portal.ui import ImportRow, IssueLine
from staffing.models import Person, Unit
from staffing.roster.text import squeeze
from staffing.roster.units import KnownUnit, UnitBook, UnitProposal

SKIP = "skip"
MESSAGES = {
    "NO_NAME": gettext_lazy("没有姓名。"),
    "NO_ID": gettext_lazy("没有身份证号，无法对应到人。"),
    "ID_BAD": gettext_lazy("身份证号有误，请对照证件改正。"),
    "ID_TWICE": gettext_lazy("与第%(other)s行身份证号相同。"),
    "NO_TWICE": gettext_lazy("准考证号与第%(other)s行相同。"),
    "NO_SCORE": gettext_lazy("“%(paper)s”没有得分，也没有写明弃考或缺考。"),
    "NOT_A_SCORE": gettext_lazy("“%(paper)s”的得分不是数字。"),
    "SCORE_BOUNDS": gettext_lazy("“%(paper)s”的得分应在0至%(total)s分之间。"),
    "RESULT_DIFFERS": gettext_lazy("表中结果为“%(stated)s”，按得分应为“%(computed)s”。"),
    "SCORES_AND_WORD": gettext_lazy("写明“%(word)s”，却有得分。"),
    "UNKNOWN_PERSON": gettext_lazy("库中没有此人，请先导入花名册；或在导入时选择“同时登记库中没有的人员”。"),
    "NAME_DIFFERS": gettext_lazy("身份证号对应的人在库中姓名不同，请核对。"),
    "RELEASED": gettext_lazy("成绩已发布，与登记册不同；需要改动的，走成绩复核。"),
    "NO_TAKEN": gettext_lazy("准考证号已由另一考生使用，请核对。"),
}
UNREADABLE = gettext_lazy("没有识别到成绩表，请检查表头是否有“姓名”“身份证号”或“准考证号”，以及各科得分。")


def outcome_label(part: str) -> str:
    """合格 … or 待定."""
    return str(Outcome(part).label) if part in Outcome.values else _("待定")


def message(issue: Issue) -> str:
    """An issue in a sentence."""
    words = dict(issue.words)
    for name in ("word", "computed"):
        if name in words:
            words[name] = outcome_label(words[name])
    return str(MESSAGES[issue.code]) % words


@dataclass
class Line:
    """A row and who it is. ``action``: accept, review, reject, or skip when it is all in already."""

    row: ScoreRow
    action: str
    person: Person | None = None
    issues: list[Issue] = field(default_factory=list)

    @property
    def is_new_person(self) -> bool:
        return self.person is None


@dataclass
class ScorePlan:
    """``sheet`` as read, its lines against today's facts, units that ``add_people`` would create."""

    sheet: ScoreSheet
    lines: list[Line]
    units: list[UnitProposal]
    unknown: int
    problem: str = ""

    @property
    def totals(self) -> dict[str, int]:
        counts = Counter(line.action for line in self.lines)
        return {action: counts[action] for action in (ACCEPT, REVIEW, REJECT, SKIP)}

    @property
    def figures(self) -> dict[str, int]:
        """The register of the whole sheet."""
        return figures(self.sheet.rows)

    @property
    def differences(self) -> list[str]:
        told = []
        for name, stated, counted in self.sheet.differences:
            label = {"registered": _("应考"), "sat": _("实考")}.get(name) or outcome_label(name)
            told.append(
                _("表尾写明%(label)s%(stated)s人，逐行合计%(counted)s人。")
                % {"label": label, "stated": stated, "counted": counted}
            )
        return told


def read_sheet(book, sitting: Sitting, today: date) -> ScoreSheet:
    """The score sheet in a file. Raises UnreadableError."""
    known = [(paper.title, paper.total, paper.pass_mark) for paper in _papers(sitting)]
    try:
        return read(book, papers=known, today=today)
    except UnreadableError as error:
        raise UnreadableError(str(UNREADABLE)) from error


def _papers(sitting: Sitting) -> list[SittingPaper]:
    return list(SittingPaper.objects.filter(sitting_id=sitting.pk).order_by("position"))


def plan(sheet: ScoreSheet, sitting: Sitting, *, add_people: bool = False) -> ScorePlan:
    """Compare a sheet with people and sitting. Eight queries whatever its length."""
    people = {
        person.id_index: person
        for person in Person.objects.filter(
            id_index__in=[crypto.blind_index(row.id_number) for row in sheet.rows if row.id_number]
        ).defer("id_number", "mobile")
    }
    known = _Known(sitting)
    lines, unknown = [], 0
    for row in sheet.rows:
        person = people.get(crypto.blind_index(row.id_number)) if row.id_number else None
        issues = list(row.issues)
        if row.id_number and person is None:
            unknown += 1
            if not add_people:
                issues.append(Issue("身份证号", "UNKNOWN_PERSON"))
        elif person is not None and squeeze(person.name) != row.name:
            issues.append(Issue("姓名", "NAME_DIFFERS"))
        if row.exam_no and known.numbers.get(row.exam_no, person and person.pk) != (person and person.pk):
            issues.append(Issue("准考证号", "NO_TAKEN"))
        same = person is not None and known.holds(person.pk, row, sheet.papers)
        if sitting.state == Sitting.State.RELEASED and not same:
            issues.append(Issue("", "RELEASED"))
        action = ScoreRow(row.row, issues=issues).action
        lines.append(Line(row, SKIP if same and action == ACCEPT else action, person, issues))
    return ScorePlan(sheet, lines, _units(sheet, lines), unknown, _problem(sitting, sheet, known))


def _problem(sitting: Sitting, sheet: ScoreSheet, known: _Known) -> str:
    """Why nothing of this sheet can go into this sitting."""
    if sitting.online:
        return _("线上场次的成绩由系统评定，不能导入成绩表。")
    if sitting.state == Sitting.State.CANCELLED:
        return _("场次已取消，不能导入成绩。")
    titles = [squeeze(paper.title) for paper in known.papers]
    if titles and sorted(titles) != sorted(sheet.papers):
        told = {"sheet": _("、").join(sheet.papers), "sitting": _("、").join(titles)}
        return _("表中科目为%(sheet)s，场次科目为%(sitting)s，请核对后再导入。") % told
    return ""


class _Known:
    """What the sitting holds already."""

    def __init__(self, sitting: Sitting):
        self.papers = _papers(sitting)
        rows = Registration.objects.filter(sitting_id=sitting.pk)
        self.registrations = {row.person_id: row for row in rows}
        self.numbers = {row.exam_no: row.person_id for row in self.registrations.values() if row.exam_no}
        titles = {paper.pk: squeeze(paper.title) for paper in self.papers}
        self.scores: dict[tuple[int, str], Decimal | None] = {
            (entry.registration_id, titles[entry.paper_id]): entry.score
            for entry in Entry.objects.filter(registration__sitting_id=sitting.pk)
        }

    def holds(self, person_id: int, row: ScoreRow, papers: list[str]) -> bool:
        """Whether the row says nothing new."""
        one = self.registrations.get(person_id)
        if one is None or (row.exam_no and one.exam_no != row.exam_no):
            return False
        marked = (one.state == Registration.State.WITHDRAWN, one.absent, one.disqualified)
        if marked != tuple(row.outcome == part for part in (Outcome.WITHDRAWN, Outcome.ABSENT, Outcome.DISQUALIFIED)):
            return False
        return all(
            self.scores.get((one.pk, title)) == (None if score is None else Decimal(score))
            for title, score in zip(papers, row.scores)
        )


def _units(sheet: ScoreSheet, lines: list[Line]) -> list[UnitProposal]:
    """Units that rows of unknown people name and the tree does not know, parents first."""
    book = unit_book()
    for line in lines:
        book.note(line.row.unit)
    for line in lines:
        if line.is_new_person and line.row.unit and line.action != REJECT:
            book.use(book.resolve(line.row.unit))
    return book.proposals()


def unit_book() -> UnitBook:
    """The tree's names, as rosters resolve them."""
    rows = Unit.objects.prefetch_related("aliases")
    return UnitBook.of(KnownUnit(row.name, row.kind, tuple(alias.name for alias in row.aliases.all())) for row in rows)


def lines_to_show(plan_: ScorePlan, action: str = "") -> list[ImportRow]:
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


def report(plan_: ScorePlan, sitting: Sitting) -> dict:
    """JSON of ``manage.py import_scores``: totals and rows as the roster's, numbers masked, and the register."""
    return {
        "sitting": sitting.code,
        "as_of": timezone.localdate().isoformat(),
        "sheets": [{"name": plan_.sheet.sheet, "role": "scores", "header_rows": [plan_.sheet.header_row]}],
        "title": plan_.sheet.title,
        "held_on": plan_.sheet.held_on or None,
        "papers": plan_.sheet.papers,
        "totals": plan_.totals,
        "register": plan_.figures,
        "footer": plan_.sheet.footer,
        "differences": plan_.differences,
        "unknown_people": plan_.unknown,
        "units_proposed": [unit.as_dict() for unit in plan_.units],
        "problem": plan_.problem or None,
        "rows": [
            {
                "sheet": plan_.sheet.sheet,
                "row": line.row.row,
                "action": line.action,
                "issues": [
                    {
                        "field": issue.field,
                        "code": issue.code,
                        "raw": issue.raw,
                        "fixed": None,
                        "message": message(issue),
                    }
                    for issue in line.issues
                ],
                "record": {
                    "exam_no": line.row.exam_no,
                    "name": line.row.name,
                    "id_masked": line.row.id_masked,
                    "unit": line.row.unit,
                    "scores": line.row.scores,
                    "outcome": line.row.outcome,
                    "reason": line.row.reason,
                },
            }
            for line in plan_.lines
        ],
    }
