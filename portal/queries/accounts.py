"""Accounts and grants as the administrators read them."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from portal.models import Grant, Notice, User

STATES = ("active", "disabled")


def users(*, text="", state=""):
    """Accounts by user name; ``text`` matches user name or name."""
    rows = User.objects.order_by("username")
    if text:
        rows = rows.filter(Q(username__icontains=text) | Q(name__icontains=text))
    if state in STATES:
        rows = rows.filter(is_active=state == "active")
    return rows


@dataclass(frozen=True)
class Holding:
    """A grant in words: does it hold, is it over, or does it lie ahead?"""

    grant: Grant
    state: str  # current | planned | over


def holdings(grants, now) -> list[Holding]:
    """Each grant with its state at ``now``."""
    return [
        Holding(g, "over" if g.ends and g.ends <= now else "planned" if g.starts > now else "current") for g in grants
    ]


def grants(*, now, text="", role="", state="current"):
    """Grants with user, unit and giver. ``state``: current, ending (within 30 days), over, or "" for all."""
    rows = Grant.objects.select_related("user", "unit", "given_by").order_by("user__username", "role", "-starts")
    if text:
        rows = rows.filter(Q(user__username__icontains=text) | Q(user__name__icontains=text))
    if role:
        rows = rows.filter(role=role)
    if state == "current":
        rows = rows.filter(Q(ends__isnull=True) | Q(ends__gt=now))
    elif state == "ending":
        rows = rows.filter(ends__gt=now, ends__lte=now + timedelta(days=30))
    elif state == "over":
        rows = rows.filter(ends__lte=now)
    return rows


def grants_of(user):
    """All grants of one account, newest first."""
    return Grant.objects.filter(user=user).select_related("unit", "given_by").order_by("-starts", "role")


def notices_of(user):
    """The user's own notices, unread first within the newest."""
    return Notice.objects.filter(recipient=user).order_by("-sent_at", "-id")
