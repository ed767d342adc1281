"""What counts as watched: no report, whatever it claims, earns more than the server's clock allows."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.rules import ranges, recordings, watching
from courses.rules.watching import Mark, Viewing, advance, joined, missing, needed, read_marks, total

DATA = Path(__file__).parent.parent / "data" / "courses"
T0 = 1_793_581_200.123456
FRESH = Viewing(600, [], [], T0)


def after(viewing: Viewing, step) -> Viewing:
    return Viewing(viewing.seconds, step.covered, step.spans, step.clock)


seconds = st.floats(-50, 700, allow_nan=False)
reports = st.lists(st.tuples(st.floats(-20, 120), seconds, seconds), max_size=40)


@given(reports, st.booleans(), st.sampled_from([90, 600]))
@settings(max_examples=300, deadline=None)
def test_never_more_than_the_clock_allows(told, no_skip, length):
    viewing, now, gained = Viewing(length, [], [], T0), T0, 0.0
    highest = now
    for gap, start, end in told:
        now += gap
        before = total(viewing.covered)
        step = advance(viewing, start, end, now, no_skip=no_skip)
        fresh = viewing.clock
        viewing = after(viewing, step)
        gained += step.gained
        highest = max(highest, now)
        assert step.gained <= watching.MOST_GAP and step.gained <= max(0.0, now - fresh)
        assert viewing.clock >= fresh
        # New coverage is what was gained, to the millisecond; parts are sorted, disjoint and inside the film.
        assert abs(total(viewing.covered) - before - step.gained) < 0.0015
        assert viewing.covered == joined(viewing.covered)
        assert all(0 <= a < b <= length for a, b in viewing.covered)
        assert viewing.spans == joined(viewing.spans)
        if no_skip:
            assert len(viewing.covered) <= 1
    assert gained <= highest - T0 + 1e-6
    # Spans tell times that passed, at least as many as were gained but for rounding.
    assert all(T0 - 0.001 <= a < b <= highest + 0.001 for a, b in viewing.spans)
    assert total(viewing.spans) >= gained - 0.002 * len(told)


@given(st.lists(st.floats(0.5, 25), min_size=1, max_size=60), st.floats(0, 3))
@settings(max_examples=150, deadline=None)
def test_an_honest_viewer_loses_nothing_to_late_reports(gaps, delay):
    """The film runs with the clock; every other report arrives late, the next one carries on where it was counted."""
    viewing, upto, played = Viewing(10_000, [], [], T0), 0.0, 0.0
    for n, gap in enumerate(gaps):
        played += gap
        step = advance(viewing, upto, played, T0 + played + (delay if n % 2 else 0), no_skip=True)
        viewing, upto = after(viewing, step), step.upto
        assert step.back is None
    assert played - total(viewing.covered) <= delay + 0.002 * (len(gaps) + 1)


def test_one_report_is_worth_thirty_seconds_and_what_was_played():
    assert advance(FRESH, 0, 500, T0 + 400, no_skip=True).gained == 30
    assert advance(FRESH, 0, 7.5, T0 + 15, no_skip=True).gained == 7.5
    step = advance(FRESH, 0, 30, T0 + 15, no_skip=True)
    assert (step.gained, step.upto, step.back) == (15, 15, None)
    # A page that plays at double speed is sent back before long.
    step = advance(FRESH, 0, 40, T0 + 20, no_skip=True)
    assert (step.gained, step.back) == (20, 20)
    # The time used up is told as it was: the last thirty seconds, not those of the pause before.
    assert advance(FRESH, 0, 15, T0 + 400, no_skip=True).spans == [[round(T0 + 370, 3), round(T0 + 385, 3)]]


def test_no_skipping_and_skipping():
    seen = Viewing(600, [[0, 100]], [], T0)
    step = advance(seen, 200, 215, T0 + 15, no_skip=True)
    assert (step.gained, step.back, step.covered) == (0, 100, [[0, 100]])
    # A player that stopped a blink later goes on; the blink is paid for.
    assert advance(seen, 100.4, 115, T0 + 15, no_skip=True).covered == [[0, 115]]
    step = advance(seen, 200, 215, T0 + 15, no_skip=False)
    assert step.covered == [[0, 100], [200, 215]] and step.back is None
    # Seen again: free, and worth nothing; what follows is new.
    step = advance(seen, 90, 105, T0 + 15, no_skip=True)
    assert (step.gained, step.upto) == (5, 105)
    # Specks all over the film are no viewing.
    assert advance(seen, 200, 200.2, T0 + 15, no_skip=False).covered == [[0, 100]]
    specks = Viewing(10_000, [[n * 10, n * 10 + 1] for n in range(watching.MOST_PARTS)], [], T0)
    assert advance(specks, 9000, 9005, T0 + 15, no_skip=False).gained == 0


def test_a_clock_that_goes_back_earns_nothing():
    step = advance(FRESH, 0, 15, T0 - 90, no_skip=True)
    assert (step.gained, step.clock) == (0, T0)


@given(st.integers(1, 30_000), st.floats(0, 1, exclude_max=True))
@settings(max_examples=60, deadline=None)
def test_the_first_check_comes_before_the_end(length, chance):
    need = needed(length, Decimal("0.9"))
    assert 0 < watching.next_check(0, need, chance) <= need
    assert 100 <= watching.next_check(100, need, chance) <= 100 + watching.CHECK_LATEST


def test_shares():
    assert needed(90, Decimal("0.9")) == 81 and needed(100, Decimal(1)) == 99 and needed(1, Decimal(1)) == 1
    assert needed(91, Decimal("0.9")) == 82
    assert watching.enough([[0, 81]], 90, Decimal("0.9")) and not watching.enough([[0, 80.999]], 90, Decimal("0.9"))
    assert missing([[0, 2], [4, 6]], 1, 7) == [[2, 4], [6, 7]] and joined([[3, 4], [0, 1], [1, 2]]) == [[0, 2], [3, 4]]


def test_marks_of_a_recording():
    good, bad = read_marks("00:48 审什么；00:00 四类必审案件;01:02:30  尾声；48 没有时间；00:75 秒数不对", 4000)
    assert good == [Mark(0, "四类必审案件"), Mark(48, "审什么"), Mark(3750, "尾声")]
    assert bad == ["48 没有时间", "00:75 秒数不对"]
    assert read_marks("02:00 片尾之后", 90) == ([], ["02:00 片尾之后"])


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", None),
        ("bytes=0-", (0, 1000)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("Bytes = 990-5000", (990, 1000)),
        ("bytes=-100", (900, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("bytes=20-10", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("bytes=²-3", None),
        ("items=0-1", None),
        ("bytes=" + "9" * 40 + "-", None),
    ],
)
def test_ranges(header, found):
    assert ranges.read_range(header, 1000) == found


def test_ranges_beyond_the_end():
    for header in ("bytes=1000-", "bytes=5000-6000", "bytes=-0"):
        with pytest.raises(ranges.Unsatisfiable):
            ranges.read_range(header, 1000)
    assert (
        ranges.same_version("", "e", "m")
        and ranges.same_version("e", "e", "m")
        and not ranges.same_version("x", "e", "m")
    )


def test_where_the_index_of_a_film_is():
    quick, slow = ((DATA / name).read_bytes() for name in ("lesson90.mp4", "slowstart.mp4"))
    assert recordings.layout(io.BytesIO(quick), len(quick)) == (True, True)
    assert recordings.layout(io.BytesIO(slow), len(slow)) == (False, True)
    assert recordings.layout(io.BytesIO(quick[:5000]), 5000) == (True, False)
    assert recordings.layout(io.BytesIO(b"\0\0\0\0mdat" + b"x" * 9), 17) == (False, True)
    for junk in (b"\0\0\0\x04", b"\0\0\0\x01moof" + b"\xff" * 8, b"RIFF" * 9, b"\0\0\0\x07free" * 3):
        assert recordings.layout(io.BytesIO(junk), len(junk)) == (None, False)
