"""Forms on the unit tree."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.forms.facts import DayField, FactForm, UnitField
from staffing.models import EmpowerMode, UnitKind


class UnitEditForm(FactForm):
    name = forms.CharField(label=_("名称"), max_length=80)
    short_name = forms.CharField(label=_("简称"), max_length=30, required=False)
    kind = forms.ChoiceField(label=_("类别"), choices=UnitKind.choices)
    empower_mode = forms.ChoiceField(
        label=_("镇街模式"),
        required=False,
        choices=[("", _("未定")), *EmpowerMode.choices],
        help_text=_("只用于镇（街道）和执法队。"),
    )
    quota = forms.IntegerField(label=_("核定编制"), min_value=0, max_value=99999, required=False)
    locality = forms.CharField(label=_("行政区划代码"), max_length=12, required=False)
    opened = DayField(label=_("设立日期"), required=False)


class UnitNewForm(UnitEditForm):
    parent = UnitField(label=_("上级单位"))
    code = forms.CharField(label=_("代码"), max_length=60, required=False, help_text=_("留空用名称；设定后不再改变。"))
    field_order = ["parent", "name", "short_name", "kind", "empower_mode", "quota", "code", "locality", "opened"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Only somebody responsible for everything may plant a new tree.
        if self.scope.everywhere:
            self.fields["parent"].required = False
            self.fields["parent"].help_text = _("留空为最上级单位。")

    def clean_code(self):
        code = self.cleaned_data["code"].strip()
        if "/" in code:
            raise forms.ValidationError(_("代码中不能有“/”。"))
        return code


class UnitMoveForm(FactForm):
    parent = UnitField(label=_("新的上级单位"))


class UnitCloseForm(FactForm):
    on = DayField(label=_("撤销日期"), help_text=_("自此日起不再列示。"))


class AliasForm(FactForm):
    name = forms.CharField(label=_("别名"), max_length=80, help_text=_("名册中出现的另一种写法。"))
