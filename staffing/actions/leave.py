"""Leave. Its kind is private (domain §5), so the audit trail does not name it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from staffing.actions.common import facts_of, in_words, note, overlap
from staffing.actions.errors import Refused
from staffing.models import Leave, LeaveKind, Membership, Person


def record_leave(*, actor, now, person: Person, kind: str, start: date, end: date | None = None) -> Leave:
    """Record leave from ``start`` until before ``end`` (None: not back yet).

    Raises Refused when it overlaps other leave, ends before it starts, or the person is not in post on the first day.
    """
    if kind not in LeaveKind.values:
        raise Refused(_("请选择请假类别。"), "kind")
    if end is not None and end <= start:
        raise Refused(_("销假日期须晚于请假日期。"), "end")
    with facts_of(person):
        for other in person.leaves.all():
            if other.kind == kind and (other.start, other.end) == (start, end):
                return other
            if overlap(start, end, other.start, other.end):
                raise Refused(_("与%(range)s的请假重叠。") % {"range": in_words(other.start, other.end)}, "start")
        if not Membership.objects.filter(person=person).on(start).exists():
            raise Refused(_("%(day)s此人不在编，不能登记请假。") % {"day": start.isoformat()}, "start")
        leave = Leave.objects.create(person=person, kind=kind, start=start, end=end)
        note(actor=actor, now=now, action="leave.recorded", person=person, row=leave, start=start, end=end)
    return leave


def end_leave(*, actor, now, leave: Leave, end: date) -> Leave:
    """Record the return: ``end`` is the first day back. Raises Refused when it is before the start or overlaps other
    leave.
    """
    with facts_of(leave.person):
        leave = Leave.objects.select_related("person").get(pk=leave.pk)
        if leave.end == end:
            return leave
        if end < leave.start:
            raise Refused(_("销假日期早于请假日期%(day)s。") % {"day": leave.start.isoformat()}, "end")
        for other in leave.person.leaves.exclude(pk=leave.pk):
            if overlap(leave.start, end, other.start, other.end):
                raise Refused(_("与%(range)s的请假重叠。") % {"range": in_words(other.start, other.end)}, "end")
        before, leave.end = leave.end, end
        leave.save(update_fields=["end"])
        note(
            actor=actor,
            now=now,
            action="leave.recorded",
            person=leave.person,
            row=leave,
            changed={"end": [before, end]},
        )
    return leave


def withdraw_leave(*, actor, now, leave: Leave) -> Leave:
    """Take wrongly recorded leave back: its range is emptied, the row stays."""
    with facts_of(leave.person):
        leave = Leave.objects.select_related("person").get(pk=leave.pk)
        if leave.end == leave.start:
            return leave
        before, leave.end = leave.end, leave.start
        leave.save(update_fields=["end"])
        note(
            actor=actor,
            now=now,
            action="leave.recorded",
            person=leave.person,
            row=leave,
            withdrawn=True,
            end_before=before,
        )
    return leave
