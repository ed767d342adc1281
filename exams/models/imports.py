"""Uploaded question banks, registration lists and score sheets: the stored file, its plan, and what became of it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ExamImport(models.Model):
    class Kind(models.TextChoices):
        QUESTIONS = "questions", _("试题")
        REGISTRATIONS = "registrations", _("报名")
        SCORES = "scores", _("成绩")

    class State(models.TextChoices):
        READING = "reading", _("解析中")
        PREVIEW = "preview", _("待确认")
        COMMITTED = "committed", _("已导入")
        UNDONE = "undone", _("已撤销")
        REFUSED = "refused", _("不能读取")
        DISCARDED = "discarded", _("已放弃")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("种类"), max_length=14, choices=Kind)
    bank = models.ForeignKey("exams.Bank", models.PROTECT, null=True, blank=True, related_name="imports")
    sitting = models.ForeignKey("exams.Sitting", models.PROTECT, null=True, blank=True, related_name="imports")
    file = models.CharField(max_length=200, help_text="Name in private storage.")
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    plan_file = models.CharField(max_length=200, blank=True, help_text="The plan as JSON in private storage.")
    totals = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.READING)
    error = models.CharField(_("原因"), max_length=500, blank=True)
    job = models.ForeignKey("portal.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))
    committed_at = models.DateTimeField(_("导入时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("考试导入")
        verbose_name_plural = _("考试导入")
        ordering = ["-uploaded_at"]

    def __str__(self):
        return self.file_name
