"""What the audit trail says about sign-ins."""

from django.db import transaction

from portal import audit
from portal.cms import sync_groups
from portal.models import User


@transaction.atomic
def signed_in(*, actor, now):
    """Note a sign-in. Grants begin and end by date, so the CMS groups are brought up to date here too."""
    sync_groups(user=actor, now=now)
    audit.record(actor=actor, now=now, action="auth.signed_in", obj=actor)


@transaction.atomic
def refused(*, now, username, locked):
    """Note a refused sign-in. An unknown user name is not kept: people type passwords into that field."""
    user = User.objects.filter(username__iexact=username).first()
    audit.record(actor=None, now=now, action="auth.refused", obj=user, known=user is not None, locked=locked)


@transaction.atomic
def signed_out(*, actor, now):
    """Note a sign-out."""
    audit.record(actor=actor, now=now, action="auth.signed_out", obj=actor)
