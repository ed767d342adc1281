"""Forms of attendance: correcting one person's presence, looking through the list, uploading a sheet."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.actions.attendance import SAID
from courses.models import AttendanceState
from courses.queries.sessions import day_of
from portal.actions.errors import Refused
from staffing.models import Person
from staffing.queries import people_one

WORDS = {
    AttendanceState.PRESENT: _("到场，签到签退时间如下"),
    AttendanceState.NO_SIGN_OUT: _("到场，缺签到或签退（不计学时）"),
    AttendanceState.LEAVE: _("请假"),
    AttendanceState.PROXY: _("代签作废（不计学时）"),
    AttendanceState.VOID: _("误记，不再列入"),
}


class ClockField(forms.TimeField):
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    default_error_messages = {"invalid": _("请填写时间，如 14:30。")}


class CorrectionForm(forms.Form):
    """One person's presence. Times are of the lecture's own day; ``save(act)`` puts a refusal beside its field."""

    state = forms.ChoiceField(label=_("出勤"), choices=[(state.value, WORDS[state]) for state in SAID])
    signed_in = ClockField(label=_("签到时间"), required=False)
    signed_out = ClockField(label=_("签退时间"), required=False)
    note = forms.CharField(label=_("备注"), max_length=200, required=False)
    reason = forms.CharField(label=_("更正原因"), max_length=200, help_text=_("记入日志。例：手机没电，中队长证明。"))

    def __init__(self, *args, session, person: Person | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.session, self.person = session, person

    def values(self) -> dict:
        """Arguments for the action."""
        given = {name: self.cleaned_data[name] for name in ("state", "note", "reason")}
        day = timezone.localdate(self.session.starts_at)
        for name in ("signed_in", "signed_out"):
            clock = self.cleaned_data[name]
            given[name] = timezone.make_aware(datetime.combine(day, clock)) if clock else None
        return given | {"person": self.person or self.cleaned_data["who"]}

    def save(self, act, **given):
        """The action's result, or None after a refusal (now an error of this form)."""
        try:
            return act(**self.values(), **given)
        except Refused as refused:
            field = "who" if refused.field == "person" and "who" in self.fields else refused.field
            self.add_error(field if field in self.fields else None, refused.message)
            return None


class AddForm(CorrectionForm):
    """Somebody who is not listed yet."""

    who = forms.CharField(label=_("人员"), max_length=50, help_text=_("工号，或完整姓名。"))
    field_order = ["who", "state", "signed_in", "signed_out", "note", "reason"]

    def __init__(self, *args, scope, **kwargs):
        super().__init__(*args, **kwargs)
        self.scope = scope
        # Nobody is added to be taken off.
        self.fields["state"].choices = [(key, word) for key, word in self.fields["state"].choices if key != "void"]

    def clean_who(self) -> Person:
        found = people_one.in_reach(self.scope, day_of(self.session), text=self.cleaned_data["who"].strip())
        if not found:
            raise forms.ValidationError(_("没有找到此人，或不在您的管理范围内。"))
        if len(found) > 1:
            numbers = str(_("、")).join(person.staff_no for person in found)
            told = {"n": len(found), "numbers": numbers}
            raise forms.ValidationError(_("同名%(n)s人，请改填工号：%(numbers)s。"), params=told)
        return found[0]


class RollFilter(forms.Form):
    q = forms.CharField(
        label=_("姓名或工号"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名或工号")}),
    )


class SheetForm(forms.Form):
    file = forms.FileField(
        label=_("签到表"),
        help_text=_("xlsx、xls、et 或 csv；扫码导出表、纸质签到表，或两张表在同一文件里。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.et,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请检查后重新选择。")},
    )
