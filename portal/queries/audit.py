"""The audit trail as the auditor reads it."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import audit
from portal.models import AuditEvent, Role


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


# Words for the data that actions note; a key that is a field of the object takes the field's own name.
KEYS = {
    "as_of": gettext_lazy("截至"),
    "changed": gettext_lazy("变更"),
    "changes": gettext_lazy("变更"),
    "checked": gettext_lazy("条数"),
    "code": gettext_lazy("代码"),
    "earned_on": gettext_lazy("日期"),
    "ends": gettext_lazy("止"),
    "fields": gettext_lazy("字段"),
    "file": gettext_lazy("文件"),
    "filename": gettext_lazy("文件"),
    "filters": gettext_lazy("筛选条件"),
    "hours": gettext_lazy("学时"),
    "known": gettext_lazy("账号存在"),
    "live": gettext_lazy("已发布"),
    "locked": gettext_lazy("已锁定"),
    "name": gettext_lazy("姓名"),
    "ok": gettext_lazy("完好"),
    "people": gettext_lazy("人数"),
    "reason": gettext_lazy("事由"),
    "role": gettext_lazy("角色"),
    "row": gettext_lazy("记录"),
    "rows": gettext_lazy("行数"),
    "sha256": gettext_lazy("文件校验值"),
    "starts": gettext_lazy("起"),
    "title": gettext_lazy("内容"),
    "totals": gettext_lazy("合计"),
    "unit": gettext_lazy("单位"),
    "user": gettext_lazy("账号"),
    "username": gettext_lazy("用户名"),
    "values": gettext_lazy("个数"),
    "what": gettext_lazy("内容"),
}


def _model(label_lower: str):
    try:
        return apps.get_model(label_lower)
    except (LookupError, ValueError):
        return None


def object_label(label_lower: str) -> str:
    """The Chinese name of a model by its stored label; the label itself when the model is gone."""
    model = _model(label_lower)
    return str(model._meta.verbose_name) if model else label_lower


def lines(page) -> list[Line]:
    """The rows of a page with labels for people; data values are shown as they were stored (never clear ID numbers)."""
    return [
        Line(
            event,
            audit.label(event.action),
            f"{object_label(event.object_type)} {event.object_id}".strip() if event.object_type else "",
            _details(_model(event.object_type), event.data),
        )
        for event in page
    ]


def _details(model, data: dict) -> list[tuple[str, str]]:
    return [
        (_key(model, key), _text(model, key, value)) for key, value in data.items() if value not in ("", None, [], {})
    ]


def _key(model, key: str) -> str:
    if model:
        for field in model._meta.concrete_fields:
            if key in (field.name, field.attname):
                return str(field.verbose_name)
    return str(KEYS.get(key, key))


def _text(model, key: str, value) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value is None or value == "":
        return _("空")
    if key == "role" and value in Role.values:
        return str(Role(value).label)
    if isinstance(value, dict):
        return _("；").join(
            _("%(label)s：%(words)s") % {"label": _key(model, name), "words": _text(model, name, inner)}
            for name, inner in value.items()
        )
    if isinstance(value, list):
        if key == "fields":
            return _("、").join(_key(model, str(name)) for name in value)
        # [old, new] of one field, as the actions note a change.
        joint = " → " if len(value) == 2 and key not in KEYS else _("、")
        return joint.join(_text(model, key, item) for item in value)
    return str(value)


def object_types() -> list[tuple[str, str]]:
    """Kinds of objects the trail mentions, with their names."""
    stored = AuditEvent.objects.exclude(object_type="").order_by().values_list("object_type", flat=True).distinct()
    return sorted(((name, object_label(name)) for name in stored), key=lambda pair: pair[1])
