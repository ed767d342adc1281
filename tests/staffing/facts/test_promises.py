"""What every action promises: no change without its audit row, and no overlap whatever the order of acts."""

import random
from datetime import date, timedelta

import pytest
from django.db import transaction

from portal import audit
from portal.models import AuditEvent
from staffing.actions import hours, leave, memberships, people, postings, qualifications, units
from staffing.actions.errors import Refused
from staffing.models import (
    HourCredit,
    Leave,
    Membership,
    Person,
    Posting,
    PostingKind,
    Qualification,
    QualificationStatus,
    Unit,
    UnitAlias,
)

TABLES = (Unit, UnitAlias, Person, Membership, Posting, Leave, Qualification, QualificationStatus, HourCredit)


def contents():
    return [list(model.objects.order_by("pk").values_list()) for model in TABLES]


def acts(cast):
    """One call of every action, by name."""
    card = cast.wang.qualifications.get(kind="enforce")
    day = date(2026, 9, 1)
    return {
        "create_unit": lambda **by: units.create_unit(**by, name="北山镇", kind="town", parent=cast.county),
        "change_unit": lambda **by: units.change_unit(**by, unit=cast.east, name="甲队"),
        "move_unit": lambda **by: units.move_unit(**by, unit=cast.east_town, parent=cast.bureau),
        "close_unit": lambda **by: units.close_unit(**by, unit=cast.south, on=day),
        "add_alias": lambda **by: units.add_alias(**by, unit=cast.east, name="甲"),
        "create_person": lambda **by: people.create_person(**by, name="钱学文", unit=cast.west, start=day),
        "correct_person": lambda **by: people.correct_person(**by, person=cast.wang, rank="四级主办"),
        "move_person": lambda **by: memberships.move_person(**by, person=cast.sun, unit=cast.east, start=day),
        "correct_membership": lambda **by: memberships.correct_membership(
            **by, membership=cast.sun.memberships.get(), post_locked=True
        ),
        "end_membership": lambda **by: memberships.end_membership(**by, person=cast.zhao, end=day, reason="retired"),
        "record_leave": lambda **by: leave.record_leave(**by, person=cast.wang, kind="sick", start=day),
        "open_posting": lambda **by: postings.open_posting(
            **by, person=cast.wu, kind=PostingKind.DOWN, start=day, to_unit=cast.west
        ),
        "extend_posting": lambda **by: postings.extend_posting(**by, posting=cast.posting, due=date(2027, 9, 1)),
        "end_posting": lambda **by: postings.end_posting(**by, posting=cast.posting, end=day),
        "correct_posting": lambda **by: postings.correct_posting(**by, posting=cast.posting, doc_no="x"),
        "withdraw_posting": lambda **by: postings.withdraw_posting(**by, posting=cast.posting, reason="登记错误"),
        "add_qualification": lambda **by: qualifications.add_qualification(
            **by, person=cast.wu, kind="enforce", number="1", issued=day
        ),
        "renew_qualification": lambda **by: qualifications.renew_qualification(
            **by, qualification=card, issued=day, valid_until=date(2031, 8, 31)
        ),
        "change_state": lambda **by: qualifications.change_state(**by, qualification=card, state="lost", start=day),
        "assign_reviewer": lambda **by: qualifications.assign_reviewer(**by, person=cast.wang, start=day),
        "record_check": lambda **by: qualifications.record_check(
            **by, qualification=card, year=2026, passed=True, checked_on=day
        ),
        "credit_hours": lambda **by: hours.credit_hours(
            **by, person=cast.wang, kind="online", hours="1", earned_on=day, title="课"
        ),
        "credit_hours_many": lambda **by: hours.credit_hours_many(
            **by, rows=[hours.HourRow(cast.wang.pk, "online", "1", day, "课", "course:1")]
        ),
    }


NAMES = [
    "create_unit",
    "change_unit",
    "move_unit",
    "close_unit",
    "add_alias",
    "create_person",
    "correct_person",
    "move_person",
    "correct_membership",
    "end_membership",
    "record_leave",
    "open_posting",
    "extend_posting",
    "end_posting",
    "correct_posting",
    "withdraw_posting",
    "add_qualification",
    "renew_qualification",
    "change_state",
    "assign_reviewer",
    "record_check",
    "credit_hours",
    "credit_hours_many",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_change_without_its_audit_row(cast, monkeypatch, name):
    act, before = acts(cast)[name], contents()

    def broken(**kwargs):
        raise RuntimeError("the audit trail is full")

    monkeypatch.setattr(audit, "record_many", broken)
    with pytest.raises(RuntimeError, match="full"), transaction.atomic():
        act(actor=cast.user("hr"), now=cast.NOW)
    assert contents() == before


@pytest.mark.parametrize("name", NAMES)
def test_twice_is_once(cast, name):
    act, by = acts(cast)[name], {"actor": cast.user("hr"), "now": cast.NOW}
    revision = audit.revision("figures")
    act(**by)
    once, events = contents(), AuditEvent.objects.count()
    assert audit.revision("figures") > revision
    try:
        act(**by)
    except Refused:
        pytest.fail("the same call a second time was refused")
    assert contents() == once and AuditEvent.objects.count() == events


def test_all_actions_are_listed(cast):
    assert sorted(acts(cast)) == sorted(NAMES)


def walk(cast, steps, seed):
    """Random acts on few people; every refusal is fine, every overlap is not."""
    rng = random.Random(seed)
    who, where = [cast.zhao, cast.wu, cast.sun], [cast.east, cast.west, cast.south, cast.bureau]
    by = {"actor": None, "now": cast.NOW}
    done = 0
    for _ in range(steps):
        day = date(2025, 1, 1) + timedelta(days=rng.randrange(600))
        rows = list(Posting.objects.filter(person__in=who))
        row = rng.choice(rows)
        act = rng.choice(["open", "open", "end", "reopen", "withdraw", "correct"])
        try:
            if act == "open":
                end = day + timedelta(days=rng.randrange(200)) if rng.random() < 0.6 else None
                kind = rng.choice(PostingKind.values)
                postings.open_posting(
                    **by, person=rng.choice(who), kind=kind, start=day, end=end, to_unit=rng.choice(where)
                )
            elif act == "end":
                postings.end_posting(**by, posting=row, end=day)
            elif act == "reopen":
                postings.reopen_posting(**by, posting=row, reason="x")
            elif act == "withdraw":
                postings.withdraw_posting(**by, posting=row, reason="x")
            else:
                postings.correct_posting(**by, posting=row, start=day, kind=rng.choice(PostingKind.values))
            done += 1
        except Refused:
            continue
    return done


def overlaps():
    held = set()
    for row in Posting.objects.exclude(end__isnull=False, end__lte=date(2024, 12, 31)):
        day, end = row.start, row.end or date(2027, 6, 1)
        while day < end:
            key = (row.person_id, row.layer, day)
            if key in held:
                return key
            held.add(key)
            day += timedelta(days=1)
    return None


def test_random_acts_never_overlap(cast):
    assert walk(cast, 150, seed=2026) > 20
    assert overlaps() is None


@pytest.mark.full
def test_many_random_acts_never_overlap(cast):
    assert walk(cast, 5000, seed=7) > 500
    assert overlaps() is None
