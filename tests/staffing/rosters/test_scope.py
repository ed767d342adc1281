"""An import writes inside its author's scope only, and its refusals do not tell who exists elsewhere."""

from datetime import date

from staffing.models import Person, RosterImport
from staffing.queries import rosters as queries
from tests.staffing.rosters.books import BUREAU, EAST, WEST, line
from tests.staffing.rosters.conftest import workbook


def east_hr(cast):
    user = cast.account("east-hr", "hr", cast.east_town)
    cast.accounts["east-hr"] = user
    return user


def test_rows_of_people_and_units_outside_are_refused_in_the_same_words(cast, upload, facts):
    east_hr(cast)
    before = facts()
    rows = [
        line("郑新民", 21, EAST),  # new, inside
        line("孙海燕", 12, EAST, birth=date(1990, 12, 31)),  # exists in the west
        line("无此人", 25, WEST),  # exists nowhere, unit outside
    ]
    client, batch, _ = upload(workbook(rows), role="east-hr", unit=cast.east.pk)
    diff = queries.diff_of(batch)
    assert diff.refused == {("花名册1", 3), ("花名册1", 4)}
    text = client.get(f"/rosters/{batch.pk}/preview/?show=all").content.decode()
    assert "第3行需上级政工部门核对后导入，其余行可继续。" in text
    assert "第4行需上级政工部门核对后导入，其余行可继续。" in text
    one = client.get(f"/rosters/{batch.pk}/resolve/?sheet=花名册1&row=3").content.decode()
    assert "西岭镇" not in one and "名册中没有此人" not in one and "与名册中此人对照" not in one
    assert facts() == before


def test_only_rows_inside_are_written(cast, upload, post):
    east_hr(cast)
    rows = [line("郑新民", 21, EAST), line("孙海燕", 12, EAST, birth=date(1990, 12, 31)), line("无此人", 25, WEST)]
    client, batch, _ = upload(workbook(rows), role="east-hr", unit=cast.east.pk)
    post(client, f"/rosters/{batch.pk}/commit/", {"expected": batch.changes["signature"]})
    batch.refresh_from_db()
    assert batch.state == RosterImport.State.COMMITTED
    assert Person.objects.filter(name="郑新民").exists() and not Person.objects.filter(name="无此人").exists()
    assert cast.sun.memberships.get().unit == cast.west


def test_units_outside_are_not_created(cast, upload, post):
    east_hr(cast)
    _, batch, _ = upload(workbook([line("何东来", 23, "北山镇综合行政执法队")]), role="east-hr", unit=cast.east.pk)
    assert (batch.changes["units"], batch.changes["refused"]) == (0, 1)


def test_leavers_outside_are_not_proposed(cast, upload):
    east_hr(cast)
    _, batch, _ = upload(
        workbook([line("郑新民", 21, EAST), line("张三丰", 27, BUREAU)]), role="east-hr", unit=cast.east.pk
    )
    names = [item["name"] for item in queries.diff_of(batch).items(queries.diff_of(batch).find("leaver"))]
    assert "王晓东" in names and "陈思远" not in names


def test_imports_of_others_are_seen_inside_the_scope_only(cast, upload):
    east_hr(cast)
    _, whole, _ = upload(workbook([line("郑新民", 21, BUREAU)]))
    _, east, _ = upload(workbook([line("郑新民", 21, EAST)]), unit=cast.east.pk)
    narrow = cast.client("east-hr")
    for name in ("", "preview/", "mapping/", "changes/", "resolve/", "commit/", "annotated/", "discard/"):
        assert narrow.get(f"/rosters/{whole.pk}/{name}").status_code == 404
    assert narrow.get(f"/rosters/{east.pk}/preview/").status_code == 200
    shown = narrow.get("/rosters/").content.decode()
    assert str(east.pk) in shown and str(whole.pk) not in shown


def test_unit_must_be_chosen_inside_a_narrow_scope(cast, upload):
    east_hr(cast)
    data = workbook([line("郑新民", 21, EAST)])
    _, batch, response = upload(data, role="east-hr")
    assert response.status_code == 422 and batch is None
    _, batch, response = upload(data, role="east-hr", unit=cast.west.pk)
    assert response.status_code == 422 and batch is None


def test_the_reporting_unit_is_asked_of_a_towns_hr_and_left_open_to_a_countys(cast):
    for name, unit in (("county-hr", cast.county), ("town-hr", cast.east_town)):
        cast.accounts[name] = cast.account(name, "hr", unit)
    asked = {
        name: cast.client(name).get("/rosters/new/").context["form"].fields["unit"].required
        for name in ("county-hr", "town-hr")
    }
    assert asked == {"county-hr": False, "town-hr": True}
