"""What to practise: topic, kinds, difficulty, how many."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.forms.bank import ActForm
from exams.models import Difficulty, QuestionKind, Topic

COUNTS = [(str(n), str(n)) for n in (5, 10, 20, 50)]


class StartForm(ActForm):
    """``topics``: [(key, words)] of what there is to practise."""

    topic = forms.ChoiceField(label=_("知识点"), required=False)
    kinds = forms.MultipleChoiceField(
        label=_("题型"), choices=QuestionKind, required=False, widget=forms.CheckboxSelectMultiple
    )
    difficulty = forms.ChoiceField(label=_("难度"), choices=[("", _("不限")), *Difficulty.choices], required=False)
    count = forms.ChoiceField(label=_("题数"), choices=COUNTS, initial="10")

    def __init__(self, *args, topics, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [("", _("全部知识点")), *topics]

    def values(self) -> dict:
        data = self.cleaned_data
        topic = Topic.objects.filter(pk=int(data["topic"])).first() if data["topic"] else None
        return {**data, "topic": topic, "count": int(data["count"])}
