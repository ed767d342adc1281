"""The rhythm of a series and what being there is worth: pure, without a database."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules import cadence, presence
from courses.rules.cadence import DROPPED, HELD, LIVE, MISSED, TODO, Held
from staffing.rules.hours import presence_hours
from staffing.rules.params import Params

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def test_weeks_months_and_quarters():
    wednesday = date(2026, 1, 7)
    assert len(cadence.occurrences("weekly", wednesday, date(2026, 12, 31))) == 52
    assert cadence.occurrences("fortnightly", wednesday, date(2026, 2, 7)) == [
        date(2026, 1, 7),
        date(2026, 1, 21),
        date(2026, 2, 4),
    ]
    # The first Wednesday of the month; a fifth one is the last where there are four.
    assert cadence.occurrences("monthly", wednesday, date(2026, 3, 31)) == [
        wednesday,
        date(2026, 2, 4),
        date(2026, 3, 4),
    ]
    fifth = cadence.occurrences("monthly", date(2026, 4, 29), date(2026, 7, 31))
    assert fifth == [date(2026, 4, 29), date(2026, 5, 27), date(2026, 6, 24), date(2026, 7, 29)]
    assert cadence.occurrences("quarterly", wednesday, date(2026, 12, 31)) == [
        date(2026, 1, 7),
        date(2026, 4, 1),
        date(2026, 7, 1),
        date(2026, 10, 7),
    ]
    assert cadence.occurrences("weekly", wednesday, wednesday) == [wednesday]
    with pytest.raises(ValueError, match="daily"):
        cadence.occurrences("daily", wednesday, wednesday)
    with pytest.raises(ValueError, match="year"):
        cadence.occurrences("weekly", wednesday, date(2028, 1, 1))


@given(DAYS, st.integers(0, 400), st.sampled_from(["weekly", "fortnightly", "monthly", "quarterly"]))
def test_every_day_of_a_plan_lies_inside_and_has_the_weekday(first, length, rhythm):
    until = first + timedelta(days=length)
    found = cadence.occurrences(rhythm, first, until)
    assert found[0] == first and found == sorted(set(found))
    assert all(first <= day <= until and day.weekday() == first.weekday() for day in found)


def test_what_became_of_a_day():
    day, today = date(2026, 10, 14), date(2026, 11, 2)
    assert cadence.mark_of(day, today, None) == MISSED
    assert cadence.mark_of(today, today, None) == TODO
    assert cadence.mark_of(day, today, None, dropped=True) == DROPPED
    assert cadence.mark_of(day, today, Held(held=True), dropped=True) == HELD
    assert cadence.mark_of(day, today, Held(live=True)) == LIVE
    # A make-up that is arranged, or a lecture nobody has recorded yet.
    assert cadence.mark_of(day, today, Held()) == TODO


@given(st.lists(st.sampled_from([HELD, LIVE, MISSED, TODO, DROPPED])))
def test_the_parts_of_a_plan_sum(marks):
    found = cadence.tally(marks, extra=2)
    assert found.planned == found.held + found.missed + found.todo
    assert found.planned + found.dropped == len(marks) and found.extra == 2


def test_days_left_out_are_kept_with_their_reason():
    days = [date(2026, 9, 30), date(2026, 10, 7), date(2026, 10, 14)]
    assert cadence.split(days, {date(2026, 10, 7): "国庆节", date(2026, 10, 8): "国庆节"}) == (
        [days[0], days[2]],
        {days[1]: "国庆节"},
    )


def test_the_thresholds_of_the_weekly_lecture():
    found = presence.worth(150, Params())
    assert (found.hours, found.full, found.least) == (Fraction(3), 120, 45)
    assert presence.worth(20, Params()).hours == 0


@given(st.integers(1, 600), st.integers(0, 700))
def test_what_is_told_is_what_the_ledger_does(minutes, present):
    params = Params()
    told, hours = presence.worth(minutes, params), presence_hours(present, minutes, params)
    if present >= told.full:
        assert hours == told.hours
    elif present >= told.least:
        assert 0 < hours <= told.hours or not told.hours
    else:
        assert hours == 0
