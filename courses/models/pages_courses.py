"""Pages of online courses and their lessons."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PageChooserPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index
from wagtailmedia.edit_handlers import MediaChooserPanel

from courses.models.pages import FEATURES, QuizMixin, StudyPage
from staffing.models import HourKind


class CourseKind(models.TextChoices):
    """How a course's hours are booked; political ones never count toward the sixty (domain §2.1)."""

    ONLINE = HourKind.ONLINE, _("业务与法律（线上）")
    POLITICAL = HourKind.POLITICAL, _("政治理论（不计入）")


class CoursePage(StudyPage):
    """An online course; its lessons are the pages below it, chapter by chapter."""

    viewed_by = "courses.views.course.course_page"
    beside = ("lecturer",)
    summary = models.CharField(_("提要"), max_length=200, blank=True)
    body = RichTextField(_("介绍"), blank=True, features=FEATURES)
    category = models.CharField(_("分类"), max_length=40, blank=True, help_text=_("如：通用法律、程序规范、专业执法"))
    lecturer = models.ForeignKey(
        "courses.Lecturer", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("主讲人")
    )
    cover = models.ForeignKey(
        "wagtailimages.Image", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("封面")
    )
    kind = models.CharField(_("学时类别"), max_length=10, choices=CourseKind, default=CourseKind.ONLINE)
    hours = models.DecimalField(
        _("学时"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(40)],
        help_text=_("留空则按各课时的分钟折算，每学时45分钟，舍去不足半学时的部分。"),
    )
    watch_share = models.PositiveSmallIntegerField(
        _("须看满（%）"), default=90, validators=[MinValueValidator(50), MaxValueValidator(100)]
    )
    no_skip = models.BooleanField(_("首次观看不能快进"), default=True)
    checks = models.BooleanField(_("随机在场确认"), default=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("category"),
        FieldPanel("lecturer"),
        FieldPanel("cover"),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("kind"),
                FieldPanel("hours"),
                FieldPanel("watch_share"),
                FieldPanel("no_skip"),
                FieldPanel("checks"),
            ],
            _("完成条件与学时"),
        ),
        *StudyPage.cites,
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.FilterField("category"),
    ]
    parent_page_types = ["courses.SectionPage"]
    subpage_types = ["courses.LessonPage"]

    class Meta:
        verbose_name = _("课程")
        verbose_name_plural = _("课程")


class LessonPage(QuizMixin, StudyPage):
    """One lesson: whatever of video, text, PDF, case and quiz it has must be done. ``minutes`` for what is read;
    a video brings its own length.
    """

    viewed_by = "courses.views.lesson.lesson_page"
    chapter = models.CharField(_("章"), max_length=60, blank=True, help_text=_("同名的相邻课时合为一章。"))
    video = models.ForeignKey(
        "courses.Recording", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("视频")
    )
    body = RichTextField(_("图文"), blank=True, features=FEATURES)
    document = models.ForeignKey(
        "wagtaildocs.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("PDF")
    )
    case = models.ForeignKey(
        "courses.CasePage", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("案例")
    )
    minutes = models.PositiveSmallIntegerField(
        _("阅读分钟"), default=0, help_text=_("图文、PDF 至少要读的分钟；有视频时按视频时长。")
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("chapter"),
        MediaChooserPanel("video"),
        FieldPanel("body"),
        FieldPanel("document"),
        PageChooserPanel("case", "courses.CasePage"),
        FieldPanel("minutes"),
        MultiFieldPanel(QuizMixin.quiz_panels, _("课后测验")),
        *StudyPage.cites,
    ]
    search_fields = [*Page.search_fields, index.SearchField("body")]
    parent_page_types = ["courses.CoursePage"]
    subpage_types = []

    class Meta:
        verbose_name = _("课时")
        verbose_name_plural = _("课时")
