"""What invigilators do during a sitting. Everything is a conditional change, audited, with its conduct event.

Times are the sitting's (a rehearsal's clock may be moved). Attempts may be given as rows or ids, of one sitting.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from exams.actions import results
from exams.actions.closing_base import event_of, locked, shut
from exams.actions.standing import finalise
from exams.delivery import messages
from exams.delivery.clock import now_of
from exams.models.attempts import Attempt, ConductEvent
from exams.models.sittings import Registration, Sitting
from portal import audit
from portal.access import Access
from portal.actions.errors import Refused

MOST_SECONDS = 4 * 3600
MOST_MESSAGE = 300
# A form sent again (double click, reload, lost answer) is known for so long.
TWICE = timedelta(hours=1)
State, Kind = Attempt.State, ConductEvent.Kind
# What can be written down about a candidate or the room, and taken back.
RECORDED = (Kind.INCIDENT, Kind.VIOLATION, Kind.CHEATED, Kind.ABSENT)


def _ids(attempts: Iterable) -> list:
    return [getattr(attempt, "pk", attempt) for attempt in attempts]


def _sitting_of(attempts: Iterable, actor) -> tuple[Sitting, list]:
    """The one sitting of these attempts, and their ids. Raises Refused when there are none, or one is the actor's."""
    ids = _ids(attempts)
    if actor is not None and Attempt.objects.filter(pk__in=ids, user=actor).exists():
        raise Refused(_("不能办理本人的考试，须由其他监考或考务办理。"))
    found = Sitting.objects.filter(attempts__in=ids).distinct()
    try:
        return found.get(), ids
    except Sitting.DoesNotExist:
        raise Refused(_("请先选择考生。")) from None


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused(_("请填写原因，将记入考场记录。"), "reason")
    return reason[:500]


def _seconds(seconds) -> int:
    if type(seconds) is not int or not 1 <= seconds <= MOST_SECONDS:
        raise Refused(_("时间须在1秒到%(n)d小时之间。") % {"n": MOST_SECONDS // 3600}, "seconds")
    return seconds


def _audit(action: str, rows, *, actor, now, sitting, **data) -> None:
    audit.record_many(
        actor=actor,
        now=now,
        entries=[
            audit.Entry(action, "exams.attempt", str(row.pk), data={"sitting": sitting.code, **data}) for row in rows
        ],
    )


def _told(sitting: Sitting, kind: str, once: str, clock: datetime, actor) -> list[ConductEvent]:
    """Events the same form wrote when it was sent before; ask with the rows locked. ``once`` "" is no form."""
    if not once:
        return []
    lately = ConductEvent.objects.filter(sitting=sitting, kind=kind, actor=actor, at__gte=clock - TWICE)
    return [event for event in lately if event.data.get("once") == once]


def _once(once: str, **data) -> dict:
    return data | ({"once": once} if once else {})


def _note(rows, kind, clock, *, actor, text="", data=None) -> None:
    ConductEvent.objects.bulk_create([event_of(row, kind, clock, actor=actor, text=text, data=data) for row in rows])


# --- time ------------------------------------------------------------------------------------------------------------


def extend(*, actor, now: datetime, attempts: Iterable, seconds: int, reason: str, once: str = "") -> int:
    """Give open or paused attempts ``seconds`` more, also beyond the end of the window; returns how many got them.

    Whoever was closed in the meantime gets none; Refused when that is all of them (``reopen`` is for that). The same
    ``once`` again gives nothing more.
    """
    sitting, ids = _sitting_of(attempts, actor)
    attempts = Attempt.objects.filter(pk__in=ids)
    return _extend(attempts, actor=actor, now=now, sitting=sitting, seconds=seconds, reason=reason, once=once)


def extend_all(*, actor, now: datetime, sitting: Sitting, seconds: int, reason: str, once: str = "") -> int:
    """``extend`` for everybody still sitting, but for the actor."""
    attempts = Attempt.objects.filter(sitting=sitting)
    attempts = attempts if actor is None else attempts.exclude(user=actor)
    return _extend(attempts, actor=actor, now=now, sitting=sitting, seconds=seconds, reason=reason, once=once)


@transaction.atomic
def _extend(attempts, *, actor, now, sitting, seconds, reason, once) -> int:
    seconds, reason, clock = _seconds(seconds), _reason(reason), now_of(sitting, now)
    rows = locked(attempts.filter(state__in=[State.OPEN, State.PAUSED]))
    if before := _told(sitting, Kind.EXTENDED, once, clock, actor):
        return len(before)
    changed = Attempt.objects.filter(pk__in=_ids(rows), state__in=[State.OPEN, State.PAUSED]).update(
        deadline=F("deadline") + timedelta(seconds=seconds), extra_seconds=F("extra_seconds") + seconds
    )
    if not changed:
        raise Refused(_("没有可延时的考生：所选考生都已交卷。"))
    _note(rows, Kind.EXTENDED, clock, actor=actor, text=reason, data=_once(once, seconds=seconds))
    _audit("attempt.extended", rows, actor=actor, now=now, sitting=sitting, seconds=seconds, reason=reason)
    return changed


@transaction.atomic
def pause(*, actor, now: datetime, attempts: Iterable, reason: str) -> int:
    """Stop the clock of open attempts whose time is not over; returns how many. Refused when there are none."""
    sitting, ids = _sitting_of(attempts, actor)
    reason, clock = _reason(reason), now_of(sitting, now)
    running = {"state": State.OPEN, "deadline__gt": clock}
    rows = locked(Attempt.objects.filter(pk__in=ids, **running))
    changed = Attempt.objects.filter(pk__in=_ids(rows), **running).update(state=State.PAUSED, paused_at=clock)
    if not changed:
        raise Refused(_("没有可暂停的考生：所选考生不在作答中，或时间已到。"))
    _note(rows, Kind.PAUSED, clock, actor=actor, text=reason)
    _audit("attempt.paused", rows, actor=actor, now=now, sitting=sitting, reason=reason)
    return changed


@transaction.atomic
def resume(*, actor, now: datetime, attempts: Iterable, reason: str = "") -> int:
    """Let paused attempts go on with exactly the time they had left; returns how many. Refused when there are none."""
    sitting, ids = _sitting_of(attempts, actor)
    clock, reason = now_of(sitting, now), reason.strip()[:500]
    rows = locked(Attempt.objects.filter(pk__in=ids, state=State.PAUSED))
    changed = 0
    for row in rows:
        # A rehearsal's clock may have been moved back in between: never take time away.
        stood = max(timedelta(0), clock - row.paused_at)
        changed += Attempt.objects.filter(pk=row.pk, state=State.PAUSED).update(
            state=State.OPEN, paused_at=None, deadline=row.deadline + stood
        )
    if not changed:
        raise Refused(_("没有可恢复的考生：所选考生都不在暂停中。"))
    _note(rows, Kind.RESUMED, clock, actor=actor, text=reason)
    _audit("attempt.resumed", rows, actor=actor, now=now, sitting=sitting, reason=reason)
    return changed


# --- the end and after it --------------------------------------------------------------------------------------------


@transaction.atomic
def force_hand_in(*, actor, now: datetime, attempts: Iterable, reason: str) -> int:
    """Close open or paused attempts as they stand; returns how many. Refused when all were closed already."""
    sitting, ids = _sitting_of(attempts, actor)
    reason, clock = _reason(reason), now_of(sitting, now)
    rows = shut(Attempt.objects.filter(pk__in=ids), clock=clock, by=str(Attempt.ClosedBy.INVIGILATOR), actor=actor)
    if not rows:
        raise Refused(_("没有可收卷的考生：所选考生都已交卷。"))
    _note(rows, Kind.FORCED, clock, actor=actor, text=reason)
    _audit("attempt.forced", rows, actor=actor, now=now, sitting=sitting, reason=reason)
    return len(rows)


@transaction.atomic
def reopen(*, actor, now: datetime, attempt, seconds: int, reason: str) -> Attempt:
    """Let a handed-in attempt go on for ``seconds`` from now, with all its answers; it is marked again afterwards.

    Raises Refused when it is not handed in, or the sitting is not open any more.
    """
    sitting, ids = _sitting_of([attempt], actor)
    seconds, reason, clock = _seconds(seconds), _reason(reason), now_of(sitting, now)
    # Held, so that the sitting cannot be closed in the same moment.
    if Sitting.objects.select_for_update().get(pk=sitting.pk).state != Sitting.State.OPEN:
        raise Refused(_("本场考试已结束，不能恢复作答。"))
    rows = locked(Attempt.objects.filter(pk__in=ids, state=State.SUBMITTED))
    for row in rows:
        # The candidate's page knows the last one only.
        if last := Attempt.objects.filter(entry=row.entry_id, number__gt=row.number).order_by("number").last():
            raise Refused(_("该考生已开始第%(n)d次作答，不能恢复前一次。") % {"n": last.number})
    changed = Attempt.objects.filter(pk__in=_ids(rows), state=State.SUBMITTED).update(
        state=State.OPEN,
        deadline=clock + timedelta(seconds=seconds),
        submitted_at=None,
        closed_by="",
        answers=None,
        marked_at=None,
    )
    if not changed:
        raise Refused(_("该考生尚未交卷，不需要恢复作答。"))
    finalise(row.entry_id for row in rows)
    _note(rows, Kind.REOPENED, clock, actor=actor, text=reason, data={"seconds": seconds})
    _audit("attempt.reopened", rows, actor=actor, now=now, sitting=sitting, seconds=seconds, reason=reason)
    return Attempt.objects.get(pk=ids[0])


# --- what is written down --------------------------------------------------------------------------------------------


@transaction.atomic
def record(
    *, actor, now: datetime, sitting: Sitting, kind: str, text: str = "", registration=None, once: str = ""
) -> ConductEvent:
    """Write down an incident (also of the whole room), a violation, cheating or absence.

    Cheating disqualifies the registration, absence marks it absent. After the results are released only cheating can
    be written down, by the exam office: the register gets its next edition with it, the certificate and what it gave
    are taken back and the candidate is told. Raises Refused otherwise then, without a candidate where one is needed,
    without words where they are, and for absence of somebody who came in.
    """
    text = text.strip()[:500]
    if kind not in RECORDED:
        raise Refused(_("不能登记这种情况。"), "kind")
    if not text and kind != Kind.ABSENT:
        raise Refused(_("请写明情况，将记入考场记录。"), "text")
    if registration is None and kind != Kind.INCIDENT:
        raise Refused(_("请先选择考生。"))
    released = _recordable(sitting, late=kind == Kind.CHEATED and _is_office(actor, now, sitting))
    clock = now_of(sitting, now)
    for event in _told(sitting, kind, once, clock, actor):
        if event.registration_id == (registration and registration.pk):
            return event
    if registration is not None:
        registration = _held(sitting, registration)
        if released and registration.disqualified:
            raise Refused(_("该考生的成绩已取消。"))
        if released and actor is not None and registration.person.user_id == actor.pk:
            raise Refused(_("不能办理本人的考试，须由其他监考或考务办理。"))
        _mark(registration, kind)
    event = ConductEvent.objects.create(
        sitting=sitting, registration=registration, kind=kind, text=text, data=_once(once), at=clock, actor=actor
    )
    audit.record(
        actor=actor,
        now=now,
        action="conduct.recorded",
        obj=registration or sitting,
        sitting=sitting.code,
        kind=str(kind),
        text=text,
    )
    if released:
        results.correct(actor=actor, now=now, sitting=sitting, reason=_("作弊：%(text)s") % {"text": text})
    return event


def _recordable(sitting: Sitting, *, late: bool = False) -> bool:
    """Whether its results are released. Raises Refused then unless ``late``, and for a cancelled sitting."""
    state = Sitting.objects.select_for_update().get(pk=sitting.pk).state
    released = state == Sitting.State.RELEASED
    if state == Sitting.State.CANCELLED or (released and not late):
        raise Refused(_("本场考试成绩已发布或已取消，考场记录不能再改。"))
    return released


def _is_office(actor, now: datetime, sitting: Sitting) -> bool:
    return actor is None or Access(actor, now).scope("results.release").covers(sitting.unit.path)


def _held(sitting: Sitting, registration) -> Registration:
    """The registration, its row held. Raises Refused for one of another sitting or not approved."""
    row = Registration.objects.select_for_update().filter(pk=registration.pk, sitting=sitting).first()
    if row is None or row.state != Registration.State.APPROVED:
        raise Refused(_("该考生不在本场考试的名单中。"))
    return row


def _mark(registration: Registration, kind: str) -> None:
    if kind == Kind.CHEATED:
        Registration.objects.filter(pk=registration.pk).update(disqualified=True)
    if kind == Kind.ABSENT:
        if Attempt.objects.filter(entry__registration=registration).exists():
            raise Refused(_("该考生已进入考试，不能登记缺考。"))
        if not Registration.objects.filter(pk=registration.pk, absent=False).update(absent=True):
            raise Refused(_("该考生已登记缺考。"))


@transaction.atomic
def clear(*, actor, now: datetime, event: ConductEvent, reason: str) -> ConductEvent:
    """Take back what was written down: a CLEARED event names it; absence and disqualification follow what remains.

    Raises Refused after the results are released, for other kinds, and the second time.
    """
    reason = _reason(reason)
    event = ConductEvent.objects.select_related("sitting", "registration__person").get(pk=event.pk)
    if event.kind not in RECORDED:
        raise Refused(_("这条记录不能撤销。"))
    if actor is not None and event.registration_id and event.registration.person.user_id == actor.pk:
        raise Refused(_("不能撤销对本人的登记，须由其他监考或考务办理。"))
    _recordable(event.sitting)
    if event.registration_id:
        Registration.objects.select_for_update().get(pk=event.registration_id)
    of_same = ConductEvent.objects.filter(sitting=event.sitting, registration=event.registration)
    cleared = {row["event"] for row in of_same.filter(kind=Kind.CLEARED).values_list("data", flat=True)}
    if event.pk in cleared:
        raise Refused(_("这条记录已撤销。"))
    if event.registration_id:
        left = set(of_same.exclude(pk__in=cleared | {event.pk}).values_list("kind", flat=True))
        # One way only: what withdrew the result otherwise is not ours to give back.
        changes = {"absent": False} if event.kind == Kind.ABSENT and Kind.ABSENT not in left else {}
        changes |= {"disqualified": False} if event.kind == Kind.CHEATED and Kind.CHEATED not in left else {}
        if changes:
            Registration.objects.filter(pk=event.registration_id).update(**changes)
    made = ConductEvent.objects.create(
        sitting=event.sitting,
        registration=event.registration,
        kind=Kind.CLEARED,
        text=reason,
        data={"event": event.pk},
        at=now_of(event.sitting, now),
        actor=actor,
    )
    audit.record(
        actor=actor,
        now=now,
        action="conduct.recorded",
        obj=event.registration or event.sitting,
        sitting=event.sitting.code,
        kind=str(Kind.CLEARED),
        event=event.pk,
        text=reason,
    )
    return made


# --- messages --------------------------------------------------------------------------------------------------------


@transaction.atomic
def send_message(
    *, actor, now: datetime, sitting: Sitting, text: str, attempts: Iterable | None = None, once: str = ""
) -> int:
    """Say something to everybody in the sitting, or to some; returns how many messages were written (1 for all). The
    same ``once`` again says nothing more.
    """
    text = text.strip()
    if not text:
        raise Refused(_("请填写通知内容。"), "text")
    if len(text) > MOST_MESSAGE:
        raise Refused(_("通知不得超过%(n)d字。") % {"n": MOST_MESSAGE}, "text")
    clock = now_of(sitting, now)
    if once:
        Sitting.objects.select_for_update().get(pk=sitting.pk)
    if before := _told(sitting, Kind.MESSAGE, once, clock, actor):
        return len(before)
    data = _once(once)
    if attempts is None:
        made = [ConductEvent(sitting=sitting, kind=Kind.MESSAGE, text=text, data=data, at=clock, actor=actor)]
    else:
        rows = Attempt.objects.filter(pk__in=_ids(attempts), sitting=sitting).select_related("entry")
        rows = rows.only("pk", "sitting_id", "entry__registration_id").order_by("pk")
        made = [event_of(row, Kind.MESSAGE, clock, actor=actor, text=text, data=data) for row in rows]
        if not made:
            raise Refused(_("请先选择考生。"))
    ConductEvent.objects.bulk_create(made)
    audit.record(
        actor=actor,
        now=now,
        action="conduct.message",
        obj=sitting,
        sitting=sitting.code,
        text=text,
        to=[str(row.attempt_id) for row in made if row.attempt_id],
    )
    transaction.on_commit(messages.forget)
    return len(made)
