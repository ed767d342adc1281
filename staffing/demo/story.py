"""Who lives in the demonstration county and what happened to them: plain facts with days, no database.

Ranges are half-open as everywhere. A fact dated before its person's first roster reaches the portal through that
roster; a later one through an action on its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from staffing.demo import places
from staffing.demo.chance import LAW, OTHER_MAJORS, SCHOOLS, Chance
from staffing.rules.certificates import add_months

LEVELS = ("硕士研究生", "大学本科", "大学专科", "中专", "高中", "初中")
FIRST = (0.02, 0.14, 0.19, 0.26, 0.31, 0.08)
RANKS = ("一级行政执法员", "二级行政执法员", "三级主办", "四级主办", "一级主办", "二级主办")


@dataclass
class Post:
    """A posting: ``to`` a unit of the county, or ``to_text`` outside it."""

    kind: str
    start: date
    to: str = ""
    to_text: str = ""
    due: date | None = None
    end: date | None = None
    doc: str = ""
    locked: bool = False
    full_time: bool = True


@dataclass
class Card:
    """An enforcement certificate; ``stops`` are (state, from, until, document, reason)."""

    number: str
    issued: date
    until: date
    stops: list[tuple[str, date, date | None, str, str]] = field(default_factory=list)


@dataclass
class Human:
    """One invented person. ``entered`` is the day they joined; ``left`` (day, reason) when they did."""

    staff_no: str
    name: str
    gender: str
    born: date
    id_number: str
    mobile: str
    home: str
    category: str
    establishment: str
    entered: date
    entry_stated: bool
    known_from: date
    first_education: str
    education: str
    school: str
    major: str
    political: str
    position: str
    rank: str
    work_start: str
    law_major: bool = False
    moves: list[tuple[date, str]] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    legal: tuple[str, str, date] | None = None
    reviewer: tuple[date, date | None, bool] | None = None
    leaves: list[tuple[str, date, date | None]] = field(default_factory=list)
    left: tuple[date, str] | None = None
    diligence: float = 0.8

    def there(self, day: date) -> bool:
        return self.entered <= day and (self.left is None or day < self.left[0])

    def home_on(self, day: date) -> str:
        unit = self.home
        for moved, to in self.moves:
            if moved <= day:
                unit = to
        return unit

    def post_on(self, day: date, *kinds: str) -> Post | None:
        for post in self.posts:
            if post.kind in kinds and post.start <= day and (post.end is None or day < post.end):
                return post
        return None

    def card_on(self, day: date) -> Card | None:
        held = [card for card in self.cards if card.issued <= day]
        return held[-1] if held else None

    def leave_on(self, day: date) -> str:
        for kind, start, end in self.leaves:
            if start <= day and (end is None or day < end):
                return kind
        return ""


DEPLOYED = ("down", "station", "transfer")
AWAY = ("second", "draft", "temp")


class Story:
    """``people`` and the calendar of rosters, reckoned back from ``today``; the same seed tells the same story."""

    def __init__(self, *, today: date, seed: int, scale: float = 1.0):
        self.today, self.scale, self.chance = today, scale, Chance(seed)
        year = today.year
        self.rosters = [date(year - back, 11, 30) for back in (3, 2, 1)] + [today - timedelta(days=22)]
        self.start = self.rosters[0]
        self.people: list[Human] = []
        self._squads()
        self._bureau()
        self._departments()
        self._away()
        self._certificates()
        self._reviewers()
        self._leaves_and_leavers()
        for human in self.people:
            # A roster that states a posting states the entry before it too: nobody is sent down before being in post.
            human.entry_stated |= any(post.start < human.known_from for post in human.posts)

    def count(self, number: float, least: int = 1) -> int:
        """A head count at this story's scale."""
        return max(least, round(number * self.scale))

    def present(self, day: date) -> Iterator[Human]:
        """Those whom a roster of ``day`` lists."""
        return (human for human in self.people if human.known_from <= day and human.there(day))

    # --- who ----------------------------------------------------------------------------------------------------------

    def _human(self, home: str, category: str, establishment: str, position: str = "") -> Human:
        c = self.chance
        gender = "男" if c.yes(0.77) else "女"
        age = min(59, max(24, round(c.random.gauss(44.5 if category == "officer" else 40, 8))))
        born = c.day(add_months(self.today, -12 * (age + 1)) + timedelta(days=1), add_months(self.today, -12 * age))
        first = c.weighted(LEVELS, FIRST)
        level = max(0, LEVELS.index(first) - c.weighted((0, 1, 2, 3), (25, 30, 30, 15)))
        if category == "officer":
            level = min(level, 3)
        education = LEVELS[max(level, 1 if c.yes(0.95) else 0)] if level < LEVELS.index(first) else first
        law = c.yes(0.16) and level <= 2
        began = date(born.year + c.between(19, 24), c.pick((3, 7, 8, 9, 12)), 1)
        earliest = max(began, date(2004, 1, 1))
        joined = c.day(earliest, max(earliest, self.today - timedelta(days=200)))
        known = next((day for day in self.rosters if joined <= day), self.rosters[-1])
        human = Human(
            staff_no=f"YL{len(self.people) + 1:04d}",
            name=c.name(gender),
            gender=gender,
            born=born,
            id_number=c.id_number(born, gender),
            mobile=c.phone(),
            home=home,
            category=category,
            establishment=establishment,
            entered=joined,
            # What no roster states is not reckoned with: the roster's own day then stands for it.
            entry_stated=c.yes(0.85) or joined > self.start,
            known_from=known,
            first_education=first,
            education=education,
            school=c.pick(SCHOOLS),
            major=c.pick(LAW) if law else c.pick(OTHER_MAJORS),
            political=c.weighted(("中共党员", "中共预备党员", "共青团员", "群众", "民盟盟员"), (46, 2, 6, 45, 1)),
            position=position or c.weighted(("副队长", "科员", "队员"), (1, 4, 8)),
            rank=c.pick(RANKS) if category == "officer" else "",
            work_start=f"{min(began, joined):%Y-%m}",
            law_major=law,
            diligence=min(1.0, max(0.25, c.random.gauss(0.84, 0.14))),
        )
        self.people.append(human)
        return human

    def _squads(self) -> None:
        c = self.chance
        for index, squad in enumerate(places.SQUADS):
            for number in range(self.count(2 if index % 3 else 3)):
                kind = c.weighted(("dedicated", "cangong", "public"), (5, 3, 1))
                self._human(squad, "officer", kind, "队长" if number == 0 else "")
            for _ in range(self.count(c.between(6, 10))):
                self._human(squad, "auxiliary", c.weighted(("contract", "dispatch"), (2, 1)), "协管员")

    def _bureau(self) -> None:
        """Bureau staff: the greater part went down to the towns, in waves that the trend line shows."""
        c, year = self.chance, self.today.year
        for office in places.OFFICES:
            home = f"{places.BUREAU}{office}"
            number = {"法制科": 12, "机动执法科": 32, "指挥中心": 18}.get(office, 12)
            for at in range(self.count(number)):
                self._human(home, "officer", c.weighted(("admin", "cangong"), (2, 3)), "科长" if at == 0 else "科员")
        for _ in range(self.count(12)):
            self._human(places.BUREAU, "worker", "worker", "工勤")
        for _ in range(self.count(90)):
            self._human(places.BUREAU, "officer", c.weighted(("admin", "cangong"), (1, 4)))
        waves = [
            (date(year - 2, 4, 1), 0.11, f"云执法〔{year - 2}〕6号"),
            (date(year - 1, 3, 3), 0.12, f"云执法〔{year - 1}〕4号"),
            (date(year, 2, 16), 0.07, f"云执法〔{year}〕3号"),
        ]
        for index, squad in enumerate(places.SQUADS):
            for _ in range(self.count(c.between(11, 14) if index < len(places.EMPOWERED) else c.between(7, 10))):
                human = self._human(places.BUREAU, "officer", c.weighted(("dedicated", "cangong"), (2, 3)))
                self._send_down(human, squad, waves)

    def _send_down(self, human: Human, squad: str, waves) -> None:
        c, draw, total = self.chance, self.chance.random.random(), 0.0
        wave = next(((day, doc) for day, share, doc in waves if (total := total + share) > draw), None)
        if wave and wave[0] >= human.known_from and wave[0] <= self.today:
            start, doc = wave
        else:
            first = max(human.entered, date(self.start.year - 3, 1, 1))
            start, doc = c.day(first, max(first, human.known_from - timedelta(days=10))), ""
        locked = human.establishment == "dedicated" and c.yes(0.5)
        post = Post("down", start, squad, doc=doc or f"云执法〔{start.year}〕{c.between(1, 30)}号", locked=locked)
        human.posts.append(post)
        # Some came back to the bureau for good; never one whose post is locked to its town.
        back = c.day(self.start + timedelta(days=60), self.today - timedelta(days=20))
        if not locked and c.yes(0.05) and back > max(start, human.known_from) + timedelta(days=90):
            post.end = back

    def _departments(self) -> None:
        """Departments: three have sent nobody down, as the board must show."""
        c = self.chance
        for index, (department, _short) in enumerate(places.DEPARTMENTS):
            staff = [
                self._human(department, "officer", c.weighted(("admin", "cangong", "public"), (2, 3, 1)))
                for _ in range(self.count(c.between(15, 21), 2))
            ]
            if index in (2, 6, 7):
                continue
            for human in c.sample([h for h in staff if h.known_from == self.start], self.count(4)):
                squad = c.pick(places.SQUADS[len(places.EMPOWERED) :])
                start = c.day(max(human.entered, date(self.start.year - 2, 1, 1)), self.today - timedelta(days=60))
                due = add_months(start, 36 if c.yes(0.7) else 24)
                end = None
                # Of the terms that are over, most were ended in time; the rest is overdue today.
                if due < self.today and c.yes(0.7):
                    end = max(due - timedelta(days=c.between(0, 12)), start + timedelta(days=30))
                doc = f"云人社〔{start.year}〕{c.between(1, 40)}号"
                human.posts.append(Post("station", start, squad, due=due, end=end, doc=doc, full_time=c.yes(0.8)))

    # --- what happened ------------------------------------------------------------------------------------------------

    def _officers(self) -> list[Human]:
        return [human for human in self.people if human.category == "officer"]

    def _away(self) -> None:
        """Two rounds of secondments: those ordered home by 4 November two years ago, and those of this year."""
        c, year = self.chance, self.today.year
        ordered = date(year - 2, 11, 4)
        free = [h for h in self._officers() if h.known_from == self.start and not any(p.locked for p in h.posts)]
        chosen = c.sample(free, self.count(34, 2) + self.count(24, 3))
        first, second = chosen[: self.count(34, 2)], chosen[self.count(34, 2) :]
        for at, human in enumerate(first):
            begin = max(human.entered, c.day(date(year - 4, 6, 1), date(year - 3, 10, 31)))
            late = at % 9 == 8
            back = ordered + timedelta(days=c.between(9, 40)) if late else ordered - timedelta(days=c.between(0, 25))
            human.posts.append(self._seconded(begin, due=ordered, end=back))
        for at, human in enumerate(second):
            begin = c.day(self.today - timedelta(days=285), self.today - timedelta(days=45))
            due = add_months(begin, 12)
            if at % 4 == 0:
                due = max(begin + timedelta(days=30), self.today - timedelta(days=c.between(6, 70)))
            elif at % 4 == 1:
                due = self.today + timedelta(days=c.between(3, 28))
            human.posts.append(self._seconded(begin, due=due, end=None))
            if at == 2:
                human.posts[-1].kind = "temp"

    def _seconded(self, start: date, *, due: date, end: date | None) -> Post:
        kind = "draft" if self.chance.yes(0.3) else "second"
        doc = f"云组〔{start.year}〕{self.chance.between(1, 60)}号"
        return Post(kind, start, to_text=self.chance.pick(places.OUTSIDE), due=due, end=end, doc=doc)

    def _certificates(self) -> None:
        """Five years each; most renewed in time, some late, some not at all; a few suspended or lost."""
        c = self.chance
        for human in self._officers():
            if c.yes(0.05) or human.entered > self.today - timedelta(days=240):
                continue
            first = max(human.entered + timedelta(days=90), date(self.start.year - 5, 6, 1))
            issued = c.day(first, max(first, min(self.today - timedelta(days=30), date(self.start.year + 2, 6, 30))))
            while True:
                until = add_months(issued, 60) - timedelta(days=1)
                human.cards.append(Card(c.card(), issued, until))
                if until >= self.today or (until > self.start and c.yes(0.14)):
                    break
                issued = until + timedelta(days=1 if c.yes(0.85) else c.between(10, 60))
                if issued >= self.today:
                    break
        held = [h for h in self._officers() if len(h.cards) == 1 and h.cards[0].until > self.today]
        held = [h for h in held if h.known_from == self.start]
        for at, human in enumerate(c.sample(held, self.count(9, 2))):
            card = human.cards[0]
            begin = c.day(max(card.issued, self.start) + timedelta(days=40), self.today - timedelta(days=20))
            until = begin + timedelta(days=90)
            doc = f"云司〔{begin.year}〕{c.between(1, 50)}号"
            card.stops.append(("suspended", begin, until if until < self.today else None, doc, "未按规定参加年度轮训"))
            if at % 4 == 3:
                card.stops[-1] = ("lost", begin, None, "", "本人报失，已登报声明")

    def _reviewers(self) -> None:
        c = self.chance
        learned = [h for h in self._officers() if h.education in LEVELS[:2] and h.known_from == self.start]
        for human in c.sample(learned, self.count(46, 4)):
            begun = max(date(human.born.year + 24, 6, 1), date(2003, 3, 1))
            grade = "A证" if c.yes(0.8) else "C证"
            if begun.year < 2018 and c.yes(0.5):
                grade = "司法考试"
            human.legal = (grade, f"{grade[0]}{begun.year}9903{c.between(1000, 9999)}{human.staff_no[2:]}", begun)
            human.law_major = True
        office = f"{places.BUREAU}法制科"
        inside = [h for h in self._officers() if h.home == office and h.known_from == self.start]
        for human in inside[: self.count(6)]:
            human.reviewer = (max(human.entered, date(2015, 3, 1)), None, True)
        # Of the ten empowered squads: four covered from the start, two more since, one grandfathered, one of whom the
        # reviewer lacks the qualification; the others have nobody.
        for at, squad in enumerate(places.SQUADS[: len(places.EMPOWERED)]):
            staff = [
                h
                for h in self._officers()
                if h.known_from == self.start
                and (h.home == squad or any(p.to == squad and p.start <= self.start and p.end is None for p in h.posts))
                and not any(p.kind in AWAY for p in h.posts)
            ]
            qualified = sorted(staff, key=lambda h: (h.legal is None, h.staff_no))
            if not qualified:
                continue
            human = qualified[0]
            if at < 4 or at in (5, 7):
                if human.legal is None:
                    human.legal = ("A证", f"A20199903{human.staff_no[2:]}", date(2019, 3, 1))
                begin = date(2020, 5, 6) if at < 4 else self.start + timedelta(days=300 + 150 * (at == 7))
                human.reviewer = (max(begin, human.entered, human.legal[2]), None, False)
            elif at == 4:
                human.legal, human.entered = None, min(human.entered, date(2014, 7, 1))
                human.reviewer = (date(2016, 8, 1), None, False)
            elif at == 6:
                human.legal = None
                human.reviewer = (max(human.entered, date(2021, 9, 1)), None, False)

    def _leaves_and_leavers(self) -> None:
        c = self.chance
        settled = [h for h in self.people if h.known_from == self.start and h.reviewer is None]
        last = self.today - timedelta(days=25)
        reasons = [("retired", 16), ("transferred", 11), ("resigned", 18), ("dismissed", 1), ("died", 1)]
        for reason, number in reasons:
            group = [h for h in settled if h.left is None and (h.category == "auxiliary") == (reason == "resigned")]
            if reason == "retired":
                group = sorted(group, key=lambda h: h.born)[: self.count(30)]
            for human in c.sample(group, self.count(number, 0)):
                day = c.day(self.start + timedelta(days=40), last)
                human.left = (day.replace(day=1) if reason == "retired" else day, reason)
                self._cut(human)
        on_leave = [h for h in settled if h.left is None and not any(p.kind in AWAY for p in h.posts)]
        for at, human in enumerate(c.sample(on_leave, self.count(26, 2))):
            start = c.day(self.start + timedelta(days=20), self.today - timedelta(days=30))
            young = human.gender == "女" and human.born.year > self.today.year - 42
            end = start + timedelta(days=158 if young else c.between(95, 260))
            kind = "maternity" if young else "study" if at % 7 == 6 else "sick"
            human.leaves.append((kind, start, end if end <= self.today else None))

    def _cut(self, human: Human) -> None:
        """Nothing happens to anybody after they left."""
        day = human.left[0]
        human.posts = [post for post in human.posts if post.start < day]
        for post in human.posts:
            if post.end is None or post.end >= day:
                post.end = None
        human.cards = [card for card in human.cards if card.issued < day]
        for card in human.cards:
            card.stops = [stop for stop in card.stops if stop[1] < day and (stop[2] is None or stop[2] < day)]
