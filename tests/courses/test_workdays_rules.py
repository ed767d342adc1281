"""Working days, pure."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courses.rules.workdays import CHINA, Calendar


def test_the_notices_of_the_state_council():
    assert CHINA.is_holiday(date(2026, 2, 17)) and not CHINA.is_workday(date(2026, 2, 17))
    # A Saturday worked instead, a Friday off.
    assert CHINA.is_workday(date(2026, 2, 28)) and not CHINA.is_workday(date(2026, 6, 19))
    assert CHINA.is_workday(date(2024, 9, 14)) and not CHINA.is_workday(date(2025, 10, 8))
    assert all(day.weekday() >= 5 for day in CHINA.on)
    assert not CHINA.on & CHINA.off
    assert CHINA.knows(2026) and not CHINA.knows(2021)


def test_five_working_days_for_a_hearing():
    # Told on Monday 2026-06-15: Friday the 19th is a holiday, so the term ends on Tuesday the 23rd (第八十五条).
    assert CHINA.add(date(2026, 6, 15), 5) == date(2026, 6, 23)
    # The case of the mock-up: told on 2022-06-13, the term ended on the 20th.
    assert CHINA.add(date(2022, 6, 13), 5) == date(2022, 6, 20)
    assert CHINA.add(date(2026, 6, 20), 0) == date(2026, 6, 20)


@given(st.dates(date(2022, 1, 1), date(2026, 11, 1)), st.integers(1, 40))
def test_adding_and_counting_agree(day, n):
    end = CHINA.add(day, n)
    assert CHINA.count(day, end) == n and CHINA.is_workday(end)
    assert CHINA.count(day, end - timedelta(days=1)) == n - 1


def test_without_a_notice_only_weekends_are_off():
    assert Calendar().is_workday(date(2030, 10, 1)) and not Calendar().is_workday(date(2030, 10, 5))
