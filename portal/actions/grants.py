"""Roles given and taken back: dated, by the security administrator only, never deleted."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import audit
from portal.actions.errors import Refused
from portal.cms import sync_groups
from portal.models import Grant, Role, User

# 三员分立 (GB/T 22239-2019): no account may hold two of these, so that no administrator works unwatched.
ADMINISTRATORS = frozenset({Role.SYSTEM, Role.SECURITY, Role.AUDITOR})


def _check(*, actor, user, role, unit, starts, ends):
    if ends is not None and ends <= starts:
        raise Refused(_("结束时间须晚于开始时间。"), "ends")
    if actor is not None and actor.pk == user.pk:
        raise Refused(_("不能给自己授权，请由另一名安全管理员办理。"), "user")
    if not user.is_active:
        raise Refused(_("该账号已停用，请先由系统管理员启用。"), "user")
    if role in ADMINISTRATORS:
        if unit is not None:
            raise Refused(_("系统、安全、审计管理员面向全部单位，单位范围请留空。"), "unit")
        lasting = Grant.objects.filter(Q(ends__isnull=True) | Q(ends__gt=starts), user=user)
        lasting = lasting.filter(role__in=ADMINISTRATORS - {role})
        if ends is not None:
            lasting = lasting.filter(starts__lt=ends)
        if other := lasting.first():
            raise Refused(
                _("系统、安全、审计管理员须由不同账号担任，该账号已是“%(role)s”。") % {"role": Role(other.role).label},
                "role",
            )


@transaction.atomic
def give_grant(*, actor, now, user, role, unit=None, starts=None, ends=None, reason="") -> Grant:
    """Give ``role`` over ``unit`` and everything below it (None: everywhere) for ``[starts, ends)``.

    Giving what the account already holds for that time returns the grant it has. Raises Refused for empty dates,
    when it would join two of the three administrators in one account, or when one gives oneself a role.
    """
    starts, role = starts or now, Role(role)
    # Two grants at once could join two administrators in one account: they queue up on the account.
    user = User.objects.select_for_update().get(pk=user.pk)
    _check(actor=actor, user=user, role=role, unit=unit, starts=starts, ends=ends)
    same = Grant.objects.filter(user=user, role=role, unit=unit, starts__lte=starts)
    held = same.filter(Q(ends__isnull=True) if ends is None else Q(ends__isnull=True) | Q(ends__gte=ends)).first()
    if held:
        return held
    grant = Grant.objects.create(user=user, role=role, unit=unit, starts=starts, ends=ends, given_by=actor)
    code = unit.code if unit else ""
    audit.record(
        actor=actor, now=now, action="grant.given", obj=grant, unit_code=code,
        user=user.username, role=str(role), starts=starts, ends=ends, reason=reason,
    )  # fmt: skip
    sync_groups(user=user, now=now)
    return grant


@transaction.atomic
def end_grant(*, actor, now, grant, reason="") -> Grant:
    """End a grant now; one that has not begun is emptied. Doing it twice is harmless.

    Raises Refused for the last account that can give grants.
    """
    grant = Grant.objects.select_for_update(of=("self",)).select_related("user", "unit").get(pk=grant.pk)
    if grant.ends is not None and grant.ends <= now:
        return grant
    others = Grant.objects.filter(role=Role.SECURITY, user__is_active=True).active(now).exclude(user=grant.user)
    if grant.role == Role.SECURITY and not others.exists():
        raise Refused(_("这是最后一个“安全管理员”，收回后将无人授权，请先另设一个。"))
    if grant.starts >= now:
        # It never began. A range must not be empty in the database, so it held for one microsecond.
        grant.starts, grant.ends = now - timedelta(microseconds=1), now
    else:
        grant.ends = now
    grant.save(update_fields=["starts", "ends"])
    code = grant.unit.code if grant.unit else ""
    audit.record(
        actor=actor, now=now, action="grant.ended", obj=grant, unit_code=code,
        user=grant.user.username, role=grant.role, reason=reason,
    )  # fmt: skip
    sync_groups(user=grant.user, now=now)
    return grant
