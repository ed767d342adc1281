"""Forms on the study-hours ledger."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.forms.facts import DayField, FactForm
from staffing.models import HourKind


class HoursForm(FactForm):
    kind = forms.ChoiceField(label=_("类别"), choices=[("", "——"), *HourKind.choices])
    hours = forms.DecimalField(
        label=_("学时"), max_digits=4, decimal_places=1, help_text=_("45分钟为1学时，以0.5为单位。")
    )
    earned_on = DayField(label=_("日期"), help_text=_("学习结束当日。"))
    title = forms.CharField(label=_("内容"), max_length=120)
    reason = forms.CharField(label=_("原因"), max_length=200, required=False, help_text=_("补记往年学时必填。"))
