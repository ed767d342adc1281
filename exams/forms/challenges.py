"""Forms on challenges: raising one, settling one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exams.forms.papers import PaperActForm
from exams.models import AnswerForm, KeyDecision, QuestionVersion

TEXT = forms.Textarea(attrs={"rows": 3, "maxlength": 500})


class QuestionField(forms.ModelChoiceField):
    def label_from_instance(self, version):
        stem = version.stem if len(version.stem) <= 60 else version.stem[:60] + "…"
        return f"{version.get_kind_display()} {version.question.bank.name}{version.question.number} {stem}"


class ChallengeForm(PaperActForm):
    version = QuestionField(label=_("试题"), queryset=QuestionVersion.objects.none())
    text = forms.CharField(label=_("异议内容"), max_length=500, widget=TEXT)

    def __init__(self, *args, questions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = questions


class DecideForm(forms.Form):
    """``answer`` fits the question: its options, or the accepted words of each blank separated by “／”."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("noun", "处理"), choices=KeyDecision.Kind.choices[1:], widget=forms.RadioSelect,
        help_text=_("作废：考到本题的人都得本题满分。"),
    )  # fmt: skip
    reason = forms.CharField(label=_("理由"), max_length=500, widget=TEXT)

    def __init__(self, *args, version: QuestionVersion, **kwargs):
        super().__init__(*args, **kwargs)
        self.version = version
        if version.form == AnswerForm.WRITTEN:
            kinds = [choice for choice in KeyDecision.Kind.choices[1:] if choice[0] != KeyDecision.Kind.REKEY]
            self.fields["kind"].choices = kinds
        elif version.form == AnswerForm.BLANK:
            for n in range(version.blanks):
                self.fields[f"answer_{n}"] = forms.CharField(
                    label=_("第%(n)s空的新答案") % {"n": n + 1}, required=False, max_length=300,
                    help_text=_("多个可接受的答案用“／”分隔；更正答案时填写。"),
                )  # fmt: skip
        else:
            choices = [(option["key"], f"{option['key']}. {option['text']}") for option in version.options]
            several = version.form == AnswerForm.MULTIPLE
            kind = forms.MultipleChoiceField if several else forms.ChoiceField
            widget = forms.CheckboxSelectMultiple if several else forms.RadioSelect
            self.fields["answer"] = kind(
                label=_("新的答案"), choices=choices, required=False, widget=widget,
                help_text=_("更正答案时选择。选项按题库中的次序，与各人卷面的次序不同。"),
            )  # fmt: skip
        self.order_fields(["kind", *[name for name in self.fields if name.startswith("answer")], "reason"])

    @property
    def answer(self):
        """The new key in the shape of QuestionKey.answer; None unless rekeyed."""
        data = self.cleaned_data
        if data.get("kind") != KeyDecision.Kind.REKEY:
            return None
        if self.version.form == AnswerForm.BLANK:
            texts = [data.get(f"answer_{n}", "") for n in range(self.version.blanks)]
            return [text.replace("/", "／").split("／") for text in texts]
        answer = data.get("answer")
        return answer if isinstance(answer, list) else [answer] if answer else []

    def hidden(self) -> list[tuple[str, str]]:
        """The values again, for the question before."""
        return [(name, value) for name in self.fields for value in self.data.getlist(self.add_prefix(name))]
