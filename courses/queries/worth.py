"""What a course and a lecture's recording are worth: one rule for the ledger, the pages and the shortest set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from courses.models import CoursePage, LecturePage, Session
from courses.queries.sessions import day_of
from courses.rules.completion import course_hours
from staffing.models import HourKind
from staffing.queries.policies import PolicyBook, policy_for
from staffing.rules.hours import session_hours


@dataclass(frozen=True)
class Worth:
    """``hours`` (学时) of class ``kind``, which the ledger keeps under ``source``."""

    source: str
    hours: Fraction
    kind: str

    @property
    def exact(self) -> Decimal:
        """As the ledger stores them."""
        return Decimal(self.hours.numerator) / Decimal(self.hours.denominator)


def film_minutes(page: LecturePage) -> int:
    """Whole minutes of a lecture's recording, 0 without one."""
    return int(page.recording.duration or 0) // 60 if page.recording_id else 0


def film_hours(session: Session | None, minutes: int, unit: int) -> Fraction:
    """学时 of a recording of ``minutes``: those of its session, and never more than it is long itself."""
    own = session_hours(minutes, unit)
    return own if session is None else min(own, session_hours(session.minutes, unit))


def recording_worth(page: LecturePage, today: date, policies: PolicyBook, minutes: int | None = None) -> Worth:
    """What watching a recording through earns: its session's hours (no more than the film is long), under the session
    as attendance does and by the same policy (that of the session's day and of who holds it), so that the two never
    add up. Without a session, or when that was cancelled: the hours of its own length under the policy of ``today``.
    ``minutes``: of the film that was seen, when that is not the one there now. No query when
    ``session__series__unit`` and ``recording`` are loaded.
    """
    session = page.session if page.session_id else None
    minutes = film_minutes(page) if minutes is None else minutes
    if session is not None and session.state != Session.State.CANCELLED:
        source = f"session:{session.pk}"
        policy = policies.on(day_of(session), session.series.unit.locality)
        earned = film_hours(session, minutes, policy.hours_unit_minutes)
    else:
        source = f"lecture:{page.pk}:{today.year}"
        earned = session_hours(minutes, policies.on(today).hours_unit_minutes)
    political = session is not None and session.kind == HourKind.POLITICAL
    kind = HourKind.POLITICAL if political else HourKind.ONLINE
    return Worth(source, earned, kind)


def unit_minutes(day: date) -> int:
    """Minutes of one 学时 in courses on ``day``. One query."""
    return policy_for(day).hours_unit_minutes


def hours_of_course(course: CoursePage, seconds: int, day: date) -> Decimal:
    """学时 of a course whose content takes ``seconds``, for who begins it on ``day``. One query unless stated."""
    if course.hours is not None:
        return course.hours
    return course_hours(None, seconds, unit_minutes(day))
