"""The study-hours ledger: entries are appended, a wrong one is reversed by another, none is edited."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class HourKind(models.TextChoices):
    LECTURE = "lecture", _("大讲堂与集中培训")
    ONLINE = "online", _("线上学习")
    COURT = "court", _("旁听庭审")
    CASE = "case", _("以案释法")
    CONTEST = "contest", _("大比武")
    DRILL = "drill", _("模拟演练")
    TEACHING = "teaching", _("授课")
    MENTORING = "mentoring", _("带教")
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
    whole_year = models.BooleanField(
        _("年度汇总"), default=False, help_text=_("由汇总台账转入，一条代表多日，不受每日上限限制。")
    )
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


class HourSpan(models.Model):
    """Minutes for which a credit was earned, [start, end): the same minutes of a person never earn twice.

    Only credits that stand have spans; a reversal frees them. The database refuses an overlap (migration 0004).
    """

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="hour_spans")
    credit = models.ForeignKey(HourCredit, models.CASCADE, related_name="spans")
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        verbose_name = _("学时时段")
        verbose_name_plural = _("学时时段")
        ordering = ["person_id", "start"]
        constraints = [models.CheckConstraint(condition=Q(end__gt=models.F("start")), name="hourspan_range")]
        indexes = [models.Index(fields=["person", "start", "end"], name="hourspan_person")]

    def __str__(self):
        return f"{self.person_id} {self.start}"


class HourYear(models.Model):
    """A year whose figures were closed; entries after that are audited adjustments (domain §2.1)."""

    year = models.PositiveSmallIntegerField(_("年度"), unique=True)
    closed_at = models.DateTimeField(_("关账时间"))
    closed_by = models.ForeignKey("portal.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("经办"))
    policy = models.ForeignKey("staffing.Policy", models.PROTECT, related_name="+", verbose_name=_("口径"))
    due = models.PositiveIntegerField(_("应达标人数"))
    met = models.PositiveIntegerField(_("达标人数"))
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("学时年度")
        verbose_name_plural = _("学时年度")
        ordering = ["-year"]

    def __str__(self):
        return str(self.year)


class HourYearLine(models.Model):
    """One person's figures on the day the year was closed, with the unit they counted in. Never changed."""

    closing = models.ForeignKey(HourYear, models.CASCADE, related_name="lines")
    person = models.ForeignKey("staffing.Person", models.PROTECT, related_name="+", verbose_name=_("人员"))
    unit = models.ForeignKey("staffing.Unit", models.PROTECT, related_name="+", verbose_name=_("单位"))
    target = models.DecimalField(_("目标"), max_digits=5, decimal_places=1)
    counted = models.DecimalField(_("已计入"), max_digits=5, decimal_places=1)
    online = models.DecimalField(_("其中线上"), max_digits=5, decimal_places=1)
    met = models.BooleanField(_("达标"))

    class Meta:
        verbose_name = _("年度学时")
        verbose_name_plural = _("年度学时")
        constraints = [models.UniqueConstraint(fields=["closing", "person"], name="houryearline_once")]

    def __str__(self):
        return f"{self.closing_id} {self.person_id}"
