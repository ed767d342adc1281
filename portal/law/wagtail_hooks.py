"""What the law library puts into the frame and into the CMS."""

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from portal.access import access_of
from portal.cms import CmsGroup
from portal.law.cms import ArticleViewSet, LawViewSet
from portal.models import Role
from portal.shell import MenuEntry

register_snippet(LawViewSet)
register_snippet(ArticleViewSet)


@hooks.register("portal_menu_entries")
def menu_entries(request):
    """法规, for everybody who may read it."""
    if not access_of(request).can("law.view"):
        return []
    return [MenuEntry("laws", _("法规"), reverse("law:laws"), "book", order=62)]


@hooks.register("portal_cms_groups")
def cms_groups():
    """法规维护: lawyers and editors add and change laws and articles; nobody deletes."""
    kept = ["law.add_law", "law.change_law", "law.view_law", "law.add_article", "law.change_article"]
    return [
        CmsGroup(
            "法规维护",
            roles=[Role.LEGAL, Role.EDITOR],
            permissions=["wagtailadmin.access_admin", *kept, "law.view_article"],
        )
    ]
