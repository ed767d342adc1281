"""Who may sit an enforcement examination (domain §2.2), decided over plain facts of one person on one day.

In establishment, in post, in an enforcement post: 合同工、临聘、劳务派遣、工勤 may not; people lent out or on long
leave as a rule not. Places differ, so each condition is a field of ``Rule``. A reason is a code with its facts; the
words are made where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

OFFICER = "officer"
# Kinds of establishment that hold no post of the state's (编制), or none that can be told.
OUTSIDE = frozenset({"contract", "dispatch", "other"})
WORKER = "worker"
EXPIRING_DAYS = 90
LONG_LEAVE_DAYS = 90


class Code(StrEnum):
    """Why somebody may not register."""

    NOT_IN_POST = "not_in_post"
    LEFT = "left"
    OUT_OF_SCOPE = "out_of_scope"
    OUTSIDE_ESTABLISHMENT = "outside_establishment"
    UNKNOWN_ESTABLISHMENT = "unknown_establishment"
    NOT_OFFICER = "not_officer"
    LENT_OUT = "lent_out"
    LONG_LEAVE = "long_leave"
    HOURS = "hours"
    CERTIFIED = "certified"
    OTHER_SITTING = "other_sitting"
    PASSED = "passed"
    NOT_FAILED = "not_failed"
    RETAKES_USED = "retakes_used"


@dataclass(frozen=True)
class Rule:
    """What a sitting asks for. ``certificate``: any | none | expiring; ``hours`` in 学时; ``retakes`` allowed after the
    first try; ``is_retake``: only who has tried and not passed.
    """

    establishment: bool = True
    post: bool = True
    officer: bool = True
    hours: Fraction = Fraction(0)
    certificate: str = "any"
    retakes: int = 1
    is_retake: bool = False
    long_leave_days: int = LONG_LEAVE_DAYS


@dataclass(frozen=True)
class Away:
    """Lent out: how, where to, and the last day of it when known."""

    kind: str
    place: str
    until: date | None = None


@dataclass(frozen=True)
class Tries:
    """What became of this person in the sittings that lead to the same qualification (``passed``: title and day).

    ``failed`` counts 不合格 and 缺考 in the first sitting and all its retakes; ``tried``: was registered there and has
    neither passed nor been disqualified.
    """

    passed: tuple[str, date | None] | None = None
    failed: int = 0
    tried: bool = False


@dataclass(frozen=True)
class Person:
    """One person's facts on the day of the sitting. ``category`` is empty for who is in no post that day.

    ``leave``: the unbroken leave holding the day, half-open. ``certificate``: none | in_force | expired | suspended |
    other, with its last valid day.
    """

    category: str = ""
    establishment: str = ""
    left: date | None = None
    in_scope: bool = True
    away: Away | None = None
    leave: tuple[date, date | None] | None = None
    hours: Fraction = Fraction(0)
    certificate: str = "none"
    certificate_until: date | None = None
    other_sitting: str = ""
    tries: Tries = field(default_factory=Tries)


@dataclass(frozen=True)
class Reason:
    """A code with the facts its sentence names."""

    code: Code
    facts: Mapping[str, object] = field(default_factory=dict)


def leave_run(leaves: Iterable[tuple[date, date | None]], day: date) -> tuple[date, date | None] | None:
    """The unbroken leave that holds ``day``: leaves that touch or overlap run on. Half-open; None when not on leave."""
    run = None
    for start, end in sorted(leaves, key=lambda item: (item[0], item[1] or date.max)):
        if end is not None and end <= start:
            continue
        if run is not None and (run[1] is None or start <= run[1]):
            run = (run[0], None if run[1] is None or end is None else max(run[1], end))
        elif run is not None and run[0] <= day and (run[1] is None or day < run[1]):
            break
        else:
            run = (start, end)
    return run if run and run[0] <= day and (run[1] is None or day < run[1]) else None


def is_long(leave: tuple[date, date | None], days: int) -> bool:
    """Open ended, or at least ``days`` consecutive days."""
    return leave[1] is None or (leave[1] - leave[0]).days >= days


def expires_soon(person: Person, day: date) -> bool:
    """In force, with its last valid day no later than EXPIRING_DAYS from ``day``."""
    until = person.certificate_until
    return person.certificate == "in_force" and until is not None and until <= day + timedelta(days=EXPIRING_DAYS)


def _standing(person: Person, rule: Rule):
    if not person.category:
        yield Reason(Code.LEFT, {"day": person.left}) if person.left else Reason(Code.NOT_IN_POST)
        return
    if not person.in_scope:
        yield Reason(Code.OUT_OF_SCOPE)
    if rule.establishment:
        # A 工勤 post is in the establishment, but not one of enforcement.
        if person.establishment in OUTSIDE:
            yield Reason(Code.OUTSIDE_ESTABLISHMENT, {"establishment": person.establishment})
        elif not person.establishment and person.category != OFFICER:
            yield Reason(Code.UNKNOWN_ESTABLISHMENT)
    if rule.officer and (person.category != OFFICER or person.establishment == WORKER):
        yield Reason(Code.NOT_OFFICER, {"category": WORKER if person.establishment == WORKER else person.category})
    if rule.post and person.away:
        yield Reason(Code.LENT_OUT, {"kind": person.away.kind, "place": person.away.place, "until": person.away.until})
    if rule.post and person.leave and is_long(person.leave, rule.long_leave_days):
        end = person.leave[1]
        yield Reason(Code.LONG_LEAVE, {"until": end - timedelta(days=1) if end else None})


def _record(person: Person, rule: Rule, day: date):
    soon = expires_soon(person, day)
    if person.hours < rule.hours:
        yield Reason(Code.HOURS, {"have": person.hours, "need": rule.hours, "missing": rule.hours - person.hours})
    if person.certificate == "in_force" and (
        rule.certificate == "none" or (rule.certificate == "expiring" and not soon)
    ):
        yield Reason(Code.CERTIFIED, {"until": person.certificate_until})
    if person.other_sitting:
        yield Reason(Code.OTHER_SITTING, {"title": person.other_sitting})
    tries = person.tries
    # Who passed waits for the certificate that comes of it; once that has run out the examination is open again.
    if tries.passed and person.certificate in ("none", "in_force") and not soon:
        yield Reason(Code.PASSED, {"title": tries.passed[0], "day": tries.passed[1]})
    elif rule.is_retake:
        if not tries.tried:
            yield Reason(Code.NOT_FAILED)
        elif tries.failed > rule.retakes:
            yield Reason(Code.RETAKES_USED, {"tried": tries.failed, "allowed": rule.retakes})


def reasons(person: Person, rule: Rule, day: date) -> tuple[Reason, ...]:
    """Everything that keeps ``person`` out, all at once and in a fixed order; empty: eligible."""
    return (*_standing(person, rule), *_record(person, rule, day))
