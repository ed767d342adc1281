"""The same qualification given to many people on one day (an exam's release): a few statements, not a dozen each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from staffing.actions.errors import Refused
from staffing.actions.qualifications import OFFICERS_ONLY, VALID
from staffing.models import Category, Membership, Person, Qualification, QualificationKind, QualificationStatus, Unit

BATCH = 500


@dataclass(frozen=True)
class NewQualification:
    """Whose, which unit holds it, and until when (inclusive)."""

    person: Person
    issuing_unit: Unit | None
    valid_until: date | None


def add_qualifications_many(
    *,
    actor,
    now,
    kind: str,
    rows: Sequence[NewQualification],
    issued: date,
    issuer: str = "",
    doc_no: str = "",
) -> list[Qualification]:
    """As ``add_qualification`` without a number, for each of ``rows`` (one a person), valid from ``issued``; in order.

    What a person has already with the same kind and dates is returned. One audit row a person. Raises Refused, and
    writes nothing, when somebody is no officer that day though the kind is theirs alone (OFFICERS_ONLY).
    """
    if kind not in QualificationKind.values:
        raise Refused(_("请选择资格种类。"), "kind")
    with transaction.atomic():
        people = [row.person.pk for row in rows]
        list(Person.objects.select_for_update().filter(pk__in=people).order_by("pk").values_list("pk"))
        if kind in OFFICERS_ONLY:
            officers = Membership.objects.on(issued).filter(person__in=people, category=Category.OFFICER)
            officers = set(officers.values_list("person_id", flat=True))
            others = [row.person.name for row in rows if row.person.pk not in officers]
            if others:
                told = {"names": _("、").join(others[:5]), "kind": QualificationKind(kind).label}
                raise Refused(_("%(names)s不是在册行政执法人员，不能登记%(kind)s。") % told, "kind")
        there = Qualification.objects.filter(person__in=people, kind=kind, number=None, issued=issued, grade="")
        known = {(row.person_id, row.valid_until): row for row in there}
        made = [
            Qualification(
                person=row.person,
                kind=kind,
                issuer=issuer,
                issuing_unit=row.issuing_unit,
                issued=issued,
                valid_until=row.valid_until,
            )
            for row in rows
            if (row.person.pk, row.valid_until) not in known
        ]
        Qualification.objects.bulk_create(made, batch_size=BATCH)
        QualificationStatus.objects.bulk_create(
            [QualificationStatus(qualification=row, state=VALID, start=issued, doc_no=doc_no) for row in made],
            batch_size=BATCH,
        )
        audit.record_many(actor=actor, now=now, entries=[_entry(row) for row in made])
        known |= {(row.person_id, row.valid_until): row for row in made}
    return [known[row.person.pk, row.valid_until] for row in rows]


def _entry(row: Qualification) -> audit.Entry:
    return audit.Entry(
        "qualification.added",
        Person._meta.label_lower,
        str(row.person_id),
        row.issuing_unit.code if row.issuing_unit else "",
        {
            "row": f"qualification:{row.pk}",
            "kind": row.kind,
            "number": None,
            "issued": row.issued,
            "valid_until": row.valid_until,
            "state": str(VALID),
            "start": row.issued,
        },
    )
