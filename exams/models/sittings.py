"""Sittings (场次): when, how long, with which papers, for whom; and who is registered."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Sitting(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", _("筹备")
        REGISTERING = "registering", _("报名中")
        ARRANGED = "arranged", _("报名截止")
        OPEN = "open", _("已开放")
        CLOSED = "closed", _("已结束")
        RELEASED = "released", _("已发布")
        CANCELLED = "cancelled", _("已取消")

    class Certificate(models.TextChoices):
        """Who may register, by the enforcement certificate they hold."""

        ANY = "any", _("不限")
        NONE = "none", _("未持有效证件")
        NONE_OR_EXPIRING = "expiring", _("未持有效证件或90日内到期")

    class Grants(models.TextChoices):
        NONE = "", _("不写入资格")
        ENFORCE = "enforce", _("行政执法资格")
        SUPERVISE = "supervise", _("行政执法监督资格")

    code = models.SlugField(_("代码"), max_length=40, unique=True, allow_unicode=True)
    title = models.CharField(_("名称"), max_length=80)
    unit = models.ForeignKey("staffing.Unit", models.PROTECT, related_name="+", verbose_name=_("组织单位"))
    online = models.BooleanField(_("在线考试"), default=True, help_text=_("否：线下纸笔考试，成绩由成绩表导入。"))
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.DRAFT)
    notes = models.TextField(_("考生须知"), blank=True)

    opens_at = models.DateTimeField(_("开考时间"))
    closes_at = models.DateTimeField(_("结束时间"), help_text=_("到时一律交卷。"))
    late_minutes = models.PositiveSmallIntegerField(_("迟到不得入场（分钟）"), default=30)
    earliest_minutes = models.PositiveSmallIntegerField(_("最早交卷（分钟）"), default=30)
    grace_seconds = models.PositiveSmallIntegerField(
        _("到时交卷宽限（秒）"), default=20, help_text=_("只用于到时自动交卷错峰；宽限内不再接受新答案。")
    )
    attempts_allowed = models.PositiveSmallIntegerField(_("允许次数"), default=1)
    entry_code = models.CharField(_("入场口令"), max_length=12, blank=True)
    addresses = models.TextField(_("限定网段"), blank=True, help_text=_("每行一个，如 10.1.2.0/24；留空不限。"))
    watermark = models.BooleanField(_("显示水印"), default=True)

    registers_from = models.DateTimeField(_("报名开始"), null=True, blank=True)
    registers_until = models.DateTimeField(_("报名截止"), null=True, blank=True)
    by_unit = models.BooleanField(_("单位报名"), default=True)
    by_self = models.BooleanField(_("个人报名（须审核）"), default=False)
    scope_units = models.ManyToManyField(
        "staffing.Unit", blank=True, related_name="+", verbose_name=_("限定单位"), help_text=_("含下级；留空不限。")
    )
    must_establishment = models.BooleanField(_("须在编"), default=True)
    must_post = models.BooleanField(_("须在岗（未长假、未借出）"), default=True)
    must_officer = models.BooleanField(_("须为执法岗位"), default=True)
    must_hours = models.DecimalField(_("须已有学时"), max_digits=4, decimal_places=1, default=0)
    must_certificate = models.CharField(_("持证情况"), max_length=10, choices=Certificate, default=Certificate.ANY)

    grants = models.CharField(_("合格后写入"), max_length=12, choices=Grants, blank=True, default=Grants.ENFORCE)
    issuer = models.CharField(_("颁发单位"), max_length=80, blank=True)
    retakes = models.PositiveSmallIntegerField(_("允许补考次数"), default=1)
    marking_tolerance = models.PositiveSmallIntegerField(
        _("主观题评分允许差（%）"),
        default=20,
        help_text=_("两名阅卷人员评分相差超过该题分值的此比例时，由第三人仲裁。"),
    )
    retake_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="retaken_by")

    rehearsal = models.BooleanField(_("演练场次"), default=False, help_text=_("时钟可调，不产生成绩和资格。"))
    clock_skew = models.IntegerField(_("演练时钟偏移（秒）"), default=0)

    opened_at = models.DateTimeField(_("开放时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束登记时间"), null=True, blank=True)
    released_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    appeals_until = models.DateTimeField(_("复核申请截止"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("考试场次")
        verbose_name_plural = _("考试场次")
        ordering = ["-opens_at"]
        constraints = [models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="sitting_window")]

    def __str__(self):
        return self.title


class SittingPaper(models.Model):
    """One paper of a sitting (科目); all must be passed. ``frozen`` is set when the sitting opens.

    An offline paper has no ``paper``: only its name, full mark and pass mark.
    """

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="papers")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("科目"), max_length=60)
    paper = models.ForeignKey("exams.Paper", models.PROTECT, null=True, blank=True, related_name="+")
    frozen = models.ForeignKey("exams.FrozenPaper", models.PROTECT, null=True, blank=True, related_name="+")
    minutes = models.PositiveSmallIntegerField(_("时长（分钟）"), default=90)
    total = models.DecimalField(_("满分"), max_digits=5, decimal_places=1, default=100)
    pass_mark = models.DecimalField(_("合格分"), max_digits=5, decimal_places=1, default=60)

    class Meta:
        verbose_name = _("考试科目")
        verbose_name_plural = _("考试科目")
        ordering = ["sitting_id", "position"]
        constraints = [models.UniqueConstraint(fields=["sitting", "position"], name="sittingpaper_position")]

    def __str__(self):
        return self.title


class Duty(models.Model):
    """Who invigilates (监考) or marks (阅卷) a sitting. An invigilator may be bound to one room."""

    class Kind(models.TextChoices):
        INVIGILATE = "invigilate", _("监考")
        MARK = "mark", _("阅卷")

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="duties")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exam_duties")
    kind = models.CharField(_("分工"), max_length=12, choices=Kind)
    room = models.ForeignKey("exams.Room", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("考务分工")
        verbose_name_plural = _("考务分工")
        constraints = [models.UniqueConstraint(fields=["sitting", "user", "kind"], name="duty_once")]

    def __str__(self):
        return f"{self.sitting_id} {self.user_id} {self.kind}"


class Outcome(models.TextChoices):
    """The five parts of the register; they sum to the registered."""

    PASSED = "passed", _("合格")
    FAILED = "failed", _("不合格")
    WITHDRAWN = "withdrawn", _("弃考")
    ABSENT = "absent", _("缺考")
    DISQUALIFIED = "disqualified", _("取消成绩")


class Registration(models.Model):
    """One person in one sitting. ``unit`` is the base unit on the day of registration, for seating and the register."""

    class State(models.TextChoices):
        PENDING = "pending", _("待审核")
        APPROVED = "approved", _("已通过")
        REFUSED = "refused", pgettext_lazy("registration", "未通过")
        WITHDRAWN = "withdrawn", _("弃考")
        CANCELLED = "cancelled", pgettext_lazy("registration", "已撤销")

    class Way(models.TextChoices):
        UNIT = "unit", _("单位报名")
        SHEET = "sheet", _("表格导入")
        SELF = "self", _("个人报名")

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="registrations")
    person = models.ForeignKey("staffing.Person", models.PROTECT, related_name="exam_registrations")
    unit = models.ForeignKey("staffing.Unit", models.PROTECT, related_name="+", verbose_name=_("单位"))
    exam_no = models.CharField(_("准考证号"), max_length=30, null=True, blank=True)
    way = models.CharField(_("报名方式"), max_length=6, choices=Way)
    state = models.CharField(_("报名状态"), max_length=10, choices=State)
    reason = models.CharField(_("原因"), max_length=300, blank=True, help_text=_("未通过、弃考、取消的原因。"))
    absent = models.BooleanField(_("缺考"), default=False)
    disqualified = models.BooleanField(_("取消成绩"), default=False)
    outcome = models.CharField(_("结果"), max_length=12, choices=Outcome, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("报名时间"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("报名")
        verbose_name_plural = _("报名")
        ordering = ["sitting_id", "exam_no", "id"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "person"], name="registration_once"),
            models.UniqueConstraint(fields=["sitting", "exam_no"], name="registration_exam_no"),
        ]
        indexes = [models.Index(fields=["sitting", "state"], name="registration_state")]

    def __str__(self):
        return f"{self.sitting_id} {self.person_id}"


class Entry(models.Model):
    """One registered person's one paper: where attempts and marks meet. Made when the sitting opens or scores come."""

    registration = models.ForeignKey(Registration, models.PROTECT, related_name="entries")
    paper = models.ForeignKey(SittingPaper, models.PROTECT, related_name="entries")
    score = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True, blank=True)
    passed = models.BooleanField(_("合格"), null=True, blank=True)
    sat = models.BooleanField(_("实考"), default=False)

    class Meta:
        verbose_name = _("科目成绩")
        verbose_name_plural = _("科目成绩")
        constraints = [models.UniqueConstraint(fields=["registration", "paper"], name="entry_once")]

    def __str__(self):
        return f"{self.registration_id} {self.paper_id}"
