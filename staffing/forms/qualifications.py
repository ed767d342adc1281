"""Forms on certificates, legal qualification and reviewers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.actions.qualifications import TRANSITIONS
from staffing.forms.facts import DayField, FactForm, UnitField
from staffing.models import QualificationKind, QualificationState

GRADES = [
    ("", "——"),
    ("A证", _("A证")),
    ("B证", _("B证")),
    ("C证", _("C证")),
    ("司法考试", _("司法考试")),
    ("律师资格", _("律师资格")),
]
FULL_TIME = [("", _("未填")), ("yes", _("专职")), ("no", _("兼职"))]


class _FullTime:
    def clean_full_time(self):
        return {"yes": True, "no": False}.get(self.cleaned_data["full_time"])


class QualificationForm(_FullTime, FactForm):
    kind = forms.ChoiceField(label=_("种类"), choices=[("", "——"), *QualificationKind.choices])
    number = forms.CharField(label=_("编号"), max_length=60, required=False)
    grade = forms.ChoiceField(label=_("等级"), required=False, choices=GRADES, help_text=_("法律职业资格填写。"))
    issuer = forms.CharField(label=_("发证机关"), max_length=80, required=False)
    issuing_unit = UnitField(label=_("持证单位"), required=False)
    issued = DayField(label=_("取得（任职）日期"))
    valid_until = DayField(label=_("有效期至"), required=False, help_text=_("含当日；未载明可不填。"))
    full_time = forms.ChoiceField(
        label=_("专职或兼职"), required=False, choices=FULL_TIME, help_text=_("法制审核人员填写。")
    )


class QualificationEditForm(_FullTime, FactForm):
    anywhere = ("issuing_unit",)
    number = forms.CharField(label=_("编号"), max_length=60, required=False)
    grade = forms.CharField(label=_("等级"), max_length=20, required=False)
    issuer = forms.CharField(label=_("发证机关"), max_length=80, required=False)
    issuing_unit = UnitField(label=_("持证单位"), required=False)
    issued = DayField(label=_("取得（任职）日期"), required=False)
    valid_until = DayField(label=_("有效期至"), required=False, help_text=_("含当日；未载明可不填。"))
    full_time = forms.ChoiceField(label=_("专职或兼职"), required=False, choices=FULL_TIME)
    reason = forms.CharField(label=_("更正原因"), max_length=200)


class RenewForm(FactForm):
    issued = DayField(label=_("新证取得日期"))
    valid_until = DayField(label=_("新证有效期至"))
    number = forms.CharField(label=_("新证编号"), max_length=60, required=False, help_text=_("留空沿用原编号。"))
    issuer = forms.CharField(label=_("发证机关"), max_length=80, required=False)


class StateForm(FactForm):
    """Only states that may follow the present one are offered."""

    state = forms.ChoiceField(label=_("改为"))
    start = DayField(label=_("自"))
    until = DayField(label=_("恢复日期"), required=False, help_text=_("只用于暂扣：自此日起恢复有效。"))
    doc_no = forms.CharField(label=_("文号"), max_length=80, required=False, help_text=_("暂扣必填。"))
    reason = forms.CharField(label=_("原因"), max_length=200, required=False, help_text=_("暂扣必填。"))

    def __init__(self, *args, present: str, **kwargs):
        super().__init__(*args, **kwargs)
        after = [state for state in QualificationState if state in TRANSITIONS.get(present, ())]
        self.fields["state"].choices = [("", "——"), *((state.value, state.label) for state in after)]


class CheckForm(FactForm):
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    checked_on = DayField(label=_("年审日期"))
    passed = forms.TypedChoiceField(
        label=_("结论"),
        choices=[("yes", _("通过")), ("no", _("未通过"))],
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
    )


class ReviewerEndForm(FactForm):
    end = DayField(label=_("免去日期"), help_text=_("自此日起不再担任。"))
    reason = forms.CharField(label=_("原因"), max_length=200)
