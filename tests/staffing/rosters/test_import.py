"""What an import does to the facts: matching, moving, postings, certificates, older snapshots, doing it twice."""

from datetime import date
from pathlib import Path

import pytest
from django.core.serializers import serialize

from portal import audit
from portal.models import AuditEvent
from staffing.actions import people, rosters
from staffing.actions.errors import Refused
from staffing.actions.postings import open_posting
from staffing.models import (
    ImportChange,
    Leave,
    Membership,
    Person,
    Posting,
    Qualification,
    QualificationStatus,
    RosterImport,
    Unit,
)
from tests.cast import NOW, TODAY
from tests.staffing.rosters.books import AS_OF, BUREAU, EAST, HEADERS, SAMPLES, WEST, book, cast_lines, line

SNAPSHOT = date(2024, 12, 4)


@pytest.mark.django_db
def test_empty_database_and_one_roster_make_a_county(load):
    path = SAMPLES / "scenario_A_downstream.xlsx"
    batch = rosters.import_file(actor=None, now=NOW, path=str(path), as_of=date(2022, 10, 10))
    assert (batch.changes["create"], batch.changes["postings"], batch.changes["reviewers"]) == (543, 355, 4)
    county = Unit.objects.get(kind="county")
    assert county.is_root() and Unit.objects.filter(depth=1).count() == 1
    squad = Unit.objects.get(name="东江镇综合行政执法队")
    assert (squad.kind, squad.get_parent().name, squad.get_parent().get_parent()) == ("squad", "东江镇", county)
    assert squad.empower_mode == "empowered" or squad.get_parent().empower_mode == "empowered"
    posting = Posting.objects.filter(kind="down").first()
    assert (posting.start, posting.start_known, posting.end) == (date(2022, 10, 10), False, None)
    assert Membership.objects.filter(start_known=False, start=date(2022, 10, 10)).count() == 543
    assert audit.verify().ok
    assert AuditEvent.objects.filter(action="roster.committed").count() == 1


def test_a_roster_that_says_what_is_known_changes_nothing(cast, load, facts):
    before = facts()
    batch = load(cast_lines())
    assert {name: n for name, n in batch.changes.items() if isinstance(n, int) and n} == {"unchanged": 4}
    assert facts() == before


def test_importing_twice_is_harmless(cast, load, facts):
    load([line("郑新民", 21, EAST, 执法证号="99010026777", 发证日期="2024-05-01", 有效期至="2029-04-30")])
    once = facts()
    batch = load(
        [line("郑新民", 21, EAST, 执法证号="99010026777", 发证日期="2024-05-01", 有效期至="2029-04-30")], again=True
    )
    assert batch.changes["unchanged"] == 1 and facts() == once
    again = rosters.commit_import(actor=None, now=NOW, import_id=batch.pk)
    assert again.state == "committed" and facts() == once


def test_same_file_and_day_again_is_refused(cast, tmp_path):
    path = book(tmp_path / "a.xlsx", cast_lines())
    rosters.import_file(actor=None, now=NOW, path=path, as_of=AS_OF)
    with pytest.raises(Refused, match="第1批"):
        rosters.import_file(actor=None, now=NOW, path=path, as_of=AS_OF)
    assert RosterImport.objects.count() == 1


def test_new_person_in_full(cast, load):
    load([line("郑新民", 21, BUREAU, EAST, 执法证号="99010026777", 发证日期="2024-05-01", 有效期至="2029-04-30")])
    person = Person.objects.get(name="郑新民")
    assert (person.staff_no, person.gender, person.birth_date) == ("R0000001", "男", date(1982, 6, 15))
    assert person.id_masked.startswith("990***********") and person.id_number.endswith(person.id_masked[-4:])
    membership = person.memberships.get()
    assert (membership.unit, membership.start, membership.start_known) == (cast.bureau, AS_OF, False)
    posting = person.postings.get()
    assert (posting.kind, posting.from_unit, posting.to_unit) == ("down", cast.bureau, cast.east)
    card = person.qualifications.get()
    status = card.statuses.get()
    assert (card.kind, card.number, status.state, status.start) == ("enforce", "99010026777", "valid", date(2024, 5, 1))


def test_move_closes_the_old_post_and_opens_the_new(cast, load):
    batch = load([line("王晓东", 9, WEST)])
    assert batch.changes["move"] == 1
    old, new = cast.wang.memberships.order_by("start")
    assert (old.unit, old.end, old.end_reason) == (cast.east, AS_OF, "moved")
    assert (new.unit, new.start, new.end) == (cast.west, AS_OF, None)


def test_locked_post_is_not_moved(cast, load):
    cast.wang.memberships.update(post_locked=True)
    batch = load([line("王晓东", 9, WEST)])
    assert (batch.changes["move"], batch.changes["conflicts"]) == (0, 1)


def test_empty_cells_clear_nothing(cast, load):
    load([line("陈思远", 1, BUREAU, 职务="")])
    cast.chen.refresh_from_db()
    assert cast.chen.position == "政工科长"


def test_corrected_columns_are_told_field_by_field(cast, load):
    batch = load([line("陈思远", 1, BUREAU, 职务="副局长")])
    cast.chen.refresh_from_db()
    assert (batch.changes["update"], cast.chen.position) == (1, "副局长")
    entry = ImportChange.objects.get(batch=batch, table="person")
    assert entry.after["changed"] == [["person", cast.chen.pk, {"position": "政工科长"}, {"position": "副局长"}]]


def test_person_who_works_at_home_again_has_returned(cast, load):
    batch = load([line("赵立诚", 3, BUREAU, birth=date(1979, 10, 2))])
    cast.posting.refresh_from_db()
    assert (batch.changes["returns"], cast.posting.end) == (1, AS_OF)


def test_posted_person_on_a_list_with_one_unit_column_stays_where_the_post_is(cast, load, tmp_path, facts):
    before = facts()
    headers = ["姓名", "性别", "身份证号", "工作单位"]
    row = [*line("赵立诚", 3, EAST, birth=date(1979, 10, 2))[:3], EAST]
    path = book(tmp_path / "squad.xlsx", [row], headers=headers)
    batch = rosters.import_file(actor=None, now=NOW, path=path, as_of=AS_OF)
    assert batch.changes["unchanged"] == 1 and facts() == before


def test_person_called_away_within_the_county_is_not_moved_by_the_other_units_list(cast, load, tmp_path, facts):
    open_posting(
        actor=None, now=NOW, person=cast.wang, kind="second", start=date(2026, 5, 1), to_unit=cast.west, doc_no="x"
    )
    before = facts()
    row = [*line("王晓东", 9, WEST)[:3], WEST]
    path = book(tmp_path / "west.xlsx", [row], headers=["姓名", "性别", "身份证号", "工作单位"])
    assert rosters.import_file(actor=None, now=NOW, path=path, as_of=AS_OF).changes["unchanged"] == 1
    assert load([line("王晓东", 9, EAST, WEST)]).changes["unchanged"] == 1
    assert facts() == before


def test_known_certificate_renewed_keeps_the_past(cast, load):
    old = Qualification.objects.get(person=cast.wang, kind="enforce")
    load([line("王晓东", 9, EAST, 执法证号="990100260003", 发证日期="2026-06-01", 有效期至="2031-05-31")])
    old.refresh_from_db()
    new = Qualification.objects.get(number="990100260003")
    assert (old.number, new.person, new.issued) == (None, cast.wang, date(2026, 6, 1))
    states = (
        QualificationStatus.objects.filter(qualification=old).order_by("start").values_list("state", "start", "end")
    )
    assert list(states) == [("valid", date(2024, 1, 10), date(2026, 6, 1)), ("expired", date(2026, 6, 1), None)]


def test_number_of_another_persons_certificate_is_not_taken(cast, load):
    batch = load([line("郑新民", 21, EAST, 执法证号="990100260003")])
    assert batch.changes["conflicts"] == 1
    assert Qualification.objects.get(number="990100260003").person == cast.wang


def test_status_words_become_leave_and_leaving(cast, tmp_path):
    headers = [*HEADERS, "人员状态"]
    rows = [[*line("王晓东", 9, EAST), "产假"], [*line("孙海燕", 12, WEST, birth=date(1990, 12, 31)), "退休"]]
    path = book(tmp_path / "a.xlsx", rows, headers=headers)
    rosters.import_file(actor=None, now=NOW, path=path, as_of=AS_OF)
    leave = Leave.objects.get(person=cast.wang)
    assert (leave.kind, leave.start, leave.end) == ("maternity", AS_OF, None)
    left = cast.sun.memberships.get()
    assert (left.end, left.end_reason) == (AS_OF, "retired")
    path = book(tmp_path / "b.xlsx", [[*line("王晓东", 9, EAST), "在岗"]], headers=headers)
    rosters.import_file(actor=None, now=NOW, path=path, as_of=TODAY)
    leave.refresh_from_db()
    assert leave.end == TODAY


def test_older_roster_does_not_rewrite_newer_facts(cast, load, facts):
    load([line("王晓东", 9, WEST), line("陈思远", 1, BUREAU, 职务="政工科长")], as_of=AS_OF)
    now = facts()
    batch = load([line("王晓东", 9, BUREAU), line("陈思远", 1, BUREAU, 职务="科员")], as_of=date(2026, 6, 30))
    assert (batch.changes["conflicts"], batch.changes["update"], batch.changes["move"]) == (2, 0, 0)
    assert facts() == now


def test_hand_correction_after_the_rosters_day_stands(cast, load):
    people.correct_person(actor=cast.user("hr"), now=NOW, person=cast.chen, position="副局长")
    batch = load([line("陈思远", 1, BUREAU, 职务="科员")])
    cast.chen.refresh_from_db()
    assert (cast.chen.position, batch.changes["conflicts"]) == ("副局长", 1)


def test_absent_people_are_proposed_and_left_alone(cast, load, facts):
    batch = load([row for row in cast_lines() if row[0] != "陈思远"])
    assert batch.changes["leave_proposed"] == 1
    assert cast.chen.memberships.get().end is None
    assert (
        load([row for row in cast_lines() if row[0] != "陈思远"], complete=False, again=True).changes["leave_proposed"]
        == 0
    )


def test_a_row_that_awaits_a_decision_is_not_absent(cast, load):
    rows = cast_lines()
    rows[0][2] = "123"  # 陈思远's number is broken: the row is rejected, but he is there
    assert load(rows).changes["leave_proposed"] == 0


def test_review_rows_wait_unless_decided(cast, tmp_path):
    path = str(SAMPLES / "roster_dirty.xlsx")
    batch = rosters.import_file(actor=None, now=NOW, path=path, as_of=SNAPSHOT)
    waiting = ("史宇", "汪强俊", "李慧萍", "蒋丽雪", "黎博磊")
    assert not Person.objects.filter(name__in=waiting).exists()
    batch = rosters.import_file(
        actor=None,
        now=NOW,
        path=path,
        as_of=SNAPSHOT,
        again=True,
        decisions={
            "西屏中队!12": {"choice": "accept"},
            "西屏中队!19": {"choice": "fix"},
            "西屏中队!16": {"choice": "skip"},
        },
    )
    assert batch.changes["create"] == 2
    assert not Person.objects.get(name="蒋丽雪").qualifications.exists()


def test_no_number_in_clear_outside_encrypted_columns(cast, load, settings):
    batch = load([line("郑新民", 21, EAST)])
    number = Person.objects.get(name="郑新民").id_number
    text = serialize("json", ImportChange.objects.all()) + serialize("json", RosterImport.objects.all())
    text += serialize("json", AuditEvent.objects.all())
    assert number not in text
    for stored in Path(settings.STORAGES["private"]["OPTIONS"]["location"]).rglob("*"):
        if stored.is_file():
            assert number.encode() not in stored.read_bytes()
    assert batch.file
