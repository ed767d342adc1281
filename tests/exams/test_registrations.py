"""Registering: whose people, until when, once only; deciding, withdrawing, taking back; and by spreadsheet."""

import io
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from exams.actions import registration_imports as sheets
from exams.actions import registrations, sittings, uploads
from exams.models import Entry, ExamImport, Registration, Sitting
from exams.queries.sittings import proposals
from portal.actions.errors import Refused
from portal.models import AuditEvent, Notice
from portal.sheets import OutColumn, OutSheet, read_book, write_book
from staffing.models import Person, PostingKind
from staffing.queries import rosters_plan
from tests.cast import NOW, id_number, make_person, make_posting
from tests.exams.test_sittings import make_ready, start_attempt

State, Way = Registration.State, Registration.Way
SOON = NOW + timedelta(days=1)
User = get_user_model()


@pytest.fixture(autouse=True)
def _read_here(monkeypatch):
    """What the child process does is tested elsewhere."""
    monkeypatch.setattr(rosters_plan, "read", lambda path, name: read_book(path, name=name))


def by(exam, role="clerk", now=NOW):
    return {"actor": exam.cast.user(role), "now": now}


def register(exam, *people, role="clerk", way=Way.UNIT, now=NOW):
    return registrations.register_people(sitting=exam.sitting, people=people, way=way, **by(exam, role, now))


def test_a_clerk_registers_own_people_and_hears_why_not(exam):
    cast = exam.cast
    person = make_person("钱一", cast.east, 101)
    done = register(exam, person, cast.li, cast.sun)
    assert [row.person for row in done.made] == [person]
    assert done.refused[cast.li][0] == "编制性质为合同制，不得参加"
    assert done.refused[cast.sun] == ["没有找到此人，或不在您的管理范围内"]
    row = Registration.objects.get()
    assert (row.state, row.unit, row.way) == (State.APPROVED, cast.east, Way.UNIT)
    assert AuditEvent.objects.get(action="registration.made").data["person"] == "T0101"


def test_twice_is_once(exam):
    person = make_person("钱一", exam.cast.east, 101)
    register(exam, person)
    done = register(exam, person, role="hr")
    assert done.made == [] and done.again == [person]
    assert Registration.objects.count() == 1 and AuditEvent.objects.filter(action="registration.made").count() == 1


def test_a_person_deployed_elsewhere_is_registered_there(exam):
    cast = exam.cast
    person = make_person("钱派", cast.west, 102)
    make_posting(person, PostingKind.STATION, cast.east, NOW.date() - timedelta(days=100))
    assert register(exam, person).made[0].unit == cast.east


def test_the_deadline_is_the_servers_and_only_the_office_passes_it(exam):
    exam.sitting.registers_until = NOW + timedelta(hours=1)
    exam.sitting.save()
    one, two, three = (make_person(f"钱{n}", exam.cast.east, 110 + n) for n in range(3))
    register(exam, one, now=NOW + timedelta(minutes=59, seconds=59))
    with pytest.raises(Refused, match="报名已于2026-11-02 10:00截止"):
        register(exam, two, now=NOW + timedelta(hours=1))
    assert register(exam, two, role="exam", now=NOW + timedelta(hours=2)).made
    Sitting.objects.update(state=Sitting.State.CLOSED)
    with pytest.raises(Refused, match="已结束"):
        register(exam, three, role="exam")


def test_before_it_begins_and_where_the_way_is_shut(exam):
    person = make_person("钱一", exam.cast.east, 101)
    exam.sitting.registers_from = NOW + timedelta(hours=1)
    exam.sitting.save()
    with pytest.raises(Refused, match="报名自2026-11-02 10:00开始"):
        register(exam, person)
    exam.sitting.registers_from, exam.sitting.by_unit = None, False
    exam.sitting.save()
    with pytest.raises(Refused, match="不接受单位报名"):
        register(exam, person)
    with pytest.raises(Refused, match="不接受个人报名"):
        register(exam, exam.cast.wang, role="officer", way=Way.SELF)


def test_an_officer_registers_only_himself_and_waits(exam):
    exam.sitting.by_self = True
    exam.sitting.save()
    wang, other = exam.cast.wang, make_person("钱一", exam.cast.east, 101)
    done = register(exam, wang, other, role="officer", way=Way.SELF)
    assert [row.state for row in done.made] == [State.PENDING]
    assert done.refused == {other: ["只能为本人报名"]}
    assert not Notice.objects.exists()
    decided = registrations.decide(sitting=exam.sitting, registrations=done.made, approve=True, **by(exam, "exam"))
    assert decided.changed[0].state == State.APPROVED
    assert "报名已通过" in Notice.objects.get(recipient=wang.user).text


def test_refusing_needs_a_reason_and_tells_it(exam):
    exam.candidate("钱一", 101)
    row = Registration.objects.get()
    with pytest.raises(Refused) as refused:
        registrations.decide(sitting=exam.sitting, registrations=[row], approve=False, **by(exam, "exam"))
    assert refused.value.field == "reason"
    registrations.decide(
        sitting=exam.sitting, registrations=[row], approve=False, reason="材料不全", **by(exam, "exam")
    )
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.REFUSED, "材料不全")
    assert "材料不全" in Notice.objects.get().text
    again = registrations.decide(
        sitting=exam.sitting, registrations=[row], approve=False, reason="x", **by(exam, "exam")
    )
    assert again.changed == []


def test_nobody_ineligible_is_approved(exam):
    exam.register(exam.cast.li, state=State.PENDING)
    row = Registration.objects.get()
    done = registrations.decide(sitting=exam.sitting, registrations=[row], approve=True, **by(exam, "exam"))
    assert done.changed == [] and "合同制" in done.refused[row][0]


def test_a_late_approval_gets_number_and_entries(exam):
    make_ready(exam)
    sittings.open_sitting(actor=exam.office, now=NOW, sitting=exam.sitting)
    late = make_person("钱晚", exam.cast.east, 130)
    made = register(exam, late, role="exam").made[0]
    made.refresh_from_db()
    assert made.exam_no and Entry.objects.filter(registration=made).count() == 1
    with pytest.raises(Refused):
        register(exam, make_person("钱更晚", exam.cast.east, 131))


def test_withdrawing_keeps_the_reason_and_can_be_taken_back_in_time(exam):
    exam.candidate("钱一", 101)
    row = Registration.objects.get()
    with pytest.raises(Refused):
        registrations.withdraw(registration=row, reason=" ", **by(exam))
    for _ in range(2):
        row = registrations.withdraw(registration=row, reason="因病住院", **by(exam))
    assert (row.state, row.reason) == (State.WITHDRAWN, "因病住院")
    assert AuditEvent.objects.filter(action="registration.withdrawn").count() == 1
    with pytest.raises(Refused, match="开考时间已到"):
        registrations.take_back(registration=row, **by(exam, now=exam.sitting.opens_at))
    assert registrations.take_back(registration=row, **by(exam)).state == State.APPROVED


def test_once_it_has_begun_only_the_office_makes_an_absence_a_withdrawal(exam):
    exam.candidate("钱一", 101)
    row, begun = Registration.objects.get(), exam.sitting.opens_at
    with pytest.raises(Refused, match="由考务登记"):
        registrations.withdraw(registration=row, reason="因病", **by(exam, now=begun))
    assert registrations.withdraw(registration=row, reason="因病", **by(exam, "exam", begun)).state == State.WITHDRAWN


def test_who_is_no_longer_eligible_cannot_come_back(exam):
    person = exam.candidate("钱一", 101)
    row = registrations.withdraw(registration=Registration.objects.get(), reason="调离", **by(exam))
    make_posting(person, PostingKind.SECOND, exam.cast.water, NOW.date())
    with pytest.raises(Refused, match="借调"):
        registrations.take_back(registration=row, **by(exam))


def test_who_has_begun_does_not_withdraw(exam):
    make_ready(exam, "钱一")
    sittings.open_sitting(actor=exam.office, now=NOW, sitting=exam.sitting)
    row = Registration.objects.get()
    start_attempt(row)
    with pytest.raises(Refused, match="已进入考试"):
        registrations.withdraw(registration=row, reason="x", **by(exam))
    done = registrations.decide(
        sitting=exam.sitting, registrations=[row], approve=False, reason="x", **by(exam, "exam")
    )
    assert done.refused == {row: ["考生已进入考试"]}


def test_a_registration_after_a_withdrawal_is_the_same_row_and_number(exam):
    person = exam.candidate("钱一", 101)
    before = Registration.objects.get()
    registrations.withdraw(registration=before, reason="x", **by(exam))
    register(exam, person)
    after = Registration.objects.get()
    assert (after.pk, after.exam_no, after.state, after.reason) == (before.pk, before.exam_no, State.APPROVED, "")


# --- proposals -------------------------------------------------------------------------------------------------------


def test_proposals_name_who_left_moved_was_lent_or_transferred(exam):
    cast = exam.cast
    fine, gone, lent, moved, hired = (exam.candidate(name, 140 + n) for n, name in enumerate("好走借换转"))
    gone.memberships.update(end=SOON.date())
    make_posting(lent, PostingKind.SECOND, cast.water, NOW.date())
    make_posting(moved, PostingKind.STATION, cast.west, NOW.date())
    hired.memberships.update(category="auxiliary", establishment_type="contract")
    found = {p.registration.person: p for p in proposals(exam.sitting)}
    assert fine not in found and set(found) == {gone, lent, moved, hired}
    assert found[moved].lost is False and "调整至西岭镇综合行政执法队" in found[moved].reason
    assert found[lent].lost and found[lent].reason == "考试当日借调至示例县水利局"
    assert "离队" in found[gone].reason
    n = registrations.withdraw_many(
        sitting=exam.sitting, reasons={p.registration.pk: p.reason for p in found.values()}, **by(exam, "exam")
    )
    assert n == 4 and proposals(exam.sitting) == []
    assert Registration.objects.get(person=lent).reason == "考试当日借调至示例县水利局"


# --- by spreadsheet --------------------------------------------------------------------------------------------------


def sheet(*rows, head=("姓名", "身份证号", "工号", "单位")):
    file = io.BytesIO()
    write_book(file, [OutSheet("名单", [OutColumn(title, text=True) for title in head], list(rows))])
    file.seek(0)
    return file


def upload(exam, *rows, role="clerk", **options):
    return sheets.upload_sheet(
        sitting=exam.sitting, file=sheet(*rows, **options), filename="名单.xlsx", **by(exam, role)
    )


def number_of(person):
    return Person.objects.get(pk=person.pk).id_number


def test_a_sheet_tells_every_row_and_registers_the_good_ones(exam):
    cast = exam.cast
    one, two = make_person("钱一", cast.east, 101), make_person("钱二", cast.east, 102)
    good = number_of(one)
    wrong = good[:17] + ("1" if good[17] != "1" else "2")
    imported = upload(
        exam,
        ("钱一", good, "", cast.east.name),
        ("钱二", "", two.staff_no, "别的单位"),
        ("钱一", good, "", ""),
        ("孙海燕", number_of(cast.sun), "", ""),
        ("没有人", id_number(one.birth_date, 999), "", ""),
        ("钱三", wrong, "", ""),
        ("钱四", good[:15] + "99", "", ""),
        ("李春梅", number_of(cast.li), "", ""),
        ("赵错", number_of(two), "", ""),
        ("", good, "", ""),
        ("钱五", "", "", ""),
    )
    rows = sheets.plan_of(imported).rows
    assert imported.totals == {"accept": 2, "duplicate": 1, "skip": 0, "reject": 8}
    assert [row.row for row in rows] == list(range(2, 13))
    told = [" ".join(row.issues) for row in rows]
    assert "按登记的东江镇" in told[1] and "第2行重复" in told[2]
    # Out of scope and not there at all read the same.
    assert told[3] == told[4] and told[3].startswith("未找到")
    assert "校验位不符" in told[5] and "应为18位" in told[6]
    assert "合同制" in told[7] and "姓名与证件号" in told[8]
    assert "姓名为空" in told[9] and "都为空" in told[10]
    assert all(good not in text and wrong not in text for text in told)
    assert not Registration.objects.exists()
    done = sheets.commit_sheet(imported=imported, **by(exam))
    assert {row.person for row in done.made} == {one, two}
    assert set(Registration.objects.values_list("way", flat=True)) == {"sheet"}
    assert sheets.commit_sheet(imported=imported, **by(exam)).made == []
    again = upload(exam, ("钱一", good, "", ""))
    assert again.totals["skip"] == 1


def test_what_was_stored_holds_no_number_in_clear(exam, settings, tmp_path):
    person = make_person("钱一", exam.cast.east, 101)
    upload(exam, ("钱一", number_of(person), "", ""))
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert stored and all(number_of(person).encode() not in path.read_bytes() for path in stored)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "文件是空的"), (b"x" * (5 * 2**20 + 1), "超过5 MB"), (b"\x89PNG\r\n", "")],
)
def test_a_file_that_is_none_is_refused_with_what_to_do(exam, data, message):
    with pytest.raises(Refused) as refused:
        sheets.upload_sheet(sitting=exam.sitting, file=io.BytesIO(data), filename="x.xlsx", **by(exam))
    assert message in refused.value.message and refused.value.field == "file"
    assert not ExamImport.objects.exists()


def test_a_sheet_without_the_columns_says_which_are_missing(exam):
    with pytest.raises(Refused, match="请检查表头"):
        upload(exam, ("a", "b"), head=("甲", "乙"))


def test_a_list_given_up_registers_nobody(exam):
    person = make_person("钱一", exam.cast.east, 101)
    imported = upload(exam, ("钱一", "", person.staff_no, ""))
    for _ in range(2):
        uploads.discard_sheet(kept=imported, **by(exam))
    imported.refresh_from_db()
    with pytest.raises(Refused, match="已放弃"):
        sheets.commit_sheet(imported=imported, **by(exam))


def test_a_list_looked_at_before_the_deadline_is_not_committed_after_it(exam):
    person = make_person("钱一", exam.cast.east, 101)
    imported = upload(exam, ("钱一", "", person.staff_no, ""))
    Sitting.objects.update(registers_until=NOW + timedelta(minutes=1))
    with pytest.raises(Refused, match="截止"):
        sheets.commit_sheet(imported=imported, **by(exam, now=NOW + timedelta(minutes=1)))
    imported.refresh_from_db()
    assert imported.state == ExamImport.State.PREVIEW
