"""Append-only audit trail; portal.audit writes it and proves it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One act. Triggers refuse update and delete; ``mac`` chains each row to the one before it."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("操作人")
    )
    actor_name = models.CharField(_("操作人"), max_length=150, blank=True)
    ip = models.GenericIPAddressField(_("地址"), null=True)
    action = models.CharField(_("操作"), max_length=60)
    object_type = models.CharField(_("对象类型"), max_length=60, blank=True)
    object_id = models.CharField(_("对象"), max_length=60, blank=True)
    unit_code = models.CharField(_("单位"), max_length=60, blank=True)
    data = models.JSONField(_("内容"), default=dict)
    mac = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["action", "id"], name="audit_action"),
        ]

    def __str__(self):
        return f"{self.id} {self.action}"


class AuditHead(models.Model):
    """The single row that remembers where the chain ends: writers lock it, and a cut-off tail contradicts it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_id = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, blank=True)

    def __str__(self):
        return str(self.last_id)


class Revision(models.Model):
    """A number that grows with every write to one family of facts, in its transaction; cached figures key on it."""

    name = models.CharField(max_length=30, primary_key=True)
    number = models.BigIntegerField(default=0)

    def __str__(self):
        return f"{self.name} {self.number}"
