"""The learner behind an account."""

from __future__ import annotations

from datetime import date

from django.db.models import Subquery
from django.utils.translation import gettext as _

from portal.actions.errors import Refused
from staffing.models import Membership, Person, Posting
from staffing.models.postings import Layer


def person_of(request) -> Person | None:
    """The person whose account is signed in, None when it belongs to nobody. One query a request, whoever asks."""
    if not hasattr(request, "_own_person"):
        request._own_person = Person.objects.filter(user=request.user).first()
    return request._own_person


def base_path(person: Person, day: date) -> str | None:
    """Tree path of the unit somebody works in on ``day`` (deployed to, else home); None when in no post. One query."""
    away = Posting.objects.on(day).filter(person=person, layer=Layer.DEPLOYED, to_unit__isnull=False)
    rows = Membership.objects.on(day).filter(person=person)
    found = rows.annotate(away=Subquery(away.values("to_unit__path")[:1])).values_list("away", "unit__path").first()
    return found and (found[0] or found[1])


def own_person(user) -> Person:
    """The person whose account ``user`` is. Raises Refused, with what to do, when the account belongs to nobody."""
    person = Person.objects.filter(user=user).first()
    if person is None:
        raise Refused(_("您的账号还没有对应人员，请联系本单位政工科。"))
    return person
