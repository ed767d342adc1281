"""Dated policies: saved by the CMS, one version after another, so that every past figure keeps its own parameters."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.actions.errors import Refused
from staffing.models import Policy
from staffing.models.dated import ends_after
from staffing.rules.params import exact

MOST_UNIT_MINUTES = 120


def clash(policy: Policy) -> Policy | None:
    """Another version of the same locality that holds on one of the same days (ranges half-open), or None."""
    others = Policy.objects.filter(locality=policy.locality).exclude(pk=policy.pk)
    others = others.filter(ends_after(policy.start))
    return (others.filter(start__lt=policy.end) if policy.end else others).order_by("start").first()


def refuse_clash(policy: Policy) -> None:
    """Raises Refused, naming the other version and its dates, when ``policy`` is empty or overlaps it."""
    if policy.end and policy.end <= policy.start:
        raise Refused(_("失效日期须晚于施行日期。"), "end")
    if other := clash(policy):
        found = {"name": other.name, "start": other.start, "end": other.end or _("至今")}
        raise Refused(
            _("与“%(name)s”（%(start)s 至 %(end)s）的施行期重叠，请先为它填写失效日期，或改本版本的施行日期。") % found,
            "start",
        )


def refuse_hours(policy: Policy) -> None:
    """Raises Refused for parameters of study hours that no session or person could be reckoned with."""
    if not 1 <= policy.hours_unit_minutes <= MOST_UNIT_MINUTES:
        raise Refused(_("每学时应为1至%(most)s分钟。") % {"most": MOST_UNIT_MINUTES}, "hours_unit_minutes")
    full, least = exact(policy.hours_presence_full), exact(policy.hours_presence_min)
    if not 0 < full <= 1:
        raise Refused(_("到场满计比例应大于0、不超过1，如0.8。"), "hours_presence_full")
    if not 0 <= least <= full:
        raise Refused(_("到场起计比例应不小于0、不超过满计比例。"), "hours_presence_min")
    if exact(policy.hours_teaching_factor) < 1:
        raise Refused(_("授课折算倍数不小于1。"), "hours_teaching_factor")
    most = policy.hours_online_max
    if most is not None and exact(most) < exact(policy.hours_online_min):
        raise Refused(_("线上最多计入少于线上最少学时，无人能够达标。"), "hours_online_max")


def _values(policy: Policy) -> dict:
    skipped = {"id"}
    return {f.attname: getattr(policy, f.attname) for f in policy._meta.concrete_fields if f.attname not in skipped}


@transaction.atomic
def save_policy(*, actor, now, policy: Policy) -> Policy:
    """Save a new or changed version and note what changed; saving it unchanged writes nothing.

    Raises Refused when its dates are empty or overlap another version of the same locality, and for parameters of
    study hours that cannot be reckoned with.
    """
    refuse_hours(policy)
    # Two editors at once: the versions of a locality are few, so all of them are locked.
    before = {row.pk: _values(row) for row in Policy.objects.select_for_update().filter(locality=policy.locality)}
    refuse_clash(policy)
    after, old = _values(policy), before.get(policy.pk) or {}
    if policy.pk and not old:
        old = _values(Policy.objects.get(pk=policy.pk))
    changed = {name: [str(old.get(name, "")), str(value)] for name, value in after.items() if old.get(name) != value}
    if policy.pk and not changed:
        return policy
    policy.save()
    if not old:
        changed = {}
    audit.record(actor=actor, now=now, action="policy.saved", obj=policy, code=policy.code, changed=changed)
    return policy
