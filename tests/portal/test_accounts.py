"""Accounts and grants: what the administrators may do, what they may not, and that each act leaves an audit row."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from portal import audit
from portal.access import Access
from portal.actions import grants, users
from portal.actions.errors import Refused
from portal.models import AuditEvent, Grant, Role, User
from tests.cast import NOW


def actions_of(obj):
    return list(
        AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))
        .order_by("id")
        .values_list("action", flat=True)
    )


def test_new_account_gets_a_password_shown_once(cast):
    client = cast.client("system")
    page = client.post("/admin/users/new/", {"username": "xin", "name": "新同志", "email": ""}).content.decode()
    shown = re.search(r"<code[^>]*>([^<]{14})</code>", page).group(1)
    user = User.objects.get(username="xin")
    assert user.check_password(shown) and user.must_change_password
    assert shown not in client.get(f"/admin/users/{user.pk}/").content.decode()
    assert shown not in str(list(AuditEvent.objects.values_list("data", flat=True)))
    assert actions_of(user) == ["user.created"]


def test_user_name_is_unique_without_case(cast):
    page = cast.client("system").post("/admin/users/new/", {"username": "HR", "name": "重名"}).content.decode()
    assert "已有人使用" in page and User.objects.filter(username__iexact="hr").count() == 1


def test_reset_lets_in_with_the_new_password_only_and_lifts_the_lock(cast):
    page = cast.client("system").post(f"/admin/users/{cast.user('hr').pk}/reset/").content.decode()
    shown = re.search(r"<code[^>]*>([^<]{14})</code>", page).group(1)
    assert Client().post("/sign-in/", {"username": "hr", "password": shown}).status_code == 302
    assert Client().post("/sign-in/", {"username": "hr", "password": "Cast-2026-pass"}).status_code == 200


def test_disable_and_enable_twice_write_one_row_each(cast):
    hr, system = cast.user("hr"), cast.user("system")
    for _ in range(2):
        users.disable_user(actor=system, now=NOW, user=hr)
    for _ in range(2):
        users.enable_user(actor=system, now=NOW, user=hr)
    assert actions_of(hr) == ["user.disabled", "user.enabled"]


def test_nobody_disables_or_resets_themselves_or_the_last_administrator(cast):
    system = cast.user("system")
    with pytest.raises(Refused):
        users.disable_user(actor=system, now=NOW, user=system)
    with pytest.raises(Refused):
        users.reset_password(actor=system, now=NOW, user=system)
    with pytest.raises(Refused, match="最后一个"):
        users.disable_user(actor=system, now=NOW, user=cast.user("security"))
    with pytest.raises(Refused, match="最后一个"):
        grants.end_grant(actor=cast.user("security"), now=NOW, grant=Grant.objects.get(role=Role.SECURITY))
    page = cast.client("system").post(f"/admin/users/{system.pk}/disable/", follow=True).content.decode()
    assert "不能停用自己的账号" in page


def give(cast, user, role, **kwargs):
    return grants.give_grant(actor=cast.user("security"), now=NOW, user=user, role=role, **kwargs)


def test_grant_opens_the_subtree_for_its_time_only(cast):
    user = cast.account("newcomer")
    give(cast, user, Role.SQUAD_LEAD, unit=cast.east, ends=NOW + timedelta(days=30))
    scope = Access(user, NOW).scope("people.view")
    assert scope.covers(cast.east.path) and not scope.covers(cast.west.path)
    assert not Access(user, NOW + timedelta(days=30)).scope("people.view")
    assert not Access(user, NOW - timedelta(seconds=1)).scope("people.view")


def test_giving_twice_gives_one_grant_and_ending_twice_one_end(cast):
    user = cast.account("newcomer")
    first, second = (give(cast, user, Role.HR) for _ in range(2))
    assert first.pk == second.pk
    for _ in range(2):
        grants.end_grant(actor=cast.user("security"), now=NOW + timedelta(days=1), grant=first)
    assert actions_of(first) == ["grant.given", "grant.ended"]


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.SECURITY, Role.AUDITOR])
def test_three_administrators_are_three_accounts(cast, role):
    for other in {Role.SYSTEM, Role.SECURITY, Role.AUDITOR} - {role}:
        user = cast.account(f"one-{role}-{other}", str(other))
        with pytest.raises(Refused, match="不同账号"):
            give(cast, user, role)
    with pytest.raises(Refused, match="全部单位"):
        give(cast, cast.account("narrow"), role, unit=cast.east)


def test_administrator_roles_may_follow_each_other(cast):
    user = cast.account("former")
    give(cast, user, Role.SYSTEM, ends=NOW + timedelta(days=10))
    give(cast, user, Role.AUDITOR, starts=NOW + timedelta(days=10))
    with pytest.raises(Refused):
        give(cast, user, Role.SECURITY, starts=NOW + timedelta(days=9))


def test_nobody_gives_themselves_a_role(cast):
    with pytest.raises(Refused, match="给自己授权"):
        give(cast, cast.user("security"), Role.HR)


def test_planned_grant_taken_back_never_held(cast):
    user = cast.account("newcomer")
    grant = give(cast, user, Role.HR, starts=NOW + timedelta(days=5))
    grants.end_grant(actor=cast.user("security"), now=NOW, grant=grant)
    assert not any(Access(user, NOW + timedelta(days=day)).can("people.edit") for day in range(9))


def test_security_gives_and_ends_on_the_pages(cast):
    client, user = cast.client("security"), cast.account("newcomer")
    data = {"user": user.pk, "role": "legal", "unit": cast.east_town.pk, "reason": "调任", "ends": "2027-01-01"}
    assert client.post("/admin/grants/new/", data).url == "/admin/grants/"
    grant = Grant.objects.get(user=user)
    assert grant.unit == cast.east_town and grant.given_by == cast.user("security")
    assert AuditEvent.objects.get(action="grant.given").data["reason"] == "调任"
    refused = client.post("/admin/grants/new/", {"user": cast.user("system").pk, "role": "auditor", "reason": "x"})
    assert "须由不同账号担任" in refused.content.decode()
    assert client.post(f"/admin/grants/{grant.pk}/end/", {"reason": ""}).status_code == 200
    assert client.post(f"/admin/grants/{grant.pk}/end/", {"reason": "期满"}).status_code == 302
    assert "已收回测试newcomer" in client.get("/admin/grants/").content.decode()
    assert "newcomer" not in client.get("/admin/grants/").content.decode()
    assert "newcomer" in client.get("/admin/grants/?state=over").content.decode()


def test_lists_cost_the_same_at_ten_times_the_rows(cast, django_assert_max_num_queries):
    for number in range(60):
        cast.account(f"many{number:02d}", "hr")
    for role, path in {
        "system": "/admin/users/",
        "security": "/admin/grants/?state=all",
        "auditor": "/admin/audit/",
    }.items():
        client = cast.client(role)
        client.get(path)
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code == 200


# --- audit trail ------------------------------------------------------------------------------------------------------


def test_auditor_filters_by_actor_action_object_and_day(cast):
    users.disable_user(actor=cast.user("system"), now=NOW, user=cast.user("leader"))
    give(cast, cast.user("legal"), Role.LEADER)
    client = cast.client("auditor")

    def found(**query):
        page = client.get("/admin/audit/", query).content.decode()
        body = page[page.find("<tbody>") : page.find("</tbody>")] if "<tbody>" in page else ""
        return ("停用账号" in body, "授权" in body)

    assert found() == (True, True)
    assert found(q="system") == (True, False)
    assert found(action="grant.given") == (False, True)
    assert found(object_type="portal.user", object_id=str(cast.user("leader").pk)) == (True, False)
    assert found(since="2026-11-02", until="2026-11-02") == (True, True)
    assert found(since="2026-11-03") == (False, False)
    assert found(since="gestern") == (True, True)


def test_auditor_reads_changes_in_words(cast):
    users.change_user(actor=cast.user("system"), now=NOW, user=cast.user("leader"), name="新名字")
    give(cast, cast.user("legal"), Role.LEADER, reason="调任")
    page = cast.client("auditor").get("/admin/audit/").content.decode()
    assert "<dt>字段</dt><dd>姓名</dd>" in page
    assert "<dt>角色</dt><dd>局领导</dd>" in page and "<dt>事由</dt><dd>调任</dd>" in page


def test_auditor_proves_the_chain_by_a_button(cast, django_capture_on_commit_callbacks):
    client = cast.client("auditor")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/admin/audit/verify/")
    assert "连续、未被改动" in client.get(answer.url).content.decode()
    assert AuditEvent.objects.get(action="audit.verified").data["ok"] is True


def test_broken_chain_is_reported_with_its_place(cast, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(audit, "verify", lambda: audit.Verdict(6, 7, "altered"))
    client = cast.client("auditor")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/admin/audit/verify/")
    assert "自第7条起不连续" in client.get(answer.url).content.decode()
