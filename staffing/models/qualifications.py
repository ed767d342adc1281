"""Certificates, legal qualification, reviewer assignments; each with its status history."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from staffing.models.dated import Dated, end_after_start


class QualificationKind(models.TextChoices):
    ENFORCE = "enforce", _("行政执法证")
    SUPERVISE = "supervise", _("行政执法监督证")
    LEGAL = "legal", _("法律职业资格")
    REVIEWER = "reviewer", _("法制审核人员")
    GOV_LAWYER = "gov_lawyer", _("公职律师")


class QualificationState(models.TextChoices):
    VALID = "valid", _("有效")
    SUSPENDED = "suspended", _("暂扣")
    EXPIRED = "expired", _("过期")
    CANCELLED = "cancelled", _("注销")
    REVOKED = "revoked", _("收缴")
    LOST = "lost", _("遗失")


class Qualification(models.Model):
    """One certificate or assignment. A reviewer's ``issued`` is the day the assignment began (grandfathering)."""

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="qualifications", verbose_name=_("人员"))
    kind = models.CharField(_("种类"), max_length=12, choices=QualificationKind)
    number = models.CharField(_("编号"), max_length=60, null=True, blank=True)
    grade = models.CharField(_("等级"), max_length=20, blank=True, help_text=_("A证、B证、C证、司法考试、律师资格"))
    issuer = models.CharField(_("发证机关"), max_length=80, blank=True)
    issuing_unit = models.ForeignKey(
        "staffing.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("持证单位")
    )
    issued = models.DateField(_("取得日期"), null=True, blank=True)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True, help_text=_("含当日；留空表示未载明。"))
    full_time = models.BooleanField(_("专职"), null=True, blank=True)

    class Meta:
        verbose_name = _("资格证件")
        verbose_name_plural = _("资格证件")
        ordering = ["person_id", "kind", "issued"]
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="qualification_number")]
        indexes = [models.Index(fields=["kind", "valid_until"], name="qualification_until")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number or ''}".strip()


class QualificationStatus(Dated):
    """State of a qualification over time; no row on a day means it did not exist yet."""

    qualification = models.ForeignKey(
        Qualification, models.CASCADE, related_name="statuses", verbose_name=_("资格证件")
    )
    state = models.CharField(_("状态"), max_length=10, choices=QualificationState)
    doc_no = models.CharField(_("文号"), max_length=80, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("证件状态")
        verbose_name_plural = _("证件状态")
        ordering = ["qualification_id", "start"]
        constraints = [end_after_start("qualstatus_range")]

    def __str__(self):
        return f"{self.qualification_id} {self.state} {self.start}"


class CertificateCheck(models.Model):
    """Annual check (年审) of a certificate."""

    qualification = models.ForeignKey(Qualification, models.CASCADE, related_name="checks")
    year = models.PositiveSmallIntegerField(_("年度"))
    passed = models.BooleanField(_("通过"))
    checked_on = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("年审")
        verbose_name_plural = _("年审")
        constraints = [models.UniqueConstraint(fields=["qualification", "year"], name="check_once_a_year")]

    def __str__(self):
        return f"{self.qualification_id} {self.year}"
