"""The take page's endpoints: their JSON, who may ask, what a save costs, and that no byte tells an answer."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams.actions import conduct
from exams.delivery import memory
from exams.models import AnswerEvent, Attempt, QuestionKey, QuestionVersion, Sitting
from portal.models import User
from tests.exams.sitting_now import (
    MULTIPLE,
    SINGLE,
    WRITTEN,
    OpenSitting,
    answer,
    client_of,
    option,
)


class Page:
    """What a take page does: one candidate's client with the lease in its session."""

    def __init__(self, room, person=None):
        self.person = person or room.newcomer()
        self.client = client_of(self.person)
        self.attempt = room.started(person=self.person, now=timezone.now())
        self.base, self.lease = f"/exams/take/{self.attempt.pk}/", str(self.attempt.lease)
        session = self.client.session
        session["exam_leases"] = {str(self.attempt.pk): self.lease}
        session.save()

    def paper(self):
        return self.client.get(self.base + "paper/")

    def post(self, what, **body):
        body = {"lease": self.lease, **body}
        return self.client.post(f"{self.base}{what}/", json.dumps(body), content_type="application/json")

    def save(self, *answers, **body):
        return self.post("save", answers=list(answers), **body)


@pytest.fixture
def room(cast):
    cast_now = OpenSitting(cast)
    # These views go by the clock on the wall.
    Sitting.objects.filter(pk=cast_now.live.pk).update(
        opens_at=timezone.now() - timedelta(hours=1),
        closes_at=timezone.now() + timedelta(hours=6),
    )
    cast_now.live.refresh_from_db()
    return cast_now


@pytest.fixture
def taker(room):
    return Page(room)


def test_the_paper_and_answers_given_before_a_reload(room, taker):
    document = taker.paper().json()
    assert document["mine"] and document["lease"] == taker.lease and document["state"] == "open"
    assert document["candidate"] == {"name": taker.person.name, "staff_no": taker.person.staff_no}
    assert 3590 < document["remaining"] <= 3600 and document["next_seq"] == 1 and document["answers"] == {}
    assert [section["count"] for section in document["sections"]] == [1] * 6
    forms = ["single", "multiple", "judge", "blank", "multiple", "written"]
    assert [item["form"] for item in document["items"]] == forms
    single, case = document["items"][SINGLE], document["items"][4]
    assert single["stem"] == "单选1" and [o["text"][-1] for o in single["options"]] == ["甲", "乙", "丙", "丁"]
    assert [o["t"] for o in single["options"]] == option(taker.attempt, SINGLE, *"ABCD")
    assert case["case"] == "c1" and case["material"].startswith("某镇协管员") and document["items"][0]["case"] == ""

    taker.save(answer(taker.attempt, MULTIPLE, "AC", 7, flag=True), answer(taker.attempt, WRITTEN, "论述", 8))
    document = taker.paper().json()
    assert document["next_seq"] == 9
    assert document["answers"] == {
        "1": {"a": option(taker.attempt, MULTIPLE, "A", "C"), "f": True, "seq": 7},
        "5": {"a": "论述", "f": False, "seq": 8},
    }


def test_another_session_sees_no_question(room, taker):
    document = client_of(taker.person).get(taker.base + "paper/").json()
    assert document["mine"] is False and document["lease"] == "" and document["items"] == []


def test_saving_says_what_is_saved_and_how_it_stands(room, taker):
    good, bad = answer(taker.attempt, SINGLE, "A", 1), answer(taker.attempt, SINGLE, "AB", 2)
    reply = taker.save(good, bad, focus=[{"seconds": 3}])
    assert reply.status_code == 200 and reply["Content-Type"] == "application/json"
    document = reply.json()
    assert document["saved"] == [good["key"]] and [r["key"] for r in document["refused"]] == [bad["key"]]
    assert set(document) == {
        "saved", "refused", "at", "state", "remaining", "extra", "earliest", "grace", "messages",
    }  # fmt: skip
    assert document["grace"] == 20 and document["messages"] == []


def test_messages_come_with_the_next_reply(room, taker, cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        conduct.send_message(actor=cast.user("invigilator"), now=timezone.now(), sitting=room.live, text="请安静")
    (message,) = taker.post("pulse").json()["messages"]
    assert message["text"] == "请安静" and set(message) == {"id", "text", "at"}
    assert taker.post("pulse", since=message["id"]).json()["messages"] == []


def test_takeover_leaves_the_old_device_without_a_lease(room, taker):
    new = client_of(taker.person)
    reply = new.post(taker.base + "takeover/", "{}", content_type="application/json")
    lease = reply.json()["lease"]
    assert new.get(taker.base + "paper/").json()["mine"] is True
    old = taker.save(answer(taker.attempt, SINGLE, "A", 1))
    assert old.status_code == 409 and old.json()["code"] == "lease" and old.json()["state"] == "open"
    assert taker.post("pulse").json()["code"] == "lease"
    taker.lease = lease
    assert taker.save(answer(taker.attempt, SINGLE, "A", 1)).status_code == 200
    form = new.post(taker.base + "takeover/", {"next": taker.base})
    assert form.status_code == 302 and form.url == taker.base
    assert new.post(taker.base + "takeover/", {"next": "//elsewhere.example/"}).status_code == 200


def test_handing_in_early_then_in_time_then_again(room, taker):
    Sitting.objects.filter(pk=room.live.pk).update(earliest_minutes=120)
    early = taker.post("hand-in", answers=[answer(taker.attempt, SINGLE, "A", 1)])
    assert early.status_code == 409 and early.json()["code"] == "early" and early.json()["earliest"] > 3500
    assert not AnswerEvent.objects.exists()
    Sitting.objects.filter(pk=room.live.pk).update(earliest_minutes=60)
    last = answer(taker.attempt, SINGLE, "A", 1)
    done = taker.post("hand-in", answers=[last])
    assert done.status_code == 200 and done.json()["state"] == "submitted" and done.json()["saved"] == [last["key"]]
    assert done.json()["url"] == taker.base and done.json()["remaining"] is None
    assert taker.post("hand-in").json()["state"] == "submitted"
    assert taker.save(answer(taker.attempt, SINGLE, "B", 2)).json()["code"] == "submitted"
    assert taker.post("pulse").json()["url"] == taker.base
    assert taker.paper().json()["items"] == []
    again = client_of(taker.person).post(taker.base + "takeover/", "{}", content_type="application/json")
    assert again.status_code == 409 and again.json()["code"] == "submitted"


def test_after_the_deadline_the_hand_in_is_done_without_the_answers(room, taker):
    taker.save(answer(taker.attempt, SINGLE, "A", 1))
    Attempt.objects.filter(pk=taker.attempt.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    assert taker.save(answer(taker.attempt, SINGLE, "B", 2)).json()["code"] == "deadline"
    late = answer(taker.attempt, SINGLE, "B", 3)
    done = taker.post("hand-in", answers=[late]).json()
    assert done["state"] == "submitted" and done["saved"] == [] and done["refused"][0]["key"] == late["key"]
    taker.attempt.refresh_from_db()
    assert taker.attempt.closed_by == "deadline" and taker.attempt.submitted_at == taker.attempt.deadline
    assert taker.attempt.answers == {"0": {"a": ["A"]}}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b'{"answers": 7}', b"\xff", b"[" * 100_000, b'{"answers": [' + b"1," * 100 + b"1]}"],
)
def test_bodies_that_make_no_sense(taker, body):
    reply = taker.client.post(taker.base + "save/", body, content_type="application/json")
    assert reply.status_code == 400 and reply.json()["code"] == "bad"


def test_odd_fields_never_break_it(taker):
    for body in (
        {"lease": None}, {"lease": 7}, {"lease": "x"}, {"lease": []}, {"since": "x"}, {"since": -1}, {"since": 10**30},
        {"focus": 7}, {"focus": [7, None, {"seconds": []}]}, {"hand_up": "yes"},
    ):  # fmt: skip
        for what in ("save", "pulse", "hand-in"):
            assert taker.post(what, **body).status_code in (200, 409), (what, body)


def test_strangers_and_the_signed_out(room, taker):
    other = Page(room)
    for what in ("save", "pulse", "hand-in", "takeover"):
        reply = other.client.post(f"{taker.base}{what}/", "{}", content_type="application/json")
        assert reply.status_code == 404 and reply.json()["code"] == "unknown"
        assert other.client.get(f"{taker.base}{what}/").status_code == 405
        signed_out = Client().post(f"{taker.base}{what}/", "{}", content_type="application/json")
        assert signed_out.status_code == 403 and signed_out.json()["code"] == "signed_out"
    assert other.client.get(taker.base + "paper/").status_code == 404
    assert other.client.get(f"/exams/take/{uuid.uuid4()}/paper/").status_code == 404
    assert Client().get(taker.base + "paper/").status_code == 302
    assert Client(headers={"accept": "application/json"}).get(taker.base + "paper/").json()["code"] == "signed_out"


def test_a_disabled_account_saves_no_more(taker):
    User.objects.filter(pk=taker.person.user_id).update(is_active=False)
    reply = taker.save(answer(taker.attempt, SINGLE, "A", 1))
    assert reply.status_code == 403 and reply.json()["code"] == "signed_out"
    assert not AnswerEvent.objects.exists()


def test_a_grant_that_ends_takes_no_answer_away(taker):
    taker.person.user.grants.all().delete()
    assert taker.save(answer(taker.attempt, SINGLE, "A", 1)).status_code == 200
    assert taker.post("hand-in").status_code in (200, 409)


def test_csrf_is_asked_for(room, taker):
    taker.client.handler.enforce_csrf_checks = True
    assert taker.save().status_code == 403


# --- what it costs ---------------------------------------------------------------------------------------------------


def counted(connection, call) -> list[str]:
    """Statements without those that begin and end transactions."""
    with CaptureQueriesContext(connection) as queries:
        assert call().status_code in (200, 302)
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [query["sql"] for query in queries if not query["sql"].startswith(control)]


def test_a_save_is_five_statements_and_six_in_a_process_that_does_not_know_the_attempt(taker, monkeypatch):
    # How often messages are asked for is a matter of seconds, not of saves.
    monkeypatch.setattr("exams.delivery.messages.FRESH_SECONDS", 600)
    taker.post("pulse")
    taker.post("pulse")
    known = counted(connection, lambda: taker.save(answer(taker.attempt, SINGLE, "A", 1)))
    assert len(known) == 5, known
    many = [answer(taker.attempt, n % 3, "A", n + 2) for n in range(100)]
    assert len(counted(connection, lambda: taker.save(*many))) == 5
    memory.forget()
    assert len(counted(connection, lambda: taker.save(answer(taker.attempt, SINGLE, "B", 500)))) == 6
    assert len(counted(connection, lambda: taker.post("pulse"))) <= 5


def test_start_and_hand_in_stay_within_their_budget(room):
    person = room.newcomer()
    client = client_of(person)
    start = counted(connection, lambda: client.post("/exams/enter/live/", {"position": "1"}))
    assert len(start) <= 15, start
    attempt = Attempt.objects.get()
    client.get(f"/exams/take/{attempt.pk}/paper/")
    body = json.dumps({"lease": str(attempt.lease), "answers": [answer(attempt, SINGLE, "A", 1)]})
    Sitting.objects.filter(pk=room.live.pk).update(earliest_minutes=0)
    done = counted(
        connection,
        lambda: client.post(f"/exams/take/{attempt.pk}/hand-in/", body, content_type="application/json"),
    )
    assert len(done) <= 15, done


# --- not one byte of an answer ---------------------------------------------------------------------------------------

PLANTED = "答案泄露标记"


def test_nothing_sent_holds_a_key_an_explanation_a_rubric_or_an_authors_mark(room, taker):
    for question in room.questions.values():
        rubric = [{"text": f"{PLANTED}要点", "marks": "987.5"}]
        QuestionKey.objects.filter(version=question.current).update(explanation=f"{PLANTED}解析", rubric=rubric)
        QuestionVersion.objects.filter(pk=question.current_id).update(
            basis=f"《{PLANTED}法》第一条", source=f"{PLANTED}来源", difficulty="hard"
        )
    # A version of an earlier test may have the same id.
    memory.forget()
    answers = [answer(taker.attempt, SINGLE, "B", 1), answer(taker.attempt, WRITTEN, "论述", 2)]
    replies = [
        taker.paper(),
        taker.save(*answers),
        taker.save(answer(taker.attempt, SINGLE, "AB", 3)),
        taker.post("pulse", hand_up=True),
        taker.paper(),
        taker.client.get(taker.base),
        taker.client.get("/exams/enter/live/"),
        client_of(taker.person).get(taker.base + "paper/"),
        taker.client.post(taker.base + "takeover/", "{}", content_type="application/json"),
        taker.post("hand-in"),
        taker.client.get(taker.base),
    ]
    words = ["参考答案", "罚金", "解析", '"hard"', '"basis"', '"v":', '"key":"A"', '"key": "A"', '"o":', "AL1"]
    secrets = [PLANTED, "987.5", *words]
    for reply in replies:
        sent = reply.content + b"\n".join(f"{k}: {v}".encode() for k, v in reply.headers.items())
        for word in secrets:
            assert word.encode() not in sent, (word, reply.request["PATH_INFO"])
            assert json.dumps(word).strip('"').encode() not in sent or word.isascii(), (
                word,
                reply.request["PATH_INFO"],
            )


def test_options_show_neither_letters_nor_the_authors_order(room):
    """Shuffled options: the tokens of one attempt say nothing about another's, nor does their order."""
    room.part.frozen = room.freeze(shuffle=True)
    room.part.save()
    takers = [Page(room) for _n in range(8)]
    orders, tokens = set(), set()
    for taker in takers:
        for item in taker.paper().json()["items"]:
            for shown in item["options"]:
                assert set(shown) == {"t", "text", "picture"}
                assert shown["t"] not in tokens
                tokens.add(shown["t"])
            if item["stem"] == "单选1":
                orders.add("".join(shown["text"][-1] for shown in item["options"]))
    assert len(orders) > 3
