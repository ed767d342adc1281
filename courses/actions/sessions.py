"""A session from its planning to its end: planned → held, or cancelled. Numbers (第几讲) follow the order of time among
what has not begun; a lecture that was held keeps its own, a cancelled one gives it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.actions import signups
from courses.models import Attendance, AttendanceState, PlannedSlot, Series, Session, Signup
from courses.queries import sessions as queries
from portal import audit, notices
from portal.actions.errors import Refused

State = Session.State
# A slot that is left as it is (None means: belongs to no planned day).
KEEP = object()
FIELDS = {"title", "kind", "starts_at", "ends_at", "place", "capacity", "needs_signup"}
# Nobody lectures longer; a wrong date is more likely.
MOST_HOURS = 24
MOST_MINUTES = MOST_HOURS * 60


def create_session(
    *,
    actor,
    now,
    series: Series,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    slot: PlannedSlot | None = None,
    units: Iterable = (),
    lecturers: Iterable = (),
    code: str = "",
    number: int | None = None,
    **fields,
) -> Session:
    """A session to come (or one of the past that is recorded late). ``slot``: the planned day it is held for, also when
    it makes up for a missed one. ``number`` None: given automatically; ``code`` "": made from its day.

    The same title at the same start again is the same session. Raises Refused: times out of order, a closed series,
    another lecture of the series at that time, a slot that has its session, a number or code that is taken.
    """
    _known(fields)
    try:
        with transaction.atomic():
            _lock_series(series.pk)
            known = Session.objects.filter(series=series, starts_at=starts_at).exclude(state=State.CANCELLED).first()
            if known is not None:
                if known.title != title.strip():
                    raise Refused(_("这个系列在该时间已有讲座：%(title)s。") % {"title": known.title}, "starts_at")
                return known
            row = Session(series=series, title=title.strip(), starts_at=starts_at, ends_at=ends_at, **fields)
            row.kind = fields.get("kind") or series.kind
            row.place = fields.get("place", "") or series.place
            _check(row)
            _check_series(row)
            row.slot = _free_slot(row, slot)
            row.number = number or _next_number(row)
            row.code = code or _free_code(row)
            if Session.objects.filter(code=row.code).exists():
                raise Refused(_("代码“%(code)s”已被使用。") % {"code": row.code}, "code")
            row.save()
            row.units.set(units)
            row.lecturers.set(lecturers)
            if number is None:
                _renumber(row, row.year, now)
            _record(actor, now, row, made=True, title=row.title, starts_at=row.starts_at.isoformat())
    except IntegrityError as error:
        raise Refused(_("讲次或代码刚刚被使用，请再保存一次。"), "number") from error
    return row


def change_session(
    *, actor, now, session: Session, slot=KEEP, units=None, lecturers=None, number: int | None = None, **fields
) -> Session:
    """Change what the state still allows: everything before it is held; afterwards title, place and lecturers.

    Who signed up is told of another time or place. More seats move the waiting list up. Raises Refused.
    """
    _known(fields)
    try:
        with transaction.atomic():
            row = _lock(session)
            before, year = {name: getattr(row, name) for name in fields}, row.year
            changed = {name for name in fields if fields[name] != before[name]}
            if row.state == State.CANCELLED:
                raise Refused(_("讲座已取消，不能再改。"))
            if row.state == State.HELD and (late := changed - {"title", "place"}):
                names = [str(Session._meta.get_field(name).verbose_name) for name in sorted(late)]
                raise Refused(_("讲座已办，不能再改：%(names)s。") % {"names": str(_("、")).join(names)})
            for name in changed:
                setattr(row, name, fields[name])
            _check(row)
            if number is not None and number != row.number:
                before["number"], row.number = row.number, number
                changed.add("number")
            if slot is not KEEP and getattr(slot, "pk", None) != row.slot_id:
                before["slot"], row.slot = row.slot_id, _free_slot(row, slot)
                changed.add("slot")
            if row.year != year and number is None:
                # Its number was one of the other year.
                row.number = _next_number(row)
            row.save()
            for name, given in (("units", units), ("lecturers", lecturers)):
                if given is not None and (had := _set_many(row, name, given)) is not None:
                    before[name] = had
                    changed.add(name)
            if "starts_at" in changed and number is None:
                for one in {year, row.year}:
                    _renumber(row, one, now)
            if changed & {"capacity", "needs_signup"}:
                signups.fill_seats(actor=actor, now=now, session=row)
            if changed & {"starts_at", "ends_at", "place"} and row.state == State.PLANNED and row.ends_at > now:
                text = _("%(name)s改为%(when)s，%(place)s。")
                told = {"name": queries.name_of(row), "when": queries.when(row), "place": row.place or _("地点待定")}
                key = f"session-moved:{row.pk}:{row.starts_at:%Y%m%d%H%M}:{row.ends_at:%H%M}:{row.place}"
                _tell(row, now, key, text % told)
            if changed:
                plain = {name: [_plain(before[name]), _plain(getattr(row, name))] for name in sorted(changed)}
                _record(actor, now, row, changed=plain)
    except IntegrityError as error:
        raise Refused(_("第%(n)s讲已有讲座，请换一个讲次。") % {"n": number}, "number") from error
    return row


def cancel_session(*, actor, now, session: Session, reason: str) -> Session:
    """Call it off: its number and its planned day become free, who signed up is told why. Doing it twice is harmless.

    Raises Refused: no reason, already held, somebody is recorded as present.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("请填写取消的原因，报名人员会看到。"), "reason")
    with transaction.atomic():
        row = _lock(session)
        if row.state == State.CANCELLED:
            return row
        present = Attendance.objects.filter(session=row).exclude(state=AttendanceState.VOID)
        if row.state == State.HELD or present.exists():
            raise Refused(_("讲座已办或已有人签到，不能取消。"))
        name, place, number = queries.name_of(row), row.slot_id, row.number
        changed = Session.objects.filter(pk=row.pk, state=State.PLANNED)
        changed.update(state=State.CANCELLED, reason=reason[:120], number=None, slot=None)
        row.state, row.reason, row.number, row.slot = State.CANCELLED, reason[:120], None, None
        text = _("%(name)s（%(when)s）已取消：%(reason)s")
        told = {"name": name, "when": queries.when(row), "reason": reason}
        signed = _tell(row, now, f"session-cancelled:{row.pk}", text % told)
        _renumber(row, row.year, now, freed=number)
        _record_state(actor, now, row, reason=reason, slot=place, told=signed)
    return row


def mark_held(*, actor, now, session: Session, minutes_held: int | None = None) -> Session:
    """Record that it was held. What follows for hours is the caller's (actions.holding, actions.attendance).

    Again with the same minutes is harmless. Raises Refused: not begun, cancelled, minutes out of reason.
    """
    if minutes_held is not None and not 0 < minutes_held <= MOST_MINUTES:
        raise Refused(_("实际分钟应在1到%(n)s之间。") % {"n": MOST_MINUTES}, "minutes_held")
    with transaction.atomic():
        row = signups.lock(session)
        if row.state == State.CANCELLED:
            raise Refused(_("讲座已取消，不能登记为已办。"))
        if now < row.starts_at:
            raise Refused(_("讲座还没有开始，不能登记为已办。"))
        if row.state == State.HELD and minutes_held in (None, row.minutes_held):
            return row
        fields = {"state": State.HELD} | ({} if minutes_held is None else {"minutes_held": minutes_held})
        Session.objects.filter(pk=row.pk).exclude(state=State.CANCELLED).update(**fields)
        for name, value in fields.items():
            setattr(row, name, value)
        _record_state(actor, now, row, minutes=row.minutes)
    return row


# --- within ----------------------------------------------------------------------------------------------------------


def _lock(session: Session) -> Session:
    """The session as it stands. Its series first: numbers of a series are given by one at a time."""
    _lock_series(session.series_id)
    return signups.lock(session)


def _lock_series(pk: int) -> None:
    Series.objects.select_for_update().get(pk=pk)


def _known(fields: dict) -> None:
    unknown = set(fields) - FIELDS
    if unknown:
        raise TypeError(f"no field of a session: {', '.join(sorted(unknown))}")


def _check(row: Session) -> None:
    if not row.title.strip():
        raise Refused(_("请填写题目。"), "title")
    if row.ends_at <= row.starts_at:
        raise Refused(_("结束时间应晚于开始时间。"), "ends_at")
    if (row.ends_at - row.starts_at).total_seconds() > MOST_MINUTES * 60:
        raise Refused(_("一讲不超过%(n)s小时，请核对日期。") % {"n": MOST_HOURS}, "ends_at")
    if row.capacity is not None and row.capacity < 1:
        raise Refused(_("名额至少为1，不限名额请留空。"), "capacity")
    row.year = queries.day_of(row).year


def _check_series(row: Session) -> None:
    if row.series.closed:
        raise Refused(_("该系列已停办，不能再安排讲座。"), "series")


def _free_slot(row: Session, slot: PlannedSlot | None) -> PlannedSlot | None:
    if slot is None:
        return None
    if slot.series_id != row.series_id:
        raise Refused(_("计划日期不属于这个系列。"), "slot")
    if Session.objects.filter(slot=slot).exclude(pk=row.pk).exists():
        raise Refused(_("%(day)s已安排讲座。") % {"day": slot.day.isoformat()}, "slot")
    return slot


def _next_number(row: Session) -> int:
    last = Session.objects.filter(series=row.series_id, year=row.year).order_by("-number").exclude(number=None).first()
    return (last.number if last else 0) + 1


def _renumber(row: Session, year: int, now, *, freed: int | None = None) -> None:
    """Number what lies ahead in ``year`` by time, without holes, from the lowest number it has (or that came ``freed``)
    on, after everything that has begun. So a series may begin with 第35讲 where the year began before the portal.
    """
    rows = Session.objects.filter(series=row.series_id, year=year).exclude(state=State.CANCELLED)
    ahead = list(rows.filter(state=State.PLANNED, starts_at__gt=now).order_by("starts_at", "pk").only("pk", "number"))
    begun = rows.exclude(pk__in=[one.pk for one in ahead]).exclude(number=None)
    lowest = min((n for n in (freed, *(one.number for one in ahead)) if n), default=1)
    before = max(*begun.values_list("number", flat=True), lowest - 1, 0)
    wanted = {one.pk: before + n for n, one in enumerate(ahead, 1)}
    moved = [one for one in ahead if one.number != wanted[one.pk]]
    # Two may change places: no number is taken while they are given anew.
    Session.objects.filter(pk__in=[one.pk for one in moved]).update(number=None)
    for one in moved:
        one.number = wanted[one.pk]
    Session.objects.bulk_update(moved, ["number"])
    row.number = wanted.get(row.pk, row.number)


def _free_code(row: Session) -> str:
    begin = f"{row.series.code}-{timezone.localdate(row.starts_at):%Y%m%d}"
    taken = set(Session.objects.filter(code__startswith=begin).values_list("code", flat=True))
    code, n = begin, 1
    while code in taken:
        n += 1
        code = f"{begin}-{n}"
    return code


def _tell(row: Session, now, key: str, text: str) -> int:
    """Tell who signed up and has an account; how many."""
    live = Signup.objects.filter(session=row, person__user__isnull=False).exclude(state=Signup.State.CANCELLED)
    users = list(live.values_list("person__user", flat=True))
    return notices.send(recipients=users, now=now, key=key, text=text, url=queries.lecture_url(row)) if users else 0


def _record(actor, now, row: Session, **data) -> None:
    audit.record(
        actor=actor, now=now, action="session.saved", obj=row, unit_code=row.series.unit.code, code=row.code, **data
    )


def _record_state(actor, now, row: Session, **data) -> None:
    audit.record(
        actor=actor,
        now=now,
        action="session.state",
        obj=row,
        unit_code=row.series.unit.code,
        code=row.code,
        state=str(row.state),
        **data,
    )


def _set_many(row: Session, name: str, given: Iterable) -> list[int] | None:
    """Set units or lecturers; the keys there were before, None when they were the same."""
    had = sorted(getattr(row, name).values_list("pk", flat=True))
    if had == sorted(one.pk for one in given):
        return None
    getattr(row, name).set(given)
    return had


def _plain(value):
    if hasattr(value, "values_list"):
        return sorted(value.values_list("pk", flat=True))
    return getattr(value, "pk", None) or (value.isoformat() if isinstance(value, datetime) else value)
