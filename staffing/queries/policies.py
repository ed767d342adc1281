"""Which policy holds on a day for a unit."""

from __future__ import annotations

from datetime import date

from staffing.models import Policy, Unit
from staffing.rules.params import Params

# What the portal reckons with until someone has entered a policy; the values are domain defaults.
BUILT_IN = Params(code="builtin", name="内置缺省口径", legal_basis="尚未设置政策口径，按系统缺省值计算。")


class PolicyBook:
    """All policies, read with one query."""

    def __init__(self):
        self.rows = list(Policy.objects.order_by("start", "id"))

    def on(self, day: date, locality: str = "") -> Params:
        """The policy in force on ``day``: the locality's before the general one; without any, built-in values."""
        held = [row for row in self.rows if row.start <= day and (row.end is None or day < row.end)]
        if not held:
            return BUILT_IN
        found = {row.locality: row for row in held}
        return Params.of(found.get(locality) or found.get("") or held[-1])


def policy_for(day: date, unit: Unit | None = None) -> Params:
    """The policy in force on ``day`` for a unit (anything with a ``locality``). One query."""
    return PolicyBook().on(day, unit.locality if unit is not None else "")


def basis_text(policy: Params) -> str:
    """One line for page footers: which policy, since when."""
    if policy.start is None:
        return policy.name
    return f"{policy.name}（{policy.start.isoformat()} 起施行）"
