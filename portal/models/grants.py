"""Who may act as what, and where: role × unit subtree, for a while."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles of domain §5. Officer is itself a role, so that an account without any grant can do nothing."""

    OFFICER = "officer", _("执法人员")
    CLERK = "clerk", _("中队内勤")
    SQUAD_LEAD = "squad_lead", _("中队长")
    TOWN = "town", _("镇街负责人")
    HR = "hr", _("政工（人事）")
    LEGAL = "legal", _("法制机构（法治办）")
    TRAINING = "training", _("培训管理员")
    LEADER = "leader", _("局领导")
    EXAM = "exam", _("考务管理员")
    INVIGILATOR = "invigilator", _("监考员")
    MARKER = "marker", _("阅卷员")
    EDITOR = "editor", _("内容编辑")
    SYSTEM = "system", _("系统管理员")
    SECURITY = "security", _("安全管理员")
    AUDITOR = "auditor", _("审计管理员")


class GrantQuerySet(models.QuerySet):
    def active(self, now):
        """Grants that hold at ``now`` (half-open: ``starts <= now < ends``)."""
        return self.filter(Q(starts__lte=now), Q(ends__isnull=True) | Q(ends__gt=now))


class Grant(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=20, choices=Role)
    unit = models.ForeignKey(
        settings.PORTAL_UNIT_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("单位范围"),
        help_text=_("含下级单位；留空表示全部单位。"),
    )
    starts = models.DateTimeField(_("起"))
    ends = models.DateTimeField(_("止"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("授权人")
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("授权")
        verbose_name_plural = _("授权")
        ordering = ["user_id", "role", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gt=F("starts")), name="grant_ends_after_start"
            )
        ]

    def __str__(self):
        return f"{self.user_id} {self.role}"
