"""Who may sit: the pure rule on random people, and the same from the tables, each refusal with its fact."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.models import Outcome, Registration, Sitting
from exams.queries.eligibility import explain, requirements
from exams.rules import eligibility as rules
from exams.rules.eligibility import Code, Person, Rule, Tries, reasons
from staffing.models import HourCredit, Leave, PostingKind
from tests.cast import NOW, make_person, make_posting, make_qualification

DAY = date(2026, 11, 3)
# A busy machine is no fault of the rule.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
maybe_day = st.none() | days
hours = st.integers(0, 160).map(lambda n: Fraction(n, 2))
tries = st.builds(
    Tries, passed=st.none() | st.tuples(st.just("首考"), days), failed=st.integers(0, 3), tried=st.booleans()
)
people = st.builds(
    Person,
    category=st.sampled_from(["", "officer", "auxiliary", "worker"]),
    establishment=st.sampled_from(["", "admin", "public", "contract", "dispatch", "worker", "other"]),
    left=maybe_day,
    in_scope=st.booleans(),
    away=st.none() | st.builds(rules.Away, st.just("second"), st.just("市局"), maybe_day),
    leave=st.none() | st.tuples(st.just(date(2026, 1, 1)), maybe_day.filter(lambda d: d is None or d > DAY)),
    hours=hours,
    certificate=st.sampled_from(["none", "in_force", "expired", "suspended", "other"]),
    certificate_until=maybe_day,
    other_sitting=st.sampled_from(["", "另一场"]),
    tries=tries,
)
sittings = st.builds(
    Rule,
    establishment=st.booleans(),
    post=st.booleans(),
    officer=st.booleans(),
    hours=hours,
    certificate=st.sampled_from(["any", "none", "expiring"]),
    retakes=st.integers(0, 2),
    is_retake=st.booleans(),
)


def codes(person, rule, day=DAY):
    return {reason.code for reason in reasons(person, rule, day)}


@patient
@given(people, sittings)
def test_nobody_out_of_post_and_no_outsider_ever_sits_where_it_is_asked(person, rule):
    found = codes(person, rule)
    if not person.category:
        assert found & {Code.LEFT, Code.NOT_IN_POST}
    if rule.establishment and person.establishment in ("contract", "dispatch"):
        assert found
    if rule.officer and (person.category != "officer" or person.establishment == "worker"):
        assert found
    if rule.post and person.away:
        assert found


@patient
@given(people, sittings)
def test_asking_for_less_never_adds_a_reason(person, rule):
    asked = codes(person, rule)
    for easier in (
        replace(rule, establishment=False),
        replace(rule, post=False),
        replace(rule, officer=False),
        replace(rule, hours=Fraction(0)),
        replace(rule, certificate="any"),
        replace(rule, retakes=rule.retakes + 1),
    ):
        assert codes(person, easier) <= asked


@patient
@given(people, sittings)
def test_each_reason_stands_once_and_mending_all_of_them_makes_eligible(person, rule):
    found = [reason.code for reason in reasons(person, rule, DAY)]
    assert len(found) == len(set(found))
    mended = Person("officer", "admin", hours=rule.hours, tries=Tries(tried=True, failed=0))
    assert reasons(mended, rule, DAY) == ()


@patient
@given(st.lists(st.tuples(days, maybe_day), max_size=6), days)
def test_a_leave_run_holds_its_day_and_is_no_shorter_than_its_parts(leaves, day):
    run = rules.leave_run(leaves, day)
    holding = [(a, b) for a, b in leaves if a <= day and (b is None or day < b)]
    assert bool(run) == bool(holding)
    for start, end in holding:
        assert run[0] <= start and (run[1] is None or (end is not None and end <= run[1]))


def test_leaves_that_touch_are_one_long_leave():
    start = date(2026, 9, 1)
    parts = [(start + timedelta(days=30 * n), start + timedelta(days=30 * (n + 1))) for n in range(3)]
    assert rules.is_long(rules.leave_run(parts, date(2026, 11, 1)), 90)
    assert not rules.is_long(rules.leave_run(parts[1:], date(2026, 11, 1)), 90)


def test_an_expiring_certificate_opens_the_door_on_its_ninetieth_day():
    holder = Person("officer", "admin", certificate="in_force", certificate_until=DAY + timedelta(days=90))
    rule = Rule(certificate="expiring")
    assert codes(holder, rule) == set()
    assert codes(holder, rule, DAY - timedelta(days=1)) == {Code.CERTIFIED}
    assert codes(holder, Rule(certificate="none")) == {Code.CERTIFIED}


def test_who_passed_waits_until_the_certificate_runs_out():
    passed = Tries(passed=("首考", DAY))
    assert codes(Person("officer", "admin", tries=passed), Rule()) == {Code.PASSED}
    assert codes(Person("officer", "admin", tries=passed, certificate="expired"), Rule()) == set()


@pytest.mark.parametrize(("failed", "expected"), [(0, set()), (1, set()), (2, {Code.RETAKES_USED})])
def test_one_retake_means_two_tries_in_all(failed, expected):
    assert codes(Person("officer", "admin", tries=Tries(failed=failed, tried=True)), Rule(is_retake=True)) == expected


# --- from the tables -------------------------------------------------------------------------------------------------


def why(exam, person, **fields):
    """Reasons for ``person`` in the exam's sitting with ``fields`` changed."""
    for name, value in fields.items():
        setattr(exam.sitting, name, value)
    exam.sitting.save()
    return explain(exam.sitting, [person])[person.pk].reasons


def test_the_cast_is_judged_with_facts(exam):
    cast = exam.cast
    verdicts = explain(exam.sitting, [cast.wang, cast.li, cast.zhao])
    assert verdicts[cast.wang.pk].eligible and verdicts[cast.wang.pk].unit == cast.east
    assert verdicts[cast.li.pk].reasons == [
        "编制性质为合同制，不得参加",
        "人员类别为行政执法辅助人员，不在执法岗位",
    ]
    # Deployed to the town is being in post, there.
    assert verdicts[cast.zhao.pk].eligible and verdicts[cast.zhao.pk].unit == cast.east


def test_dispatched_lent_out_gone_and_not_yet_there(exam):
    cast = exam.cast
    hired = make_person("钱派", cast.east, 201, establishment_type="dispatch")
    assert why(exam, hired) == ["编制性质为劳务派遣，不得参加"]
    lent = make_person("钱借", cast.east, 202)
    make_posting(lent, PostingKind.SECOND, cast.water, date(2026, 1, 1), due=date(2026, 12, 31))
    assert why(exam, lent) == ["考试当日借调至示例县水利局，至2026-12-31"]
    gone = make_person("钱走", cast.east, 203)
    gone.memberships.update(end=date(2026, 11, 3))
    assert why(exam, gone) == ["已于2026-11-03离队，考试当日不在岗"]
    assert explain(exam.sitting, [gone], date(2026, 11, 2))[gone.pk].eligible
    coming = make_person("钱来", cast.east, 204, start=date(2026, 11, 4))
    assert why(exam, coming) == ["考试当日没有在岗记录"]


def test_long_leave_is_told_without_its_kind_and_short_leave_is_none(exam):
    person = make_person("钱假", exam.cast.east, 205)
    leave = Leave.objects.create(person=person, kind="maternity", start=date(2026, 9, 1), end=date(2027, 1, 1))
    assert why(exam, person) == ["考试当日在长期请假中，至2026-12-31"]
    leave.end = date(2026, 11, 5)
    leave.save()
    assert why(exam, person) == []
    assert why(exam, person, must_post=False) == []


def test_hours_certificates_scope_and_another_sitting_at_the_same_time(exam):
    cast, wang = exam.cast, exam.cast.wang
    HourCredit.objects.create(
        person=wang, kind="offline", hours="7.5", earned_on=date(2026, 5, 1), year=2026, title="x", source="x",
        recorded_at=NOW,
    )  # fmt: skip
    assert why(exam, wang, must_hours=20) == ["本年已有7.5学时，须满20学时，还差12.5学时"]
    assert why(exam, wang, must_hours="7.5") == []
    assert why(exam, wang, must_certificate="none") == ["已持有效证件，至2029-01-09，不需参加"]
    assert why(exam, wang, must_certificate="expiring") == ["已持有效证件，至2029-01-09，不需参加"]
    make_qualification(cast.chen, "enforce", number="1", issued=date(2021, 12, 1), valid_until=date(2027, 1, 1))
    assert why(exam, cast.chen, must_hours=0) == []
    exam.sitting.must_certificate = "any"
    exam.sitting.scope_units.add(cast.west_town)
    assert why(exam, wang) == ["所在单位不在本场次的报名范围内"]
    assert why(exam, cast.sun) == []
    exam.sitting.scope_units.clear()
    other = exam.make_sitting("s2", "同时的考试", exam.paper)
    exam.register(wang, sitting=other)
    assert why(exam, wang) == ["同一时间已报名“同时的考试”"]
    Registration.objects.update(state=Registration.State.WITHDRAWN)
    assert why(exam, wang) == []


def released(exam, code, person, outcome, **fields):
    past = {
        "opens_at": NOW - timedelta(days=60),
        "closes_at": NOW - timedelta(days=59),
        "state": Sitting.State.RELEASED,
    }
    sitting = exam.make_sitting(code, f"考试{code}", exam.paper, **{**past, **fields})
    exam.register(person, sitting=sitting, outcome=outcome)
    return sitting


def test_retakes_are_counted_from_the_first_sitting(exam):
    person = make_person("钱补", exam.cast.east, 206)
    assert why(exam, person, retake_of=exam.make_sitting("s0", "空", exam.paper)) == [
        "没有参加过首次考试，不能报名补考"
    ]
    first = released(exam, "f1", person, Outcome.FAILED)
    assert why(exam, person, retake_of=first) == []
    released(exam, "f2", person, Outcome.ABSENT, retake_of=first)
    assert why(exam, person) == ["补考次数已用完：已考2次，允许补考1次"]
    Sitting.objects.filter(pk=first.pk).update(retakes=2)
    first.refresh_from_db()
    assert why(exam, person, retake_of=first) == []
    released(exam, "f3", person, Outcome.PASSED, retake_of=first)
    assert why(exam, person) == ["已于2026-09-03在“考试f3”合格，不需再考"]


def test_a_rehearsal_counts_for_nothing(exam):
    person = make_person("钱练", exam.cast.east, 207)
    released(exam, "r1", person, Outcome.PASSED, rehearsal=True)
    assert why(exam, person) == []


def test_the_rule_is_told_in_words(exam):
    exam.sitting.must_hours = 20
    assert "本年学时不少于20学时" in requirements(exam.sitting)


@pytest.mark.parametrize("size", [5, 400])
def test_eight_queries_whatever_the_number(exam, size):
    people = [make_person(f"人{n}", exam.cast.east, 300 + n) for n in range(size)]
    exam.sitting.must_hours = 20
    exam.sitting.save()
    with CaptureQueriesContext(connection) as queries:
        found = explain(exam.sitting, people)
    assert len(found) == size and len(queries) <= 8
