"""Signing in, lock-out, passwords, and what ends a session."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.actions import users
from portal.middleware import client_ip
from portal.models import AuditEvent, Grant, SignInFailure, User
from portal.worker import prune

PASSWORD = "Cast-2026-pass"
WRONG = "用户名或密码不正确"
LOCKED = "连续输错次数过多"


def attempt(client, username, password, ip="10.0.0.1", **data):
    return client.post("/sign-in/", {"username": username, "password": password, **data}, REMOTE_ADDR=ip)


def test_strangers_are_sent_to_sign_in_and_come_back(cast):
    client = Client()
    assert client.get("/me/").url == "/sign-in/?next=/me/"
    assert attempt(client, "hr", PASSWORD, next="/me/").url == "/me/"
    assert AuditEvent.objects.get(action="auth.signed_in").actor == cast.user("hr")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "evil", "portal:me", "/\\evil.example"]
)
def test_next_never_leaves_the_site(cast, target):
    assert attempt(Client(), "hr", PASSWORD, next=target).url == "/"


@pytest.mark.parametrize("written", ["10.1.2.3", "2001:db8::1"])
def test_the_trusted_proxy_says_who_calls(settings, rf, written):
    settings.TRUSTED_PROXIES = 1
    assert client_ip(rf.get("/", HTTP_X_FORWARDED_FOR=f"6.6.6.6, {written}", REMOTE_ADDR="10.0.0.1")) == written


@pytest.mark.parametrize("written", ["unknown", "10.1.2.3:8080", "' OR 1=1"])
def test_what_is_no_address_is_not_written_down_as_one(settings, rf, written):
    settings.TRUSTED_PROXIES = 1
    assert client_ip(rf.get("/", HTTP_X_FORWARDED_FOR=written, REMOTE_ADDR="10.0.0.1")) == "10.0.0.1"


def test_wrong_password_and_unknown_name_are_told_the_same(cast):
    known, unknown = (attempt(Client(), name, "nope").content.decode() for name in ("hr", "nobody"))
    assert WRONG in known and WRONG in unknown
    rows = list(AuditEvent.objects.filter(action="auth.refused").order_by("id"))
    assert [row.data["known"] for row in rows] == [True, False]
    assert "nobody" not in str(rows[1].data) + rows[1].object_id


@pytest.mark.parametrize("name", ["hr", "nobody"])
def test_fifth_failure_from_one_address_locks_that_pair_and_says_how_long(cast, name):
    for _ in range(4):
        assert WRONG in attempt(Client(), name, "nope").content.decode()
    page = attempt(Client(), name, "nope").content.decode()
    assert LOCKED in page and "15分钟后再试" in page
    assert LOCKED in attempt(Client(), name, PASSWORD).content.decode()


@pytest.mark.parametrize("written", ["hr", "HR", " Hr "])
def test_capitals_and_spaces_do_not_get_round_the_lock(cast, written):
    for _ in range(5):
        attempt(Client(), written, "nope")
    assert LOCKED in attempt(Client(), "hr", PASSWORD).content.decode()


def test_what_was_typed_as_a_name_is_not_kept_in_clear_nor_for_long(cast):
    attempt(Client(), "My-secret-pass", "nope")
    assert "secret" not in SignInFailure.objects.get().username.lower()
    prune(timezone.now() + timedelta(hours=25))
    assert not SignInFailure.objects.exists()


def test_lock_is_on_the_pair_not_on_the_address(cast):
    for _ in range(5):
        attempt(Client(), "hr", "nope")
    assert attempt(Client(), "legal", PASSWORD).status_code == 302
    assert attempt(Client(), "hr", PASSWORD, ip="10.0.0.2").status_code == 302


def test_twenty_failures_from_many_addresses_lock_the_name_everywhere(cast):
    for number in range(20):
        attempt(Client(), "hr", "nope", ip=f"10.0.1.{number}")
    assert LOCKED in attempt(Client(), "hr", PASSWORD, ip="10.9.9.9").content.decode()


def test_remaining_minutes_shrink_and_the_lock_ends(cast):
    for _ in range(5):
        attempt(Client(), "hr", "nope")
    SignInFailure.objects.update(at=timezone.now() - timedelta(minutes=11, seconds=30))
    assert "4分钟后再试" in attempt(Client(), "hr", PASSWORD).content.decode()
    SignInFailure.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert attempt(Client(), "hr", PASSWORD).status_code == 302


def test_a_bureau_behind_one_address_signs_in(cast):
    for number in range(30):
        attempt(Client(), f"u{number}", "nope")
    assert all(attempt(Client(), role, PASSWORD).status_code == 302 for role in cast.accounts)


def test_disabled_account_cannot_sign_in_and_loses_its_session(cast):
    client = Client()
    attempt(client, "hr", PASSWORD)
    assert client.get("/me/").status_code == 200
    users.disable_user(actor=cast.user("system"), now=timezone.now(), user=cast.user("hr"))
    assert client.get("/me/").status_code == 302
    assert WRONG in attempt(Client(), "hr", PASSWORD).content.decode()


def test_sign_out_is_a_post(cast):
    client = cast.client("hr")
    assert client.get("/sign-out/").status_code == 405 and client.get("/me/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/me/").status_code == 302
    assert AuditEvent.objects.filter(action="auth.signed_out").count() == 1


def test_changing_the_password_ends_the_other_sessions_only(cast):
    here, there = Client(), Client()
    attempt(here, "hr", PASSWORD)
    attempt(there, "hr", PASSWORD)
    assert (
        "现密码不正确"
        in here.post("/password/", {"old": "x", "new": "New-pass-2026", "again": "New-pass-2026"}).content.decode()
    )
    weak = here.post("/password/", {"old": PASSWORD, "new": "1234567890", "again": "1234567890"})
    assert weak.status_code == 200
    done = here.post("/password/", {"old": PASSWORD, "new": "New-pass-2026", "again": "New-pass-2026"})
    assert done.status_code == 302
    assert here.get("/me/").status_code == 200 and there.get("/me/").status_code == 302
    assert attempt(Client(), "hr", "New-pass-2026").status_code == 302


def test_guesses_at_the_old_password_lock_as_those_at_sign_in_do(cast):
    client = Client()
    attempt(client, "hr", PASSWORD)

    def change(old, ip="10.0.0.1"):
        data = {"old": old, "new": "New-pass-2026", "again": "New-pass-2026"}
        return client.post("/password/", data, REMOTE_ADDR=ip)

    for _ in range(4):
        assert "现密码不正确" in change("nope").content.decode()
    assert LOCKED in change("nope").content.decode()
    assert LOCKED in change(PASSWORD).content.decode() and LOCKED in attempt(Client(), "hr", PASSWORD).content.decode()
    # The new password gives away nothing about the one in use, either.
    told = client.post("/password/", {"old": "nope", "new": PASSWORD, "again": PASSWORD}).content.decode()
    assert "不能与现密码相同" not in told
    assert change(PASSWORD, ip="10.0.0.2").status_code == 302 and not SignInFailure.objects.exists()


def test_the_new_password_must_differ(cast):
    client = Client()
    attempt(client, "hr", PASSWORD)
    told = client.post("/password/", {"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}).content.decode()
    assert "不能与现密码相同" in told


def test_temporary_password_must_be_changed_before_anything_else(cast):
    User.objects.filter(username="hr").update(must_change_password=True)
    client = Client()
    attempt(client, "hr", PASSWORD)
    for path in ("/", "/me/", "/notices/"):
        assert client.get(path).url == "/password/"
    assert "临时密码" in client.get("/password/").content.decode()
    client.post("/password/", {"old": PASSWORD, "new": "New-pass-2026", "again": "New-pass-2026"})
    assert client.get("/me/").status_code == 200


def test_pages_of_a_signed_in_account_are_kept_nowhere(cast):
    assert "no-store" in cast.client("hr").get("/me/").headers["Cache-Control"]


def test_account_without_grants_is_told_what_to_do(cast):
    Grant.objects.filter(user=cast.user("hr")).delete()
    assert "还没有授权" in cast.client("hr").get("/").content.decode()


def test_language_and_large_text_are_remembered_with_the_account(cast):
    client = cast.client("hr")
    assert client.get("/language/").status_code == 405
    client.post("/language/", {"language": "en", "next": "/me/"})
    client.post("/large-text/", {"next": "/me/"})
    user = User.objects.get(username="hr")
    assert (user.language, user.large_text) == ("en", True)
    page = cast.client("hr").get("/me/").content.decode()
    assert '<html lang="en" class="large"' in page
    client.post("/language/", {"language": "xx"})
    client.post("/large-text/", {"on": "0"})
    user.refresh_from_db()
    assert (user.language, user.large_text) == ("en", False)


def test_stranger_may_choose_both_for_the_sign_in_page(db):
    client = Client()
    client.post("/large-text/", {"next": "/sign-in/"})
    client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert '<html lang="en" class="large"' in client.get("/sign-in/").content.decode()


def test_a_stranger_finds_the_verification_of_certificates(db):
    assert 'href="/verify/"' in Client().get("/sign-in/").content.decode()
