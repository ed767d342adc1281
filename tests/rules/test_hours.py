from datetime import date, timedelta
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffing.rules import hours
from staffing.rules.hours import Credit
from staffing.rules.params import Params

HAIMEN = Params(hours_online_min=30)
CAPPED = Params(hours_online_max=30)
YEAR_END = date(2024, 12, 31)


def spread(amount, kind, start=date(2024, 1, 2)):
    """Credits of at most eight hours a day adding up to ``amount``."""
    credits, left, day = [], F(amount), start
    while left > 0:
        credits.append(Credit(day, min(left, F(8)), kind))
        left, day = left - 8, day + timedelta(days=1)
    return credits


def year(offline, online, params):
    credits = spread(offline, "lecture") + spread(online, "online", date(2024, 6, 3))
    return hours.status(credits, 12, params)


def test_33_offline_and_30_online_meet_haimen():
    found = year(33, 30, HAIMEN)
    assert found.counted == 63 and found.met


def test_18_and_42_online_meet_haimen_but_not_a_cap_of_30():
    assert year(18, 42, HAIMEN).counted == 60 and year(18, 42, HAIMEN).met
    capped = year(18, 42, CAPPED)
    assert (capped.counted, capped.missing, capped.met) == (48, 12, False)


def test_online_floor_is_missed_although_the_sum_is_reached():
    found = year(60, 0, HAIMEN)
    assert not found.met and found.missing == 30 and found.online_missing == 30


def test_joined_in_august_owes_25():
    months = hours.months_due(date(2024, 8, 15), [], 2024, YEAR_END, Params())
    assert months == 5 and hours.target(months, Params()) == 25


def test_maternity_of_five_full_months_leaves_35():
    leave = [(date(2024, 3, 1), date(2024, 8, 5))]
    months = hours.months_due(None, leave, 2024, YEAR_END, Params())
    assert months == 7 and hours.target(months, Params()) == 35


@pytest.mark.parametrize(
    ("leaves", "months"),
    [
        ([(date(2024, 3, 1), date(2024, 5, 30))], 10),  # 90 days: March and April are full
        ([(date(2024, 3, 1), date(2024, 5, 29))], 12),  # 89 days
        ([(date(2024, 3, 1), date(2024, 4, 15)), (date(2024, 4, 15), date(2024, 6, 1))], 9),  # touching runs join
        ([(date(2023, 10, 1), date(2024, 3, 1))], 10),  # began last year
        ([(date(2024, 10, 1), None)], 9),  # still on leave
    ],
)
def test_only_full_months_of_long_leave_count(leaves, months):
    assert hours.months_due(None, leaves, 2024, YEAR_END, Params()) == months


def test_a_leave_that_ends_later_does_not_change_an_earlier_day():
    day = date(2024, 7, 1)
    still_open = hours.months_due(None, [(date(2024, 3, 1), None)], 2024, day, Params())
    known_end = hours.months_due(None, [(date(2024, 3, 1), date(2024, 8, 5))], 2024, day, Params())
    assert still_open == known_end == 8


def test_sessions_are_rounded_down_to_the_half_hour():
    assert [hours.session_hours(m) for m in (0, 22, 23, 45, 67, 68, 90, 120)] == [
        0,
        0,
        F(1, 2),
        1,
        1,
        F(3, 2),
        2,
        F(5, 2),
    ]


def test_political_education_never_counts_and_teaching_has_its_ceiling():
    credits = [Credit(date(2024, 5, 1), F(20), "political"), Credit(date(2024, 5, 2), F(14), "teaching")]
    assert hours.counted(credits, Params()) == hours.Counted(0, 0, 10)


def test_a_day_counts_for_eight_hours_attended_before_online():
    credits = [Credit(date(2024, 5, 1), F(6), "lecture"), Credit(date(2024, 5, 1), F(5), "online")]
    assert hours.counted(credits, Params()) == hours.Counted(6, 2, 0)


def test_a_reversal_takes_the_hours_back():
    credits = [Credit(date(2024, 5, 1), F(4), "lecture"), Credit(date(2024, 5, 1), F(-4), "lecture")]
    assert hours.counted(credits, Params()).total == 0


amounts = st.integers(1, 40).map(lambda n: F(n, 2))
credits = st.lists(
    st.builds(
        Credit,
        st.dates(date(2024, 1, 1), YEAR_END),
        amounts,
        st.sampled_from(["lecture", "online", "teaching", "political", "court"]),
    ),
    max_size=20,
)


@given(credits, st.integers(0, 12))
def test_more_credits_never_harm_and_ceilings_hold(given_credits, months):
    params = Params(hours_online_max=30, hours_online_min=10)
    found = hours.counted(given_credits, params)
    assert 0 <= found.total <= sum(c.hours for c in given_credits)
    assert found.online <= 30 and found.teaching <= 10
    more = hours.counted([*given_credits, Credit(date(2024, 2, 29), F(2), "lecture")], params)
    assert more.total >= found.total
    status = hours.status(given_credits, months, params)
    assert status.met == (status.missing == 0)


@given(st.integers(0, 12))
def test_targets_are_halves_and_grow_with_the_months(months):
    target = hours.target(months, Params())
    assert target * 2 % 1 == 0 and F(60 * months, 12) <= target < F(60 * months, 12) + F(1, 2)


def test_the_ceiling_of_online_hours_follows_the_own_target():
    assert hours.online_maximum(12, CAPPED) == 30 and hours.online_maximum(5, CAPPED) == F(25, 2)
    assert hours.online_maximum(12, HAIMEN) is None and hours.online_maximum(0, CAPPED) == 30
    found = hours.status(spread(20, "online") + spread(10, "lecture", date(2024, 9, 2)), 5, CAPPED)
    assert (found.counted, found.online, found.missing) == (F(45, 2), F(25, 2), F(5, 2))


def test_drills_are_online_and_mentoring_is_not():
    drill = [Credit(date(2024, 5, 1), F(2), "drill"), Credit(date(2024, 5, 2), F(3), "mentoring")]
    assert hours.counted(drill, Params()) == hours.Counted(3, 2, 0)


def test_an_entry_for_a_whole_year_is_outside_the_daily_ceiling():
    day = date(2024, 12, 31)
    whole = [Credit(day, F(36), "online", True), Credit(day, F(18), "lecture", True)]
    assert hours.counted([*whole, Credit(day, F(9), "lecture")], Params()) == hours.Counted(26, 36, 0)


@pytest.mark.parametrize(
    ("present", "expected"),
    [(150, 3), (120, 3), (119, F(5, 2)), (90, 2), (45, 1), (44, 0), (0, 0), (400, 3)],
)
def test_presence(present, expected):
    assert hours.presence_hours(present, 150, Params()) == expected


def test_presence_by_the_policy():
    strict = Params(hours_presence_full=1, hours_presence_min=F(1, 2), hours_unit_minutes=50)
    assert [hours.presence_hours(n, 150, strict) for n in (150, 149, 74)] == [3, F(5, 2), 0]
    assert hours.presence_hours(10, 0, Params()) == 0
    assert hours.teaching_hours(150, Params()) == 6
    assert hours.teaching_hours(70, Params(hours_teaching_factor=F(3, 2))) == 2


def test_what_may_be_earned_when_part_of_the_time_has_earned_before():
    def limit(asked, kind, minutes, free):
        return hours.overlap_limit(F(asked), kind, F(minutes), F(free), Params())

    assert limit(3, "lecture", 150, 150) == 3 and limit(3, "lecture", 150, 90) == 2
    assert limit(3, "lecture", 150, 0) == 0 and limit(6, "teaching", 150, 90) == 4
    assert limit(8, "external", 180, 90) == 4  # a day's course of which the half is known


moments = st.integers(0, 60).map(lambda n: n * 10)
spans = st.lists(st.tuples(moments, moments), max_size=8)


@given(spans, spans)
def test_free_time_is_what_is_asked_and_not_taken(asked, taken):
    def cells(pairs):
        return {n for start, end in pairs for n in range(start, end)}

    free = hours.free_spans(asked, taken)
    assert cells(free) == cells(asked) - cells(taken)
    assert sum(end - start for start, end in free) == len(cells(free))
    assert free == sorted(free) and all(start < end for start, end in free)


@given(st.integers(0, 400), st.integers(1, 300))
def test_presence_never_harms_and_never_exceeds_the_session(present, total):
    found = hours.presence_hours(present, total, Params())
    assert 0 <= found <= hours.session_hours(total) and found * 2 % 1 == 0
    assert hours.presence_hours(present + 1, total, Params()) >= found
