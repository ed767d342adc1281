"""Forms of assignments: what to study, whose people, by when; and filters of their lists."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.rules.assigning import DONE, STARTED, TODO
from exams.forms.bank import ActForm
from exams.forms.sittings import ManyUnitsField
from portal.access import Scope
from portal.forms.days import DateInput, DayField
from staffing.models import Category
from staffing.queries import units

REQUIRED = [("1", _("必修")), ("0", _("推荐"))]


class FindForm(forms.Form):
    q = forms.CharField(
        label=_("学习内容"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("标题"), "type": "search"}),
    )


class AssignForm(ActForm):
    """``scope``: whose units are offered; ``day``: units open on that day."""

    required = forms.ChoiceField(label=_("要求"), choices=REQUIRED, initial="1", widget=forms.RadioSelect)
    units = ManyUnitsField(
        queryset=None,
        label=_("单位"),
        required=False,
        help_text=_("含下级单位；不选表示全部单位。可按住 Ctrl 选多个。"),
    )
    categories = forms.MultipleChoiceField(
        label=_("人员类别"),
        choices=Category,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选表示全部类别。"),
    )
    positions = forms.CharField(
        label=_("职务"),
        max_length=120,
        required=False,
        help_text=_("职务中含有这些字的人员，用顿号分隔，如：队长、法制员；留空表示不限。"),
    )
    due = DayField(label=_("完成期限"), required=False, widget=DateInput, help_text=_("含当日；留空为本年度内。"))
    reason = forms.CharField(
        label=_("事由"), max_length=200, required=False, help_text=_("学习人员看得到，如：新修订法规学习。")
    )

    def __init__(self, *args, scope: Scope, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units.choices(scope, day)

    def values(self) -> dict:
        data = self.cleaned_data
        return {**data, "required": data["required"] == "1", "units": list(data["units"])}


class PeopleForm(forms.Form):
    """Filters of the people of an assignment."""

    q = forms.CharField(
        label=_("姓名"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("姓名"), "type": "search"}),
    )
    state = forms.ChoiceField(
        label=_("进度"),
        required=False,
        choices=[("", _("全部")), (TODO, _("未学")), (STARTED, _("在学")), (DONE, _("已学完"))],
    )
