"""The CMS's side of learning: who may do what there, what it must not do, choosers, the review of cases.

Imported by courses.wagtail_hooks; importing is the whole effect.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail import hooks

from courses import cms_choosers, cms_signals  # noqa: F401
from courses.models import CasePage
from courses.queries import citing
from courses.queries import cms as queries
from courses.queries.faults import faults_of
from portal.access import access_of
from portal.cms import CmsGroup
from portal.models import Role
from portal.shell import HomeItem, HomePanel

# Made by a migration, because the workflow names it.
REVIEWERS = "法制审核"


@hooks.register("portal_cms_groups")
def cms_groups():
    """Editors keep lecturers and recordings beside the pages; the legal office reviews cases. Nobody deletes facts."""
    return [
        CmsGroup(
            "学习内容",
            roles=[Role.EDITOR],
            permissions=[
                "wagtailadmin.access_admin",
                "courses.add_lecturer",
                "courses.change_lecturer",
                "courses.view_lecturer",
            ],
            collections=["wagtailmedia.add_media", "wagtailmedia.change_media"],
        ),
        CmsGroup(REVIEWERS, roles=[Role.LEGAL], permissions=["wagtailadmin.access_admin"]),
    ]


def _refuse(request, text: str, page_id: int | None = None):
    messages.error(request, text)
    if page_id is None:
        return redirect("wagtailadmin_explore_root")
    return redirect("wagtailadmin_pages:edit", page_id)


@hooks.register("before_delete_page")
def keep_facts(request, page):
    """A page somebody has learned from stays."""
    why = queries.why_kept([page])
    return _refuse(request, why, page.pk) if why else None


@hooks.register("before_unpublish_page")
def keep_assigned(request, page):
    """What people were told to study this year stays readable until the assignment is withdrawn."""
    why = queries.why_shown([page])
    return _refuse(request, why, page.pk) if why else None


@hooks.register("before_copy_page")
def keep_single(request, page):
    """Pages that stand for one thing only are not copied."""
    why = queries.why_single(page)
    return _refuse(request, why, page.pk) if why else None


@hooks.register("before_move_page")
def keep_place(request, page, destination):
    """A lesson that counts for a course is not moved into another one."""
    if request.method != "POST" or page.get_parent().pk == destination.pk:
        return None
    if queries.facts_of([page]):
        return _refuse(request, _("“%(title)s”已有学习记录，不能移动。") % {"title": page.title}, page.pk)
    return None


@hooks.register("before_publish_page")
def hold_faulty(request, page):
    """What is not fit to be read is kept as a draft, and why is said."""
    faults = faults_of(page)
    if not faults:
        return None
    return _refuse(request, _("已存为草稿，没有发布：%(why)s") % {"why": " ".join(map(str, faults))}, page.pk)


@hooks.register("before_bulk_action")
def guard_bulk(request, action_type, objects, action):
    """The same rules when many pages are chosen at once; one that must not stops all."""
    if getattr(action, "model", None) is None or action.model._meta.label != "wagtailcore.Page":
        return None
    why = ""
    if action_type == "delete":
        why = queries.why_kept(objects)
    elif action_type == "unpublish":
        why = queries.why_shown(objects)
    elif action_type == "move":
        why = _("所选页面已有学习记录，不能移动。") if queries.facts_of(objects) else ""
    elif action_type == "publish":
        why = _why_not_published(request, objects)
    return _refuse(request, why) if why else None


@hooks.register("before_serve_document")
def guard_document(document, request):
    """A document is for readers of what shows it; until that is published, for who prepares and reviews it."""
    access = access_of(request)
    if not (access.can("cms.edit") or access.can("citations.review") or queries.document_shown(document)):
        raise Http404


def _why_not_published(request, objects) -> str:
    with_children = request.POST.get("include_descendants")
    for page in queries.below(objects).specific() if with_children else [page.specific for page in objects]:
        if isinstance(page, CasePage) and not page.permissions_for_user(request.user).can_publish():
            return _("案例“%(title)s”须经法制审核后发布，不能批量发布。") % {"title": page.title}
        if faults := faults_of(page.get_latest_revision_as_object()):
            return _("“%(title)s”没有发布：%(why)s") % {"title": page.title, "why": " ".join(map(str, faults))}
    return ""


@hooks.register("portal_home_panels")
def home_panels(request):
    """References to amended articles that wait to be read again."""
    if not access_of(request).can("citations.review"):
        return []
    waiting = citing.open_reviews()
    if not waiting:
        return []
    text = ngettext("%(n)d处法条引用待复核", "%(n)d处法条引用待复核", waiting) % {"n": waiting}
    return [HomePanel("todo", items=[HomeItem(text, reverse("courses:reviews"), "review", _("待复核"), act=_("复核"))])]
