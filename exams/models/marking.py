"""Marks as appended facts; the two markers' tasks; decisions about keys; appeals."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ScoreEvent(models.Model):
    """One marking act; never changed. The mark of an item is what the last event that names it says.

    ``scores``: {"0": "2", "7": "0", …} item index → marks; an offline score sheet says {"total": "62.5"}.
    """

    class Kind(models.TextChoices):
        MACHINE = "machine", _("机器评分")
        WRITTEN = "written", _("人工评分")
        VOID = "void", _("试题作废")
        REKEY = "rekey", _("更正答案")
        APPEAL = "appeal", _("复核更正")
        IMPORTED = "imported", _("成绩表导入")

    entry = models.ForeignKey("exams.Entry", models.PROTECT, related_name="score_events")
    attempt = models.ForeignKey("exams.Attempt", models.PROTECT, null=True, related_name="score_events")
    kind = models.CharField(_("方式"), max_length=10, choices=Kind)
    scores = models.JSONField()
    reason = models.CharField(_("说明"), max_length=300, blank=True)
    key = models.CharField(max_length=80, help_text="Names the act; the same act twice is one event.")
    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("评分记录")
        verbose_name_plural = _("评分记录")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entry", "key"], name="scoreevent_once")]

    def __str__(self):
        return f"{self.entry_id} {self.kind}"


class MarkingTask(models.Model):
    """One written answer before one marker: slot 1 and 2 are independent, slot 3 arbitrates. Markers see ``code``
    only, never a name.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待评")
        DONE = "done", _("已评")
        CANCELLED = "cancelled", _("已取消")

    attempt = models.ForeignKey("exams.Attempt", models.PROTECT, related_name="marking")
    item = models.PositiveSmallIntegerField()
    slot = models.PositiveSmallIntegerField(_("评次"))
    code = models.CharField(_("密号"), max_length=12, unique=True)
    marker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="marking_tasks")
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.WAITING)
    marks = models.DecimalField(_("得分"), max_digits=5, decimal_places=1, null=True, blank=True)
    points = models.JSONField(default=list, help_text="Marks given for each line of the rubric.")
    comment = models.CharField(_("评语"), max_length=500, blank=True)
    marked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("评卷任务")
        verbose_name_plural = _("评卷任务")
        constraints = [models.UniqueConstraint(fields=["attempt", "item", "slot"], name="markingtask_once")]
        indexes = [models.Index(fields=["marker", "state"], name="markingtask_mine")]

    def __str__(self):
        return self.code


class KeyDecision(models.Model):
    """After a challenge: in this sitting the question is void, or its key is another one, or the key stands."""

    class Kind(models.TextChoices):
        OPEN = "open", _("待定")
        VOID = "void", _("作废")
        REKEY = "rekey", _("更正答案")
        KEPT = "kept", _("维持")

    sitting = models.ForeignKey("exams.Sitting", models.PROTECT, related_name="key_decisions")
    version = models.ForeignKey("exams.QuestionVersion", models.PROTECT, related_name="+")
    kind = models.CharField(_("处理"), max_length=6, choices=Kind, default=Kind.OPEN)
    challenge = models.CharField(_("异议"), max_length=500)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    answer = models.JSONField(null=True, help_text="The new key when rekeyed.")
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("试题异议")
        verbose_name_plural = _("试题异议")
        ordering = ["id"]

    def __str__(self):
        return f"{self.sitting_id} {self.version_id} {self.kind}"


class Appeal(models.Model):
    """A candidate asks for a review of one paper's result (成绩复核)."""

    class State(models.TextChoices):
        OPEN = "open", _("待复核")
        KEPT = "kept", _("维持")
        CHANGED = "changed", _("已更正")

    entry = models.OneToOneField("exams.Entry", models.PROTECT, related_name="appeal")
    reason = models.CharField(_("理由"), max_length=500)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.OPEN)
    made_at = models.DateTimeField(_("申请时间"))
    answer = models.CharField(_("复核意见"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("成绩复核")
        verbose_name_plural = _("成绩复核")

    def __str__(self):
        return f"{self.entry_id} {self.state}"
