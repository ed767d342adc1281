"""Attempts: the frozen layout, the append-only answer log, and everything that happened in the room.

This module knows no right answer and imports none.
"""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Attempt(models.Model):
    """One try at one paper. Everything needed to show, save, mark and reproduce it hangs on this row.

    ``layout``: [{"v": version id, "s": section index, "m": "2", "f": form, "o": [option keys in the order shown],
    "b": blanks, "c": case code}, …], drawn from ``frozen`` with ``seed``; it never changes. Option tokens sent to the
    browser are derived from ``secret``. ``answers`` is folded from the log when the attempt is closed.
    """

    class State(models.TextChoices):
        OPEN = "open", _("作答中")
        PAUSED = "paused", _("已暂停")
        SUBMITTED = "submitted", _("已交卷")

    class ClosedBy(models.TextChoices):
        CANDIDATE = "candidate", _("考生交卷")
        DEADLINE = "deadline", _("到时自动交卷")
        INVIGILATOR = "invigilator", _("监考收卷")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey("exams.Entry", models.PROTECT, related_name="attempts")
    sitting = models.ForeignKey("exams.Sitting", models.PROTECT, related_name="attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(default=1)
    frozen = models.ForeignKey("exams.FrozenPaper", models.PROTECT, related_name="+")
    seed = models.BigIntegerField()
    secret = models.CharField(max_length=43)
    layout = models.JSONField()

    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.OPEN)
    started_at = models.DateTimeField(_("开始时间"))
    deadline = models.DateTimeField(_("交卷时间"), help_text=_("含延时；按服务器（演练按演练时钟）计。"))
    extra_seconds = models.PositiveIntegerField(_("延时（秒）"), default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(_("交卷时间"), null=True, blank=True)
    closed_by = models.CharField(_("交卷方式"), max_length=12, choices=ClosedBy, blank=True)
    answers = models.JSONField(null=True, help_text='{"0": {"a": ["A"]}, …} as they stood when the attempt closed.')
    marked_at = models.DateTimeField(null=True, blank=True)

    lease = models.UUIDField(default=uuid.uuid4, help_text="The one device that may save.")
    device = models.CharField(_("设备"), max_length=120, blank=True)
    address = models.GenericIPAddressField(_("网络地址"), null=True, blank=True)
    last_seen = models.DateTimeField(_("最后在线"), null=True, blank=True)
    last_save = models.DateTimeField(_("最后保存"), null=True, blank=True)
    answered = models.PositiveSmallIntegerField(_("已答"), default=0)
    focus_losses = models.PositiveSmallIntegerField(_("离屏次数"), default=0)

    class Meta:
        verbose_name = _("作答")
        verbose_name_plural = _("作答")
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="attempt_number")]
        indexes = [models.Index(fields=["sitting", "state", "deadline"], name="attempt_due")]

    def __str__(self):
        return str(self.id)


class AnswerEvent(models.Model):
    """One saved answer; never changed. The current answer of an item is the event with the highest ``sequence``.

    ``value``: {"a": ["A", "C"] | ["填空一", …] | "论述文字", "f": true when flagged}; option keys, not tokens.
    """

    # The index of the constraint begins with the attempt; a further one would only cost each save.
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="events", db_index=False)
    item = models.PositiveSmallIntegerField(help_text="Index in the layout.")
    sequence = models.PositiveIntegerField(help_text="The client's own count; higher wins.")
    client_key = models.UUIDField(help_text="The client's name for this event; a replay is a no-op.")
    value = models.JSONField()
    filled = models.BooleanField(default=True, help_text="No: this event empties the answer.")
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("作答记录")
        verbose_name_plural = _("作答记录")
        constraints = [models.UniqueConstraint(fields=["attempt", "client_key"], name="answerevent_once")]
        indexes = [models.Index(fields=["attempt", "item", "sequence"], name="answerevent_current")]

    def __str__(self):
        return f"{self.attempt_id} {self.item} {self.sequence}"


class ConductEvent(models.Model):
    """What happened at a sitting, for one candidate or for all; append-only."""

    class Kind(models.TextChoices):
        STARTED = "started", _("进入考试")
        TAKEOVER = "takeover", _("更换设备")
        FOCUS = "focus", _("离开答题页")
        EXTENDED = "extended", _("延长时间")
        PAUSED = "paused", _("暂停")
        RESUMED = "resumed", _("恢复")
        SUBMITTED = "submitted", _("交卷")
        FORCED = "forced", _("监考收卷")
        REOPENED = "reopened", _("恢复作答")
        MESSAGE = "message", pgettext_lazy("one", "通知")
        HAND_UP = "hand_up", _("考生举手")
        INCIDENT = "incident", _("异常情况")
        VIOLATION = "violation", _("违纪")
        CHEATED = "cheated", _("作弊")
        ABSENT = "absent", _("缺考")
        CLEARED = "cleared", _("撤销登记")

    sitting = models.ForeignKey("exams.Sitting", models.PROTECT, related_name="conduct")
    registration = models.ForeignKey("exams.Registration", models.PROTECT, null=True, related_name="conduct")
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, related_name="conduct")
    kind = models.CharField(_("事件"), max_length=10, choices=Kind)
    text = models.CharField(_("说明"), max_length=500, blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("考场记录")
        verbose_name_plural = _("考场记录")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["sitting", "id"], name="conduct_of_sitting"),
            models.Index(fields=["sitting", "kind", "id"], name="conduct_by_kind"),
        ]

    def __str__(self):
        return f"{self.sitting_id} {self.kind}"
