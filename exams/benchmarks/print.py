"""How quickly tickets and certificates are drawn: one, and ``size`` of each through the job, fonts registered once."""

from __future__ import annotations

import io
import os
import time
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from pypdf import PdfReader

from exams.actions import printables
from exams.actions.printables import Wanted
from exams.models import Batch, PassCertificate, Registration, Room, Seat, Site, Sitting, SittingPaper
from exams.rules.serials import new_serial
from portal import jobs, pdf
from portal.models import Grant, Role, User
from staffing.benchmarks import seconds
from staffing.models import Person, Unit, UnitKind

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
ROWS, COLUMNS = 6, 5


def fill(size: int) -> tuple[Sitting, User]:
    """A sitting with ``size`` seated candidates who all have a certificate; everybody in it is invented."""
    office = User.objects.create(username="bench")
    Grant.objects.create(user=office, role=Role.EXAM, starts=datetime(2020, 1, 1, tzinfo=UTC))
    county = Unit.add_root(code="bench", name="测速县综合行政执法局", kind=UnitKind.BUREAU)
    squads = [
        county.add_child(code=f"bench-{n}", name=f"测速{n}镇综合行政执法队", kind=UnitKind.SQUAD) for n in range(20)
    ]
    sitting = Sitting.objects.create(
        code="bench",
        title="2026年行政执法资格考试",
        unit=county,
        opens_at=NOW,
        closes_at=NOW + timedelta(hours=3),
        made_at=NOW,
        issuer=county.name,
    )
    SittingPaper.objects.create(sitting=sitting, position=1, title="公共法律知识", minutes=90)
    site = Site.objects.create(name="县委党校", address="人民路1号", directions="乘3路车到党校站")
    batch = Batch.objects.create(sitting=sitting, number=1, opens_at=sitting.opens_at, closes_at=sitting.closes_at)
    rooms = [
        Room.objects.create(site=site, name=f"第{n + 1}考场", rows=ROWS, columns=COLUMNS)
        for n in range(-(-size // (ROWS * COLUMNS)))
    ]
    batch.rooms.set(rooms)
    names = "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆志"
    people = Person.objects.bulk_create(
        [
            Person(
                staff_no=f"B{n:06d}",
                name="王李张刘陈杨黄赵吴周"[n % 10] + names[n % 26] + names[n // 26 % 26],
                id_index=f"bench{n}",
                id_masked="990***********1234",
            )
            for n in range(size)
        ],
        batch_size=2000,
    )
    rows = Registration.objects.bulk_create(
        [
            Registration(
                sitting=sitting,
                person=person,
                unit=squads[n % 20],
                exam_no=f"20260001{n:05d}",
                way=Registration.Way.UNIT,
                state=Registration.State.APPROVED,
                made_at=NOW,
            )
            for n, person in enumerate(people)
        ],
        batch_size=2000,
    )
    Seat.objects.bulk_create(
        [Seat(registration=row, batch=batch, room=rooms[n // 30], number=n % 30 + 1) for n, row in enumerate(rows)],
        batch_size=2000,
    )
    PassCertificate.objects.bulk_create(
        [
            PassCertificate(
                serial=new_serial(),
                registration=row,
                person=row.person,
                title=sitting.title,
                issuer=sitting.issuer,
                issued_on=date(2026, 11, 20),
                valid_until=date(2031, 11, 19),
            )
            for row in rows
        ],
        batch_size=2000,
    )
    return sitting, office


def run(size: int, stdout) -> None:
    """Fill, register the fonts, draw one of each, then all of each through the job as the office would."""
    stdout.write(f"filled in {seconds(lambda: fill(size)):.1f} s: {size} candidates with seat and certificate")
    sitting, office = Sitting.objects.get(), User.objects.get(username="bench")
    stdout.write(f"fonts registered once per process: {seconds(pdf.register_fonts) * 1000:.0f} ms")
    stdout.write(f"asked for again: {seconds(pdf.register_fonts) * 1000:.3f} ms")
    registration = printables.queries.tickets_of(sitting.registrations.all()).first()
    certificate = printables.queries.proofs_of(PassCertificate.objects.all()).first()
    _one(stdout, "one ticket", lambda: printables.make_ticket(actor=office, now=NOW, registration=registration))
    _one(stdout, "one certificate", lambda: printables.make_certificate(actor=office, now=NOW, certificate=certificate))
    for kind in ("tickets", "certificates", "sign_in"):
        _all(stdout, sitting, office, kind)
    stdout.write("load average " + " ".join(f"{x:.2f}" for x in os.getloadavg()) + f", {os.cpu_count()} cores")


def _one(stdout, label: str, act) -> None:
    act()
    spent = sorted(seconds(act) * 1000 for _ in range(9))
    stdout.write(f"{label:<16} p50 {spent[4]:6.1f} ms")


def _all(stdout, sitting: Sitting, office: User, kind: str) -> None:
    job = printables.jobs.Job.objects.create(
        kind=printables.KIND,
        title=kind,
        owner=office,
        args=printables.asdict(Wanted(sitting.code, kind)),
        created_at=timezone.now(),
        beat_at=timezone.now(),
    )
    began, busy = time.perf_counter(), time.process_time()
    job = jobs.run(job.pk)
    spent, busy = time.perf_counter() - began, time.process_time() - busy
    if job.state != job.State.DONE:
        raise RuntimeError(job.error)
    body = printables.file_of(job, job.finished_at).read()
    pages = len(PdfReader(io.BytesIO(body)).pages)
    # Processor time beside the clock's: on a machine that does other things too, the clock tells their story.
    stdout.write(
        f"{kind:<16} {pages} pages in {spent:.1f} s: {pages / spent:.0f} pages/s by the clock, "
        f"{pages / busy:.0f} pages/s of processor time, {len(body) / 2**20:.1f} MB"
    )
