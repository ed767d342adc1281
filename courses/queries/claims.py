"""Claims for hours earned elsewhere: one's own, and those that wait in an office's scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from courses.models import ClaimFile, HourClaim
from courses.rules import claims as rules
from portal.access import Scope
from staffing.models import HourSpan, Membership, Person
from staffing.queries.policies import policy_for
from staffing.rules.hours import Span
from staffing.rules.params import Params

State = HourClaim.State
GROUPS = (State.SUBMITTED, State.RETURNED, State.APPROVED, State.REFUSED, State.WITHDRAWN)


def spans_of(claim) -> tuple[Span, ...]:
    """The time of each day of a claim (anything with ``began`` and ``ended``), local. Raises ValueError."""
    return rules.days_of(timezone.localtime(claim.began), timezone.localtime(claim.ended))


def policy_of(person: Person, moment: datetime) -> Params:
    """The policy under which a claim is judged: that of the day it ended, at the person's own unit. Two queries."""
    day = timezone.localdate(moment)
    row = Membership.objects.on(day).filter(person=person).select_related("unit").first()
    return policy_for(day, row.unit if row else None)


def limit_of(claim: HourClaim) -> tuple[Fraction, Params]:
    """The most hours a claim can be worth, and the policy that says so."""
    policy = policy_of(claim.person, claim.ended)
    return rules.most_hours(claim.kind, spans_of(claim), policy), policy


def own(person: Person) -> QuerySet[HourClaim]:
    """One's own claims, newest first, with the number of files."""
    return HourClaim.objects.filter(person=person).annotate(papers=Count("files"))


def find_own(person: Person, pk: int) -> HourClaim:
    """One of one's own claims. Raises HourClaim.DoesNotExist."""
    return HourClaim.objects.select_related("person", "decided_by", "credit").get(person=person, pk=pk)


def visible(scope: Scope, day: date) -> QuerySet[HourClaim]:
    """Claims of the people in ``scope`` on ``day``."""
    rows = HourClaim.objects.select_related("person", "decided_by", "credit")
    return rows if scope.everywhere else rows.filter(person__in=Person.objects.within(scope, day).values("pk"))


def totals(scope: Scope, day: date) -> dict[str, int]:
    """{state: number of claims}, all states named. One query."""
    rows = visible(scope, day).order_by().values_list("state").annotate(n=Count("pk"))
    return {str(state): 0 for state in GROUPS} | dict(rows)


def listed(scope: Scope, day: date, *, state: str = "", text: str = "") -> QuerySet[HourClaim]:
    """The office's list: the one that has waited longest comes first, else the newest."""
    rows = visible(scope, day).annotate(papers=Count("files"))
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(person__name__icontains=text) | rows.filter(title__icontains=text)
    return rows.order_by("made_at" if state == State.SUBMITTED else "-made_at", "pk")


def units_on(person_ids: Iterable[int], day: date) -> dict[int, str]:
    """{person: name of their unit on ``day``}. One query."""
    rows = Membership.objects.on(day).filter(person__in=list(person_ids))
    return dict(rows.values_list("person", "unit__name"))


def file_of(claim: HourClaim, pk: int) -> ClaimFile:
    """A piece of evidence, looked up through its claim. Raises ClaimFile.DoesNotExist."""
    return ClaimFile.objects.select_related("claim__person").get(claim=claim, pk=pk)


def earned_already(claim: HourClaim) -> list[tuple[datetime, datetime, str]]:
    """Parts of a claim's time in which hours were earned already: (start, end, what for). One query."""
    taken = Q()
    for start, end in spans_of(claim):
        taken |= Q(start__lt=end, end__gt=start)
    rows = HourSpan.objects.filter(taken, person=claim.person_id).select_related("credit").order_by("start")
    return [(row.start, row.end, row.credit.title) for row in rows]
