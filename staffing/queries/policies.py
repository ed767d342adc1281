"""Which policy holds on a day for a unit."""

from __future__ import annotations

from datetime import date

from staffing.models import Policy, Unit
from staffing.rules.params import Params

# What the portal reckons with until someone has entered a policy; the values are domain defaults.
BUILT_IN = Params(code="builtin", name="内置缺省口径", legal_basis="尚未设置政策口径，按系统缺省值计算。")


def policy_for(day: date, unit: Unit | None = None) -> Params:
    """The policy in force on ``day``: the one of the unit's locality before the general one; else built-in values."""
    found = {policy.locality: policy for policy in Policy.objects.on(day).order_by("start")}
    if not found:
        return BUILT_IN
    row = found.get(unit.locality if unit is not None else "") or found.get("")
    return Params.of(row or max(found.values(), key=lambda policy: policy.start))


def basis_text(policy: Params) -> str:
    """One line for page footers: which policy, since when."""
    if policy.start is None:
        return policy.name
    return f"{policy.name}（{policy.start.isoformat()} 起施行）"
