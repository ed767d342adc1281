"""How early a certificate's end and a return are told is for the policy in force to say; the figures keep their days."""

from datetime import date, timedelta

import pytest

from portal.access import EVERYWHERE
from staffing.models import Policy, PostingKind
from staffing.queries import people_one
from staffing.queries.gaps import Desk
from staffing.views.policies import PolicyViewSet
from tests.cast import TODAY, make_posting, make_qualification


@pytest.fixture
def early(cast):
    """A card with 100 days left and a return in 40, under a policy that reminds 120 and 45 days before."""
    Policy.objects.update(alert_days="120,60", return_alert_days="45,10")
    end = TODAY + timedelta(days=100)
    make_qualification(cast.wu, "enforce", number="99010077", issued=date(2022, 1, 1), valid_until=end)
    make_posting(cast.wu, PostingKind.STATION, cast.west, date(2025, 5, 1), due=TODAY + timedelta(days=40))
    return cast


def body(cast, address, role="hr"):
    answer = cast.client(role).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_home_and_register_follow_the_policy(early):
    home = body(early, "/")
    assert "1人执法证120日内到期" in home and "1人派驻借调45日内到期" in home
    register = body(early, "/postings/?state=due")
    assert "吴" in register and "余 40 日" in register and register.count("45日内到期") >= 3
    assert "30日内到期" not in register and "45日内 1" in register


def test_home_tells_how_many_the_later_reminders_speak_of(early):
    Policy.objects.update(alert_days="120,101,100", return_alert_days="45,40,39")
    home = body(early, "/")
    assert "1人执法证120日内到期（其中101日内1人，100日内1人）" in home
    assert "1人派驻借调45日内到期（其中40日内1人）" in home


def test_list_unit_and_person_pages_follow_the_policy(early):
    found = body(early, "/people/?cert=expiring")
    assert early.wu.name in found and "执法证100天后到期" in found and "120日内到期" in found
    unit = body(early, f"/units/{early.west.code}/")
    assert "证件100天后到期" in unit and "40天内期满归位" in unit
    assert "余 100 日" in body(early, f"/people/{early.wu.pk}/")


def test_under_the_default_nothing_is_told_so_early(early):
    Policy.objects.update(alert_days="90,60,30", return_alert_days="30,15,7")
    home = body(early, "/")
    assert "人执法证" not in home and "人派驻借调" not in home
    assert early.wu.name not in body(early, "/people/?cert=expiring")
    assert "余 40 日" not in body(early, "/postings/")
    assert not people_one.profile(early.wu, TODAY).card.soon


def test_the_figures_of_the_board_keep_ninety_and_thirty_days(early):
    figures = Desk(early.bureau, TODAY, scope=EVERYWHERE).figures()
    assert (figures.certificates.expiring_90, figures.postings.due_30) == (0, 0)


def test_the_form_of_a_policy_refuses_what_is_no_list_of_days(cast):
    form = PolicyViewSet().get_edit_handler().get_form_class()
    policy = Policy.objects.first()
    values = {name: getattr(policy, name) for name in form.base_fields}
    wrong = form(
        {**values, "alert_days": "soon", "return_alert_days": "0"}, instance=policy, for_user=cast.user("legal")
    )
    assert {"alert_days", "return_alert_days"} <= wrong.errors.keys() and "90,60,30" in wrong.errors["alert_days"][0]
    right = form({**values, "alert_days": "30， 60、90"}, instance=policy, for_user=cast.user("legal"))
    assert "alert_days" not in right.errors and right.cleaned_data["alert_days"] == "90,60,30"
