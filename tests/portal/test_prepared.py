"""Statements compiled once say the same as the ORM, in the types of Python."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import CharField, DateTimeField, F, IntegerField
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.backends import LockoutBackend
from portal.models import Revision, User, WorkerBeat
from portal.prepared import Change, Given, Rows
from portal.sessions import SessionStore
from tests.cast import NOW

BEATS = Rows(
    lambda: WorkerBeat.objects.filter(at__gte=Given("since", DateTimeField())).order_by("at").values_list("pk", "at")
)
ADD = Change(
    lambda: (
        Revision.objects.filter(pk=Given("name", CharField())),
        {"number": F("number") + Given("by", IntegerField())},
    )
)


@pytest.fixture(autouse=True)
def _database(db):
    pass


def test_rows_come_in_python_types_whatever_is_asked_for():
    for n in range(3):
        WorkerBeat.objects.create(pk=f"w{n}", at=NOW + timedelta(seconds=n))
    for since, wanted in ((1, ["w1", "w2"]), (0, ["w0", "w1", "w2"]), (3, [])):
        rows = BEATS(since=NOW + timedelta(seconds=since))
        assert [pk for pk, _at in rows] == wanted
    assert BEATS(since=NOW)[0][1] == NOW


def test_changes_say_how_many():
    Revision.objects.create(pk="a", number=1)
    assert [ADD(name="a", by=2), ADD(name="a", by=3), ADD(name="b", by=1)] == [1, 1, 0]
    assert Revision.objects.get(pk="a").number == 6


def test_it_is_put_together_once(monkeypatch):
    BEATS(since=NOW)
    monkeypatch.setattr(BEATS, "_compile", None)
    with CaptureQueriesContext(connection) as queries:
        BEATS(since=NOW)
    assert len(queries) == 1


def test_sessions_are_django_s_own(cast):
    store = SessionStore()
    store["a"] = 1
    store.create()
    assert SessionStore(store.session_key)["a"] == 1
    Session.objects.filter(pk=store.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    late = SessionStore(store.session_key)
    assert late.get("a") is None and late.session_key is None
    assert SessionStore("x" * 32).get("a") is None


def test_the_user_of_a_session_is_whole_and_active(cast):
    user, backend = cast.user("hr"), LockoutBackend()
    found = backend.get_user(user.pk)
    assert found == user and {f.attname: getattr(found, f.attname) for f in User._meta.concrete_fields} == {
        f.attname: getattr(User.objects.get(pk=user.pk), f.attname) for f in User._meta.concrete_fields
    }
    found.name = "改名"
    found.save(update_fields=["name"])
    assert User.objects.get(pk=user.pk).name == "改名"
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert backend.get_user(user.pk) is None and backend.get_user(0) is None
