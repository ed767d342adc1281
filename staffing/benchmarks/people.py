"""How quick the people list is with many people: page, filters, search, sorting, last page, and the export's rows."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection

from portal import crypto
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

DAY = date(2026, 11, 2)
TOWNS = 200
ROUNDS = 15
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


def _timed(act: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        spent.append((time.perf_counter() - began) * 1000)
    return sorted(spent)
