"""Taking an import back restores identical rows, or nothing happens and the reasons are named."""

from datetime import date

import pytest

from portal import audit
from portal.models import AuditEvent
from staffing.actions import hours, memberships, people, postings, units
from staffing.actions.errors import Refused
from staffing.actions.rosters_undo import LaterChanges, undo_import
from staffing.models import Person, RosterImport, Unit
from tests.cast import NOW, TODAY
from tests.staffing.rosters.books import BUREAU, EAST, WEST, line


def mixed():
    """New, moved, corrected, returned, renewed: one of each, and a unit nobody knew."""
    return [
        line("郑新民", 21, BUREAU, EAST, 执法证号="99010026777", 发证日期="2024-05-01"),
        line("王晓东", 9, WEST, 执法证号="990100260003", 发证日期="2026-06-01", 有效期至="2031-05-31"),
        line("陈思远", 1, BUREAU, 职务="副局长"),
        line("赵立诚", 3, BUREAU, birth=date(1979, 10, 2)),
        line("何东来", 23, "北山镇综合行政执法队"),
    ]


def undo(batch, **kwargs):
    return undo_import(actor=None, now=NOW, import_id=batch.pk, **kwargs)


def test_everything_is_as_before(cast, load, facts):
    before = facts()
    batch = load(mixed())
    assert facts() != before and Unit.objects.filter(name="北山镇综合行政执法队").exists()
    undo(batch)
    assert facts() == before
    assert AuditEvent.objects.filter(action="roster.undone").count() == 1
    assert audit.verify().ok


def test_twice_does_nothing_more_and_the_file_may_come_again(cast, load, facts):
    batch = load(mixed())
    undo(batch)
    now = facts()
    assert undo(batch).state == "undone"
    assert facts() == now and AuditEvent.objects.filter(action="roster.undone").count() == 1
    assert load(mixed()).state == "committed"


def test_an_import_that_only_waits_cannot_be_undone(cast, load):
    batch = load(mixed(), commit=False)
    with pytest.raises(Refused):
        undo(batch)


@pytest.mark.parametrize("later", ["corrected", "posted", "hours", "moved", "changed_again"])
def test_later_changes_are_named_and_nothing_is_taken_back(cast, load, facts, later):
    batch = load(mixed())
    new = Person.objects.get(name="郑新民")
    who = {"actor": cast.user("hr"), "now": NOW}
    if later == "corrected":
        people.correct_person(**who, person=new, position="队长")
    elif later == "posted":
        postings.open_posting(**who, person=new, kind="second", start=TODAY, to_text="区府办")
    elif later == "hours":
        hours.credit_hours(**who, person=new, kind="lecture", hours=2, earned_on=TODAY, title="大讲堂", source="l1")
    elif later == "moved":
        memberships.move_person(**who, person=new, start=TODAY, unit=cast.west)
    else:
        people.correct_person(**who, person=cast.chen, position="局长")
    then = facts()
    with pytest.raises(LaterChanges) as refused:
        undo(batch)
    assert refused.value.names == ["陈思远" if later == "changed_again" else "郑新民"]
    assert facts() == then
    assert RosterImport.objects.get(pk=batch.pk).state == "committed"


def test_a_later_import_must_be_undone_first(cast, load, facts):
    before = facts()
    first = load([line("郑新民", 21, EAST)])
    second = load([line("郑新民", 21, WEST)], as_of=TODAY)
    with pytest.raises(LaterChanges):
        undo(first)
    undo(second)
    undo(first)
    assert facts() == before


def test_a_unit_that_is_used_meanwhile_stays(cast, load, facts):
    batch = load([line("何东来", 23, "北山镇综合行政执法队")])
    squad = Unit.objects.get(name="北山镇综合行政执法队")
    people.create_person(actor=cast.user("hr"), now=NOW, name="后来人", unit=squad, start=TODAY)
    then = facts()
    with pytest.raises(LaterChanges):
        undo(batch)
    assert facts() == then


def test_who_came_to_a_new_unit_meanwhile_is_named(cast, load, facts):
    batch = load([line("何东来", 23, "北山镇综合行政执法队")])
    north = Unit.objects.get(name="北山镇综合行政执法队")
    memberships.move_person(actor=None, now=NOW, person=cast.wang, unit=north, start=TODAY)
    postings.open_posting(actor=None, now=NOW, person=cast.chen, kind="down", start=TODAY, to_unit=north)
    before = facts()
    with pytest.raises(LaterChanges) as refused:
        undo(batch)
    assert refused.value.names == ["王晓东", "陈思远"]
    assert facts() == before


def test_a_unit_founded_under_a_new_one_is_not_taken_along(cast, load, facts):
    batch = load([line("何东来", 23, "北山镇综合行政执法队")])
    units.create_unit(actor=None, now=NOW, name="北山镇第二中队", kind="squad", parent=Unit.objects.get(name="北山镇"))
    before = facts()
    with pytest.raises(LaterChanges) as refused:
        undo(batch)
    assert refused.value.names == ["北山镇第二中队"]
    assert facts() == before
