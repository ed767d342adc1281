"""The learner behind an account."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.actions.errors import Refused
from staffing.models import Person


def own_person(user) -> Person:
    """The person whose account ``user`` is. Raises Refused, with what to do, when the account belongs to nobody."""
    person = Person.objects.filter(user=user).first()
    if person is None:
        raise Refused(_("您的账号还没有对应人员，请联系本单位政工科。"))
    return person
