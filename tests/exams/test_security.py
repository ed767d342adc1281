"""Attacks on exams that were tried, each with the guard that stops it."""

import json
import time
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from exams.actions import appeals, conduct, duties, registrations, rehearsals
from exams.formats.markup import plain_of
from exams.models import Appeal, Attempt, ConductEvent, Duty, Entry, Paper, Registration, Sitting
from portal import pdf
from portal.actions.errors import Refused
from portal.models import Grant
from tests.cast import NOW
from tests.exams.sitting_now import OpenSitting, answer, client_of, hand_in
from tests.test_access import ALL, address

Way, RState = Registration.Way, Registration.State


@pytest.fixture
def live(cast) -> OpenSitting:
    return OpenSitting(cast)


def by(actor, **given):
    return {"actor": actor, "now": NOW, **given}


# --- never a 500 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["\ud800", "\udfff甲", "k" * 50_000])
def test_half_a_character_in_an_answers_key_is_refused_not_an_error(live, key):
    attempt = live.started(now=NOW)
    Attempt.objects.update(deadline=NOW + timedelta(days=4000))
    client = client_of(attempt.entry.registration.person)
    client.raise_request_exception = False
    good = answer(attempt, 0, "A", 1)
    body = json.dumps({"lease": str(attempt.lease), "answers": [{"n": 0, "key": key}, good]})
    got = client.post(f"/exams/take/{attempt.pk}/save/", body, content_type="application/json")
    assert got.status_code == 200 and got.json()["saved"] == [good["key"]]
    assert len(got.json()["refused"]) == 1 and len(got.content) < 2000


VALUES = ("²", "9" * 30, "9" * 5000, "a\x00b")
MORE = ("-1", "１２", "0", "9999-12-31", "../../x", "[]", "NaN")
KEYS = """a act action addresses again all alt answer appeals_until as_of bank banks basis batch changed choice closed
closes_at code columns comment confirm count day decision difficulty directions drop entry_code feedback fill form format
generate group kind kinds law lease list marks minutes mode more must_hours n name newest next notes number numbers on
opens_at other page part pass_mark people person picture pk place point_1 position q query question r reason right room
rooms rows run scope_units score_0 scores seat seed seen sha source state state_now step takeover text title to topic total unit
unusable user version what with_review"""


def broken_by(live, role, values) -> list[tuple]:
    """What answered 500 to one of ``values`` under every name a form or a query string may have."""
    kinds, client, broken = hostile_samples(live.cast, live), live.cast.client(role), []
    client.raise_request_exception = False
    for route, pattern in ALL:
        path = address(route, pattern, kinds) if route.startswith(("exams/", "verify/", "laws/")) else ""
        if not path or client.get(path).status_code == 403:
            continue
        for value in values:
            for method in (client.get, client.post):
                if method(path, dict.fromkeys(KEYS.split(), value)).status_code >= 500:
                    broken.append((method.__name__, path, value[:40]))
    return broken


@pytest.mark.parametrize("role", ["exam", "officer", "clerk"])
def test_no_parameter_breaks_a_page_of_exams(live, role):
    assert not broken_by(live, role, VALUES)


@pytest.mark.full
@pytest.mark.parametrize("role", ["exam", "invigilator", "marker", "officer", "squad_lead", "legal"])
def test_no_parameter_at_all_breaks_a_page_of_exams(live, role):
    assert not broken_by(live, role, (*VALUES, *MORE))


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "1e999", "{", "[" * 20_000, '{"answers":{}}', '{"answers":[1,null,[]]}',
                                  '{"answers":[{"n":NaN,"seq":1}]}', '{"answers":[{"n":0,"seq":1.5,"key":[],"a":{}}]}',
                                  '{"lease":[],"focus":{},"since":-1,"answers":[]}', '{"since":1e400,"focus":[{"seconds":NaN}]}',
                                  '{"lease":"\\u0000","hand_up":"x","answers":[{"key":{"a":1},"n":0,"seq":1}]}'])  # fmt: skip
def test_no_body_breaks_the_take_page(live, body):
    attempt = live.started(now=NOW)
    client = client_of(attempt.entry.registration.person)
    client.raise_request_exception = False
    for name in ("save", "pulse", "hand-in", "takeover"):
        got = client.post(f"/exams/take/{attempt.pk}/{name}/", body, content_type="application/json")
        assert got.status_code in (200, 400, 409) and "no-store" in got["Cache-Control"], (name, got.status_code)
    assert client.get(f"/exams/take/{attempt.pk}/paper/")["Cache-Control"] == "no-store"


def hostile_samples(cast, live) -> dict:
    """Addresses of things that are there, by the routes of tests/test_access.py (its own ones need a fresh county)."""
    attempt = live.started(now=NOW)
    kinds = {
        "exams/sittings/": {"code": "live", "act": "close", "pk": attempt.entry.registration_id, "position": 1,
                            "version": 1, "number": 1, "room": 1, "imported": uuid.UUID(int=1)},
        "exams/papers/": {"code": "p1", "position": 1, "pk": 0},
        "exams/banks/": {"code": "law"},
        "exams/questions/": {"pk": live.questions["单选1"].pk},
        "exams/topics/": {"pk": live.hearing.pk},
        "exams/pictures/": {"token": "1-1.sample"},
        "exams/enter/": {"code": "live"},
        "exams/take/": {"pk": attempt.pk, "picture": 0},
        "exams/consoles/": {"code": "live", "pk": 0},
        "exams/marking/": {"code": "NONE2345"},
        "exams/results/": {"code": "live", "paper": 1},
        "exams/practice/": {"pk": 0, "n": 1, "code": "p1"},
        "exams/tickets/": {"pk": attempt.entry.registration_id},
        "exams/transcripts/": {"pk": attempt.entry.registration_id},
        "exams/certificates/": {"serial": "X"},
        "verify/": {"code": "X"},
        "laws/": {"pk": 0, "code": "x"},
    }  # fmt: skip
    for name in ("sites", "rooms", "appeals"):
        kinds[f"exams/{name}/"] = {"pk": 0}
    for name in ("printables", "bank-imports", "attempts", "scores", "archives"):
        kinds[f"exams/{name}/"] = {"pk": uuid.UUID(int=1)}
    Duty.objects.create(sitting=live.live, user=cast.user("invigilator"), kind=Duty.Kind.INVIGILATE)
    return kinds


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_numbers_no_table_holds_are_not_there(live, number):
    client = live.cast.client("exam")
    client.raise_request_exception = False
    for path in ("questions/{}/", "tickets/{}/", "appeals/{}/", "rooms/{}/", "sites/{}/", "topics/{}/",
                 "papers/p1/pick/{}/", "papers/p1/items/{}/", "sittings/live/batches/{}/", "sittings/live/seats/{}/",
                 "sittings/live/candidates/{}/withdraw/", "sittings/live/register/{}/", "sittings/live/challenges/{}/",
                 "sittings/live/analysis/1/{}/", "consoles/live/log/{}/clear/", "sittings/live/duties/{}/drop/"):  # fmt: skip
        assert client.post(f"/exams/{path.format(number)}").status_code in (302, 404, 405), path
        assert client.get(f"/exams/{path.format(number)}").status_code in (302, 404, 405), path


@pytest.mark.parametrize("step", ["9" * 5000, "-" + "9" * 4301, "--5", "²"])
def test_a_clock_is_not_moved_by_a_number_nobody_can_read(live, step):
    live.live.rehearsal = True
    live.live.save()
    client = live.cast.client("exam")
    client.raise_request_exception = False
    assert client.post("/exams/sittings/live/clock/", {"step": step}).status_code == 302
    live.live.refresh_from_db()
    assert live.live.clock_skew == 0 or step in ("--5", "²")


@pytest.mark.parametrize("picked", ["²", "9" * 30, "9" * 5000])
def test_picking_by_a_number_that_is_none_picks_nothing(exam, picked):
    paper = exam.make_paper("f1", "固定卷", {"single": (1, 100)}, mode=Paper.Mode.FIXED)
    Paper.objects.filter(pk=paper.pk).update(state=Paper.State.DRAFT)
    client = exam.cast.client("exam")
    client.raise_request_exception = False
    got = client.post(reverse("exams:paper_pick", args=["f1", 1]), {"question": picked})
    assert got.status_code in (302, 422) and not paper.sections.get().items.exists()


@pytest.mark.parametrize("unit", ["<a ", "<!--", "<!-- >", "<![x", "<a x='", "</", "<?"])
def test_html_made_to_be_slow_is_read_at_once(unit):
    begun = time.perf_counter()
    plain_of(unit * 20_000)
    assert time.perf_counter() - begun < 5


def test_html_keeps_what_it_said():
    found = plain_of(
        "<!doctype html><p>甲<!-- 乙 <b> --> 5 < 6，<img src='@@PLUGINFILE@@/a.png' alt='x>y'>丁</p><!-- 戊"
    )
    assert (found.text, found.names) == ("甲 5 < 6，丁", ["a.png"])


# --- who decides about oneself ----------------------------------------------------------------------------------------


def test_whom_the_office_refused_the_unit_does_not_approve(exam):
    person = exam.cast.wang
    row = exam.register(person, state=RState.REFUSED, reason="材料不实")
    exam.sitting.must_certificate = "any"
    exam.sitting.save()
    clerk = exam.cast.user("clerk")
    done = registrations.register_people(sitting=exam.sitting, people=[person], way=Way.UNIT, **by(clerk))
    row.refresh_from_db()
    assert not done.made and row.state == RState.REFUSED and "材料不实" in done.refused[person][0]
    done = registrations.register_people(sitting=exam.sitting, people=[person], way=Way.UNIT, **by(exam.office))
    assert done.made


@pytest.fixture
def watcher(live):
    """A candidate who also watches the room."""
    person = live.newcomer("监考兼考生")

    Grant.objects.create(user=person.user, role="invigilator", unit=None, starts=NOW - timedelta(days=1))
    Duty.objects.create(sitting=live.live, user=person.user, kind=Duty.Kind.INVIGILATE)
    return person


def test_nobody_gives_themselves_time(live, watcher):
    mine, other = live.started(person=watcher), live.started()
    me = by(watcher.user, reason="我要时间")
    for act in (
        lambda: conduct.extend(attempts=[mine.pk, other.pk], seconds=600, **me),
        lambda: conduct.pause(attempts=[mine], **me),
    ):
        with pytest.raises(Refused, match="本人"):
            act()
    assert conduct.extend_all(sitting=live.live, seconds=600, **me) == 1
    mine.refresh_from_db()
    assert mine.extra_seconds == 0
    Attempt.objects.filter(pk=mine.pk).update(started_at=NOW, deadline=NOW)
    hand_in(mine, now=NOW)
    with pytest.raises(Refused, match="本人"):
        conduct.reopen(attempt=mine, seconds=600, **me)
    assert conduct.reopen(attempt=mine, seconds=600, **by(live.office, reason="误交")).state == "open"


def test_nobody_takes_back_what_is_noted_about_themselves(live, watcher):
    row = Registration.objects.get(person=watcher, sitting=live.live)
    event = conduct.record(sitting=live.live, registration=row, kind="cheated", text="夹带", **by(live.office))
    with pytest.raises(Refused, match="本人"):
        conduct.clear(event=event, **by(watcher.user, reason="没有"))
    row.refresh_from_db()
    assert row.disqualified and not ConductEvent.objects.filter(kind="cleared").exists()


def test_a_candidate_does_not_watch_their_own_room(live, watcher):
    Duty.objects.all().delete()
    with pytest.raises(Refused, match="考生"):
        duties.set_duty(sitting=live.live, user=watcher.user, kind="invigilate", **by(live.office))
    Registration.objects.filter(person=watcher).update(state=RState.WITHDRAWN)
    assert duties.set_duty(sitting=live.live, user=watcher.user, kind="invigilate", **by(live.office))


def test_nobody_decides_their_own_appeal(live):
    person = live.newcomer()
    entry = Entry.objects.get(registration__person=person)
    Sitting.objects.filter(pk=live.live.pk).update(state=Sitting.State.RELEASED)
    appeal = Appeal.objects.create(entry=entry, reason="请复核", made_at=NOW)
    with pytest.raises(Refused, match="本人"):
        appeals.decide(appeal=appeal, changed=False, answer="维持原分", **by(person.user))
    appeal.refresh_from_db()
    assert appeal.state == Appeal.State.OPEN


def test_a_rehearsal_shows_a_fixed_paper_to_no_candidate_of_it(live):
    person = live.newcomer()
    Paper.objects.update(mode=Paper.Mode.FIXED)
    with pytest.raises(Refused, match=person.name):
        rehearsals.copy_rehearsal(sitting=live.live, people=[person], **by(live.office))
    Registration.objects.filter(person=person).update(state=RState.REFUSED)
    assert rehearsals.copy_rehearsal(sitting=live.live, people=[person], **by(live.office)).rehearsal


# --- right answers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["officer", "clerk", "squad_lead", "town", "hr", "legal", "training", "leader",
                                  "invigilator", "marker", "editor"])  # fmt: skip
def test_no_page_of_an_open_exam_tells_an_answer(live, role):
    kinds, client = hostile_samples(live.cast, live), live.cast.client(role)
    seen = 0
    for route, pattern in ALL:
        if not route.startswith(("exams/", "verify/", "laws/")):
            continue
        path = address(route, pattern, kinds)
        for query in ("", "?q=解析单选"):
            got = client.get(path + query)
            text = (b"".join(got.streaming_content) if got.streaming else got.content).decode("utf-8", "replace")
            assert "解析单选1" not in text and "孙某无执法资格。" not in text, path + query
            seen += got.status_code == 200
    assert seen > 3


# --- documents --------------------------------------------------------------------------------------------------------


def test_a_printed_page_opens_pictures_only():
    assert pdf.own_file("data:image/png;base64,AAAA") and pdf.own_file("data:image/jpeg;base64,AAAA")
    for uri in ("file:///etc/passwd", "/etc/passwd", "http://10.0.0.1/x.png", "data:text/html;base64,AAAA",
                "data:image/svg+xml;base64,AAAA", f"{settings.STATIC_URL}../../../etc/passwd"):  # fmt: skip
        assert pdf.own_file(uri) == "", uri
