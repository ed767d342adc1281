"""Two people at once: the same person registered by two clerks, registering against the deadline, two openings, one
number each, a withdrawal against an approval. On PostgreSQL; SQLite has one writer by design.
"""

import pytest
from django.db.models import Count

from exams.actions import registrations, sittings
from exams.models import Duty, Entry, Registration, Sitting
from portal.models import AuditEvent
from tests.cast import NOW, make_person
from tests.exams.test_sittings import make_ready
from tests.exams.together import several_writers, together

pytestmark = [several_writers, pytest.mark.django_db(transaction=True)]
ROUNDS = 5


def registers(exam, role, *people):
    return lambda: registrations.register_people(
        actor=exam.cast.user(role), now=NOW, sitting=exam.sitting, people=people, way="unit"
    )


def test_two_clerks_register_the_same_person_once(exam):
    for n in range(ROUNDS):
        person = make_person(f"钱{n}", exam.cast.east, 200 + n)
        done = together(*(registers(exam, role, person) for role in ("clerk", "squad_lead", "hr")))
        assert sorted(len(one.made) for one in done) == [0, 0, 1]
        assert Registration.objects.filter(person=person).count() == 1
    assert AuditEvent.objects.filter(action="registration.made").count() == ROUNDS


def test_nobody_slips_in_behind_the_end_of_registration_without_a_number(exam):
    for n in range(ROUNDS):
        Sitting.objects.update(state=Sitting.State.REGISTERING)
        person = make_person(f"钱{n}", exam.cast.east, 220 + n)
        together(
            registers(exam, "clerk", person),
            lambda: sittings.end_registration(actor=exam.office, now=NOW, sitting=exam.sitting),
        )
        row = Registration.objects.filter(person=person).first()
        assert row is None or row.exam_no


def test_late_approvals_never_share_a_number(exam):
    Sitting.objects.update(state=Sitting.State.ARRANGED)
    groups = [[make_person(f"钱{g}{n}", exam.cast.east, 240 + 10 * g + n) for n in range(4)] for g in range(3)]
    together(*(registers(exam, "exam", *people) for people in groups))
    numbers = list(Registration.objects.values_list("exam_no", flat=True))
    assert len(numbers) == 12 and len(set(numbers)) == 12 and None not in numbers


def test_opened_twice_is_open_once(exam):
    make_ready(exam)
    opens = [lambda: sittings.open_sitting(actor=exam.office, now=NOW, sitting=exam.sitting)] * 3
    outcomes = together(*opens)
    assert sum(isinstance(one, Sitting) for one in outcomes) == 1
    assert not Entry.objects.values("registration", "paper").annotate(n=Count("pk")).filter(n__gt=1).exists()
    assert AuditEvent.objects.filter(action="sitting.state", data__state="open").count() == 1
    assert Duty.objects.count() == 1


def test_a_withdrawal_against_a_refusal_has_one_end(exam):
    for n in range(ROUNDS):
        exam.candidate(f"钱{n}", 280 + n)
        row = Registration.objects.latest("pk")
        by = {"actor": exam.office, "now": NOW}
        together(
            lambda row=row, by=by: registrations.withdraw(registration=row, reason="出差", **by),
            lambda row=row, by=by: registrations.decide(
                sitting=exam.sitting, registrations=[row], approve=False, reason="材料不全", **by
            ),
        )
        row.refresh_from_db()
        assert (row.state, row.reason) in {("withdrawn", "出差"), ("refused", "材料不全")}
    acts = AuditEvent.objects.filter(action__in=["registration.withdrawn", "registration.decided"])
    assert acts.count() == ROUNDS
