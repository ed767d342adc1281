"""学习档案: somebody's hours of all years on paper."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from courses.queries import transcripts as queries
from portal import audit, pdf
from staffing.models import Person


def make_transcript(*, actor, now, person: Person) -> bytes:
    """The transcript as PDF; audited as transcript.made unless it is the actor's own."""
    found = queries.transcript(person, timezone.localdate(now))
    body = pdf.render(
        "courses/pdf/transcript.html",
        {"found": found, "unit": found.unit, "as_of": found.day, "printed_by": str(actor), "printed_at": now},
    )
    if person.user_id != actor.pk:
        with transaction.atomic():
            audit.record(
                actor=actor,
                now=now,
                action="transcript.made",
                obj=person,
                unit_code=found.unit.code if found.unit else "",
                years=[year.year for year in found.years],
            )
    return body
