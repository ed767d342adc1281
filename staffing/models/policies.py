"""Dated policies: every parameter of a rule, with its legal basis, edited in the CMS."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staffing.models.dated import DatedQuerySet


class ScopeBasis(models.TextChoices):
    BUREAU = "bureau", _("综合行政执法局")
    SYSTEM = "system", _("综合行政执法局与各行政执法部门")


class Policy(models.Model):
    """One version of all parameters (RuleSet of domain §2). Ranges of one locality must not overlap."""

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    locality = models.CharField(_("适用地区代码"), max_length=12, blank=True, help_text=_("留空表示全域。"))
    start = models.DateField(_("施行日期"))
    end = models.DateField(_("失效日期"), null=True, blank=True, help_text=_("不含当日；留空表示至今。"))
    legal_basis = models.TextField(_("依据"))

    downstream_target = models.DecimalField(_("下沉比例目标"), max_digits=5, decimal_places=4, default="0.6000")
    downstream_scope = models.CharField(_("下沉口径"), max_length=10, choices=ScopeBasis, default=ScopeBasis.BUREAU)
    full_time_required = models.BooleanField(_("下沉须集中办公"), default=False)
    native_counts = models.BooleanField(_("编制在镇街的计入下沉"), default=True)

    reviewer_share = models.DecimalField(_("法制审核人员比例"), max_digits=5, decimal_places=4, default="0.0500")
    reviewer_minimum = models.PositiveSmallIntegerField(_("每单位最少审核人员"), default=1)
    reviewer_includes_self = models.BooleanField(_("比例基数含审核人员"), default=True)
    reviewer_cutoff = models.DateField(_("须具资格的起始日"), default="2018-01-01")
    reviewer_grades = models.CharField(
        _("认可的资格等级"), max_length=100, blank=True, help_text=_("顿号分隔；留空表示都认可。")
    )
    reviewer_all_modes = models.BooleanField(_("非赋权镇街也须配备"), default=False)

    certificate_months = models.PositiveSmallIntegerField(_("证件有效月数"), default=60)
    certificate_check = models.BooleanField(_("须年审"), default=False)
    certificate_minimum = models.PositiveSmallIntegerField(_("办案最少持证人数"), default=2)
    certificate_unit_bound = models.BooleanField(_("持证人须在持证单位"), default=False)
    alert_days = models.CharField(_("到期提醒（天）"), max_length=40, default="90,60,30")

    hours_target = models.DecimalField(_("年度学时"), max_digits=4, decimal_places=1, default="60.0")
    hours_online_min = models.DecimalField(_("线上最少学时"), max_digits=4, decimal_places=1, default="0.0")
    hours_online_max = models.DecimalField(_("线上最多计入"), max_digits=4, decimal_places=1, null=True, blank=True)
    hours_auxiliaries = models.BooleanField(_("辅助人员须达标"), default=False)
    hours_leave_days = models.PositiveSmallIntegerField(_("长假折算起点（连续天数）"), default=90)
    hours_daily_cap = models.DecimalField(_("每日最多计入"), max_digits=4, decimal_places=1, default="8.0")
    hours_teaching_cap = models.DecimalField(_("授课最多计入"), max_digits=4, decimal_places=1, default="10.0")
    hours_teaching_factor = models.DecimalField(_("授课折算倍数"), max_digits=3, decimal_places=1, default="2.0")
    hours_unit_minutes = models.PositiveSmallIntegerField(_("每学时分钟"), default=45)
    hours_presence_full = models.DecimalField(_("到场满计比例"), max_digits=5, decimal_places=4, default="0.8000")
    hours_presence_min = models.DecimalField(_("到场起计比例"), max_digits=5, decimal_places=4, default="0.3000")
    hours_court = models.DecimalField(_("旁听庭审每次学时"), max_digits=4, decimal_places=1, default="4.0")

    return_alert_days = models.CharField(_("归位提醒（天）"), max_length=40, default="30,15,7")
    retire_age_male = models.PositiveSmallIntegerField(_("男性退休年龄"), default=63)
    retire_age_female = models.PositiveSmallIntegerField(_("女性退休年龄"), default=58)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("政策口径")
        verbose_name_plural = _("政策口径")
        ordering = ["-start"]
        constraints = [
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="policy_range"),
        ]

    def __str__(self):
        return self.name
