"""A sitting's life: what may change when, who is told, and that each change of state happens once."""

from datetime import timedelta

import pytest

from exams.actions import rehearsals, sittings
from exams.actions.sittings import PaperLine
from exams.delivery.clock import now_of
from exams.models import Attempt, Bank, Batch, Duty, Entry, Registration, Sitting
from exams.queries.preflight import preflight
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from tests.cast import NOW, make_person

State = Sitting.State
LATER = NOW + timedelta(days=1, minutes=1)


def office(exam):
    return {"actor": exam.office, "now": NOW}


def make_ready(exam, *names):
    """Candidates with accounts, an invigilator, registration ended: only amber points are left."""
    people = [exam.candidate(name, 100 + n) for n, name in enumerate(names or ("钱一", "钱二"))]
    Duty.objects.create(sitting=exam.sitting, user=exam.cast.user("invigilator"), kind=Duty.Kind.INVIGILATE)
    exam.sitting = sittings.end_registration(sitting=exam.sitting, **office(exam))
    return people


def start_attempt(registration, *, state=Attempt.State.OPEN):
    entry = Entry.objects.filter(registration=registration).first()
    return Attempt.objects.create(
        entry=entry,
        sitting=registration.sitting,
        user=registration.person.user,
        frozen=entry.paper.frozen,
        seed=1,
        secret="s",
        layout=[],
        state=state,
        started_at=NOW,
        deadline=NOW + timedelta(hours=1),
    )


# --- making and changing ---------------------------------------------------------------------------------------------


def test_a_sitting_is_made_with_papers_in_order_and_a_code_of_its_day(exam):
    lines = [PaperLine(exam.paper, minutes=45), PaperLine(exam.paper, title="专业", pass_mark=30)]
    made = [
        sittings.create_sitting(
            title=title,
            unit=exam.cast.bureau,
            opens_at=LATER,
            closes_at=LATER + timedelta(hours=3),
            papers=lines,
            scope_units=[exam.cast.east_town],
            addresses="10.1.2.9/24，10.1.2.0/24\n\n::1",
            **office(exam),
        )
        for title in ("十一月考试", "十一月第二场")
    ]
    assert [row.code for row in made] == ["20261103-1", "20261103-2"]
    assert made[0].addresses == "10.1.2.0/24\n::1"
    assert [(p.position, p.title, p.minutes, p.total, p.pass_mark) for p in made[0].papers.all()] == [
        (1, "公共法律知识卷", 45, 100, 60),
        (2, "专业", 90, 100, 30),
    ]
    assert made[0].state == State.DRAFT and list(made[0].scope_units.all()) == [exam.cast.east_town]
    assert AuditEvent.objects.filter(action="sitting.saved").count() == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"closes_at": NOW}, "closes_at"),
        ({"registers_until": NOW + timedelta(days=9)}, "registers_until"),
        ({"registers_from": NOW, "registers_until": NOW}, "registers_until"),
        ({"addresses": "10.1.2.300"}, "addresses"),
        ({"code": "s1"}, "code"),
        ({"papers": [PaperLine()]}, "papers"),
        ({"online": False, "papers": [PaperLine()]}, "papers"),
        ({"online": False, "papers": [PaperLine(title="笔试", total=50, pass_mark=60)]}, "papers"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(exam, fields, field):
    values = {"title": "x", "unit": exam.cast.bureau, "opens_at": LATER, "closes_at": LATER + timedelta(hours=2)}
    with pytest.raises(Refused) as refused:
        sittings.create_sitting(**{**values, **fields}, **office(exam))
    assert refused.value.field == field and not Sitting.objects.filter(title="x").exists()


def test_candidates_are_told_of_another_time_once_for_each_time(exam):
    person = exam.candidate("钱一", 101)
    for _ in range(2):
        sittings.change_sitting(sitting=exam.sitting, opens_at=LATER, **office(exam))
    told = Notice.objects.get(recipient=person.user)
    assert "时间改为2026-11-03 09:01" in told.text
    changed = AuditEvent.objects.get(action="sitting.saved").data["changed"]
    assert list(changed) == ["opens_at"]


def test_the_audit_never_holds_the_entry_code(exam):
    sittings.change_sitting(sitting=exam.sitting, entry_code="135790", **office(exam))
    assert "135790" not in str(AuditEvent.objects.latest("id").data)


def test_a_retake_of_a_retake_counts_from_the_first_sitting(exam):
    second = exam.make_sitting("s2", "补考一", exam.paper, retake_of=exam.sitting)
    third = exam.make_sitting("s3", "补考二", exam.paper)
    third = sittings.change_sitting(sitting=third, retake_of=second, **office(exam))
    assert third.retake_of == exam.sitting


def test_the_window_cannot_leave_a_batch_outside(exam):
    Batch.objects.create(
        sitting=exam.sitting, number=1, opens_at=exam.sitting.opens_at, closes_at=exam.sitting.closes_at
    )
    with pytest.raises(Refused, match="第1批"):
        sittings.change_sitting(sitting=exam.sitting, opens_at=LATER, **office(exam))


# --- states ----------------------------------------------------------------------------------------------------------


def test_numbers_are_given_by_unit_and_never_again(exam):
    late = exam.candidate("孙东", 120)
    early = make_person("李西", exam.cast.west, 121)
    bureau = make_person("周局", exam.cast.bureau, 122)
    for person in (early, bureau):
        exam.register(person)
    Registration.objects.update(exam_no=None)
    sitting = sittings.end_registration(sitting=exam.sitting, **office(exam))
    numbers = dict(Registration.objects.values_list("person__name", "exam_no"))
    prefix = f"202611{sitting.pk:03d}"
    assert numbers == {"周局": f"{prefix}0001", "孙东": f"{prefix}0002", "李西": f"{prefix}0003"}
    Registration.objects.filter(person=early).update(state=Registration.State.WITHDRAWN)
    sittings.open_registration(sitting=sitting, **office(exam))
    exam.register(make_person("吴新", exam.cast.bureau, 123))
    Registration.objects.filter(person__name="吴新").update(exam_no=None)
    sittings.end_registration(sitting=sitting, **office(exam))
    assert Registration.objects.get(person__name="吴新").exam_no == f"{prefix}0004"
    assert Registration.objects.get(person=late).exam_no == f"{prefix}0002"


def test_opening_freezes_the_papers_and_makes_one_entry_each(exam):
    make_ready(exam)
    opened = sittings.open_sitting(sitting=exam.sitting, **office(exam))
    assert opened.state == State.OPEN and opened.opened_at == NOW
    assert exam.sitting.papers.get().frozen is not None
    assert Entry.objects.filter(paper__sitting=opened).count() == 2
    with pytest.raises(Refused):
        sittings.open_sitting(sitting=opened, **office(exam))
    assert Entry.objects.count() == 2


def test_a_red_point_keeps_it_shut_and_is_named(exam):
    make_ready(exam)
    Duty.objects.all().delete()
    with pytest.raises(Refused, match="还没有安排监考"):
        sittings.open_sitting(sitting=exam.sitting, **office(exam))
    exam.sitting.refresh_from_db()
    assert exam.sitting.state == State.ARRANGED and not Entry.objects.exists()


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (sittings.open_registration, State.REGISTERING),
        (sittings.end_registration, State.DRAFT),
        (sittings.open_sitting, State.REGISTERING),
        (sittings.close_sitting, State.ARRANGED),
    ],
)
def test_a_step_out_of_order_is_refused(exam, act, state):
    Sitting.objects.filter(pk=exam.sitting.pk).update(state=state)
    with pytest.raises(Refused):
        act(actor=exam.office, now=exam.sitting.closes_at, sitting=exam.sitting)
    exam.sitting.refresh_from_db()
    assert exam.sitting.state == state


def test_only_what_does_no_harm_changes_once_open(exam):
    make_ready(exam)
    opened = sittings.open_sitting(sitting=exam.sitting, **office(exam))
    sittings.change_sitting(sitting=opened, entry_code="222222", notes="带身份证", **office(exam))
    for change in ({"opens_at": LATER}, {"must_hours": 3}, {"papers": []}, {"scope_units": []}):
        with pytest.raises(Refused, match="不能再改"):
            sittings.change_sitting(sitting=opened, **change, **office(exam))
    later, earlier = (opened.closes_at + timedelta(hours=n) for n in (1, -1))
    with pytest.raises(Refused, match="不能提前结束时间"):
        sittings.change_sitting(sitting=opened, closes_at=earlier, **office(exam))
    assert sittings.change_sitting(sitting=opened, closes_at=later, **office(exam)).closes_at == later


def test_a_sitting_closes_when_it_is_over_and_nobody_writes(exam):
    make_ready(exam)
    opened = sittings.open_sitting(sitting=exam.sitting, **office(exam))
    over = {"actor": exam.office, "now": opened.closes_at}
    with pytest.raises(Refused, match="考试时间未到"):
        sittings.close_sitting(sitting=opened, **office(exam))
    attempt = start_attempt(Registration.objects.first())
    with pytest.raises(Refused, match="1人没有交卷"):
        sittings.close_sitting(sitting=opened, **over)
    assert sittings.close_finished(now=opened.closes_at) == 0
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.SUBMITTED)
    assert sittings.close_finished(now=opened.closes_at - timedelta(seconds=1)) == 0
    assert sittings.close_finished(now=opened.closes_at) == 1
    assert sittings.close_finished(now=opened.closes_at) == 0
    assert sittings.close_sitting(sitting=opened, **over).state == State.CLOSED
    assert AuditEvent.objects.filter(action="sitting.state", data__state="closed").count() == 1


def test_calling_off_tells_everybody_why_and_only_before_anybody_began(exam):
    people = make_ready(exam)
    with pytest.raises(Refused) as refused:
        sittings.cancel_sitting(sitting=exam.sitting, reason=" ", **office(exam))
    assert refused.value.field == "reason"
    opened = sittings.open_sitting(sitting=exam.sitting, **office(exam))
    attempt = start_attempt(Registration.objects.first())
    with pytest.raises(Refused, match="已有考生"):
        sittings.cancel_sitting(sitting=opened, reason="台风", **office(exam))
    attempt.delete()
    sittings.cancel_sitting(sitting=opened, reason="台风", **office(exam))
    sittings.cancel_sitting(sitting=opened, reason="台风", **office(exam))
    rows = Registration.objects.values_list("state", "reason")
    assert set(rows) == {("cancelled", "台风")}
    assert Notice.objects.filter(recipient=people[0].user, text__contains="台风").count() == 1


# --- rehearsal -------------------------------------------------------------------------------------------------------


def rehearse(exam):
    person = exam.candidate("钱一", 101)
    exam.sitting.grants = "enforce"
    return person, rehearsals.copy_rehearsal(sitting=exam.sitting, people=[person], **office(exam))


def test_a_rehearsal_copies_the_sitting_and_grants_nothing(exam):
    Duty.objects.create(sitting=exam.sitting, user=exam.cast.user("invigilator"), kind=Duty.Kind.INVIGILATE)
    person, copy = rehearse(exam)
    assert (copy.rehearsal, copy.state, copy.grants) == (True, State.ARRANGED, "")
    assert copy.registrations.get().person == person and copy.registrations.get().exam_no
    assert not preflight(copy, now=NOW).red
    assert sittings.open_sitting(sitting=copy, **office(exam)).state == State.OPEN


def test_the_clock_of_a_rehearsal_goes_where_it_is_put(exam):
    _person, copy = rehearse(exam)
    at = {
        "open": copy.opens_at,
        "last": copy.closes_at - timedelta(minutes=1),
        "end": copy.closes_at + timedelta(seconds=20),
        "real": NOW,
    }
    for to, moment in at.items():
        copy = rehearsals.set_clock(sitting=copy, to=to, **office(exam))
        assert now_of(copy, NOW) == moment
    for _ in range(2):
        copy = rehearsals.set_clock(sitting=copy, step=300, **office(exam))
    assert now_of(copy, NOW) == NOW + timedelta(minutes=10)
    with pytest.raises(Refused):
        rehearsals.set_clock(sitting=copy, step=10**9, **office(exam))
    with pytest.raises(Refused):
        rehearsals.set_clock(sitting=exam.sitting, step=300, **office(exam))


def test_people_without_an_account_cannot_rehearse(exam):
    with pytest.raises(Refused, match="孙海燕"):
        rehearsals.copy_rehearsal(sitting=exam.sitting, people=[exam.cast.sun], **office(exam))


def test_bank_is_only_warned_of_when_shared(exam):
    make_ready(exam)
    states = {check.key: check.state for check in preflight(exam.sitting, now=NOW).checks}
    assert states["banks"] == "amber"
    Bank.objects.update(exam_only=True)
    states = {check.key: check.state for check in preflight(exam.sitting, now=NOW).checks}
    assert states["banks"] == "green"
