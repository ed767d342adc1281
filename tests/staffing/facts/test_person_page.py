"""The page of one person: who sees it, what it shows on which day, and what stays masked."""

from datetime import date

import pytest
from django.urls import reverse

from portal.models import AuditEvent
from staffing.actions import hours, memberships, postings
from staffing.models import EndReason, PostingKind


def page(cast, role, person, **query):
    return cast.client(role).get(reverse("staffing:person", args=[person.pk]), query)


def text(answer) -> str:
    return answer.content.decode()


def test_hr_sees_standing_facts_and_buttons(cast):
    answer = page(cast, "hr", cast.zhao)
    body = text(answer)
    assert answer.status_code == 200
    for words in (
        "赵立诚",
        "示例县综合行政执法局",
        "东江镇综合行政执法队",
        "应于 2026-12-31 归位",
        "示执法〔2024〕9号",
    ):
        assert words in body
    assert reverse("staffing:person_move", args=[cast.zhao.pk]) in body
    assert cast.zhao.id_masked in body and cast.zhao.id_number not in body


@pytest.mark.parametrize("role", ["clerk", "squad_lead", "town", "legal", "training", "leader"])
def test_others_look_but_may_not_edit(cast, role):
    body = text(page(cast, role, cast.wang))
    assert "王晓东" in body and cast.wang.id_number not in body
    assert reverse("staffing:person_move", args=[cast.wang.pk]) not in body
    assert "1982-06-15" not in body and "41–45 岁" in body


def test_out_of_reach_is_not_found(cast):
    assert page(cast, "squad_lead", cast.sun).status_code == 404
    assert page(cast, "squad_lead", cast.sun).content == page(cast, "squad_lead", cast.sun).content
    assert cast.client("squad_lead").get(reverse("staffing:person", args=[999999])).status_code == 404


def test_posted_people_are_seen_where_they_work(cast):
    assert page(cast, "squad_lead", cast.zhao).status_code == 200
    assert page(cast, "squad_lead", cast.zhao, as_of="2024-12-31").status_code == 404


def test_roles_without_business_data_are_refused(cast):
    for role in ("editor", "system", "security", "auditor", "officer"):
        assert page(cast, role, cast.wang).status_code == 403


def test_time_travel_shows_the_day_and_not_what_came_later(cast):
    hr = {"actor": cast.user("hr"), "now": cast.NOW}
    before = text(page(cast, "hr", cast.zhao, as_of="2024-06-01"))
    assert "下沉" not in before and "示执法〔2024〕9号" not in before and "正在查看2024年6月1日的情况" in before
    postings.end_posting(**hr, posting=cast.posting, end=date(2026, 9, 1))
    memberships.end_membership(**hr, person=cast.zhao, end=date(2026, 10, 1), reason=EndReason.RETIRED)
    then = text(page(cast, "hr", cast.zhao, as_of="2026-08-31"))
    assert "离队" not in then.split("时间线")[1].split("基本信息")[0]
    now = text(page(cast, "hr", cast.zhao))
    assert "已于2026-10-01离开示例县综合行政执法局（退休）" in now
    assert reverse("staffing:person_restore", args=[cast.zhao.pk]) in now


def test_a_bad_date_is_not_found(cast):
    assert page(cast, "hr", cast.zhao, as_of="2024-13-01").status_code == 404


def test_withdrawn_and_planned_records_are_told_apart(cast):
    hr = {"actor": cast.user("hr"), "now": cast.NOW}
    postings.withdraw_posting(**hr, posting=cast.posting, reason="登记错误")
    postings.open_posting(
        **hr,
        person=cast.zhao,
        kind=PostingKind.STATION,
        start=date(2026, 12, 1),
        to_unit=cast.west,
        doc_no="示执法〔2026〕8号",
    )
    body = text(page(cast, "hr", cast.zhao))
    assert "line-reversed" in body and "line-planned" in body


def test_hours_of_the_year_with_their_ledger(cast):
    training = {"actor": cast.user("training"), "now": cast.NOW}
    entry = hours.credit_hours(
        **training, person=cast.wang, kind="lecture", hours="8", earned_on=date(2026, 5, 8), title="大讲堂第八讲"
    )
    hours.credit_hours(
        **training, person=cast.wang, kind="online", hours="2.5", earned_on=date(2026, 6, 8), title="线上课"
    )
    body = text(page(cast, "training", cast.wang))
    assert "计入 10.5，应学 60，还差 49.5 学时" in body
    assert reverse("staffing:hours_reverse", args=[entry.pk]) in body
    hours.reverse_hours(**training, credit=entry, reason="重复登记")
    body = text(page(cast, "training", cast.wang))
    assert "计入 2.5，应学 60" in body and "<s>大讲堂第八讲</s>" in body


def test_reviewer_without_qualification_is_flagged(cast):
    assert "未取得" not in text(page(cast, "legal", cast.zhou))
    from staffing.actions import qualifications

    qualifications.assign_reviewer(
        actor=cast.user("legal"), now=cast.NOW, person=cast.wang, start=date(2026, 2, 1), full_time=True
    )
    assert "未取得法律职业资格" in text(page(cast, "legal", cast.wang))


def test_own_page_is_the_officers_alone(cast):
    client = cast.client("officer")
    answer = client.get(reverse("staffing:own"))
    body = text(answer)
    assert answer.status_code == 200 and "王晓东" in body
    assert reverse("staffing:person_edit", args=[cast.wang.pk]) not in body and "查看完整号码" not in body
    assert cast.client("hr").get(reverse("staffing:own")).status_code == 403
    cast.wang.user = None
    cast.wang.save(update_fields=["user"])
    assert "还没有对应的人员档案" in text(client.get(reverse("staffing:own")))


def test_reveal_needs_role_reason_and_leaves_a_trace(cast):
    address = reverse("staffing:person_reveal", args=[cast.wang.pk])
    for role in ("squad_lead", "legal", "leader", "clerk"):
        assert cast.client(role).post(address, {"reason": "看看"}).status_code == 403
    hr = cast.client("hr")
    refused = hr.post(address, {"reason": ""})
    assert refused.status_code == 422 and cast.wang.id_number not in text(refused)
    assert not AuditEvent.objects.filter(action="person.revealed").exists()
    shown = hr.post(address, {"reason": "办理换证"}, headers={"HX-Request": "true"})
    assert cast.wang.id_number in text(shown) and "no-store" in shown["Cache-Control"]
    assert AuditEvent.objects.filter(action="person.revealed", object_id=str(cast.wang.pk)).count() == 1
    assert cast.wang.id_number not in text(hr.get(address))


def test_clerk_reveals_mobiles_of_the_own_squad_only(cast):
    for person in (cast.wang, cast.sun):
        person.mobile, person.mobile_masked = "13800001234", "138****1234"
        person.save()
    clerk = cast.client("clerk")
    shown = clerk.post(reverse("staffing:mobile_reveal", args=[cast.wang.pk]), {"reason": "通知开会"})
    assert "13800001234" in text(shown)
    assert clerk.post(reverse("staffing:mobile_reveal", args=[cast.sun.pk]), {"reason": "通知开会"}).status_code == 404


def test_leave_kind_is_private(cast):
    from staffing.actions import leave

    leave.record_leave(actor=cast.user("hr"), now=cast.NOW, person=cast.wang, kind="maternity", start=date(2026, 10, 1))
    assert "产假" in text(page(cast, "hr", cast.wang))
    assert "产假" not in text(page(cast, "leader", cast.wang))
    assert "请假" in text(page(cast, "leader", cast.wang))


@pytest.mark.parametrize(("role", "budget"), [("hr", 20), ("squad_lead", 18), ("hr-east", 20)])
def test_query_budget_does_not_grow_with_the_ledger(cast, role, budget, django_assert_max_num_queries):
    cast.accounts["hr-east"] = cast.account("hr-east", "hr", cast.east_town)
    for day in range(1, 25):
        hours.credit_hours(
            actor=None,
            now=cast.NOW,
            person=cast.wang,
            kind="online",
            hours="1",
            earned_on=date(2026, 3, day),
            title=f"{day}",
        )
    client = cast.client(role)
    with django_assert_max_num_queries(budget):
        assert client.get(reverse("staffing:person", args=[cast.wang.pk])).status_code == 200


def test_history_names_what_was_changed_but_not_the_values(cast):
    from staffing.actions import people

    people.correct_person(
        actor=cast.user("hr"), now=cast.NOW, person=cast.wang, education="大学专科", mobile="13900001111"
    )
    body = text(page(cast, "hr", cast.wang))
    history = body[body.index('id="history"') :]
    assert "修改人员信息" in history and "最高学历" in history and "13900001111" not in history
    assert 'id="history"' not in text(page(cast, "leader", cast.wang))
