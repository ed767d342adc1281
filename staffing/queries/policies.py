"""Which policy holds on a day for a unit."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from staffing.models import Policy, Unit
from staffing.rules.params import Params

# What the portal reckons with until someone has entered a policy; the values are domain defaults.
BUILT_IN = Params(
    code="builtin",
    name=gettext_noop("内置缺省口径"),
    legal_basis=gettext_noop("尚未设置政策口径，按系统缺省值计算。"),
)


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
        return _(policy.name)
    return _("%(name)s（%(start)s 起施行）") % {"name": policy.name, "start": policy.start.isoformat()}
