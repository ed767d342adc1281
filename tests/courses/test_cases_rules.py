"""What of a case may be shown, and the time spent on it; pure."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from courses.rules import cases

START = datetime(2026, 11, 2, tzinfo=UTC)
SOME = st.lists(st.sampled_from([None, "a", "b", "c", "d"]), min_size=1, max_size=9)


@given(SOME, st.sets(st.sampled_from("abcd")), st.integers(-3, 20))
def test_nothing_stands_open_behind_an_unanswered_judgement(points, answered, step):
    n = cases.opened(points, answered, step)
    assert 1 <= n <= len(points) and n <= max(step, 1)
    assert all(point is None or point in answered for point in points[: n - 1])
    if cases.all_open(points, answered, step):
        assert n == len(points) and all(point is None or point in answered for point in points)


@given(st.lists(st.integers(0, 3000), max_size=12))
def test_time_never_counts_twice_nor_more_than_passed(gaps):
    spans, at = [], START
    for gap in gaps:
        spans = cases.add_dwell(spans, at, at + timedelta(seconds=gap))
        at += timedelta(seconds=gap)
    assert cases.seconds_of(spans) == sum(min(gap, 600) for gap in gaps)
    assert all(a[1] < b[0] for a, b in pairwise(spans)) and all(a < b for a, b in spans)
    # A clock that was set back gives nothing.
    assert cases.add_dwell(spans, at, at - timedelta(seconds=5)) == spans


def test_half_of_the_time_unless_stated():
    assert cases.least_minutes(None, 25) == 13 and cases.least_minutes(0, 25) == 0 and cases.least_minutes(40, 25) == 40


def test_the_strip_ends_with_the_last_event():
    strip = cases.strip([(date(2022, 5, 6), "立案"), (date(2022, 6, 13), "告知"), (date(2022, 6, 20), "申请")])
    assert [one.day.day for one in strip] == list(range(13, 21))
    assert [one.works for one in strip] == [True] * 5 + [False, False, True]
    assert strip[0].names == ("告知",) and strip[-1].names == ("申请",)
    assert cases.strip([]) == [] and cases.strip([(date(2022, 5, 6), "立案")]) == []
