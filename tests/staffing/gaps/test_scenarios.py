from fractions import Fraction

import pytest

from portal.access import EVERYWHERE, Scope
from staffing.models import Policy, PostingKind
from staffing.queries.gaps import figures
from staffing.queries.people_of import people_of
from tests.staffing.gaps.scenarios import SNAPSHOT, TOWNS_A, scenario_a, scenario_b

pytestmark = pytest.mark.django_db


def test_scenario_a_downstream_reviewers_and_structure():
    _county, truth = scenario_a()
    f = figures(None, SNAPSHOT, scope=EVERYWHERE, children=True)
    d = f.downstream
    assert (d.numerator, d.denominator, d.need, d.margin, d.met) == (355, 543, 326, 29, True)
    assert d.ratio == Fraction(355, 543) and round(float(d.ratio) * 100, 2) == 65.38
    r = f.reviewers
    assert (r.units_in_scope, r.units_covered) == (10, 4)
    assert [u.code for u in r.units_without] == [f"{t}镇综合行政执法队" for t in TOWNS_A[4:]]
    assert [u.code[:2] for u in r.units_without] == truth["squads_without_qualified_reviewer"]
    # 170 officers in the ten squads: ceil(8.5) = 9 required of the whole; squad by squad the one of 25 needs 2.
    assert (r.officers, r.required, r.qualified, r.gap, r.sum_of_unit_gaps) == (170, 9, 4, 5, 7)
    p = f.profile_downstream
    assert (p.parts["first_education_college_or_above"].n, p.parts["first_education_college_or_above"].of) == (99, 355)
    assert p.parts["first_education_below_high_school"].n == 45
    for town, mean in truth["mean_age"].items():
        squad = figures(_unit(f"{town}镇综合行政执法队"), SNAPSHOT, scope=EVERYWHERE)
        assert float(squad.profile.mean_age) == pytest.approx(mean, abs=0.03), town
    assert sum(child.downstream.numerator for child in f.children if child.unit.kind == "town") == 355
    assert people_of("downstream", None, SNAPSHOT, scope=EVERYWHERE).count == 355
    assert people_of("downstream", None, SNAPSHOT, scope=EVERYWHERE, side="denominator").count == 543
    assert people_of("downstream", None, SNAPSHOT, scope=EVERYWHERE, side="missing").count == 188


def test_scenario_a_thirty_seconded_out_fails_although_it_prints_as_sixty():
    county, _truth = scenario_a()
    for pk in people_of("downstream", None, SNAPSHOT, scope=EVERYWHERE).ids[:30]:
        county.post(_person(pk), county.bureau, PostingKind.SECOND, SNAPSHOT)
    d = figures(None, SNAPSHOT, scope=EVERYWHERE).downstream
    assert (d.numerator, d.denominator, d.met, d.margin) == (325, 543, False, -1)
    assert round(float(d.ratio) * 100) == 60


def test_scenario_b_unit_gaps_sum_to_more_than_the_whole():
    scenario_b()
    r = figures(None, SNAPSHOT, scope=EVERYWHERE).reviewers
    assert (r.officers, r.required, r.qualified, r.gap, r.sum_of_unit_gaps) == (649, 33, 26, 7, 13)
    assert [row.gap for row in r.units] == [1] * 13 and r.units_covered == 13


def test_scenario_b_without_the_reviewers_in_the_base():
    scenario_b()
    Policy.objects.create(code="p", name="不含", start=SNAPSHOT, legal_basis="试", reviewer_includes_self=False)
    r = figures(None, SNAPSHOT, scope=EVERYWHERE).reviewers
    assert (r.required, r.gap, r.sum_of_unit_gaps) == (32, 6, 13)


def test_nobody_outside_the_scope_is_counted():
    scenario_a()
    squad = _unit("东江镇综合行政执法队")
    scope = Scope(paths=(squad.path,))
    f = figures(None, SNAPSHOT, scope=scope)
    assert f.unit.code == squad.code and f.headcount.officers == 20
    with pytest.raises(type(squad).DoesNotExist):
        figures(_unit("西屏镇综合行政执法队"), SNAPSHOT, scope=scope)
    with pytest.raises(type(squad).DoesNotExist):
        people_of("officers", _unit("示例区"), SNAPSHOT, scope=scope)


def _unit(code):
    from staffing.models import Unit

    return Unit.objects.get(code=code)


def _person(pk):
    from staffing.models import Person

    return Person.objects.get(pk=pk)
