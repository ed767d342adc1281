"""How quick the people list is with many people: page, filters, search, sorting, last page, and the export's rows."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from portal import crypto
from portal.models import Grant, Role, User
from staffing.actions import exports
from staffing.benchmarks import seconds
from staffing.models import (
    Membership,
    Person,
    Posting,
    PostingKind,
    Qualification,
    QualificationKind,
    QualificationStatus,
    Unit,
    UnitKind,
)
from staffing.models.postings import layer_of
from staffing.queries import people_list

DAY = date(2026, 11, 2)
TOWNS = 200
ROUNDS = 40
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆志建国文博海峰林毅晨"


def fill(size: int, seed: int = 1) -> None:
    """An invented county of ``size`` people in 2 × TOWNS units: the shape matters here, not the story."""
    chance = random.Random(seed)  # noqa: S311
    county = Unit.add_root(code="bench", name="测速县", kind=UnitKind.COUNTY)
    bureau = county.add_child(code="bench-zfj", name="测速县综合行政执法局", kind=UnitKind.BUREAU)
    squads = []
    for number in range(TOWNS):
        town = county.add_child(code=f"bench-t{number}", name=f"测速{number}镇", kind=UnitKind.TOWN)
        squads.append(
            town.add_child(code=f"bench-s{number}", name=f"测速{number}镇综合行政执法队", kind=UnitKind.SQUAD)
        )
    people = []
    for number in range(size):
        born = date(1966, 1, 1) + timedelta(days=chance.randrange(13000))
        name = chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
        people.append(
            Person(
                staff_no=f"B{number:07d}",
                name=name,
                id_index=crypto.blind_index(f"bench{number}"),
                id_masked="990***********0000",
                gender="男" if chance.random() < 0.78 else "女",
                birth_date=born,
                education=chance.choice(["大学本科", "大学专科", "高中"]),
                is_law_major=chance.random() < 0.1,
            )
        )
    people = Person.objects.bulk_create(people, batch_size=2000)
    posts, memberships, certificates = [], [], []
    for person in people:
        home = bureau if chance.random() < 0.5 else chance.choice(squads)
        start = date(2015, 1, 1) + timedelta(days=chance.randrange(3000))
        end = DAY - timedelta(days=30) if chance.random() < 0.03 else None
        category = "auxiliary" if chance.random() < 0.2 else "officer"
        memberships.append(Membership(person=person, unit=home, start=start, end=end, category=category))
        if home is bureau and chance.random() < 0.6:
            posts.append(_posting(person, PostingKind.DOWN, home, chance.choice(squads), start))
        if chance.random() < 0.04:
            posts.append(_posting(person, PostingKind.SECOND, home, None, date(2026, 3, 1), to_text="县政府办"))
        if category == "officer":
            issued = date(2020, 1, 1) + timedelta(days=chance.randrange(2400))
            certificates.append(
                Qualification(person=person, kind=QualificationKind.ENFORCE, number=f"C{person.pk}", issued=issued)
            )
    Membership.objects.bulk_create(memberships, batch_size=2000)
    Posting.objects.bulk_create(posts, batch_size=2000)
    certificates = Qualification.objects.bulk_create(certificates, batch_size=2000)
    QualificationStatus.objects.bulk_create(
        [QualificationStatus(qualification=row, state="valid", start=row.issued) for row in certificates],
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _posting(person, kind, home, to_unit, start, **fields):
    return Posting(
        person=person, kind=kind, layer=layer_of(kind), from_unit=home, to_unit=to_unit, start=start, **fields
    )


PAGES = (
    ("whole county", ""),
    ("last page", "page=9999"),
    ("by name", "sort=name"),
    ("oldest first", "sort=birth"),
    ("one squad", "unit=bench-s7"),
    ("the bureau and below", "unit=bench-zfj"),
    ("name search", "q=王伟"),
    ("auxiliaries", "category=auxiliary"),
    ("certificate in force", "cert=in_force"),
    ("certificate expiring", "cert=expiring"),
    ("certificate expired", "cert=expired"),
    ("study hours short", "hours=short"),
    ("away", "state=away"),
    ("who left", "state=left"),
    ("aged 41-45", "age=45"),
    ("five filters", "category=officer&state=posted&cert=in_force&age=45&sex=女"),
    ("three years ago", "as_of=2023-06-30"),
)


def run(size: int, stdout) -> None:
    """Fill, then ask each page first after a change of facts (cold) and ROUNDS times again (warm), and export."""
    stdout.write(f"filling: {size} people, {2 * TOWNS + 2} units ({connection.vendor})")
    stdout.write(f"filled in {seconds(lambda: fill(size)):.1f} s")
    everywhere, bureau = _account("bench", None), _account("bench-bureau", Unit.objects.get(code="bench-zfj"))
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False, STORAGES=plain):
        for who, user in (("", everywhere), ("scope bureau: ", bureau)):
            client = Client()
            client.force_login(user, backend="portal.backends.LockoutBackend")
            for label, query in PAGES if not who else PAGES[:1] + PAGES[6:7]:
                _line(stdout, who + label, client, query)
    _export(stdout, everywhere)
    stdout.write("load average " + " ".join(f"{x:.2f}" for x in os.getloadavg()) + f", {os.cpu_count()} cores")


def _account(username: str, unit: Unit | None) -> User:
    user = User.objects.create(username=username)
    Grant.objects.create(user=user, role=Role.HR, unit=unit, starts=datetime(2020, 1, 1, tzinfo=UTC))
    return user


def _line(stdout, label: str, client: Client, query: str) -> None:
    address = f"/people/?{query}" if "as_of" in query else f"/people/?as_of={DAY}&{query}"

    def get():
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")

    people_list.forget()
    cold = seconds(get) * 1000
    with CaptureQueriesContext(connection) as queries:
        get()
        asked = len(queries)
    began = time.process_time()
    spent = sorted(seconds(get) * 1000 for _ in range(ROUNDS))
    busy = (time.process_time() - began) * 1000 / ROUNDS
    p50, p95 = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
    # Processor time beside the clock's: on a machine that does other things too, the clock tells their story.
    stdout.write(
        f"{label:<30} first {cold:7.1f} ms   p50 {p50:6.1f}   p95 {p95:6.1f}   cpu {busy:5.1f} ms   {asked:3d} queries"
    )


def _export(stdout, user: User) -> None:
    made = []
    wanted = exports.Wanted(as_of=DAY.isoformat())
    spent = seconds(lambda: made.append(exports.make_export(actor=user, now=timezone.now(), wanted=wanted)))
    stdout.write(f"export of {made[0].rows} people to .xlsx: {spent:.1f} s")
