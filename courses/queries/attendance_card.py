"""The attendance card of a lecture page: what the reader may do now, where they stand, the figures for who watches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Attendance, AttendanceState, Session
from courses.queries import attendance as queries
from courses.queries.own import person_of
from courses.queries.sessions import day_of, invited_scope, when
from courses.rules import attendance as rules
from portal.access import Scope, access_of
from portal.ui import Link
from staffing.models import Person


@dataclass(frozen=True)
class Figures:
    """For who watches: this lecture inside their scope, and the series' year."""

    expected: int
    came: int
    signed_out: int
    year: queries.YearFigures
    url: str
    everywhere: bool


@dataclass(frozen=True)
class AttendanceCard:
    """``direction``: which scan is open now ("" none), from ``first`` to ``until`` (local). ``own``: the reader's row,
    ``own_words`` it in a line, also without a row once the lecture began. ``scan_url``: the scanner, for learners
    while a scan is open.
    """

    title: str
    direction: str
    first: datetime | None
    until: datetime | None
    own: Attendance | None
    own_kind: str
    own_words: str
    own_hint: str
    scan_url: str
    scan_label: str
    acts: Sequence[Link]
    figures: Figures | None
    now: datetime

    @property
    def empty(self) -> bool:
        return not (self.direction or self.own_words or self.acts or self.figures)


KINDS = {
    AttendanceState.PRESENT: "met",
    AttendanceState.INSIDE: "info",
    AttendanceState.NO_SIGN_OUT: "short",
    AttendanceState.PROXY: "overdue",
    AttendanceState.LEAVE: "plain",
}


def overlaps(scope: Scope, session: Session) -> bool:
    """Does ``session`` concern anybody in ``scope``: held there, or some of its people invited?"""
    wanted = invited_scope(session)
    if scope.everywhere or scope.covers(session.series.unit.path):
        return True
    if wanted.everywhere:
        return bool(scope)
    return any(scope.covers(path) for path in wanted.paths) or any(wanted.covers(path) for path in scope.paths)


def direction_open(session: Session, own: Attendance | None, now: datetime) -> str:
    """Which scan counts for this person now; "" none."""
    if session.state == Session.State.CANCELLED:
        return ""
    starts, ends = session.starts_at, session.ends_at
    came = own is not None and own.signed_in is not None
    if not came and rules.is_open(rules.IN, now, starts, ends):
        return rules.IN
    return rules.OUT if rules.is_open(rules.OUT, now, starts, ends) else ""


def card_for(request, session: Session, now: datetime | None = None) -> AttendanceCard:
    """The card for this reader. At most eleven queries, three for a learner."""
    now = now or timezone.now()
    access = access_of(request)
    learner = access.can("learn.take")
    person = person_of(request) if learner else None
    own = queries.own_attendance(session, person)
    open_now = direction_open(session, own, now)
    shown = open_now or (rules.IN if now < session.starts_at - rules.EARLY else "")
    first, until = rules.window(shown, session.starts_at, session.ends_at) if shown else (None, None)
    kind, words, hint = _own(session, own)
    if person and own is None and now >= session.starts_at and session.state != Session.State.CANCELLED:
        kind, words, hint = _without_row(now < session.ends_at)
    out = open_now == rules.OUT
    return AttendanceCard(
        title={rules.IN: _("现场签到"), rules.OUT: _("现场签退")}.get(shown, _("出勤")),
        direction=open_now,
        first=timezone.localtime(first) if first else None,
        until=timezone.localtime(until) if until else None,
        own=own,
        own_kind=kind,
        own_words=words,
        own_hint=hint,
        scan_url=reverse("courses:scan") if person and open_now and not _done(own) else "",
        scan_label=_("扫码签退") if out else _("扫码签到"),
        acts=_acts(access, session, now),
        figures=_figures(access, session, now),
        now=timezone.localtime(now),
    )


@dataclass(frozen=True)
class Today:
    """One of today's lectures on the scanner's page: which scan is open, between when, and where the learner stands."""

    session: Session
    when: str
    direction: str
    window: str
    own_kind: str
    own_words: str


def today_line(session: Session, person: Person, now: datetime) -> Today:
    """One query."""
    own = queries.own_attendance(session, person)
    direction = direction_open(session, own, now)
    kind, words, _hint = _own(session, own)
    told = ""
    if direction:
        first, until = (timezone.localtime(one) for one in rules.window(direction, session.starts_at, session.ends_at))
        told = f"{first:%H:%M}–{until:%H:%M}"
    return Today(session, when(session), direction, told, kind, words)


def _done(own: Attendance | None) -> bool:
    return own is not None and own.state == AttendanceState.PRESENT


def _own(session: Session, own: Attendance | None) -> tuple[str, str, str]:
    """(kind of tag, words, what they mean) of the reader's own row."""
    if own is None:
        return "", "", ""
    clock = {
        name: timezone.localtime(moment).strftime("%H:%M")
        for name, moment in (("in", own.signed_in), ("out", own.signed_out))
        if moment
    }
    kind = KINDS[own.state]
    if own.state == AttendanceState.INSIDE:
        return kind, _("%(in)s已签到") % clock, _("结束时请扫签退码，缺签退不计学时。")
    if own.state == AttendanceState.PRESENT:
        words = _("%(in)s签到，%(out)s签退") % clock if len(clock) == 2 else _("已签到")
        if not session.settled_at:
            return kind, words, _("学时在讲座结束后核定。")
        told = {"minutes": own.minutes, "hours": f"{own.hours.normalize():f}"}
        hint = _("在场%(minutes)s分钟，计%(hours)s学时。") % told
        reasons = [
            queries.flag_label(flag) for flag in own.flags if flag in (rules.OVERLAP, rules.TEACHES, rules.RECORDING)
        ]
        return kind, words, hint + (_("（%(why)s）") % {"why": str(_("；")).join(reasons)} if reasons else "")
    if own.state == AttendanceState.NO_SIGN_OUT:
        lacks = _("缺签到") if own.signed_out else _("缺签退")
        return kind, lacks, _("暂不计入，请联系培训管理员核对。")
    if own.state == AttendanceState.PROXY:
        return kind, _("代签作废"), _("不计学时，如有异议请联系培训管理员。")
    return kind, own.get_state_display(), own.note


def _without_row(going_on: bool) -> tuple[str, str, str]:
    """The same for a learner nobody has a row of."""
    if going_on:
        return "short", _("未签到"), _("开讲后也可以扫码，学时按在场分钟核定。")
    return "plain", _("未参加"), _("没有您的签到记录。到过场的，请联系培训管理员核对。")


def _acts(access, session: Session, now: datetime) -> list[Link]:
    """What the office may do from here."""
    if session.state == Session.State.CANCELLED:
        return []
    acts = []
    starts, ends = session.starts_at, session.ends_at
    near = starts - rules.EARLY <= now < ends + rules.LATEST
    if near and access.can("attendance.project") and overlaps(access.scope("attendance.project"), session):
        turn = rules.direction_now(now, starts, ends) == rules.OUT
        label = _("投影签退码") if turn else _("投影签到码")
        acts.append(Link(label, reverse("courses:projector", args=[session.code]), "eye", primary=True))
    host = access.can("attendance.edit") and access.scope("attendance.edit").covers(session.series.unit.path)
    if host and now >= starts:
        acts.append(Link(_("签到表导入"), reverse("courses:attendance_import", args=[session.code]), "upload"))
    return acts


def _figures(access, session: Session, now: datetime) -> Figures | None:
    scope = access.scope("attendance.view") if access.can("attendance.view") else None
    if not scope or session.state == Session.State.CANCELLED or not overlaps(scope, session):
        return None
    expected, came, out = queries.counts_now(session, scope)
    day = min(day_of(session), timezone.localdate(now))
    year = queries.year_figures(session.series, session.year, scope, day)
    address = reverse("courses:attendance", args=[session.code])
    return Figures(expected, came, out, year, address, scope.everywhere)
