"""Filters of a section of the catalogue."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import CaseOrigin, Section
from courses.queries.catalogue import Choice
from courses.rules.assigning import DONE, STARTED, TODO


class ChoiceForm(forms.Form):
    """Only what the section ``holds`` and the viewer can use is offered; nonsense in the address asks for nothing."""

    q = forms.CharField(
        label=_("标题或提要"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("标题或提要"), "type": "search"}),
    )
    category = forms.ChoiceField(label=_("分类"), required=False)
    origin = forms.ChoiceField(label=_("来源"), required=False, choices=[("", _("全部")), *CaseOrigin.choices])
    task = forms.ChoiceField(
        label=_("要求"), required=False, choices=[("", _("全部")), ("required", _("必修")), ("told", _("布置给我的"))]
    )
    state = forms.ChoiceField(
        label=_("进度"),
        required=False,
        choices=[("", _("全部")), (TODO, _("未学")), (STARTED, _("在学")), (DONE, _("已学完"))],
    )

    def __init__(self, *args, holds, categories, learner: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", _("全部")), *((name, name) for name in categories)]
        if holds != Section.COURSES or not categories:
            del self.fields["category"]
        if holds != Section.CASES:
            del self.fields["origin"]
        if holds == Section.LECTURES or not learner:
            del self.fields["task"], self.fields["state"]

    def choice(self) -> Choice:
        """What is asked for."""
        data = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Choice(
            data.get("q", "").strip(),
            data.get("category", ""),
            data.get("origin", ""),
            data.get("task", ""),
            data.get("state", ""),
        )
