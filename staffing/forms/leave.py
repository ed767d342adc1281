"""Forms on leave."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.forms.facts import DayField, FactForm
from staffing.models import LeaveKind


class LeaveForm(FactForm):
    kind = forms.ChoiceField(label=_("请假类别"), choices=LeaveKind.choices)
    start = DayField(label=_("请假日期"))
    end = DayField(label=_("销假日期"), required=False, help_text=_("返岗当日；未返岗可不填。"))


class LeaveEndForm(FactForm):
    end = DayField(label=_("销假日期"), help_text=_("返岗当日。"))
