"""Registering many people at once, as a ledger that names people the portal does not know asks for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from staffing.actions.common import today
from staffing.actions.errors import Refused
from staffing.actions.memberships import refuse_closed
from staffing.actions.people import _made_number, _name, _set_id
from staffing.models import Category, Leave, Membership, Person, Unit

BATCH = 500


@dataclass(frozen=True)
class NewPerson:
    """Somebody to register: ``leave`` is (kind, first day, first day back), inside their service."""

    name: str
    unit: Unit
    start: date
    id_number: str
    category: str = Category.OFFICER
    start_known: bool = True
    leave: tuple[str, date, date] | None = None


def create_people(*, actor, now, rows: list[NewPerson]) -> list[Person]:
    """Register people with their memberships and leave, in a few queries; one audit row a person, as by hand.

    Raises Refused for a wrong ID number or one that is known already, and for a closed unit.
    """
    people = []
    for row in rows:
        refuse_closed(row.unit, row.start)
        person = Person(name=_name(row.name), staff_no=f"~{secrets.token_hex(8)}")
        _set_id(person, row.id_number, today(now), fill=True)
        people.append(person)
    indexes = [person.id_index for person in people]
    with transaction.atomic():
        if not all(indexes) or len(set(indexes)) < len(indexes) or Person.objects.filter(id_index__in=indexes).exists():
            raise Refused(_("名单中有身份证号为空、重复或已登记的人员，请核对。"), "id_number")
        Person.objects.bulk_create(people, batch_size=BATCH)
        for person in people:
            person.staff_no = _made_number(person)
        Person.objects.bulk_update(people, ["staff_no"], batch_size=BATCH)
        memberships = [
            Membership(
                person=person, unit=row.unit, start=row.start, category=row.category, start_known=row.start_known
            )
            for person, row in zip(people, rows, strict=True)
        ]
        Membership.objects.bulk_create(memberships, batch_size=BATCH)
        leaves = [
            Leave(person=person, kind=row.leave[0], start=row.leave[1], end=row.leave[2])
            for person, row in zip(people, rows, strict=True)
            if row.leave
        ]
        Leave.objects.bulk_create(leaves, batch_size=BATCH)
        audit.record_many(actor=actor, now=now, entries=[*map(_created, memberships), *map(_on_leave, leaves)])
    return people


def _created(membership: Membership) -> audit.Entry:
    person = membership.person
    told = {
        "row": f"membership:{membership.pk}",
        "name": person.name,
        "staff_no": person.staff_no,
        "id_number": person.id_masked,
        "start": membership.start,
        "category": membership.category,
    }
    return audit.Entry("person.created", person._meta.label_lower, str(person.pk), membership.unit.code, told)


def _on_leave(leave: Leave) -> audit.Entry:
    told = {"row": f"leave:{leave.pk}", "start": leave.start, "end": leave.end}
    return audit.Entry("leave.recorded", Person._meta.label_lower, str(leave.person_id), "", told)
