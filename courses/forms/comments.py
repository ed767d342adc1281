"""Filters of the lists of contributions and of citation reviews; what is typed into their forms goes to the actions."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CommentFilter(forms.Form):
    q = forms.CharField(label=_("查找"), max_length=60, required=False)
    state = forms.ChoiceField(
        choices=[("", _("全部")), ("shown", _("显示")), ("hidden", _("已隐藏"))],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs |= {"type": "search", "placeholder": _("发言或姓名")}


class ReviewFilter(forms.Form):
    q = forms.CharField(label=_("查找"), max_length=60, required=False)
    state = forms.ChoiceField(
        choices=[("", _("待复核")), ("settled", _("已复核"))], required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs |= {"type": "search", "placeholder": _("题目")}
