"""Pages of case teaching and of drills."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from courses.models.blocks import CaseStepsBlock, ScenesBlock
from courses.models.pages import QuizMixin, StudyPage

HOURS = [MinValueValidator(Decimal("0")), MaxValueValidator(8)]


class CaseOrigin(models.TextChoices):
    ORDINARY = "ordinary", _("典型案例")
    CORRECTED = "corrected", _("复议纠错")
    LOST = "lost", _("败诉")
    REVIEWED = "reviewed", _("案卷评查问题")


class CasePage(QuizMixin, StudyPage):
    """A case taught step by step; judgement steps hold back what follows until the learner has judged.

    ``checked`` remembers what the anonymisation check found and the editor confirmed:
    {"by", "at", "digest", "confirmed": [texts]}; it is void when the text changed since (digest).
    """

    viewed_by = "courses.views.cases.case_page"
    summary = models.CharField(_("提要"), max_length=200, blank=True)
    issue = models.CharField(_("争点"), max_length=60, blank=True)
    origin = models.CharField(_("来源"), max_length=10, choices=CaseOrigin, default=CaseOrigin.ORDINARY)
    unit = models.ForeignKey(
        "staffing.Unit", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("办案单位（不公开）")
    )
    audience = models.CharField(_("适用"), max_length=60, blank=True, default="执法员、法制员")
    minutes = models.PositiveSmallIntegerField(_("约需分钟"), default=25)
    hours = models.DecimalField(_("学时"), max_digits=3, decimal_places=1, default=Decimal("0.5"), validators=HOURS)
    compiled_by = models.CharField(_("编审"), max_length=60, blank=True)
    steps = StreamField(CaseStepsBlock(), blank=True, verbose_name=_("步骤"))
    checked = models.JSONField(default=dict, editable=False)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldPanel("issue"),
                FieldPanel("origin"),
                FieldPanel("unit"),
                FieldPanel("audience"),
                FieldPanel("compiled_by"),
                FieldPanel("minutes"),
                FieldPanel("hours"),
            ],
            _("案例信息"),
        ),
        InlinePanel("events", heading=_("程序时间线"), label=_("程序节点")),
        FieldPanel("steps"),
        MultiFieldPanel(QuizMixin.quiz_panels, _("案后测验")),
        *StudyPage.cites,
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("issue"),
        index.SearchField("steps"),
    ]
    parent_page_types = ["courses.SectionPage"]
    subpage_types = []

    class Meta:
        verbose_name = _("案例")
        verbose_name_plural = _("案例")


class CaseEvent(Orderable):
    """A day of the procedure's timeline. ``from_step``: shown once this step (1 = first) is open."""

    page = ParentalKey(CasePage, related_name="events")
    day = models.DateField(_("日期"))
    name = models.CharField(_("程序"), max_length=60)
    detail = models.CharField(_("说明"), max_length=200, blank=True)
    from_step = models.PositiveSmallIntegerField(_("第几步起显示"), default=1)

    panels = [FieldPanel("day"), FieldPanel("name"), FieldPanel("detail"), FieldPanel("from_step")]

    class Meta(Orderable.Meta):
        verbose_name = _("程序节点")
        verbose_name_plural = _("程序节点")


class DrillPage(StudyPage):
    """A branching drill. Publishing checks that every scene leads to an end (courses.rules.drills)."""

    viewed_by = "courses.views.drills.drill_page"
    summary = models.CharField(_("提要"), max_length=200, blank=True)
    minutes = models.PositiveSmallIntegerField(_("约需分钟"), default=20)
    hours = models.DecimalField(_("学时"), max_digits=3, decimal_places=1, default=Decimal("0.5"), validators=HOURS)
    start_day = models.DateField(_("情景起始日"), null=True, blank=True, help_text=_("程序时钟从这一天起按工作日走。"))
    pass_score = models.SmallIntegerField(_("通过分数"), default=60)
    scenes = StreamField(ScenesBlock(), blank=True, verbose_name=_("场景"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("minutes"), FieldPanel("hours"), FieldPanel("start_day"), FieldPanel("pass_score")],
            _("演练信息"),
        ),
        FieldPanel("scenes"),
        *StudyPage.cites,
    ]
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("scenes")]
    parent_page_types = ["courses.SectionPage"]
    subpage_types = []

    class Meta:
        verbose_name = _("模拟演练")
        verbose_name_plural = _("模拟演练")
