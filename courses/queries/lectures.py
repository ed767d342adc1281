"""What the page of a lecture says: when and where, what it is worth, seats, what comes next, how the year stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import LecturePage, Lecturer, Session, Signup
from courses.queries import progress, signups
from courses.queries import series as series_queries
from courses.queries import sessions as session_queries
from courses.queries.own import base_path
from courses.queries.worth import film_hours, film_minutes
from courses.rules.presence import worth
from portal.figures import num
from staffing.models import HourKind, Person, Unit
from staffing.queries.policies import policy_for
from staffing.rules.hours import OFFLINE, ONLINE, class_of, session_hours
from staffing.rules.params import Params


@dataclass(frozen=True)
class Earning:
    """How hours are earned, in words with this lecture's own numbers. ``basis``: the calculation in one line."""

    basis: str
    onsite: Sequence[str] = ()
    onsite_class: str = ""
    recording: Sequence[str] = ()
    recording_class: str = ""
    note: str = ""


def _class_words(kind: str) -> str:
    """计线下, 计线上; "" for what counts by a rule of its own or not at all."""
    return {OFFLINE: _("计线下"), ONLINE: _("计线上")}.get(class_of(kind), "")


def earning(session: Session | None, page: LecturePage | None, params: Params) -> Earning | None:
    """What being there and what watching the recording earns; None when there is neither. No query."""
    film = page.recording if page is not None and page.recording_id else None
    if session is None and film is None:
        return None
    political = session is not None and session.kind == HourKind.POLITICAL
    minutes = session.minutes if session is not None else film_minutes(page)
    hours = session_hours(minutes, params.hours_unit_minutes)
    told = {"minutes": minutes, "unit": params.hours_unit_minutes, "hours": num(hours)}
    return Earning(
        basis=_("%(minutes)s分钟 ÷ %(unit)s，计%(hours)s学时") % told,
        onsite=_onsite(session, minutes, params) if session is not None else (),
        onsite_class="" if political or session is None else _class_words(session.kind),
        recording=_recording(page, session, params) if film is not None else (),
        recording_class="" if political or film is None else _class_words(HourKind.ONLINE),
        note=_("政治理论教育记入学习档案，不计入年度学时。") if political else "",
    )


def _onsite(session: Session, minutes: int, params: Params) -> list[str]:
    found = worth(minutes, params)
    if not found.hours:
        return [_("不足半学时，不计学时。")]
    told = {"full": found.full, "share": num(params.hours_presence_full * 100), "hours": num(found.hours)}
    lines = [_("签到、签退都有，在场满%(full)s分钟（%(share)s%%），计%(hours)s学时。") % told]
    if found.least < found.full:
        told = {"full": found.full, "least": found.least}
        lines.append(_("不满%(full)s分钟，按实际分钟折算；不满%(least)s分钟不计。") % told)
    else:
        lines.append(_("不满%(full)s分钟不计。") % {"full": found.full})
    lines.append(_("缺签退，核对前不计。"))
    return lines


def _recording(page: LecturePage, session: Session | None, params: Params) -> list[str]:
    length = film_minutes(page)
    hours = film_hours(session, length, params.hours_unit_minutes)
    asked = progress.conditions_of(page)
    wanted = [_("看满%(share)s%%") % {"share": asked.watch}]
    if page.checks:
        wanted.append(_("通过随机在场确认"))
    if asked.quiz is not None:
        wanted.append(_("测验%(mark)s分") % {"mark": asked.quiz})
    told = {"wanted": str(_("，")).join(wanted), "hours": num(hours)}
    lines = [_("%(wanted)s，计%(hours)s学时。") % told if hours else _("%(wanted)s；不足半学时，不计学时。") % told]
    if session is not None and hours < session_hours(session.minutes, params.hours_unit_minutes):
        lines.append(_("录像长%(minutes)s分钟，学时不超过录像时长。") % {"minutes": length})
    if page.no_skip:
        lines.append(_("首次观看不能快进。"))
    if session is not None:
        lines.append(_("现场已计的，看录像不再重复计。"))
    return lines


@dataclass(frozen=True)
class Place:
    """Seats of a session as one reader sees them. ``line``: their place in the waiting list, 0 without."""

    seats: signups.Seats
    own: Signup | None = None
    line: int = 0
    takes: bool = False
    invited: bool = True

    @property
    def may_sign_up(self) -> bool:
        return self.takes and self.own is None and self.invited

    @property
    def may_sign_off(self) -> bool:
        return self.takes and self.own is not None


def places(rows: Sequence[Session], person: Person | None, now: datetime) -> dict[int, Place]:
    """{session id: Place} for one reader; who is invited goes by where they work today (signing up looks at the day
    itself). At most three queries, whatever the number of sessions, and one for each waiting list one stands in.
    """
    seats, own = signups.counts_and_own(rows, person)
    takes = {row.pk: signups.takes_signups(row, now) for row in rows}
    path = None
    if person is not None and any(takes[row.pk] and row.pk not in own and row.units.all() for row in rows):
        path = base_path(person, timezone.localdate(now))
    found = {}
    for row in rows:
        mine = own.get(row.pk)
        line = signups.place_in_line(mine) if mine is not None and mine.state == Signup.State.WAITING else 0
        invited = mine is not None or session_queries.invited_scope(row).covers(path or "")
        found[row.pk] = Place(seats[row.pk], mine, line, takes[row.pk], invited)
    return found


@dataclass(frozen=True)
class Next:
    """The next lecture of the series, with what may be done about it."""

    session: Session
    lecturers: list[Lecturer]
    place: Place
    url: str


@dataclass(frozen=True)
class Lecture:
    """Everything of a lecture page that is not another part's own. ``session`` None: a recording from outside."""

    page: LecturePage | None
    session: Session | None
    title: str
    state: str = ""
    number: str = ""
    lecturers: list[Lecturer] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    invited: int = 0
    place: Place | None = None
    earning: Earning | None = None
    next: Next | None = None
    plan: series_queries.Plan | None = None
    slides: list = field(default_factory=list)


def slides_of(page: LecturePage | None) -> list:
    """Documents handed out, in the editor's order (of a draft in a preview). One query."""
    if page is None:
        return []
    return list(page.slides.select_related("document") if page.pk else page.slides.all())


def lecture_of(session: Session | None, page: LecturePage | None, person: Person | None, now: datetime) -> Lecture:
    """The lecture for one reader. At most 14 queries, whatever the number of lectures."""
    title = page.title if page is not None else session.title
    slides = slides_of(page)
    if session is None:
        params = policy_for(timezone.localdate(now))
        return Lecture(page, None, title, earning=earning(None, page, params), slides=slides)
    params = policy_for(session_queries.day_of(session), session.series.unit)
    cancelled = session.state == Session.State.CANCELLED
    plan = series_queries.plan_of(session.series, session.year, now, current=session)
    following = plan.following
    both = [session, following] if following is not None else [session]
    prefetch_related_objects(both, "units", "lecturers")
    place = places(both, person, now)
    return Lecture(
        page,
        session,
        title,
        state=session_queries.state_of(session, now),
        number=session_queries.number_words(session),
        lecturers=list(session.lecturers.all()),
        units=list(session.units.all()),
        invited=session_queries.expected_number(session),
        place=None if cancelled else place[session.pk],
        earning=None if cancelled else earning(session, page, params),
        next=_next(following, place) if following is not None else None,
        plan=plan,
        slides=slides,
    )


def _next(row: Session, place: dict[int, Place]) -> Next:
    return Next(row, list(row.lecturers.all()), place[row.pk], session_queries.lecture_url(row))


def session_for(code: str) -> Session | None:
    """A session by its code, for who may read about lectures at all; its page comes along. One query."""
    return Session.objects.select_related("series__unit", "series__page", "page").filter(code=code).first()


def session_of(page: LecturePage) -> Session | None:
    """The session of a page with what the page shows of it. No query where it came along with the page, else one."""
    if not page.session_id:
        return None
    if "session" in page._state.fields_cache:
        return page.session
    return Session.objects.select_related("series__unit", "series__page").get(pk=page.session_id)
