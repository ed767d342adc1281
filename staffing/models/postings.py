"""Where people work when that is not where their post is."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from staffing.models.dated import Dated, end_after_start


class PostingKind(models.TextChoices):
    TRANSFER = "transfer", _("划转")
    DOWN = "down", _("下沉")
    STATION = "station", _("派驻")
    SECOND = "second", _("借调")
    DRAFT = "draft", _("抽调")
    TEMP = "temp", _("挂职")


DEPLOYED_KINDS = (PostingKind.TRANSFER, PostingKind.DOWN, PostingKind.STATION)
AWAY_KINDS = (PostingKind.SECOND, PostingKind.DRAFT, PostingKind.TEMP)


class Layer(models.TextChoices):
    """A person holds at most one posting of each layer a day: deployed to a town, and on top of it called away."""

    DEPLOYED = "deployed", _("下派")
    AWAY = "away", _("借出")


class Posting(Dated):
    person = models.ForeignKey("staffing.Person", models.CASCADE, related_name="postings", verbose_name=_("人员"))
    kind = models.CharField(_("派驻形式"), max_length=10, choices=PostingKind)
    layer = models.CharField(max_length=8, choices=Layer, editable=False)
    from_unit = models.ForeignKey(
        "staffing.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("派出单位")
    )
    to_unit = models.ForeignKey(
        "staffing.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("到")
    )
    to_text = models.CharField(_("到（名册原文）"), max_length=80, blank=True)
    due = models.DateField(_("应归位日期"), null=True, blank=True)
    doc_no = models.CharField(_("文号"), max_length=80, blank=True)
    full_time = models.BooleanField(_("集中办公"), default=True)
    post_locked = models.BooleanField(_("编制锁定"), default=False)
    approved = models.BooleanField(_("经批准"), default=True)
    start_known = models.BooleanField(_("起始日期有据"), default=True)
    score_street = models.DecimalField(_("街道考核分"), max_digits=5, decimal_places=2, null=True, blank=True)
    score_bureau = models.DecimalField(_("局考核分"), max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("派驻借调")
        verbose_name_plural = _("派驻借调")
        ordering = ["person_id", "start"]
        constraints = [end_after_start("posting_range")]
        indexes = [
            models.Index(fields=["start", "end"], name="posting_days"),
            models.Index(fields=["to_unit", "start"], name="posting_to"),
            models.Index(fields=["end", "due"], name="posting_due"),
        ]

    def __str__(self):
        return f"{self.person_id} {self.kind} {self.start}"

    @property
    def place(self):
        """Where to, in words."""
        return self.to_unit.name if self.to_unit_id else self.to_text


def layer_of(kind: str) -> str:
    """The layer a posting kind belongs to."""
    return Layer.DEPLOYED if kind in DEPLOYED_KINDS else Layer.AWAY
