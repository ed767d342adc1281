"""Forms on postings, and the filters of their list."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.forms.facts import DayField, FactForm, UnitField
from staffing.models import Person, PostingKind
from staffing.queries import people_one

STATES = [
    ("open", _("未归位")),
    ("overdue", _("已逾期")),
    ("due", ""),  # Named by the policy's days.
    ("in_term", _("在期")),
    ("planned", _("未开始")),
    ("ended", _("已归位")),
    ("withdrawn", _("已撤回")),
]


class PostingFilterForm(forms.Form):
    q = forms.CharField(
        label=_("姓名、工号或文号"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名、工号或文号")}),
    )
    state = forms.ChoiceField(label=_("状态"), required=False, choices=STATES)
    kind = forms.ChoiceField(label=_("形式"), required=False, choices=[("", _("全部形式")), *PostingKind.choices])
    side = forms.ChoiceField(
        label=_("方向"), required=False, choices=[("", _("派出与接收")), ("out", _("派出")), ("in", _("接收"))]
    )

    def __init__(self, *args, soon: int, **kwargs):
        super().__init__(*args, **kwargs)
        due = _("%(n)s日内到期") % {"n": soon}
        self.fields["state"].choices = [(key, label or due) for key, label in STATES]


class _Posting(FactForm):
    anywhere = ("to_unit",)

    kind = forms.ChoiceField(label=_("形式"), choices=[("", "——"), *PostingKind.choices])
    to_unit = UnitField(label=_("接收单位"), required=False)
    to_text = forms.CharField(
        label=_("接收单位名称"),
        max_length=80,
        required=False,
        help_text=_("系统外单位填在这里；借调、抽调、挂职可用。"),
    )
    start = DayField(label=_("起始日期"))
    due = DayField(label=_("应归位日期"), required=False)
    doc_no = forms.CharField(label=_("文号"), max_length=80, help_text=_("如 示执法〔2026〕3号。"))
    full_time = forms.BooleanField(label=_("集中办公"), required=False, initial=True)
    post_locked = forms.BooleanField(label=_("编制锁定"), required=False, help_text=_("锁定后不得再派出或借出本镇街。"))
    approved = forms.BooleanField(label=_("经批准"), required=False, initial=True)


class PostingNewForm(_Posting):
    person = forms.CharField(label=_("人员"), max_length=50, help_text=_("工号，或完整姓名。"))
    field_order = ["person", "kind", "to_unit", "to_text", "start", "due", "doc_no"]

    def clean_person(self) -> Person:
        found = people_one.in_reach(self.scope, self.day, text=self.cleaned_data["person"].strip())
        if not found:
            raise forms.ValidationError(_("没有找到此人，或不在您的管理范围内。"))
        if len(found) > 1:
            numbers = str(_("、")).join(person.staff_no for person in found)
            raise forms.ValidationError(
                _("同名%(n)s人，请改填工号：%(numbers)s。"), params={"n": len(found), "numbers": numbers}
            )
        return found[0]


class PostingEditForm(_Posting):
    """Correction of a wrong record; imported rows may lack a document number."""

    from_unit = UnitField(label=_("派出单位"), required=False)
    end = DayField(label=_("归位日期"), required=False, help_text=_("返回当日；未归位留空。"))
    start_known = forms.BooleanField(label=_("起始日期有据"), required=False)
    score_street = forms.DecimalField(
        label=_("街道考核分"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    score_bureau = forms.DecimalField(
        label=_("局考核分"), required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    reason = forms.CharField(label=_("更正原因"), max_length=200)
    anywhere = ("to_unit", "from_unit")
    field_order = ["kind", "from_unit", "to_unit", "to_text", "start", "start_known", "due", "end", "doc_no"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["doc_no"].required = False


class ExtendForm(FactForm):
    due = DayField(label=_("新的应归位日期"))
    doc_no = forms.CharField(label=_("文号"), max_length=80, help_text=_("批准续期的文件。"))


class ReturnForm(FactForm):
    end = DayField(label=_("归位日期"), help_text=_("返回原单位当日。"))
