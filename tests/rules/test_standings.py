from datetime import date, timedelta
from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffing.rules import certificates, postings, structure
from staffing.rules.certificates import Certificate, Standing, holder, in_force
from staffing.rules.params import Params, thresholds

DAY = date(2024, 6, 30)
days = st.dates(date(2015, 1, 1), date(2035, 1, 1))


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        (date(2022, 1, 26), date(2027, 1, 25)),
        (date(2023, 4, 16), date(2028, 4, 15)),
        (date(2024, 2, 29), date(2029, 2, 27)),
        (date(2024, 3, 31), date(2029, 3, 30)),
    ],
)
def test_sixty_months_less_a_day(issued, until):
    assert certificates.effective_until(issued, None, Params()) == until


def test_both_ends_are_inclusive():
    certificate = Certificate(DAY, DAY + timedelta(days=10), "valid")
    assert in_force(certificate, DAY, Params()) and in_force(certificate, DAY + timedelta(days=10), Params())
    assert not in_force(certificate, DAY - timedelta(days=1), Params())
    assert not in_force(certificate, DAY + timedelta(days=11), Params())


def test_missing_dates():
    assert in_force(Certificate(None, date(2025, 1, 1), "valid"), DAY, Params())
    assert in_force(Certificate(None, None, "valid"), DAY, Params())
    assert holder([Certificate(None, None, "valid")], DAY, Params()).until is None


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        ([], Standing.NONE),
        ([("", 100)], Standing.NONE),
        ([("valid", 100)], Standing.IN_FORCE),
        ([("valid", -1)], Standing.EXPIRED),
        ([("suspended", 100)], Standing.SUSPENDED),
        ([("suspended", -1)], Standing.EXPIRED),
        ([("cancelled", 100)], Standing.OTHER),
        ([("expired", 100)], Standing.EXPIRED),
        ([("valid", -1), ("valid", 700)], Standing.IN_FORCE),
        ([("valid", -1), ("cancelled", 100)], Standing.OTHER),
    ],
)
def test_where_certificates_leave_a_person(states, standing):
    held = [Certificate(date(2015, 1, 1), DAY + timedelta(days=left), state) for state, left in states]
    assert holder(held, DAY, Params()).standing == standing


def test_a_renewal_in_time_is_no_expiry():
    old = Certificate(date(2019, 7, 1), DAY + timedelta(days=5), "valid")
    new = Certificate(date(2024, 6, 1), date(2029, 5, 31), "valid")
    assert holder([old], DAY, Params()).expires_within(DAY, 90)
    assert not holder([old, new], DAY, Params()).expires_within(DAY, 90)


def test_check_and_unit_only_when_the_policy_asks():
    bad = Certificate(date(2024, 1, 1), None, "valid", check_passed=False, unit_fits=False)
    assert in_force(bad, DAY, Params())
    assert not in_force(bad, DAY, Params(certificate_check=True))
    assert not in_force(bad, DAY, Params(certificate_unit_bound=True))


@given(days, st.integers(0, 400))
def test_adding_months_keeps_the_day_or_the_last_of_the_month(day, months):
    later = certificates.add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("start", "end", "due", "state"),
    [
        (DAY + timedelta(days=1), None, None, "planned"),
        (DAY, DAY, None, "ended"),
        (DAY, None, None, "open"),
        (DAY, None, DAY + timedelta(days=31), "open"),
        (DAY, None, DAY + timedelta(days=30), "due"),
        (DAY, None, DAY, "due"),
        (DAY, None, DAY - timedelta(days=1), "overdue"),
        (DAY, DAY + timedelta(days=1), DAY - timedelta(days=1), "overdue"),
    ],
)
def test_states_of_a_posting(start, end, due, state):
    assert postings.state(start, end, due, DAY) == state


def test_reminders_are_read_the_earliest_first():
    assert thresholds("30,15，7") == (30, 15, 7) and thresholds(" 7、 90 ,7") == (90, 7)
    assert Params(alert_days="120,60").certificate_alerts == (120, 60)
    assert Params(return_alert_days="10").return_alerts == (10,)


@pytest.mark.parametrize("text", ["", ",", "soon", "30,-1", "0", "1000", "3.5"])
def test_reminders_that_cannot_be_read_are_refused_and_count_as_the_default(text):
    with pytest.raises(ValueError):
        thresholds(text)
    assert Params(alert_days=text).certificate_alerts == (90, 60, 30)
    assert Params(return_alert_days=text).return_alerts == (30, 15, 7)


def test_full_years():
    assert structure.age(date(1980, 6, 30), DAY) == 44 and structure.age(date(1980, 7, 1), DAY) == 43
    assert structure.age(date(2000, 2, 29), date(2023, 2, 28)) == 22
    assert structure.age(date(2000, 2, 29), date(2023, 3, 1)) == 23


@pytest.mark.parametrize(
    ("years", "key"), [(18, "30"), (30, "30"), (31, "35"), (35, "35"), (51, "55"), (55, "55"), (56, "56"), (70, "56")]
)
def test_age_groups(years, key):
    assert structure.age_bin(years) == key


def test_a_mean_of_means_is_not_the_mean():
    means, sizes = [42, F(436, 10), 46, 45, 45, 43, 43, 47], [20, 25, 20, 15, 15, 15, 15, 15]
    assert float(sum(means) / 8) == pytest.approx(44.3, abs=0.05)
    assert sum(m * n for m, n in zip(means, sizes, strict=True)) / sum(sizes) != sum(means) / 8


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("硕士研究生", "postgraduate"),
        ("中央党校研究生", "postgraduate"),
        ("大学本科", "bachelor"),
        ("大学", "bachelor"),
        ("大学专科", "college"),
        ("大专", "college"),
        ("中专", "vocational"),
        ("职业高中", "vocational"),
        ("高中", "high"),
        ("初中", "junior"),
        ("", "unknown"),
        ("其他", "unknown"),
    ],
)
def test_education_levels(text, level):
    assert structure.level(text) == level


@pytest.mark.parametrize(
    ("birth", "gender", "day"),
    [
        (date(1964, 12, 31), "男", date(2024, 12, 31)),
        (date(1965, 1, 15), "男", date(2025, 2, 15)),
        (date(1965, 5, 1), "男", date(2025, 7, 1)),
        (date(1976, 9, 1), "男", date(2039, 9, 1)),
        (date(1990, 9, 1), "男", date(2053, 9, 1)),
        (date(1970, 1, 1), "女", date(2025, 2, 1)),
        (date(1981, 9, 1), "女", date(2039, 9, 1)),
    ],
)
def test_retirement_is_delayed_step_by_step(birth, gender, day):
    assert structure.retires_on(birth, gender, Params()) == day


def test_retirement_of_unknown_gender_is_not_guessed():
    assert structure.retires_on(date(1970, 1, 1), "", Params()) is None
