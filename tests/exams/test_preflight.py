"""Every point of the pre-flight check turns red, amber and green for its own reason, and says what to do."""

from datetime import timedelta

import pytest

from exams.actions import sittings
from exams.models import Attempt, Batch, Duty, Entry, Paper, PaperItem, Registration, Room, Seat, Site, Sitting
from exams.queries import preflight as module
from exams.queries.preflight import preflight
from exams.rules.addresses import allows, parse
from staffing.models import PostingKind
from tests.cast import NOW, make_person, make_posting
from tests.exams.test_sittings import make_ready


def checks(exam, sitting=None):
    return {check.key: check for check in preflight(sitting or exam.sitting, now=NOW).checks}


def states(exam):
    return {key: check.state for key, check in checks(exam).items()}


@pytest.fixture
def ready(exam):
    exam.people = make_ready(exam, "钱一", "钱二")
    return exam


def test_a_ready_sitting_has_no_red_point(ready):
    found = preflight(ready.sitting, now=NOW)
    assert found.ready and not found.red
    assert {check.key for check in found.amber} == {"banks", "door", "rehearsed"}


def test_papers_that_cannot_be_drawn(ready):
    Paper.objects.update(state=Paper.State.DRAFT)
    assert "不是可用" in checks(ready)["papers"].text
    Paper.objects.update(state=Paper.State.READY)
    ready.paper.sections.filter(position=1).update(count=20)
    found = checks(ready)["papers"]
    assert found.state == "red" and "题量不足" in found.text and found.act
    ready.paper.sections.filter(position=1).update(count=1)
    assert "满分" in checks(ready)["papers"].text and checks(ready)["papers"].state == "red"
    ready.sitting.papers.all().delete()
    assert checks(ready)["papers"].text == "还没有考试科目。"


def test_a_pass_mark_above_the_total(ready):
    ready.sitting.papers.update(pass_mark=101)
    assert checks(ready)["pass_mark"].state == "red"


def test_questions_of_a_fixed_paper_must_be_active_reviewed_and_not_held(ready):
    question = ready.questions["单选1"]
    Paper.objects.update(mode=Paper.Mode.FIXED)
    PaperItem.objects.create(section=ready.paper.sections.first(), position=1, question=question)
    assert states(ready)["questions"] == "green"
    for change in ({"state": "retired"}, {"held": "法条修改"}, {"reviewed_by": None}):
        before = {name: getattr(question, name) for name in change}
        type(question).objects.filter(pk=question.pk).update(**change)
        assert states(ready)["questions"] == "red", change
        type(question).objects.filter(pk=question.pk).update(**before)


def test_candidates_pending_unnumbered_or_without_account(ready):
    row = Registration.objects.first()
    Registration.objects.filter(pk=row.pk).update(state="pending")
    assert states(ready)["candidates"] == "red" and "1人待审核" in checks(ready)["candidates"].text
    Registration.objects.filter(pk=row.pk).update(state="approved", exam_no=None)
    assert states(ready)["numbers"] == "red"
    ready.register(make_person("无账号", ready.cast.east, 150))
    assert states(ready)["accounts"] == "amber"
    Registration.objects.update(state="withdrawn")
    assert checks(ready)["candidates"].text == "还没有审核通过的考生。"


def test_who_no_longer_fits_is_red_and_who_only_moved_is_not(ready):
    make_posting(ready.people[0], PostingKind.STATION, ready.cast.west, NOW.date())
    assert states(ready)["proposals"] == "amber"
    make_posting(ready.people[1], PostingKind.SECOND, ready.cast.water, NOW.date())
    assert states(ready)["proposals"] == "red"


def seat_everybody(exam, room):
    batch = Batch.objects.create(
        sitting=exam.sitting, number=1, opens_at=exam.sitting.opens_at, closes_at=exam.sitting.closes_at
    )
    batch.rooms.add(room)
    for number, row in enumerate(Registration.objects.all(), 1):
        Seat.objects.create(registration=row, batch=batch, room=room, number=number)
    return batch


def test_batches_want_seats_room_and_an_invigilator_for_each_room(ready):
    room = Room.objects.create(site=Site.objects.create(name="党校"), name="第2考场", rows=1, columns=2)
    other = Room.objects.create(site=room.site, name="第3考场", rows=1, columns=2)
    seat_everybody(ready, room)
    assert states(ready)["seats"] == "green" and states(ready)["invigilators"] == "green"
    Duty.objects.update(room=other)
    assert checks(ready)["invigilators"].text == "第2考场没有监考。"
    room.unusable = [2]
    room.save()
    assert checks(ready)["seats"].text == "第2考场1座，已排2人，请移出1人。"
    # Few enough, but one of them on a seat that cannot be used.
    Room.objects.filter(pk=room.pk).update(rows=1, columns=3)
    found = checks(ready)["seats"]
    assert (found.state, found.text) == ("red", "第2考场：钱二的座位不可用，请调整座位。")
    Room.objects.filter(pk=room.pk).update(unusable=[])
    Batch.objects.get().rooms.set([other])
    assert checks(ready)["seats"].text == "2人的座位不在本批次的考场内，请调整座位。"
    Batch.objects.get().rooms.set([room])
    Seat.objects.first().delete()
    assert checks(ready)["seats"].text == "还有1人未排座。"
    # A withdrawn candidate's seat is nobody's.
    Registration.objects.filter(seat__isnull=False).update(state="withdrawn")
    assert checks(ready)["seats"].text == "还有1人未排座。"


def test_written_answers_want_two_markers(ready):
    assert "markers" not in states(ready)
    paper = ready.make_paper("p2", "案例卷", {"case": (2, 10)})
    ready.sitting.papers.update(paper=paper, total=20, pass_mark=12)
    assert states(ready)["markers"] == "red"
    for name in ("m1", "m2"):
        Duty.objects.create(sitting=ready.sitting, user=ready.cast.account(name, "marker"), kind=Duty.Kind.MARK)
    assert states(ready)["markers"] == "green"


@pytest.mark.parametrize(
    ("opens", "closes", "state", "words"),
    [
        (60, 240, "green", "时间在后"),
        (-10, 240, "amber", "开考时间已到"),
        (60, 119, "red", "开放时间只有59分钟"),
        (-60, 59, "red", "不足60分钟"),
    ],
)
def test_the_window_lies_ahead_and_is_long_enough(ready, opens, closes, state, words):
    Sitting.objects.update(opens_at=NOW + timedelta(minutes=opens), closes_at=NOW + timedelta(minutes=closes))
    ready.sitting.refresh_from_db()
    assert (states(ready)["window"], words in checks(ready)["window"].text) == (state, True)


def test_the_door_the_worker_the_database_and_the_issuer(ready, monkeypatch):
    Sitting.objects.update(addresses="10.1.2.0/24\nx")
    ready.sitting.refresh_from_db()
    assert states(ready)["door"] == "red"
    Sitting.objects.update(addresses="10.1.2.0/24", entry_code="123456", issuer="")
    ready.sitting.refresh_from_db()
    assert states(ready)["door"] == "green" and states(ready)["issuer"] == "red"
    Sitting.objects.update(grants="")
    ready.sitting.refresh_from_db()
    assert states(ready)["issuer"] == "amber"
    monkeypatch.setattr(module.jobs, "worker_alive", lambda now: False)
    monkeypatch.setattr(module, "SQLITE_MOST", 1)
    monkeypatch.setattr(module.connection, "vendor", "sqlite")
    found = states(ready)
    assert found["worker"] == "red" and found["database"] == "red"


def test_a_rehearsal_of_the_same_papers_counts_once_somebody_handed_in(ready):
    copy = ready.make_sitting("r1", "演练", ready.paper, rehearsal=True)
    person = ready.people[0]
    entry = Entry.objects.create(registration=ready.register(person, sitting=copy), paper=copy.papers.get())
    frozen = sittings.paper_actions.freeze(actor=ready.office, now=NOW, paper=ready.paper)
    attempt = Attempt.objects.create(
        entry=entry,
        sitting=copy,
        user=person.user,
        frozen=frozen,
        seed=1,
        secret="s",
        layout=[],
        started_at=NOW,
        deadline=NOW,
    )
    assert states(ready)["rehearsed"] == "amber"
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.SUBMITTED)
    assert states(ready)["rehearsed"] == "green"


def test_an_offline_sitting_is_asked_only_what_it_needs(exam):
    exam.candidate("钱一", 101)
    Sitting.objects.update(online=False)
    exam.sitting.refresh_from_db()
    sittings.end_registration(actor=exam.office, now=NOW, sitting=exam.sitting)
    exam.sitting.refresh_from_db()
    found = states(exam)
    assert "red" not in found.values() and not {"door", "worker", "invigilators"} & found.keys()
    assert sittings.open_sitting(actor=exam.office, now=NOW, sitting=exam.sitting).state == Sitting.State.OPEN


def test_addresses_are_ranges_or_single():
    assert parse("10.1.2.9/24, 10.1.2.0/24\n192.168.1.5") == (["10.1.2.0/24", "192.168.1.5"], [])
    assert parse("10.1.2\n::1/129")[1] == ["10.1.2", "::1/129"]
    assert allows("", None) and not allows("10.1.2.0/24", None)
    assert allows("10.1.2.0/24", "10.1.2.77") and not allows("10.1.2.0/24", "10.1.3.1")
    assert allows("10.1.2.0/24", "::ffff:10.1.2.3") and allows("fd00::/8", "fd12::1")
