"""成绩单: one candidate's result on paper, after release."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from exams.models.sittings import Registration
from exams.queries import transcripts as queries
from portal import audit, pdf
from portal.actions.errors import Refused


def make_transcript(*, actor, now, registration: Registration) -> bytes:
    """The candidate's result as PDF; audited unless it is the actor's own. Raises Refused before the release, and for
    who is not on the register.
    """
    found = queries.transcript(registration)
    if found is None:
        raise Refused(_("成绩尚未发布，或此人不在登记册上，没有成绩单。"))
    body = pdf.render("exams/pdf/transcript.html", {"found": found})
    if registration.person.user_id != actor.pk:
        with transaction.atomic():
            audit.record(
                actor=actor,
                now=now,
                action="export.made",
                obj=registration,
                unit_code=registration.unit.code,
                rows=1,
                format="pdf",
                what="transcript",
            )
    return body
