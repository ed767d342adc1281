"""An invented sitting for measurements: a bank, a 50-question paper, any number of candidates already signed in."""

from __future__ import annotations

import random
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django.utils.crypto import get_random_string

from exams.actions.papers import freeze
from exams.models import (
    AnswerForm,
    Bank,
    Entry,
    Paper,
    PaperSection,
    Question,
    QuestionKey,
    QuestionKind,
    QuestionState,
    QuestionVersion,
    Registration,
    Sitting,
    SittingPaper,
    Topic,
)
from portal import crypto
from portal.models import Grant, Role, User
from staffing.models import Person, Unit, UnitKind

# Questions in the bank and in a paper, by kind; marks sum to 100.
POOL = {QuestionKind.SINGLE: 140, QuestionKind.MULTIPLE: 70, QuestionKind.JUDGE: 70}
PAPER = {QuestionKind.SINGLE: (25, 2), QuestionKind.MULTIPLE: (10, 3), QuestionKind.JUDGE: (15, "1.3")}
WORDS = "行政机关作出处罚决定之前应当告知当事人拟作出的内容及事实理由依据并听取陈述和申辩不得因此加重"


def bank(seed: int = 7) -> Bank:
    """A bank with questions of usual length, active."""
    chance, now = random.Random(seed), timezone.now()  # noqa: S311
    made = Bank.objects.create(code="bench", name="测速题库", exam_only=True)
    topic = Topic.add_root(name="测速知识点")
    kinds = [kind for kind, count in POOL.items() for _n in range(count)]
    questions = Question.objects.bulk_create(
        [
            Question(bank=made, number=n, state=QuestionState.ACTIVE, fingerprint=f"bench{n}", reviewed_at=now)
            for n, _kind in enumerate(kinds, 1)
        ]
    )

    def text(length):
        return "".join(chance.choice(WORDS) for _n in range(length))

    def options(kind):
        if kind == QuestionKind.JUDGE:
            return [{"key": "A", "text": "正确"}, {"key": "B", "text": "错误"}]
        return [{"key": key, "text": text(18)} for key in "ABCD"]

    versions = QuestionVersion.objects.bulk_create(
        [
            QuestionVersion(
                question=question,
                number=1,
                kind=kind,
                form=AnswerForm(str(kind)),
                stem=text(60),
                options=options(kind),
                topic=topic,
                made_at=now,
            )
            for question, kind in zip(questions, kinds)
        ]
    )
    QuestionKey.objects.bulk_create([QuestionKey(version=version, answer=["A"]) for version in versions])
    for question, version in zip(questions, versions):
        question.current = version
    Question.objects.bulk_update(questions, ["current"], batch_size=100)
    return made


def paper(source: Bank) -> Paper:
    """A ready blueprint of 50 questions."""
    made = Paper.objects.create(
        code="bench", title="测速卷", state=Paper.State.READY, minutes=120, made_at=timezone.now()
    )
    made.banks.add(source)
    for position, (kind, (count, marks)) in enumerate(PAPER.items(), 1):
        PaperSection.objects.create(
            paper=made, position=position, title=kind.label, kind=kind, count=count, marks=marks
        )
    return made


def sitting(code: str, of: Paper) -> Sitting:
    """An open sitting that lasts the day."""
    now = timezone.now()
    unit = Unit.objects.filter(code="bench").first() or Unit.add_root(code="bench", name="测速县", kind=UnitKind.COUNTY)
    made = Sitting.objects.create(
        code=code,
        title="测速考试",
        unit=unit,
        state=Sitting.State.OPEN,
        opens_at=now - timedelta(minutes=1),
        closes_at=now + timedelta(hours=12),
        late_minutes=600,
        earliest_minutes=0,
        made_at=now,
    )
    SittingPaper.objects.create(
        sitting=made, position=1, title="测速卷", paper=of, frozen=freeze(actor=None, now=now, paper=of), minutes=120
    )
    return made


def candidates(of: Sitting, size: int) -> list[dict]:
    """``size`` officers registered, entered and signed in: [{"user", "session"}] in order."""
    now, first = timezone.now(), Person.objects.count()
    part = of.papers.get()
    users = User.objects.bulk_create(
        [
            User(username=f"bench{n}", name=f"考生{n}", password=f"!{get_random_string(40)}")
            for n in range(first, first + size)
        ],
        batch_size=500,
    )
    Grant.objects.bulk_create(
        [Grant(user=user, role=Role.OFFICER, unit=of.unit, starts=now - timedelta(days=9)) for user in users],
        batch_size=500,
    )
    people = Person.objects.bulk_create(
        [
            Person(
                staff_no=f"B{user.username[5:]:0>6}",
                name=user.name,
                user=user,
                id_index=crypto.blind_index(user.username),
                id_masked="990***********0000",
                gender="男",
            )
            for user in users
        ],
        batch_size=500,
    )
    registrations = Registration.objects.bulk_create(
        [
            Registration(
                sitting=of,
                person=person,
                unit=of.unit,
                way=Registration.Way.UNIT,
                state=Registration.State.APPROVED,
                made_at=now,
            )
            for person in people
        ],
        batch_size=500,
    )
    Entry.objects.bulk_create([Entry(registration=row, paper=part) for row in registrations], batch_size=500)
    sessions = [session_of(user, now) for user in users]
    Session.objects.bulk_create(sessions, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [{"user": user.pk, "session": session.session_key} for user, session in zip(users, sessions)]


def session_of(user: User, now) -> Session:
    """What signing in leaves behind, without its 50 ms of Argon2 each."""
    store = import_module(settings.SESSION_ENGINE).SessionStore(
        get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789")
    )
    data = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    return Session(
        session_key=store.session_key, session_data=store.encode(data), expire_date=now + timedelta(hours=12)
    )
