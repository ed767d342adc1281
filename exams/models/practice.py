"""Practice: runs, answers, favourites. The wrong-question book is what the last answer to a question says."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PracticeRun(models.Model):
    class Kind(models.TextChoices):
        TOPIC = "topic", _("专项练习")
        WRONG = "wrong", _("错题重练")
        FAVOURITE = "favourite", _("收藏练习")
        MOCK = "mock", _("模拟考试")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="practice_runs")
    kind = models.CharField(_("方式"), max_length=10, choices=Kind)
    title = models.CharField(_("名称"), max_length=120)
    paper = models.ForeignKey("exams.Paper", models.PROTECT, null=True, blank=True, related_name="+")
    items = models.JSONField(help_text="As an attempt's layout: version, option order, marks.")
    started_at = models.DateTimeField()
    deadline = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    score = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("练习")
        verbose_name_plural = _("练习")
        ordering = ["-started_at"]

    def __str__(self):
        return self.title


class PracticeAnswer(models.Model):
    run = models.ForeignKey(PracticeRun, models.CASCADE, related_name="answers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    question = models.ForeignKey("exams.Question", models.PROTECT, related_name="+")
    version = models.ForeignKey("exams.QuestionVersion", models.PROTECT, related_name="+")
    item = models.PositiveSmallIntegerField()
    value = models.JSONField()
    right = models.BooleanField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("练习作答")
        verbose_name_plural = _("练习作答")
        constraints = [models.UniqueConstraint(fields=["run", "item"], name="practiceanswer_once")]
        indexes = [models.Index(fields=["user", "question", "at"], name="practiceanswer_last")]

    def __str__(self):
        return f"{self.run_id} {self.item}"


class Favourite(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="favourite_questions")
    question = models.ForeignKey("exams.Question", models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("收藏")
        verbose_name_plural = _("收藏")
        constraints = [models.UniqueConstraint(fields=["user", "question"], name="favourite_once")]

    def __str__(self):
        return f"{self.user_id} {self.question_id}"
