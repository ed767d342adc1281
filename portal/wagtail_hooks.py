"""What the kernel puts into its own frame, and what it takes out of Wagtail's admin."""

from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from portal import audit, jobs
from portal.access import access_of
from portal.cms import CmsGroup
from portal.models import AuditEvent, Grant, HomePage, Job, Role, User
from portal.queries import accounts
from portal.shell import HomeItem, HomePanel, MenuEntry
from portal.ui import Link

# Accounts, groups and sign-in are ours; one site, one language; approval is laid down (cases, by the legal office), not
# configured: their screens would only mislead. What waits for approval is a report.
HIDDEN_SETTINGS = {"users", "groups", "sites", "locales", "workflows", "workflow-tasks", "redirects"}
HIDDEN_REPORTS = {"workflow-tasks", "locked-pages"}


@hooks.register("portal_menu_entries")
def menu_entries(request):
    """管理 and the CMS, each entry by its grant."""
    access = access_of(request)
    wanted = [
        ("users.manage", "users", pgettext("list", "账号"), "portal:users", "users", 80, True),
        ("grants.manage", "grants", pgettext("list", "授权"), "portal:grants", "key", 81, True),
        ("audit.view", "audit", _("审计"), "portal:audit", "shield", 82, True),
        ("jobs.view", "jobs", _("后台任务"), "portal:jobs", "clock", 83, True),
        ("cms.edit", "cms", _("内容管理"), "wagtailadmin_home", "edit", 84, True),
    ]
    return [
        MenuEntry(key, label, reverse(name), icon, order=order, phone=phone)
        for action, key, label, name, icon, order, phone in wanted
        if access.can(action)
    ]


def _system_items(now):
    if not jobs.worker_alive(now):
        yield HomeItem(
            _("后台程序没有响应，排队的任务不会开始。"), reverse("portal:jobs"), "overdue", _("停"), act=_("查看")
        )
    failed = Job.objects.filter(state=Job.State.FAILED, finished_at__gte=now - timedelta(days=7)).count()
    if failed:
        text = ngettext("近7日有%(n)d项任务未完成", "近7日有%(n)d项任务未完成", failed) % {"n": failed}
        yield HomeItem(text, reverse("portal:jobs") + "?state=failed", "short", _("未完成"), act=_("处理"))
    bare = User.objects.filter(is_active=True, grants__isnull=True).count()
    if bare:
        text = ngettext("%(n)d个账号还没有授权，请告知安全管理员", "%(n)d个账号还没有授权，请告知安全管理员", bare) % {
            "n": bare
        }
        yield HomeItem(text, reverse("portal:users"), "info", _("账号"))


def _security_items(now):
    ending = accounts.grants(now=now, state="ending").count()
    if ending:
        text = ngettext("%(n)d项授权30日内到期", "%(n)d项授权30日内到期", ending) % {"n": ending}
        yield HomeItem(text, reverse("portal:grants") + "?state=ending", "review", _("到期"), act=_("核对"))
    held = Grant.objects.filter(user__is_active=False).active(now).count()
    if held:
        text = ngettext("%(n)d项授权的账号已停用", "%(n)d项授权的账号已停用", held) % {"n": held}
        yield HomeItem(text, reverse("portal:grants"), "review", _("待收回"))


def _auditor_items(now):
    last = AuditEvent.objects.filter(action="audit.verified").order_by("-id").values_list("at", flat=True).first()
    if last is None or last < now - timedelta(days=30):
        text = _("审计记录链30日内没有校验过")
        yield HomeItem(text, reverse("portal:audit"), "review", _("校验"), act=_("去校验"))


@hooks.register("portal_home_panels")
def home_panels(request):
    """Work of the three administrators, and one's own newest notices."""
    access, now, items = access_of(request), timezone.now(), []
    for action, found in (
        ("jobs.view", _system_items),
        ("grants.manage", _security_items),
        ("audit.view", _auditor_items),
    ):
        if access.can(action):
            items.extend(found(now))
    panels = [HomePanel("todo", items=items)] if items else []
    unread = accounts.notices_of(request.user).filter(read_at__isnull=True)[:5]
    if unread:
        panels.append(
            HomePanel(
                "notices",
                template="portal/home_notices.html",
                context={"notices": list(unread)},
                title=_("未读通知"),
                more=Link(_("全部通知"), reverse("portal:notices")),
            )
        )
    return panels


@hooks.register("portal_cms_groups")
def cms_groups():
    return [
        CmsGroup(
            "内容编辑",
            roles=[Role.EDITOR],
            permissions=["wagtailadmin.access_admin"],
            pages=["wagtailcore.add_page", "wagtailcore.change_page", "wagtailcore.publish_page"],
            collections=[
                "wagtailimages.add_image",
                "wagtailimages.change_image",
                "wagtailimages.choose_image",
                "wagtaildocs.add_document",
                "wagtaildocs.change_document",
                "wagtaildocs.choose_document",
            ],
        )
    ]


@hooks.register("construct_settings_menu")
def shorten_settings(request, items):
    items[:] = [item for item in items if item.name not in HIDDEN_SETTINGS]


@hooks.register("construct_reports_menu")
def shorten_reports(request, items):
    items[:] = [item for item in items if item.name not in HIDDEN_REPORTS]


@hooks.register("construct_help_menu")
def shorten_help(request, items):
    # What's new, the manual and the forum live on the open internet; the network here is closed.
    items[:] = [item for item in items if item.name == "keyboard-shortcuts-trigger"]


@hooks.register("construct_main_menu")
def shorten_main_menu(request, items):
    if not access_of(request).can("cms.edit"):
        items[:] = [
            item for item in items if item.name not in {"explorer", "images", "documents", "reports", "settings"}
        ]


@hooks.register("register_admin_menu_item")
def way_back():
    return MenuItem(gettext_lazy("返回平台"), reverse("portal:home"), name="portal", icon_name="home", order=1)


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def note_announcement(request, page):
    """An editor saved the home page: the audit trail says so (Wagtail keeps the text of each revision)."""
    if isinstance(page.specific_deferred, HomePage):
        with transaction.atomic():
            audit.record(actor=request.user, now=timezone.now(), action="announcement.saved", obj=page, live=page.live)


@hooks.register("before_delete_page")
@hooks.register("before_unpublish_page")
def keep_home_page(request, page):
    """The one home page stays: empty its announcement instead."""
    if isinstance(page.specific_deferred, HomePage):
        messages.error(request, _("首页不能删除或撤下；如不需要公告，请清空公告内容后发布。"))
        return redirect("wagtailadmin_pages:edit", page.pk)
    return None
