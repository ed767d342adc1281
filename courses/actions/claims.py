"""Hours earned elsewhere: claimed with evidence, decided by the training officer (domain §2.1, §2.10)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import ClaimFile, HourClaim
from courses.queries.claims import limit_of, policy_of, spans_of
from courses.rules import claims as rules
from portal import audit, notices
from portal.actions.errors import Refused
from portal.figures import num
from staffing import files as store
from staffing.actions.hours import credit_hours
from staffing.models import HourKind, Person
from staffing.rules.params import exact

State = HourClaim.State
MOST_FILES = 5
MOST_BYTES = 10 * 2**20
# What a file of this name begins with. Nothing else is taken: evidence is opened by others.
BEGINS = {".pdf": b"%PDF-", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".png": b"\x89PNG\r\n\x1a\n"}


@dataclass(frozen=True)
class Claimed:
    """What a learner says: aware times, hours in 学时."""

    kind: str
    title: str
    began: datetime
    ended: datetime
    hours_asked: Decimal
    organiser: str = ""
    note: str = ""


def make_claim(*, actor, now, person: Person, claimed: Claimed, evidence: Iterable = ()) -> HourClaim:
    """Hand in a claim with its ``evidence`` (uploaded files). The same claim again while it waits is the same claim.

    Raises Refused: somebody else's person, a kind the portal records itself, wrong times or hours, no note or evidence.
    """
    if person.user_id != getattr(actor, "pk", None):
        raise Refused(_("只能申报本人的学时。"))
    claimed = _checked(now, person, claimed)
    evidence = list(evidence)
    _check_evidence(claimed, evidence, have=0)
    with _stored(evidence) as kept, transaction.atomic():
        Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
        same = HourClaim.objects.filter(
            person=person, state=State.SUBMITTED, kind=claimed.kind, began=claimed.began, ended=claimed.ended
        ).first()
        if same:
            return same
        claim = HourClaim.objects.create(person=person, state=State.SUBMITTED, made_at=now, **vars(claimed))
        kept.attach(claim)
        _note(actor, now, "claim.made", claim, files=len(evidence))
    return claim


def change_claim(
    *, actor, now, claim: HourClaim, claimed: Claimed, evidence: Iterable = (), drop: Iterable[int] = ()
) -> HourClaim:
    """Complete a returned claim and hand it in again; ``drop`` names files that go.

    Raises Refused as make_claim does, and when the claim does not wait for its maker.
    """
    if claim.person.user_id != getattr(actor, "pk", None):
        raise Refused(_("只能申报本人的学时。"))
    claimed = _checked(now, claim.person, claimed)
    evidence, drop = list(evidence), set(drop)
    stay = claim.files.exclude(pk__in=drop).count()
    _check_evidence(claimed, evidence, have=stay)
    with _stored(evidence) as kept, transaction.atomic():
        waiting = HourClaim.objects.filter(pk=claim.pk, state=State.RETURNED)
        if not waiting.update(state=State.SUBMITTED, made_at=now, **vars(claimed)):
            claim.refresh_from_db()
            raise Refused(_("此申报现在不能修改（%(state)s）。") % {"state": claim.get_state_display()})
        gone = list(claim.files.filter(pk__in=drop))
        claim.files.filter(pk__in=drop).delete()
        kept.attach(claim)
        claim.refresh_from_db()
        _note(actor, now, "claim.made", claim, files=stay + len(evidence), again=True)
        transaction.on_commit(lambda: store.remove(*(row.file for row in gone)))
    return claim


def withdraw_claim(*, actor, now, claim: HourClaim) -> HourClaim:
    """Take back one's own claim before it is decided. Doing it twice is harmless. Raises Refused afterwards."""
    if claim.person.user_id != getattr(actor, "pk", None):
        raise Refused(_("只能撤回本人的申报。"))
    with transaction.atomic():
        waiting = HourClaim.objects.filter(pk=claim.pk, state__in=[State.SUBMITTED, State.RETURNED])
        changed = waiting.update(state=State.WITHDRAWN)
        claim.refresh_from_db()
        if changed:
            _note(actor, now, "claim.withdrawn", claim)
        elif claim.state != State.WITHDRAWN:
            raise Refused(_("此申报已审核（%(state)s），不能撤回。") % {"state": claim.get_state_display()})
    return claim


def decide_claim(*, actor, now, claim: HourClaim, state: str, hours_given=None, reason: str = "") -> HourClaim:
    """Approve (then the hours enter the ledger), return to be completed, or refuse. Twice the same is harmless.

    Raises Refused: one's own claim, a claim that does not wait, no reason for returning or refusing, hours beyond what
    the time is worth, time that has earned hours already.
    """
    reason = reason.strip()
    if claim.person.user_id and claim.person.user_id == getattr(actor, "pk", None):
        raise Refused(_("不能审核本人的申报，须由他人处理。"))
    if state not in (State.APPROVED, State.RETURNED, State.REFUSED):
        raise Refused(_("请选择审核结果。"), "state")
    if state != State.APPROVED and not reason:
        raise Refused(_("请写明原因，申报人将看到。"), "reason")
    given = _given(claim, hours_given) if state == State.APPROVED else None
    with transaction.atomic():
        waiting = HourClaim.objects.filter(pk=claim.pk, state=State.SUBMITTED)
        told = {"state": state, "hours_given": given, "reason": reason[:200], "decided_by": actor, "decided_at": now}
        if not waiting.update(**told):
            claim.refresh_from_db()
            if claim.state == state and claim.hours_given == given:
                return claim
            raise Refused(_("此申报现在不能审核（%(state)s）。") % {"state": claim.get_state_display()})
        claim.refresh_from_db()
        if given:
            claim.credit = _credit(actor, now, claim, given, reason)
            claim.save(update_fields=["credit"])
        _note(actor, now, "claim.decided", claim, hours=given, state=str(state), reason=reason)
        _tell(claim, now)
    return claim


def read_file(*, actor, now, file: ClaimFile):
    """The open file of a piece of evidence. Reading somebody else's is audited before anybody holds it."""
    claim = file.claim
    if claim.person.user_id != getattr(actor, "pk", None):
        with transaction.atomic():
            _note(actor, now, "claim.file_read", claim, file=file.name)
    return store.open_clear(file.file)


# --- checks ----------------------------------------------------------------------------------------------------------


def _checked(now, person: Person, claimed: Claimed) -> Claimed:
    title, organiser, note = claimed.title.strip(), claimed.organiser.strip(), claimed.note.strip()
    if claimed.kind not in rules.KINDS:
        raise Refused(_("请选择申报类别。"), "kind")
    if not title:
        raise Refused(_("请填写学习内容。"), "title")
    if claimed.ended > now:
        raise Refused(_("结束时间不能晚于现在。"), "ended")
    if timezone.localtime(claimed.began).year != timezone.localtime(claimed.ended).year:
        raise Refused(_("跨年度的学习请按年度分别申报。"), "began")
    try:
        spans = spans_of(claimed)
    except ValueError:
        text = _("结束须晚于开始；多日培训每天按同一时段计，最长%(n)s天。") % {"n": rules.MOST_DAYS}
        raise Refused(text, "ended") from None
    if claimed.kind == rules.COURT and len(spans) > 1:
        raise Refused(_("旁听庭审按次申报，请每次分开填写。"), "ended")
    hours = _half_hours(claimed.hours_asked, "hours_asked")
    _within(claimed.kind, hours, spans, policy_of(person, claimed.ended), "hours_asked")
    return Claimed(claimed.kind, title[:120], claimed.began, claimed.ended, hours, organiser[:80], note[:5000])


def _half_hours(value, field: str) -> Decimal:
    try:
        hours = Decimal(str(value))
    except InvalidOperation:
        raise Refused(_("学时应为数字。"), field) from None
    if not (hours.is_finite() and 0 < hours <= 99) or hours * 2 % 1:
        raise Refused(_("学时应为0.5的倍数，大于0、不超过99。"), field)
    return hours.quantize(Decimal("0.1"))


def _within(kind: str, hours: Decimal, spans, policy, field: str) -> None:
    most = rules.most_hours(kind, spans, policy)
    if exact(hours) > most:
        text = _("所填时间最多折合%(most)s学时（每学时%(minutes)s分钟，每日最多%(cap)s学时）。")
        if kind == rules.COURT:
            text = _("旁听庭审每次最多认定%(most)s学时。")
        told = {"most": num(most), "minutes": policy.hours_unit_minutes, "cap": num(policy.hours_daily_cap)}
        raise Refused(text % told, field)


def _given(claim: HourClaim, hours_given) -> Decimal:
    hours = _half_hours(hours_given, "hours_given")
    most, policy = limit_of(claim)
    if exact(hours) > most:
        _within(claim.kind, hours, spans_of(claim), policy, "hours_given")
    return hours


def _check_evidence(claimed: Claimed, evidence: list, *, have: int) -> None:
    if claimed.kind in rules.BY_NOTE and len(claimed.note) < rules.NOTE_LENGTH:
        raise Refused(_("请写心得或说明，不少于%(n)s字。") % {"n": rules.NOTE_LENGTH}, "note")
    if claimed.kind not in rules.BY_NOTE and not evidence and not have:
        raise Refused(_("请上传证明材料，如通知、结业证书、签到表。"), "evidence")
    if len(evidence) + have > MOST_FILES:
        raise Refused(_("证明材料最多%(n)s个文件。") % {"n": MOST_FILES}, "evidence")
    for file in evidence:
        begins = BEGINS.get(os.path.splitext(file.name)[1].lower())
        file.seek(0)
        if begins is None or not file.read(len(begins)).startswith(begins):
            raise Refused(_("“%(name)s”不是PDF、JPG或PNG文件。") % {"name": file.name[:60]}, "evidence")
        if file.size > MOST_BYTES:
            told = {"name": file.name[:60], "limit": MOST_BYTES // 2**20}
            raise Refused(_("“%(name)s”超过%(limit)s MB。") % told, "evidence")


# --- writing ---------------------------------------------------------------------------------------------------------


class _stored:
    """Evidence sealed in private storage; gone again when the claim is not saved with it."""

    def __init__(self, evidence: list):
        self.evidence, self.kept, self.attached = evidence, [], False

    def __enter__(self):
        for file in self.evidence:
            file.seek(0)
            digest, pieces = hashlib.sha256(), []
            for chunk in file.chunks():
                digest.update(chunk)
                pieces.append(chunk)
            suffix = os.path.splitext(file.name)[1].lower()
            name = os.path.basename(file.name)[-120:]
            self.kept.append((store.put_upload(pieces, suffix), name, file.size, digest.hexdigest()))
        return self

    def attach(self, claim: HourClaim) -> None:
        ClaimFile.objects.bulk_create(
            [ClaimFile(claim=claim, file=path, name=name, size=size, sha256=sha) for path, name, size, sha in self.kept]
        )
        self.attached = True

    def __exit__(self, kind, error, trace):
        if kind is not None or not self.attached:
            store.remove(*(path for path, *_rest in self.kept))


def _credit(actor, now, claim: HourClaim, given: Decimal, reason: str):
    """The ledger entries of an approved claim, one a day; the last one."""
    parts = rules.by_day(claim.kind, exact(given), spans_of(claim), policy_of(claim.person, claim.ended))
    why = _("申报认定：%(title)s") % {"title": claim.title}
    credit = None
    for number, (span, hours) in enumerate(parts, 1):
        try:
            credit = credit_hours(
                actor=actor,
                now=now,
                person=claim.person,
                kind=claim.kind,
                hours=Decimal(hours.numerator) / Decimal(hours.denominator),
                earned_on=timezone.localdate(span[1]),
                title=claim.title,
                source=f"claim:{claim.pk}" + (f":{number}" if len(parts) > 1 else ""),
                reason=(reason or why)[:200],
                spans=[span],
            )
        except Refused as refused:
            raise Refused(refused.message, "hours_given" if refused.field == "hours" else refused.field) from refused
    return credit


def _note(actor, now, action: str, claim: HourClaim, **told) -> None:
    told = {key: str(value) if isinstance(value, Decimal) else value for key, value in told.items()}
    audit.record(
        actor=actor,
        now=now,
        action=action,
        obj=claim.person,
        claim=claim.pk,
        kind=str(HourKind(claim.kind)),
        asked=str(claim.hours_asked),
        **told,
    )


def _tell(claim: HourClaim, now) -> None:
    if not claim.person.user_id:
        return
    told = {"title": claim.title, "reason": claim.reason, "n": num(claim.hours_given)}
    text = {
        State.APPROVED: _("学时申报已认定：%(title)s，%(n)s学时。"),
        State.RETURNED: _("学时申报退回补充：%(title)s。%(reason)s"),
        State.REFUSED: _("学时申报不予认定：%(title)s。%(reason)s"),
    }[claim.state]
    notices.send(
        recipients=[claim.person.user_id],
        now=now,
        key=f"claim:{claim.pk}:{claim.decided_at.isoformat()}",
        text=text % told,
        url=reverse("courses:claim", args=[claim.pk]),
    )
