"""Geometry of the drawings: inside the picture, true to the numbers, labels apart."""

from fractions import Fraction
from itertools import pairwise

import pytest

from portal import charts


def test_ratio_bar_sides_are_exact():
    assert charts.ratio_bar(Fraction(3, 5), Fraction(3, 5))["at"] == "exact"
    assert charts.ratio_bar(0.6, 0.6)["at"] == "exact"
    assert charts.ratio_bar(Fraction(59999, 100000), 0.6)["at"] == "below"
    assert charts.ratio_bar(Fraction(60001, 100000), 0.6)["at"] == "above"
    assert charts.ratio_bar(None, 0.6)["at"] == "empty"
    assert charts.ratio_bar(Fraction(1, 3), None)["mark"] == ""


def test_ratio_bar_positions_stay_inside():
    assert charts.ratio_bar(Fraction(355, 543), Fraction(3, 5))["fill"] == "65.38"
    over = charts.ratio_bar(1.4, 0.6)
    assert over["fill"] == "100" and over["fill_anchor"] == "end" and over["mark"] == "60"
    assert charts.ratio_bar(0, 0.6)["fill_anchor"] == "start"


@pytest.mark.parametrize(
    ("low", "high"), [(0.58, 0.66), (0, 17), (3, 3), (0, 0), (-2, 5), (0.001, 0.0012), (1, 100000)]
)
def test_ticks_enclose_and_are_few(low, high):
    axis = charts.ticks(low, high)
    assert axis[0] <= low and axis[-1] >= high and 2 <= len(axis) <= 7
    assert axis == sorted(set(axis))


def test_line_chart_scales_breaks_and_marks():
    drawn = charts.line_chart(["8月", "9月", "10月", "11月"], [("甲", [0.5, 0.6, None, 0.7])], target=0.6, height=190)
    (line,) = drawn["lines"]
    assert len(line.dots) == 3 and len(line.runs) == 1, "a missing month breaks the line; a single point is only a mark"
    ys = [dot["y"] for dot in line.dots]
    assert ys == sorted(ys, reverse=True) and ys[1] == drawn["target_y"], (
        "higher is further up; equal values share a height"
    )
    assert all(0 <= dot["y"] <= drawn["bottom"] and 0 <= float(dot["x"]) <= 100 for dot in line.dots)


def test_series_differ_by_more_than_colour_and_labels_stay_apart():
    drawn = charts.line_chart(["a", "b"], [(str(i), [1, 1 + i / 1000]) for i in range(4)])
    assert len({(line.dash, line.marker) for line in drawn["lines"]}) == 4
    ys = sorted(line.label_y for line in drawn["lines"])
    assert all(b - a >= charts.LABEL_GAP for a, b in pairwise(ys)) and ys[-1] <= drawn["bottom"]


def test_at_most_four_series():
    for draw in (charts.line_chart, charts.bars):
        with pytest.raises(ValueError, match="four"):
            draw(["a"], [(str(i), [1]) for i in range(5)])


def test_nothing_to_draw():
    assert charts.line_chart([], [])["lines"] == []
    assert charts.line_chart(["a"], [("x", [None])])["lines"] == []
    assert charts.bars(["a"], [("x", [None])])[0]["bars"][0]["width"] == "0"
    assert charts.stack([]) == []


@pytest.mark.parametrize("count", [1, 2, 3, 7, 12, 13, 36])
def test_x_labels_keep_both_ends_and_stay_few(count):
    labels = [f"m{i}" for i in range(count)]
    shown = charts.line_chart(labels, [("x", list(range(count)))])["x_labels"]
    assert shown[0]["text"] == "m0" and shown[-1]["text"] == labels[-1] and len(shown) <= 7
    assert len({item["x"] for item in shown}) == len(shown)


def test_bars_are_measured_against_the_longest():
    rows = charts.bars(["甲", "乙"], [("今年", [5, 10]), ("去年", [20, 0])], ["/a"])
    assert (
        [bar["width"] for bar in rows[0]["bars"]] == ["25", "100"] and rows[0]["url"] == "/a" and rows[1]["url"] == ""
    )


def test_stack_parts_fill_the_whole():
    parts = charts.stack([(41, 1), (5, 2), (1, 3), (0, 4), (53, 5)])
    assert sum(float(part["width"]) for part in parts) == pytest.approx(100, abs=0.05)
    assert [part["room"] for part in parts] == [True, True, False, False, True]
