"""One person on one day: standing, qualifications, hours ledger, timeline and where the facts came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from portal import audit
from portal.access import Scope
from portal.models import AuditEvent
from staffing.models import (
    HourCredit,
    ImportChange,
    Leave,
    Membership,
    Person,
    Posting,
    Qualification,
    QualificationKind,
    QualificationState,
    QualificationStatus,
    Unit,
)
from staffing.models.postings import Layer
from staffing.queries.people_of import AGE_LABELS
from staffing.queries.policies import policy_for
from staffing.queries.standing import HourBook, Standing, hours_of
from staffing.rules import certificates, structure
from staffing.rules.hours import HourStatus
from staffing.rules.params import Params

HISTORY = 20
CERTIFICATES = (QualificationKind.ENFORCE, QualificationKind.SUPERVISE)
NUMBERS = ("id_number", "mobile")
ROWS = {model._meta.model_name: model for model in (Membership, Posting, Leave, Qualification)}


@dataclass(frozen=True)
class QualificationLine:
    """A qualification on the day: ``state`` is the recorded one ("" = not yet), ``until`` its last valid day, if
    any; ``soon``: that day lies within the earliest reminder of the policy.
    """

    row: Qualification
    state: str
    status: QualificationStatus | None
    until: date | None
    days_left: int | None
    in_force: bool
    flag: str = ""
    soon: bool = False

    @property
    def open(self) -> bool:
        return self.state in (QualificationState.VALID, QualificationState.SUSPENDED)

    @property
    def changeable(self) -> bool:
        """May another state follow this one?"""
        return self.state not in (QualificationState.CANCELLED, QualificationState.REVOKED)

    @property
    def renewable(self) -> bool:
        """May a new card take its place? Not one that was replaced already (it gave up its number)."""
        return self.row.kind in CERTIFICATES and (
            self.state in (QualificationState.VALID, QualificationState.LOST)
            or (self.state == QualificationState.EXPIRED and bool(self.row.number))
        )

    @property
    def days_over(self) -> int:
        return -(self.days_left or 0)

    @property
    def state_text(self) -> str:
        return QualificationState(self.state).label


@dataclass(frozen=True)
class LedgerLine:
    row: HourCredit
    reversed: bool


@dataclass(frozen=True)
class Change:
    """One audited change: when, what, by whom."""

    at: object
    label: str
    actor: str
    detail: str = ""


@dataclass(frozen=True)
class Profile:
    """Everything the page of one person shows, as of ``day``."""

    person: Person
    day: date
    policy: Params
    memberships: list[Membership]
    postings: list[Posting]
    leaves: list[Leave]
    qualifications: list[QualificationLine]
    ledger: list[LedgerLine]
    hours: HourStatus | None
    age: int | None
    imports: list[dict] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def standing(self) -> Standing | None:
        """Where the person stands on the day; None when not in post."""
        membership = next((row for row in self.memberships if row.covers(self.day)), None)
        if membership is None:
            return None
        layers = {row.layer: row for row in self.postings if row.covers(self.day)}
        leave = next((row for row in self.leaves if row.covers(self.day)), None)
        return Standing(self.person.pk, membership, layers.get(Layer.DEPLOYED), layers.get(Layer.AWAY), leave)

    @property
    def last_membership(self) -> Membership | None:
        """The latest membership that began by the day: tells where somebody was who has left."""
        return next((row for row in reversed(self.memberships) if row.start <= self.day and row.end != row.start), None)

    @property
    def shown_memberships(self) -> list[Membership]:
        """Memberships begun by the day, newest first; what was taken back is left out."""
        return [row for row in reversed(self.memberships) if row.start <= self.day and row.end != row.start]

    @property
    def shown_postings(self) -> list[Posting]:
        return [row for row in reversed(self.postings) if row.start <= self.day and row.end != row.start]

    @property
    def shown_leaves(self) -> list[Leave]:
        return [row for row in reversed(self.leaves) if row.start <= self.day and row.end != row.start]

    @property
    def age_band(self) -> str:
        """Age in words for viewers who may not see the date of birth (domain §5)."""
        return "" if self.age is None else str(AGE_LABELS[structure.age_bin(self.age)])

    def of_kind(self, *kinds: str) -> list[QualificationLine]:
        return [line for line in self.qualifications if line.row.kind in kinds]

    @property
    def card(self) -> QualificationLine | None:
        """The enforcement certificate that counts: one in force, else the latest."""
        cards = self.of_kind(QualificationKind.ENFORCE)
        return next((line for line in cards if line.in_force), cards[-1] if cards else None)

    @property
    def legal(self) -> QualificationLine | None:
        return next((line for line in self.of_kind(QualificationKind.LEGAL) if line.in_force), None)

    @property
    def reviewer(self) -> QualificationLine | None:
        return next((line for line in self.of_kind(QualificationKind.REVIEWER) if line.in_force), None)


def find(scope: Scope, person_id: int, day: date, *, home: bool = False) -> Person:
    """The person, when ``scope`` reaches them on ``day``, or reached them last if they are in no post that day.

    ``home``: only through the unit whose establishment they belong to; being posted to a unit in scope does not do.
    Raises Person.DoesNotExist otherwise, whether or not they exist.
    """
    people = Person.objects.defer(*NUMBERS)
    reached = people.within(scope, day)
    if home and not scope.everywhere:
        there = Membership.objects.on(day).filter(unit__in=Unit.objects.within(scope).values("pk"))
        reached = people.filter(pk__in=there.values("person"))
    found = reached.filter(pk=person_id).first()
    if found:
        return found
    gone = people.exclude(memberships__in=Membership.objects.on(day).filter(person=person_id)).get(pk=person_id)
    last = gone.memberships.filter(start__lte=day).select_related("unit").order_by("start", "pk").last()
    if last is None or not scope.covers(last.unit.path):
        raise Person.DoesNotExist
    return gone


def reaches(scope: Scope, person: Person, day: date, *, home: bool = False) -> bool:
    """Does ``scope`` reach this person (as in ``find``)?"""
    if scope.everywhere or not scope:
        return scope.everywhere
    try:
        find(scope, person.pk, day, home=home)
    except Person.DoesNotExist:
        return False
    return True


def in_reach(scope: Scope, day: date, *, text: str) -> list[Person]:
    """People of exactly this staff number, or of exactly this name, inside ``scope``; at most six."""
    people = Person.objects.within(scope, day).defer(*NUMBERS)
    by_number = list(people.filter(staff_no=text))
    return by_number or list(people.filter(name=text).order_by("staff_no")[:6])


def profile(person: Person, day: date, *, with_changes: bool = False) -> Profile:
    """Read everything about one person that had begun by ``day`` (on a day of today or later also what is planned).

    A constant number of queries. ``with_changes`` adds the audited changes and the imports that wrote the person's
    rows.
    """
    memberships = list(person.memberships.select_related("unit").order_by("start", "pk"))
    home = next((row.unit for row in memberships if row.covers(day)), None)
    policy = policy_for(day, home)
    statuses = Prefetch("statuses", QualificationStatus.objects.order_by("start", "pk"))
    rows = person.qualifications.select_related("issuing_unit").prefetch_related(statuses, "checks")
    legal_on = [row for row in rows if row.kind == QualificationKind.LEGAL]
    lines = sorted(
        (_line(row, day, policy, legal_on) for row in rows),
        key=lambda line: (QualificationKind.values.index(line.row.kind), line.row.issued or date.min),
    )
    ledger = person.hour_credits.filter(year=day.year, earned_on__lte=day).order_by("earned_on", "pk")
    ledger = list(ledger)
    undone = {row.reverses_id for row in ledger if row.reverses_id}
    return Profile(
        person=person,
        day=day,
        policy=policy,
        memberships=memberships,
        postings=list(person.postings.select_related("from_unit", "to_unit").order_by("start", "pk")),
        leaves=list(person.leaves.order_by("start", "pk")),
        qualifications=[line for line in lines if line.state],
        ledger=[LedgerLine(row, row.pk in undone) for row in reversed(ledger)],
        hours=hours_of(person.pk, day, policy=policy) if home else None,
        age=structure.age(person.birth_date, day) if person.birth_date else None,
        imports=_imports(person) if with_changes else [],
        changes=_changes(person) if with_changes else [],
    )


@dataclass(frozen=True)
class Brief:
    """What home pages need of one person: service and ledger of the year, hours, the certificate that counts."""

    person: Person
    book: HourBook
    policy: Params
    hours: HourStatus | None
    card: QualificationLine | None


def brief(person: Person, day: date) -> Brief:
    """The same hours and certificate as ``profile``, in five queries, one more a card where cards are checked."""
    book = HourBook(person.pk, [day.year])
    home = book.home(day)
    policy = policy_for(day, home)
    held = QualificationStatus.objects.on(day).filter(
        qualification__person=person, qualification__kind=QualificationKind.ENFORCE
    )
    lines = [_line(row.qualification, day, policy, [], row) for row in held.select_related("qualification")]
    cards = sorted(lines, key=lambda line: line.row.issued or date.min)
    card = next((line for line in cards if line.in_force), cards[-1] if cards else None)
    return Brief(person, book, policy, book.year(day.year, day, policy).status if home else None, card)


def _line(
    row: Qualification,
    day: date,
    policy: Params,
    legal: list[Qualification],
    status: QualificationStatus | None = None,
) -> QualificationLine:
    status = status or _status_on(row, day)
    state = status.state if status else ""
    until = row.valid_until
    if row.kind in CERTIFICATES:
        until = certificates.effective_until(row.issued, row.valid_until, policy)
    checks = row.checks.all() if policy.certificate_check else ()
    passed = {check.year: check.passed for check in checks if check.checked_on <= day}
    certificate = certificates.Certificate(
        issued=row.issued,
        valid_until=until or date.max,
        state=state,
        check_passed=row.kind != QualificationKind.ENFORCE or passed.get(day.year, False),
    )
    flag = ""
    if row.kind == QualificationKind.REVIEWER and state == QualificationState.VALID:
        held = any((s := _status_on(one, day)) and s.state == QualificationState.VALID for one in legal)
        if not held:
            old = bool(row.issued and row.issued < policy.reviewer_cutoff)
            flag = _("未取得资格（任职早于%(day)s，暂予认可）") if old else _("未取得法律职业资格")
            flag = flag % {"day": policy.reviewer_cutoff.isoformat()} if old else flag
    return QualificationLine(
        row=row,
        state=state,
        status=status,
        until=until,
        days_left=(until - day).days if until else None,
        in_force=certificates.in_force(certificate, day, policy),
        flag=flag,
        soon=until is not None and (until - day).days <= policy.certificate_alerts[0],
    )


def _status_on(row: Qualification, day: date) -> QualificationStatus | None:
    return next((status for status in row.statuses.all() if status.covers(day)), None)


def _imports(person: Person) -> list[dict]:
    """The roster imports that wrote something about this person, newest first."""
    rows = (
        ImportChange.objects.filter(person=person)
        .order_by("-batch__committed_at")
        .values("batch_id", "batch__file_name", "batch__as_of", "batch__committed_at", "batch__undone_at")
        .distinct()
    )
    return list(rows[:HISTORY])


def _changes(person: Person) -> list[Change]:
    events = AuditEvent.objects.filter(object_type="staffing.person", object_id=str(person.pk))
    return [
        Change(event.at, audit.label(event.action), event.actor_name or _("系统"), _detail(event.data))
        for event in events.order_by("-id")[:HISTORY]
    ]


def _detail(data: dict) -> str:
    """What an audit row changed, by name, with document number and reason; the values stay in the audit trail."""
    changed = data.get("changed")
    names = [_field(data.get("row", ""), name) for name in changed] if isinstance(changed, dict) else []
    return " · ".join([*names, *(str(data[key]) for key in ("doc_no", "reason", "remark") if data.get(key))])


def _field(row: str, name: str) -> str:
    """The label of a field of the fact that ``row`` names ("posting:12"; "" is the person's own data)."""
    model = ROWS.get(row.partition(":")[0], Person)
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name
