"""Lecture series: making and changing them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Series
from portal import audit
from portal.actions.errors import Refused

FIELDS = {"name", "summary", "unit", "cadence", "kind", "place", "closed"}


def save_series(*, actor, now, series: Series | None = None, code: str = "", **fields) -> Series:
    """Make a series (``code`` is its name in addresses and never changes) or change one; unchanged writes nothing.

    Raises Refused: no name, a code that is taken.
    """
    unknown = set(fields) - FIELDS
    if unknown:
        raise TypeError(f"no field of a series: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        if series is None:
            if Series.objects.filter(code=code).exists():
                raise Refused(_("代码“%(code)s”已被使用。") % {"code": code}, "code")
            row, changed = Series(code=code, **fields), dict.fromkeys(fields)
        else:
            row = Series.objects.select_for_update(of=("self",)).select_related("unit").get(pk=series.pk)
            changed = {name: getattr(row, name) for name in fields if getattr(row, name) != fields[name]}
            for name in changed:
                setattr(row, name, fields[name])
        if not row.name.strip():
            raise Refused(_("请填写名称。"), "name")
        if changed:
            row.save()
            plain = {name: [_plain(old), _plain(getattr(row, name))] for name, old in sorted(changed.items())}
            audit.record(
                actor=actor,
                now=now,
                action="series.saved",
                obj=row,
                unit_code=row.unit.code,
                made=series is None,
                changed=plain,
            )
    return row


def _plain(value):
    return getattr(value, "code", value)
