"""An open sitting with candidates under way, for the tests of taking, closing and conduct."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import timedelta

from django.conf import settings
from django.test import Client

from exams.actions import taking
from exams.delivery import memory, tokens
from exams.models import Entry, FrozenPaper, Paper, Registration, Sitting
from tests.cast import NOW
from tests.exams.made import ExamCast

# Item index in the layout of the fixed paper (nothing is shuffled): stem.
ITEMS = (("单选1", "20"), ("多选1", "20"), ("判断1", "20"), ("填空1", "10"), ("案例1甲", "10"), ("案例1乙", "20"))
SINGLE, MULTIPLE, JUDGE, BLANK, CASE, WRITTEN = range(6)


class OpenSitting(ExamCast):
    """ExamCast with ``live``, an open sitting from an hour before NOW to six after; nobody is late."""

    def __init__(self, cast, **fields):
        super().__init__(cast)
        memory.forget()
        values = {
            "state": Sitting.State.OPEN,
            "opens_at": NOW - timedelta(hours=1),
            "closes_at": NOW + timedelta(hours=6),
            "late_minutes": 600,
            **fields,
        }
        self.live = self.make_sitting("live", "秋季执法资格考试", self.paper, **values)
        self.part = self.live.papers.get()
        self.part.frozen = self.freeze()
        self.part.save()
        self.count = 200

    def freeze(self, *, shuffle=False) -> FrozenPaper:
        pool = []
        for stem, _marks in ITEMS:
            version = self.questions[stem].current
            keys = [option["key"] for option in version.options]
            item = {"v": version.pk, "t": version.topic_id, "d": version.difficulty, "c": version.case_code}
            pool.append(item | {"f": version.form, "o": keys, "b": version.blanks})
        sections = [
            {"title": f"第{n}部分", "kind": "single", "marks": marks, "count": 1, "quotas": [], "pool": [item]}
            for n, (item, (_stem, marks)) in enumerate(zip(pool, ITEMS), 1)
        ]
        body = {"title": self.paper.title, "mode": Paper.Mode.FIXED, "multiple_policy": "all", "pass_mark": "60"}
        body |= {"total": "100", "minutes": 60, "shuffle_items": shuffle, "shuffle_options": shuffle}
        body |= {"sections": sections}
        sha256 = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        return FrozenPaper.objects.create(paper=self.paper, body=body, sha256=sha256, frozen_at=NOW)

    def newcomer(self, name=""):
        """A candidate with an account and an entry, not started."""
        self.count += 1
        person = self.candidate(name or f"考生{self.count}", self.count, sitting=self.live)
        Entry.objects.create(registration=Registration.objects.get(person=person, sitting=self.live), paper=self.part)
        return person

    def started(self, *, now=NOW, person=None, **fields):
        """The attempt of a new candidate (or of ``person``), just begun."""
        person = person or self.newcomer()
        return taking.start(actor=person.user, now=now, sitting=self.live, position=1, **fields)


def option(attempt, item, *keys) -> list[str]:
    return [tokens.token(attempt.secret, item, key) for key in keys]


def answer(attempt, item, given, seq, *, flag=False, key=None) -> dict:
    """An answer as the page sends it; option keys as a string ("AC"), a list for blanks, text for written ones."""
    value = given if item == WRITTEN or isinstance(given, list) else option(attempt, item, *given)
    return {"n": item, "seq": seq, "key": str(key or uuid.uuid4()), "a": value, "f": flag}


def save(attempt, *answers, now=NOW, lease=None, **fields):
    return taking.save(
        user_id=attempt.user_id,
        attempt_id=attempt.pk,
        lease=lease or attempt.lease,
        answers=list(answers),
        now=now,
        **fields,
    )


def hand_in(attempt, *answers, now=NOW, lease=None):
    return taking.hand_in(
        actor=attempt.user, attempt_id=attempt.pk, lease=lease or attempt.lease, answers=list(answers), now=now
    )


def client_of(person) -> Client:
    client = Client(headers={"accept": "application/json"})
    client.force_login(person.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client
