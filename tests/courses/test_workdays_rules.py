"""Working days, pure."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules.workdays import CHINA, Calendar, read_notices


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


NOTICE = '[2027]\nsource = "{source}"\noff = [[{first}, {last}]]\nworked = [{worked}]\n'


def test_a_year_is_added_by_its_notice():
    right = {"source": "国办发明电〔2026〕1号", "first": "2027-01-01", "last": "2027-01-03", "worked": "2027-01-09"}
    calendar = read_notices(NOTICE.format(**right))
    assert calendar.knows(2027) and calendar.is_holiday(date(2027, 1, 1)) and calendar.is_workday(date(2027, 1, 9))
    wrong = [{"source": " "}, {"last": "2026-12-31"}, {"last": "2028-01-01"}, {"worked": "2027-01-06"}]
    wrong.append({"worked": "2027-01-02"})
    for part in wrong:
        with pytest.raises(ValueError, match="2027"):
            read_notices(NOTICE.format(**right | part))
