"""The frame: contributed entries and panels, what is current, and no query for strangers."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from wagtail import hooks

from portal import shell
from portal.models.grants import Role
from portal.shell import HomeItem, HomePanel, MenuEntry


@pytest.fixture
def contributed():
    """Only these contributions, whatever apps are installed."""
    kept = {name: hooks._hooks.get(name) for name in ("portal_menu_entries", "portal_home_panels")}
    hooks.get_hooks("portal_menu_entries")
    for name in kept:
        hooks._hooks[name] = []
    yield hooks.register
    for name, registered in kept.items():
        hooks._hooks[name] = registered or []


def get(path="/gaps/?unit=dj&as_of=2022-10-10&x=1"):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


GAPS = MenuEntry("gaps", "缺口", "/gaps/", "chart-bar", 20, True, prefixes=("/units/",))
PEOPLE = MenuEntry("people", "队伍", "/people/", "users", 10, True)
POSTINGS = MenuEntry("postings", "归位", "/people/postings/", "route", 15)


def test_menu_is_home_then_contributions_by_order(contributed):
    contributed("portal_menu_entries", lambda request: [GAPS, PEOPLE])
    assert [e.key for e in shell.menu_for(get())] == ["home", "people", "gaps"]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/", "home"),
        ("/gaps/people/", "gaps"),
        ("/units/dj/", "gaps"),
        ("/people/postings/1/", "postings"),
        ("/me/", ""),
    ],
)
def test_current_entry_is_the_longest_that_fits(path, key):
    entries = [MenuEntry("home", "首页", "/"), GAPS, PEOPLE, POSTINGS]
    assert shell.active_key(entries, path) == key


def test_phone_bar_of_officers_and_of_everybody_else():
    entries = [MenuEntry("home", "首页", "/", phone=True), PEOPLE, POSTINGS, GAPS]
    mine = shell.phone_bar(entries, frozenset({Role.OFFICER}))
    assert mine["me"] and [e.key for e in mine["entries"]] == ["home", "people", "gaps"]
    others = shell.phone_bar(entries, frozenset({Role.HR, Role.OFFICER}))
    assert not others["me"] and [e.key for e in others["rest"]] == ["postings"]


def test_home_sorts_work_by_day_and_keeps_seven(contributed):
    items = [HomeItem(f"第{i}件", when=f"2026-11-{30 - i:02d}") for i in range(9)]
    contributed("portal_home_panels", lambda request: [HomePanel("todo", items=[*items, HomeItem("无期限")])])
    contributed(
        "portal_home_panels",
        lambda request: [HomePanel("soon", order=9, title="乙"), HomePanel("soon", order=1, title="甲")],
    )
    home = shell.home_for(get())
    assert [item.when for item in home.todo][:2] == ["2026-11-22", "2026-11-23"] and len(home.todo) == 7
    assert home.todo_more == 3 and [p.title for p in home.soon] == ["甲", "乙"] and not home.partial


def test_a_failing_panel_is_said_and_the_rest_stays(contributed, caplog):
    def broken(request):
        raise RuntimeError("no figures")

    contributed("portal_home_panels", broken)
    contributed("portal_home_panels", lambda request: [HomePanel("todo", items=[HomeItem("还在")])])
    home = shell.home_for(get())
    assert home.partial and [item.text for item in home.todo] == ["还在"] and "broken" in caplog.text


def test_strangers_cost_no_query():
    """No database fixture: a query would fail the test."""
    context = shell.context(get())
    assert list(context["menu"]) == [] and not context["notices_unread"] and not context["large_text"]
    assert str(context["as_of_query"]) == "?unit=dj&as_of=2022-10-10"
    html = render_to_string("base.html", request=get())
    assert "退出登录" not in html and 'class="skip"' in html


def test_large_text_of_a_stranger_is_the_cookie():
    request = get()
    request.COOKIES[shell.LARGE_COOKIE] = "1"
    assert '<html lang="zh-Hans" class="large">' in render_to_string("base.html", request=request)


@pytest.mark.django_db
def test_frame_of_a_signed_in_user(cast, django_assert_max_num_queries):
    request = get()
    request.user = (
        type(cast.users["hr"]).objects.get(pk=cast.users["hr"].pk) if hasattr(cast, "users") else cast.user("hr")
    )
    with django_assert_max_num_queries(4):
        html = render_to_string("base.html", request=request)
    assert "退出登录" in html and "X-CSRFToken" in html and 'class="tabs"' in html


def test_a_page_without_an_action_bar_leaves_it_empty():
    """The style sheet hides it only when nothing at all stands in it."""
    assert '<div class="action-bar"></div>' in render_to_string("base.html", request=get())
