"""Changing a person through the pages: every form saves, refuses in place, and is closed to others."""

from datetime import date

import pytest
from django.urls import reverse

from portal.models import AuditEvent
from staffing.models import HourCredit, Person
from tests.cast import id_number


def post(cast, name, args, data, role="hr"):
    return cast.client(role).post(reverse(f"staffing:{name}", args=args), data)


def test_new_person(cast):
    number = id_number(date(1991, 2, 3), 21)
    data = {"name": "钱学文", "id_number": number, "unit": cast.west.pk, "start": "2026-10-08", "category": "officer"}
    answer = post(cast, "person_new", [], data)
    person = Person.objects.get(name="钱学文")
    assert answer.url == reverse("staffing:person", args=[person.pk])
    assert person.birth_date == date(1991, 2, 3) and person.memberships.get().unit == cast.west
    again = post(cast, "person_new", [], {**data, "id_number": cast.chen.id_number})
    body = again.content.decode()
    assert again.status_code == 422 and "需核对" in body and "陈思远" not in body


def test_edit_leaves_numbers_alone_when_the_box_is_empty(cast):
    form = cast.client("hr").get(reverse("staffing:person_edit", args=[cast.wang.pk]))
    assert cast.wang.id_number not in form.content.decode()
    data = {"name": "王晓东", "staff_no": "T0009", "education": "大学专科", "gender": "男", "position": "队长"}
    assert post(cast, "person_edit", [cast.wang.pk], data).status_code == 302
    person = Person.objects.get(pk=cast.wang.pk)
    assert (person.education, person.id_number) == ("大学专科", cast.wang.id_number)


def test_move_leave_restore(cast):
    pk = cast.sun.pk
    data = {"unit": cast.east.pk, "start": "2026-09-01", "category": "officer", "establishment_type": "admin"}
    assert post(cast, "person_move", [pk], data).status_code == 302
    assert cast.sun.memberships.count() == 2
    answer = post(cast, "person_leave", [pk], {"end": "2026-08-01", "reason": "retired"})
    assert answer.status_code == 422 and "须晚于" in answer.content.decode()
    assert post(cast, "person_leave", [pk], {"end": "2026-11-01", "reason": "retired"}).status_code == 302
    assert cast.client("hr").get(reverse("staffing:person", args=[pk])).status_code == 200
    assert post(cast, "person_restore", [pk], {}).status_code == 302
    assert cast.sun.memberships.latest("start").end is None


def test_a_scoped_hr_still_reaches_who_left_their_unit(cast):
    cast.accounts["hr-west"] = cast.account("hr-west", "hr", cast.west_town)
    assert (
        post(cast, "person_leave", [cast.sun.pk], {"end": "2026-11-01", "reason": "resigned"}, "hr-west").status_code
        == 302
    )
    assert post(cast, "person_restore", [cast.sun.pk], {}, "hr-west").status_code == 302
    cast.accounts["hr-east"] = cast.account("hr-east", "hr", cast.east_town)
    assert post(cast, "person_restore", [cast.sun.pk], {}, "hr-east").status_code == 404


def test_membership_correction(cast):
    row = cast.sun.memberships.get()
    data = {
        "unit": cast.west.pk,
        "start": "2021-04-01",
        "category": "officer",
        "reason": "核对档案",
        "start_known": "on",
    }
    assert post(cast, "membership_edit", [cast.sun.pk, row.pk], data).status_code == 302
    row.refresh_from_db()
    assert row.start == date(2021, 4, 1)
    assert post(cast, "membership_edit", [cast.wang.pk, row.pk], data).status_code == 404


def test_leave_by_form(cast):
    pk = cast.wang.pk
    post(cast, "absence_new", [pk], {"kind": "sick", "start": "2026-10-01"})
    row = cast.wang.leaves.get()
    post(cast, "absence_end", [pk, row.pk], {"end": "2026-10-20"})
    row.refresh_from_db()
    assert row.end == date(2026, 10, 20)
    post(cast, "absence_withdraw", [pk, row.pk], {})
    row.refresh_from_db()
    assert row.end == row.start


def test_qualification_by_form(cast):
    data = {"kind": "enforce", "number": "99017777", "issued": "2026-01-05", "valid_until": "2031-01-04"}
    assert post(cast, "qualification_new", [cast.wu.pk], data, "legal").status_code == 302
    row = cast.wu.qualifications.get()
    answer = post(cast, "qualification_state", [row.pk], {"state": "suspended", "start": "2026-05-01"}, "legal")
    assert answer.status_code == 422 and "暂扣须写明文号和原因" in answer.content.decode()
    data = {
        "state": "suspended",
        "start": "2026-05-01",
        "until": "2026-06-01",
        "doc_no": "示〔2026〕1号",
        "reason": "违规",
    }
    assert post(cast, "qualification_state", [row.pk], data, "legal").status_code == 302
    assert row.statuses.count() == 3
    data = {"year": "2026", "checked_on": "2026-03-01", "passed": "no"}
    assert post(cast, "qualification_check", [row.pk], data, "legal").status_code == 302
    assert row.checks.get().passed is False
    data = {"number": "99017778", "issued": "2026-01-05", "valid_until": "2031-01-04", "reason": "录入错误"}
    assert post(cast, "qualification_edit", [row.pk], data, "legal").status_code == 302
    data = {"issued": "2026-10-10", "valid_until": "2031-10-09"}
    assert post(cast, "qualification_renew", [row.pk], data, "legal").status_code == 302
    assert cast.wu.qualifications.count() == 2


def test_reviewer_end_by_form(cast):
    row = cast.zhou.qualifications.get(kind="reviewer")
    assert post(cast, "reviewer_end", [row.pk], {"end": "2026-10-01", "reason": "转岗"}, "legal").status_code == 302
    card = cast.zhou.qualifications.get(kind="enforce")
    assert post(cast, "reviewer_end", [card.pk], {"end": "2026-10-01", "reason": "转岗"}, "legal").status_code == 404


def test_hours_by_form(cast):
    data = {"kind": "lecture", "hours": "2", "earned_on": "2026-05-08", "title": "大讲堂"}
    assert post(cast, "hours_new", [cast.wang.pk], data, "training").status_code == 302
    row = HourCredit.objects.get()
    assert post(cast, "hours_reverse", [row.pk], {"reason": ""}, "training").status_code == 422
    assert post(cast, "hours_reverse", [row.pk], {"reason": "重复"}, "training").status_code == 302
    assert HourCredit.objects.count() == 2
    assert post(cast, "hours_new", [cast.wang.pk], data, "hr").status_code == 403


PAGES = {
    "person_edit": "people.edit",
    "person_move": "people.edit",
    "person_leave": "people.edit",
    "person_restore": "people.edit",
    "absence_new": "people.edit",
    "qualification_new": "qualifications.edit",
    "hours_new": "hours.edit",
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_need_the_right_and_the_reach(cast, name):
    address = reverse(f"staffing:{name}", args=[cast.sun.pk])
    role = {"people.edit": "hr", "qualifications.edit": "legal", "hours.edit": "training"}[PAGES[name]]
    assert cast.client("leader").get(address).status_code == 403
    assert cast.client("squad_lead").post(address).status_code == 403
    assert cast.client(role).get(address).status_code == 200
    cast.accounts["east"] = cast.account("east", role, cast.east_town)
    events = AuditEvent.objects.count()
    assert cast.client("east").post(address).status_code == 404
    assert AuditEvent.objects.count() == events


def test_the_receiving_unit_does_not_edit_the_senders_people(cast):
    """赵立诚 is posted to the east squad: its HR sees and posts him, but his establishment is the bureau's affair."""
    cast.accounts["east"] = cast.account("east", "hr", cast.east_town)
    page = cast.client("east").get(reverse("staffing:person", args=[cast.zhao.pk]))
    assert page.status_code == 200 and reverse("staffing:person_move", args=[cast.zhao.pk]) not in page.content.decode()
    for name in ("person_edit", "person_move", "person_leave", "absence_new"):
        assert cast.client("east").get(reverse(f"staffing:{name}", args=[cast.zhao.pk])).status_code == 404
    assert cast.client("east").get(reverse("staffing:posting_return", args=[cast.posting.pk])).status_code == 200
