"""What signing, correcting, importing and settling share: a person's row, and hours that follow from rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courses.actions.completion import recording_rows
from courses.models import Attendance, AttendanceState, Session, Signup
from courses.queries.sessions import day_of, invited_scope, lecture_url, name_of
from courses.rules import attendance as rules
from portal import notices
from portal.actions.errors import Refused
from staffing.actions.hours import HourRow, set_hours_many
from staffing.models import HourCredit, HourKind, Unit
from staffing.queries.hours_spans import ledger_under
from staffing.queries.policies import policy_for
from staffing.rules.hours import teaching_hours
from staffing.rules.params import Params

State = AttendanceState
WRITTEN = ["state", "minutes", "hours", "flags"]
BATCH = 1000


@dataclass(frozen=True)
class Settling:
    """What turning presence into hours changed: entries ``credited``, ``changed``, ``reversed``, ``unchanged``;
    ``people`` who have hours of this lecture now, ``hours`` theirs together; ``waiting``: who lacks a sign-out.
    """

    credited: int = 0
    changed: int = 0
    reversed: int = 0
    unchanged: int = 0
    people: int = 0
    hours: Decimal = Decimal(0)
    waiting: int = 0


def source_of(session: Session) -> str:
    """Under which attendance (and the recording instead of it) stands in the ledger."""
    return f"session:{session.pk}"


def teaching_source(session: Session) -> str:
    """Under which a lecturer's own hours stand."""
    return f"teaching:{session.pk}"


def title_of(session: Session) -> str:
    """What the ledger calls it."""
    return name_of(session)[:120]


def teachers_of(session: Session) -> list[int]:
    """People of ours who teach it, as it says now."""
    return list(session.lecturers.exclude(person=None).values_list("person_id", flat=True))


def concerned(session: Session) -> set[int]:
    """Everybody whose hours settling may touch: who is listed, who teaches, who taught before it was changed."""
    listed = Attendance.objects.filter(session=session).values_list("person_id", flat=True)
    return {*listed, *teachers_of(session), *_taught(session)}


def _taught(session: Session) -> list[int]:
    """Who has, or had, hours of teaching it in the ledger."""
    source = teaching_source(session)
    told = HourCredit.objects.filter(source=source) | HourCredit.objects.filter(source__startswith=f"{source}#")
    return list(told.filter(reverses=None).values_list("person_id", flat=True))


class Guests:
    """Who of the people that come is a guest (旁听): not among those expected. Two queries at most, for any number."""

    def __init__(self, session: Session):
        self.scope = invited_scope(session)
        self.seated = None
        if session.needs_signup:
            rows = Signup.objects.filter(session=session, state=Signup.State.SEATED)
            self.seated = set(rows.values_list("person_id", flat=True))

    def holds(self, person_id: int, unit: Unit) -> bool:
        """Is this person, who works in ``unit`` on the day, a guest?"""
        if self.seated is not None:
            return person_id not in self.seated
        return not self.scope.covers(unit.path)


def fresh(session: Session, person_id: int, unit: Unit, way: str, now, *, guest: bool) -> Attendance:
    """A row of nobody yet; not saved."""
    return Attendance(
        session=session,
        person_id=person_id,
        unit=unit,
        way=way,
        state=State.INSIDE,
        flags=[rules.GUEST] if guest else [],
        recorded_at=now,
    )


def over_at(session: Session):
    """When the lecture was over, as held."""
    return rules.end_of(session.starts_at, session.minutes)


def settle_rows(
    *,
    actor,
    now,
    session: Session,
    rows: QuerySet[Attendance] | Iterable[Attendance],
    reason: str,
    whole: bool,
    freed: bool = True,
) -> Settling:
    """Judge these rows, write what was found into them and into the ledger. ``whole``: all of the lecture's, so that
    lecturers are settled too. ``freed``: minutes given up here go to a lecture at the same time that had to do without
    them. Inside the caller's transaction, the session and the people locked.
    """
    rows = list(rows)
    policy = policy_for(day_of(session), session.series.unit)
    teachers = set(teachers_of(session))
    judged = {row.pk: _judge(row, session, policy, row.person_id in teachers) for row in rows}
    empty = [row.person_id for row in rows if not judged[row.pk].hours]
    watched = {row.person_id: row for row in recording_rows(session, empty)} if empty else {}
    wanted = _teaching_rows(session, teachers, policy) if whole else []
    wanted += [watched.get(row.person_id) or _hour_row(session, row, judged[row.pk]) for row in rows]
    done = set_hours_many(actor=actor, now=now, rows=wanted, reason=reason)
    _write(session, rows, judged, watched)
    _tell(session, rows, now)
    if freed and (done.changed or done.reversed):
        _settle_freed(actor, now, session, {row.person_id for row in wanted}, reason)
    earned = [row.hours for row in rows if row.hours]
    return Settling(
        done.credited,
        done.changed,
        done.reversed,
        done.unchanged,
        len(earned),
        sum(earned, Decimal(0)),
        sum(row.state == State.NO_SIGN_OUT for row in rows),
    )


def _settle_freed(actor, now, session: Session, people: set[int], reason: str) -> None:
    """Minutes that were given up here may have been somebody's in another lecture at the same time, too."""
    rows = Attendance.objects.filter(person__in=people, session__settled_at__isnull=False)
    rows = rows.filter(session__starts_at__lt=over_at(session), session__ends_at__gt=session.starts_at)
    rows = rows.exclude(session=session).select_related("session__series__unit").order_by("session", "person")
    for row in rows:
        if rules.OVERLAP in row.flags and row.session.state != Session.State.CANCELLED:
            settle_rows(actor=actor, now=now, session=row.session, rows=[row], reason=reason, whole=False, freed=False)


def _judge(row: Attendance, session: Session, policy: Params, teaches: bool) -> rules.Judged:
    if row.state == State.INSIDE:
        row.state = State.NO_SIGN_OUT
    found = rules.judge(row.state, row.signed_in, row.signed_out, session.starts_at, session.minutes, policy)
    if teaches and found.hours:
        # The same minutes never earn twice: whoever taught has the hours of teaching.
        return rules.Judged(found.minutes, rules.ZERO, None, (*found.flags, rules.TEACHES))
    return found


def _hour_row(session: Session, row: Attendance, found: rules.Judged) -> HourRow:
    return HourRow(
        row.person_id,
        session.kind,
        Decimal(found.hours.numerator) / Decimal(found.hours.denominator),
        day_of(session),
        title_of(session),
        source_of(session),
        (found.span,) if found.span else (),
    )


def _teaching_rows(session: Session, teachers: set[int], policy: Params) -> list[HourRow]:
    """Those of today's own lecturers, and nothing for whoever was taken off the list since."""
    source, day, before = teaching_source(session), day_of(session), set(_taught(session))
    held = session.state != Session.State.CANCELLED
    hours = teaching_hours(session.minutes, policy) if held else rules.ZERO
    span = ((rules.minute(session.starts_at), over_at(session)),)
    return [
        HourRow(
            pk,
            HourKind.TEACHING,
            Decimal(hours.numerator) / Decimal(hours.denominator) if pk in teachers else Decimal(0),
            day,
            _("授课：%(title)s") % {"title": title_of(session)},
            source,
            span if pk in teachers and hours else (),
        )
        for pk in sorted(teachers | before)
    ]


def _write(session: Session, rows: list[Attendance], judged, watched) -> None:
    standing = ledger_under([row.person_id for row in rows], [source_of(session)]).standing
    for row in rows:
        found, credit = judged[row.pk], standing.get((row.person_id, source_of(session)))
        flags = list(found.flags)
        if row.person_id in watched:
            flags.append(rules.RECORDING)
            hours = Decimal(0)
        else:
            hours = credit.hours if credit else Decimal(0)
            if hours < found.hours:
                flags.append(rules.OVERLAP)
        row.minutes, row.hours, row.flags = found.minutes, hours, rules.kept(row.flags, flags)
    Attendance.objects.bulk_update(rows, WRITTEN, batch_size=BATCH)


def _tell(session: Session, rows: list[Attendance], now) -> None:
    """Who left without signing out learns it once, while somebody may still remember."""
    pks = [row.person_id for row in rows if row.state == State.NO_SIGN_OUT]
    users = list(
        Attendance.objects.filter(session=session, person__in=pks, person__user__isnull=False).values_list(
            "person__user", flat=True
        )
    )
    if users:
        text = _("%(name)s缺签到或签退，暂不计学时，请联系培训管理员核对。") % {"name": name_of(session)}
        notices.send(recipients=users, now=now, key=f"no-sign-out:{session.pk}", text=text, url=lecture_url(session))


def refuse_cancelled(session: Session) -> None:
    """Raises Refused for a lecture that was called off."""
    if session.state == Session.State.CANCELLED:
        raise Refused(_("讲座已取消，没有出勤。"))
