"""What facts put on the home page of each role."""

from datetime import date

import pytest
from django.urls import reverse

from staffing.models import PostingKind
from tests.cast import make_posting, make_qualification


@pytest.fixture
def due(cast):
    make_posting(cast.wu, PostingKind.STATION, cast.west, date(2025, 5, 1), due=date(2026, 10, 31))
    make_qualification(cast.wu, "enforce", number="99010077", issued=date(2021, 12, 1), valid_until=date(2026, 11, 30))
    cast.posting.due = date(2026, 11, 20)
    cast.posting.save()
    return cast


def home(cast, role):
    answer = cast.client(role).get(reverse("portal:home"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_hr_is_told_who_must_come_home_and_whose_card_ends(due):
    body = home(due, "hr")
    assert "1人派驻借调已逾期，尚未登记归位" in body and "1人派驻借调30日内到期" in body
    assert "1人执法证90日内到期" in body
    assert f"{reverse('staffing:postings')}?state=overdue" in body


def test_a_squad_is_told_about_its_own_only(due):
    body = home(due, "squad_lead")
    assert "1人派驻借调30日内到期" in body and "已逾期，尚未登记归位" not in body and "执法证90日内到期" not in body


def test_an_officer_sees_own_hours_and_card(due):
    body = home(due, "officer")
    assert "还差 60 学时" in body and "有效期至 2029-01-09" in body
    assert reverse("staffing:own") in body
    assert "派驻借调已逾期" not in body


def test_me_page_leads_to_the_own_record(due):
    assert reverse("staffing:own") in due.client("officer").get(reverse("portal:me")).content.decode()
    assert reverse("staffing:own") not in due.client("hr").get(reverse("portal:me")).content.decode()


def test_nothing_due_says_nothing(cast):
    body = home(cast, "hr")
    assert "尚未登记归位" not in body and "人执法证90日内到期" not in body
