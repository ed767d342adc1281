"""From the file to the figure: the roster of scenario A goes in by command, the gap comes out by command and on the page."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from tests.staffing.gaps.scenarios import DATA, TOWNS_A


@pytest.mark.django_db(transaction=True)
def test_a_roster_becomes_a_gap():
    path = str(DATA / "scenario_A_downstream.xlsx")
    call_command("import_roster", path, "--as-of", "2022-10-10", "--commit", "--json", stdout=StringIO())
    out = StringIO()
    call_command("gaps", "--as-of", "2022-10-10", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["downstream"]["numerator"], found["downstream"]["denominator"]) == (355, 543)
    assert found["downstream"]["ratio"] == 355 / 543 and found["downstream"]["met"] is True
    assert set(found["reviewers"]["units_without"]) == {f"{town}镇综合行政执法队" for town in TOWNS_A[4:]}
    assert found["profile_downstream"]["first_education_college_or_above"] == {"n": 99, "of": 355}
    assert found["profile_downstream"]["first_education_below_high_school"]["n"] == 45
