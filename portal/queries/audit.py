"""The audit trail as the auditor reads it."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import audit
from portal.models import AuditEvent


def events(*, actor="", action="", object_type="", object_id="", since=None, until=None):
    """Audit rows, newest first. ``actor`` matches user name or name; ``since``/``until`` are moments, half-open."""
    rows = AuditEvent.objects.select_related("actor").order_by("-id")
    if actor:
        rows = rows.filter(Q(actor__username__icontains=actor) | Q(actor_name__icontains=actor))
    exact = {"action": action, "object_type": object_type, "object_id": object_id}
    rows = rows.filter(**{field: value for field, value in exact.items() if value})
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    return rows


@dataclass(frozen=True)
class Line:
    """One audit row in words."""

    event: AuditEvent
    label: str
    target: str
    details: list[tuple[str, str]]


def object_label(label_lower: str) -> str:
    """The Chinese name of a model by its stored label; the label itself when the model is gone."""
    try:
        return str(apps.get_model(label_lower)._meta.verbose_name)
    except (LookupError, ValueError):
        return label_lower


def lines(page) -> list[Line]:
    """The rows of a page with labels for people; data values are shown as they were stored (never clear ID numbers)."""
    return [
        Line(
            event,
            audit.label(event.action),
            f"{object_label(event.object_type)} {event.object_id}".strip() if event.object_type else "",
            [(str(key), _text(value)) for key, value in event.data.items() if value not in ("", None, [], {})],
        )
        for event in page
    ]


def _text(value) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(_text(item) for item in value)
    if isinstance(value, dict):
        return "；".join(f"{key} {_text(item)}" for key, item in value.items())
    return str(value)


def object_types() -> list[tuple[str, str]]:
    """Kinds of objects the trail mentions, with their names."""
    stored = AuditEvent.objects.exclude(object_type="").order_by().values_list("object_type", flat=True).distinct()
    return sorted(((name, object_label(name)) for name in stored), key=lambda pair: pair[1])
