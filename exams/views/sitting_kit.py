"""What pages of sittings share: reaching a sitting, links to the other areas, asking before an act."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exams.models.sittings import Registration, Sitting
from exams.queries import sittings as queries
from portal.access import Scope, access_of
from portal.ui import Link

KEY = "exam_office"


def office_scope(request) -> Scope:
    """Where the viewer is the exam office (nowhere for others)."""
    return access_of(request).scope("sittings.edit")


def reach(request, code: str, *, office: bool = False) -> Sitting:
    """The sitting of this code. ``office``: only of the viewer's own exam office; otherwise also any that others may
    see. Raises Http404 for one out of reach.
    """
    scope = office_scope(request)
    try:
        if scope:
            return queries.find(scope, code, office=True)
        if office:
            raise Http404
    except Sitting.DoesNotExist as error:
        if office:
            raise Http404 from error
    try:
        return queries.find(scope, code, office=False)
    except Sitting.DoesNotExist as error:
        raise Http404 from error


def reach_registration(request, sitting: Sitting, pk: int) -> Registration:
    """A candidate inside ``request.scope``. Raises Http404 for one out of reach."""
    try:
        return queries.reach(request.scope, sitting, pk)
    except Registration.DoesNotExist as error:
        raise Http404 from error


def is_office(request, sitting: Sitting) -> bool:
    """Is the viewer the exam office that holds it?"""
    return office_scope(request).covers(sitting.unit.path)


def address(name: str, *args) -> str:
    """The address ``name`` of this app."""
    return reverse(f"exams:{name}", args=args)


def crumbs(sitting: Sitting) -> list[Link]:
    """The way to a page of the sitting."""
    return [Link(_("考务"), address("sittings")), Link(sitting.title, address("sitting", sitting.code))]


def today():
    """The local today."""
    return timezone.localdate()
