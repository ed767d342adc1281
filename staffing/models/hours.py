"""The study-hours ledger: entries are appended, a wrong one is reversed by another, none is edited."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class HourKind(models.TextChoices):
    LECTURE = "lecture", _("大讲堂与集中培训")
    ONLINE = "online", _("线上学习")
    COURT = "court", _("旁听庭审")
    CASE = "case", _("以案释法")
    CONTEST = "contest", _("大比武与演练")
    TEACHING = "teaching", _("授课")
    EXTERNAL = "external", _("外部培训")
    POLITICAL = "political", _("政治理论教育")


class HourCredit(models.Model):
    """``hours`` in 学时 (45 minutes); negative only in a reversal. The year is that of the day the session ended."""

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="hour_credits", verbose_name=_("人员"))
    kind = models.CharField(_("类别"), max_length=10, choices=HourKind)
    hours = models.DecimalField(_("学时"), max_digits=5, decimal_places=1)
    earned_on = models.DateField(_("日期"))
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("内容"), max_length=120)
    source = models.CharField(_("来源"), max_length=80, help_text=_("同一人同一来源只记一次。"))
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("冲正")
    )
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("学时记录")
        verbose_name_plural = _("学时记录")
        ordering = ["-earned_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "source"], name="hours_once_per_source"),
            models.CheckConstraint(
                condition=Q(hours__gt=0, reverses__isnull=True) | Q(hours__lt=0, reverses__isnull=False),
                name="hours_sign",
            ),
        ]
        indexes = [models.Index(fields=["year", "person", "kind", "hours", "earned_on"], name="hours_year")]

    def __str__(self):
        return f"{self.person_id} {self.hours} {self.earned_on}"
