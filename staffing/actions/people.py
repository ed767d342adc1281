"""People: registering them, correcting their own data, and looking at a full number."""

from __future__ import annotations

import secrets
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import crypto
from portal.masks import mask_id, mask_mobile
from staffing.actions import identity
from staffing.actions.common import apply, facts_of, note, today
from staffing.actions.errors import Refused
from staffing.actions.memberships import refuse_closed
from staffing.models import Category, Membership, Person, Unit

FACTS = {
    "gender",
    "birth_date",
    "birth_stated",
    "ethnicity",
    "political_status",
    "party_join_date",
    "first_education",
    "education",
    "degree",
    "school",
    "major",
    "is_law_major",
    "position",
    "rank",
    "prof_title",
    "work_start_date",
    "enforcement_start_date",
    "entry_date",
    "remarks",
}


def create_person(
    *,
    actor,
    now,
    name: str,
    unit: Unit,
    start: date,
    category: str = Category.OFFICER,
    establishment_type: str = "",
    is_dedicated: bool = False,
    post_locked: bool = False,
    start_known: bool = True,
    staff_no: str = "",
    id_number: str = "",
    mobile: str = "",
    **facts,
) -> Person:
    """Register a person and their membership of ``unit`` from ``start``; any of FACTS may be given.

    Gender and birth date are taken from the ID number when not given. The same person (by ID number, or by name where
    neither ID nor staff number is given), unit and start again returns the person there is. Raises Refused for a wrong
    or known ID number, a taken staff number, or a closed unit.
    """
    if facts.keys() - FACTS:
        raise TypeError(f"cannot set {', '.join(sorted(facts.keys() - FACTS))}")
    person = Person(name=_name(name), staff_no=staff_no.strip() or f"~{secrets.token_hex(8)}", **facts)
    _set_id(person, id_number, today(now), fill=True)
    _set_mobile(person, mobile)
    refuse_closed(unit, start)
    try:
        with transaction.atomic():
            known = Person.objects.filter(id_index=person.id_index).first() if person.id_index else None
            if known and known.name == person.name and known.memberships.filter(unit=unit, start=start).exists():
                return known
            if known:
                raise Refused(
                    _("此身份证号需核对：请先按证件号查找本人；查不到时，请上级政工部门核对后登记。"), "id_number"
                )
            if not (id_number or staff_no):
                # Nothing tells this one from a namesake of the same unit and day: the form was sent twice.
                same = Membership.objects.filter(
                    unit=unit, start=start, person__name=person.name, person__id_index=None
                )
                for there in same.select_related("person"):
                    if there.person.staff_no == _made_number(there.person):
                        return there.person
            if staff_no and Person.objects.filter(staff_no=person.staff_no).exists():
                raise Refused(_("工号已被使用，请另填或留空自动编号。"), "staff_no")
            person.save()
            if not staff_no:
                person.staff_no = _made_number(person)
                person.save(update_fields=["staff_no"])
            membership = Membership.objects.create(
                person=person,
                unit=unit,
                start=start,
                category=category,
                establishment_type=establishment_type,
                is_dedicated=is_dedicated,
                post_locked=post_locked,
                start_known=start_known,
            )
            note(
                actor=actor,
                now=now,
                action="person.created",
                person=person,
                unit=unit,
                row=membership,
                name=person.name,
                staff_no=person.staff_no,
                id_number=person.id_masked,
                start=start,
                category=category,
            )
    except IntegrityError as error:
        raise Refused(_("没有保存：此人刚刚已由他人登记，请刷新后再看。")) from error
    return person


def correct_person(*, actor, now, person: Person, **fields) -> Person:
    """Correct a person's own data (FACTS, name, staff_no, id_number, mobile). The audit row shows numbers masked.

    Raises Refused for a wrong or taken ID number and for a taken staff number.
    """
    with facts_of(person):
        person = Person.objects.get(pk=person.pk)
        changed = {}
        if "name" in fields:
            fields["name"] = _name(fields["name"])
        if "id_number" in fields and fields["id_number"] != person.id_number:
            before = person.id_masked
            _set_id(person, fields["id_number"], today(now), fill=False)
            if person.id_index and Person.objects.filter(id_index=person.id_index).exclude(pk=person.pk).exists():
                raise Refused(_("此身份证号需核对：可能已登记在另一人名下，请上级政工部门核对。"), "id_number")
            changed["id_number"] = [before, person.id_masked]
        if "mobile" in fields and fields["mobile"] != person.mobile:
            before = person.mobile_masked
            _set_mobile(person, fields["mobile"])
            changed["mobile"] = [before, person.mobile_masked]
        rest = {key: value for key, value in fields.items() if key not in ("id_number", "mobile")}
        changed |= apply(person, rest, FACTS | {"name", "staff_no"})
        if not changed:
            return person
        if "staff_no" in changed and Person.objects.filter(staff_no=person.staff_no).exclude(pk=person.pk).exists():
            raise Refused(_("工号已被使用，请另填。"), "staff_no")
        person.save()
        note(actor=actor, now=now, action="person.changed", person=person, changed=changed)
    return person


def reveal_number(*, actor, now, person: Person, reason: str, which: str = "id") -> str:
    """The full ID ("id") or mobile ("mobile") number, for this once; who looked and why is in the audit trail.

    Raises Refused without a reason of at least two characters (PIPL §6: for a stated purpose).
    """
    reason = reason.strip()
    if len(reason) < 2:
        raise Refused(_("请写明查看原因。"), "reason")
    with transaction.atomic():
        person = Person.objects.get(pk=person.pk)
        note(actor=actor, now=now, action="person.revealed", person=person, which=which, reason=reason)
    return person.mobile if which == "mobile" else person.id_number


def _made_number(person: Person) -> str:
    """The staff number of somebody who was given none."""
    return f"Z{person.pk:07d}"


def _name(name: str) -> str:
    name = "".join(name.split()) if not name.isascii() else " ".join(name.split())
    if not name:
        raise Refused(_("请填写姓名。"), "name")
    return name


def _set_id(person: Person, number: str, day: date, *, fill: bool):
    """Put a checked ID number with its blind index and mask on ``person``; ``fill`` birth date and gender from it."""
    found = identity.checked(number, day)
    if found.value and fill:
        person.birth_date = person.birth_date or date.fromisoformat(found.birth)
        person.gender = person.gender or found.gender
    person.id_number = found.value or ""
    person.id_index = crypto.blind_index(person.id_number) or None
    person.id_masked = mask_id(person.id_number)


def _set_mobile(person: Person, number: str):
    number = "".join(character for character in number if character.isdigit() or character == "+")
    if number and not (len(number) == 11 and number[0] == "1" and number[1] in "3456789"):
        raise Refused(_("手机号码应为11位数字。"), "mobile")
    person.mobile = number
    person.mobile_masked = mask_mobile(number)
