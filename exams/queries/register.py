"""The register of a sitting: who is in which of the five parts, both pass rates by name, and what is still pending."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exams.models.attempts import Attempt
from exams.models.marking import KeyDecision, MarkingTask
from exams.models.results import PassCertificate, Register
from exams.models.sittings import Entry, Outcome, Registration, Sitting, SittingPaper
from exams.queries.eligibility import retakes_allowed
from exams.rules.register import PARTS, PaperResult, Sums, outcome_of, sum_up
from portal.access import Scope

ON_REGISTER = (Registration.State.APPROVED, Registration.State.WITHDRAWN)
OVER = (Sitting.State.CLOSED, Sitting.State.RELEASED)


@dataclass(frozen=True)
class RegisterRow:
    """One registered person. ``scores``: one a paper in order, None where there is none."""

    registration: Registration
    outcome: str | None
    scores: tuple[Decimal | None, ...]
    sat: bool
    note: str = ""
    certificate: str = ""
    retakes_left: int | None = None

    @property
    def outcome_text(self) -> str:
        return str(Outcome(self.outcome).label) if self.outcome else _("待定")

    @property
    def person(self):
        return self.registration.person


@dataclass(frozen=True)
class RegisterView:
    """The register as it stands now. The parts (with ``waiting``, 0 once everything is marked) sum to registered."""

    sitting: Sitting
    papers: tuple[SittingPaper, ...]
    rows: tuple[RegisterRow, ...]
    sums: Sums = field(default_factory=Sums)

    registered = property(lambda self: self.sums.registered)
    sat = property(lambda self: self.sums.sat)
    passed = property(lambda self: self.sums.passed)
    failed = property(lambda self: self.sums.failed)
    withdrawn = property(lambda self: self.sums.withdrawn)
    absent = property(lambda self: self.sums.absent)
    disqualified = property(lambda self: self.sums.disqualified)
    waiting = property(lambda self: self.sums.waiting)


def register_of(sitting: Sitting, scope: Scope | None = None) -> RegisterView:
    """The register of a sitting, of all its people or of those whose unit lies in ``scope``. At most 7 queries.

    Registered are the approved and those who withdrew after; pending, refused and cancelled registrations are not.
    While the sitting runs, who has not sat yet is waiting, not absent.
    """
    papers = tuple(SittingPaper.objects.filter(sitting=sitting).order_by("position"))
    people = Registration.objects.filter(sitting=sitting, state__in=ON_REGISTER)
    if scope is not None:
        people = people.filter(scope.inside("unit__path"))
    people = list(people.select_related("person", "unit").order_by("exam_no", "pk"))
    entries: dict[int, dict[int, Entry]] = {}
    for entry in Entry.objects.filter(registration__sitting=sitting):
        entries.setdefault(entry.registration_id, {})[entry.paper_id] = entry
    serials = dict(
        PassCertificate.objects.filter(registration__sitting=sitting).values_list("registration_id", "serial")
    )
    notes = _notes(sitting)
    rows = [_row(one, sitting, papers, entries.get(one.pk, {}), serials, notes) for one in people]
    left = retakes_left(sitting, [row.registration.person_id for row in rows if row.outcome == Outcome.FAILED])
    rows = tuple(replace(row, retakes_left=left.get(row.registration.person_id)) if left else row for row in rows)
    return RegisterView(sitting, papers, rows, sum_up((row.outcome, row.sat) for row in rows))


def _row(one: Registration, sitting, papers, entries, serials, notes) -> RegisterRow:
    results = [
        PaperResult(entry.sat, entry.score, entry.passed) if (entry := entries.get(paper.pk)) else PaperResult(False)
        for paper in papers
    ]
    outcome = outcome_of(
        results,
        withdrawn=one.state == Registration.State.WITHDRAWN,
        absent=one.absent,
        disqualified=one.disqualified,
    )
    if outcome == Outcome.ABSENT and not one.absent and sitting.state not in OVER:
        outcome = None
    return RegisterRow(
        registration=one,
        outcome=outcome,
        scores=tuple(result.score for result in results),
        # A sheet imported again may take somebody's marks back: withdrawn or absent, they did not sit.
        sat=any(result.sat for result in results) and outcome not in (Outcome.WITHDRAWN, Outcome.ABSENT),
        note=notes.get(one.pk, ""),
        certificate=serials.get(one.pk, ""),
    )


def _notes(sitting: Sitting) -> dict[int, str]:
    """What the last edition says about each person's qualification."""
    if sitting.state != Sitting.State.RELEASED:
        return {}
    last = latest(sitting)
    return {row["registration"]: row.get("note", "") for row in last.body["rows"]} if last else {}


def latest(sitting: Sitting) -> Register | None:
    """The newest edition of the released register."""
    return Register.objects.filter(sitting=sitting).order_by("edition").last()


def retakes_left(sitting: Sitting, people: Iterable[int]) -> dict[int, int]:
    """{person id: how often they may still try} for ``people`` who failed here; nobody who has passed since.

    Counted as eligibility counts: what the first sitting allows, less the retakes not passed (缺考 included).
    """
    people = list(people)
    if not people:
        return {}
    first = sitting.retake_of_id or sitting.pk
    tried = dict.fromkeys(people, 0)
    rows = Registration.objects.filter(Q(sitting=first) | Q(sitting__retake_of=first), person__in=people)
    rows = rows.filter(sitting__state=Sitting.State.RELEASED).exclude(sitting=sitting.pk)
    for person, outcome in rows.values_list("person", "outcome"):
        if outcome == Outcome.PASSED:
            tried.pop(person, None)
        elif outcome in (Outcome.FAILED, Outcome.ABSENT) and person in tried:
            tried[person] += 1
    allowed = retakes_allowed(sitting)
    return {person: max(0, allowed - n) for person, n in tried.items()}


# --- what stands in the way of a release ----------------------------------------------------------------------------


def pending(sitting: Sitting) -> list[str]:
    """Sentences that say why results cannot be released yet; empty when they can. Six queries at most."""
    if sitting.rehearsal:
        return [_("演练场次不产生成绩和资格，不能发布。")]
    if sitting.state != Sitting.State.CLOSED:
        return [_("场次状态为“%(state)s”，结束后才能发布。") % {"state": sitting.get_state_display()}]
    told = []
    attempts = Attempt.objects.filter(sitting=sitting)
    if n := attempts.exclude(state=Attempt.State.SUBMITTED).count():
        told.append(ngettext("%(n)s人仍在作答，不能发布。", "%(n)s人仍在作答，不能发布。", n) % {"n": n})
    if n := attempts.filter(state=Attempt.State.SUBMITTED, marked_at=None).count():
        told.append(ngettext("%(n)s份答卷尚未评分，不能发布。", "%(n)s份答卷尚未评分，不能发布。", n) % {"n": n})
    waiting = MarkingTask.objects.filter(attempt__sitting=sitting, state=MarkingTask.State.WAITING)
    if n := waiting.order_by().values("attempt", "item").distinct().count():
        told.append(ngettext("%(n)s份主观题未评完，不能发布。", "%(n)s份主观题未评完，不能发布。", n) % {"n": n})
    if n := KeyDecision.objects.filter(sitting=sitting, kind=KeyDecision.Kind.OPEN).count():
        told.append(ngettext("%(n)s项试题异议未处理，不能发布。", "%(n)s项试题异议未处理，不能发布。", n) % {"n": n})
    if not told:
        sums = register_of(sitting).sums
        if not sums.registered:
            told.append(_("还没有可发布的成绩。"))
        if sums.waiting:
            told.append(
                ngettext("%(n)s人的成绩不完整，不能发布。", "%(n)s人的成绩不完整，不能发布。", sums.waiting)
                % {"n": sums.waiting}
            )
    return told


# --- the frozen form ------------------------------------------------------------------------------------------------


def body_of(view: RegisterView, *, released_at) -> dict:
    """The register as it is frozen: plain values, marks as strings, ID numbers masked."""
    sitting = view.sitting
    return {
        "sitting": {
            "code": sitting.code,
            "title": sitting.title,
            "unit": sitting.unit.name,
            "issuer": sitting.issuer,
            "opens_at": sitting.opens_at.isoformat(),
            "grants": sitting.grants,
        },
        "released_at": released_at.isoformat(),
        "papers": [
            {"title": paper.title, "total": str(paper.total), "pass_mark": str(paper.pass_mark)}
            for paper in view.papers
        ],
        "sums": {"registered": view.registered, "sat": view.sat} | {part: getattr(view, part) for part in PARTS},
        "rows": [frozen_row(row) for row in view.rows],
    }


def frozen_scores(row: RegisterRow) -> list[str | None]:
    """Marks as strings of decimals."""
    return [None if score is None else str(score) for score in row.scores]


def frozen_row(row: RegisterRow) -> dict:
    """One person's line of the frozen register."""
    one = row.registration
    return {
        "registration": one.pk,
        "exam_no": one.exam_no or "",
        "name": one.person.name,
        "staff_no": one.person.staff_no,
        "id_masked": one.person.id_masked,
        "unit_code": one.unit.code,
        "unit": one.unit.name,
        "scores": frozen_scores(row),
        "outcome": row.outcome,
        "reason": one.reason,
        "certificate": row.certificate,
        "note": row.note,
    }


@dataclass(frozen=True)
class RegisterSheet:
    """The register as it leaves the portal: the newest edition as it was frozen, before release as it stands now.

    ``rows``: as in the frozen body, with ``outcome_text`` and marks as decimals.
    """

    papers: list[str]
    rows: list[dict]
    sums: Sums
    edition: Register | None = None


def sheet_of(sitting: Sitting) -> RegisterSheet:
    """What is printed and exported. One query once released."""
    edition = latest(sitting) if sitting.state == Sitting.State.RELEASED else None
    if edition is None:
        view = register_of(sitting)
        papers, rows, sums = [paper.title for paper in view.papers], [frozen_row(row) for row in view.rows], view.sums
    else:
        papers, rows = [paper["title"] for paper in edition.body["papers"]], edition.body["rows"]
        sums = Sums(**{name: n for name, n in edition.body["sums"].items() if name != "registered"})
    return RegisterSheet(papers, [readable(row) for row in rows], sums, edition)


def readable(row: dict) -> dict:
    """A frozen line with its outcome in words and marks as decimals."""
    outcome = str(Outcome(row["outcome"]).label) if row["outcome"] else _("待定")
    scores = [None if score is None else Decimal(score) for score in row["scores"]]
    return row | {"outcome_text": outcome, "scores": scores}


def digest(body: dict) -> str:
    """SHA-256 of the canonical JSON of a frozen body."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(register: Register) -> bool:
    """Whether a stored edition is what was frozen."""
    return digest(register.body) == register.sha256


# --- the command ----------------------------------------------------------------------------------------------------


def report(sitting: Sitting) -> dict:
    """JSON of ``manage.py register``: the parts sum to registered (with ``waiting`` while marking goes on)."""
    view = register_of(sitting)
    sums = view.sums
    return {
        "sitting": sitting.code,
        "title": sitting.title,
        "state": sitting.state,
        "registered": sums.registered,
        "sat": sums.sat,
        **{part: getattr(sums, part) for part in PARTS},
        "waiting": sums.waiting,
        "pass_rate_of_sat": sums.pass_rate_of_sat,
        "pass_rate_of_registered": sums.pass_rate_of_registered,
        "attendance_rate": sums.attendance_rate,
        "papers": [paper.title for paper in view.papers],
        "released_at": sitting.released_at.isoformat() if sitting.released_at else None,
        "rows": [frozen_row(row) for row in view.rows],
    }


def sum_text(view: RegisterView | Sums) -> str:
    """报名79＝合格77＋不合格1＋弃考1＋缺考0＋取消0。"""
    told = {"registered": view.registered} | {part: getattr(view, part) for part in PARTS}
    text = _(
        "报名%(registered)s＝合格%(passed)s＋不合格%(failed)s＋弃考%(withdrawn)s＋缺考%(absent)s＋取消%(disqualified)s"
    )
    text = text % told
    return text + _("＋待定%(n)s") % {"n": view.waiting} if view.waiting else text


def is_stale(view: RegisterView) -> bool:
    """Whether scores or outcomes have moved since the last edition, so that it wants correcting."""
    last = latest(view.sitting)
    frozen = {row["registration"]: (row["scores"], row["outcome"]) for row in last.body["rows"]} if last else {}
    now = {row.registration.pk: (frozen_scores(row), row.outcome) for row in view.rows}
    return bool(last) and frozen != now


def matching(rows: Iterable[RegisterRow], *, part: str = "", text: str = "") -> list[RegisterRow]:
    """Rows of one part ("" all, "waiting" the undecided) whose name, number or unit holds ``text``."""
    text = text.strip()
    return [
        row
        for row in rows
        if (not part or (row.outcome or "waiting") == part)
        and (
            not text
            or text in row.person.name
            or text in (row.registration.exam_no or "")
            or text in row.person.staff_no
            or text in row.registration.unit.name
        )
    ]
