"""Who studied what: the officer's own week, and colleagues whose answers stand beside theirs."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from courses.actions import assignments, cases, claims, comments, drills, quizzes, watching
from courses.actions.enrolments import enrol
from courses.demo.lectures import moment
from courses.models import CasePage, CoursePage, DrillPage, HourClaim, LecturePage, LessonPage
from courses.queries.cases import points_of
from portal.models import User
from staffing.demo import places
from staffing.models import HourKind, Person, Unit

# A window reports every so many seconds; a little less than the server would credit at most.
BEAT = 28
SCAN = b"%PDF-1.4\n%%EOF\n"
REASONS = (
    "口头表示不等于放弃，期限没有届满。",
    "告知的次日起算，周末不算。",
    "先看送达回证上的日期。",
    "",
    "",
    "",
)
NOTE = (
    "旁听县人民法院开庭审理的一件城市管理行政处罚案。原告主张处罚决定没有送达，执法机关提交的送达回证由物业人员签收。"
    "法庭询问送达过程用了四十分钟。体会：送达地址确认书应在立案时填写，留置送达要有见证人和照片，"
    "回证上每一栏都要填全。回中队后已将本案的问题整理成清单，请内勤在归档前逐项核对。"
)


class Learners:
    """Plays through the learner's actions; ``today`` is the story's day."""

    def __init__(self, *, training: User, officer: User, today: date, seed: int):
        self.training, self.officer, self.today = training, officer, today
        self.chance = random.Random(f"{seed}-learners")  # noqa: S311 - invented people
        self.me = Person.objects.get(user=officer)
        others = Person.objects.filter(user__isnull=False, user__is_active=True).exclude(pk=self.me.pk)
        self.others = list(others.select_related("user").order_by("staff_no"))

    def day(self, ago: int, hour: int = 20, minute: int = 0) -> datetime:
        """An evening ``ago`` days before today."""
        return moment(self.today - timedelta(days=ago)).replace(hour=hour, minute=minute)

    # --- courses ------------------------------------------------------------------------------------------------------

    def study(self, person: Person, lesson: LessonPage, begins: datetime, *, seconds: int | None = None) -> datetime:
        """Watch (or read) a lesson to its end, or for ``seconds``, as a window reports it; when that was over."""
        now = begins
        opened = watching.start(actor=person.user, now=now, page=lesson)
        watch, lease, at = opened.watch, opened.watch.lease, 0.0
        end = min(seconds or watch.duration, watch.duration)
        while at < end and not watch.done_at:
            step = min(BEAT, end - at)
            now += timedelta(seconds=step + 1)
            told = watching.beat(
                user_id=person.user_id,
                watch_id=watch.pk,
                lease=lease,
                played=(at, at + step),
                position=at + step,
                now=now,
                last=at + step >= end,
            )
            watch, at = told.watch, at + step
            if told.check is not None:
                now += timedelta(seconds=5)
                watch = watching.present(user_id=person.user_id, watch_id=watch.pk, lease=lease, now=now).watch
        return now

    def quiz(self, person: Person, page, now: datetime) -> None:
        """Try the quiz, guessing like somebody who listened."""
        run = quizzes.start(actor=person.user, now=now, person=person, page=page)
        answers = {str(n): self._guess(item) for n, item in enumerate(run.items)}
        quizzes.hand_in(actor=person.user, now=now + timedelta(minutes=4), run=run, answers=answers)

    def _guess(self, item: dict) -> list[str]:
        return [self.chance.choice(item["o"])] if item.get("o") else [""]

    def courses(self, pages: list[CoursePage]) -> None:
        """The officer is in the middle of the first course; two colleagues finished a short one."""
        first = pages[0]
        enrol(actor=self.officer, now=self.day(6), person=self.me, course=first)
        lessons = list(LessonPage.objects.child_of(first).order_by("path"))
        self.study(self.me, lessons[0], self.day(6))
        self.study(self.me, lessons[1], self.day(2), seconds=750)
        short = next(page for page in pages if page.slug == "wenshu")
        for n, person in enumerate(self.others[:2]):
            now = self.day(20 - n)
            enrol(actor=person.user, now=now, person=person, course=short)
            for lesson in LessonPage.objects.child_of(short).order_by("path"):
                now = self.study(person, lesson, now + timedelta(minutes=1))

    # --- cases and drills ---------------------------------------------------------------------------------------------

    def cases(self, pages: list[CasePage]) -> None:
        for n, person in enumerate(self.others[:40]):
            self._judge(person, pages[0], self.day(14 - n % 10, 19, n % 50))
        for n, person in enumerate(self.others[:12]):
            self._judge(person, pages[1], self.day(9 - n % 5, 18, n))
        self._judge(self.me, pages[1], self.day(3))

    def _judge(self, person: Person, case: CasePage, now: datetime) -> None:
        cases.begin(actor=person.user, now=now, person=person, case=case)
        for step, point in enumerate(points_of(case), 1):
            now += timedelta(minutes=self.chance.randint(3, 8))
            if point is None:
                cases.open_next(actor=person.user, now=now, person=person, case=case, step=step)
                continue
            choices = [child.id for child in case.steps[step - 1].value["choices"].bound_blocks]
            pick = choices[0] if self.chance.random() < 0.8 else self.chance.choice(choices[1:])
            reason = self.chance.choice(REASONS)
            cases.judge(actor=person.user, now=now, person=person, case=case, point=point, choice=pick, reason=reason)
        now += timedelta(minutes=case.minutes)
        cases.finish(actor=person.user, now=now, person=person, case=case)

    def drills(self, pages: list[DrillPage]) -> None:
        for n, person in enumerate([self.me, *self.others[:8]]):
            self._run(person, pages[n % 2], self.day(5, 12, n * 3))

    def _run(self, person: Person, drill: DrillPage, now: datetime) -> None:
        run = drills.start(actor=person.user, now=now, person=person, drill=drill)
        choices = {scene["key"]: len(scene["choices"]) for scene in run.frozen["scenes"]}
        while run.finished_at is None:
            now += timedelta(minutes=2)
            pick = 0 if self.chance.random() < 0.75 else choices[run.scene] - 1
            run = drills.choose(actor=person.user, now=now, run=run, at=len(run.path), choice=pick)

    # --- what the office does -----------------------------------------------------------------------------------------

    def office(self, courses: list[CoursePage], case: list[CasePage]) -> None:
        """Assignments, claims, discussions."""
        squads = list(Unit.objects.filter(name__in=places.SQUADS).order_by("code"))
        give = {"actor": self.training, "now": self.day(10, 9), "required": True}
        due = min(self.today + timedelta(days=23), date(self.today.year, 12, 31))
        assignments.assign(
            **give,
            page=courses[0],
            units=squads,
            categories=["officer"],
            due=due,
            reason="证据问题占今年案卷扣分的四成",
        )
        assignments.assign(**give, page=case[1], units=squads[:5], due=due, reason="败诉案件整改：辅助人员不得实施处罚")
        assignments.assign(**give, page=courses[3], units=squads[:1], due=due, reason="新进人员必修")
        self._claims()

    def _claims(self) -> None:
        court = claims.Claimed(
            kind=HourKind.COURT,
            title="旁听城市管理行政处罚案庭审",
            began=self.day(12, 9),
            ended=self.day(12, 11, 30),
            hours_asked=Decimal(4),
            organiser="云澜县人民法院",
            note=NOTE,
        )
        self._claim(self.me, court, 11)
        for n, person in enumerate(self.others[:4]):
            training = claims.Claimed(
                kind=HourKind.EXTERNAL,
                title="市局执法业务轮训",
                began=self.day(40 + n * 7, 9),
                ended=self.day(40 + n * 7, 16),
                hours_asked=Decimal(8),
                organiser="市综合行政执法局",
                note="参加市局组织的执法业务轮训一天，结业考核合格。",
            )
            claim = self._claim(person, training, 38)
            if n < 2:
                claims.decide_claim(
                    actor=self.training,
                    now=self.day(30, 10),
                    claim=claim,
                    state=HourClaim.State.APPROVED,
                    hours_given=Decimal(8),
                    reason="证明齐全",
                )
            elif n == 2:
                claims.decide_claim(
                    actor=self.training,
                    now=self.day(30, 10),
                    claim=claim,
                    state=HourClaim.State.RETURNED,
                    reason="请补交结业证明",
                )

    def _claim(self, person: Person, claimed: claims.Claimed, ago: int) -> HourClaim:
        scan = SimpleUploadedFile("证明.pdf", SCAN, "application/pdf")
        return claims.make_claim(
            actor=person.user, now=self.day(ago, 17), person=person, claimed=claimed, evidence=[scan]
        )

    def talk(self, page: LecturePage) -> None:
        """A question under a lecture, and an answer."""
        asked = comments.add_comment(
            actor=self.officer, now=self.day(2, 12), page=page, text="当事人拒绝签收，又没有见证人时，拍照能不能代替？"
        )
        comments.add_comment(
            actor=self.training,
            now=self.day(1, 9),
            page=page,
            text="照片要能看出时间、地点和张贴的文书，并写入送达回证的备注栏。",
            answers=asked,
        )
