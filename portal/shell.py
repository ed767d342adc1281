"""What apps put into the frame: menu entries and home panels, contributed through Wagtail's hooks.

An app registers in its ``wagtail_hooks.py``::

    @hooks.register("portal_menu_entries")
    def entries(request) -> list[MenuEntry]: ...

    @hooks.register("portal_home_panels")
    def panels(request) -> list[HomePanel]: ...

A function returns only what the viewer may open: entries appear by grant and are never greyed.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from wagtail import hooks

from portal.access import access_of
from portal.models import Notice
from portal.models.grants import Role
from portal.ui import Link

log = logging.getLogger(__name__)
SLOTS = ("todo", "figures", "soon", "notices")
# ux.md §6.1: more than this many lines is no longer "what must I do now".
MOST_TODO = 7
LARGE_COOKIE = "portal_large"


@dataclass(frozen=True)
class MenuEntry:
    """An entry of the top bar. ``prefixes`` are further address beginnings under which it is the current one."""

    key: str
    label: str
    url: str
    icon: str = "list"
    order: int = 50
    phone: bool = False
    prefixes: Sequence[str] = ()

    def depth(self, path: str) -> int:
        """How much of ``path`` this entry explains; 0 when it does not lie under it."""
        if self.url == "/":
            return 1 if path == "/" else 0
        return max((len(p) for p in (self.url.split("?")[0], *self.prefixes) if path.startswith(p)), default=0)


@dataclass(frozen=True)
class HomeItem:
    """One line of work: a tag (kind met|short|overdue|review|info|plain), the words, where it is done."""

    text: str
    url: str = ""
    kind: str = "plain"
    tag: str = ""
    when: datetime.date | str = ""
    act: str = ""


@dataclass(frozen=True)
class HomePanel:
    """A contribution to one slot of the home page: ``items``, or a ``template`` with its ``context``."""

    slot: str
    order: int = 50
    items: Sequence[Any] = ()
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    more: Link | None = None


@dataclass(frozen=True)
class Home:
    """The four slots in order of weight; ``partial`` is true when an app's panel could not be computed."""

    todo: list[HomeItem]
    todo_more: int
    figures: list[HomePanel]
    soon: list[HomePanel]
    notices: list[HomePanel]
    partial: bool = False


def address(name: str) -> str:
    """The address called ``name``, or "" where this installation has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def menu_for(request) -> list[MenuEntry]:
    """The viewer's entries, home first, by order."""
    entries = [MenuEntry("home", _("首页"), address("portal:home") or "/", "home", order=0, phone=True)]
    for contribute in hooks.get_hooks("portal_menu_entries"):
        entries.extend(contribute(request))
    return sorted(entries, key=lambda e: (e.order, e.key))


def public_links() -> list[Link]:
    """What a stranger may open, contributed by apps (hook ``portal_public_links``) and shown where one signs in."""
    return [link for contribute in hooks.get_hooks("portal_public_links") for link in contribute()]


def active_key(entries: Sequence[MenuEntry], path: str) -> str:
    """Key of the entry that ``path`` lies under (longest match), or ""."""
    best = max(entries, key=lambda e: e.depth(path), default=None)
    return best.key if best and best.depth(path) else ""


def phone_bar(entries: Sequence[MenuEntry], roles: frozenset[str]) -> dict:
    """Bottom bar of a phone: officers three entries and 我的; everybody else three and 更多 (ux.md §3)."""
    wanted = [e for e in entries if e.phone] or list(entries)
    shown = wanted[:3]
    only_officer = roles <= {Role.OFFICER}
    return {"entries": shown, "rest": [e for e in entries if e not in shown], "me": only_officer}


def home_for(request) -> Home:
    """Everything the viewer's home page shows. One failing panel never takes the page down; it is logged and said."""
    panels, partial = [], False
    for contribute in hooks.get_hooks("portal_home_panels"):
        try:
            panels.extend(contribute(request))
        except Exception:
            log.exception("home panel %s.%s failed", contribute.__module__, contribute.__name__)
            partial = True
    panels.sort(key=lambda p: p.order)
    slot = {name: [p for p in panels if p.slot == name] for name in SLOTS}
    todo = sorted((item for p in slot["todo"] for item in p.items), key=lambda item: str(item.when or "9999"))
    return Home(
        todo=todo[:MOST_TODO],
        todo_more=max(0, len(todo) - MOST_TODO),
        figures=slot["figures"],
        soon=slot["soon"],
        notices=slot["notices"],
        partial=partial,
    )


def as_of_query(request) -> str:
    """``unit`` and ``as_of`` of this address as a query string ("?unit=…&as_of=…" or "")."""
    kept = request.GET.copy()
    for name in list(kept):
        if name not in ("unit", "as_of") or not kept[name]:
            del kept[name]
    return f"?{kept.urlencode()}" if kept else ""


def context(request) -> dict:
    """Context processor of the frame. Everything is lazy: error pages and strangers cost no query."""
    user = getattr(request, "user", None)

    def signed_in():
        return bool(user and user.is_authenticated)

    menu = SimpleLazyObject(lambda: menu_for(request) if signed_in() else [])

    def large():
        return user.large_text if signed_in() else request.COOKIES.get(LARGE_COOKIE) == "1"

    def unread():
        return Notice.objects.filter(recipient=user, read_at=None).count() if signed_in() else 0

    def roles():
        return access_of(request).roles if signed_in() else frozenset()

    return {
        "site_name": _(settings.WAGTAIL_SITE_NAME),
        "menu": menu,
        "active_key": SimpleLazyObject(lambda: active_key(menu, request.path)),
        "phone_bar": SimpleLazyObject(lambda: phone_bar(menu, roles())),
        "notices_unread": SimpleLazyObject(unread),
        "large_text": SimpleLazyObject(large),
        "scope_label": SimpleLazyObject(lambda: scope_label(request) if signed_in() else ""),
        "as_of_query": SimpleLazyObject(lambda: as_of_query(request)),
    }


def scope_label(request) -> str:
    """Where the viewer's grants reach, for the top bar: the unit's name, 全部单位, or how many units."""
    access = access_of(request)
    names = sorted({name for name in access.unit_names if name})
    if not access.grants:
        return ""
    if len(names) < len({name or "" for name in access.unit_names}):
        return _("全部单位")
    return names[0] if len(names) == 1 else _("%(n)d个单位") % {"n": len(names)}
