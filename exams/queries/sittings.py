"""Sittings and who is registered, as far as a viewer may see: the office all of it, others what is no longer a draft
and their own people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from exams.models.attempts import Attempt
from exams.models.marking import MarkingTask
from exams.models.rooms import Seat
from exams.models.sittings import Duty, Outcome, Registration, Sitting
from exams.queries import eligibility
from portal.access import Scope
from staffing.models import Unit

State = Sitting.State
# In the order of what wants work; the first group is 未就绪.
GROUPS = (
    ("preparing", (State.DRAFT, State.REGISTERING, State.ARRANGED)),
    ("open", (State.OPEN,)),
    ("closed", (State.CLOSED,)),
    ("released", (State.RELEASED,)),
    ("cancelled", (State.CANCELLED,)),
)
LIVE = (Registration.State.PENDING, Registration.State.APPROVED)


def visible(scope: Scope, *, office: bool) -> QuerySet[Sitting]:
    """``office``: all sittings of the units in ``scope``; others: every real sitting that is no draft."""
    if office:
        return Sitting.objects.filter(scope.inside("unit__path"))
    return Sitting.objects.filter(rehearsal=False).exclude(state=State.DRAFT)


def find(scope: Scope, code: str, *, office: bool) -> Sitting:
    """The sitting of this code. Raises Sitting.DoesNotExist when it is out of reach."""
    return visible(scope, office=office).select_related("unit", "retake_of").get(code=code)


def group_of(state: str) -> str:
    """The group a state belongs to."""
    return next(key for key, states in GROUPS if state in states)


@dataclass(frozen=True)
class Line:
    """A sitting in the list. ``approved`` and ``pending`` count only candidates the viewer may see."""

    sitting: Sitting
    group: str
    approved: int
    pending: int
    days: int


def listed(
    scope: Scope,
    *,
    office: bool,
    counted: Scope,
    group: str = "",
    text: str = "",
    rehearsals: bool = False,
) -> QuerySet[Sitting]:
    """Sittings with ``approved`` and ``pending`` counted inside ``counted``, latest first (未就绪: the next first)."""
    rows = visible(scope, office=office).filter(rehearsal=rehearsals)
    if group:
        rows = rows.filter(state__in=dict(GROUPS)[group])
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(code__icontains=text))
    mine = counted.inside("registrations__unit__path")
    state = Registration.State
    rows = rows.annotate(
        approved=Count("registrations", filter=mine & Q(registrations__state=state.APPROVED)),
        pending=Count("registrations", filter=mine & Q(registrations__state=state.PENDING)),
    )
    rows = rows.select_related("unit")
    return rows.order_by("opens_at" if group == "preparing" else "-opens_at", "pk")


def counts(scope: Scope, *, office: bool) -> dict[str, int]:
    """{group: number of real sittings}. One query."""
    rows = visible(scope, office=office).filter(rehearsal=False).order_by().values("state").annotate(n=Count("pk"))
    found = dict.fromkeys((key for key, _states in GROUPS), 0)
    for row in rows:
        found[group_of(row["state"])] += row["n"]
    return found


def lines(rows: Sequence[Sitting], today: date) -> list[Line]:
    """Rows of ``listed`` for showing; ``days`` to the day of the sitting."""
    return [
        Line(row, group_of(row.state), row.approved, row.pending, (eligibility.day_of(row) - today).days)
        for row in rows
    ]


# --- one sitting -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numbers:
    """How far a sitting is. All counts are of persons, but ``to_mark`` (answers) and ``duties``."""

    pending: int
    approved: int
    refused: int
    withdrawn: int
    numbered: int
    seated: int
    no_account: int
    started: int
    writing: int
    submitted: int
    invigilators: int
    markers: int
    to_mark: int

    @property
    def registered(self) -> int:
        """Approved and withdrawn: the register's base."""
        return self.approved + self.withdrawn


def numbers(sitting: Sitting) -> Numbers:
    """Five queries."""
    state = Registration.State
    approved = Q(state=state.APPROVED)
    own = Registration.objects.filter(sitting=sitting).aggregate(
        pending=Count("pk", filter=Q(state=state.PENDING)),
        approved=Count("pk", filter=approved),
        refused=Count("pk", filter=Q(state=state.REFUSED)),
        withdrawn=Count("pk", filter=Q(state=state.WITHDRAWN)),
        numbered=Count("pk", filter=approved & Q(exam_no__isnull=False)),
        no_account=Count("pk", filter=approved & Q(person__user__isnull=True)),
    )
    seated = Seat.objects.filter(registration__sitting=sitting, registration__state=state.APPROVED).count()
    tried = Attempt.objects.filter(sitting=sitting).aggregate(
        started=Count("entry__registration", distinct=True),
        writing=Count("pk", filter=Q(state__in=[Attempt.State.OPEN, Attempt.State.PAUSED])),
        submitted=Count("entry__registration", filter=Q(state=Attempt.State.SUBMITTED), distinct=True),
    )
    duty = Duty.objects.filter(sitting=sitting).aggregate(
        invigilators=Count("pk", filter=Q(kind=Duty.Kind.INVIGILATE)),
        markers=Count("pk", filter=Q(kind=Duty.Kind.MARK)),
    )
    to_mark = MarkingTask.objects.filter(attempt__sitting=sitting, state=MarkingTask.State.WAITING).count()
    return Numbers(**own, seated=seated, **tried, **duty, to_mark=to_mark)


def candidates(
    scope: Scope,
    sitting: Sitting,
    *,
    state: str = "",
    unit: Unit | None = None,
    outcome: str = "",
    text: str = "",
) -> QuerySet[Registration]:
    """Registrations the viewer may see, by number, then unit. ``outcome`` "none": no result yet."""
    rows = Registration.objects.filter(scope.inside("unit__path"), sitting=sitting)
    if state:
        rows = rows.filter(state=state)
    if unit is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    if outcome:
        rows = rows.filter(outcome="" if outcome == "none" else outcome)
    if text:
        rows = rows.filter(Q(person__name__icontains=text) | Q(person__staff_no=text) | Q(exam_no=text))
    rows = rows.select_related("person", "unit").defer("person__id_number", "person__mobile")
    return rows.order_by("exam_no", "unit__path", "person__staff_no", "pk")


def reach(scope: Scope, sitting: Sitting, pk: int) -> Registration:
    """One registration through its sitting and the viewer's scope. Raises Registration.DoesNotExist."""
    rows = Registration.objects.filter(scope.inside("unit__path"), sitting=sitting)
    return rows.select_related("person", "unit", "sitting").get(pk=pk)


def states(scope: Scope, sitting: Sitting) -> dict[str, int]:
    """{state: persons} among the candidates the viewer may see. One query."""
    rows = Registration.objects.filter(scope.inside("unit__path"), sitting=sitting).order_by().values("state")
    found = {row["state"]: row["n"] for row in rows.annotate(n=Count("pk"))}
    return {str(state): found.get(state, 0) for state in Registration.State.values}


def units_of(scope: Scope, sitting: Sitting) -> QuerySet[Unit]:
    """Units that have candidates in this sitting, in tree order."""
    rows = Registration.objects.filter(scope.inside("unit__path"), sitting=sitting)
    return Unit.objects.filter(pk__in=rows.values("unit")).order_by("path")


def mine(user, sitting: Sitting) -> Registration | None:
    """The user's own registration."""
    return Registration.objects.filter(sitting=sitting, person__user=user).select_related("person", "unit").first()


# --- who should be taken off -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """An approved candidate who by the day no longer fits. ``lost``: not eligible; otherwise only in another unit."""

    registration: Registration
    reasons: tuple[str, ...]
    lost: bool

    @property
    def reason(self) -> str:
        """What 登记弃考 keeps as the reason."""
        return str(_("；")).join(self.reasons)[:300]


def proposals(sitting: Sitting, scope: Scope | None = None) -> list[Proposal]:
    """Approved candidates to take off (弃考), computed now for the day of the sitting: who has left, is no longer in an
    enforcement post, was transferred, lent out, or lost eligibility otherwise. Nothing is stored. None in a rehearsal
    or once somebody's result is known.
    """
    if sitting.rehearsal or sitting.state in (State.RELEASED, State.CANCELLED):
        return []
    rows = Registration.objects.filter(sitting=sitting, state=Registration.State.APPROVED, outcome="")
    if scope is not None:
        rows = rows.filter(scope.inside("unit__path"))
    rows = rows.filter(~Exists(Attempt.objects.filter(entry__registration=OuterRef("pk"))))
    rows = list(
        rows.select_related("person", "unit").defer("person__id_number", "person__mobile").order_by("exam_no", "pk")
    )
    if not rows:
        return []
    verdicts = eligibility.explain(sitting, [row.person_id for row in rows])
    found = []
    for row in rows:
        verdict = verdicts[row.person_id]
        reasons = list(verdict.reasons)
        if verdict.unit is not None and verdict.unit.pk != row.unit_id:
            reasons.append(_("已由%(old)s调整至%(new)s") % {"old": row.unit.name, "new": verdict.unit.name})
        if reasons:
            found.append(Proposal(row, tuple(reasons), not verdict.eligible))
    return found


def outcomes() -> list[tuple[str, str]]:
    """Choices of the outcome filter."""
    return [("none", _("尚无结果")), *Outcome.choices]
