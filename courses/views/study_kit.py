"""What study pages share: whose page it is, and whether somebody merely previews it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from courses.queries.own import person_of
from portal.access import access_of
from staffing.models import Person


@dataclass(frozen=True)
class Viewer:
    """``person``: the learner behind the account (None: nobody, or a preview); ``takes``: may study here and now."""

    person: Person | None
    takes: bool
    edits: bool
    preview: bool
    today: date

    @property
    def year(self) -> int:
        return self.today.year


def viewer_of(request) -> Viewer:
    """Who looks at a study page. One query, none in a preview."""
    preview = getattr(request, "is_preview", False)
    access = access_of(request)
    person = None if preview else person_of(request)
    takes = person is not None and access.can("learn.take")
    return Viewer(person if takes else None, takes, access.can("cms.edit"), preview, timezone.localdate())
