"""Pages of case teaching and of drills."""

from collections.abc import Sequence
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.rich_text import get_text_for_indexing
from wagtail.search import index

from courses.models.approving import ApprovalTester
from courses.models.blocks import CaseStepsBlock, ScenesBlock
from courses.models.pages import QuizMixin, StudyPage
from portal.actions.errors import Refused

HOURS = [MinValueValidator(Decimal("0")), MaxValueValidator(8)]


class PublishRefused(Refused):
    """A page may not be published yet; ``faults`` say why, ``page`` is what should have been."""

    def __init__(self, page: Page, faults: Sequence[str]):
        super().__init__("".join(str(fault) for fault in faults))
        self.page, self.faults = page, list(faults)


class GuardedPage(StudyPage):
    """A page that is checked before it is published, on whatever way: editor, workflow, bulk, schedule, code."""

    faults = "courses.queries.faults.faults_of"

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self._state.adding and not self.live_revision_id and not self.alias_of_id:
            # Wagtail's "create and publish" stores a live row before it publishes; readers would see it unchecked.
            self.live, self.has_unpublished_changes = False, True
        return super().save(*args, **kwargs)

    def publish(self, revision, *args, **kwargs):
        """As Wagtail's. Raises PublishRefused; what was scheduled had been checked then."""
        if revision.approved_go_live_at is None:
            page = revision.as_object()
            faults = import_string(self.faults)(page)
            if faults:
                raise PublishRefused(page, faults)
        return super().publish(revision, *args, **kwargs)


class CaseOrigin(models.TextChoices):
    ORDINARY = "ordinary", _("典型案例")
    CORRECTED = "corrected", _("复议纠错")
    LOST = "lost", _("败诉")
    REVIEWED = "reviewed", _("案卷评查问题")


class CasePage(QuizMixin, GuardedPage):
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
    least_minutes = models.PositiveSmallIntegerField(
        _("至少要学的分钟"), null=True, blank=True, help_text=_("留空为约需分钟的一半；停顿超过10分钟的，按10分钟计。")
    )
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
                FieldPanel("least_minutes"),
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
        index.SearchField("open_text"),
    ]
    parent_page_types = ["courses.SectionPage"]
    subpage_types = []

    class Meta:
        verbose_name = _("案例")
        verbose_name_plural = _("案例")

    def permissions_for_user(self, user):
        return ApprovalTester(user, self)

    def open_text(self) -> str:
        """What stands before the first judgement: a search must not find, nor show, what the learner has to judge."""
        found = []
        for step in self.steps:
            if step.block_type == "judgement":
                break
            found.extend(step.block.get_searchable_content(step.value))
        return " ".join(found)


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


class DrillPage(GuardedPage):
    """A branching drill. Publishing checks that every scene leads to an end (courses.rules.drills)."""

    viewed_by = "courses.views.drills.drill_page"
    summary = models.CharField(_("提要"), max_length=200, blank=True)
    minutes = models.PositiveSmallIntegerField(_("约需分钟"), default=20)
    least_minutes = models.PositiveSmallIntegerField(
        _("至少要练的分钟"), default=0, help_text=_("本年度各次演练合计；0 表示不限。停顿超过10分钟的，按10分钟计。")
    )
    hours = models.DecimalField(_("学时"), max_digits=3, decimal_places=1, default=Decimal("0.5"), validators=HOURS)
    start_day = models.DateField(_("情景起始日"), null=True, blank=True, help_text=_("程序时钟从这一天起按工作日走。"))
    pass_score = models.SmallIntegerField(_("通过分数"), default=60)
    scenes = StreamField(ScenesBlock(), blank=True, verbose_name=_("场景"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldPanel("minutes"),
                FieldPanel("least_minutes"),
                FieldPanel("hours"),
                FieldPanel("start_day"),
                FieldPanel("pass_score"),
            ],
            _("演练信息"),
        ),
        FieldPanel("scenes"),
        *StudyPage.cites,
    ]
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("open_text")]
    parent_page_types = ["courses.SectionPage"]
    subpage_types = []

    class Meta:
        verbose_name = _("模拟演练")
        verbose_name_plural = _("模拟演练")

    def open_text(self) -> str:
        """The first scene without its choices: all that anybody reads before deciding something."""
        if not self.scenes:
            return ""
        first = self.scenes[0].value
        return " ".join([first["heading"], get_text_for_indexing(first["text"].source)])
