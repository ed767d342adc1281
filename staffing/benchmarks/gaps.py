"""How quick the figures are: the gap page, a list behind a number, and ``gaps --json`` over many people.

``--size`` people, ten hour entries each (three years), 400 units, postings, certificates, leave.
"""

from __future__ import annotations

import io
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from portal.models import Grant, Role, User
from staffing.benchmarks import seconds
from staffing.models import (
    EmpowerMode,
    HourCredit,
    Leave,
    Membership,
    Person,
    Policy,
    Posting,
    Qualification,
    QualificationStatus,
    Unit,
    UnitKind,
)
from staffing.queries import facts

DAY = date(2026, 10, 20)
TOWNS = 190
DEPARTMENTS = 17
ROUNDS = 40
BATCH = 5000
EDUCATION = ("大学本科", "大学专科", "高中", "中专", "硕士研究生", "")


def days_after(first: date, chance: random.Random, span: int) -> date:
    return first + timedelta(days=chance.randrange(span))


def _units() -> tuple[list[Unit], list[Unit]]:
    """400 units: (where posts are, squads)."""
    county = Unit.add_root(code="bench", name="测速县", kind=UnitKind.COUNTY)
    bureau = county.add_child(code="bench-zfj", name="测速县综合行政执法局", kind=UnitKind.BUREAU)
    homes, squads = [bureau], []
    for number in range(DEPARTMENTS):
        name = f"测速县第{number + 1}执法部门"
        homes.append(county.add_child(code=f"bench-d{number}", name=name, kind=UnitKind.DEPARTMENT))
    for number in range(TOWNS):
        mode = EmpowerMode.EMPOWERED if number % 5 < 2 else EmpowerMode.RADIATED
        name = f"测速{number}镇"
        town = county.add_child(code=f"bench-t{number}", name=name, kind=UnitKind.TOWN, empower_mode=mode)
        squads.append(town.add_child(code=f"bench-s{number}", name=f"{name}综合行政执法队", kind=UnitKind.SQUAD))
    bureau = Unit.objects.get(pk=bureau.pk)
    for _ in range(400 - Unit.objects.count()):
        homes.append(bureau.add_child(code=f"bench-o{len(homes)}", name=f"第{len(homes)}科", kind=UnitKind.OFFICE))
    return homes, squads


def _person(number: int, chance: random.Random) -> Person:
    return Person(
        staff_no=f"B{number:07d}",
        name=f"测速{number}",
        gender="男" if chance.random() < 0.78 else "女",
        birth_date=days_after(date(1966, 1, 1), chance, 13000),
        first_education=chance.choice(EDUCATION),
        education=chance.choice(EDUCATION),
        political_status=chance.choice(("中共党员", "群众")),
        is_law_major=chance.random() < 0.1,
    )


def fill(size: int, seed: int = 7) -> None:
    """An invented county of the given number of people."""
    chance = random.Random(seed)  # noqa: S311
    homes, squads = _units()
    Policy.objects.create(code="bench", name="测速口径", start=date(2020, 1, 1), legal_basis="测速")
    for first in range(0, size, BATCH):
        people = [_person(number, chance) for number in range(first, min(first + BATCH, size))]
        _facts(Person.objects.bulk_create(people, batch_size=BATCH), homes, squads, chance)
    _hours(chance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _facts(people, homes, squads, chance):
    posts, postings, qualifications, leaves = [], [], [], []
    for person in people:
        native = chance.random() < 0.35
        home = chance.choice(squads) if native else homes[0] if chance.random() < 0.6 else chance.choice(homes)
        start = days_after(date(2012, 1, 1), chance, 4900)
        end = days_after(date(2025, 12, 1), chance, 300) if chance.random() < 0.03 else None
        category = "auxiliary" if chance.random() < 0.18 else "officer"
        posts.append(Membership(person=person, unit=home, start=start, end=end, category=category))
        if not native and chance.random() < 0.55:
            begin = max(start, days_after(date(2023, 1, 1), chance, 1000))
            due = days_after(date(2026, 8, 1), chance, 900)
            to = chance.choice(squads)
            postings.append(Posting(person=person, kind="down", layer="deployed", to_unit=to, start=begin, due=due))
        if chance.random() < 0.04:
            begin = max(start, days_after(date(2026, 1, 1), chance, 250))
            postings.append(Posting(person=person, kind="second", layer="away", to_text="县政府办", start=begin))
        if category == "officer":
            issued = days_after(date(2020, 6, 1), chance, 2200)
            qualifications.append(Qualification(person=person, kind="enforce", number=f"C{person.pk}", issued=issued))
            if chance.random() < 0.08:
                qualifications.append(Qualification(person=person, kind="legal", issued=issued, grade="A证"))
                if chance.random() < 0.5:
                    qualifications.append(Qualification(person=person, kind="reviewer", issued=issued))
        if chance.random() < 0.02:
            begin = days_after(date(2026, 1, 1), chance, 200)
            leaves.append(Leave(person=person, kind="maternity", start=begin, end=begin + timedelta(days=158)))
    Membership.objects.bulk_create(posts, batch_size=BATCH)
    Posting.objects.bulk_create(postings, batch_size=BATCH)
    rows = Qualification.objects.bulk_create(qualifications, batch_size=BATCH)
    statuses = [QualificationStatus(qualification=row, state="valid", start=row.issued) for row in rows]
    QualificationStatus.objects.bulk_create(statuses, batch_size=BATCH)
    Leave.objects.bulk_create(leaves, batch_size=BATCH)


def _hours(chance: random.Random) -> None:
    """Ten entries a person, on a different day for every thirtieth of the people; written by the database itself."""
    recorded = datetime(2026, 10, 1, tzinfo=UTC)
    columns = ("person_id", "kind", "hours", "earned_on", "year", "title", "source", "reason", "recorded_at")
    table = connection.ops.quote_name(HourCredit._meta.db_table)
    people = connection.ops.quote_name(Person._meta.db_table)
    statement = (
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608
        f"SELECT id, %s, %s, %s, %s, '测速', %s, '', %s FROM {people} WHERE id %% 30 = %s"
    )
    with connection.cursor() as cursor:
        for number in range(10):
            for part in range(30):
                day = days_after(date(2024, 1, 1), chance, 1020)
                kind, amount = "online" if number % 3 == 0 else "lecture", chance.choice((2, 3.5, 4, 6, 8))
                cursor.execute(statement, [kind, amount, day, day.year, f"b{number}", recorded, part])


def _line(stdout, name: str, act: Callable[[], object]) -> None:
    with CaptureQueriesContext(connection) as queries:
        act()
    asked = len(queries)  # the log is emptied by the next request
    busy = time.process_time()
    spent = sorted(seconds(act) * 1000 for _ in range(ROUNDS))
    busy = (time.process_time() - busy) * 1000 / ROUNDS
    p50, p95 = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
    took = f"p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   processor {busy:6.1f} ms"
    stdout.write(f"{name:<36} {took}   {asked:3d} queries")


def _once(stdout, name: str, act: Callable[[], object]) -> None:
    busy = time.process_time()
    spent = seconds(act)
    stdout.write(f"{name:<36} {spent:6.2f} s   processor {time.process_time() - busy:6.2f} s")


def run(size: int, stdout) -> None:
    """Fill, measure cold and warm, print."""
    stdout.write(f"filling: {size} people, {size * 10} hour entries, 400 units ({connection.vendor})")
    stdout.write(f"filled in {seconds(lambda: fill(size)):.1f} s")
    user = User.objects.create(username="bench")
    Grant.objects.create(user=user, role=Role.LEGAL, starts=datetime(2020, 1, 1, tzinfo=UTC))
    # The measured page needs no collected files, only their addresses.
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False, STORAGES=plain):
        client = Client()
        client.force_login(user, backend="portal.backends.LockoutBackend")
        _measure(client, stdout)
    stdout.write("load average " + " ".join(f"{x:.2f}" for x in os.getloadavg()) + f", {os.cpu_count()} cores")


def _measure(client, stdout):
    def page(address):
        def get():
            response = client.get(address)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answered {response.status_code}")

        return get

    def command(*extra):
        return lambda: call_command("gaps", "--json", f"--as-of={DAY}", *extra, stdout=io.StringIO())

    board, trend = f"/gaps/?as_of={DAY}", f"/gaps/trend/?as_of={DAY}"
    facts.forget()
    cache.clear()
    _once(stdout, "cold: load all facts", facts.current)
    _once(stdout, "cold: first page after that", page(board))
    _once(stdout, "cold: twelve month ends", page(trend))
    _once(stdout, "another day (time travel)", page("/gaps/?as_of=2025-03-05"))
    _line(stdout, "page /gaps/ (whole county)", page(board))
    _line(stdout, "page /gaps/ (one town)", page(f"{board}&unit=bench-t3"))
    _line(stdout, "page /units/<code>/ (one squad)", page(f"/units/bench-s3/?as_of={DAY}"))
    _line(stdout, "list behind a figure (downstream)", page(f"/gaps/people/?figure=downstream&as_of={DAY}"))
    _line(stdout, "gaps --json", command())
    _line(stdout, "gaps --json --children", command("--children"))
