"""Changing the unit tree: what is refused, what is written, what a rename leaves behind."""

from datetime import date

import pytest

from portal.audit import revision
from portal.models import AuditEvent
from staffing.actions import units
from staffing.actions.errors import Refused
from staffing.models import Unit, UnitKind


def do(action, cast, **kwargs):
    return action(actor=cast.user("hr"), now=cast.NOW, **kwargs)


def test_create_writes_audit_and_moves_the_figures(cast):
    before = revision("figures")
    unit = do(units.create_unit, cast, name="北山镇", kind=UnitKind.TOWN, parent=cast.county, empower_mode="empowered")
    assert (unit.code, unit.get_parent()) == ("北山镇", cast.county)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.object_id, event.actor) == ("unit.created", str(unit.pk), cast.user("hr"))
    assert revision("figures") == before + 1


def test_creating_twice_returns_the_same_unit_and_writes_once(cast):
    first = do(units.create_unit, cast, name="北山镇", kind=UnitKind.TOWN, parent=cast.county)
    events = AuditEvent.objects.count()
    again = do(units.create_unit, cast, name="北山镇", kind=UnitKind.TOWN, parent=cast.county)
    assert again == first and AuditEvent.objects.count() == events


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "东江镇"}, "name"),
        ({"name": "新镇", "code": "sl-dj"}, "code"),
        ({"name": "新镇", "kind": "village"}, "kind"),
        ({"name": "新科", "kind": UnitKind.OFFICE, "empower_mode": "empowered"}, "empower_mode"),
    ],
)
def test_create_refusals_name_the_field_and_leave_nothing(cast, fields, field):
    count, events = Unit.objects.count(), AuditEvent.objects.count()
    with pytest.raises(Refused) as refused:
        do(units.create_unit, cast, **{"kind": UnitKind.TOWN, "parent": cast.county, **fields})
    assert refused.value.field == field
    assert (Unit.objects.count(), AuditEvent.objects.count()) == (count, events)


def test_a_taken_alias_rolls_the_new_unit_back(cast):
    do(units.add_alias, cast, unit=cast.east, name="东江中队")
    with pytest.raises(Refused):
        do(units.create_unit, cast, name="北山镇", kind=UnitKind.TOWN, parent=cast.county, aliases=("东江中队",))
    assert not Unit.objects.filter(name="北山镇").exists()


def test_rename_keeps_the_old_name_as_alias(cast):
    do(units.change_unit, cast, unit=cast.east, name="东江镇执法队", quota=8)
    unit = Unit.objects.get(pk=cast.east.pk)
    assert (unit.name, unit.code, unit.quota) == ("东江镇执法队", "sl-dj-zfd", 8)
    assert [alias.name for alias in unit.aliases.all()] == ["东江镇综合行政执法队"]
    assert AuditEvent.objects.latest("id").data["changed"]["name"] == ["东江镇综合行政执法队", "东江镇执法队"]


def test_rename_back_takes_the_alias_away(cast):
    do(units.change_unit, cast, unit=cast.east, name="甲队")
    do(units.change_unit, cast, unit=cast.east, name="东江镇综合行政执法队")
    assert [alias.name for alias in cast.east.aliases.all()] == ["甲队"]


def test_move_takes_the_subtree_along_and_never_under_itself(cast):
    do(units.move_unit, cast, unit=cast.east_town, parent=cast.bureau)
    squad, bureau = Unit.objects.get(pk=cast.east.pk), Unit.objects.get(pk=cast.bureau.pk)
    assert squad.path.startswith(bureau.path)
    with pytest.raises(Refused):
        do(units.move_unit, cast, unit=cast.bureau, parent=squad)
    assert Unit.find_problems() == ([], [], [], [], [])


def test_close_waits_for_people_and_postings(cast):
    with pytest.raises(Refused) as refused:
        do(units.close_unit, cast, unit=cast.east, on=date(2026, 12, 1))
    assert "在编人员2人" in refused.value.message and "1条" in refused.value.message
    do(units.close_unit, cast, unit=cast.south, on=date(2026, 12, 1))
    assert Unit.objects.get(pk=cast.south.pk).closed == date(2026, 12, 1)
    do(units.reopen_unit, cast, unit=cast.south)
    assert Unit.objects.get(pk=cast.south.pk).closed is None


def test_alias_twice_and_removed_twice(cast):
    alias = do(units.add_alias, cast, unit=cast.east, name="东江中队")
    assert do(units.add_alias, cast, unit=cast.east, name="东江中队") == alias
    with pytest.raises(Refused):
        do(units.add_alias, cast, unit=cast.west, name="东江中队")
    do(units.remove_alias, cast, alias=alias)
    events = AuditEvent.objects.count()
    do(units.remove_alias, cast, alias=alias)
    assert AuditEvent.objects.count() == events
