"""Roles of ours as groups of Wagtail's: its admin asks groups, we ask grants, and the grant is the truth.

Apps say through the hook ``portal_cms_groups`` which roles may do what in the CMS; the grant actions and the sign-in
keep each user's groups in step. The door itself (portal.middleware) asks the grants, so a stale group opens nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail import hooks
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from portal.models import Grant

HOOK = "portal_cms_groups"


@dataclass(frozen=True)
class CmsGroup:
    """A Wagtail group: who is in it, and what it may do (permission names "app.codename").

    ``pages`` are given on the root of the page tree, ``collections`` on the root collection.
    """

    name: str
    roles: Sequence[str]
    permissions: Sequence[str] = ()
    pages: Sequence[str] = ()
    collections: Sequence[str] = ()


def declared() -> list[CmsGroup]:
    """Every CMS group that the apps contribute through HOOK."""
    return [group for contribute in hooks.get_hooks(HOOK) for group in contribute()]


def _permissions(names: Sequence[str]):
    wanted = Q(pk=None)
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return Permission.objects.filter(wanted)


def ensure_group(spec: CmsGroup) -> Group:
    """The group with the declared rights at least; made when missing. A newer release may have declared more."""
    group, _made = Group.objects.get_or_create(name=spec.name)
    group.permissions.add(*_permissions(spec.permissions))
    root, folder = Page.get_first_root_node(), Collection.get_first_root_node()
    for permission in _permissions(spec.pages) if root else ():
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    for permission in _permissions(spec.collections) if folder else ():
        GroupCollectionPermission.objects.get_or_create(group=group, collection=folder, permission=permission)
    return group


def sync_groups(*, user, now) -> None:
    """Put the user into the declared groups their active grants call for, and take them out of the others."""
    roles = set(Grant.objects.filter(user=user).active(now).values_list("role", flat=True))
    held = set(user.groups.values_list("name", flat=True))
    for spec in declared():
        wanted = not roles.isdisjoint(spec.roles)
        if wanted and spec.name not in held:
            user.groups.add(ensure_group(spec))
        elif not wanted and spec.name in held:
            user.groups.remove(Group.objects.get(name=spec.name))
