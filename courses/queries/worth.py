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


def recording_worth(page: LecturePage, today: date, policies: PolicyBook) -> Worth:
    """What watching a recording through earns: its session's hours, under the session as attendance does and by the
    same policy (that of the session's day and of who holds it), so that the two never add up. Without a session, or
    when that was cancelled: the hours of its own length under the policy of ``today``. No query when
    ``session__series__unit`` and ``recording`` are loaded.
    """
    session = page.session if page.session_id else None
    if session is not None and session.state != Session.State.CANCELLED:
        source, minutes = f"session:{session.pk}", session.minutes
        policy = policies.on(day_of(session), session.series.unit.locality)
    else:
        source = f"lecture:{page.pk}:{today.year}"
        minutes = int(page.recording.duration or 0) // 60 if page.recording_id else 0
        policy = policies.on(today)
    political = session is not None and session.kind == HourKind.POLITICAL
    kind = HourKind.POLITICAL if political else HourKind.ONLINE
    return Worth(source, session_hours(minutes, policy.hours_unit_minutes), kind)


def unit_minutes(day: date) -> int:
    """Minutes of one 学时 in courses on ``day``. One query."""
    return policy_for(day).hours_unit_minutes


def hours_of_course(course: CoursePage, seconds: int, day: date) -> Decimal:
    """学时 of a course whose content takes ``seconds``, for who begins it on ``day``. One query unless stated."""
    if course.hours is not None:
        return course.hours
    return course_hours(None, seconds, unit_minutes(day))
