"""What a released sitting leaves behind: the frozen register, and the pass certificates anyone can verify."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Register(models.Model):
    """The register (登记册) as released; an audited correction appends a new edition, the old one stays."""

    sitting = models.ForeignKey("exams.Sitting", models.PROTECT, related_name="registers")
    edition = models.PositiveSmallIntegerField(_("版次"), default=1)
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(_("修订原因"), max_length=300, blank=True)
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("登记册")
        verbose_name_plural = _("登记册")
        ordering = ["sitting_id", "edition"]
        constraints = [models.UniqueConstraint(fields=["sitting", "edition"], name="register_edition")]

    def __str__(self):
        return f"{self.sitting_id} {self.edition}"


class PassCertificate(models.Model):
    """合格证明: not the provincial enforcement card, and says so. ``serial`` is random with a check character."""

    class State(models.TextChoices):
        VALID = "valid", _("有效")
        REVOKED = "revoked", pgettext_lazy("certificate", "已撤销")

    serial = models.CharField(_("证书编号"), max_length=24, unique=True)
    registration = models.OneToOneField("exams.Registration", models.PROTECT, related_name="certificate")
    person = models.ForeignKey("staffing.Person", models.PROTECT, related_name="pass_certificates")
    title = models.CharField(_("项目"), max_length=120)
    issuer = models.CharField(_("颁发单位"), max_length=80)
    issued_on = models.DateField(_("颁发日期"))
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    qualification = models.ForeignKey(
        "staffing.Qualification", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.VALID)
    revoked_on = models.DateField(null=True, blank=True)
    revoked_reason = models.CharField(_("撤销原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("合格证明")
        verbose_name_plural = _("合格证明")

    def __str__(self):
        return self.serial
