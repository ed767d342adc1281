import json
from contextlib import nullcontext
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, ManagementUtility, call_command

from tests.cast import LONG_AGO
from tests.staffing.gaps.scenarios import scenario_a


def run(*args):
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


KEYS = {
    "headcount": {"officers", "auxiliaries", "in_post"},
    "downstream": {"numerator", "denominator", "ratio", "target", "met", "margin", "departments_without_posting"},
    "reviewers": {
        "required",
        "qualified",
        "gap",
        "units_in_scope",
        "units_covered",
        "units_without",
        "sum_of_unit_gaps",
    },
    "certificates": {"must_hold", "in_force", "coverage", "expiring_90", "expired"},
    "hours": {"year", "due", "met", "rate", "short"},
    "postings": {"open", "due_30", "overdue"},
    "profile": {"mean_age", "first_education_college_or_above"},
}


def test_json_is_the_contract(cast):
    found = json.loads(run("gaps", "--as-of", "2026-11-02", "--children", "--json"))
    for document in (found, *found["children"]):
        assert document["as_of"] == "2026-11-02" and set(document["unit"]) == {"code", "name", "kind"}
        for block, keys in KEYS.items():
            assert keys <= set(document[block]), block
        assert set(document["profile"]["first_education_college_or_above"]) == {"n", "of"}
    assert found["downstream"]["ratio"] == 0.6 and found["downstream"]["met"] is True
    assert found["downstream"]["departments_without_posting"] == ["sl-slj"]
    assert found["reviewers"]["units_without"] == ["sl-dj-zfd", "sl-nt-zfd"]
    assert [child["unit"]["code"] for child in found["children"]] == ["sl-zfj", "sl-slj", "sl-dj", "sl-xl", "sl-nt"]
    assert "children" not in json.loads(run("gaps", "--json"))


@pytest.mark.django_db
def test_scenario_a_by_command():
    scenario_a()
    found = json.loads(run("gaps", "--as-of", "2022-10-10", "--json"))
    assert found["downstream"]["ratio"] == 355 / 543 and found["downstream"]["margin"] == 29
    assert found["profile_downstream"]["first_education_college_or_above"] == {"n": 99, "of": 355}
    assert len(found["reviewers"]["units_without"]) == 6
    text = run("gaps", "--as-of", "2022-10-10")
    assert "355/543 = 65.38%" in text and "达标，余 29 人" in text


def test_units_by_code_name_or_not_at_all(cast):
    for name in ("sl-dj-zfd", "东江镇综合行政执法队"):
        assert json.loads(run("gaps", "--unit", name, "--json"))["unit"]["code"] == "sl-dj-zfd"
    with pytest.raises(CommandError) as refused:
        run("gaps", "--unit", "不存在")
    assert refused.value.returncode == 1
    with pytest.raises(CommandError) as wrong:
        run("gaps", "--as-of", "10.10.2022")
    assert wrong.value.returncode == 2


def test_no_data_is_refused_in_words_and_null_in_json(cast):
    with pytest.raises(CommandError) as refused:
        run("gaps", "--as-of", "2019-01-01")
    assert refused.value.returncode == 1 and "没有人员数据" in str(refused.value)
    found = json.loads(run("gaps", "--as-of", "2019-01-01", "--json"))
    assert found["downstream"]["ratio"] is None and found["downstream"]["met"] is None
    assert found["certificates"]["coverage"] is None and found["profile"]["mean_age"] is None


@pytest.mark.django_db
def test_an_empty_database_has_no_figures():
    assert json.loads(run("gaps", "--json"))["headcount"]["officers"] == 0


def test_hours_per_person(cast):
    found = json.loads(run("hours", "--year", "2025", "--unit", "sl-dj-zfd", "--json"))
    assert found["year"] == 2025 and found["as_of"] == "2025-12-31"
    assert found["totals"]["due"] == 2 and found["totals"]["met"] == 0 and found["totals"]["missing_hours"] == 120
    assert [person["name"] for person in found["people"]] == ["赵立诚", "王晓东"]
    for person in found["people"]:
        assert {"target", "counted", "online", "met", "missing"} <= set(person)
    assert json.loads(run("hours", "--year", str(LONG_AGO.year - 1), "--json"))["totals"]["rate"] is None
    assert "应达标 2 人" in run("hours", "--year", "2025", "--unit", "sl-dj-zfd")


@pytest.mark.parametrize(
    "asked",
    [
        ("gaps", "--year", "99999"),
        ("gaps", "--as-of", "9999-12-31"),
        ("gaps", "--as-of", "0001-01-01"),
        ("hours", "--year", "0"),
        ("hours", "--year", "zwanzig"),
    ],
)
def test_days_beyond_reckoning_are_wrong_use(cast, asked):
    with pytest.raises(SystemExit) as stop:
        ManagementUtility(["manage.py", *asked, "--json"]).execute()
    assert stop.value.code == 2


def test_bench_tells_its_lines_in_one_document(monkeypatch):
    module = SimpleNamespace(run=lambda size, out: out.write(f"{size} done\n"))
    monkeypatch.setattr("portal.management.commands.bench.found", lambda: {"people": "made.up"})
    monkeypatch.setattr("portal.management.commands.bench.import_module", lambda name: module)
    monkeypatch.setattr("portal.management.commands.bench.scratch", nullcontext)
    found = json.loads(run("bench", "people", "--size", "7", "--json"))
    assert (found["name"], found["size"]) == ("people", 7) and "7 done" in found["lines"]
    assert {"load", "load_after", "peak_mb", "cpus", "engine"} <= found.keys()
