"""Entering: the attempt begins with its paper drawn and frozen, once; and going on at another device."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import uuid4

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from exams.actions.taking.common import Stopped, Unknown, note, sheet_for
from exams.delivery import entry as standing
from exams.delivery import facts, frozen
from exams.delivery.clock import now_of
from exams.models.attempts import Attempt, ConductEvent
from exams.models.sittings import Sitting
from exams.rules import addresses
from exams.rules.papers import Infeasible, draw
from portal import audit
from portal.actions.errors import Refused

WRONG_CODES = 5
WRONG_SECONDS = 60
DOUBLE_CLICK = timedelta(seconds=5)


def start(
    *,
    actor,
    now: datetime,
    sitting: Sitting,
    position: int,
    entry_code: str = "",
    address: str | None = None,
    device: str = "",
    held: Collection[str] = (),
) -> Attempt:
    """Begin paper ``position`` of the sitting as ``actor``; the attempt that is open already when this session holds
    its lease (``held``). The deadline is the paper's minutes from now, at most the end of the window.

    Raises Refused with the field: device (open elsewhere; ``refused.attempt`` is it), window, entry_code, address, or
    none. Two calls at once begin one attempt.
    """
    found = _find(actor, sitting, position, now)
    if found.state == "open":
        begun = found.server_now - found.attempt.started_at
        again = device and (found.attempt.device, found.attempt.address) == (device[:120], address)
        # The second of two clicks may come when the first is done but its lease has not reached the session yet.
        return found.attempt if again and begun < DOUBLE_CLICK else _resume(found.attempt, held)
    if found.state != "ready":
        raise Refused(found.reason, "window" if found.state in ("waiting", "late", "over") else None)
    sitting = found.entry.registration.sitting
    if not addresses.allows(sitting.addresses, address):
        raise Refused(_("本场考试限在指定网段内参加，您所在的网络不在其中。"), "address")
    _check_code(sitting, actor, entry_code)
    attempt = _drawn(found, actor)
    attempt.address, attempt.device = address, device[:120]
    try:
        with transaction.atomic():
            attempt.save(force_insert=True)
            ConductEvent.objects.create(
                sitting=sitting,
                registration=found.entry.registration,
                attempt=attempt,
                kind=ConductEvent.Kind.STARTED,
                data={"device": attempt.device, "address": address},
                at=found.server_now,
                actor=actor,
            )
            audit.record(
                actor=actor, now=now, action="attempt.started", obj=attempt, sitting=sitting.code, position=position
            )
    except IntegrityError:
        # The number is taken: another call was quicker by a moment.
        return _resume_twin(_find(actor, sitting, position, now), attempt, held)
    return attempt


def _find(actor, sitting, position, now) -> standing.Standing:
    mine = standing.standings(actor, sitting, now)
    for found in mine:
        if found.position == position:
            return found
    raise Refused(_("您不在本场考试的考生名单中，或本场考试尚未开放。"))


def _resume(attempt: Attempt, held) -> Attempt:
    if str(attempt.lease) in held:
        return attempt
    refused = Refused(_("您已在其他设备上进入考试。如需在本机继续，请确认更换设备。"), "device")
    refused.attempt = attempt
    raise refused


def _resume_twin(found: standing.Standing, lost: Attempt, held) -> Attempt:
    """A double click is one device; two devices in a race are two."""
    twin = found.attempt
    if found.state == "open" and (twin.device, twin.address) == (lost.device, lost.address):
        return twin
    if twin is None or found.state != "open":
        raise Refused(found.reason or _("没有进入考试，请再试一次。"))
    return _resume(twin, held)


def _check_code(sitting: Sitting, actor, code: str) -> None:
    """Raises Refused for a wrong entry code, and after WRONG_CODES wrong ones in WRONG_SECONDS for any."""
    wanted = sitting.entry_code.strip()
    if not wanted:
        return
    counter = f"exam-code:{sitting.pk}:{actor.pk}"
    if cache.get(counter, 0) >= WRONG_CODES:
        raise Refused(_("入场口令连续输错%(n)d次，请1分钟后再试。") % {"n": WRONG_CODES}, "entry_code")
    if hmac.compare_digest(code.strip().encode("utf-8", "replace"), wanted.encode()):
        return
    if not code.strip():
        raise Refused(_("请输入入场口令，由监考当场公布。"), "entry_code")
    if not cache.add(counter, 1, WRONG_SECONDS):
        cache.incr(counter)
    raise Refused(_("入场口令不正确。"), "entry_code")


def _drawn(found: standing.Standing, actor) -> Attempt:
    """A new attempt, unsaved, its paper drawn with a random seed that is kept."""
    sitting, paper = found.entry.registration.sitting, found.entry.paper
    if paper.frozen_id is None:
        raise Refused(_("本科目的试卷尚未定稿，请与考务联系。"))
    seed = secrets.randbits(62)
    try:
        layout = draw(frozen.body_of(paper.frozen_id), seed)
    except Infeasible as error:
        raise Refused(_("本科目的试卷无法组成，请与考务联系。")) from error
    return Attempt(
        entry=found.entry,
        sitting=sitting,
        user=actor,
        number=found.number,
        frozen_id=paper.frozen_id,
        seed=seed,
        secret=secrets.token_urlsafe(32),
        layout=layout,
        started_at=found.server_now,
        deadline=min(found.server_now + timedelta(minutes=paper.minutes), found.closes),
        last_seen=found.server_now,
    )


def take_over(*, actor, now: datetime, attempt, address: str | None = None, device: str = "") -> Attempt:
    """Go on at another device: a new lease; the old device may not save any more. ``attempt``: the row or its id.

    Raises Unknown, and Stopped when it is handed in. Address ranges hold here as they do for entering (Refused).
    """
    sheet, _asked = sheet_for(getattr(attempt, "pk", attempt), actor.pk)
    sitting = Sitting.objects.only("addresses").get(pk=sheet.sitting_id)
    if not addresses.allows(sitting.addresses, address):
        raise Refused(_("本场考试限在指定网段内参加，您所在的网络不在其中。"), "address")
    lease = uuid4()
    with transaction.atomic():
        row = facts.live(sheet.attempt_id, actor.pk, lock=True)
        if row is None:
            raise Unknown
        mine = Attempt.objects.filter(pk=row.pk).exclude(state=Attempt.State.SUBMITTED)
        before = mine.values("device", "address").first()
        clock = now_of(row.sitting, now)
        if not mine.update(lease=lease, device=device[:120], address=address, last_seen=clock):
            raise Stopped("submitted", row)
        data = {
            "device": device[:120],
            "address": address,
            "from_device": before["device"],
            "from_address": before["address"],
        }
        note(sheet, ConductEvent.Kind.TAKEOVER, clock, [data], actor_id=actor.pk)
        audit.record(actor=actor, now=now, action="attempt.takeover", obj=row, **data)
    row.lease = lease
    return row
