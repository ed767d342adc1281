"""What the actions on dated facts share: locking the person, telling old from new, turning a lost race into a
refusal.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import date

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from staffing.actions.errors import Refused
from staffing.models import Person

HELD_AT_ONCE = 2000


def today(now) -> date:
    """The local day of ``now``."""
    return timezone.localdate(now)


def hold_people(person_ids: Iterable[int]) -> None:
    """Lock the rows of these people until the caller's transaction ends, in order of ids, so that two wait for each
    other and never for ever.

    Before anything is written to the audit trail: its head is locked last by everybody. A weak lock (no key): rows that
    others add about a person refer to it, and would wait for a strong one while holding the trail.
    """
    people = sorted(set(person_ids))
    for at in range(0, len(people), HELD_AT_ONCE):
        part = Person.objects.select_for_update(no_key=True).filter(pk__in=people[at : at + HELD_AT_ONCE])
        list(part.order_by("pk").values_list("pk", flat=True))


@contextmanager
def facts_of(person: Person):
    """A transaction in which nobody else changes this person's facts (row lock; SQLite: IMMEDIATE transaction).

    Should two writers still meet, the database refuses the second one; that becomes Refused, not a server error.
    """
    try:
        with transaction.atomic():
            hold_people([person.pk])
            yield
    except IntegrityError as error:
        raise Refused(_("没有保存：与刚刚登记的另一条记录冲突，请刷新后再看。")) from error


def plain(value):
    """A field value as the audit trail stores it."""
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, (date, int, bool, type(None))):
        return value.isoformat() if isinstance(value, date) else value
    return str(value)


def apply(instance: models.Model, fields: dict, allowed: set[str]) -> dict[str, list]:
    """Set ``fields`` on ``instance`` and return ``{field: [old, new]}`` of those that really differ; saves nothing.

    Raises TypeError for a field that is not in ``allowed``.
    """
    unknown = fields.keys() - allowed
    if unknown:
        raise TypeError(f"cannot set {', '.join(sorted(unknown))}")
    changed = {}
    for name, new in fields.items():
        old = getattr(instance, name)
        if old != new:
            changed[name] = [plain(old), plain(new)]
            setattr(instance, name, new)
    return changed


def note(*, actor, now, action: str, person: Person, unit=None, row: models.Model | None = None, **data) -> None:
    """Audit row of a change to one person's facts: its object is always the person, ``row`` says which fact."""
    if row is not None:
        data["row"] = f"{row._meta.model_name}:{row.pk}"
    audit.record(actor=actor, now=now, action=action, obj=person, unit_code=unit.code if unit else "", **data)


def in_words(start: date, end: date | None) -> str:
    """A half-open range for a sentence."""
    if end is None:
        return _("%(start)s起") % {"start": start.isoformat()}
    return _("%(start)s至%(end)s") % {"start": start.isoformat(), "end": end.isoformat()}


def overlap(start: date, end: date | None, other_start: date, other_end: date | None) -> bool:
    """Do two half-open ranges share a day? An empty range shares none."""
    if end == start or other_end == other_start:
        return False
    return (other_end is None or start < other_end) and (end is None or other_start < end)
