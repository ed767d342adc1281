"""The unit tree and the pages that change it. The page of one unit, /units/<code>/, is the squad profile."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from portal.access import access_of, require
from portal.ui import AsOf, Confirm, Link
from staffing.actions import units as actions
from staffing.forms.units import AliasForm, UnitCloseForm, UnitEditForm, UnitMoveForm, UnitNewForm
from staffing.models import Unit, UnitAlias
from staffing.queries import units
from staffing.views.address import asked_day
from staffing.views.facts import FormPage, confirm_page, form_page, reach_unit, today

KEY = "units"


def _crumbs(unit: Unit | None = None) -> tuple[Link, ...]:
    home = Link(pgettext("list", "单位"), reverse("staffing:units"))
    return (home,) if unit is None else (home, Link(unit.name, reverse("staffing:unit_edit", args=[unit.code])))


@require("units.view")
@require_GET
def tree(request):
    """/units/: the tree with mode, approved posts and people in post; ``closed=1`` adds closed units."""
    day, _today = asked_day(request)
    closed = request.GET.get("closed") == "1"
    context = {
        "lines": units.tree(request.scope, day, closed=closed),
        "closed": closed,
        "may_edit": access_of(request).can("units.edit"),
        "as_of": AsOf(day, today()),
        "active_key": KEY,
    }
    return render(request, "staffing/units/tree.html", context)


@require("units.edit")
def unit_new(request):
    parent = Unit.objects.within(request.scope).filter(code=request.GET.get("parent", "")).first()
    form = UnitNewForm(request.POST or None, initial={"parent": parent}, scope=request.scope, day=today())
    page = FormPage(_("新增单位"), _("新增"), reverse("staffing:units"), _("已新增单位。"), _crumbs(), active_key=KEY)
    return form_page(request, form, actions.create_unit, page)


@require("units.edit")
def unit_edit(request, code):
    unit = reach_unit(request, code)
    initial = {name: getattr(unit, name) for name in actions.FIELDS}
    form = UnitEditForm(request.POST or None, initial=initial, scope=request.scope, day=today())
    if request.method == "POST" and form.is_valid():
        form.save(partial(actions.change_unit, unit=unit), actor=request.user, now=timezone.now())
        if not form.errors:
            messages.success(request, _("已保存。"), extra_tags="toast")
            return redirect("staffing:units")
    context = {
        "unit": unit,
        "form": form,
        "alias_form": AliasForm(scope=request.scope, day=today(), auto_id="id_alias_%s"),
        "aliases": unit.aliases.order_by("name"),
        "parent": None if unit.is_root() else unit.get_parent(),
        "may_move": not unit.is_root(),
        "active_key": KEY,
    }
    return render(request, "staffing/units/edit.html", context, status=422 if form.errors else 200)


@require("units.edit")
def unit_alias(request, code):
    """Add a name under which rosters write the unit."""
    unit = reach_unit(request, code)
    form = AliasForm(request.POST or None, scope=request.scope, day=today())
    page = FormPage(
        _("增加别名"),
        _("增加"),
        reverse("staffing:unit_edit", args=[unit.code]),
        _("已增加别名。"),
        _crumbs(unit),
        active_key=KEY,
    )
    return form_page(request, form, partial(actions.add_alias, unit=unit), page)


@require("units.edit")
def unit_alias_remove(request, code, pk):
    unit = reach_unit(request, code)
    alias = UnitAlias.objects.filter(unit=unit, pk=pk).select_related("unit").first()
    if alias is None:
        raise Http404
    confirm = Confirm(
        id="alias",
        title=_("删除别名"),
        verb=_("删除别名"),
        action_url=reverse("staffing:unit_alias_remove", args=[unit.code, alias.pk]),
        cancel_url=reverse("staffing:unit_edit", args=[unit.code]),
        lines=[_("名册中的“%(name)s”将不再认作%(unit)s。") % {"name": alias.name, "unit": unit.name}],
    )
    return confirm_page(
        request, confirm, partial(actions.remove_alias, alias=alias), done=_("已删除别名。"), active_key=KEY
    )


@require("units.edit")
def unit_move(request, code):
    unit = reach_unit(request, code)
    form = UnitMoveForm(request.POST or None, scope=request.scope, day=today())
    page = FormPage(
        _("调整隶属"),
        _("调整"),
        reverse("staffing:unit_edit", args=[unit.code]),
        _("已调整隶属。"),
        _crumbs(unit),
        [_("%(name)s连同下级单位一并移动，以往日期的数字也按新的隶属计算。") % {"name": unit.name}],
        danger=True,
        active_key=KEY,
    )
    return form_page(request, form, partial(actions.move_unit, unit=unit), page)


@require("units.edit")
def unit_close(request, code):
    unit = reach_unit(request, code)
    form = UnitCloseForm(request.POST or None, initial={"on": timezone.localdate()}, scope=request.scope, day=today())
    page = FormPage(
        _("撤销单位"),
        _("撤销单位"),
        reverse("staffing:unit_edit", args=[unit.code]),
        _("已登记撤销。"),
        _crumbs(unit),
        [_("%(name)s须先没有下级单位、在编人员和未归位的派驻借调。") % {"name": unit.name}],
        danger=True,
        active_key=KEY,
    )
    return form_page(request, form, partial(actions.close_unit, unit=unit), page)


@require("units.edit")
def unit_reopen(request, code):
    unit = reach_unit(request, code)
    confirm = Confirm(
        id="reopen",
        title=_("恢复单位"),
        verb=_("恢复单位"),
        action_url=reverse("staffing:unit_reopen", args=[unit.code]),
        cancel_url=reverse("staffing:unit_edit", args=[unit.code]),
        lines=[_("%(name)s恢复为未撤销。") % {"name": unit.name}],
    )
    return confirm_page(
        request, confirm, partial(actions.reopen_unit, unit=unit), done=_("已恢复单位。"), active_key=KEY
    )
