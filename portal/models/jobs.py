"""Work that outlives a request, with progress a page can poll. portal.jobs runs it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("排队中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("种类"), max_length=60)
    title = models.CharField(_("事项"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs", verbose_name=_("发起人")
    )
    args = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.QUEUED)
    step = models.CharField(_("步骤"), max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.CharField(_("原因"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("发起时间"))
    started_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "beat_at"], name="job_state_beat")]

    def __str__(self):
        return self.title

    @property
    def percent(self):
        return 100 * self.done // self.total if self.total else 0

    @property
    def is_over(self):
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)


class WorkerBeat(models.Model):
    """A worker says it is alive; /readyz and the reaper read it."""

    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField()

    def __str__(self):
        return self.name
