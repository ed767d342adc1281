"""What learners did: watched, read, were asked, finished; and what they were told to do."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Watch(models.Model):
    """One person's viewing of one page's video (or reading of one page) in one year. The server's own clock fills it.

    ``covered``: sorted, disjoint [from, to) seconds of the content. ``wall``: seconds of the server's clock that were
    credited; never more than passed. ``spans``: when that was, [from, to) in epoch seconds, for the overlap guard.
    ``live`` is the person's id while this is the one page they are watching, else null: unique, so that nobody watches
    two at once; ``lease`` names the window. ``check_at``: second of ``wall`` at which the next presence check comes;
    ``asked_at``: it was put, and credit stands still until it is answered. ``rule``: what completes it, as it stood
    when the viewing began: {"share": "0.9", "no_skip": bool, "checks": bool}. ``beat_at``: time up to it is used up.
    """

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="watches", verbose_name=_("人员"))
    page = models.ForeignKey("wagtailcore.Page", models.PROTECT, related_name="+", verbose_name=_("页面"))
    year = models.PositiveSmallIntegerField(_("年度"))
    media = models.ForeignKey("courses.Recording", models.PROTECT, null=True, blank=True, related_name="+")
    duration = models.PositiveIntegerField(_("总长（秒）"))
    rule = models.JSONField(default=dict)
    covered = models.JSONField(default=list)
    covered_seconds = models.PositiveIntegerField(_("已看（秒）"), default=0)
    wall = models.FloatField(default=0)
    spans = models.JSONField(default=list)
    position = models.FloatField(_("上次看到"), default=0)
    live = models.PositiveBigIntegerField(null=True, blank=True, unique=True)
    lease = models.CharField(max_length=32, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    check_at = models.FloatField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveSmallIntegerField(_("已答在场确认"), default=0)
    missed = models.PositiveSmallIntegerField(_("未答在场确认"), default=0)
    version = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(_("看完时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("观看记录")
        verbose_name_plural = _("观看记录")
        ordering = ["-beat_at"]
        constraints = [models.UniqueConstraint(fields=["person", "page", "year"], name="watch_once")]

    def __str__(self):
        return f"{self.person_id} {self.page_id}"


class WatchNote(models.Model):
    """The learner's own note at a second of the video; seen by nobody else."""

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="watch_notes")
    page = models.ForeignKey("wagtailcore.Page", models.CASCADE, related_name="+")
    second = models.PositiveIntegerField(_("时间点（秒）"), default=0)
    text = models.CharField(_("笔记"), max_length=1000)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("学习笔记")
        verbose_name_plural = _("学习笔记")
        ordering = ["page_id", "second", "id"]

    def __str__(self):
        return self.text[:20]


class Enrolment(models.Model):
    """Somebody's taking of a course in a year. ``rule``: what completes it, as it stood when they began:
    {"watch": "0.9", "quiz": 60, "no_skip": bool, "checks": bool, "lessons": [page ids], "minutes": int}.
    """

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="enrolments", verbose_name=_("人员"))
    course = models.ForeignKey("courses.CoursePage", models.PROTECT, related_name="enrolments", verbose_name=_("课程"))
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("课程"), max_length=255)
    hours = models.DecimalField(_("学时"), max_digits=4, decimal_places=1)
    rule = models.JSONField()
    started_at = models.DateTimeField(_("开始"))
    completed_at = models.DateTimeField(_("完成"), null=True, blank=True)
    credit = models.ForeignKey("staffing.HourCredit", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("选课")
        verbose_name_plural = _("选课")
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint(fields=["person", "course", "year"], name="enrolment_once")]

    def __str__(self):
        return f"{self.person_id} {self.title}"


class LessonDone(models.Model):
    """A lesson's conditions were all met once; it stays so for the year."""

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="lessons_done")
    lesson = models.ForeignKey("wagtailcore.Page", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("完成课时")
        verbose_name_plural = _("完成课时")
        constraints = [models.UniqueConstraint(fields=["person", "lesson", "year"], name="lessondone_once")]

    def __str__(self):
        return f"{self.person_id} {self.lesson_id}"


class QuizRun(models.Model):
    """One try at a page's quiz. ``items``: question version, option order and marks as drawn; an answer is given once.

    ``score`` in percent. Right answers are told only after it was handed in.
    """

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="quiz_runs")
    page = models.ForeignKey("wagtailcore.Page", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    items = models.JSONField()
    answers = models.JSONField(default=dict)
    pass_mark = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    passed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("课后测验")
        verbose_name_plural = _("课后测验")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["person", "page", "year"], name="quizrun_page")]

    def __str__(self):
        return f"{self.person_id} {self.page_id} {self.score}"


class Assignment(models.Model):
    """A course, case, drill or recorded lecture that certain people must (or may) study by a day.

    Whose people: ``units`` with all below (none: everybody), ``categories`` (staffing Category values, none: all),
    ``positions`` (words of the position, 、 between them, none: all).
    """

    page = models.ForeignKey("wagtailcore.Page", models.PROTECT, related_name="+", verbose_name=_("学习内容"))
    title = models.CharField(_("学习内容"), max_length=255)
    required = models.BooleanField(_("必修"), default=True)
    units = models.ManyToManyField("staffing.Unit", blank=True, related_name="+", verbose_name=_("单位"))
    categories = models.JSONField(_("人员类别"), default=list, blank=True)
    positions = models.CharField(_("职务"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("年度"))
    due = models.DateField(_("完成期限"), null=True, blank=True)
    reason = models.CharField(_("事由"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(_("布置时间"))
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("学习任务")
        verbose_name_plural = _("学习任务")
        ordering = ["due", "-made_at"]
        indexes = [models.Index(fields=["year", "withdrawn_at"], name="assignment_year")]

    def __str__(self):
        return self.title


class Comment(models.Model):
    """A contribution to the discussion of a lecture, course or case; hidden, never deleted."""

    page = models.ForeignKey("wagtailcore.Page", models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answers = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    text = models.CharField(_("内容"), max_length=1000)
    at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    hidden_why = models.CharField(_("隐藏原因"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("讨论")
        verbose_name_plural = _("讨论")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["page", "at"], name="comment_page")]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_text")]

    def __str__(self):
        return self.text[:20]
