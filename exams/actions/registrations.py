"""Registering people for a sitting, deciding, withdrawing and taking back.

All writes of one sitting queue up behind its row (``sitting_base.lock``), so that two clerks registering the same
person make one registration and nothing is written after the deadline.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.actions.sitting_base import BATCH, LIVE, RUNNING, State, give_numbers, lock, make_entries, tell, when
from exams.delivery.clock import now_of, window_of
from exams.models.attempts import Attempt
from exams.models.sittings import Duty, Registration, Sitting
from exams.queries import eligibility
from portal import audit
from portal.access import EVERYWHERE, Access
from portal.actions.errors import Refused
from staffing.models import Person

Way = Registration.Way
RState = Registration.State
REASON = 300


@dataclass(frozen=True)
class Registered:
    """``made``: registrations of this call. ``again``: people who were registered already. ``refused``: {person:
    [reasons]}.
    """

    made: list[Registration] = field(default_factory=list)
    again: list[Person] = field(default_factory=list)
    refused: dict[Person, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided:
    """``changed`` registrations now stand as decided; ``refused``: {registration: [reasons]} could not be approved."""

    changed: list[Registration] = field(default_factory=list)
    refused: dict[Registration, list[str]] = field(default_factory=dict)


def register_people(*, actor, now, sitting: Sitting, people: Iterable[Person], way: str) -> Registered:
    """Register everybody of ``people`` who is eligible; says why for each of the others.

    By the unit or by a sheet they are approved at once (the rule was checked); who registers in person waits for
    approval. Not who invigilates or marks this sitting. Only the exam office registers after the deadline (server's
    time) or once registration has ended. Raises Refused when nobody may be registered now, or this way.
    """
    people = list(dict.fromkeys(people))
    with transaction.atomic():
        row = lock(sitting)
        scope, office = _may_register(actor, now, row, way), _is_office(actor, now, row)
        verdicts = eligibility.explain(row, people)
        bases = eligibility.bases(people, timezone.localdate(now))
        there = {r.person_id: r for r in Registration.objects.filter(sitting=row, person__in=people)}
        busy = set(Duty.objects.filter(sitting=row).values_list("user", flat=True))
        result, new, back = Registered(), [], []
        state = RState.PENDING if way == Way.SELF else RState.APPROVED
        for person in people:
            known, base = there.get(person.pk), bases.get(person.pk)
            if known is not None and known.state in LIVE:
                result.again.append(person)
                continue
            if way == Way.SELF:
                reasons = [] if person.user_id == actor.pk else [_("只能为本人报名")]
            elif base is None or not scope.covers(base.path):
                reasons = [_("没有找到此人，或不在您的管理范围内")]
            else:
                reasons = []
            reasons = reasons or verdicts[person.pk].reasons
            if person.user_id in busy:
                reasons = [*reasons, _("在本场次担任监考或阅卷，不能报名")]
            if known is not None and known.state == RState.REFUSED and way != Way.SELF and not office:
                # Approving is the office's: a list of the unit does not undo what it decided.
                reasons = [_("报名未通过审核：%(reason)s。需要时请联系考务") % {"reason": known.reason}]
            if known is not None and known.disqualified:
                reasons = [_("已取消成绩，不能再报本场次")]
            if base is None and not reasons:
                reasons = [_("现在没有在岗记录")]
            if reasons:
                result.refused[person] = reasons
                continue
            if known is None:
                known = Registration(sitting=row, person=person)
                new.append(known)
            else:
                back.append(known)
            known.unit, known.way, known.state, known.reason = base, way, state, ""
            known.made_by, known.made_at, known.decided_by, known.decided_at = actor, now, None, None
            known.person = person
        Registration.objects.bulk_create(new, batch_size=BATCH)
        fields = ["unit", "way", "state", "reason", "made_by", "made_at", "decided_by", "decided_at"]
        Registration.objects.bulk_update(back, fields, batch_size=BATCH)
        result.made.extend([*new, *back])
        _follow(row, [r.pk for r in result.made])
        audit.record_many(actor=actor, now=now, entries=[_entry("registration.made", r, way=way) for r in result.made])
        if way != Way.SELF:
            _tell_approved(row, [r.pk for r in result.made], now)
    return result


def decide(
    *, actor, now, sitting: Sitting, registrations: Iterable[Registration], approve: bool, reason: str = ""
) -> Decided:
    """Approve or refuse (with the reason) registrations of one sitting, all at once.

    Who is not eligible cannot be approved. An approved one may be refused until the candidate's window begins: from
    then on they are absent or disqualified. Late approvals get number and entries at once. Raises Refused: no reason,
    wrong state.
    """
    reason = reason.strip()
    if not approve and not reason:
        raise Refused(_("请填写不通过的原因，考生会看到。"), "reason")
    with transaction.atomic():
        row = lock(sitting)
        _must_run(row)
        rows = list(
            Registration.objects.filter(sitting=row, pk__in=[r.pk for r in registrations]).select_related(
                "person", "unit", "sitting", "seat__batch"
            )
        )
        wanted = (RState.PENDING, RState.REFUSED) if approve else (RState.PENDING, RState.APPROVED)
        rows = [r for r in rows if r.state in wanted]
        result = Decided()
        if approve:
            verdicts = eligibility.explain(row, [r.person_id for r in rows])
            result.refused.update({r: verdicts[r.person_id].reasons for r in rows if verdicts[r.person_id].reasons})
        else:
            begun, clock = _begun([r.pk for r in rows]), now_of(row, now)
            late = [r for r in rows if r.state == RState.APPROVED and window_of(r)[0] <= clock]
            why = _("开考时间已到，不能再改为不通过，请在监考台登记缺考或违纪")
            result.refused.update({r: [why] for r in late})
            result.refused.update({r: [_("考生已进入考试")] for r in rows if r.pk in begun})
        rows = [r for r in rows if r not in result.refused]
        state = RState.APPROVED if approve else RState.REFUSED
        Registration.objects.filter(pk__in=[r.pk for r in rows], state__in=wanted).update(
            state=state, reason="" if approve else reason[:REASON], decided_by=actor, decided_at=now
        )
        for r in rows:
            r.state, r.reason, r.decided_by, r.decided_at = state, "" if approve else reason[:REASON], actor, now
        result.changed.extend(rows)
        _follow(row, [r.pk for r in rows])
        audit.record_many(
            actor=actor,
            now=now,
            entries=[_entry("registration.decided", r, state=str(state), reason=r.reason) for r in rows],
        )
        if approve:
            _tell_approved(row, [r.pk for r in rows], now)
        else:
            told = {"title": row.title, "reason": reason}
            text = _("“%(title)s”报名未通过：%(reason)s") % told
            _tell(row, [r.pk for r in rows], now, f"exam-refused:{row.pk}:{now.timestamp():.0f}", text)
    return result


def withdraw(*, actor, now, registration: Registration, reason: str) -> Registration:
    """登记弃考: pending or approved → withdrawn, with the reason, unless the candidate has begun. The unit may until
    the candidate's window begins, the exam office until results are released. Again on a withdrawn one changes
    nothing.
    """
    with transaction.atomic():
        row = lock(registration.sitting)
        made = _withdraw(actor, now, row, [registration.pk], {registration.pk: reason})
        found = Registration.objects.select_related("person", "unit", "sitting").get(pk=registration.pk)
        if not made and found.state != RState.WITHDRAWN:
            told = {"state": found.get_state_display()}
            raise Refused(_("报名现为“%(state)s”，或考生已进入考试，不能登记弃考。") % told)
    return found


def withdraw_many(*, actor, now, sitting: Sitting, reasons: dict[int, str]) -> int:
    """登记弃考 of several registrations of one sitting, each with its reason: {registration id: reason}; how many."""
    with transaction.atomic():
        return _withdraw(actor, now, lock(sitting), list(reasons), reasons)


def take_back(*, actor, now, registration: Registration) -> Registration:
    """Take a withdrawal back before the candidate's window begins; only who is still eligible. The state before it
    returns: a self-registration nobody had decided waits again.
    """
    with transaction.atomic():
        row = lock(registration.sitting)
        _must_run(row)
        found = Registration.objects.select_related("person", "unit", "sitting").get(pk=registration.pk, sitting=row)
        if found.state in LIVE:
            return found
        if found.state != RState.WITHDRAWN:
            raise Refused(_("报名现为“%(state)s”，没有可撤回的弃考。") % {"state": found.get_state_display()})
        if window_of(found)[0] <= now_of(row, now):
            raise Refused(_("开考时间已到，不能撤回弃考。"))
        reasons = eligibility.explain(row, [found.person_id])[found.person_id].reasons
        if reasons:
            raise Refused(_("不能撤回弃考：%(reasons)s") % {"reasons": str(_("；")).join(reasons)})
        waits = found.way == Way.SELF and found.exam_no is None and found.decided_by_id is None
        state = RState.PENDING if waits else RState.APPROVED
        Registration.objects.filter(pk=found.pk, state=RState.WITHDRAWN).update(state=state, reason="")
        found.state, found.reason = state, ""
        _follow(row, [found.pk])
        audit.record_many(
            actor=actor, now=now, entries=[_entry("registration.changed", found, state=str(state), back=True)]
        )
    found.refresh_from_db(fields=["exam_no"])
    return found


# --- within ----------------------------------------------------------------------------------------------------------


def _may_register(actor, now, row: Sitting, way: str):
    """The scope somebody may register in now; raises Refused."""
    office = _is_office(actor, now, row)
    scope = EVERYWHERE if actor is None else Access(actor, now).scope("registrations.edit")
    if row.rehearsal:
        raise Refused(_("演练场次的考生在创建时选定。"))
    if row.state not in RUNNING:
        raise Refused(_("场次现为“%(state)s”，不能报名。") % {"state": row.get_state_display()})
    if way == Way.SELF:
        if not row.by_self:
            raise Refused(_("本场次不接受个人报名，请联系本单位政工人员。"))
    elif not scope:
        raise Refused(_("您不能办理报名。需要时请联系本单位政工科。"))
    if way != Way.SELF and office:
        return scope
    if way != Way.SELF and not row.by_unit:
        raise Refused(_("本场次不接受单位报名。"))
    if row.state != State.REGISTERING:
        raise Refused(_("报名已截止，需要时请联系考务。"))
    if row.registers_from and now < row.registers_from:
        day = timezone.localtime(row.registers_from).strftime("%Y-%m-%d %H:%M")
        raise Refused(_("报名自%(day)s开始。") % {"day": day})
    if row.registers_until and now >= row.registers_until:
        day = timezone.localtime(row.registers_until).strftime("%Y-%m-%d %H:%M")
        raise Refused(_("报名已于%(day)s截止，需要时请联系考务。") % {"day": day})
    return scope


def _is_office(actor, now, row: Sitting) -> bool:
    """Is this the exam office of the sitting? A command on the server (no account) is."""
    return actor is None or Access(actor, now).scope("registrations.approve").covers(row.unit.path)


def _must_run(row: Sitting) -> None:
    if row.state not in (State.DRAFT, *RUNNING):
        raise Refused(_("场次现为“%(state)s”，报名不能再改。") % {"state": row.get_state_display()})


def _follow(row: Sitting, ids: list[int]) -> None:
    """After registration has ended a newly approved candidate needs a number at once; once open, entries as well."""
    if ids and row.state in (State.ARRANGED, State.OPEN):
        give_numbers(row)
    if ids and row.state == State.OPEN:
        make_entries(row, ids)


def _begun(ids: list[int]) -> set[int]:
    return set(
        Attempt.objects.filter(entry__registration__in=ids).values_list("entry__registration", flat=True).distinct()
    )


def _withdraw(actor, now, row: Sitting, ids: list[int], reasons: dict[int, str]) -> int:
    if row.state not in (State.DRAFT, *RUNNING, State.CLOSED):
        raise Refused(_("场次现为“%(state)s”，不能登记弃考。") % {"state": row.get_state_display()})
    if not all((reasons.get(pk) or "").strip() for pk in ids):
        raise Refused(_("请填写弃考的原因。"), "reason")
    begun = _begun(ids)
    rows = Registration.objects.filter(sitting=row, pk__in=ids, state__in=LIVE, outcome="", disqualified=False)
    rows = [r for r in rows.select_related("person", "unit", "sitting", "seat__batch") if r.pk not in begun]
    # An absence must not become a withdrawal by the unit's own hand.
    if any(window_of(r)[0] <= now_of(row, now) for r in rows) and not _is_office(actor, now, row):
        raise Refused(_("开考时间已到，由考务登记弃考。"))
    for r in rows:
        r.state, r.reason, r.absent = RState.WITHDRAWN, reasons[r.pk].strip()[:REASON], False
    Registration.objects.bulk_update(rows, ["state", "reason", "absent"], batch_size=BATCH)
    audit.record_many(
        actor=actor, now=now, entries=[_entry("registration.withdrawn", r, reason=r.reason) for r in rows]
    )
    return len(rows)


def _entry(action: str, registration: Registration, **data) -> audit.Entry:
    return audit.Entry(
        action,
        Registration._meta.label_lower,
        str(registration.pk),
        registration.unit.code,
        {"sitting": registration.sitting_id, "person": registration.person.staff_no, **data},
    )


def _tell(row: Sitting, ids: list[int], now, key: str, text: str) -> None:
    if ids and not row.rehearsal:
        tell(Registration.objects.filter(pk__in=ids), now=now, key=key, text=text)


def _tell_approved(row: Sitting, ids: list[int], now) -> None:
    text = _("“%(title)s”报名已通过，%(when)s。") % {"title": row.title, "when": when(row)}
    _tell(row, ids, now, f"exam-approved:{row.pk}:{now.timestamp():.0f}", text)
