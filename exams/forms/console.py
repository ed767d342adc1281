"""What invigilators fill in: minutes, reasons, what happened, what to tell."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.models.rooms import Room

MOST_MINUTES = 240


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("记入考场记录。"),
        error_messages={"required": _("请填写原因，将记入考场记录。")},
    )


class OptionalReasonForm(ReasonForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


class MinutesForm(ReasonForm):
    minutes = forms.IntegerField(
        label=_("分钟"),
        min_value=1,
        max_value=MOST_MINUTES,
        initial=10,
        error_messages={"invalid": _("请填写整数分钟。"), "required": _("请填写分钟数。")},
    )
    field_order = ["minutes", "reason"]


class TextForm(forms.Form):
    text = forms.CharField(
        label=_("情况"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写明时间、经过和处理，记入考场记录。"),
        error_messages={"required": _("请写明情况，将记入考场记录。")},
    )


class OptionalTextForm(TextForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("通知内容"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("显示在考生答题页上方，考生须点“知道了”。"),
        error_messages={"required": _("请填写通知内容。")},
    )


class ConsoleFilter(forms.Form):
    """Search and filters of the candidates; ``rooms`` are those of the sitting that the viewer sees."""

    STATES = [
        ("", _("全部状态")),
        ("lost", _("断线")),
        ("under_way", _("作答中")),
        ("paused", _("已暂停")),
        ("waiting", _("未进入")),
        ("submitted", _("已交卷")),
        ("absent", _("缺考")),
        ("disqualified", _("取消成绩")),
    ]
    q = forms.CharField(
        label=_("姓名、准考证号、工号"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名、准考证号、工号")}),
    )
    state = forms.ChoiceField(label=_("状态"), choices=STATES, required=False)
    room = forms.ModelChoiceField(
        label=_("考场"), queryset=Room.objects.none(), required=False, empty_label=_("全部考场")
    )

    def __init__(self, *args, rooms, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["room"].queryset = Room.objects.filter(pk__in=rooms).select_related("site")
