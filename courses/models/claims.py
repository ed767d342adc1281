"""Hours earned elsewhere: claimed with evidence, decided by the training officer."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staffing.models import HourKind


class HourClaim(models.Model):
    """External training, court observation, a contest, mentoring or teaching outside a session.

    ``began``/``ended`` give the time spent (the overlap guard looks at it); ``hours_asked`` in 学时. Court observation
    needs a note (心得) of the learner. Approved: ``credit`` is the ledger entry, for ``hours_given``.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("待审核")
        RETURNED = "returned", _("退回补充")
        APPROVED = "approved", _("已认定")
        REFUSED = "refused", _("不予认定")
        WITHDRAWN = "withdrawn", _("已撤回")

    person = models.ForeignKey("staffing.Person", models.PROTECT, related_name="claims", verbose_name=_("人员"))
    kind = models.CharField(_("类别"), max_length=10, choices=HourKind)
    title = models.CharField(_("内容"), max_length=120)
    organiser = models.CharField(_("主办单位"), max_length=80, blank=True)
    began = models.DateTimeField(_("开始"))
    ended = models.DateTimeField(_("结束"))
    hours_asked = models.DecimalField(_("申报学时"), max_digits=4, decimal_places=1)
    note = models.TextField(_("心得或说明"), max_length=5000, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.SUBMITTED)
    made_at = models.DateTimeField(_("申报时间"))
    hours_given = models.DecimalField(_("认定学时"), max_digits=4, decimal_places=1, null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("审核意见"), max_length=200, blank=True)
    credit = models.ForeignKey("staffing.HourCredit", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("学时申报")
        verbose_name_plural = _("学时申报")
        ordering = ["-made_at"]
        constraints = [models.CheckConstraint(condition=Q(ended__gt=F("began")), name="hourclaim_range")]
        indexes = [models.Index(fields=["state", "made_at"], name="hourclaim_state")]

    def __str__(self):
        return self.title


class ClaimFile(models.Model):
    """A piece of evidence, sealed in private storage."""

    claim = models.ForeignKey(HourClaim, models.CASCADE, related_name="files")
    file = models.CharField(max_length=100)
    name = models.CharField(_("文件名"), max_length=120)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("证明材料")
        verbose_name_plural = _("证明材料")

    def __str__(self):
        return self.name
