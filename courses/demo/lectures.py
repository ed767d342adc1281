"""A year of lectures: the plan, what was held and missed, who signed in and out, what comes next."""

from __future__ import annotations

import hashlib
import random
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from courses.actions import plans, signups
from courses.actions.attendance_imports import import_attendance
from courses.actions.series import save_series
from courses.actions.sessions import create_session
from courses.demo.pages import Shelves, content
from courses.formats.attendance_sheet import read
from courses.models import LecturePage, Lecturer, Section, Series, SeriesPage, Session
from courses.queries import sessions as queries
from portal.sheets.model import Book, Sheet
from staffing.demo import places
from staffing.models import Person, Unit, UnitKind

THURSDAY = 3
START, END = time(14, 30), time(17, 0)
HALL = "县综合行政执法局三楼报告厅"
# Weeks of the year on which nothing is planned, and those that fell out although planned.
HOLIDAYS = (0, 7, 17, 39)
MISSED = (5, 13, 22, 26, 31, 36)
# Each lecture invites half of the units, so that everybody is asked to come every other week.
TURNS = 2
# Lectures ahead that are announced already.
AHEAD = 3
# The newest lectures have their pages; recordings are made of some.
PAGES = 8


def moment(day: date, at: time = time(9)) -> datetime:
    """Local ``at`` on ``day``."""
    return timezone.make_aware(datetime.combine(day, at))


class LectureYear:
    """This year's lectures up to ``today``, told through the training officer's actions."""

    def __init__(self, *, actor, editor, today: date, seed: int, shelves: Shelves):
        self.actor, self.editor, self.today, self.shelves = actor, editor, today, shelves
        self.chance = random.Random(f"{seed}-lectures")  # noqa: S311 - invented people
        self.told = content("lectures")
        self.bureau = Unit.objects.get(name=places.BUREAU)
        self.departments = list(Unit.objects.filter(kind=UnitKind.DEPARTMENT).order_by("code"))
        squads = Unit.objects.filter(name__in=places.SQUADS).order_by("code")
        self.invited = [self.bureau, *squads, *self.departments]
        self.new_year = date(today.year, 1, 1)

    def tell(self) -> None:
        self.weekly = self._series("djt", "综合执法大讲堂", "weekly", "每周四下午一讲，全县执法人员分批参加。")
        self._plan_weekly()
        self._pages()
        self._quarterly()

    def _series(self, code: str, name: str, cadence: str, summary: str) -> Series:
        now = moment(self.new_year + timedelta(days=4))
        return save_series(
            actor=self.actor,
            now=now,
            code=code,
            name=name,
            unit=self.bureau,
            cadence=cadence,
            place=HALL,
            summary=summary,
        )

    # --- the weekly series --------------------------------------------------------------------------------------------

    def _plan_weekly(self) -> None:
        first = self.new_year + timedelta(days=(THURSDAY - self.new_year.weekday()) % 7)
        thursdays = [day for day in (first + timedelta(weeks=n) for n in range(52)) if day.year == self.today.year]
        closed = {thursdays[n]: why for n, why in zip(HOLIDAYS, self.told["holidays"])}
        now = moment(self.new_year + timedelta(days=5))
        plans.make_plan(actor=self.actor, now=now, series=self.weekly, first=first, until=thursdays[-1], closed=closed)
        missed = {thursdays[n]: why for n, why in zip(MISSED, self.told["missed"])}
        topics = iter(self.told["topics"])
        coming = 0
        for slot in self.weekly.slots.filter(dropped=False).order_by("day"):
            if slot.day <= self.today and slot.day in missed:
                if missed[slot.day]:
                    plans.set_slot(
                        actor=self.actor, now=moment(slot.day), slot=slot, dropped=False, reason=missed[slot.day]
                    )
                continue
            title, lecturer, _articles = next(topics)
            if slot.day < self.today:
                self._held(self._session(slot, title, lecturer))
            elif coming < AHEAD:
                coming += 1
                self._announced(slot, title, lecturer, ask=coming == 1)

    def _units(self, day: date) -> list[Unit]:
        turn = day.isocalendar().week % TURNS
        return [unit for n, unit in enumerate(self.invited) if n % TURNS == turn]

    def _session(self, slot, title: str, lecturer: str, **fields) -> Session:
        made = moment(min(slot.day, self.today) - timedelta(days=8))
        return create_session(
            actor=self.actor,
            now=made,
            series=slot.series,
            title=title,
            starts_at=moment(slot.day, START),
            ends_at=moment(slot.day, END),
            slot=slot,
            units=self._units(slot.day),
            lecturers=[self.shelves.lecturers[lecturer]],
            **fields,
        )

    def _announced(self, slot, title: str, lecturer: str, *, ask: bool) -> None:
        fields = {"needs_signup": True, "capacity": 60} if ask else {}
        session = self._session(slot, title, lecturer, **fields)
        if ask:
            people = [person for person in queries.invited(session)[:80] if self.chance.random() < 0.85]
            now = moment(self.today - timedelta(days=2))
            signups.sign_up(actor=self.actor, now=now, session=session, people=people)

    def _held(self, session: Session) -> None:
        """The sheet that the sign-in machine gave, read and imported the next morning."""
        day = timezone.localdate(session.starts_at)
        rows: list[list] = [
            [f"{session.series.name}（{day.year}年第{session.number}期）签到记录"],
            ["序号", "姓名", "身份证号后四位", "单位", "签到时间", "签退时间", "签到方式", "备注"],
        ]
        for person in queries.invited(session).order_by("staff_no"):
            if line := self._line(day):
                rows.append([len(rows) - 1, person.name, person.id_masked[-4:], None, *line])
        book = Book("xlsx", [Sheet("扫码签到导出", rows)], hashlib.sha256(session.code.encode()).hexdigest())
        import_attendance(
            actor=self.actor,
            now=moment(day + timedelta(days=1)),
            session=session,
            sheet=read(book, day=day),
            sha256=book.sha256,
            file_name=f"{session.series.name}第{session.number}讲签到.xlsx",
        )

    def _line(self, day: date) -> list | None:
        """In, out, way and remark of somebody invited; None when they were not there and nobody knows why."""
        came, luck = self.chance.random() < 0.84, self.chance.random()
        if not came:
            return [None, None, None, "请假"] if luck < 0.15 else None
        start = datetime.combine(day, START) - timedelta(minutes=self.chance.randint(1, 16))
        end = datetime.combine(day, END) + timedelta(minutes=self.chance.randint(0, 12))
        if luck > 0.97:
            start += timedelta(minutes=45)
        elif luck > 0.95:
            end -= timedelta(minutes=70)
        return [start, None if luck < 0.012 else end, "补签" if luck > 0.995 else "扫码", None]

    # --- their pages --------------------------------------------------------------------------------------------------

    def _pages(self) -> None:
        parent = self.shelves.publish(
            self.shelves.shelf[Section.LECTURES],
            SeriesPage(
                title="综合执法大讲堂",
                slug="djt",
                series=self.weekly,
                intro="<p>每周四14:30，县综合行政执法局三楼报告厅。请按单位批次参加，签到、签退齐全才计学时。</p>",
            ),
        )
        articles = {title: numbers for title, _who, numbers in self.told["topics"]}
        held = self.weekly.sessions.filter(state=Session.State.HELD).order_by("-starts_at")
        upcoming = self.weekly.sessions.filter(state=Session.State.PLANNED).order_by("starts_at")
        films = list(self.shelves.films.values())
        for n, session in enumerate([*held[:PAGES], *upcoming[:1]]):
            filmed = session.state == Session.State.HELD and n % 2 == 0
            page = LecturePage(
                title=session.title,
                slug=str(session.number),
                session=session,
                summary=f"第{session.number}讲",
                body=self.told["body"],
                recording=films[n % len(films)] if filmed else None,
                marks="00:00 开讲；09:00 要点；21:00 案例" if filmed else "",
            )
            cited = [(number, "") for number in articles[session.title]]
            self.shelves.publish(parent, self.shelves.citing(page, cited))

    # --- the quarterly series -----------------------------------------------------------------------------------------

    def _quarterly(self) -> None:
        series = self._series("kbm", "跨部门执法培训", "quarterly", "每季度一次，各行政执法部门共同参加。")
        months = (3, 6, 9, 12)
        days = [date(self.today.year, month, 16) for month in months]
        for day in days:
            plans.add_slot(actor=self.actor, now=moment(self.new_year + timedelta(days=6)), series=series, day=day)
        for slot, (title, lecturer) in zip(series.slots.order_by("day"), self.told["quarterly"]):
            made = moment(min(slot.day, self.today) - timedelta(days=8))
            session = create_session(
                actor=self.actor,
                now=made,
                series=series,
                title=title,
                starts_at=moment(slot.day, START),
                ends_at=moment(slot.day, END),
                slot=slot,
                units=self.departments,
                lecturers=[self.shelves.lecturers[lecturer]],
            )
            if slot.day < self.today:
                self._held(session)


def lecturers_of(own: Person | None) -> dict[str, Lecturer]:
    """The people who teach, by the names the story uses; ``own`` is one of ours."""
    made = {}
    for told in content("lectures")["lecturers"]:
        mine = own if told.get("own") else None
        made[told["key"]] = Lecturer.objects.create(
            name=mine.name if mine else told["name"] or "特邀主讲人", title=told["title"], bio=told["bio"], person=mine
        )
    return made
