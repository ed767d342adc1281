"""Figures of the small cast, each number computed by hand."""

from datetime import date, timedelta
from fractions import Fraction as F

import pytest

from portal import audit
from portal.access import EVERYWHERE, Scope
from staffing.models import HourCredit, Leave, Posting, PostingKind, QualificationKind, QualificationState
from staffing.queries import facts
from staffing.queries.gaps import figures, find_unit
from staffing.queries.people_of import people_of
from staffing.queries.standing import hours_of
from staffing.queries.trend import trend
from tests.cast import NOW, TODAY, make_person, make_posting, make_qualification
from tests.staffing.gaps.oracle import standing_of


def whole(day=TODAY, **more):
    return figures(None, day, scope=EVERYWHERE, **more)


def names(figure, unit=None, day=TODAY, side="numerator"):
    return sorted(row.name for row in people_of(figure, unit, day, scope=EVERYWHERE, side=side).rows())


def credit(person, hours, day, kind="lecture", source="x"):
    return HourCredit.objects.create(
        person=person,
        kind=kind,
        hours=hours,
        earned_on=day,
        year=day.year,
        title="讲座",
        source=source,
        recorded_at=NOW,
    )


def test_the_whole_county(cast):
    f = whole()
    # 陈、赵、周、吴、王、孙 are officers, 李 an auxiliary; nobody is away.
    assert (f.headcount.officers, f.headcount.auxiliaries, f.headcount.in_post) == (6, 1, 6)
    # Bureau scope leaves out 吴 of the water department; 赵 is deployed, 王 and 孙 have posts in towns.
    d = f.downstream
    assert (d.numerator, d.denominator, d.ratio, d.need, d.margin, d.met) == (3, 5, F(3, 5), 3, 0, True)
    assert [unit.name for unit in d.departments_without_posting] == ["示例县水利局"]
    # 东江 (赵, 王) and 南塘 (nobody) are empowered; 西岭 is radiated.
    r = f.reviewers
    assert (r.units_in_scope, r.units_covered, r.required, r.qualified, r.gap, r.sum_of_unit_gaps) == (2, 0, 1, 0, 1, 2)
    assert [unit.code for unit in r.units_without] == ["sl-dj-zfd", "sl-nt-zfd"]
    c = f.certificates
    assert (c.must_hold, c.in_force, c.coverage, c.expired) == (6, 4, F(2, 3), 0)
    assert [(unit.code, n) for unit, n in c.squads_below_two] == [("sl-xl-zfd", 1), ("sl-nt-zfd", 0)]
    assert (f.postings.open, f.postings.due_30, f.postings.overdue) == (1, 0, 0)
    assert (f.hours.due, f.hours.met, f.hours.recorded) == (6, 0, 0)
    assert f.profile.people == 6 and f.profile.parts["law_major"].n == 1


def test_a_person_posted_counts_in_both_units_but_once_above(cast):
    assert figures(cast.bureau, TODAY, scope=EVERYWHERE).downstream.denominator == 3  # 陈、周、赵 by post
    assert figures(cast.east_town, TODAY, scope=EVERYWHERE).downstream.denominator == 2  # 王 by post, 赵 by work
    assert figures(cast.bureau, TODAY, scope=EVERYWHERE).headcount.officers == 2
    assert names("downstream", cast.bureau) == ["赵立诚"]
    assert names("downstream", cast.bureau, side="missing") == ["周文彬", "陈思远"]


def test_seconded_away_is_not_downstream_but_still_an_officer(cast):
    make_posting(cast.zhao, PostingKind.SECOND, cast.water, date(2026, 3, 1), end=date(2026, 4, 1))
    facts.forget()
    before, during, last, after = (
        whole(day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    )
    assert [f.downstream.numerator for f in (before, during, last, after)] == [3, 2, 2, 3]
    assert [f.headcount.in_post for f in (before, during, last, after)] == [6, 5, 5, 6]
    assert during.downstream.denominator == 5 and during.headcount.officers == 6
    assert not during.downstream.met and during.downstream.margin == -1


def test_posting_days_are_half_open(cast):
    Posting.objects.filter(pk=cast.posting.pk).update(end=date(2026, 10, 1))
    facts.forget()
    assert whole(date(2024, 12, 31)).downstream.numerator == 2
    assert whole(date(2025, 1, 1)).downstream.numerator == 3
    assert whole(date(2026, 9, 30)).downstream.numerator == 3
    assert whole(date(2026, 10, 1)).downstream.numerator == 2


def test_due_and_overdue(cast):
    assert whole(date(2026, 12, 1)).postings.due_30 == 1
    assert whole(date(2026, 11, 30)).postings.due_30 == 0
    assert whole(date(2026, 12, 31)).postings.overdue == 0
    assert whole(date(2027, 1, 1)).postings.overdue == 1
    assert names("postings_overdue", day=date(2027, 1, 1)) == ["赵立诚"]
    for unit in (cast.bureau, cast.east):
        assert figures(unit, date(2027, 1, 1), scope=EVERYWHERE).postings.overdue == 1
    assert figures(cast.west, date(2027, 1, 1), scope=EVERYWHERE).postings.overdue == 0


def test_reviewer_rules(cast):
    squad = cast.east
    # 周 reviews in the bureau's office, which is no squad; posted to the squad she fills its gap.
    make_posting(cast.zhou, PostingKind.STATION, squad, date(2026, 5, 1), end=date(2026, 8, 1))
    facts.forget()
    assert figures(squad, date(2026, 4, 30), scope=EVERYWHERE).reviewers.gap == 1
    filled = figures(squad, date(2026, 5, 1), scope=EVERYWHERE).reviewers
    assert (filled.gap, filled.qualified, filled.officers) == (0, 1, 3)
    row = figures(squad, TODAY, scope=EVERYWHERE).reviewers.units[0]
    assert (row.gap, row.since) == (1, date(2026, 8, 1))
    assert names("reviewers", squad, date(2026, 5, 1)) == ["周文彬"]
    assert names("reviewers", squad, date(2026, 5, 1), "denominator") == ["周文彬", "王晓东", "赵立诚"]


def test_grandfathered_reviewers_are_counted_and_flagged(cast):
    make_qualification(cast.wang, QualificationKind.REVIEWER, issued=date(2017, 12, 31))
    make_qualification(cast.zhao, QualificationKind.REVIEWER, issued=date(2018, 1, 1))
    facts.forget()
    row = figures(cast.east, TODAY, scope=EVERYWHERE).reviewers.units[0]
    assert (row.qualified, row.grandfathered, row.reviewers, row.gap) == (1, 1, 2, 0)


def test_candidates_for_a_short_squad(cast):
    make_qualification(cast.wang, QualificationKind.LEGAL, issued=date(2015, 1, 1), grade="A证")
    facts.forget()
    assert figures(cast.east, TODAY, scope=EVERYWHERE).reviewers.units[0].candidates == 1
    assert names("reviewers", cast.county, side="missing") == ["王晓东"]


def test_certificate_states_over_time(cast):
    row = cast.wang.qualifications.get(kind=QualificationKind.ENFORCE)
    row.statuses.update(end=date(2026, 6, 1))
    row.statuses.create(state=QualificationState.SUSPENDED, start=date(2026, 6, 1), end=date(2026, 9, 1), doc_no="1")
    row.statuses.create(state=QualificationState.VALID, start=date(2026, 9, 1))
    facts.forget()
    held = [whole(day).certificates.in_force for day in (date(2026, 5, 31), date(2026, 6, 1), date(2026, 9, 1))]
    assert held == [4, 3, 4]
    # The squad has 赵 and 王: with one suspended it cannot field two.
    squad = figures(cast.east, date(2026, 7, 1), scope=EVERYWHERE).certificates
    assert [(unit.code, n) for unit, n in squad.squads_below_two] == [(cast.east.code, 1)]
    assert whole(date(2029, 1, 9)).certificates.in_force == 4
    assert (whole(date(2029, 1, 10)).certificates.in_force, whole(date(2029, 1, 10)).certificates.expired) == (0, 4)
    assert whole(date(2028, 10, 11)).certificates.expiring_90 == 4
    assert whole(date(2028, 10, 10)).certificates.expiring_90 == 0


def test_an_auxiliary_with_a_certificate_is_an_alert(cast):
    make_qualification(cast.li, QualificationKind.ENFORCE, number="X1", issued=date(2025, 1, 1))
    facts.forget()
    f = whole()
    assert f.certificates.aux_with_certificate == 1 and f.certificates.in_force == 4
    assert names("aux_with_certificate") == ["李春梅"]


def test_hours_due_and_met(cast):
    for number in range(8):
        credit(cast.wang, "7.5", date(2026, 2, 2) + timedelta(days=number), source=f"s{number}")
    credit(cast.sun, "8", date(2026, 3, 3))
    credit(cast.sun, "60", date(2026, 3, 4), kind="political", source="p")
    joiner = make_person("郑新", cast.west, 15, start=date(2026, 8, 15))
    credit(joiner, "8", date(2026, 9, 1), source="a")
    audit.bump("figures")
    f = whole()
    assert (f.hours.due, f.hours.met, f.hours.short, f.hours.recorded) == (7, 1, 6, 3)
    assert names("hours") == ["王晓东"]
    assert hours_of(joiner.pk, TODAY).target == 25 and hours_of(joiner.pk, TODAY).missing == 17
    assert whole(date(2026, 2, 8)).hours.met == 0 and whole(date(2026, 2, 9)).hours.met == 1
    # Last year's hours looked at today: whoever joined this year owed nothing then.
    assert whole(year=2025).hours.due == 6 and whole(year=2025).hours.met == 0


def test_long_leave_reduces_the_target_and_takes_out_of_post(cast):
    Leave.objects.create(person=cast.sun, kind="maternity", start=date(2026, 3, 1), end=date(2026, 8, 5))
    facts.forget()
    assert whole(date(2026, 4, 1)).headcount.in_post == 5
    assert whole(date(2026, 4, 1)).downstream.numerator == 3
    row = people_of("hours", cast.west, TODAY, scope=EVERYWHERE, side="denominator").rows()[0]
    assert row.hours_target == 35 == float(hours_of(cast.sun.pk, TODAY).target)


def test_the_same_day_asked_later_gives_the_same_answer(cast):
    day = date(2025, 6, 30)
    before = whole(day).as_json()
    end = cast.chen.memberships.get()
    end.end, end.end_reason = date(2026, 1, 1), "retired"
    end.save()
    make_posting(cast.chen, PostingKind.SECOND, cast.water, date(2025, 12, 1), end=date(2026, 1, 1))
    make_qualification(cast.wang, QualificationKind.REVIEWER, issued=date(2026, 1, 1))
    make_person("冯来", cast.east, 17, start=date(2026, 2, 1))
    Leave.objects.create(person=cast.wu, kind="sick", start=date(2025, 7, 1))
    credit(cast.wu, "8", date(2025, 7, 1))
    facts.forget()
    assert whole(day).as_json() == before
    assert whole().headcount.officers == 6  # 陈 left, 冯 came


def test_before_the_first_record_there_is_no_data(cast):
    f = whole(date(2021, 2, 28))
    assert not f.has_people and f.earliest == date(2021, 3, 1)
    assert f.downstream.ratio is None and f.certificates.coverage is None and f.hours.rate is None
    assert f.downstream.met is None


def test_facts_follow_the_audited_revision(cast):
    assert whole().headcount.officers == 6
    cast.wang.memberships.update(end=date(2026, 1, 1))
    audit.bump("figures")
    assert whole().headcount.officers == 5


def test_scopes(cast):
    town = Scope(paths=(cast.east_town.path,))
    f = figures(None, TODAY, scope=town, children=True)
    assert f.unit.code == cast.east_town.code and f.headcount.officers == 2
    assert f.downstream.departments_without_posting == ()
    with pytest.raises(type(cast.county).DoesNotExist):
        figures(cast.west, TODAY, scope=town)
    with pytest.raises(type(cast.county).DoesNotExist):
        figures(None, TODAY, scope=Scope())
    two = Scope(paths=(cast.west_town.path, cast.east_town.path))
    assert figures(None, TODAY, scope=two).unit.code == cast.east_town.code
    with pytest.raises(type(cast.county).DoesNotExist):
        people_of("officers", cast.bureau, TODAY, scope=two)


def test_policy_of_the_day_and_of_the_county(cast):
    from staffing.models import Policy

    cast.policy.end = date(2026, 7, 1)
    cast.policy.save()
    Policy.objects.create(
        code="new",
        name="新口径",
        start=date(2026, 7, 1),
        legal_basis="x",
        downstream_scope="system",
        reviewer_all_modes=True,
    )
    audit.bump("figures")
    assert whole(date(2026, 6, 30)).downstream.denominator == 5 and whole(date(2026, 7, 1)).downstream.denominator == 6
    assert whole(date(2026, 7, 1)).reviewers.units_in_scope == 3
    assert whole(date(2026, 7, 1)).policy.code == "new"


def test_standing_of_one_person(cast):
    make_posting(cast.zhao, PostingKind.SECOND, None, date(2026, 3, 1), to_text="县政府办")
    found = standing_of(cast.zhao.pk, TODAY)
    assert (found.home, found.base, found.actual, found.actual_text) == (cast.bureau, cast.east, None, "县政府办")
    assert standing_of(cast.zhao.pk, date(2020, 1, 1)) is None


def test_trend_looks_at_month_ends(cast):
    points = trend(cast.county, TODAY, scope=EVERYWHERE)
    assert len(points) == 12 and points[-1].day == TODAY and points[-2].day == date(2026, 10, 31)
    assert [point.downstream for point in points] == [F(3, 5)] * 12
    assert len(trend(cast.county, date(2021, 4, 15), scope=EVERYWHERE)) == 2


def test_units_are_found_by_code_name_and_alias(cast):
    cast.east.aliases.create(name="东江执法队")
    for text in ("sl-dj-zfd", "东江镇综合行政执法队", "东江执法队"):
        assert find_unit(text).id == cast.east.pk
    with pytest.raises(type(cast.east).DoesNotExist):
        find_unit("不存在")
