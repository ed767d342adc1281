"""Cases judged and drills run."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseRun(models.Model):
    """Somebody's way through a case in a year. ``step``: how many steps are open to them.

    ``acted_at``: their last act; ``spans``: when time was spent on it, [from, to) in epoch seconds of the server's
    clock (a long pause counts in part only), ``seconds`` their length.
    ``revision``: the page revision they began with, so that the judgement can be read beside what was shown.
    """

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="case_runs")
    case = models.ForeignKey("courses.CasePage", models.PROTECT, related_name="runs")
    year = models.PositiveSmallIntegerField()
    revision = models.PositiveBigIntegerField(null=True, blank=True)
    step = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    acted_at = models.DateTimeField(null=True, blank=True)
    spans = models.JSONField(default=list)
    seconds = models.PositiveIntegerField(default=0)
    credit = models.ForeignKey("staffing.HourCredit", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("案例学习")
        verbose_name_plural = _("案例学习")
        constraints = [models.UniqueConstraint(fields=["person", "case", "year"], name="caserun_once")]

    def __str__(self):
        return f"{self.person_id} {self.case_id}"


class Judgement(models.Model):
    """An answer at a judgement point of a case (``point``: the block's id); given once, before the outcome."""

    run = models.ForeignKey(CaseRun, models.CASCADE, related_name="judgements")
    case = models.ForeignKey("courses.CasePage", models.PROTECT, related_name="+")
    point = models.CharField(max_length=36)
    choice = models.CharField(max_length=36)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    hidden = models.BooleanField(_("理由已隐藏"), default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("判断")
        verbose_name_plural = _("判断")
        constraints = [models.UniqueConstraint(fields=["run", "point"], name="judgement_once")]
        indexes = [models.Index(fields=["case", "point", "choice"], name="judgement_point")]

    def __str__(self):
        return f"{self.run_id} {self.choice}"


class DrillRun(models.Model):
    """One run through a drill. ``path``: [{"scene", "choice", "at", "days", "score", "broken": [article ids]}…].

    ``frozen``: the scenes as they were when the run began. ``days``: the procedure's own clock.
    """

    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="drill_runs")
    drill = models.ForeignKey("courses.DrillPage", models.PROTECT, related_name="runs")
    year = models.PositiveSmallIntegerField()
    frozen = models.JSONField()
    path = models.JSONField(default=list)
    scene = models.CharField(max_length=36)
    days = models.PositiveSmallIntegerField(default=0)
    score = models.SmallIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    passed = models.BooleanField(default=False)
    credit = models.ForeignKey("staffing.HourCredit", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("演练记录")
        verbose_name_plural = _("演练记录")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["person", "drill", "year"], name="drillrun_drill")]

    def __str__(self):
        return f"{self.person_id} {self.drill_id}"
