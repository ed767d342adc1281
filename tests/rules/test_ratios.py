from datetime import date
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import figures as show
from staffing.rules import reviewers
from staffing.rules.downstream import Downstream, Placement, counts_in_system, counts_in_town
from staffing.rules.params import Params, exact
from staffing.rules.reviewers import UnitCount

TARGET = F(3, 5)
counts = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 10)).map(lambda t: UnitCount(*t)), max_size=20)


def test_yueqing():
    d = Downstream(355, 543, TARGET)
    assert (d.need, d.margin, d.met) == (326, 29, True)
    assert show.percent(d.ratio, 2, d.target) == "65.38%" and show.percent(d.ratio, 1, d.target) == "65.4%"


def test_thirty_seconded_out_fail_although_no_decimals_would_show_sixty():
    d = Downstream(325, 543, TARGET)
    assert not d.met and d.margin == -1
    assert show.percent(d.ratio, 2, d.target) == "59.85%" and show.percent(d.ratio, 0, d.target) == "59%"


def test_nobody_is_no_ratio():
    d = Downstream(0, 0, TARGET)
    assert d.ratio is None and d.met is None


@given(st.integers(1, 5000), st.data())
def test_met_margin_and_need_agree(of, data):
    n = data.draw(st.integers(0, of))
    d = Downstream(n, of, TARGET)
    assert d.met == (d.margin >= 0) == (n >= d.need)
    assert Downstream(d.need, of, TARGET).met and (d.need == 0 or not Downstream(d.need - 1, of, TARGET).met)


PLACE = Placement(home_in_department=False, home_in_town=False, base_in_town=True, deployed=True)


@pytest.mark.parametrize(
    ("changes", "params", "counted"),
    [
        ({}, Params(), True),
        ({"away": True}, Params(), False),
        ({"full_time": False}, Params(), True),
        ({"full_time": False}, Params(full_time_required=True), False),
        ({"base_in_town": False}, Params(), False),
        ({"deployed": False, "home_in_town": True}, Params(), True),
        ({"deployed": False, "home_in_town": True}, Params(native_counts=False), False),
        ({"home_in_town": True}, Params(native_counts=False), True),
    ],
)
def test_who_counts_in_town(changes, params, counted):
    assert counts_in_town(Placement(**{**vars(PLACE), **changes}), params) is counted


def test_scope_bureau_leaves_departments_out():
    place = Placement(home_in_department=True, home_in_town=False, base_in_town=True, deployed=True)
    assert not counts_in_system(place, Params()) and counts_in_system(place, Params(downstream_scope="system"))


def test_yueqing_ten_squads_six_without():
    found = reviewers.overall([UnitCount(15, 1)] * 4 + [UnitCount(15, 0)] * 6, Params())
    assert found.coverage == F(2, 5) and found.sum_of_unit_gaps == 6


def test_huicheng_of_623_and_of_649():
    assert reviewers.required(623, Params()) == 32 and reviewers.required(649, Params()) == 33
    assert reviewers.Requirement(32, 26).gap == 6 and reviewers.Requirement(33, 26).gap == 7


def test_huicheng_spread_over_thirteen_towns_sums_to_thirteen():
    towns = [UnitCount(48, 2)] * 12 + [UnitCount(47, 2)]
    found = reviewers.overall(towns, Params())
    assert (found.required, found.gap, found.sum_of_unit_gaps) == (32, 6, 13)


def test_without_units_nothing_is_required():
    assert reviewers.overall([], Params()) == reviewers.Overall(0, 0, 0, 0, 0, 0)


@given(counts)
def test_unit_gaps_sum_to_at_least_the_gap_of_the_whole(units):
    found = reviewers.overall(units, Params())
    assert found.sum_of_unit_gaps >= found.gap
    assert found.gap == max(0, found.required - found.qualified)


@given(st.integers(0, 10000))
def test_share_is_exact(officers):
    need = reviewers.required(officers, Params())
    assert (need >= 1 and need >= F(officers, 20) > need - 1) or need == 1


def test_grandfathering_ends_with_the_cutoff_and_needs_a_known_start():
    assert reviewers.grandfathered(date(2017, 12, 31), Params())
    assert not reviewers.grandfathered(date(2018, 1, 1), Params())
    assert not reviewers.grandfathered(None, Params())
    assert reviewers.qualified(True, date(2020, 1, 1), Params())
    assert not reviewers.qualified(False, date(2018, 1, 1), Params())


def test_accepted_grades():
    some = Params(reviewer_grades="A证、B证、律师资格")
    assert reviewers.accepts("A", some) and reviewers.accepts("Ｂ证", some) and reviewers.accepts("律师资格", some)
    assert not reviewers.accepts("C证", some) and reviewers.accepts("C证", Params())


def test_parameters_are_exact_and_floats_refused():
    assert exact("0.05") == F(1, 20)
    with pytest.raises(TypeError):
        exact(0.05)
    with pytest.raises(TypeError):
        Params(reviewer_share=0.05)
