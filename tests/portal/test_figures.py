"""A shown ratio never contradicts its verdict; numbers and dates print one way."""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from portal import figures


@pytest.mark.parametrize(
    ("ratio", "digits", "target", "shown"),
    [
        (Fraction(355, 543), 2, 0.6, "65.38%"),
        (Decimal("0.5985"), 0, 0.6, "59%"),
        (0.5985, 1, Decimal("0.6"), "59.9%"),
        (Fraction(59999, 100000), 2, 0.6, "59.99%"),
        (0.6, 2, 0.6, "60.00%"),
        (Fraction(60001, 100000), 2, 0.6, "60.00%"),
        (Fraction(99999, 100000), 2, None, "99.99%"),
        (Fraction(1, 100000), 2, None, "0.01%"),
        (0, 2, None, "0.00%"),
        (1, 0, None, "100%"),
        (Decimal("0.603"), 0, Decimal("0.6025"), "61%"),
        (Fraction(1, 101), 0, Fraction(1, 100), "0.9%"),
        (1.2, 1, 0.6, "120.0%"),
        (None, 2, 0.6, "—"),
    ],
)
def test_percent(ratio, digits, target, shown):
    assert figures.percent(ratio, digits, target) == shown


@given(st.fractions(0, 1), st.fractions(0, 1), st.integers(0, 3))
def test_percent_is_on_the_same_side_of_the_target_as_the_ratio(ratio, target, digits):
    target = Fraction(round(target * 100), 100)
    shown = Fraction(figures.percent_number(ratio, digits, target)) / 100
    assert (shown >= target) == (ratio >= target)
    assert abs(shown - ratio) <= Fraction(1, 100 * 10**digits)
    assert (shown == 1) == (ratio == 1) and (shown == 0) == (ratio == 0)


def test_percent_short_drops_idle_zeros():
    assert [figures.percent_short(r) for r in (0.6, Fraction(1, 8), 0.05, 1, None)] == [
        "60%",
        "12.5%",
        "5%",
        "100%",
        "—",
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234567, "1,234,567"),
        (14.5, "14.5"),
        (Decimal("60.00"), "60"),
        (Fraction(1, 3), "0.33"),
        (0, "0"),
        (None, "—"),
        ("2人", "2人"),
    ],
)
def test_num(value, shown):
    assert figures.num(value) == shown


def test_iso_uses_local_time():
    late = datetime.datetime(2026, 11, 22, 16, 30, tzinfo=datetime.UTC)
    assert figures.iso(late) == "2026-11-23 00:30"
    assert figures.iso(timezone.localtime(late).date()) == "2026-11-23"
    assert figures.date_words(late) == "2026年11月23日"
    assert (
        figures.iso("2024-11") == "2024-11"
        and figures.date_words("2024") == "2024年"
        and figures.date_words("不详") == "不详"
    )
