"""Every sample equals its truth file, row by row; so do rosters of the same anatomy made from other seeds."""

import io
import json
from collections import Counter
from datetime import date

import pytest

from staffing.roster.store import StoredPlan, write_plan
from tests.roster.truth import DATA, differences, plan_of, sample_pairs

PAIRS = sample_pairs()


@pytest.mark.parametrize(
    "truth", PAIRS, ids=[str(path.relative_to(DATA)).removesuffix(".truth.json") for path in PAIRS]
)
def test_plan_equals_truth(truth):
    assert differences(truth) == []


def test_all_samples_are_here():
    names = {path.name.removesuffix(".truth.json") for path in PAIRS if path.parent == DATA}
    assert names == {
        "roster_clean_40",
        "roster_dirty",
        "roster_gbk",
        "roster_gb18030_rare",
        "roster_legacy",
        "roster_10k",
    }


def test_large_sample_gives_the_stated_aggregates():
    truth = json.loads((DATA / "roster_10k.truth.json").read_text(encoding="utf-8"))["aggregates"]
    records = [row.record for row in plan_of(DATA / "roster_10k.xlsx").rows if row.action in ("accept", "fix")]
    assert len(records) == truth["active"]
    assert Counter(record["establishment_type"] for record in records) == truth["by_establishment"]
    assert Counter(record["education"] for record in records) == truth["by_education"]
    assert Counter(record["working_unit"].removesuffix("镇综合行政执法队") for record in records) == truth["by_town"]
    assert sum(record["cert_valid_until"] >= "2024-12-04" for record in records) == truth["certified_in_force"]
    assert sum(record["legal_qualification"] is not None for record in records) == truth["legal_qualified"]
    assert sum(record["legal_reviewer"] for record in records) == truth["legal_reviewers"]


def test_scenario_downstream_holds_what_the_figures_need():
    truth = json.loads((DATA / "scenario_A_downstream.truth.json").read_text(encoding="utf-8"))
    plan = plan_of(DATA / "scenario_A_downstream.xlsx", date(2022, 10, 10))
    records = [row.record for row in plan.rows if row.action == "accept"]
    assert len(records) == truth["total_in_establishment"]
    assert sum(record["posting_type"] == "下沉" for record in records) == truth["downstream"]
    modes = {unit.name: unit.mode for unit in plan.units_proposed if unit.kind == "squad"}
    assert sum(mode == "赋权" for mode in modes.values()) == truth["empowered_squads"]
    assert len(modes) == 25
    kinds = {unit.name: (unit.kind, unit.parent) for unit in plan.units_proposed}
    assert kinds["示例区"] == ("county", "")
    assert kinds["示例区综合行政执法局"] == ("bureau", "示例区")
    assert kinds["示例区综合行政执法局机关"] == ("office", "示例区综合行政执法局")
    assert kinds["东江镇综合行政执法队"] == ("squad", "东江镇")
    assert kinds["东江镇"] == ("town", "示例区")


def test_units_are_proposed_parents_first_and_only_when_unknown():
    plan = plan_of(DATA / "roster_dirty.xlsx", known_units=["示例区", "西屏镇", "西屏镇综合行政执法队"])
    names = [unit.name for unit in plan.units_proposed]
    assert "西屏镇综合行政执法队" not in names and "示例区" not in names
    assert "示例区文明办" not in names and "区府办" not in names
    for at, unit in enumerate(plan.units_proposed):
        assert unit.parent in ("", "示例区", "西屏镇", *names[:at])


@pytest.mark.parametrize("name", ["roster_dirty.xlsx", "roster_gbk.csv", "roster_legacy.xls"])
def test_plan_survives_being_stored(name):
    plan, file = plan_of(DATA / name), io.BytesIO()
    write_plan(file, plan, seal=bytes)
    assert StoredPlan(file, unseal=bytes).load() == plan
