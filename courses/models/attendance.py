"""Who was there, from when to when, by which evidence; and uploaded sign-in sheets."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    SCAN = "scan", _("扫码")
    SHEET = "sheet", _("签到导出表")
    PAPER = "paper", _("纸质签到")
    MANUAL = "manual", _("人工补录")


class AttendanceState(models.TextChoices):
    PRESENT = "present", _("已签到签退")
    INSIDE = "inside", _("已签到")
    NO_SIGN_OUT = "no_sign_out", _("缺签退")
    PROXY = "proxy", _("代签作废")
    LEAVE = "leave", _("请假")
    VOID = "void", _("已作废")


class Attendance(models.Model):
    """One person at one session. Only PRESENT earns hours; INSIDE becomes NO_SIGN_OUT when the session is settled.

    ``minutes``: inside the session's own time. ``hours`` and ``flags`` (LATE, LEFT_EARLY, MANUAL, …) are what settling
    found last. Corrections change the row; what it was stands in the audit trail with the reason.
    """

    session = models.ForeignKey("courses.Session", models.PROTECT, related_name="attendances", verbose_name=_("讲座"))
    person = models.ForeignKey("staffing.Person", models.PROTECT, related_name="attendances", verbose_name=_("人员"))
    unit = models.ForeignKey("staffing.Unit", models.PROTECT, related_name="+", verbose_name=_("当日单位"))
    signed_in = models.DateTimeField(_("签到"), null=True, blank=True)
    signed_out = models.DateTimeField(_("签退"), null=True, blank=True)
    way = models.CharField(_("方式"), max_length=8, choices=Way)
    state = models.CharField(_("状态"), max_length=12, choices=AttendanceState)
    minutes = models.PositiveIntegerField(_("在场分钟"), default=0)
    hours = models.DecimalField(_("学时"), max_digits=4, decimal_places=1, default=0)
    flags = models.JSONField(_("标记"), default=list)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("出勤")
        verbose_name_plural = _("出勤")
        ordering = ["session_id", "signed_in", "id"]
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="attendance_once")]
        indexes = [models.Index(fields=["person", "session"], name="attendance_person")]

    def __str__(self):
        return f"{self.session_id} {self.person_id} {self.state}"


class LearningImport(models.Model):
    """An uploaded sign-in sheet or hours ledger, sealed in private storage until it is committed or given up."""

    class Kind(models.TextChoices):
        ATTENDANCE = "attendance", _("签到表")
        HOURS = "hours", _("学时台账")

    class State(models.TextChoices):
        PREVIEW = "preview", _("待确认")
        COMMITTED = "committed", _("已导入")
        DISCARDED = "discarded", _("已放弃")

    kind = models.CharField(_("种类"), max_length=12, choices=Kind)
    session = models.ForeignKey(
        "courses.Session", models.PROTECT, null=True, blank=True, related_name="imports", verbose_name=_("讲座")
    )
    year = models.PositiveSmallIntegerField(_("年度"), null=True, blank=True)
    file = models.CharField(max_length=100)
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    plan_file = models.CharField(max_length=100, blank=True)
    totals = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PREVIEW)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(_("上传时间"))
    committed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("学习导入")
        verbose_name_plural = _("学习导入")
        ordering = ["-uploaded_at"]

    def __str__(self):
        return self.file_name
