"""Words of exams for templates: statuses as (kind, word), times in the county's own zone."""

from __future__ import annotations

from django import template
from django.utils import timezone

from exams.models import Outcome, Registration, Sitting

register = template.Library()

SITTING_KINDS = {
    Sitting.State.DRAFT: "plain",
    Sitting.State.REGISTERING: "info",
    Sitting.State.ARRANGED: "info",
    Sitting.State.OPEN: "short",
    Sitting.State.CLOSED: "review",
    Sitting.State.RELEASED: "met",
    Sitting.State.CANCELLED: "plain",
}
REGISTRATION_KINDS = {
    Registration.State.PENDING: "review",
    Registration.State.APPROVED: "met",
    Registration.State.REFUSED: "overdue",
    Registration.State.WITHDRAWN: "plain",
    Registration.State.CANCELLED: "plain",
}
OUTCOME_KINDS = {
    Outcome.PASSED: "met",
    Outcome.FAILED: "overdue",
    Outcome.WITHDRAWN: "plain",
    Outcome.ABSENT: "short",
    Outcome.DISQUALIFIED: "overdue",
}


@register.filter
def sitting_kind(sitting) -> str:
    """Colour of a sitting's state for ``{% tag %}``."""
    return SITTING_KINDS.get(sitting.state, "plain")


@register.filter
def registration_kind(registration) -> str:
    """Colour of a registration's state."""
    return REGISTRATION_KINDS.get(registration.state, "plain")


@register.filter
def outcome_kind(outcome) -> str:
    """Colour of an outcome of the register."""
    return OUTCOME_KINDS.get(outcome, "plain")


@register.filter
def when(moment) -> str:
    """2026-11-22 09:00, local time."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else "—"


@register.filter
def clock(moment) -> str:
    """09:00, local time."""
    return timezone.localtime(moment).strftime("%H:%M") if moment else "—"


@register.filter
def same_day(first, second) -> bool:
    """Do both moments fall on one local day?"""
    return timezone.localdate(first) == timezone.localdate(second)
