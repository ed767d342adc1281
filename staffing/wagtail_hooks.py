"""What this app puts into the frame: menu entries, home panels of each area, and the policies in the CMS."""

import pkgutil
from importlib import import_module

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail import hooks
from wagtail.snippets.models import register_snippet

import staffing
from portal.access import access_of
from portal.cms import CmsGroup
from portal.models import Role
from portal.shell import MenuEntry, address
from staffing.views.policies import PolicyViewSet

# An area contributes by having a module panels_<area> with ``panels(request)``, and ``me_panels(request)`` for 我的.
for module in pkgutil.iter_modules(staffing.__path__):
    if module.name.startswith("panels_"):
        area = import_module(f"staffing.{module.name}")
        hooks.register("portal_home_panels", area.panels)
        if hasattr(area, "me_panels"):
            hooks.register("portal_me_panels", area.me_panels)

register_snippet(PolicyViewSet)


@hooks.register("portal_menu_entries")
def menu_entries(request):
    """我的档案, 缺口, 队伍, 派驻借调, 单位, 花名册, 政策口径: each by its grant."""
    access = access_of(request)
    wanted = [
        ("own.view", "own", _("我的档案"), "staffing:own", "id-badge-2", 5, False),
        ("gaps.view", "gaps", _("缺口"), "staffing:gaps", "chart-bar", 10, True),
        ("people.view", "people", _("队伍"), "staffing:people", "users-group", 20, True),
        ("postings.view", "postings", _("派驻借调"), "staffing:postings", "arrows-exchange", 30, False),
        ("units.view", "units", pgettext("list", "单位"), "staffing:units", "hierarchy-2", 40, False),
        ("rosters.import", "imports", pgettext("list", "花名册导入"), "staffing:imports", "file-import", 50, True),
        ("policies.edit", "policies", _("政策口径"), PolicyViewSet().get_url_name("list"), "scale", 60, False),
    ]
    return [
        MenuEntry(key, label, url, icon, order=order, phone=phone)
        for action, key, label, name, icon, order, phone in wanted
        if access.can(action) and (url := address(name))
    ]


@hooks.register("portal_cms_groups")
def cms_groups():
    return [
        CmsGroup(
            "政策口径维护",
            roles=[Role.LEGAL],
            permissions=[
                "wagtailadmin.access_admin",
                "staffing.add_policy",
                "staffing.change_policy",
                "staffing.view_policy",
            ],
        )
    ]
