"""Who may do what, where. The table is docs/access.md; apps declare their actions here and tests compare both.

An *action* is a verb on a kind of thing ("people.view"). A role may do it everywhere its grant reaches: a unit and all
units below it, or everything when the grant names no unit. Views ask through ``require`` and read querysets that
take the viewer's ``Scope``: fetching through access *is* the check.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils import timezone

from portal.models.grants import Grant, Role

_ACTIONS: dict[str, frozenset[str]] = {}


def declare(actions: dict[str, Iterable[str]]) -> None:
    """Register an app's actions and the roles that may do them. Called at import of the app's ``access`` module.

    Raises ValueError when an action is declared twice with different roles.
    """
    for action, roles in actions.items():
        wanted = frozenset(str(Role(role)) for role in roles)
        if _ACTIONS.setdefault(action, wanted) != wanted:
            raise ValueError(f"action {action} declared twice")


def table() -> dict[str, frozenset[str]]:
    """All declared actions with their roles (what docs/access.md shows)."""
    return dict(sorted(_ACTIONS.items()))


@dataclass(frozen=True)
class Scope:
    """Where a viewer may do something: everywhere, or under these tree paths (none at all when both are empty)."""

    everywhere: bool = False
    paths: tuple[str, ...] = ()

    def __bool__(self):
        return self.everywhere or bool(self.paths)

    def covers(self, path: str) -> bool:
        """Is the unit at ``path`` inside this scope?"""
        return self.everywhere or any(path.startswith(root) for root in self.paths)

    def inside(self, column: str) -> Q:
        """The condition that the unit path in ``column`` lies inside this scope."""
        if self.everywhere:
            # Not an empty Q: that would vanish from an OR.
            return Q(pk__isnull=False)
        condition = Q(pk__in=[])
        for path in self.paths:
            condition |= Q(**{f"{column}__startswith": path})
        return condition

    def includes(self, other: Scope) -> bool:
        """Does this scope reach everywhere ``other`` reaches?"""
        return self.everywhere or (not other.everywhere and all(self.covers(path) for path in other.paths))


EVERYWHERE = Scope(everywhere=True)


NOWHERE = Scope()


class Access:
    """The grants of one user at one moment, loaded with one query; none for ``granted``, every grant of theirs as
    (role, unit path, unit name, starts, ends).
    """

    def __init__(self, user, now=None, granted=None):
        self.user = user
        self._now = now
        self._granted = granted
        self._grants = None
        self._names = []

    @property
    def grants(self) -> list[tuple[str, str | None]]:
        """(role, unit path or None for everywhere) of every active grant."""
        if self._grants is None:
            if not self.user.is_authenticated or not self.user.is_active:
                self._grants = []
            else:
                loaded = self._load(self._now or timezone.now())
                self._grants = [(role, path) for role, path, _name in loaded]
                self._names = [name for _role, _path, name in loaded]
        return self._grants

    def _load(self, now) -> list[tuple[str, str | None, str | None]]:
        if self._granted is None:
            rows = Grant.objects.filter(user=self.user).active(now)
            return list(rows.values_list("role", "unit__path", "unit__name"))
        return [
            (role, path, name)
            for role, path, name, starts, ends in self._granted
            if starts <= now and (ends is None or now < ends)
        ]

    @property
    def unit_names(self) -> list[str | None]:
        """Names of the units granted, in the order of ``grants``; None for everywhere."""
        return self._names if self.grants else []

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for role, _ in self.grants)

    def can(self, action: str) -> bool:
        """May the user do this anywhere at all? Raises KeyError for an undeclared action."""
        return not _ACTIONS[action].isdisjoint(self.roles)

    def scope(self, action: str) -> Scope:
        """Where the user may do this. Raises KeyError for an undeclared action."""
        roles = _ACTIONS[action]
        paths = [path for role, path in self.grants if role in roles]
        if any(path is None for path in paths):
            return EVERYWHERE
        # A path inside another granted path adds nothing.
        roots = [p for p in set(paths) if not any(p != q and p.startswith(q) for q in paths)]
        return Scope(paths=tuple(sorted(roots)))


def access_of(request) -> Access:
    """The request's Access, made once; the grants came along with its user (portal.backends)."""
    if not hasattr(request, "_access"):
        request._access = Access(request.user, granted=getattr(request.user, "granted", None))
    return request._access


def signed_in(view):
    """View guard: any signed-in account. Strangers go to the sign-in page and come back."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.access_action = "signed_in"
    return guarded


def public(view):
    """Marks a view that needs no account, so that the access test knows it was meant."""
    view.access_action = "public"
    return view


def require(action: str):
    """View guard: the user must hold a role that may do ``action`` somewhere; else 403. Sets ``request.scope``."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            scope = access_of(request).scope(action)
            if not scope:
                raise PermissionDenied
            request.scope = scope
            return view(request, *args, **kwargs)

        guarded.access_action = action
        return guarded

    return decorate


declare(
    {
        "users.manage": [Role.SYSTEM],
        "grants.manage": [Role.SECURITY],
        "audit.view": [Role.AUDITOR],
        "jobs.view": [Role.SYSTEM],
        "cms.edit": [Role.EDITOR],
    }
)
