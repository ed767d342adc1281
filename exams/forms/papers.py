"""Forms on papers: the basics, the blueprint with its quotas, choosing questions."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.forms.fields import ManyField
from exams.models import Bank, Difficulty, Paper, QuestionKind
from exams.queries.papers import Tree
from exams.rules.blueprint import QuotaSpec, SectionSpec
from portal.actions.errors import Refused

RESERVED = {"new"}


class PaperActForm(forms.Form):
    """``save(act)`` calls the action with the cleaned values; a refusal appears beside the field it is about."""

    def save(self, act, **given):
        try:
            return act(**self.cleaned_data, **given)
        except Refused as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
            return None


class PaperCodeField(forms.SlugField):
    """A code that can stand in an address."""

    default_error_messages = {"invalid": _("代码只能由汉字、字母、数字、连字符和下划线组成，且不能是“new”。")}

    def __init__(self, **kwargs):
        super().__init__(max_length=40, allow_unicode=True, **kwargs)

    def clean(self, value):
        code = super().clean(value)
        if code in RESERVED:
            raise forms.ValidationError(self.error_messages["invalid"])
        return code


class PaperForm(PaperActForm):
    title = forms.CharField(label=_("名称"), max_length=80)
    code = PaperCodeField(label=_("代码"), help_text=_("用于网址和命令，如 2026-zg-01。"))
    mode = forms.ChoiceField(label=_("组卷方式"), choices=Paper.Mode.choices, widget=forms.RadioSelect)
    banks = ManyField(label=_("题库"), queryset=Bank.objects.none(), widget=forms.CheckboxSelectMultiple)
    multiple_policy = forms.ChoiceField(
        label=_("多选题计分"),
        choices=Paper.MultiplePolicy.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "例：答案为ABC、每题3分，选AB。全部选对才得分：0分；少选得一半：1.5分；少选按比例：2分。选ABD（含错选）：都是0分。"
        ),
    )
    pass_mark = forms.DecimalField(label=_("合格分"), max_digits=5, decimal_places=1, min_value=0)
    minutes = forms.IntegerField(label=_("时长（分钟）"), min_value=1, max_value=600)
    shuffle_items = forms.BooleanField(
        label=_("题序随机"), required=False, help_text=_("每人题目次序不同；同一案例的各题始终连排。")
    )
    shuffle_options = forms.BooleanField(
        label=_("选项随机"), required=False, help_text=_("判断题始终先“正确”后“错误”。")
    )
    for_practice = forms.BooleanField(
        label=_("可作模拟考试"), required=False, help_text=_("人员可在练习中使用；不能含“仅供考试”的题库。")
    )

    def __init__(self, *args, paper: Paper | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        banks = Bank.objects.filter(closed=False)
        if paper:
            banks = (banks | Bank.objects.filter(papers=paper)).distinct()
            if paper.sections.exists():
                self.fields["mode"].disabled = True
                self.fields["mode"].help_text = _("试卷已有内容，不能改变组卷方式。")
        self.fields["banks"].queryset = banks.order_by("code")


class PaperCopyForm(PaperActForm):
    title = forms.CharField(label=_("新卷名称"), max_length=80)
    code = PaperCodeField(label=_("新卷代码"))


class QuotaForm(forms.Form):
    topic = forms.TypedChoiceField(label=_("知识点"), required=False, coerce=int, empty_value=None)
    difficulty = forms.ChoiceField(label=_("难度"), required=False, choices=[("", _("不限")), *Difficulty.choices])
    count = forms.IntegerField(label=_("题数"), required=False, min_value=1, max_value=300)
    remove = forms.BooleanField(label=_("去掉"), required=False)

    def __init__(self, *args, topics=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [("", _("不限")), *topics]

    def clean(self):
        data = super().clean()
        if not data.get("count") and "count" not in self.errors and (data.get("topic") or data.get("difficulty")):
            self.add_error("count", _("请填写题数。"))
        return data

    @property
    def spec(self) -> QuotaSpec | None:
        """The quota as filled in, None for a row left empty or taken away."""
        data = getattr(self, "cleaned_data", {})
        if data.get("remove") or not data.get("count"):
            return None
        return QuotaSpec(data.get("topic"), data["difficulty"], data["count"])


class SectionForm(forms.Form):
    title = forms.CharField(label=_("名称"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("题型"), choices=QuestionKind.choices)
    count = forms.IntegerField(label=_("题数"), required=False, min_value=1, max_value=300)
    marks = forms.DecimalField(label=_("每题分值"), max_digits=5, decimal_places=1, required=False)
    place = forms.IntegerField(label=_("次序"), required=False, min_value=1, max_value=99)
    remove = forms.BooleanField(label=_("去掉这一部分"), required=False)
    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)

    fixed = False

    def clean(self):
        data = super().clean()
        if data.get("remove") or self.blank:
            return data
        for name, words in (("count", _("请填写题数。")), ("marks", _("请填写每题分值。"))):
            if data.get(name) is None and name not in self.errors and not (self.fixed and name == "count"):
                self.add_error(name, words)
        if data.get("marks") is not None and data["marks"] <= 0:
            self.add_error("marks", _("分值应大于0。"))
        return data

    @property
    def blank(self) -> bool:
        """A row nobody has filled in."""
        data = getattr(self, "cleaned_data", {})
        return data.get("count") is None and data.get("marks") is None and not data.get("title") and not self.errors


QuotaFormSet = forms.formset_factory(QuotaForm, extra=0, max_num=60, validate_max=True)
SectionFormSet = forms.formset_factory(SectionForm, extra=0, max_num=20, validate_max=True)


class BlueprintForm:
    """The sections of a paper with their quotas as one form that works without script.

    ``more`` names the list (prefix) that a button asked to lengthen by a row. ``specs`` after ``is_valid()``.
    """

    def __init__(self, data=None, *, specs=(), tree: Tree, fixed: bool = False, more: str = ""):
        self.fixed, self.tree = fixed, tree
        topics = [] if fixed else tree.choices()
        if data is not None and more:
            data = data.copy()
            name = f"{more}-TOTAL_FORMS"
            if data.get(name, "").isdigit():
                data[name] = str(int(data[name]) + 1)
        initial = [
            {"title": s.title, "kind": s.kind, "count": s.count, "marks": s.marks, "place": n, "pk": s.pk}
            for n, s in enumerate(specs, 1)
        ]
        if not initial:
            initial = [{"kind": QuestionKind.SINGLE, "place": 1}]
        self.sections = SectionFormSet(data, initial=initial, prefix="s")
        for at, form in enumerate(self.sections.forms):
            form.fixed, form.empty_permitted = fixed, False
            quotas = specs[at].quotas if at < len(specs) else ()
            form.quotas = QuotaFormSet(
                data if data is None or f"s-{at}-q-TOTAL_FORMS" in data else None,
                initial=[{"topic": q.topic_id, "difficulty": q.difficulty, "count": q.count} for q in quotas],
                prefix=f"s-{at}-q",
                form_kwargs={"topics": topics},
            )
            for quota in form.quotas.forms:
                quota.empty_permitted = False

    @property
    def intact(self) -> bool:
        """Did the request carry whole lists (a browser always sends them)?"""
        sets = [self.sections, *(form.quotas for form in self.sections.forms)]
        return all(not rows.is_bound or rows.management_form.is_valid() for rows in sets)

    def is_valid(self) -> bool:
        good = self.sections.is_valid()
        for form in self.sections.forms:
            if form.quotas.is_bound and not form.quotas.is_valid():
                good = False
        return good

    @property
    def kept(self) -> list[SectionForm]:
        """Section rows that are filled in and stay, in the order asked for."""
        rows = [form for form in self.sections.forms if not form.blank and not form.cleaned_data.get("remove")]
        return sorted(rows, key=lambda form: form.cleaned_data.get("place") or 99)

    @property
    def specs(self) -> list[SectionSpec]:
        return [
            SectionSpec(
                form.cleaned_data["title"].strip() or str(QuestionKind(form.cleaned_data["kind"]).label),
                form.cleaned_data["kind"],
                form.cleaned_data["count"] or 0,
                form.cleaned_data["marks"],
                tuple(row.spec for row in form.quotas.forms if row.spec) if form.quotas.is_bound else (),
                form.cleaned_data["pk"],
            )
            for form in self.kept
        ]

    def show(self, check) -> None:
        """Put 需/有 of a Check beside every line that takes part."""
        for form, (own, quotas) in zip(self.kept, check.sections):
            form.need = own
            for row, line in zip([row for row in form.quotas.forms if row.spec], quotas):
                row.need = line

    def stored(self, check) -> None:
        """The same for an unbound form of what is stored: rows stand in the stored order."""
        for form, (own, quotas) in zip(self.sections.forms, check.sections):
            form.need = own
            for row, line in zip(form.quotas.forms, quotas):
                row.need = line

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(sentence, anchor) of every wrong field, for the summary."""
        rows = []
        for form in self.sections.forms:
            rows += [form, *(form.quotas.forms if form.quotas.is_bound else ())]
        return [
            (f"{row[name].label} {error}", row[name].id_for_label)
            for row in rows
            for name, errors in row.errors.items()
            if name in row.fields
            for error in errors
        ]


class PickFilterForm(forms.Form):
    q = forms.CharField(label=_("题干"), required=False, max_length=80)
    bank = forms.ModelChoiceField(label=_("题库"), required=False, queryset=Bank.objects.none(), empty_label=_("全部"))
    topic = forms.TypedChoiceField(label=_("知识点"), required=False, coerce=int, empty_value=None)
    difficulty = forms.ChoiceField(label=_("难度"), required=False, choices=[("", _("全部")), *Difficulty.choices])

    def __init__(self, *args, paper: Paper, tree: Tree, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bank"].queryset = paper.banks.all()
        self.fields["topic"].choices = [("", _("全部")), *tree.choices()]


class PaperFilterForm(forms.Form):
    q = forms.CharField(label=_("名称或代码"), required=False, max_length=80)
