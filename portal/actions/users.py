"""Accounts: made, changed, disabled, never deleted (the audit trail names them). Passwords are shown once.

Sessions end by themselves: Django ties each to the password hash, and the sign-in backend refuses a disabled account.
"""

import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.actions.errors import Refused
from portal.backends import name_key
from portal.models import Grant, Role, SignInFailure, User

# No 0/O, 1/l/I: people copy these from a screen or a slip of paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
ONE_TIME_LENGTH = 14


def one_time_password() -> str:
    """A random password of ONE_TIME_LENGTH unambiguous characters (about 81 bits)."""
    return "".join(secrets.choice(ALPHABET) for _place in range(ONE_TIME_LENGTH))


@transaction.atomic
def create_user(*, actor, now, username, name, password=None, email="", must_change_password=True):
    """Make an account; returns (user, one-time password), the latter None when ``password`` was given.

    Raises Refused when the user name is taken (compared without case).
    """
    username = username.strip()
    if not username or User.objects.filter(username__iexact=username).exists():
        raise Refused(_("用户名“%(name)s”已有人使用，请换一个。") % {"name": username}, "username")
    shown = None
    if password is None:
        password = shown = one_time_password()
    user = User(username=username, name=name.strip(), email=email, must_change_password=must_change_password)
    user.date_joined = now
    user.set_password(password)
    user.save()
    audit.record(actor=actor, now=now, action="user.created", obj=user, username=username)
    return user, shown


@transaction.atomic
def change_user(*, actor, now, user, name, email=""):
    """Correct the name or address of an account. Nothing is written when nothing changes."""
    wanted = {"name": name.strip(), "email": email.strip()}
    changed = [field for field, value in wanted.items() if getattr(user, field) != value]
    if not changed:
        return user
    for field in changed:
        setattr(user, field, wanted[field])
    user.save(update_fields=changed)
    audit.record(actor=actor, now=now, action="user.changed", obj=user, fields=changed)
    return user


@transaction.atomic
def disable_user(*, actor, now, user):
    """End an account's sign-in and its sessions; its grants stay as they are. Doing it twice is harmless.

    Raises Refused for one's own account and for the last account that can manage users or grants.
    """
    if actor is not None and user.pk == actor.pk:
        raise Refused(_("不能停用自己的账号，请由另一名管理员办理。"))
    for role in (Role.SYSTEM, Role.SECURITY):
        held = Grant.objects.filter(role=role, user__is_active=True).active(now)
        if held.filter(user=user).exists() and not held.exclude(user=user).exists():
            raise Refused(_("这是最后一个“%(role)s”账号，停用后将无人管理，请先另设一个。") % {"role": role.label})
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        audit.record(actor=actor, now=now, action="user.disabled", obj=user)
    user.is_active = False
    return user


@transaction.atomic
def enable_user(*, actor, now, user):
    """Let a disabled account sign in again. Doing it twice is harmless."""
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        audit.record(actor=actor, now=now, action="user.enabled", obj=user)
    user.is_active = True
    return user


@transaction.atomic
def reset_password(*, actor, now, user) -> str:
    """Give an account a one-time password (returned, to be shown once); its sessions end and its lock is lifted.

    Raises Refused for one's own account: that is a change of password, which asks for the old one.
    """
    if actor is not None and user.pk == actor.pk:
        raise Refused(_("自己的密码请在“我的”中修改。"))
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    SignInFailure.objects.filter(username=name_key(user.username)).delete()
    audit.record(actor=actor, now=now, action="user.password_reset", obj=user)
    return password


@transaction.atomic
def change_password(*, actor, now, new):
    """Set one's own password; every other session of the account ends (the caller renews its own).

    Raises Django's ValidationError when the password is too weak. The form has checked the old one.
    """
    validate_password(new, actor)
    actor.set_password(new)
    actor.must_change_password = False
    actor.save(update_fields=["password", "must_change_password"])
    audit.record(actor=actor, now=now, action="auth.password_changed", obj=actor)


def set_preferences(*, actor, language=None, large_text=None):
    """Language and text size of one's own screen: no fact, no audit row. An unknown language is ignored."""
    fields = {}
    if language in dict(settings.LANGUAGES):
        fields["language"] = language
    if large_text is not None:
        fields["large_text"] = large_text
    if fields:
        User.objects.filter(pk=actor.pk).update(**fields)
