"""CMS pages of the kernel. Editorial content only; ledgers are plain models."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page


class HomePage(Page):
    """Root page of the site: what editors put under the work list on everybody's home page."""

    announcement = RichTextField(_("首页公告"), blank=True, features=["bold", "link", "ul", "ol"])

    content_panels = [*Page.content_panels, FieldPanel("announcement")]
    parent_page_types = ["wagtailcore.Page"]
    # Access is a matter of grants: restricting a page in the CMS would hide it from nobody's search.
    private_page_options: list[str] = []
    max_count = 1

    class Meta:
        verbose_name = _("首页")
        verbose_name_plural = _("首页")
