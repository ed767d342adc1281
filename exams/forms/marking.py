"""Points of a rubric, and the marks an appeal changes."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.actions.errors import Refused


class PointsForm(forms.Form):
    """One number a rubric line, in steps of 0.5; the action checks the bounds."""

    comment = forms.CharField(label=gettext_lazy("评语"), required=False, max_length=500, widget=forms.Textarea)
    comment.widget.attrs = {"rows": 2}

    def __init__(self, *args, rubric, given=(), **kwargs):
        super().__init__(*args, **kwargs)
        fields = {}
        for number, line in enumerate(rubric, 1):
            attrs = {"min": "0", "max": str(line.marks), "step": "0.5", "inputmode": "decimal", "class": "x-points"}
            if number == 1:
                attrs["autofocus"] = True
            fields[f"point_{number}"] = forms.CharField(
                label=line.text or _("得分"),
                help_text=_("0至%(marks)s分") % {"marks": f"{line.marks:g}"},
                initial=given[number - 1] if number <= len(given) else None,
                max_length=6,
                widget=forms.NumberInput(attrs=attrs),
            )
        self.fields = fields | self.fields
        self.number = len(rubric)

    def save(self, act, **given):
        """What ``act`` returns, or None after a refusal (now an error of this form)."""
        points = [self.cleaned_data[f"point_{number}"] for number in range(1, self.number + 1)]
        try:
            return act(points=points, comment=self.cleaned_data["comment"], **given)
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)
            return None


class AppealForm(forms.Form):
    """The office's decision: keep, or change some marks."""

    changed = forms.ChoiceField(
        label=pgettext_lazy("noun", "处理"),
        choices=[("0", gettext_lazy("维持原成绩")), ("1", gettext_lazy("更正成绩"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=gettext_lazy("复核意见"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, marks, **kwargs):
        """``marks``: {item: (label, marks now, worth)}."""
        super().__init__(*args, **kwargs)
        self.items = list(marks)
        for item, (label, now, worth) in marks.items():
            self.fields[f"score_{item}"] = forms.CharField(
                label=label,
                required=False,
                initial="" if now is None else f"{now:f}",
                help_text=_("0至%(worth)s分") % {"worth": f"{worth:g}"},
                max_length=8,
                widget=forms.NumberInput(
                    attrs={"min": "0", "max": str(worth), "step": "0.01", "inputmode": "decimal", "class": "x-points"}
                ),
            )

    def score_fields(self):
        """Bound fields of the marks, by item."""
        return {item: self[f"score_{item}"] for item in self.items}

    def save(self, act, **given):
        """What ``act`` returns, or None after a refusal."""
        values = self.cleaned_data
        scores = {item: values[f"score_{item}"] for item in self.items if values.get(f"score_{item}")}
        changed = values["changed"] == "1"
        try:
            return act(changed=changed, answer=values["answer"], scores=scores if changed else None, **given)
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)
            return None
