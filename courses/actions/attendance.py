"""Presence at a lecture: corrected by hand with a reason, and turned into hours once it is over (domain §2.1)."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses.actions.attendance_base import (
    Guests,
    Settling,
    State,
    concerned,
    fresh,
    over_at,
    refuse_cancelled,
    settle_rows,
)
from courses.actions.sessions import mark_held
from courses.actions.signups import lock
from courses.models import Attendance, Session, Way
from courses.queries.sessions import day_of
from courses.rules import attendance as rules
from exams.queries.eligibility import bases
from portal import audit
from portal.actions.errors import Refused
from staffing.actions.common import hold_people
from staffing.models import HourYear, Person

log = logging.getLogger(__name__)
# What a person may say of somebody's presence. INSIDE is what scans alone lead to.
SAID = (State.PRESENT, State.NO_SIGN_OUT, State.LEAVE, State.PROXY, State.VOID)
# Times typed by hand lie this near to the lecture; farther off a wrong date is more likely.
NEAR = timedelta(hours=12)
# Lectures of longer ago are settled by a person.
LOOK_BACK = timedelta(days=30)


def settle_session(*, actor, now, session: Session, reason: str = "") -> Settling:
    """Turn presence into hours: who signed in and out earns by the presence rule, own lecturers by the teaching factor
    (and no attendance on top). The ledger ends equal to the records however often this is done.

    Raises Refused: cancelled, not over yet, a closed year without ``reason``.
    """
    with transaction.atomic():
        row = lock(session)
        refuse_cancelled(row)
        if now < over_at(row):
            raise Refused(_("讲座还没有结束，不能核定学时。"))
        hold_people(concerned(row))
        rows = list(Attendance.objects.filter(session=row))
        if row.state == Session.State.PLANNED and any(one.state in (State.PRESENT, State.INSIDE) for one in rows):
            row = mark_held(actor=actor, now=now, session=row)
        done = settle_rows(actor=actor, now=now, session=row, rows=rows, reason=reason, whole=True)
        Session.objects.filter(pk=row.pk).update(settled_at=now)
        session.settled_at = now
        audit.record(
            actor=actor,
            now=now,
            action="attendance.settled",
            obj=row,
            unit_code=row.series.unit.code,
            code=row.code,
            reason=reason,
            **vars(done),
        )
    return done


def settle_due(*, now) -> int:
    """Settle what is over, sign-out included, and has rows nobody settled; how many. By the system itself.

    A lecture of a closed year is left to a person, who must say why.
    """
    ended = Session.objects.filter(ends_at__lte=now - rules.LATEST, ends_at__gt=now - LOOK_BACK)
    # A lecture that took longer has its own end: settling it earlier would be refused.
    due = ended.filter(settled_at=None).filter(Q(attendances__isnull=False) | Q(lecturers__person__isnull=False))
    due = due.exclude(state=Session.State.CANCELLED).exclude(
        # Planned and nobody came: not held as far as anybody knows.
        Q(state=Session.State.PLANNED) & Q(attendances__isnull=True)
    )
    closed = set(HourYear.objects.values_list("year", flat=True))
    number = 0
    for session in due.exclude(year__in=closed).select_related("series__unit").distinct():
        if now < over_at(session):
            continue
        try:
            settle_session(actor=None, now=now, session=session)
        except Refused as refused:
            # One that needs a person must not hold up the others.
            log.warning("session %s was not settled: %s", session.pk, refused.message)
        else:
            number += 1
    return number


def settle_again(*, actor, now, session: Session, rows, reason: str) -> None:
    """After rows of a lecture that was settled changed. Inside the caller's transaction, the session locked."""
    if session.settled_at:
        settle_rows(actor=actor, now=now, session=session, rows=rows, reason=reason, whole=False)


def correct(
    *,
    actor,
    now,
    session: Session,
    person: Person,
    state: str,
    signed_in=None,
    signed_out=None,
    note: str = "",
    reason: str,
) -> Attendance:
    """Say what somebody's presence was: present with both times, on leave, signed for by somebody else (代签), without
    a sign-out, or VOID (recorded by mistake). Somebody not listed yet is added. Hours follow at once where the lecture
    was settled before. The same again changes nothing.

    Raises Refused: no reason, cancelled, not begun (but for leave), times missing or out of order, nobody in post here
    on the day.
    """
    reason, note = reason.strip(), note.strip()[:200]
    if not reason:
        raise Refused(_("请填写更正的原因。"), "reason")
    with transaction.atomic():
        row = lock(session)
        hold_people([person.pk])
        refuse_cancelled(row)
        if state not in SAID:
            raise Refused(_("请选择出勤状态。"), "state")
        if state != State.LEAVE and now < row.starts_at - rules.EARLY:
            raise Refused(_("讲座还没有开始，只能登记请假。"), "state")
        known = Attendance.objects.filter(session=row, person=person).first()
        paper = known is not None and known.way == Way.PAPER
        signed_in, signed_out = _times(row, state, signed_in, signed_out, paper)
        one = known or _added(row, person, now)
        before = _facts(one) if known else {}
        one.state, one.signed_in, one.signed_out, one.note = state, signed_in, signed_out, note
        if before == _facts(one):
            return one
        one.flags = rules.kept([*one.flags, rules.MANUAL])
        one.save()
        told = {"code": row.code, "person": person.pk, "before": before, "after": _facts(one), "reason": reason}
        audit.record(
            actor=actor,
            now=now,
            action="attendance.corrected",
            obj=one,
            unit_code=one.unit.code,
            **told,
        )
        settle_again(actor=actor, now=now, session=row, rows=[one], reason=reason)
    return one


def _times(session: Session, state: str, signed_in, signed_out, paper: bool):
    if state == State.LEAVE:
        return None, None
    if state == State.PRESENT and not (signed_in and signed_out) and not (paper and not signed_in and not signed_out):
        raise Refused(_("请填写签到和签退时间。"), "signed_out" if signed_in else "signed_in")
    if state == State.NO_SIGN_OUT and signed_in and signed_out:
        raise Refused(_("签到、签退时间都有，应为已签到签退。"), "state")
    for field, moment in (("signed_in", signed_in), ("signed_out", signed_out)):
        if moment and not session.starts_at - NEAR <= moment <= session.ends_at + NEAR:
            raise Refused(_("时间与讲座相差太远，请核对日期。"), field)
    if signed_in and signed_out and signed_out <= signed_in:
        raise Refused(_("签退时间应晚于签到时间。"), "signed_out")
    return signed_in, signed_out


def _added(session: Session, person: Person, now) -> Attendance:
    unit = bases([person], day_of(session)).get(person.pk)
    if unit is None:
        raise Refused(_("此人在讲座当日不在册。"), "person")
    guest = Guests(session).holds(person.pk, unit)
    return fresh(session, person.pk, unit, Way.MANUAL, now, guest=guest)


def _facts(one: Attendance) -> dict:
    return {
        "state": str(one.state),
        "signed_in": one.signed_in.isoformat() if one.signed_in else None,
        "signed_out": one.signed_out.isoformat() if one.signed_out else None,
        "note": one.note,
    }
