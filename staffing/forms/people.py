"""Forms on a person and on their place in an establishment."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.actions.people import FACTS
from staffing.forms.facts import DayField, FactForm, UnitField
from staffing.models import Category, EndReason, EstablishmentType, Person

LAW_MAJOR = [("", _("未填")), ("yes", _("是")), ("no", _("否"))]
MORE = [
    "ethnicity",
    "political_status",
    "party_join_date",
    "first_education",
    "education",
    "degree",
    "school",
    "major",
    "position",
    "rank",
    "prof_title",
    "work_start_date",
    "enforcement_start_date",
    "remarks",
]


class IdentityForm(FactForm):
    """A person's own data. Numbers are written, never shown: an empty box leaves the recorded number as it is."""

    name = forms.CharField(label=_("姓名"), max_length=50)
    staff_no = forms.CharField(label=_("工号"), max_length=30, required=False, help_text=_("留空自动编号。"))
    id_number = forms.CharField(
        label=_("身份证号"), max_length=30, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    mobile = forms.CharField(
        label=_("联系电话"), max_length=20, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    gender = forms.ChoiceField(label=_("性别"), required=False, choices=[("", "——"), ("男", _("男")), ("女", _("女"))])
    birth_date = DayField(label=_("出生日期"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in MORE:
            model = Person._meta.get_field(name)
            self.fields[name] = forms.CharField(label=model.verbose_name, max_length=model.max_length, required=False)
        self.fields["is_law_major"] = forms.ChoiceField(label=_("法学专业"), required=False, choices=LAW_MAJOR)
        self.fields["entry_date"] = DayField(label=_("进入本单位时间"), required=False)

    def clean_is_law_major(self):
        return {"yes": True, "no": False}.get(self.cleaned_data["is_law_major"])


class PersonNewForm(IdentityForm):
    unit = UnitField(label=_("编制所在单位"))
    start = DayField(label=_("起始日期"), help_text=_("编制关系自此日起。"))
    category = forms.ChoiceField(label=_("人员类别"), choices=Category.choices)
    establishment_type = forms.ChoiceField(
        label=_("编制性质"), required=False, choices=[("", "——"), *EstablishmentType.choices]
    )
    is_dedicated = forms.BooleanField(label=_("专编专用"), required=False)
    post_locked = forms.BooleanField(label=_("编制锁定"), required=False, help_text=_("锁定后不得转出本镇街。"))
    field_order = [
        "name",
        "id_number",
        "unit",
        "start",
        "category",
        "establishment_type",
        "is_dedicated",
        "post_locked",
    ]


class PersonEditForm(IdentityForm):
    id_number = forms.CharField(
        label=_("身份证号"),
        max_length=30,
        required=False,
        help_text=_("留空不改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mobile = forms.CharField(
        label=_("联系电话"),
        max_length=20,
        required=False,
        help_text=_("留空不改。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    staff_no = forms.CharField(label=_("工号"), max_length=30)

    @staticmethod
    def initial_of(person: Person) -> dict:
        law = {True: "yes", False: "no", None: ""}[person.is_law_major]
        return {name: getattr(person, name) for name in FACTS | {"name", "staff_no"}} | {"is_law_major": law}

    def values(self):
        return {
            key: value
            for key, value in self.cleaned_data.items()
            if key not in ("id_number", "mobile") or value  # an empty box is not an order to forget the number
        }


class MoveForm(FactForm):
    unit = UnitField(label=_("编制所在单位"))
    start = DayField(label=_("变动日期"), help_text=_("新的编制关系自此日起，此前的不变。"))
    category = forms.ChoiceField(label=_("人员类别"), choices=Category.choices)
    establishment_type = forms.ChoiceField(
        label=_("编制性质"), required=False, choices=[("", "——"), *EstablishmentType.choices]
    )
    is_dedicated = forms.BooleanField(label=_("专编专用"), required=False)
    post_locked = forms.BooleanField(label=_("编制锁定"), required=False)
    doc_no = forms.CharField(label=_("文号"), max_length=80, required=False)


class MembershipForm(FactForm):
    """Correction of a wrong record; a change in life is MoveForm's."""

    unit = UnitField(label=_("编制所在单位"))
    start = DayField(label=_("起始日期"))
    end = DayField(label=_("截止日期"), required=False, help_text=_("不含当日；留空表示至今。"))
    start_known = forms.BooleanField(label=_("起始日期有据"), required=False)
    category = forms.ChoiceField(label=_("人员类别"), choices=Category.choices)
    establishment_type = forms.ChoiceField(
        label=_("编制性质"), required=False, choices=[("", "——"), *EstablishmentType.choices]
    )
    is_dedicated = forms.BooleanField(label=_("专编专用"), required=False)
    post_locked = forms.BooleanField(label=_("编制锁定"), required=False)
    reason = forms.CharField(label=_("更正原因"), max_length=200)


class LeaveServiceForm(FactForm):
    end = DayField(label=_("离队日期"), help_text=_("自此日起不在册。"))
    reason = forms.ChoiceField(label=_("离队原因"), choices=[("", "——"), *EndReason.choices])
    remark = forms.CharField(label=_("说明"), max_length=200, required=False)


class RevealForm(forms.Form):
    reason = forms.CharField(label=_("查看原因"), max_length=200, min_length=2)
