"""Pages of lecture series and of single lectures."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page
from wagtail.search import index
from wagtailmedia.edit_handlers import MediaChooserPanel

from courses.models.pages import FEATURES, QuizMixin, StudyPage


class SeriesPage(StudyPage):
    """What a series is about; its plan and sessions hang off ``series``."""

    viewed_by = "courses.views.lectures.series_page"
    beside = ("series__unit",)
    series = models.OneToOneField("courses.Series", models.PROTECT, related_name="page", verbose_name=_("系列"))
    intro = RichTextField(_("说明"), blank=True, features=FEATURES)

    content_panels = [*Page.content_panels, FieldPanel("series"), FieldPanel("intro")]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    parent_page_types = ["courses.SectionPage"]
    subpage_types = ["courses.LecturePage"]

    class Meta:
        verbose_name = _("系列页")
        verbose_name_plural = _("系列页")


class LecturePage(QuizMixin, StudyPage):
    """A lecture to read, watch and discuss. ``session``: when and where it is held; none for a recording from outside.

    The recording earns the hours of ``session`` (once, with attendance) or of its own length.
    """

    viewed_by = "courses.views.lectures.lecture_page"
    beside = ("recording", "session__series__unit", "session__series__page")
    # A session has one page.
    exclude_fields_in_copy = ["session"]
    session = models.OneToOneField(
        "courses.Session", models.SET_NULL, null=True, blank=True, related_name="page", verbose_name=_("场次")
    )
    summary = models.CharField(_("提要"), max_length=200, blank=True)
    body = RichTextField(_("内容"), blank=True, features=FEATURES)
    recording = models.ForeignKey(
        "courses.Recording", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("录像")
    )
    marks = models.CharField(
        _("录像段落"),
        max_length=400,
        blank=True,
        help_text=_("时间与名称，用分号隔开，如：00:00 四类必审案件；00:48 审什么"),
    )
    no_skip = models.BooleanField(_("首次观看不能快进"), default=True)
    checks = models.BooleanField(_("随机在场确认"), default=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("session"),
        FieldPanel("summary"),
        FieldPanel("body"),
        InlinePanel("slides", heading=_("课件"), label=_("课件")),
        MultiFieldPanel(
            [MediaChooserPanel("recording"), FieldPanel("marks"), FieldPanel("no_skip"), FieldPanel("checks")],
            _("录像"),
        ),
        MultiFieldPanel(QuizMixin.quiz_panels, _("课后测验")),
        *StudyPage.cites,
    ]
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("body")]
    parent_page_types = ["courses.SeriesPage"]
    subpage_types = []

    class Meta:
        verbose_name = _("讲座页")
        verbose_name_plural = _("讲座页")


class Slide(Orderable):
    """A document handed out with a lecture."""

    page = ParentalKey(LecturePage, related_name="slides")
    document = models.ForeignKey("wagtaildocs.Document", models.CASCADE, related_name="+", verbose_name=_("文件"))
    note = models.CharField(_("说明"), max_length=60, blank=True)

    panels = [FieldPanel("document"), FieldPanel("note")]

    class Meta(Orderable.Meta):
        verbose_name = _("课件")
        verbose_name_plural = _("课件")
