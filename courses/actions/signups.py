"""Signing up for a session: a seat while there is one, else a place in the waiting list, which moves up by itself.

All sign-ups of one session queue up behind its row, so that no seat is given twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Session, Signup
from courses.queries import sessions as session_queries
from courses.queries.signups import takes_signups
from exams.queries.eligibility import bases
from portal import audit, notices
from portal.actions.errors import Refused
from staffing.models import Person

State = Signup.State
BATCH = 1000


@dataclass(frozen=True)
class SignedUp:
    """``seated`` and ``waiting``: sign-ups of this call. ``again``: who had signed up before. ``refused``: {person:
    why}.
    """

    seated: list[Signup] = field(default_factory=list)
    waiting: list[Signup] = field(default_factory=list)
    again: list[Person] = field(default_factory=list)
    refused: dict[Person, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SignedOff:
    """``cancelled`` in this call, ``moved_up`` from the waiting list because of it."""

    cancelled: list[Signup] = field(default_factory=list)
    moved_up: list[Signup] = field(default_factory=list)


def lock(session: Session) -> Session:
    """The session as it stands, held until the transaction ends (SQLite: the transaction is IMMEDIATE already)."""
    return Session.objects.select_for_update(of=("self",)).select_related("series__unit").get(pk=session.pk)


def sign_up(*, actor, now, session: Session, people: Iterable[Person]) -> SignedUp:
    """Sign up everybody of ``people`` who is invited, in their order. Who is refused is named with the reason.

    Raises Refused when the session takes no sign-ups (now). People told by others get a notice.
    """
    people = list(dict.fromkeys(people))
    with transaction.atomic():
        row = lock(session)
        if not takes_signups(row, now):
            raise Refused(_why_shut(row, now))
        scope, at = session_queries.invited_scope(row), bases(people, session_queries.day_of(row))
        there = {one.person_id: one for one in Signup.objects.filter(session=row, person__in=people)}
        seated = Signup.objects.filter(session=row, state=State.SEATED).count()
        waits = Signup.objects.filter(session=row, state=State.WAITING).exists()
        done, new, back = SignedUp(), [], []
        for person in people:
            known = there.get(person.pk)
            if known is not None and known.state != State.CANCELLED:
                done.again.append(person)
                continue
            unit = at.get(person.pk)
            if unit is None or not scope.covers(unit.path):
                done.refused[person] = _("不在参加单位范围内") if unit else _("讲座当日没有在岗记录")
                continue
            if known is None:
                known = Signup(session=row)
                new.append(known)
            else:
                back.append(known)
            # A free seat goes to who has waited longest, never past them.
            free = not waits and (row.capacity is None or seated < row.capacity)
            known.person, known.state, known.at, known.by = person, State.SEATED if free else State.WAITING, now, actor
            (done.seated if free else done.waiting).append(known)
            seated, waits = seated + free, waits or not free
        Signup.objects.bulk_create(new, batch_size=BATCH)
        Signup.objects.bulk_update(back, ["state", "at", "by"], batch_size=BATCH)
        made = [*done.seated, *done.waiting]
        audit.record_many(actor=actor, now=now, entries=[_entry("signup.made", row, one, at) for one in made])
        _tell_others(actor, now, row, made)
    return done


def sign_off(*, actor, now, session: Session, people: Iterable[Person]) -> SignedOff:
    """Give up seats or places; the first who wait move up and are told. Who has not signed up is passed over.

    Raises Refused once the session has begun.
    """
    people = list(people)
    with transaction.atomic():
        row = lock(session)
        if row.state != Session.State.PLANNED or now >= row.starts_at:
            text = _("讲座已取消。") if row.state == Session.State.CANCELLED else _("讲座已经开始，不能再取消报名。")
            raise Refused(text)
        mine = list(
            Signup.objects.filter(session=row, person__in=people)
            .exclude(state=State.CANCELLED)
            .select_related("person")
        )
        for one in mine:
            one.state, one.at, one.by = State.CANCELLED, now, actor
        Signup.objects.bulk_update(mine, ["state", "at", "by"], batch_size=BATCH)
        at = bases([one.person_id for one in mine], session_queries.day_of(row))
        audit.record_many(actor=actor, now=now, entries=[_entry("signup.cancelled", row, one, at) for one in mine])
        _tell_off(actor, now, row, mine)
        up = fill_seats(actor=actor, now=now, session=row) if mine else []
    return SignedOff(mine, up)


def fill_seats(*, actor, now, session: Session) -> list[Signup]:
    """Give free seats to who waits, longest first, and tell them. For the caller's transaction, ``session`` locked."""
    waiting = Signup.objects.filter(session=session, state=State.WAITING).order_by("at", "pk")
    if session.capacity is not None:
        seated = Signup.objects.filter(session=session, state=State.SEATED).count()
        waiting = waiting[: max(0, session.capacity - seated)]
    up = list(waiting.select_related("person"))
    if not up:
        return []
    Signup.objects.filter(pk__in=[one.pk for one in up], state=State.WAITING).update(state=State.SEATED)
    for one in up:
        one.state = State.SEATED
    at = bases([one.person_id for one in up], session_queries.day_of(session))
    entries = [_entry("signup.made", session, one, at, moved_up=True) for one in up]
    audit.record_many(actor=actor, now=now, entries=entries)
    text = _("已由候补转为报名：%(name)s，%(when)s，%(place)s。") % _told(session)
    _send(now, session, [one.person for one in up], f"signup-up:{session.pk}:{now:%Y%m%d%H%M%S}", text)
    return up


def _why_shut(row: Session, now) -> str:
    if row.state == Session.State.CANCELLED:
        return _("讲座已取消。")
    if row.state != Session.State.PLANNED or now >= row.starts_at:
        return _("讲座已经开始，不能再报名。")
    return _("本讲不用报名，请按时到场签到。")


def _told(row: Session) -> dict:
    name, when = session_queries.name_of(row), session_queries.when(row)
    return {"name": name, "when": when, "place": row.place or _("地点待定")}


def _tell_others(actor, now, row: Session, made: list[Signup]) -> None:
    """Who was signed up by somebody else learns of it."""
    for state, text in (
        (State.SEATED, _("已为您报名：%(name)s，%(when)s，%(place)s。")),
        (State.WAITING, _("已为您登记候补：%(name)s，%(when)s。")),
    ):
        people = [one.person for one in made if one.state == state and one.person.user_id != getattr(actor, "pk", None)]
        _send(now, row, people, f"signup:{row.pk}:{state}:{now:%Y%m%d%H%M%S}", text % _told(row))


def _tell_off(actor, now, row: Session, gone: list[Signup]) -> None:
    people = [one.person for one in gone if one.person.user_id != getattr(actor, "pk", None)]
    text = _("已取消您的报名：%(name)s，%(when)s。") % _told(row)
    _send(now, row, people, f"signup-off:{row.pk}:{now:%Y%m%d%H%M%S}", text)


def _send(now, row: Session, people: list[Person], key: str, text: str) -> None:
    users = [person.user_id for person in people if person.user_id]
    if users:
        notices.send(recipients=users, now=now, key=key, text=text, url=session_queries.lecture_url(row))


def _entry(action: str, row: Session, one: Signup, at: dict, **data) -> audit.Entry:
    unit = at.get(one.person_id)
    told = {"session": row.code, "person": one.person_id, "state": str(one.state), **data}
    return audit.Entry(action, one._meta.label_lower, str(one.pk), unit.code if unit else "", told)
