"""What happened in the county's exams until today: a bank, papers, and a sitting in each state that is worth a look.

on paper   去年秋季执法资格考试 (400 days ago)  a score sheet, imported and released
released   夏季执法资格考试 (150 days ago)    results, certificates, one absent, one withdrawn, one appeal
closed     法制审核人员测试 (10 days ago)     written answers: one marker is done, the other one waits
open       岗前练兵测试 (today, for six days)  the officer's account may sit it now
preparing  冬季执法资格考试 (in 12 days)      registered, some wait for approval; the pre-flight check is red
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from exams.actions import (
    closing,
    duties,
    marking,
    marking_written,
    registrations,
    results,
    rooms,
    scores,
    sites,
    sittings,
)
from exams.demo.answers import sit
from exams.demo.bank import bank_and_papers
from exams.demo.sheet import PAPERS, write_scores
from exams.models import Duty, MarkingTask, Paper, Question, Registration, Room, Sitting
from exams.queries.marking import rubric_of
from portal.actions.grants import give_grant
from portal.actions.users import create_user
from portal.law import actions as law
from portal.law import files
from portal.models import Role, User, WorkerBeat
from staffing.demo import places
from staffing.demo.builder import PASSWORD
from staffing.demo.chapters import Chapter
from staffing.models import Person, Qualification, Unit

LOG_INS = (
    ("exam", "考务科 薛知微", Role.EXAM),
    ("invigilator", "监考员 戴秋实", Role.INVIGILATOR),
    ("marker", "阅卷员 卫书言", Role.MARKER),
    ("marker2", "阅卷员 柏清和", Role.MARKER),
)
ISSUER = places.BUREAU
ENTRY_CODE = "202611"
NOTES = """一、凭准考证和身份证入场。
二、开考30分钟后不得入场。
三、考试期间不得离开答题页，离开将记录在案。
四、到时由系统统一收卷。"""


def tell(*, today: date, seed: int, say=lambda text: None) -> Chapter:
    """Add the chapter to a county that stands already."""
    return Teller(today, seed, say).tell()


class Teller:
    """Plays the chapter through the actions, in the order of its days."""

    def __init__(self, today: date, seed: int, say):
        self.today, self.seed, self.say = today, seed, say
        self.chance = random.Random(f"{seed}-exams")  # noqa: S311 - invented people
        self.county = Unit.objects.get(name=places.COUNTY)
        self.users: dict[str, User] = {}

    def at(self, days: int, hour: int = 9, minute: int = 0) -> datetime:
        """``hour``:``minute`` local time, ``days`` from today."""
        return timezone.make_aware(datetime.combine(self.today + timedelta(days=days), time(hour, minute)))

    def tell(self) -> Chapter:
        self.say("题库、试卷、考试")
        with transaction.atomic():
            self._accounts()
            self._bank()
        for part in (self._on_paper, self._released, self._closed, self._open, self._preparing):
            with transaction.atomic():
                part()
        # Nobody's worker beat in the story may pass for one that beats now.
        WorkerBeat.objects.filter(pk="demo").delete()
        text = (
            f"考试：{Question.objects.count()}道试题、{Paper.objects.count()}份试卷、"
            f"{Sitting.objects.count()}个场次；officer 可在“考试”中参加今天开放的测试，入场口令 {ENTRY_CODE}。"
        )
        return Chapter(text, [(name, shown, Role(role).label) for name, shown, role in LOG_INS])

    # --- frame --------------------------------------------------------------------------------------------------------

    def _accounts(self) -> None:
        now = self.at(-200)
        for username, name, role in LOG_INS:
            user, _shown = create_user(
                actor=None, now=now, username=username, name=name, password=PASSWORD, must_change_password=False
            )
            give_grant(actor=None, now=now, user=user, role=role, unit=self.county)
            self.users[username] = user
        self.office = self.users["exam"]

    def _bank(self) -> None:
        now = self.at(-190)
        for path in files.builtin():
            law.load_law(actor=None, now=now, text=files.read(path))
        self.paper, self.short = bank_and_papers(actor=self.office, now=now)

    # --- helpers ------------------------------------------------------------------------------------------------------

    def _sitting(self, *, made: datetime, code, title, paper, opens, closes, **fields) -> Sitting:
        sitting = sittings.create_sitting(
            actor=self.office,
            now=made,
            code=code,
            title=title,
            unit=self.county,
            opens_at=opens,
            closes_at=closes,
            papers=[sittings.PaperLine(paper=paper)],
            issuer=ISSUER,
            **{"notes": NOTES, **fields},
        )
        duties.set_duty(
            actor=self.office, now=made, sitting=sitting, user=self.users["invigilator"], kind=Duty.Kind.INVIGILATE
        )
        for name in ("marker", "marker2"):
            duties.set_duty(actor=self.office, now=made, sitting=sitting, user=self.users[name], kind=Duty.Kind.MARK)
        return sittings.open_registration(actor=self.office, now=made, sitting=sitting)

    def _enrol(self, sitting: Sitting, people, now: datetime) -> list[Registration]:
        registrations.register_people(
            actor=self.office, now=now, sitting=sitting, people=people, way=Registration.Way.UNIT
        )
        return list(sitting.registrations.select_related("person__user").order_by("person__staff_no"))

    def _account_of(self, person: Person, now: datetime) -> User:
        if person.user_id is None:
            user, _shown = create_user(
                actor=None,
                now=now,
                username=person.staff_no,
                name=person.name,
                password=PASSWORD,
                must_change_password=False,
            )
            give_grant(actor=None, now=now, user=user, role=Role.OFFICER, unit=person.memberships.latest("start").unit)
            person.user = user
            person.save(update_fields=["user"])
        return person.user

    def _ready(self, sitting: Sitting, now: datetime) -> Sitting:
        """End registration and open, on a day on which a worker ran."""
        sitting = sittings.end_registration(actor=self.office, now=now, sitting=sitting)
        WorkerBeat.objects.update_or_create(pk="demo", defaults={"at": now})
        return sittings.open_sitting(actor=self.office, now=now, sitting=sitting)

    def _officers(self, *, without_card_on: date | None = None) -> list[Person]:
        """Officers in post now; with a day, those first who had no certificate in force on it."""
        found = Person.objects.filter(memberships__end=None, memberships__category="officer")
        found = list(found.order_by("staff_no").distinct())
        if without_card_on is None:
            return found
        valid = Qualification.objects.filter(
            kind="enforce", issued__lte=without_card_on, valid_until__gt=without_card_on
        ).values_list("person", flat=True)
        valid = set(valid)
        return sorted(found, key=lambda person: (person.pk in valid, person.staff_no))

    # --- the sittings -------------------------------------------------------------------------------------------------

    def _on_paper(self) -> None:
        day = self.at(-400)
        people = self._officers()[-40:]
        sitting = sittings.create_sitting(
            actor=self.office,
            now=self.at(-430),
            code="2025-qiu",
            title="去年秋季行政执法资格考试",
            unit=self.county,
            opens_at=day,
            closes_at=day + timedelta(hours=5),
            online=False,
            papers=[sittings.PaperLine(title=title, minutes=120) for title in PAPERS],
            grants=Sitting.Grants.ENFORCE,
            issuer=ISSUER,
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "成绩汇总表.xlsx"
            write_scores(path, people, day.date(), self.chance)
            scores.import_scores(
                actor=self.office,
                now=self.at(-390),
                sitting=sitting,
                sheet=scores.read_file(str(path), sitting),
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                file_name=path.name,
            )
        sitting.refresh_from_db()
        results.release(actor=self.office, now=self.at(-388, 15), sitting=sitting)

    def _released(self) -> None:
        start = self.at(-150)
        sitting = self._sitting(
            made=self.at(-180),
            code="2026-xia",
            title="夏季行政执法资格考试",
            paper=self.paper,
            opens=start,
            closes=start + timedelta(hours=3),
            grants=Sitting.Grants.ENFORCE,
        )
        rows = self._enrol(sitting, self._officers(without_card_on=start.date())[:24], self.at(-170))
        registrations.withdraw(actor=self.office, now=self.at(-155), registration=rows[3], reason="调离执法岗位")
        for row in rows:
            self._account_of(row.person, self.at(-156))
        sitting = self._ready(sitting, self.at(-151))
        self._sit(sitting, [row for n, row in enumerate(rows) if n not in (3, 11)], start, weak=2)
        over = start + timedelta(hours=3, minutes=1)
        closing.close_overdue(now=over, sitting=sitting)
        sitting = sittings.close_sitting(actor=self.office, now=over, sitting=sitting)
        self._mark(sitting, over, everybody=True)
        results.release(actor=self.office, now=self.at(-145, 15), sitting=sitting)

    def _closed(self) -> None:
        start = self.at(-10, 14)
        sitting = self._sitting(
            made=self.at(-30),
            code="2026-shenhe",
            title="法制审核业务测试",
            paper=self.paper,
            opens=start,
            closes=start + timedelta(hours=2),
            grants=Sitting.Grants.NONE,
        )
        rows = self._enrol(sitting, self._officers()[24:32], self.at(-25))
        for row in rows:
            self._account_of(row.person, self.at(-24))
        sitting = self._ready(sitting, self.at(-11))
        self._sit(sitting, rows, start, weak=1)
        over = start + timedelta(hours=2, minutes=1)
        closing.close_overdue(now=over, sitting=sitting)
        sitting = sittings.close_sitting(actor=self.office, now=over, sitting=sitting)
        self._mark(sitting, over, everybody=False)

    def _open(self) -> None:
        officer = Person.objects.get(user__username="officer")
        sitting = self._sitting(
            made=self.at(-6),
            code="2026-lianbing",
            title="岗前练兵测试",
            paper=self.short,
            opens=self.at(0, 0, 5),
            closes=self.at(6, 18),
            late_minutes=9000,
            earliest_minutes=0,
            entry_code=ENTRY_CODE,
            notes="开放期间任选30分钟作答一次，中途可换设备继续。",
            grants=Sitting.Grants.NONE,
            must_post=False,
            must_officer=False,
            must_establishment=False,
        )
        self._enrol(sitting, [officer, *self._officers()[32:38]], self.at(-5))
        self._ready(sitting, self.at(-1, 16))

    def _preparing(self) -> None:
        start = self.at(12)
        sitting = self._sitting(
            made=self.at(-8),
            code="2026-dong",
            title="冬季行政执法资格考试",
            paper=self.paper,
            opens=start,
            closes=start + timedelta(hours=5),
            grants=Sitting.Grants.ENFORCE,
            by_self=True,
            registers_until=self.at(8, 17),
        )
        rows = self._enrol(sitting, self._officers(without_card_on=self.today)[:40], self.at(-4))
        site = sites.save_site(
            actor=self.office,
            now=self.at(-3),
            name="县委党校教学楼",
            address="云溪镇学苑路9号",
            directions="公交2路、7路党校站",
        )
        halls: list[Room] = [
            sites.save_room(actor=self.office, now=self.at(-3), site=site, name=name, rows=5, columns=6)
            for name in ("第1考场", "第2考场")
        ]
        sites.save_batch(
            actor=self.office,
            now=self.at(-3),
            sitting=sitting,
            opens_at=start,
            closes_at=start + timedelta(hours=5),
            rooms=halls,
        )
        if len(rows) > 12:
            rooms.assign_seats(actor=self.office, now=self.at(-2), sitting=sitting, seed=self.seed)

    def _sit(self, sitting: Sitting, rows, start: datetime, *, weak: int) -> None:
        """Everybody writes; the last ``weak`` know too little."""
        for number, row in enumerate(rows):
            ability = 0.45 if number >= len(rows) - weak else self.chance.uniform(0.78, 0.97)
            sit(
                user=row.person.user,
                sitting=sitting,
                position=1,
                ability=ability,
                start=start + timedelta(seconds=20 + 7 * number),
                minutes=self.chance.randrange(48, 86),
                seed=self.seed * 1000 + number,
            )

    def _mark(self, sitting: Sitting, now: datetime, *, everybody: bool) -> None:
        """The machine first; then the markers, both or only the first one."""
        marking.mark_closed(now=now, sitting=sitting)
        if not MarkingTask.objects.filter(attempt__sitting=sitting).exists():
            return
        marking_written.assign_markers(actor=self.office, now=now + timedelta(hours=1), sitting=sitting)
        tasks = MarkingTask.objects.filter(attempt__sitting=sitting).select_related("marker").order_by("pk")
        for task in tasks if everybody else [task for task in tasks if task.slot == 1]:
            points = [
                line.marks
                for line in rubric_of(task.attempt.layout[task.item]["v"], Decimal(task.attempt.layout[task.item]["m"]))
            ]
            answer = (task.attempt.answers or {}).get(str(task.item), {}).get("a", "")
            given = points if len(answer) > 20 else [Decimal(0)] * len(points)
            marking_written.give_marks(
                actor=task.marker,
                now=now + timedelta(days=1),
                task=task,
                points=given,
                comment="" if any(given) else "未答到要点",
            )
