"""Certificates, legal qualification, reviewers: each with a status history that later changes do not rewrite (domain
§2.3, §2.4).
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from staffing.actions.common import apply, facts_of, note, today
from staffing.actions.errors import Refused
from staffing.actions.memberships import membership_on
from staffing.models import (
    Category,
    CertificateCheck,
    Person,
    Qualification,
    QualificationKind,
    QualificationState,
    QualificationStatus,
    Unit,
)
from staffing.models.dated import ends_after, not_empty

VALID, SUSPENDED, EXPIRED, CANCELLED, REVOKED, LOST = (
    QualificationState.VALID,
    QualificationState.SUSPENDED,
    QualificationState.EXPIRED,
    QualificationState.CANCELLED,
    QualificationState.REVOKED,
    QualificationState.LOST,
)
# Domain §2.3; a lost card is found again or declared void, a wrong cancellation is a correction, not a transition.
TRANSITIONS = {
    VALID: {SUSPENDED, EXPIRED, CANCELLED, REVOKED, LOST},
    SUSPENDED: {VALID, REVOKED, CANCELLED},
    LOST: {VALID, CANCELLED},
    EXPIRED: {CANCELLED},
    CANCELLED: set(),
    REVOKED: set(),
}
CORRECTABLE = {"number", "grade", "issuer", "issuing_unit", "issued", "valid_until", "full_time"}
# 行政强制法 §17(3), domain §2.7: auxiliaries and workers hold no certificate and review nothing.
# Reasons the system writes itself: kept in Chinese whoever acts, shown in the reader's language.
RENEWED, SUSPENSION_OVER = gettext_noop("换证"), gettext_noop("暂扣期满")
OFFICERS_ONLY = {QualificationKind.ENFORCE, QualificationKind.SUPERVISE, QualificationKind.REVIEWER}


def add_qualification(
    *,
    actor,
    now,
    person: Person,
    kind: str,
    number: str | None = None,
    grade: str = "",
    issuer: str = "",
    issuing_unit: Unit | None = None,
    issued: date | None = None,
    valid_until: date | None = None,
    full_time: bool | None = None,
    state: str = VALID,
    state_from: date | None = None,
    doc_no: str = "",
    reason: str = "",
) -> Qualification:
    """Record a certificate or qualification with its first status, which starts on ``state_from``, else ``issued``,
    else today.

    The same kind, number and dates again returns the row there is. Raises Refused: auxiliary or worker (OFFICERS_ONLY),
    a number that is taken, ``valid_until`` before ``issued``, a second assignment as reviewer while one is open.
    """
    if kind not in QualificationKind.values:
        raise Refused(_("请选择资格种类。"), "kind")
    number = (number or "").strip() or None
    start = state_from or issued or today(now)
    with facts_of(person):
        known = person.qualifications.filter(
            kind=kind, number=number, issued=issued, valid_until=valid_until, grade=grade
        ).first()
        if known and (number or issued):
            return known
        _check(person, kind, number, issued, valid_until, start)
        if (
            kind == QualificationKind.REVIEWER
            and person.qualifications.filter(ends_after(start, "statuses__"), kind=kind, statuses__state=VALID).exists()
        ):
            raise Refused(_("此人已是法制审核人员，请先登记免去。"), "start")
        qualification = Qualification.objects.create(
            person=person,
            kind=kind,
            number=number,
            grade=grade,
            issuer=issuer,
            issuing_unit=issuing_unit,
            issued=issued,
            valid_until=valid_until,
            full_time=full_time,
        )
        qualification.statuses.create(state=state, start=start, doc_no=doc_no, reason=reason)
        note(
            actor=actor,
            now=now,
            action="qualification.added",
            person=person,
            unit=issuing_unit,
            row=qualification,
            kind=kind,
            number=number,
            issued=issued,
            valid_until=valid_until,
            state=state,
            start=start,
        )
    return qualification


def renew_qualification(
    *,
    actor,
    now,
    qualification: Qualification,
    issued: date,
    valid_until: date | None,
    number: str | None = None,
    issuer: str | None = None,
) -> Qualification:
    """Replace a certificate by a new one from ``issued`` on; the old one is EXPIRED from that day, its past untouched.

    When the new card keeps the number, the old row gives it up (numbers are unique) and its status says so. Raises
    Refused when the old one is cancelled, revoked or suspended on that day, and when the dates do not follow.
    """
    person = qualification.person
    with facts_of(person):
        old = Qualification.objects.get(pk=qualification.pk)
        number = (number or "").strip() or old.number
        done = person.qualifications.filter(kind=old.kind, issued=issued, valid_until=valid_until).exclude(pk=old.pk)
        if number:
            done = done.filter(number=number)
        if done.exists():
            return done.first()
        last = _last_status(old)
        if last and last.state not in (VALID, EXPIRED, LOST):
            raise Refused(_("证件状态为“%(state)s”，不能换证。") % {"state": last.get_state_display()})
        if (old.issued and issued <= old.issued) or (last and issued < last.start):
            raise Refused(_("换证日期须晚于原证取得日期和最近一次状态变更。"), "issued")
        if number != old.number:
            _refuse_taken_number(old.kind, number)
        if valid_until and valid_until <= issued:
            raise Refused(_("有效期至须晚于取得日期。"), "valid_until")
        remark = RENEWED
        if number == old.number and number:
            remark = f"{RENEWED}，编号{number}由新证沿用"
            old.number = None
            old.save(update_fields=["number"])
        if last is None or last.state != EXPIRED:
            _append(old, last, EXPIRED, issued, reason=remark)
        else:
            last.reason = remark
            last.save(update_fields=["reason"])
        new = Qualification.objects.create(
            person=person,
            kind=old.kind,
            number=number,
            grade=old.grade,
            issuer=old.issuer if issuer is None else issuer,
            issuing_unit=old.issuing_unit,
            issued=issued,
            valid_until=valid_until,
            full_time=old.full_time,
        )
        new.statuses.create(state=VALID, start=issued, reason=RENEWED)
        note(
            actor=actor,
            now=now,
            action="qualification.added",
            person=person,
            unit=new.issuing_unit,
            row=new,
            kind=new.kind,
            number=number,
            issued=issued,
            valid_until=valid_until,
            renews=old.pk,
        )
    return new


def change_state(
    *,
    actor,
    now,
    qualification: Qualification,
    state: str,
    start: date,
    until: date | None = None,
    doc_no: str = "",
    reason: str = "",
) -> QualificationStatus:
    """Put a qualification into ``state`` from ``start`` on; a suspension may end at ``until`` (the first day valid
    again).

    Raises Refused for a transition outside TRANSITIONS, a start not after the last change, and a suspension without
    document number and reason (domain §2.3).
    """
    person = qualification.person
    with facts_of(person):
        last = _last_status(qualification)
        if last and last.state == state and last.start == start:
            return last
        if state not in TRANSITIONS.get(last.state if last else VALID, set()):
            raise Refused(
                _("证件状态为“%(now)s”，不能改为“%(new)s”。")
                % {"now": last.get_state_display(), "new": QualificationState(state).label},
                "state",
            )
        if last and start <= last.start:
            raise Refused(_("日期须晚于最近一次状态变更%(day)s。") % {"day": last.start.isoformat()}, "start")
        if state == SUSPENDED and not (doc_no.strip() and reason.strip()):
            raise Refused(_("暂扣须写明文号和原因。"), "reason" if doc_no.strip() else "doc_no")
        if until and (state != SUSPENDED or until <= start):
            raise Refused(_("只有暂扣可以写截止日期，且须晚于起始日。"), "until")
        status = _append(qualification, last, state, start, doc_no=doc_no.strip(), reason=reason.strip())
        if until:
            _append(qualification, status, VALID, until, reason=SUSPENSION_OVER)
        note(
            actor=actor,
            now=now,
            action="qualification.state",
            person=person,
            unit=qualification.issuing_unit,
            row=qualification,
            kind=qualification.kind,
            number=qualification.number,
            state=[last.state if last else None, state],
            start=start,
            until=until,
            doc_no=doc_no,
            reason=reason,
        )
    return status


def correct_qualification(*, actor, now, qualification: Qualification, reason: str = "", **fields) -> Qualification:
    """Correct a wrong record (any of CORRECTABLE). A new ``issued`` moves the first status along when it began on the
    old day.
    """
    person = qualification.person
    with facts_of(person):
        qualification = Qualification.objects.select_related("issuing_unit").get(pk=qualification.pk)
        before = qualification.issued
        if "number" in fields:
            fields["number"] = (fields["number"] or "").strip() or None
        changed = apply(qualification, fields, CORRECTABLE)
        if not changed:
            return qualification
        if "number" in changed:
            _refuse_taken_number(qualification.kind, qualification.number, but=qualification)
        if qualification.issued and qualification.valid_until and qualification.valid_until < qualification.issued:
            raise Refused(_("有效期至早于取得日期。"), "valid_until")
        if "issued" in changed and qualification.issued:
            first = qualification.statuses.order_by("start").first()
            if first and first.start == before:
                if first.end and qualification.issued >= first.end:
                    raise Refused(_("取得日期须早于此后的状态变更%(day)s。") % {"day": first.end.isoformat()}, "issued")
                first.start = qualification.issued
                first.save(update_fields=["start"])
        qualification.save()
        note(
            actor=actor,
            now=now,
            action="qualification.changed",
            person=person,
            unit=qualification.issuing_unit,
            row=qualification,
            changed=changed,
            reason=reason,
        )
    return qualification


def record_check(
    *, actor, now, qualification: Qualification, year: int, passed: bool, checked_on: date
) -> CertificateCheck:
    """Record the annual check of a certificate; recording a year again corrects it."""
    if checked_on > today(now):
        raise Refused(_("年审日期不能晚于今天。"), "checked_on")
    person = qualification.person
    with facts_of(person):
        check = qualification.checks.filter(year=year).first() or CertificateCheck(
            qualification=qualification, year=year
        )
        before = [check.passed, check.checked_on] if check.pk else None
        if before == [passed, checked_on]:
            return check
        check.passed, check.checked_on = passed, checked_on
        check.save()
        note(
            actor=actor,
            now=now,
            action="qualification.checked",
            person=person,
            row=qualification,
            year=year,
            passed=passed,
            checked_on=checked_on,
            before=before,
        )
    return check


def assign_reviewer(
    *, actor, now, person: Person, start: date, full_time: bool | None = None, doc_no: str = ""
) -> Qualification:
    """Make an officer a legal reviewer from ``start``. Without legal qualification it is recorded, and the figures
    flag it
    未取得资格 (行政处罚法 §58, domain §2.4). Raises Refused for auxiliaries and while an assignment is open."""
    return add_qualification(
        actor=actor,
        now=now,
        person=person,
        kind=QualificationKind.REVIEWER,
        issued=start,
        full_time=full_time,
        doc_no=doc_no,
    )


def end_reviewer(*, actor, now, qualification: Qualification, end: date, reason: str = "") -> Qualification:
    """End a reviewer's assignment: CANCELLED from ``end``."""
    if qualification.kind != QualificationKind.REVIEWER:
        raise Refused(_("这不是法制审核人员的任职记录。"))
    change_state(actor=actor, now=now, qualification=qualification, state=CANCELLED, start=end, reason=reason)
    return qualification


def _last_status(qualification: Qualification) -> QualificationStatus | None:
    return qualification.statuses.filter(not_empty()).order_by("start", "pk").last()


def _append(qualification, last, state, start, *, doc_no="", reason="") -> QualificationStatus:
    if last is not None:
        last.end = start
        last.save(update_fields=["end"])
    return qualification.statuses.create(state=state, start=start, doc_no=doc_no, reason=reason)


def _check(person, kind, number, issued, valid_until, day):
    if issued and valid_until and valid_until < issued:
        raise Refused(_("有效期至早于取得日期。"), "valid_until")
    if kind in OFFICERS_ONLY:
        membership = membership_on(person, day) or person.memberships.order_by("start").last()
        if membership and membership.category != Category.OFFICER:
            raise Refused(
                _("%(category)s不能登记%(kind)s。")
                % {"category": membership.get_category_display(), "kind": QualificationKind(kind).label},
                "kind",
            )
    _refuse_taken_number(kind, number)


def _refuse_taken_number(kind, number, but: Qualification | None = None):
    taken = Qualification.objects.filter(kind=kind, number=number)
    if but is not None:
        taken = taken.exclude(pk=but.pk)
    if number and taken.exists():
        raise Refused(_("编号%(number)s需核对：可能已登记在另一人名下。") % {"number": number}, "number")
