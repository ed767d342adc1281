"""Sites, their rooms, and the batches of a sitting that use them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models import Attempt, Batch, Registration, Room, Site, Sitting
from portal import audit
from portal.actions.errors import Refused

PREPARING = {Sitting.State.DRAFT, Sitting.State.REGISTERING, Sitting.State.ARRANGED}
CHANGEABLE = {*PREPARING, Sitting.State.OPEN}
MOST = 40


def save_site(*, actor, now, site: Site | None = None, name: str, address: str = "", directions: str = "") -> Site:
    """Create a site, or change ``site``. The same values again change nothing. Raises Refused for a taken name."""
    values = {"name": name.strip(), "address": address.strip(), "directions": directions.strip()}
    if not values["name"]:
        raise Refused(_("请填写考点名称。"), "name")
    taken = Refused(_("已有名为“%(name)s”的考点。") % values, "name")
    with transaction.atomic():
        if site is None:
            there = Site.objects.filter(name=values["name"]).first()
            if there is not None:
                if (there.address, there.directions) != (values["address"], values["directions"]):
                    raise taken
                return there
            site = Site()
        return _save(site, values, actor=actor, now=now, taken=taken, name=values["name"])


def save_room(
    *,
    actor,
    now,
    room: Room | None = None,
    site: Site,
    name: str,
    rows: int,
    columns: int,
    unusable: Iterable[int] = (),
) -> Room:
    """Create a room of ``site``, or change ``room``. Seats already given stay; the sitting's page names those that no
    longer exist. Raises Refused: a taken name, impossible sides, an unusable number outside the room, no seat left.
    """
    name, missing = name.strip(), sorted(set(unusable))
    if not name:
        raise Refused(_("请填写考场名称。"), "name")
    if not (1 <= rows <= MOST and 1 <= columns <= MOST):
        raise Refused(_("排数和列数须为1至40。"), "rows" if not 1 <= rows <= MOST else "columns")
    outside = [number for number in missing if not 1 <= number <= rows * columns]
    if outside:
        told = {"number": outside[0], "last": rows * columns}
        raise Refused(_("座位%(number)s不在本考场内，座位号为1至%(last)s。") % told, "unusable")
    if len(missing) == rows * columns:
        raise Refused(_("没有可用座位。"), "unusable")
    values = {"site": site, "name": name, "rows": rows, "columns": columns, "unusable": missing}
    taken = Refused(_("本考点已有名为“%(name)s”的考场。") % values, "name")
    with transaction.atomic():
        if room is None:
            there = Room.objects.filter(site=site, name=name).first()
            if there is not None:
                if (there.rows, there.columns, there.unusable) != (rows, columns, missing):
                    raise taken
                return there
            room = Room()
        told = {"site": site.name, "name": name, "rows": rows, "columns": columns, "unusable": missing}
        return _save(room, values, actor=actor, now=now, taken=taken, **told)


def _save(row, values: dict, *, actor, now, taken: Refused, **told):
    before = {name: getattr(row, f"{name}_id", None) or getattr(row, name) for name in values} if row.pk else None
    for name, value in values.items():
        setattr(row, name, value)
    after = {name: getattr(row, f"{name}_id", None) or getattr(row, name) for name in values}
    if before == after:
        return row
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise taken from error
    audit.record(actor=actor, now=now, action="room.saved", obj=row, before=before, **told)
    return row


def save_batch(
    *,
    actor,
    now,
    sitting: Sitting,
    batch: Batch | None = None,
    opens_at: datetime,
    closes_at: datetime,
    rooms: Sequence[Room],
) -> Batch:
    """Add a batch (numbered after the last), or change ``batch``. The same values again change nothing.

    Raises Refused: a window outside the sitting's, no room, a room that another batch uses at that time, a room taken
    out while people sit in it, new times for a batch somebody already writes in, a sitting that is over.
    """
    with transaction.atomic():
        sitting = lock(sitting, CHANGEABLE)
        _check_window(sitting, opens_at, closes_at)
        if not rooms:
            raise Refused(_("请选择考场。"), "rooms")
        wanted = (opens_at, closes_at, {room.pk for room in rooms})
        for row in sitting.batches.prefetch_related("rooms") if batch is None else [sitting.batches.get(pk=batch.pk)]:
            if (row.opens_at, row.closes_at, {room.pk for room in row.rooms.all()}) == wanted:
                return row
        _refuse_double_use(sitting, batch, opens_at, closes_at, rooms)
        if batch is None:
            last = sitting.batches.order_by("-number").values_list("number", flat=True).first() or 0
            batch = Batch(sitting=sitting, number=last + 1)
        else:
            batch = sitting.batches.get(pk=batch.pk)
            if (opens_at, closes_at) != (batch.opens_at, batch.closes_at):
                seated = Registration.objects.filter(seat__batch=batch)
                refuse_begun(seated, _("本批次已有考生进入考试，不能改时间。"))
            # Who withdrew sits nowhere.
            batch.seats.exclude(registration__state=Registration.State.APPROVED).delete()
            left = batch.seats.exclude(room__in=rooms).select_related("room").first()
            if left:
                raise Refused(_("%(room)s已排有考生，请先移出或重新排座。") % {"room": left.room.name}, "rooms")
        batch.opens_at, batch.closes_at = opens_at, closes_at
        batch.save()
        batch.rooms.set(rooms)
        audit.record(
            actor=actor,
            now=now,
            action="room.saved",
            obj=sitting,
            unit_code=sitting.unit.code,
            batch=batch.number,
            opens_at=opens_at,
            closes_at=closes_at,
            rooms=[f"{room.site.name} {room.name}" for room in rooms],
        )
    return batch


def remove_batch(*, actor, now, batch: Batch) -> int:
    """Take a batch away; those who sat in it have no seat any more. How many they were.

    Raises Refused when the sitting is open or over.
    """
    with transaction.atomic():
        sitting = lock(batch.sitting, PREPARING)
        batch = sitting.batches.filter(pk=batch.pk).first()
        if batch is None:
            return 0
        seats, number = batch.seats.count(), batch.number
        batch.delete()
        audit.record(
            actor=actor,
            now=now,
            action="room.saved",
            obj=sitting,
            unit_code=sitting.unit.code,
            batch=number,
            removed=True,
            seats=seats,
        )
    return seats


def lock(sitting: Sitting, states) -> Sitting:
    """The sitting as it is now, locked, when it is in one of ``states``; else Refused. For the actions on rooms."""
    sitting = Sitting.objects.select_for_update(of=("self",)).select_related("unit").get(pk=sitting.pk)
    if sitting.state not in states:
        if sitting.state == Sitting.State.OPEN:
            raise Refused(_("本场考试已开放，只能调整单个座位或为后来的考生补排。"))
        told = {"state": sitting.get_state_display()}
        raise Refused(_("本场考试%(state)s，不能再改考场安排。") % told)
    return sitting


def refuse_begun(registrations, sentence: str) -> None:
    """Raise Refused(``sentence``) when one of these candidates has begun to write."""
    if Attempt.objects.filter(entry__registration__in=registrations).exists():
        raise Refused(sentence)


def _check_window(sitting, opens_at, closes_at):
    if opens_at >= closes_at:
        raise Refused(_("结束时间须晚于开考时间。"), "closes_at")
    if opens_at < sitting.opens_at or closes_at > sitting.closes_at:
        told = {"opens": _local(sitting.opens_at), "closes": _local(sitting.closes_at)}
        field = "opens_at" if opens_at < sitting.opens_at else "closes_at"
        raise Refused(_("批次时间须在本场考试之内：%(opens)s至%(closes)s。") % told, field)


def _refuse_double_use(sitting, batch, opens_at, closes_at, rooms):
    # A rehearsal takes no room: nobody need come.
    if sitting.rehearsal:
        return
    # Two sittings may want one room at the same moment: the second waits here and then sees the first.
    list(Room.objects.select_for_update().filter(pk__in=[room.pk for room in rooms]).order_by("pk").values_list("pk"))
    others = (
        Batch.objects.filter(rooms__in=rooms, opens_at__lt=closes_at, closes_at__gt=opens_at)
        .filter(sitting__rehearsal=False)
        .exclude(sitting__state=Sitting.State.CANCELLED)
        .exclude(pk=batch.pk if batch else None)
    )
    other = others.select_related("sitting").order_by("opens_at", "pk").first()
    if other:
        told = {
            "room": other.rooms.filter(pk__in=[room.pk for room in rooms]).first().name,
            "opens": _local(other.opens_at),
            "closes": _local(other.closes_at),
            "title": other.sitting.title,
            "number": other.number,
        }
        raise Refused(_("%(room)s在%(opens)s至%(closes)s已由“%(title)s”第%(number)s批使用。") % told, "rooms")


def _local(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
