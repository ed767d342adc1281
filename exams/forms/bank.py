"""Forms of banks and knowledge points."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.models import Topic
from portal.actions.errors import Refused


class ActForm(forms.Form):
    """``save(act)`` calls the action with the cleaned values and puts a refusal beside the field it is about."""

    def values(self) -> dict:
        """Arguments for the action."""
        return dict(self.cleaned_data)

    def save(self, act, **given):
        """The action's result, or None after a refusal (now an error of this form)."""
        try:
            return act(**self.values(), **given)
        except Refused as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return None


class BankForm(ActForm):
    name = forms.CharField(label=_("名称"), max_length=80)
    note = forms.CharField(label=_("说明"), max_length=300, required=False)
    exam_only = forms.BooleanField(
        label=_("仅供考试"), required=False, help_text=_("练习和模拟考试中不会出现本题库的试题。")
    )


class BankNewForm(BankForm):
    code = forms.CharField(
        label=_("代码"), max_length=40, help_text=_("用于网址和导入命令，如 law-2026；设定后不再改变。")
    )
    field_order = ["name", "code", "note", "exam_only"]


class BankEditForm(BankForm):
    closed = forms.BooleanField(
        label=_("停用"), required=False, help_text=_("停用后不能增加试题，也不再用于组卷和练习；已有考试不受影响。")
    )


def _topics() -> list[tuple[str, str]]:
    rows = Topic.objects.order_by("path").values_list("pk", "name", "depth")
    return [("", _("（最上级）")), *((str(pk), f"{'　' * (depth - 1)}{name}") for pk, name, depth in rows)]


class TopicForm(ActForm):
    """A new knowledge point, or another name for one."""

    name = forms.CharField(label=_("知识点"), max_length=60)


class TopicPlaceForm(ActForm):
    """Below which point one stands."""

    parent = forms.ChoiceField(label=_("上级知识点"), required=False, choices=_topics)

    def clean_parent(self):
        value = self.cleaned_data["parent"]
        return Topic.objects.get(pk=int(value)) if value else None


class TopicNewForm(TopicForm, TopicPlaceForm):
    field_order = ["name", "parent"]
