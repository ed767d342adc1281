"""What a transcript (成绩单) says: exam, candidate number, papers, result. The ID number is masked already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models.sittings import Entry, Outcome, Registration, Sitting
from exams.queries.register import ON_REGISTER
from portal.figures import num


@dataclass(frozen=True)
class Line:
    """One paper: figures as text, "—" where there is none."""

    title: str
    total: str
    pass_mark: str
    score: str
    result: str


@dataclass(frozen=True)
class Transcript:
    exam: str
    held_on: date
    name: str
    id_masked: str
    unit: str
    exam_no: str
    lines: tuple[Line, ...]
    outcome: str
    issuer: str
    released_on: date


def transcript(registration: Registration) -> Transcript | None:
    """Of a registration with person, unit and sitting (with its unit) loaded; None before the release and for who is
    not on the register. Two queries.
    """
    sitting = registration.sitting
    if sitting.state != Sitting.State.RELEASED or registration.state not in ON_REGISTER:
        return None
    counts = registration.outcome in (Outcome.PASSED, Outcome.FAILED)
    entries = {entry.paper_id: entry for entry in Entry.objects.filter(registration=registration)}
    return Transcript(
        exam=sitting.title,
        held_on=timezone.localdate(sitting.opens_at),
        name=registration.person.name,
        id_masked=registration.person.id_masked,
        unit=registration.unit.name,
        exam_no=registration.exam_no or "",
        lines=tuple(_line(paper, entries.get(paper.pk), counts) for paper in sitting.papers.order_by("position")),
        outcome=registration.get_outcome_display(),
        issuer=sitting.issuer or sitting.unit.name,
        released_on=timezone.localdate(sitting.released_at),
    )


def _line(paper, entry: Entry | None, counts: bool) -> Line:
    if entry is None or not entry.sat:
        score, result = "—", _("未参加")
    elif not counts:
        score, result = "—", "—"
    else:
        score, result = num(entry.score), _("合格") if entry.passed else _("不合格")
    return Line(paper.title, num(paper.total), num(paper.pass_mark), score, result)
