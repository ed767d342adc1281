"""Who invigilates and who marks a sitting: only accounts that hold the role."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from exams.actions.sitting_base import LIVE, State, lock
from exams.models.marking import MarkingTask
from exams.models.sittings import Duty, Registration, Sitting
from portal import audit
from portal.access import Access
from portal.actions.errors import Refused

RIGHT = {Duty.Kind.INVIGILATE: "console.act", Duty.Kind.MARK: "marking.do"}
OVER = (State.RELEASED, State.CANCELLED)


def set_duty(*, actor, now, sitting: Sitting, user, kind: str, room=None) -> Duty:
    """Give ``user`` a duty, or another room for it. ``room`` None: the whole sitting; markers have none.

    Raises Refused when the account may not do it, belongs to a candidate (to invigilate), or the sitting is over.
    """
    kind = Duty.Kind(kind)
    if not Access(user, now).can(RIGHT[kind]):
        told = {"name": user.name or user.username, "duty": kind.label}
        raise Refused(_("%(name)s的账号没有%(duty)s的权限，请先由安全管理员授权。") % told, "user")
    with transaction.atomic():
        row = lock(sitting)
        if row.state in OVER:
            raise Refused(_("场次现为“%(state)s”，不能再安排。") % {"state": row.get_state_display()})
        own = Registration.objects.filter(sitting=row, person__user=user, state__in=LIVE)
        if kind == Duty.Kind.INVIGILATE and own.exists():
            raise Refused(_("%(name)s是本场考生，不能监考。") % {"name": user.name or user.username}, "user")
        duty, made = Duty.objects.get_or_create(
            sitting=row, user=user, kind=kind, defaults={"room": room if kind == Duty.Kind.INVIGILATE else None}
        )
        if not made and kind == Duty.Kind.INVIGILATE and duty.room_id != getattr(room, "pk", None):
            duty.room = room
            duty.save(update_fields=["room"])
            made = True
        if made:
            _record(actor, now, duty, "set")
    return duty


def drop_duty(*, actor, now, duty: Duty) -> None:
    """Take a duty away. Raises Refused while the marker still has answers to mark; doing it twice is harmless."""
    with transaction.atomic():
        lock(duty.sitting)
        if duty.kind == Duty.Kind.MARK:
            waiting = MarkingTask.objects.filter(
                attempt__sitting=duty.sitting, marker=duty.user, state=MarkingTask.State.WAITING
            ).count()
            if waiting:
                raise Refused(_("还有%(n)s份答卷待评，请先评完或改派。") % {"n": waiting})
        if Duty.objects.filter(pk=duty.pk).exists():
            _record(actor, now, duty, "dropped")
            Duty.objects.filter(pk=duty.pk).delete()


def _record(actor, now, duty: Duty, what: str) -> None:
    audit.record(
        actor=actor,
        now=now,
        action="duty.saved",
        obj=duty.sitting,
        unit_code=duty.sitting.unit.code,
        user=duty.user.username,
        duty=str(duty.kind),
        room=str(duty.room or ""),
        what=what,
    )
