"""Units as rosters name them: short names, titles, kinds, and where a new unit belongs."""

import pytest

from staffing.roster import KnownUnit, infer_unit
from tests.roster.made import identity, people, planned, sheet

HEAD = ["序号", "姓名", "性别", "身份证号", "工作单位"]
UNIT = "东江镇综合行政执法队"


def one(n: int, name: str, unit: str | None = UNIT) -> list:
    return [n, name, "男", identity(2 * n - 1), unit]


@pytest.mark.parametrize(
    ("written", "known", "meant"),
    [
        ("东江中队", ["东江镇综合行政执法队"], "东江镇综合行政执法队"),
        ("东江中队", ["东江街道综合行政执法中队"], "东江街道综合行政执法中队"),
        ("东江中队", ["东江镇综合行政执法队", "东江街道综合行政执法队"], "东江中队"),
        ("东江镇中队", ["东江镇综合行政执法队", "东江街道综合行政执法队"], "东江镇综合行政执法队"),
        ("东江镇综合行政执法中队", ["东江镇综合行政执法队"], "东江镇综合行政执法队"),
        ("东江队", [], "东江队"),
        ("东 江 镇 综合行政执法队", ["东江镇综合行政执法队"], "东江镇综合行政执法队"),
        ("西屏街道办事处", ["西屏街道"], "西屏街道"),
        ("直属大队", ["东江镇综合行政执法队"], "直属大队"),
    ],
)
def test_short_unit_names(written, known, meant):
    plan = planned([HEAD, one(1, "张三", written)], known_units=known)
    assert people(plan)[0].record["working_unit"] == meant


def test_known_alias_is_the_unit():
    plan = planned(
        [HEAD, one(1, "张三", "局机关")], known_units=[KnownUnit("示例区综合行政执法局机关", "office", ("局机关",))]
    )
    assert people(plan)[0].record["working_unit"] == "示例区综合行政执法局机关"
    assert plan.units_proposed == []


def test_short_name_follows_a_full_name_elsewhere_in_the_file():
    plan = planned(
        sheet([HEAD, one(1, "张三", "东江中队")], "辅助人员"),
        sheet([["东江镇综合行政执法队人员名册"], ["姓名", "身份证号", "性别"], ["李四", identity(3), "男"]], "在编"),
    )
    assert {row.record["working_unit"] for row in people(plan)} == {UNIT}


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("示例区综合行政执法局东江中队人员花名册", "示例区综合行政执法局东江中队"),
        ("附件1：东江镇综合行政执法队人员花名册", UNIT),
        ("2024年度西屏街道综合行政执法中队人员信息表", "西屏街道综合行政执法中队"),
        ("示例区综合行政执法队伍人员花名册（东江镇综合行政执法队）", UNIT),
        ("示例区综合行政执法人员花名册", None),
        ("示例区市场监督管理局行政执法人员名册", "示例区市场监督管理局"),
    ],
)
def test_unit_in_the_title(title, unit):
    plan = planned([[title], ["姓名", "身份证号", "性别"], ["张三", identity(1), "男"]])
    assert people(plan)[0].record.get("working_unit") == unit
    assert ("UNIT_MISSING" in people(plan)[0].warnings) == (unit is None)


@pytest.mark.parametrize(
    ("name", "kind", "parent"),
    [
        ("示例区", "county", ""),
        ("示例区综合行政执法局", "bureau", "示例区"),
        ("示例区城市管理局", "bureau", "示例区"),
        ("示例区综合行政执法局机关", "office", "示例区综合行政执法局"),
        ("示例区综合行政执法局政工科", "office", "示例区综合行政执法局"),
        ("区市场监管局", "department", ""),
        ("示例区自然资源和规划局", "department", ""),
        ("区城市管理委", "department", ""),
        ("东江镇", "town", ""),
        ("西屏街道", "town", ""),
        ("云岭乡", "town", ""),
        ("东江镇综合行政执法队", "squad", "东江镇"),
        ("西屏街道综合行政执法中队", "squad", "西屏街道"),
        ("东江中队", "squad", ""),
        ("直属大队", "squad", ""),
        ("政工科", "office", ""),
        ("区府办", "external", ""),
        ("示例区文明办", "external", ""),
    ],
)
def test_kind_and_parent_from_the_name(name, kind, parent):
    unit = infer_unit(name)
    assert (unit.kind, unit.parent) == (kind, parent)


def test_a_department_of_its_own_hangs_below_the_county():
    head = ["姓名", "身份证号", "编制所在单位", "现工作单位", "镇街模式"]
    plan = planned(
        [
            head,
            ["张三", identity(1), "示例区综合行政执法局", "东江镇综合行政执法队", "赋权"],
            ["李四", identity(3), "示例区自然资源和规划局", "示例区自然资源和规划局", None],
            ["王五", identity(5), "示例区综合行政执法局", "政工科", None],
            ["赵六", "12345", "示例区综合行政执法局", "西屏镇综合行政执法队", None],
        ]
    )
    proposed = {unit.name: (unit.kind, unit.parent, unit.mode) for unit in plan.units_proposed}
    assert proposed == {
        "示例区": ("county", "", ""),
        "示例区综合行政执法局": ("bureau", "示例区", ""),
        "示例区自然资源和规划局": ("department", "示例区", ""),
        "东江镇": ("town", "示例区", ""),
        "东江镇综合行政执法队": ("squad", "东江镇", "赋权"),
        "政工科": ("office", "示例区综合行政执法局", ""),
    }


def test_a_known_county_is_the_root_of_new_units():
    plan = planned(
        [HEAD, one(1, "张三")], known_units=[KnownUnit("演示区", "county"), KnownUnit("演示区综合行政执法局", "bureau")]
    )
    assert [(unit.name, unit.parent) for unit in plan.units_proposed] == [("东江镇", "演示区"), (UNIT, "东江镇")]
