"""Audit trail: written in the transaction of the change, chained, refused when the action is unknown.

Each row's ``mac`` is HMAC-SHA-256 over the previous row's mac and its own content, under a key not in the database:
editing, deleting, inserting or reordering rows breaks the chain, and cutting off the tail contradicts the sealed head.
"""

from __future__ import annotations

import base64
import contextvars
import hashlib
import hmac
import json
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from portal.models import AuditEvent, AuditHead, Revision

_LABELS: dict[str, tuple[str, str]] = {}
_request_ip: contextvars.ContextVar[str | None] = contextvars.ContextVar("request_ip", default=None)


class UnknownActionError(ValueError):
    """An audit action that no app has declared."""


def declare(actions: dict[str, str], revision: str = "") -> None:
    """Register audit actions with their Chinese labels, marked for translation; each also moves the ``revision``
    counter when one is named.
    """
    for action, label in actions.items():
        _LABELS[action] = (label, revision)


def label(action: str) -> str:
    """The action in the reader's language; an unknown one is its own name."""
    return gettext(_LABELS[action][0]) if action in _LABELS else action


def actions() -> dict[str, str]:
    """Every declared action with its label in the reader's language."""
    return {action: label(action) for action in _LABELS}


@contextmanager
def from_address(ip: str | None):
    """Audit rows written inside carry this network address."""
    token = _request_ip.set(ip)
    try:
        yield
    finally:
        _request_ip.reset(token)


@dataclass(frozen=True)
class Entry:
    """What happened to one object. ``data`` must not hold an ID or mobile number in clear."""

    action: str
    object_type: str = ""
    object_id: str = ""
    unit_code: str = ""
    data: dict = field(default_factory=dict)


def _key() -> bytes:
    return hmac.digest(base64.b64decode(settings.FIELD_INDEX_KEY), b"audit-chain", hashlib.sha256)


def _mac(key: bytes, previous: str, event: AuditEvent) -> str:
    content = json.dumps(
        [
            previous,
            event.id,
            event.at.timestamp(),
            event.actor_id,
            event.actor_name,
            event.ip,
            event.action,
            event.object_type,
            event.object_id,
            event.unit_code,
            event.data,
        ],
        ensure_ascii=False,
        sort_keys=True,
    )
    return hmac.digest(key, content.encode(), hashlib.sha256).hex()


def _seal(key: bytes, head: AuditHead) -> str:
    return hmac.digest(key, f"{head.last_id}:{head.mac}".encode(), hashlib.sha256).hex()


def record(*, actor, now, action: str, obj=None, unit_code: str = "", **data) -> None:
    """Write one audit row. Must be called inside the transaction of the change it tells about."""
    entry = Entry(
        action,
        obj._meta.label_lower if obj is not None else "",
        str(obj.pk) if obj is not None else "",
        unit_code,
        data,
    )
    record_many(actor=actor, now=now, entries=[entry])


def record_many(*, actor, now, entries: Iterable[Entry]) -> None:
    """Write audit rows in order. Raises UnknownActionError, and RuntimeError outside a transaction."""
    entries = list(entries)
    if not entries:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("an audit row must be written in the transaction of its change")
    unknown = {entry.action for entry in entries} - _LABELS.keys()
    if unknown:
        raise UnknownActionError(", ".join(sorted(unknown)))
    AuditHead.objects.get_or_create(pk=1)
    # Locking the head makes writers queue up, so the chain cannot fork (SQLite: the transaction is IMMEDIATE already).
    head = AuditHead.objects.select_for_update().get(pk=1)
    key, previous, ip = _key(), head.mac, _request_ip.get()
    rows = []
    for number, entry in enumerate(entries, head.last_id + 1):
        event = AuditEvent(
            id=number,
            at=now,
            actor=actor,
            actor_name=str(actor) if actor else "",
            ip=ip,
            action=entry.action,
            object_type=entry.object_type,
            object_id=entry.object_id,
            unit_code=entry.unit_code,
            data=json.loads(json.dumps(entry.data, cls=DjangoJSONEncoder)),
        )
        event.mac = previous = _mac(key, previous, event)
        rows.append(event)
    AuditEvent.objects.bulk_create(rows, batch_size=2000)
    head.last_id, head.mac = rows[-1].id, previous
    head.seal = _seal(key, head)
    head.save()
    for name in {_LABELS[entry.action][1] for entry in entries} - {""}:
        bump(name)


def bump(name: str) -> None:
    """Move a revision counter; call inside the transaction of the change."""
    if not Revision.objects.filter(pk=name).update(number=F("number") + 1):
        Revision.objects.get_or_create(pk=name, defaults={"number": 1})


def revision(name: str) -> int:
    """The current number of a family of facts; 0 before the first write."""
    return Revision.objects.filter(pk=name).values_list("number", flat=True).first() or 0


@dataclass(frozen=True)
class Verdict:
    """Result of verify(): ``broken_at`` is the first row that does not fit, None when all do."""

    checked: int
    broken_at: int | None
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.broken_at is None


def verify() -> Verdict:
    """Walk the whole chain and the head. Finds edits, deletions, insertions, reordering and a cut-off tail."""
    key, previous, expected, checked = _key(), "", 1, 0
    with transaction.atomic():
        head = AuditHead.objects.filter(pk=1).first() or AuditHead()
        for event in AuditEvent.objects.order_by("id").iterator(chunk_size=2000):
            if event.id != expected:
                return Verdict(checked, expected, "missing")
            if not hmac.compare_digest(event.mac, _mac(key, previous, event)):
                return Verdict(checked, event.id, "altered")
            previous, expected, checked = event.mac, expected + 1, checked + 1
        if head.last_id != checked or head.mac != previous:
            return Verdict(checked, expected, "truncated")
        if checked and not hmac.compare_digest(head.seal, _seal(key, head)):
            return Verdict(checked, checked, "head altered")
    return Verdict(checked, None)


declare(
    {
        "auth.signed_in": _("登录"),
        "auth.refused": _("登录被拒"),
        "auth.signed_out": _("退出"),
        "auth.password_changed": _("修改密码"),
        "user.created": _("新建账号"),
        "user.changed": _("修改账号"),
        "user.disabled": _("停用账号"),
        "user.enabled": _("启用账号"),
        "user.password_reset": _("重置密码"),
        "grant.given": _("授权"),
        "grant.ended": _("收回授权"),
        "export.made": _("导出数据"),
        "job.retried": _("重启任务"),
        "job.cancelled": _("取消任务"),
        "announcement.saved": _("修改首页公告"),
        "audit.verified": _("校验审计记录"),
        "keys.rotated": _("更换加密密钥"),
    }
)
