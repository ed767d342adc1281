"""Lecture series, their plan, sessions with a place and a time, and who signed up (大讲堂).

What a lecture is about lives on its page in the CMS; when it is held and who came are facts and live here.
"""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField

from staffing.models import HourKind


class Cadence(models.TextChoices):
    WEEKLY = "weekly", _("每周")
    FORTNIGHTLY = "fortnightly", _("每两周")
    MONTHLY = "monthly", _("每月")
    QUARTERLY = "quarterly", _("每季度")


class Series(models.Model):
    """A lecture series with its rhythm; ``unit`` holds it."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    summary = models.CharField(_("说明"), max_length=300, blank=True)
    unit = models.ForeignKey("staffing.Unit", models.PROTECT, related_name="+", verbose_name=_("主办单位"))
    cadence = models.CharField(_("频次"), max_length=12, choices=Cadence, default=Cadence.WEEKLY)
    kind = models.CharField(_("学时类别"), max_length=10, choices=HourKind, default=HourKind.LECTURE)
    place = models.CharField(_("常用地点"), max_length=80, blank=True)
    closed = models.BooleanField(_("停办"), default=False)

    class Meta:
        verbose_name = _("讲座系列")
        verbose_name_plural = _("讲座系列")
        ordering = ["closed", "code"]

    def __str__(self):
        return self.name


class PlannedSlot(models.Model):
    """A day on which the series' year plan has a lecture. Past, and no session held for it: missed (缺办).

    ``reason`` explains a missed one; ``dropped`` takes it out of the plan (节假日不排) and keeps it readable.
    """

    series = models.ForeignKey(Series, models.CASCADE, related_name="slots", verbose_name=_("系列"))
    day = models.DateField(_("计划日期"))
    dropped = models.BooleanField(_("不排"), default=False)
    reason = models.CharField(_("原因"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("计划")
        verbose_name_plural = _("计划")
        ordering = ["series_id", "day"]
        constraints = [models.UniqueConstraint(fields=["series", "day"], name="plannedslot_once")]

    def __str__(self):
        return f"{self.series_id} {self.day}"


class Lecturer(models.Model):
    """Somebody who teaches: one of ours (``person``, credited for teaching) or a guest."""

    name = models.CharField(_("姓名"), max_length=50)
    title = models.CharField(_("单位职务"), max_length=80, blank=True)
    person = models.ForeignKey(
        "staffing.Person", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("本单位人员")
    )
    bio = RichTextField(_("简介"), blank=True, features=["bold", "ul", "ol"])
    photo = models.ForeignKey(
        "wagtailimages.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("照片")
    )

    class Meta:
        verbose_name = _("主讲人")
        verbose_name_plural = _("主讲人")
        ordering = ["name"]

    def __str__(self):
        return f"{self.name} {self.title}".strip()


class Session(models.Model):
    """One lecture held (or to be held) in a room. ``number``: 第几讲 of its series in ``year``; none once cancelled.

    ``units``: whose people are invited with all below them; none means everybody. ``minutes`` are those of the
    timetable. ``settled_at``: attendance was turned into hours (again after every correction).
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("待开讲")
        HELD = "held", _("已办")
        CANCELLED = "cancelled", _("已取消")

    code = models.SlugField(_("代码"), max_length=60, unique=True)
    series = models.ForeignKey(Series, models.PROTECT, related_name="sessions", verbose_name=_("系列"))
    slot = models.OneToOneField(
        PlannedSlot, models.SET_NULL, null=True, blank=True, related_name="session", verbose_name=_("计划日期")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    number = models.PositiveSmallIntegerField(_("讲次"), null=True, blank=True)
    title = models.CharField(_("题目"), max_length=120)
    kind = models.CharField(_("学时类别"), max_length=10, choices=HourKind, default=HourKind.LECTURE)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    place = models.CharField(_("地点"), max_length=80, blank=True)
    capacity = models.PositiveIntegerField(_("名额"), null=True, blank=True, validators=[MinValueValidator(1)])
    needs_signup = models.BooleanField(_("须报名"), default=False)
    units = models.ManyToManyField("staffing.Unit", blank=True, related_name="+", verbose_name=_("参加单位"))
    lecturers = models.ManyToManyField(Lecturer, blank=True, related_name="sessions", verbose_name=_("主讲人"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(_("取消原因"), max_length=120, blank=True)
    settled_at = models.DateTimeField(_("学时核定时间"), null=True, blank=True)
    minutes_held = models.PositiveIntegerField(
        _("核定分钟"), null=True, blank=True, help_text=_("提前结束或延长时，按实际分钟核定。")
    )

    class Meta:
        verbose_name = _("讲座")
        verbose_name_plural = _("讲座")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_range"),
            models.UniqueConstraint(fields=["series", "year", "number"], name="session_number"),
        ]
        indexes = [models.Index(fields=["starts_at", "state"], name="session_days")]

    def __str__(self):
        return self.title

    @property
    def minutes(self) -> int:
        """Minutes that count: as held where that was recorded, else those of the timetable."""
        return self.minutes_held or int((self.ends_at - self.starts_at).total_seconds() // 60)


class Signup(models.Model):
    """Somebody's seat at a session, or their place in the waiting list (by ``at``)."""

    class State(models.TextChoices):
        SEATED = "seated", _("已报名")
        WAITING = "waiting", _("候补")
        CANCELLED = "cancelled", _("已取消")

    session = models.ForeignKey(Session, models.CASCADE, related_name="signups", verbose_name=_("讲座"))
    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="signups", verbose_name=_("人员"))
    state = models.CharField(_("状态"), max_length=10, choices=State)
    at = models.DateTimeField(_("报名时间"))
    by = models.ForeignKey("portal.User", models.SET_NULL, null=True, related_name="+", verbose_name=_("经办"))

    class Meta:
        verbose_name = _("报名")
        verbose_name_plural = _("报名")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="signup_once")]

    def __str__(self):
        return f"{self.session_id} {self.person_id} {self.state}"


class CalendarKey(models.Model):
    """The secret in the address under which somebody's calendar program reads their lectures."""

    user = models.OneToOneField("portal.User", models.CASCADE, related_name="calendar_key")
    key = models.CharField(max_length=43, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = _("日历订阅")

    def __str__(self):
        return str(self.user_id)
