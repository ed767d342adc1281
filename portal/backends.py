"""Sign-in with lock-out by user name and by (user name, address).

Never by address alone: a whole bureau sits behind one on exam day (a policy the load tests hold us to).
"""

from datetime import timedelta
from math import ceil

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import crypto
from portal.models import SignInFailure, User
from portal.prepared import Given, Rows


def name_key(username: str) -> str:
    """What failures are kept under: a keyed hash, the same for every way of writing the name in capitals. People type
    passwords into the field of the name.
    """
    return crypto.blind_index(f"sign-in:{username.casefold()}")


def locked_until(username: str, ip: str | None, now):
    """When the lock on this user name (from this address) ends, or None when there is no lock."""
    window = timedelta(minutes=settings.LOCKOUT["minutes"])
    rows = SignInFailure.objects.filter(username=name_key(username), at__gt=now - window).order_by("-at")
    failures = list(rows.values_list("at", "ip")[: settings.LOCKOUT["username"]])
    if len(failures) >= settings.LOCKOUT["username"]:
        return failures[-1][0] + window
    here = [at for at, address in failures if address == ip]
    limit = settings.LOCKOUT["username_and_ip"]
    return here[limit - 1] + window if len(here) >= limit else None


def lock_text(until, now) -> str:
    """The sentence that tells of a lock, in whole minutes, never none."""
    minutes = max(1, ceil((until - now).total_seconds() / 60))
    return _("连续输错次数过多，请%(minutes)d分钟后再试。需要时可请系统管理员重置密码。") % {"minutes": minutes}


def is_own_password(user, password: str, ip: str | None, now) -> bool:
    """Is this the password of a signed-in account? Counted as a sign-in is: a wrong one is noted, the right one clears.

    While the name is locked the answer is False even for the right password.
    """
    if locked_until(user.username, ip, now):
        return False
    right = user.check_password(password)
    if right:
        SignInFailure.objects.filter(username=name_key(user.username)).delete()
    else:
        SignInFailure.objects.create(username=name_key(user.username), ip=ip, at=now)
    return right


_COLUMNS = [field.attname for field in User._meta.concrete_fields]
_GRANTED = [f"grants__{name}" for name in ("role", "unit__path", "unit__name", "starts", "ends")]
# Every request asks for its user, and nearly every one for what they are granted.
_FIND = Rows(
    lambda: (
        User.objects.filter(pk=Given("pk", User._meta.pk))
        .order_by("grants__role", "grants__pk")
        .values_list(*_COLUMNS, *_GRANTED)
    )
)


class LockoutBackend(ModelBackend):
    """Django's own backend, except that a locked user name is refused even with the right password."""

    def get_user(self, user_id):
        rows = _FIND(pk=user_id)
        if not rows:
            return None
        width = len(_COLUMNS)
        user = User.from_db(connection.alias, _COLUMNS, rows[0][:width])
        # What portal.access.access_of reads; a user without grants has one row, of nothing.
        user.granted = [row[width:] for row in rows if row[width] is not None]
        return user if self.user_can_authenticate(user) else None

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not username or password is None:
            return None
        ip, now = getattr(request, "client_ip", None), timezone.now()
        if locked_until(username, ip, now):
            raise PermissionDenied
        user = super().authenticate(request, username=username, password=password, **kwargs)
        if user is None:
            SignInFailure.objects.create(username=name_key(username), ip=ip, at=now)
        else:
            SignInFailure.objects.filter(username=name_key(username)).delete()
        return user
