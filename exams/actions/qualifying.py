"""What passing gives: a qualification in staffing's ledger, written by staffing's own actions, and a pass certificate.

The provincial card's number comes later, from HR on the person's page; here the qualification has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.actions.certificate_base import strike
from exams.models.results import PassCertificate
from exams.models.sittings import Registration, Sitting
from exams.rules.serials import new_serial
from portal.actions.errors import Refused
from staffing.actions.qualifications import change_state, renew_qualification
from staffing.actions.qualifications_many import NewQualification, add_qualifications_many
from staffing.models import Category, Membership, Qualification, QualificationState
from staffing.queries.policies import PolicyBook
from staffing.rules.certificates import add_months

# A certificate that ends within these days is renewed by passing again (the first alert of domain §2.3).
SOON = timedelta(days=90)
# Progress is told between batches of so many people.
BATCH = 50
EXPIRED, VALID = QualificationState.EXPIRED, QualificationState.VALID
GONE = {QualificationState.CANCELLED, QualificationState.REVOKED}


@dataclass(frozen=True)
class Given:
    """What one passed person got: the sentence for the register, and the rows."""

    note: str
    certificate: PassCertificate
    qualification: Qualification | None = None


class Granting:
    """Gives qualifications and certificates of one sitting. Facts are read once for all (three queries)."""

    def __init__(self, *, actor, now, sitting: Sitting, registrations: list[Registration]):
        self.actor, self.now, self.sitting, self.day = actor, now, sitting, timezone.localdate(now)
        people = [one.person_id for one in registrations]
        self.posts = {
            row.person_id: row
            for row in Membership.objects.on(self.day).filter(person__in=people).select_related("unit")
        }
        self.held: dict[int, list[Qualification]] = {}
        if sitting.grants:
            known = Qualification.objects.filter(person__in=people, kind=sitting.grants)
            for row in known.select_related("person").prefetch_related("statuses").order_by("issued", "pk"):
                self.held.setdefault(row.person_id, []).append(row)
        self.policies = PolicyBook()
        self.known = {
            row.registration_id: row for row in PassCertificate.objects.filter(registration__in=registrations)
        }

    def give(self, registrations: list[Registration], progress=lambda done, total, text: None) -> dict[int, Given]:
        """Write what these are due: registration id → Given. What staffing refuses is said in the note, not raised."""
        given: dict[int, Given] = {}
        for at in range(0, len(registrations), BATCH):
            told = {"done": at, "total": len(registrations)}
            progress(at, len(registrations), _("正在写入资格：%(done)s/%(total)s") % told)
            given |= self._give(registrations[at : at + BATCH])
        return given

    def _give(self, some: list[Registration]) -> dict[int, Given]:
        done: dict[int, tuple[Qualification | None, str]] = {}
        fresh: dict[int, NewQualification] = {}
        for one in some:
            post = self.posts.get(one.person_id)
            found = self._qualify(one, post, self._until(post))
            if isinstance(found, NewQualification):
                fresh[one.pk] = found
            else:
                done[one.pk] = found
        done |= self._add(fresh)
        return self._certify(some, done)

    def _add(self, fresh: dict[int, NewQualification]) -> dict[int, tuple[Qualification, str]]:
        if not fresh:
            return {}
        made = add_qualifications_many(
            actor=self.actor,
            now=self.now,
            kind=self.sitting.grants,
            rows=list(fresh.values()),
            issued=self.day,
            issuer=self.sitting.issuer,
            doc_no=self.sitting.code,
        )
        return {
            pk: (row, _("已写入资格，有效期至%(day)s。") % {"day": row.valid_until.isoformat()})
            for pk, row in zip(fresh, made)
        }

    def _until(self, post) -> date:
        locality = post.unit.locality if post else self.sitting.unit.locality
        months = self.policies.on(self.day, locality).certificate_months
        return add_months(self.day, months) - timedelta(days=1)

    def _qualify(self, one: Registration, post, until: date) -> NewQualification | tuple[Qualification | None, str]:
        """What to add, or what was renewed or left alone, with the sentence about it."""
        if not self.sitting.grants:
            return None, ""
        if post is None or post.category != Category.OFFICER:
            return None, _("发布时已不是在册行政执法人员，未写入资格。")
        rows = [(row, self._state(row)) for row in self.held.get(one.person_id, ())]
        current = [(row, state) for row, state in rows if state not in GONE | {None}]
        if not current:
            return NewQualification(one.person, post.unit, until)
        last, state = max(current, key=lambda pair: (pair[1] != EXPIRED, pair[0].issued or date.min, pair[0].pk))
        if state not in (VALID, EXPIRED):
            told = {"state": QualificationState(state).label}
            return None, _("现有证件状态为“%(state)s”，未写入资格，请政工部门处理。") % told
        if self._ends_tomorrow(last):
            return None, _("现有资格自次日起注销，未另写入，请政工部门处理。")
        if state == VALID and (last.valid_until is None or last.valid_until > self.day + SOON):
            ends = last.valid_until.isoformat() if last.valid_until else _("未载明")
            return None, _("现有资格有效（至%(day)s），未另写入。") % {"day": ends}
        try:
            with transaction.atomic():
                made = renew_qualification(
                    actor=self.actor,
                    now=self.now,
                    qualification=last,
                    issued=self.day,
                    valid_until=until,
                    issuer=self.sitting.issuer or None,
                )
        except Refused as refused:
            return None, _("未写入资格：%(why)s") % {"why": refused.message}
        return made, _("资格已续期至%(day)s。") % {"day": until.isoformat()}

    def _ends_tomorrow(self, row: Qualification) -> bool:
        """Cancelled today: a status lasts a day at least, so it is still valid today."""
        day = self.day + timedelta(days=1)
        return any(status.start == day and status.state in GONE for status in row.statuses.all())

    def _state(self, row: Qualification) -> str | None:
        """The state on the day of release; None for a record taken back or not begun."""
        held = [status for status in row.statuses.all() if status.covers(self.day)]
        return held[-1].state if held else None

    def _certify(self, some: list[Registration], done: dict[int, tuple[Qualification | None, str]]) -> dict[int, Given]:
        fresh, given = [], {}
        for one in some:
            qualification, note = done[one.pk]
            until = self._until(self.posts.get(one.person_id)) if self.sitting.grants else None
            values = {
                "person_id": one.person_id,
                "title": self.sitting.title,
                "issuer": self.sitting.issuer or self.sitting.unit.name,
                "issued_on": self.day,
                "valid_until": qualification.valid_until if qualification else until,
                "qualification": qualification,
            }
            certificate = self.known.get(one.pk)
            if certificate is None:
                certificate = PassCertificate(registration=one, serial=new_serial(), **values)
                fresh.append(certificate)
            elif certificate.state == PassCertificate.State.REVOKED:
                values |= {"state": PassCertificate.State.VALID, "revoked_on": None, "revoked_reason": ""}
                for name, value in values.items():
                    setattr(certificate, name, value)
                certificate.save()
            given[one.pk] = Given(note, certificate, qualification)
        PassCertificate.objects.bulk_create(fresh)
        return given


def take_back(*, actor, now, registration: Registration, reason: str) -> str:
    """Revoke the certificate of somebody who no longer passes and cancel the qualification it gave; the note about it.

    A qualification that replaced an older one leaves the older one expired: HR decides about that by hand.
    """
    day = timezone.localdate(now)
    certificate = (
        PassCertificate.objects.select_related("qualification__person", "registration__unit")
        .filter(registration=registration)
        .first()
    )
    if certificate is None or certificate.state == PassCertificate.State.REVOKED:
        return ""
    strike(actor=actor, now=now, certificate=certificate, reason=reason)
    if certificate.qualification is None:
        return _("合格证明已撤销。")
    last = certificate.qualification.statuses.order_by("start", "pk").last()
    try:
        with transaction.atomic():
            change_state(
                actor=actor,
                now=now,
                qualification=certificate.qualification,
                state=QualificationState.CANCELLED,
                # A status lasts at least a day: what was given today ends tomorrow.
                start=max(day, last.start + timedelta(days=1)) if last else day,
                reason=reason[:200],
            )
    except Refused as refused:
        return _("合格证明已撤销；资格未注销：%(why)s") % {"why": refused.message}
    return _("合格证明已撤销，资格已注销。")
