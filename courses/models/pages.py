"""What all study pages share, and the sections under which they stand.

A page holds what editors write. Its address is answered by a view of ours (``viewed_by``), so that access, scope and
facts about the learner go through views and queries like everything else; a preview goes the same way.
"""

from django.db import models
from django.http import Http404
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, MultipleChooserPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page, PageViewRestriction

from courses.models.approving import ApprovalTester

FEATURES = ["h3", "bold", "ol", "ul", "link", "document-link", "image"]


class CitedArticle(Orderable):
    """A page cites an article of the law library; ``note`` says what for (听证的范围)."""

    page = ParentalKey("wagtailcore.Page", related_name="cited_articles")
    article = models.ForeignKey("law.Article", models.CASCADE, related_name="cited_on_pages", verbose_name=_("法条"))
    note = models.CharField(_("用于"), max_length=40, blank=True)

    panels = [FieldPanel("article"), FieldPanel("note")]

    class Meta(Orderable.Meta):
        verbose_name = _("引用法条")
        verbose_name_plural = _("引用法条")


class CitationReview(models.Model):
    """A page that cites an amended article must be read again; open until somebody settles it."""

    page = models.ForeignKey("wagtailcore.Page", models.CASCADE, related_name="+")
    article = models.ForeignKey("law.Article", models.CASCADE, related_name="+")
    version = models.ForeignKey("law.ArticleVersion", models.CASCADE, related_name="+")
    raised_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("portal.User", models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(_("处理说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("引用复核")
        verbose_name_plural = _("引用复核")
        ordering = ["raised_at"]
        constraints = [models.UniqueConstraint(fields=["page", "version"], name="citationreview_once")]

    def __str__(self):
        return f"{self.page_id} {self.article_id}"


class StudyPage(Page):
    """Base of every page under 学习. ``viewed_by``: dotted name of the view ``fn(request, page)`` that shows it;
    ``beside``: what that view needs of other tables, read along with the page.
    """

    viewed_by = ""
    beside: tuple[str, ...] = ()
    # Access is a matter of grants; a page restricted in the CMS alone would still be found by the search.
    private_page_options: list[str] = []
    # Set by who found the page: no page of the whole tree is restricted.
    unrestricted = False
    cites = [MultipleChooserPanel("cited_articles", chooser_field_name="article", heading=_("引用法条"))]

    class Meta:
        abstract = True

    @classmethod
    def can_exist_under(cls, parent):
        """A section holds pages of its own kind alone: a case in another one would be outside the legal review."""
        if not super().can_exist_under(parent):
            return False
        section = parent.specific
        return not isinstance(section, SectionPage) or SHELVED[section.holds] == cls.__name__

    def serve(self, request, *args, **kwargs):
        """The page through its own view; Wagtail has found it and checked nothing else."""
        return import_string(self.viewed_by)(request, self)

    def get_view_restrictions(self):
        """As Wagtail's; without asking again when it is known that there are none anywhere."""
        return PageViewRestriction.objects.none() if self.unrestricted else super().get_view_restrictions()

    def serve_preview(self, request, mode_name):
        """The same view; Wagtail would look for a template of its own. ``request.is_preview`` is set."""
        return self.serve(request)


class StudyHomePage(StudyPage):
    """The catalogue 学习: one, under the home page."""

    viewed_by = "courses.views.catalogue.study_home"
    intro = RichTextField(_("说明"), blank=True, features=["bold", "link"])
    content_panels = [*Page.content_panels, FieldPanel("intro")]
    parent_page_types = ["portal.HomePage"]
    subpage_types = ["courses.SectionPage"]
    max_count = 1

    def route(self, request, path_components):
        """Every page under 学习 by one look at its address, instead of one at each level of the tree."""
        if not path_components:
            return super().route(request, path_components)
        below = Page.objects.descendant_of(self).filter(slug=path_components[-1], live=True)
        found = below.filter(url_path=f"{self.url_path}{'/'.join(path_components)}/").first()
        if found is None:
            raise Http404
        return found.specific.route(request, [])

    class Meta:
        verbose_name = _("学习首页")
        verbose_name_plural = _("学习首页")


class Section(models.TextChoices):
    LECTURES = "lectures", _("大讲堂")
    COURSES = "courses", _("线上课程")
    CASES = "cases", _("案例教学")
    DRILLS = "drills", _("模拟演练")


# What a section holds, by the name of its page model.
SHELVED = {
    Section.LECTURES: "SeriesPage",
    Section.COURSES: "CoursePage",
    Section.CASES: "CasePage",
    Section.DRILLS: "DrillPage",
}


class SectionPage(StudyPage):
    """A shelf of the catalogue; ``holds`` says of what."""

    viewed_by = "courses.views.catalogue.section"
    holds = models.CharField(_("内容"), max_length=10, choices=Section, unique=True)
    intro = RichTextField(_("说明"), blank=True, features=["bold", "link"])
    content_panels = [*Page.content_panels, FieldPanel("holds"), FieldPanel("intro")]
    parent_page_types = ["courses.StudyHomePage"]
    subpage_types = ["courses.SeriesPage", "courses.CoursePage", "courses.CasePage", "courses.DrillPage"]

    class Meta:
        verbose_name = _("栏目")
        verbose_name_plural = _("栏目")

    def permissions_for_user(self, user):
        return ApprovalTester(user, self) if self.holds == Section.CASES else super().permissions_for_user(user)


class QuizMixin(models.Model):
    """A quiz after a lesson or lecture, drawn anew for every try from one topic of the practice banks."""

    quiz_topic = models.ForeignKey(
        "exams.Topic", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("测验知识点")
    )
    quiz_count = models.PositiveSmallIntegerField(_("题数"), default=0, help_text=_("0 表示没有测验。"))
    quiz_pass = models.PositiveSmallIntegerField(_("及格分（百分制）"), default=60)

    quiz_panels = [FieldPanel("quiz_topic"), FieldPanel("quiz_count"), FieldPanel("quiz_pass")]

    class Meta:
        abstract = True
