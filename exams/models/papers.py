"""Papers: fixed or drawn from a blueprint; and the frozen copy against which candidates are judged."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exams.models.bank import Difficulty, QuestionKind


class Paper(models.Model):
    class Mode(models.TextChoices):
        FIXED = "fixed", _("固定试卷")
        BLUEPRINT = "blueprint", _("按蓝图抽题")

    class MultiplePolicy(models.TextChoices):
        ALL = "all", _("全部选对才得分")
        HALF = "half", _("少选得一半，错选不得分")
        SHARE = "share", _("少选按比例得分，错选不得分")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        READY = "ready", _("可用")
        RETIRED = "retired", _("停用")

    code = models.SlugField(_("代码"), max_length=40, unique=True, allow_unicode=True)
    title = models.CharField(_("名称"), max_length=80)
    mode = models.CharField(_("组卷方式"), max_length=10, choices=Mode, default=Mode.BLUEPRINT)
    banks = models.ManyToManyField("exams.Bank", related_name="papers", verbose_name=_("题库"))
    multiple_policy = models.CharField(
        _("多选题计分"), max_length=6, choices=MultiplePolicy, default=MultiplePolicy.ALL
    )
    pass_mark = models.DecimalField(_("合格分"), max_digits=5, decimal_places=1, default=60)
    minutes = models.PositiveSmallIntegerField(_("时长（分钟）"), default=90)
    shuffle_items = models.BooleanField(_("题序随机"), default=True)
    shuffle_options = models.BooleanField(_("选项随机"), default=True)
    for_practice = models.BooleanField(_("可作模拟考试"), default=False)
    state = models.CharField(_("状态"), max_length=8, choices=State, default=State.DRAFT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("试卷")
        verbose_name_plural = _("试卷")
        ordering = ["-made_at"]

    def __str__(self):
        return self.title


class PaperSection(models.Model):
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("题型"), max_length=10, choices=QuestionKind)
    count = models.PositiveSmallIntegerField(_("题数"))
    marks = models.DecimalField(_("每题分值"), max_digits=5, decimal_places=1)

    class Meta:
        verbose_name = _("试卷部分")
        verbose_name_plural = _("试卷部分")
        ordering = ["paper_id", "position"]
        constraints = [models.UniqueConstraint(fields=["paper", "position"], name="papersection_position")]

    def __str__(self):
        return self.title


class PaperQuota(models.Model):
    """So many of a section's questions on this topic (with all below it) and of this difficulty; empty means any."""

    section = models.ForeignKey(PaperSection, models.CASCADE, related_name="quotas")
    topic = models.ForeignKey("exams.Topic", models.PROTECT, null=True, blank=True, related_name="+")
    difficulty = models.CharField(_("难度"), max_length=6, choices=Difficulty, blank=True)
    count = models.PositiveSmallIntegerField(_("题数"))

    class Meta:
        verbose_name = _("抽题配额")
        verbose_name_plural = _("抽题配额")

    def __str__(self):
        return f"{self.section_id} {self.count}"


class PaperItem(models.Model):
    """A chosen question of a fixed paper."""

    section = models.ForeignKey(PaperSection, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    question = models.ForeignKey("exams.Question", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("试卷题目")
        verbose_name_plural = _("试卷题目")
        ordering = ["section_id", "position"]
        constraints = [models.UniqueConstraint(fields=["section", "question"], name="paperitem_once")]

    def __str__(self):
        return f"{self.section_id} {self.position}"


class FrozenPaper(models.Model):
    """A paper as it stood when a sitting opened: rules and pinned question versions, without any key. Immutable.

    ``body`` = {"title", "mode", "multiple_policy", "pass_mark", "total", "minutes", "shuffle_items",
    "shuffle_options", "sections": [{"title", "kind", "marks", "count", "quotas": [{"topics": [id…], "difficulty",
    "count"}], "pool": [{"v": version id, "t": topic id, "d": difficulty, "c": case code, "f": form,
    "o": [option keys], "b": blanks}]}]}; marks are strings of decimals.
    """

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="frozen")
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("定稿试卷")
        verbose_name_plural = _("定稿试卷")
        constraints = [models.UniqueConstraint(fields=["paper", "sha256"], name="frozenpaper_once")]

    def __str__(self):
        return f"{self.paper_id} {self.sha256[:8]}"
