"""The tree page and the forms on units."""

import pytest
from django.urls import reverse

from staffing.models import Unit


def lines(cast, role="hr", **query):
    return {line.unit.name: line for line in cast.client(role).get(reverse("staffing:units"), query).context["lines"]}


def test_tree_counts_people_and_posts_with_those_below(cast):
    found = lines(cast)
    assert found["示例县"].officers == 6 and found["示例县"].auxiliaries == 1
    assert found["示例县综合行政执法局"].officers == 3 and found["示例县综合行政执法局"].vacant == 17
    assert found["东江镇"].quota == 5 and found["东江镇综合行政执法队"].vacant == 4
    assert found["西岭镇综合行政执法队"].mode == "部门派驻+辐射"
    assert lines(cast, as_of="2021-02-28")["示例县"].officers == 0


def test_tree_of_a_squad_lead_is_the_own_squad(cast):
    assert list(lines(cast, "squad_lead")) == ["东江镇综合行政执法队"]
    assert lines(cast, "squad_lead")["东江镇综合行政执法队"].depth == 0


def test_closed_units_are_shown_on_request(cast):
    hr = cast.client("hr")
    hr.post(reverse("staffing:unit_close", args=[cast.south.code]), {"on": "2026-11-01"})
    assert cast.south.name not in lines(cast) and lines(cast, closed=1)[cast.south.name].closed
    assert cast.south.name in lines(cast, as_of="2026-10-31")
    hr.post(reverse("staffing:unit_reopen", args=[cast.south.code]))
    assert cast.south.name in lines(cast)


def test_new_edit_move_alias_by_form(cast):
    hr = cast.client("hr")
    answer = hr.post(
        reverse("staffing:unit_new"),
        {"parent": cast.county.pk, "name": "北山镇", "kind": "town", "empower_mode": "empowered", "quota": "12"},
    )
    unit = Unit.objects.get(code="北山镇")
    assert answer.status_code == 302 and unit.get_parent() == cast.county
    edit = reverse("staffing:unit_edit", args=[unit.code])
    assert hr.get(edit).status_code == 200
    hr.post(edit, {"name": "北山街道", "kind": "town", "empower_mode": "radiated", "quota": ""})
    unit.refresh_from_db()
    assert (unit.name, unit.quota, unit.empower_mode) == ("北山街道", None, "radiated")
    hr.post(reverse("staffing:unit_alias", args=[unit.code]), {"name": "北山"})
    assert sorted(unit.aliases.values_list("name", flat=True)) == ["北山", "北山镇"]
    alias = unit.aliases.get(name="北山")
    hr.post(reverse("staffing:unit_alias_remove", args=[unit.code, alias.pk]))
    assert not unit.aliases.filter(name="北山").exists()
    answer = hr.post(reverse("staffing:unit_move", args=[unit.code]), {"parent": cast.bureau.pk})
    assert answer.status_code == 302
    assert Unit.objects.get(pk=unit.pk).path.startswith(Unit.objects.get(pk=cast.bureau.pk).path)


def test_refusals_are_shown_in_the_form(cast):
    hr = cast.client("hr")
    taken = hr.post(
        reverse("staffing:unit_new"), {"parent": cast.county.pk, "name": "东江镇", "kind": "town", "code": "x"}
    )
    assert taken.status_code == 422 and "已有单位使用“东江镇”" in taken.content.decode()
    close = hr.post(reverse("staffing:unit_close", args=[cast.east.code]), {"on": "2026-11-01"})
    assert close.status_code == 422 and "在编人员2人" in close.content.decode()


@pytest.mark.parametrize("name", ["unit_edit", "unit_move", "unit_close", "unit_reopen", "unit_alias"])
def test_edits_need_the_right_and_the_reach(cast, name):
    address = reverse(f"staffing:{name}", args=[cast.west.code])
    assert cast.client("squad_lead").get(address).status_code == 403
    cast.accounts["hr-east"] = cast.account("hr-east", "hr", cast.east_town)
    assert cast.client("hr-east").get(address).status_code == 404
    assert cast.client("hr").get(address).status_code == 200


def test_a_scoped_hr_plants_no_tree(cast):
    cast.accounts["hr-east"] = cast.account("hr-east", "hr", cast.east_town)
    answer = cast.client("hr-east").post(reverse("staffing:unit_new"), {"name": "新县", "kind": "county"})
    assert answer.status_code == 422 and not Unit.objects.filter(name="新县").exists()
    answer = cast.client("hr-east").post(
        reverse("staffing:unit_new"), {"parent": cast.west_town.pk, "name": "新队", "kind": "squad"}
    )
    assert answer.status_code == 422


def test_query_budget(cast, django_assert_max_num_queries):
    client = cast.client("hr")
    with django_assert_max_num_queries(9):
        client.get(reverse("staffing:units"))
