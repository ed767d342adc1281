"""Education, politics and age: numbers for all, names only for those who may see them of everybody there (domain §5)."""

import io

import openpyxl
import pytest

from portal.models import Grant, Role
from staffing.models import Person
from tests.cast import NOW

LISTS = ["education_bachelor", "first_college", "down_education_bachelor_or_above", "party", "down_party"]


@pytest.fixture(autouse=True)
def told(cast):
    Person.objects.update(education="大学本科", first_education="大学专科", political_status="中共党员")


def headings(response):
    rows = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values
    return next(row for row in rows if row[0] == "工号")


@pytest.mark.parametrize("figure", LISTS)
def test_lists_by_restricted_facts_are_not_for_everybody(cast, figure):
    for role in ("legal", "leader", "town", "clerk"):
        assert cast.client(role).get(f"/gaps/people/?figure={figure}").status_code == 404, role
    for role in ("legal", "leader", "town"):
        assert cast.client(role).get(f"/gaps/people/export/?figure={figure}").status_code == 404, role
    assert cast.client("hr").get(f"/gaps/people/?figure={figure}").status_code == 200


@pytest.mark.parametrize("path", ["/gaps/", "/units/sl-dj/"])
def test_numbers_are_shown_and_lead_only_where_one_may_go(cast, path):
    for role, may in (("hr", True), ("legal", False), ("hr", True)):
        page = cast.client(role).get(path).content.decode()
        assert "最高学历" in page and 'href=""' not in page, role
        assert ("figure=education_" in page) is may and ("figure=party" in page) is may, role
        assert "figure=female" in page


def test_a_right_over_one_town_opens_the_lists_of_that_town(cast):
    Grant.objects.create(user=cast.user("leader"), role=Role.HR, unit=cast.east_town, starts=NOW)
    client = cast.client("leader")
    assert client.get("/gaps/people/?figure=party").status_code == 404
    assert client.get("/gaps/people/?figure=party&unit=sl-xl").status_code == 404
    assert client.get("/gaps/people/?figure=party&unit=sl-dj").status_code == 200


def test_age_in_years_leaves_the_house_only_with_the_right(cast):
    assert "年龄" in headings(cast.client("hr").get("/gaps/people/export/?figure=officers"))
    assert "年龄" not in headings(cast.client("legal").get("/gaps/people/export/?figure=officers"))
