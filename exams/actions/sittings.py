"""A sitting from its draft to its end: draft → registering → arranged → open → closed (→ released by results), or
cancelled. Every change of state is one conditional update, so that two clicks have one result.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.actions import papers as paper_actions
from exams.actions.sitting_base import (
    LIVE,
    PREPARING,
    State,
    give_numbers,
    lock,
    make_entries,
    move,
    tell,
    when,
)
from exams.delivery.clock import now_of
from exams.models.attempts import Attempt
from exams.models.papers import Paper
from exams.models.rooms import Batch
from exams.models.sittings import Registration, Sitting, SittingPaper
from exams.queries import papers as paper_queries
from exams.queries.preflight import preflight
from exams.rules import addresses
from portal import audit
from portal.actions.errors import Refused

# What may still change when candidates may already be inside, and when all is over.
WHEN_OPEN = {"notes", "closes_at", "late_minutes", "earliest_minutes", "entry_code", "addresses", "watermark", "issuer"}
WHEN_CLOSED = {"issuer", "appeals_until"}
WHEN_RELEASED = {"appeals_until"}
FIELDS = {
    "title",
    "unit",
    "online",
    "notes",
    "opens_at",
    "closes_at",
    "late_minutes",
    "earliest_minutes",
    "grace_seconds",
    "attempts_allowed",
    "entry_code",
    "addresses",
    "watermark",
    "registers_from",
    "registers_until",
    "by_unit",
    "by_self",
    "must_establishment",
    "must_post",
    "must_officer",
    "must_hours",
    "must_certificate",
    "grants",
    "issuer",
    "marking_tolerance",
    "retakes",
    "retake_of",
    "appeals_until",
}
SECRET = {"entry_code"}
# A form sent twice, by a double click or a reload, comes within this time.
TWICE = timedelta(seconds=30)


@dataclass(frozen=True)
class PaperLine:
    """One paper of a sitting, in order. What is left out is taken from ``paper``; an offline one has no paper."""

    paper: Paper | None = None
    title: str = ""
    minutes: int | None = None
    total: Decimal | None = None
    pass_mark: Decimal | None = None


def new_entry_code() -> str:
    """Six digits, easily read out in a room."""
    return f"{secrets.randbelow(10**6):06d}"


def create_sitting(
    *, actor, now, title: str, unit, opens_at, closes_at, code: str = "", papers=(), scope_units=(), **fields
) -> Sitting:
    """A sitting in preparation. ``papers``: PaperLine in order. ``code`` "" = made from the day (20261103-1).

    The same form sent again within TWICE is the same sitting. Raises Refused: unknown order of times, an address that
    is none, a code that is taken.
    """
    _known(fields)
    try:
        with transaction.atomic():
            return _create(actor, now, title, unit, opens_at, closes_at, code, papers, scope_units, fields)
    except IntegrityError as error:
        raise Refused(_("代码刚刚被使用，请再保存一次。"), "code") from error


def _create(actor, now, title, unit, opens_at, closes_at, code, papers, scope_units, fields) -> Sitting:
    again = Sitting.objects.filter(
        made_by=actor, made_at__gt=now - TWICE, title=title, unit=unit, opens_at=opens_at, closes_at=closes_at
    )
    if actor and not code and (known := again.filter(state=State.DRAFT).first()):
        return known
    sitting = Sitting(title=title, unit=unit, opens_at=opens_at, closes_at=closes_at, **fields)
    sitting.code, sitting.made_by, sitting.made_at = code or _free_code(sitting), actor, now
    if Sitting.objects.filter(code=sitting.code).exists():
        raise Refused(_("代码“%(code)s”已被使用。") % {"code": sitting.code}, "code")
    _check(sitting)
    sitting.save()
    sitting.scope_units.set(scope_units)
    _set_papers(sitting, papers)
    audit.record(
        actor=actor,
        now=now,
        action="sitting.saved",
        obj=sitting,
        unit_code=unit.code,
        title=title,
        made=True,
    )
    return sitting


def change_sitting(*, actor, now, sitting: Sitting, papers=None, scope_units=None, **fields) -> Sitting:
    """Change what the state still allows: everything before opening, rules of the room while open, then the issuer,
    and after release a later end of appeals.

    Candidates are told of another time. Raises Refused naming what can no longer change.
    """
    _known(fields)
    with transaction.atomic():
        row = lock(sitting)
        before = {name: getattr(row, name) for name in fields}
        changed = {name for name in fields if fields[name] != before[name]}
        _must_be_changeable(row, changed, papers, scope_units)
        if row.state == State.OPEN and fields.get("closes_at", row.closes_at) < row.closes_at:
            # Deadlines already given would be later than the end that is told.
            raise Refused(_("已开放的场次不能提前结束时间；可在监考台收卷。"), "closes_at")
        if "appeals_until" in changed:
            _must_be_later(row, fields["appeals_until"], now)
        for name in changed:
            setattr(row, name, fields[name])
        _check(row)
        row.save()
        if scope_units is not None:
            row.scope_units.set(scope_units)
        if papers is not None:
            _set_papers(row, papers)
        if changed & {"opens_at", "closes_at"} and not row.rehearsal:
            told = {"title": row.title, "when": when(row)}
            live = Registration.objects.filter(sitting=row, state__in=LIVE)
            key = f"exam-time:{row.pk}:{row.opens_at.isoformat()}:{row.closes_at.isoformat()}"
            tell(live, now=now, key=key, text=_("“%(title)s”时间改为%(when)s，请按新的时间参加。") % told)
        shown = {
            name: ["***", "***"] if name in SECRET else [_plain(before[name]), _plain(getattr(row, name))]
            for name in sorted(changed)
        }
        if shown or papers is not None or scope_units is not None:
            audit.record(actor=actor, now=now, action="sitting.saved", obj=row, unit_code=row.unit.code, changed=shown)
    return row


def open_registration(*, actor, now, sitting: Sitting) -> Sitting:
    """draft → registering; also arranged → registering, when the office takes further registrations."""
    with transaction.atomic():
        row = lock(sitting)
        if not row.papers.exists():
            raise Refused(_("还没有考试科目，请先在场次设置中添加。"), "papers")
        if row.registers_until and row.registers_until <= now:
            raise Refused(_("报名截止时间已过，请先改期。"), "registers_until")
        move(row, (State.DRAFT, State.ARRANGED), State.REGISTERING)
        _record_state(actor, now, row)
    return row


def end_registration(*, actor, now, sitting: Sitting) -> Sitting:
    """registering → arranged; approved candidates get their exam numbers, ordered by unit."""
    with transaction.atomic():
        row = lock(sitting)
        move(row, (State.REGISTERING,), State.ARRANGED)
        numbered = give_numbers(row)
        _record_state(actor, now, row, numbered=numbered)
    return row


def open_sitting(*, actor, now, sitting: Sitting) -> Sitting:
    """arranged → open: papers are frozen and every approved candidate gets an entry for each. They may enter from the
    sitting's own time on.

    Raises Refused naming every red point of the pre-flight check.
    """
    red = [check.text for check in preflight(sitting, now=now).red]
    if red:
        raise Refused(_("检查未通过，不能开放：%(points)s") % {"points": str(_("；")).join(red)})
    with transaction.atomic():
        row = lock(sitting)
        for paper in row.papers.select_related("paper"):
            if paper.paper_id and not paper.frozen_id:
                paper.frozen = paper_actions.freeze(actor=actor, now=now, paper=paper.paper)
                paper.save(update_fields=["frozen"])
        move(row, (State.ARRANGED,), State.OPEN, opened_at=now)
        give_numbers(row)
        entries = make_entries(row)
        _record_state(actor, now, row, entries=entries)
    return row


def close_sitting(*, actor, now, sitting: Sitting) -> Sitting:
    """open → closed, once the window is over by the sitting's clock and nobody is still writing.

    Raises Refused otherwise. Absence is not written here: the register reads it from who never started.
    """
    with transaction.atomic():
        row = lock(sitting)
        if row.state == State.CLOSED:
            return row
        if now_of(row, now) < _ends(row):
            raise Refused(_("考试时间未到（%(when)s），不能结束。") % {"when": when(row)})
        writing = _writing(row).count()
        if writing:
            raise Refused(_("还有%(n)s人没有交卷，请先收卷。") % {"n": writing})
        move(row, (State.OPEN,), State.CLOSED, closed_at=now)
        _record_state(actor, now, row)
    return row


def close_finished(*, now) -> int:
    """Close every real online sitting whose window is over and where nobody is writing; how many. For the worker."""
    over = Sitting.objects.filter(state=State.OPEN, online=True, rehearsal=False, closes_at__lte=now)
    closed = 0
    for row in over.exclude(attempts__state__in=[Attempt.State.OPEN, Attempt.State.PAUSED]):
        if now < _ends(row):
            continue
        with transaction.atomic():
            if Sitting.objects.filter(pk=row.pk, state=State.OPEN).update(state=State.CLOSED, closed_at=now):
                row.state = State.CLOSED
                _record_state(None, now, row)
                closed += 1
    return closed


def cancel_sitting(*, actor, now, sitting: Sitting, reason: str) -> Sitting:
    """Call a sitting off before anybody has begun; registrations are cancelled with the reason and told."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("请填写取消的原因，考生会看到。"), "reason")
    with transaction.atomic():
        row = lock(sitting)
        if row.state == State.CANCELLED:
            return row
        if not row.rehearsal and Attempt.objects.filter(sitting=row).exists():
            raise Refused(_("已有考生进入考试，不能取消。"))
        if _writing(row).exists():
            raise Refused(_("还有人没有交卷，请先收卷。"))
        move(row, (*PREPARING, State.OPEN), State.CANCELLED)
        live = Registration.objects.filter(sitting=row, state__in=LIVE)
        if not row.rehearsal:
            text = _("“%(title)s”（%(when)s）已取消：%(reason)s")
            told = {"title": row.title, "when": when(row), "reason": reason}
            tell(live, now=now, key=f"exam-cancelled:{row.pk}", text=text % told)
        registrations = live.update(
            state=Registration.State.CANCELLED, reason=reason[:300], decided_by=actor, decided_at=now
        )
        _record_state(actor, now, row, reason=reason, registrations=registrations)
    return row


# --- within ----------------------------------------------------------------------------------------------------------


def _known(fields: dict) -> None:
    unknown = set(fields) - FIELDS
    if unknown:
        raise TypeError(f"no field of a sitting: {', '.join(sorted(unknown))}")


def _free_code(sitting: Sitting) -> str:
    day = f"{timezone.localdate(sitting.opens_at):%Y%m%d}"
    taken = set(Sitting.objects.filter(code__startswith=f"{day}-").values_list("code", flat=True))
    number = 1
    while f"{day}-{number}" in taken:
        number += 1
    return f"{day}-{number}"


def _check(sitting: Sitting) -> None:
    """Times in order, addresses readable, a retake of the first sitting. Normalises addresses and the chain."""
    if sitting.closes_at <= sitting.opens_at:
        raise Refused(_("结束时间应晚于开考时间。"), "closes_at")
    if sitting.registers_until and sitting.registers_until > sitting.opens_at:
        raise Refused(_("报名截止不应晚于开考时间。"), "registers_until")
    if sitting.registers_from and sitting.registers_until and sitting.registers_from >= sitting.registers_until:
        raise Refused(_("报名截止应晚于报名开始。"), "registers_until")
    good, bad = addresses.parse(sitting.addresses)
    if bad:
        raise Refused(
            _("不是网络地址：%(bad)s。每行一个，如 10.1.2.0/24。") % {"bad": str(_("、")).join(bad)}, "addresses"
        )
    sitting.addresses = "\n".join(good)
    if sitting.retake_of_id:
        if sitting.retake_of_id == sitting.pk:
            raise Refused(_("场次不能是自己的补考。"), "retake_of")
        # A chain has one root, so that all tries are counted from there.
        sitting.retake_of_id = sitting.retake_of.retake_of_id or sitting.retake_of_id
    outside = Q(opens_at__lt=sitting.opens_at) | Q(closes_at__gt=sitting.closes_at)
    batch = sitting.pk and Batch.objects.filter(outside, sitting=sitting).first()
    if batch:
        raise Refused(_("第%(n)s批的时间不在场次时间之内，请先调整批次。") % {"n": batch.number}, "opens_at")


def _must_be_changeable(row: Sitting, changed: set[str], papers, scope_units) -> None:
    if row.state in PREPARING:
        return
    allowed = {State.OPEN: WHEN_OPEN, State.CLOSED: WHEN_CLOSED, State.RELEASED: WHEN_RELEASED}.get(row.state, set())
    if papers is not None or scope_units is not None or changed - allowed:
        names = [str(Sitting._meta.get_field(name).verbose_name) for name in sorted(changed - allowed)]
        names += [_("考试科目")] if papers is not None else []
        names += [_("限定单位")] if scope_units is not None else []
        told = {"state": row.get_state_display(), "names": str(_("、")).join(names)}
        raise Refused(_("场次%(state)s，不能再改：%(names)s。") % told)


def _must_be_later(row: Sitting, until, now) -> None:
    """The end of appeals lies ahead, and once candidates have been told of it, not before what they were told."""
    released = row.state == State.RELEASED
    if until is None and not released:
        return
    if until is None or until <= now or (released and row.appeals_until and until < row.appeals_until):
        raise Refused(_("复核申请截止须晚于现在；成绩发布后只能推迟。"), "appeals_until")


def _set_papers(sitting: Sitting, papers: Iterable[PaperLine]) -> None:
    wanted = list(papers)
    there = {row.position: row for row in sitting.papers.all()}
    for position, line in enumerate(wanted, 1):
        if line.paper is None and sitting.online:
            raise Refused(_("第%(n)s科没有选试卷。") % {"n": position}, "papers")
        if line.paper is None and not line.title:
            raise Refused(_("第%(n)s科没有名称。") % {"n": position}, "papers")
        row = there.pop(position, None) or SittingPaper(sitting=sitting, position=position)
        row.paper, row.title = line.paper, line.title or line.paper.title
        row.minutes = line.minutes or (line.paper.minutes if line.paper else 90)
        if line.total is not None:
            row.total = line.total
        elif line.paper:
            row.total = paper_queries.total(line.paper)
        row.pass_mark = line.pass_mark if line.pass_mark is not None else line.paper.pass_mark if line.paper else 60
        if row.pass_mark > row.total:
            told = {"title": row.title, "mark": row.pass_mark, "total": row.total}
            raise Refused(_("“%(title)s”合格分%(mark)s高于满分%(total)s。") % told, "papers")
        row.save()
    SittingPaper.objects.filter(pk__in=[row.pk for row in there.values()]).delete()


def _writing(sitting: Sitting):
    return Attempt.objects.filter(sitting=sitting, state__in=[Attempt.State.OPEN, Attempt.State.PAUSED])


def _ends(sitting: Sitting):
    last = Batch.objects.filter(sitting=sitting).order_by("-closes_at").values_list("closes_at", flat=True).first()
    return max(sitting.closes_at, last) if last else sitting.closes_at


def _record_state(actor, now, row: Sitting, **told) -> None:
    audit.record(
        actor=actor, now=now, action="sitting.state", obj=row, unit_code=row.unit.code, state=str(row.state), **told
    )


def _plain(value):
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value.pk) if hasattr(value, "pk") else str(value)
