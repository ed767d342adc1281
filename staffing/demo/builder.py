"""Plays the story through the portal: units, policy, accounts; then rosters and acts in the order of their days."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone, translation

from portal import notices
from portal.actions.grants import give_grant
from portal.actions.users import create_user
from portal.models import HomePage, Role, User
from staffing.actions import hours as hour_actions
from staffing.actions import leave, memberships, postings, qualifications, rosters, units
from staffing.actions.errors import Refused
from staffing.actions.policies import save_policy
from staffing.demo import ledger, places
from staffing.demo.sheets import write_roster, write_waiting
from staffing.demo.story import AWAY, DEPLOYED, Human, Story
from staffing.models import HourCredit, Person, Policy, Posting, Qualification, QualificationKind, RosterImport, Unit

PASSWORD = "Demo-2026-portal"  # noqa: S105 - a demonstration's, printed on purpose
SEED = 2026
# user name, name, role, unit by name ("" = everywhere)
ACCOUNTS = (
    ("sysadmin", "系统管理员", Role.SYSTEM, ""),
    ("secadmin", "安全管理员", Role.SECURITY, ""),
    ("auditor", "审计管理员", Role.AUDITOR, ""),
    ("hr", "政工科 沈若兰", Role.HR, places.COUNTY),
    ("legal", "法治办 顾明远", Role.LEGAL, places.COUNTY),
    ("leader", "局领导 程守正", Role.LEADER, places.COUNTY),
    ("training", "培训管理员 何雨桐", Role.TRAINING, places.COUNTY),
    ("editor", "内容编辑 秦晓舟", Role.EDITOR, ""),
    ("town", "云溪镇 分管负责人", Role.TOWN, places.EMPOWERED[0]),
    ("lead", "云溪中队 队长", Role.SQUAD_LEAD, places.SQUADS[0]),
    ("clerk", "云溪中队 内勤", Role.CLERK, places.SQUADS[0]),
    ("officer", "", Role.OFFICER, places.SQUADS[0]),
)
BASIS = """《法治政府建设实施纲要（2021—2025年）》：每人每年不少于60学时的业务知识和法律法规培训，政治理论教育学时另计。
《国务院办公厅关于全面推行行政执法公示制度执法全过程记录制度重大执法决定法制审核制度的指导意见》（国办发〔2018〕118号）：\
法制审核人员原则上不少于本单位执法人员总数的5%。
《中华人民共和国行政处罚法》第四十二条：执法人员不得少于两人；第五十八条：初次从事法制审核的人员应当取得法律职业资格。
省、市关于执法力量下沉的要求：下沉到镇街的执法人员不少于60%。（示例数据，正式使用前请按本地文件核定。）"""
ANNOUNCEMENT = (
    "<p><b>示范数据</b>：云澜县及其全部单位、人员均为虚构，证件号以99开头，不对应任何人。</p>"
    "<p>本周四14:30举办执法大讲堂，请各中队组织参加。年度学时请于12月31日前学完。</p>"
)


class NotEmpty(Exception):
    """The database already holds people; a demonstration never mixes with them."""


@dataclass
class Summary:
    """What was made."""

    people: int = 0
    units: int = 0
    postings: int = 0
    qualifications: int = 0
    hours: int = 0
    imports: int = 0
    accounts: list[tuple[str, str, str]] = field(default_factory=list)


def build(*, today: date, scale: float = 1.0, seed: int = SEED, say=lambda text: None) -> Summary:
    """Fill an empty database with the demonstration county as it stands on ``today``. Raises NotEmpty.

    The same ``today``, ``scale`` and ``seed`` give the same county. ``say`` is told each step.
    """
    if Person.objects.exists() or Unit.objects.exists():
        raise NotEmpty
    with translation.override("zh-hans"), tempfile.TemporaryDirectory() as folder:
        return Builder(Story(today=today, seed=seed, scale=scale), Path(folder), say).build()


def moment(day: date, hour: int = 9) -> datetime:
    """A working hour of ``day`` in Beijing time."""
    return datetime.combine(day, time(hour - 8), tzinfo=UTC)


class Builder:
    def __init__(self, story: Story, folder: Path, say):
        self.story, self.folder, self.say = story, folder, say
        self.hr: User | None = None
        self.users: dict[str, User] = {}
        self.people: dict[str, Person] = {}
        self.units: dict[str, Unit] = {}

    def build(self) -> Summary:
        story = self.story
        with transaction.atomic():
            self._units()
            self._policy()
            self._accounts()
        acts = sorted(self._acts(), key=lambda act: (act[0], act[1]))
        for index, day in enumerate(story.rosters):
            # What happened up to the roster's day is done before it, so that the roster confirms it.
            self._play(acts, story.rosters[index - 1] if index else date.min, day)
            self.say(f"花名册 {day}")
            self._import(write_roster(story, index, self.folder), day)
        self._play(acts, story.rosters[-1], story.today)
        self._officer()
        self.say("学时")
        with transaction.atomic():
            self._hours()
        self._import(write_waiting(story, self.folder), story.today - timedelta(days=3), commit=False)
        with transaction.atomic():
            self._news()
        return self._summary()

    def _play(self, acts, after: date, until: date) -> None:
        with transaction.atomic():
            for when, _order, act in acts:
                if after < when <= until:
                    act(moment(when))

    # --- frame --------------------------------------------------------------------------------------------------------

    def _units(self) -> None:
        now = moment(self.story.start - timedelta(days=30))
        for place in places.places():
            self.units[place.name] = units.create_unit(
                actor=None,
                now=now,
                name=place.name,
                kind=place.kind,
                code=place.code,
                parent=self.units.get(place.parent),
                short_name=place.short,
                empower_mode=place.mode,
                quota=self._quota(place),
                locality="990300",
                aliases=place.aliases,
            )

    def _quota(self, place: places.Place) -> int | None:
        """Approved posts. A bureau's and a department's are those that its officers hold, with a few to spare."""
        if place.kind == "squad":
            return self.story.count(18 if place.mode == "empowered" else 12, 2)
        if place.kind not in ("bureau", "department"):
            return None
        # Offices bear their bureau's name and share its posts.
        held = sum(human.category == "officer" and human.home.startswith(place.name) for human in self.story.people)
        return (held // 5 + 1) * 5

    def _policy(self) -> None:
        policy = Policy(
            code="yunlan-2023",
            name="云澜县口径（2023版）",
            start=date(2021, 1, 1),
            legal_basis=BASIS,
            hours_online_max=30,
            hours_auxiliaries=False,
        )
        save_policy(actor=None, now=moment(self.story.start - timedelta(days=30)), policy=policy)

    def _accounts(self) -> None:
        now = moment(self.story.start - timedelta(days=20))
        for username, name, role, unit in ACCOUNTS:
            user, _shown = create_user(
                actor=None, now=now, username=username, name=name, password=PASSWORD, must_change_password=False
            )
            give_grant(actor=None, now=now, user=user, role=role, unit=self.units.get(unit))
            self.users[username] = user
        self.hr = self.users["hr"]

    def _import(self, path: Path, day: date, *, commit: bool = True) -> RosterImport:
        batch = rosters.import_file(
            actor=self.hr,
            now=moment(day + timedelta(days=1 if commit else 2), 15),
            path=path,
            as_of=day,
            commit=commit,
            complete=commit,
            filename=path.name,
        )
        self.people = {person.staff_no: person for person in Person.objects.defer("id_number", "mobile")}
        return batch

    # --- acts ---------------------------------------------------------------------------------------------------------

    def _acts(self):
        """(day, order, act) of everything that reaches the portal through an action."""
        order = 0
        for human in self.story.people:
            for when, act in self._acts_of(human):
                order += 1
                # Somebody known to nobody yet cannot be written about: their first roster tells.
                if human.known_from < when <= self.story.today:
                    yield when, order, act

    def _acts_of(self, human: Human):
        last = human.left[0] if human.left else None
        for post in human.posts:
            layer = DEPLOYED if post.kind in DEPLOYED else AWAY
            if post.start > human.known_from:
                yield post.start, lambda now, post=post: self._open(human, post, now)
            if post.end:
                yield post.end, lambda now, post=post, layer=layer: self._return(human, post, layer, now)
        for card, following in zip(human.cards, [*human.cards[1:], None]):
            if card.issued > human.known_from and card is human.cards[0]:
                yield card.issued, lambda now, card=card: self._card(human, card, now)
            if following and following.issued > human.known_from:
                yield following.issued, lambda now, new=following: self._renew(human, new, now)
            for stop in card.stops:
                if stop[1] > human.known_from:
                    yield stop[1], lambda now, stop=stop: self._stop(human, stop, now)
        if human.reviewer and human.reviewer[0] > human.known_from:
            yield human.reviewer[0], lambda now: self._reviewer(human, now)
        for kind, start, end in human.leaves:
            if start > human.known_from:
                yield start, lambda now, kind=kind, start=start: self._leave(human, kind, start, now)
                if end:
                    yield end, lambda now, start=start, end=end: self._leave_over(human, start, end, now)
        if last:
            yield last, lambda now: self._left(human, now)

    def _who(self, human: Human) -> Person:
        return self.people[human.staff_no]

    def _open(self, human: Human, post, now) -> None:
        postings.open_posting(
            actor=self.hr,
            now=now,
            person=self._who(human),
            kind=post.kind,
            start=post.start,
            to_unit=self.units.get(post.to),
            to_text=post.to_text,
            due=post.due,
            doc_no=post.doc,
            full_time=post.full_time,
            post_locked=post.locked,
        )

    def _return(self, human: Human, post, layer, now) -> None:
        row = Posting.objects.filter(person=self._who(human), kind__in=layer, end__isnull=True).latest("start")
        postings.end_posting(actor=self.hr, now=now, posting=row, end=post.end)

    def _card(self, human: Human, card, now) -> None:
        qualifications.add_qualification(
            actor=self.hr,
            now=now,
            person=self._who(human),
            kind=QualificationKind.ENFORCE,
            number=card.number,
            issuer="省司法厅",
            issued=card.issued,
            valid_until=card.until,
        )

    def _held(self, human: Human) -> Qualification:
        cards = Qualification.objects.filter(person=self._who(human), kind=QualificationKind.ENFORCE)
        return cards.latest("issued")

    def _renew(self, human: Human, card, now) -> None:
        qualifications.renew_qualification(
            actor=self.hr,
            now=now,
            qualification=self._held(human),
            issued=card.issued,
            valid_until=card.until,
            number=card.number,
        )

    def _stop(self, human: Human, stop, now) -> None:
        state, start, until, doc, reason = stop
        qualifications.change_state(
            actor=self.users["legal"],
            now=now,
            qualification=self._held(human),
            state=state,
            start=start,
            until=until,
            doc_no=doc,
            reason=reason,
        )

    def _reviewer(self, human: Human, now) -> None:
        start, _end, full_time = human.reviewer
        qualifications.assign_reviewer(
            actor=self.users["legal"], now=now, person=self._who(human), start=start, full_time=full_time
        )

    def _leave(self, human: Human, kind: str, start: date, now) -> None:
        leave.record_leave(actor=self.hr, now=now, person=self._who(human), kind=kind, start=start)

    def _leave_over(self, human: Human, start: date, end: date, now) -> None:
        row = self._who(human).leaves.filter(start=start).get()
        leave.end_leave(actor=self.hr, now=now, leave=row, end=end)

    def _left(self, human: Human, now) -> None:
        day, reason = human.left
        memberships.end_membership(actor=self.hr, now=now, person=self._who(human), end=day, reason=reason)

    # --- hours, news --------------------------------------------------------------------------------------------------

    def _hours(self) -> None:
        story, trainer = self.story, self.users["training"]
        keys = {number: person.pk for number, person in self.people.items()}
        for year in range(story.today.year - 2, story.today.year + 1):
            rows = list(ledger.year_rows(story, year, keys))
            closed = date(year, 12, 31)
            # A year's last entries came in on its last day; this year's until today.
            now = moment(min(closed, story.today), 17)
            hour_actions.credit_hours_many(actor=trainer, now=now, rows=rows, reason="按签到表登记")
        wrong = HourCredit.objects.filter(year=story.today.year, kind="online").order_by("source", "person__staff_no")
        for credit in wrong[: story.count(9)]:
            hour_actions.reverse_hours(
                actor=trainer, now=moment(story.today, 11), credit=credit, reason="签到表核对：当天未到场"
            )

    def _officer(self) -> None:
        """The officer's account belongs to somebody of the first squad."""
        squad = self.units[places.SQUADS[0]]
        day = self.story.today
        mine = Person.objects.filter(
            postings__to_unit=squad, postings__end__isnull=True, memberships__end__isnull=True
        ).order_by("staff_no")
        person = mine.filter(postings__start__lte=day).first() or Person.objects.order_by("staff_no").first()
        user = self.users["officer"]
        user.name = person.name
        user.save(update_fields=["name"])
        person.user = user
        person.save(update_fields=["user"])

    def _news(self) -> None:
        now = moment(self.story.today, 8)
        send = [
            (("officer",), "年度学时将于12月31日截止，请查看您的学时。", "/me/"),
            (("hr",), "有一份花名册等待核对。", "/rosters/"),
            (("hr", "leader"), "部分借调人员已过归位日期。", "/postings/?state=overdue"),
            (("legal", "leader"), "仍有赋权镇街中队没有具备资格的法制审核人员。", "/gaps/"),
        ]
        for number, (names, text, url) in enumerate(send):
            receivers = [self.users[name] for name in names]
            notices.send(recipients=receivers, now=now, key=f"demo:{number}", text=text, url=url)
        page = HomePage.objects.first()
        if page and not page.announcement:
            page.announcement = ANNOUNCEMENT
            page.save_revision().publish()

    def _summary(self) -> Summary:
        return Summary(
            people=Person.objects.count(),
            units=Unit.objects.count(),
            postings=Posting.objects.count(),
            qualifications=Qualification.objects.count(),
            hours=HourCredit.objects.count(),
            imports=RosterImport.objects.count(),
            accounts=[(name, self.users[name].name, Role(role).label) for name, _n, role, _u in ACCOUNTS],
        )


def today_or(day: date | None) -> date:
    """``day``, or the local today."""
    return day or timezone.localdate()


__all__ = ["PASSWORD", "NotEmpty", "Refused", "Summary", "build", "today_or"]
