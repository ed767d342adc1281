"""The secret address of somebody's calendar subscription."""

from __future__ import annotations

import secrets

from django.db import transaction

from courses.models import CalendarKey
from portal import audit


def new_calendar_key(*, actor, now) -> CalendarKey:
    """Give the actor a new address; the old one stops working at once. The key itself is not written to the trail."""
    with transaction.atomic():
        row, _made = CalendarKey.objects.update_or_create(
            user=actor, defaults={"key": secrets.token_urlsafe(32), "made_at": now}
        )
        audit.record(actor=actor, now=now, action="calendar.keyed", obj=row)
    return row
