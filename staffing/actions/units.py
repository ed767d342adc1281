"""Changes to the unit tree. Writers queue on the tree, so that two of them cannot take the same path."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal import audit
from staffing.actions.common import apply
from staffing.actions.errors import Refused
from staffing.models import EmpowerMode, Membership, Posting, Unit, UnitAlias, UnitKind
from staffing.models.dated import ends_after

FIELDS = {"name", "short_name", "kind", "empower_mode", "quota", "locality", "opened"}


def create_unit(
    *,
    actor,
    now,
    name: str,
    kind: str,
    parent: Unit | None = None,
    code: str = "",
    short_name: str = "",
    empower_mode: str = "",
    quota: int | None = None,
    locality: str = "",
    opened: date | None = None,
    aliases: tuple[str, ...] = (),
) -> Unit:
    """Add a unit under ``parent`` (None: a root). ``code`` defaults to the name and never changes afterwards.

    A unit of the same code, name, kind and parent is returned as it is. Raises Refused for a taken code or alias, and
    for a parent that is closed.
    """
    name = name.strip()
    # The code is part of the unit's address.
    code = (code or name).strip().replace("/", "／")
    _check(name=name, kind=kind, empower_mode=empower_mode)
    with _tree():
        there = Unit.objects.filter(code=code).first()
        if there:
            same_name = there.name == name or there.aliases.filter(name=name).exists()
            if same_name and there.kind == kind and _parent_of(there) == parent:
                return there
            raise Refused(_("单位代码“%(code)s”已有登记，请另取代码。") % {"code": code}, "code")
        _refuse_taken_name(name, kind=kind)
        new = Unit(
            code=code,
            name=name,
            kind=kind,
            short_name=short_name,
            empower_mode=empower_mode,
            quota=quota,
            locality=locality,
            opened=opened,
        )
        if parent is None:
            unit = Unit.add_root(instance=new)
        else:
            # The caller's copy may be older than the tree: numchild and path must be today's.
            parent = Unit.objects.get(pk=parent.pk)
            if parent.closed:
                raise Refused(_("“%(name)s”已撤销，不能再设下级单位。") % {"name": parent.name}, "parent")
            unit = parent.add_child(instance=new)
        for alias in dict.fromkeys(text.strip() for text in aliases):
            if alias and alias != name:
                _refuse_taken_name(alias, field="aliases")
                UnitAlias.objects.create(unit=unit, name=alias)
        audit.record(
            actor=actor,
            now=now,
            action="unit.created",
            obj=unit,
            unit_code=unit.code,
            name=name,
            kind=kind,
            parent=parent.code if parent else "",
            mode=empower_mode,
            quota=quota,
        )
    return unit


def change_unit(*, actor, now, unit: Unit, keep_alias: bool = True, **fields) -> Unit:
    """Change any of FIELDS. A new name leaves the old one behind as an alias, so that older rosters still find the
    unit.
    """
    with _tree():
        unit = Unit.objects.get(pk=unit.pk)
        before = unit.name
        if "name" in fields:
            fields["name"] = fields["name"].strip()
        changed = apply(unit, fields, FIELDS)
        if not changed:
            return unit
        _check(name=unit.name, kind=unit.kind, empower_mode=unit.empower_mode)
        if "name" in changed:
            unit.aliases.filter(name=unit.name).delete()
            _refuse_taken_name(unit.name, kind=unit.kind, but=unit)
            if keep_alias:
                UnitAlias.objects.get_or_create(name=before, defaults={"unit": unit})
        unit.save(update_fields=list(changed))
        audit.record(actor=actor, now=now, action="unit.changed", obj=unit, unit_code=unit.code, changed=changed)
    return unit


def move_unit(*, actor, now, unit: Unit, parent: Unit) -> Unit:
    """Put a unit, with everything under it, under another. Grants name units, so they move along."""
    with _tree():
        unit, parent = Unit.objects.get(pk=unit.pk), Unit.objects.get(pk=parent.pk)
        before = _parent_of(unit)
        if before == parent:
            return unit
        if parent.path.startswith(unit.path):
            raise Refused(_("不能移到本单位或它的下级单位之下。"), "parent")
        if parent.closed:
            raise Refused(_("“%(name)s”已撤销，不能再设下级单位。") % {"name": parent.name}, "parent")
        unit.move(parent, "last-child")
        unit = Unit.objects.get(pk=unit.pk)
        changed = {"parent": [before.code if before else "", parent.code]}
        audit.record(actor=actor, now=now, action="unit.changed", obj=unit, unit_code=unit.code, changed=changed)
    return unit


def close_unit(*, actor, now, unit: Unit, on: date) -> Unit:
    """Close a unit from ``on``. Raises Refused while sub-units, people or postings are still there on that day."""
    with _tree():
        unit = Unit.objects.get(pk=unit.pk)
        if unit.closed == on:
            return unit
        if unit.closed:
            raise Refused(_("本单位已于%(day)s撤销。") % {"day": unit.closed.isoformat()}, "on")
        if unit.opened and on < unit.opened:
            raise Refused(_("撤销日期早于设立日期%(day)s。") % {"day": unit.opened.isoformat()}, "on")
        open_under = unit.get_children().filter(Q(closed__isnull=True) | Q(closed__gt=on)).count()
        still = ends_after(on)
        people = Membership.objects.filter(still, unit=unit).values("person").distinct().count()
        postings = Posting.objects.filter(still, Q(to_unit=unit) | Q(from_unit=unit)).count()
        if open_under or people or postings:
            raise Refused(
                _("还不能撤销：下级单位%(units)s个、在编人员%(people)s人、未归位派驻借调%(postings)s条，请先办理转出。")
                % {"units": open_under, "people": people, "postings": postings},
                "on",
            )
        unit.closed = on
        unit.save(update_fields=["closed"])
        audit.record(
            actor=actor, now=now, action="unit.changed", obj=unit, unit_code=unit.code, changed={"closed": [None, on]}
        )
    return unit


def reopen_unit(*, actor, now, unit: Unit) -> Unit:
    """Take a closing back."""
    with _tree():
        unit = Unit.objects.get(pk=unit.pk)
        if unit.closed is None:
            return unit
        parent = _parent_of(unit)
        if parent and parent.closed:
            raise Refused(_("上级单位“%(name)s”已撤销，请先恢复上级单位。") % {"name": parent.name})
        changed = {"closed": [unit.closed, None]}
        unit.closed = None
        unit.save(update_fields=["closed"])
        audit.record(actor=actor, now=now, action="unit.changed", obj=unit, unit_code=unit.code, changed=changed)
    return unit


def add_alias(*, actor, now, unit: Unit, name: str) -> UnitAlias:
    """Record another name under which rosters write this unit."""
    name = name.strip()
    with _tree():
        there = UnitAlias.objects.filter(name=name, unit=unit).first()
        if there:
            return there
        _check(name=name, kind=unit.kind, empower_mode="")
        _refuse_taken_name(name, field="name")
        alias = UnitAlias.objects.create(unit=unit, name=name)
        changed = {"alias": [None, name]}
        audit.record(actor=actor, now=now, action="unit.changed", obj=unit, unit_code=unit.code, changed=changed)
    return alias


def remove_alias(*, actor, now, alias: UnitAlias) -> None:
    """Forget a name; doing it twice is harmless."""
    with _tree():
        gone, _rows = UnitAlias.objects.filter(pk=alias.pk).delete()
        if gone:
            unit, changed = alias.unit, {"alias": [alias.name, None]}
            audit.record(actor=actor, now=now, action="unit.changed", obj=unit, unit_code=unit.code, changed=changed)


@contextmanager
def _tree():
    """A transaction in which this is the only writer of the tree; what the database refuses becomes Refused."""
    try:
        with transaction.atomic():
            # The roots are few and every tree has one: locking them makes writers queue (SQLite: IMMEDIATE already).
            list(Unit.objects.select_for_update().filter(depth=1).values_list("pk", flat=True))
            yield
    except IntegrityError as error:
        raise Refused(_("没有保存：同名或同代码的单位刚刚已登记，请刷新后再看。")) from error


def _parent_of(unit: Unit) -> Unit | None:
    return None if unit.is_root() else unit.get_parent(update=True)


def _check(*, name, kind, empower_mode):
    if not name:
        raise Refused(_("请填写单位名称。"), "name")
    if kind not in UnitKind.values:
        raise Refused(_("单位类别不在可选范围内。"), "kind")
    if empower_mode and empower_mode not in EmpowerMode.values:
        raise Refused(_("镇街模式不在可选范围内。"), "empower_mode")
    if empower_mode and kind not in (UnitKind.TOWN, UnitKind.SQUAD):
        raise Refused(_("只有镇（街道）和执法队可以设镇街模式。"), "empower_mode")


def _refuse_taken_name(name, *, kind="", but: Unit | None = None, field="name"):
    """Names and aliases together must tell units apart: a roster knows nothing else. Offices may share a name
    (办公室).
    """
    named = Unit.objects.filter(name=name, closed__isnull=True).exclude(kind=UnitKind.OFFICE)
    other = UnitAlias.objects.filter(name=name)
    if but is not None:
        named, other = named.exclude(pk=but.pk), other.exclude(unit=but)
    if (kind != UnitKind.OFFICE and named.exists()) or other.exists():
        raise Refused(_("已有单位使用“%(name)s”这一名称或别名。") % {"name": name}, field)
