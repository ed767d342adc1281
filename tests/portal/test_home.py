"""首页, 我的 and 通知."""

from django.test import Client

from portal import notices
from portal.models import HomePage, Notice
from tests.cast import NOW


def test_every_role_sees_its_home_page(cast):
    for role in cast.accounts:
        page = cast.client(role).get("/")
        assert page.status_code == 200, role
        assert "待办" in page.content.decode()
    assert Client().get("/").status_code == 302


def test_announcement_of_the_editors_is_on_the_home_page_sanitised(cast):
    page = HomePage.objects.get()
    page.announcement = "<p>11月20日系统维护</p>"
    page.save()
    assert "<p>11月20日系统维护</p>" in " ".join(cast.client("officer").get("/").content.decode().split())


def test_administrators_see_what_waits_for_them(cast):
    cast.account("bare")
    assert "1个账号还没有授权" in cast.client("system").get("/").content.decode()
    assert "审计记录链30日内没有校验过" in cast.client("auditor").get("/").content.decode()


def test_notice_reaches_once_is_counted_and_read(cast):
    hr = cast.user("hr")
    for _ in range(2):
        notices.send(recipients=[hr, hr.pk], now=NOW, key="k1", text="花名册待核12行", url="/me/")
    notices.send(recipients=[hr], now=NOW, key="k2", text="另一条")
    assert notices.unread(hr) == 2
    client = cast.client("hr")
    assert "花名册待核12行" in client.get("/").content.decode()
    first = Notice.objects.get(key="k1")
    assert client.post("/notices/read/", {"id": first.pk, "open": "1"}).url == "/me/"
    assert notices.unread(hr) == 1
    client.post("/notices/read/", {"all": "1"})
    assert notices.unread(hr) == 0
    assert "没有通知" in client.get("/notices/?state=unread").content.decode()


def test_nobody_reads_or_opens_the_notices_of_others(cast):
    notices.send(recipients=[cast.user("hr")], now=NOW, key="k", text="仅政工可见", url="/people/")
    row = Notice.objects.get()
    client = cast.client("legal")
    assert client.post("/notices/read/", {"id": row.pk, "open": "1"}).url == "/notices/"
    row.refresh_from_db()
    assert row.read_at is None and "仅政工可见" not in client.get("/notices/").content.decode()


def test_my_page_shows_my_grants_only(cast):
    page = cast.client("squad_lead").get("/me/").content.decode()
    assert "中队长" in page and cast.east.name in page and "审计管理员" not in page
