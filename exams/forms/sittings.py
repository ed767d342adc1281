"""Forms of sittings: the sitting itself, duties, filters, and the people who register."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exams.actions.sittings import PaperLine
from exams.forms.fields import ManyField
from exams.models.papers import Paper
from exams.models.rooms import Room
from exams.models.sittings import Duty, Registration, Sitting
from exams.queries import sittings as queries
from portal.actions.errors import Refused
from portal.models import Grant, Role, User
from staffing.forms.facts import UnitField
from staffing.queries import units

PAPERS = 3
WORDS_KEPT = {"new", "import"}


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


class MomentField(forms.DateTimeField):
    """A minute of local time."""

    widget = MomentInput
    default_error_messages = {"invalid": _("请填写日期和时间，如 2026-11-03 09:00。")}

    def prepare_value(self, value):
        return timezone.localtime(value) if hasattr(value, "tzinfo") and timezone.is_aware(value) else value

    def to_python(self, value):
        moment = super().to_python(value)
        if moment is not None and not 2000 <= moment.year <= 2150:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class ManyUnitsField(ManyField):
    widget = forms.SelectMultiple(attrs={"size": 8})

    def label_from_instance(self, unit):
        return f"{'　' * (unit.depth - 1)}{unit.name}"


def _marks(label, **kwargs):
    return forms.DecimalField(label=label, min_value=0, max_value=999, max_digits=5, decimal_places=1, **kwargs)


class SittingForm(forms.Form):
    """Everything of a sitting. ``sitting`` None: a new one. Only fields its state still allows are shown."""

    title = forms.CharField(label=_("名称"), max_length=80)
    code = forms.RegexField(
        r"^[\w-]+\Z",
        label=_("代码"),
        max_length=32,
        required=False,
        help_text=_("用于网址和命令；留空自动编排，以后不能改。"),
        error_messages={"invalid": _("代码只能有文字、数字、- 和 _。")},
    )
    unit = UnitField(label=_("组织单位"))
    online = forms.TypedChoiceField(
        label=_("考试形式"),
        coerce=lambda value: value == "1",
        choices=[("1", _("在线考试")), ("0", _("线下纸笔考试，成绩由成绩表导入"))],
        initial="1",
    )
    notes = forms.CharField(
        label=_("考生须知"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )

    opens_at = MomentField(label=_("开考时间"))
    closes_at = MomentField(label=_("结束时间"), help_text=_("到时一律交卷。"))
    late_minutes = forms.IntegerField(label=_("迟到不得入场（分钟）"), min_value=0, max_value=1440, initial=30)
    earliest_minutes = forms.IntegerField(label=_("最早交卷（分钟）"), min_value=0, max_value=1440, initial=30)
    grace_seconds = forms.IntegerField(
        label=_("到时交卷宽限（秒）"),
        min_value=0,
        max_value=300,
        initial=20,
        help_text=_("只用于到时自动交卷错峰；宽限内不再接受新答案。"),
    )
    attempts_allowed = forms.IntegerField(label=_("允许次数"), min_value=1, max_value=9, initial=1)
    entry_code = forms.CharField(label=_("入场口令"), max_length=12, required=False, help_text=_("开考时由监考宣布。"))
    generate = forms.BooleanField(label=_("自动生成六位口令"), required=False)
    addresses = forms.CharField(
        label=_("限定网段"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("每行一个，如 10.1.2.0/24；留空不限。"),
    )
    watermark = forms.BooleanField(label=_("答题页显示姓名工号水印"), required=False, initial=True)

    registers_from = MomentField(label=_("报名开始"), required=False)
    registers_until = MomentField(
        label=_("报名截止"), required=False, help_text=_("按服务器时间，到时单位和个人不能再报。")
    )
    by_unit = forms.BooleanField(label=_("单位报名（含表格导入）"), required=False, initial=True)
    by_self = forms.BooleanField(label=_("个人报名，须审核"), required=False)
    scope_units = ManyUnitsField(
        label=_("限定单位"), required=False, queryset=None, help_text=_("含下级；不选为不限。按住 Ctrl 可多选。")
    )
    must_establishment = forms.BooleanField(label=_("须在编"), required=False, initial=True)
    must_post = forms.BooleanField(label=_("须在岗（未长假、未借出）"), required=False, initial=True)
    must_officer = forms.BooleanField(label=_("须为执法岗位"), required=False, initial=True)
    must_hours = forms.DecimalField(
        label=_("须已有学时"), min_value=0, max_value=200, max_digits=4, decimal_places=1, initial=0
    )
    must_certificate = forms.ChoiceField(label=_("持证情况"), choices=Sitting.Certificate.choices)

    grants = forms.ChoiceField(label=_("合格后写入"), required=False, choices=Sitting.Grants.choices, initial="enforce")
    issuer = forms.CharField(label=_("颁发单位"), max_length=80, required=False)
    marking_tolerance = forms.IntegerField(
        label=_("主观题评分允许差（%）"),
        min_value=0,
        max_value=100,
        required=False,
        initial=20,
        help_text=_("两名阅卷人员评分相差超过该题分值的此比例时，由第三人仲裁。"),
    )
    appeals_until = MomentField(
        label=_("复核申请截止"), required=False, help_text=_("成绩发布后只能推迟；发布前留空为发布后7日。")
    )
    retakes = forms.IntegerField(label=_("允许补考次数"), min_value=0, max_value=9, initial=1)
    retake_of = forms.ModelChoiceField(
        label=_("是哪一场的补考"), required=False, queryset=None, empty_label=_("不是补考"), to_field_name="code"
    )

    GROUPS = (
        ("basic", _("基本情况"), ("title", "code", "unit", "online", "notes")),
        (
            "time",
            _("时间与入场"),
            (
                "opens_at",
                "closes_at",
                "late_minutes",
                "earliest_minutes",
                "grace_seconds",
                "attempts_allowed",
                "entry_code",
                "generate",
                "addresses",
                "watermark",
            ),
        ),
        ("registration", _("报名"), ("registers_from", "registers_until", "by_unit", "by_self")),
        (
            "rule",
            _("报考条件"),
            (
                "scope_units",
                "must_establishment",
                "must_post",
                "must_officer",
                "must_hours",
                "must_certificate",
                "retakes",
                "retake_of",
            ),
        ),
        ("result", _("结果"), ("grants", "issuer", "marking_tolerance", "appeals_until")),
    )
    NOT_VALUES = {"code", "generate", "scope_units"}

    def __init__(self, *args, scope, day, sitting: Sitting | None = None, allowed=None, **kwargs):
        self.sitting = sitting
        if sitting is not None:
            kwargs["initial"] = {**self._initial(sitting), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        offered = units.choices(scope, day)
        self.fields["unit"].queryset = offered
        self.fields["scope_units"].queryset = offered
        firsts = queries.visible(scope, office=True).filter(rehearsal=False, retake_of__isnull=True)
        self.fields["retake_of"].queryset = firsts.exclude(pk=sitting.pk) if sitting else firsts
        if sitting is not None:
            del self.fields["code"]
            if sitting.retake_of_id:
                # The first sitting says how often, for all its retakes.
                del self.fields["retakes"]
        if sitting is None or sitting.state not in (Sitting.State.CLOSED, Sitting.State.RELEASED):
            del self.fields["appeals_until"]
        papers = Paper.objects.exclude(state=Paper.State.RETIRED).order_by("title")
        for n in range(1, PAPERS + 1):
            self._paper_fields(n, papers)
        if allowed is not None:
            for name in set(self.fields) - allowed:
                del self.fields[name]

    def _paper_fields(self, n: int, papers) -> None:
        self.fields[f"paper_{n}"] = forms.ModelChoiceField(
            label=_("试卷"), queryset=papers, required=False, empty_label=_("无（线下考试）") if n == 1 else _("无")
        )
        self.fields[f"paper_title_{n}"] = forms.CharField(label=_("科目名称"), max_length=60, required=False)
        self.fields[f"minutes_{n}"] = forms.IntegerField(
            label=_("时长（分钟）"), required=False, min_value=1, max_value=600
        )
        self.fields[f"total_{n}"] = _marks(_("满分"), required=False)
        self.fields[f"pass_{n}"] = _marks(_("合格分"), required=False)

    def clean_marking_tolerance(self):
        """Left empty: the usual 20 %."""
        given = self.cleaned_data["marking_tolerance"]
        return 20 if given is None else given

    @staticmethod
    def _initial(sitting: Sitting) -> dict:
        names = [name for _key, _label, fields in SittingForm.GROUPS for name in fields]
        found = {name: getattr(sitting, name) for name in names if name not in SittingForm.NOT_VALUES}
        found["online"] = "1" if sitting.online else "0"
        found["retake_of"] = sitting.retake_of.code if sitting.retake_of_id else ""
        found["scope_units"] = list(sitting.scope_units.values_list("pk", flat=True))
        for row in sitting.papers.all():
            n = row.position
            found |= {f"paper_{n}": row.paper_id, f"paper_title_{n}": row.title, f"minutes_{n}": row.minutes}
            found |= {f"total_{n}": row.total, f"pass_{n}": row.pass_mark}
        return found

    @property
    def groups(self):
        """(key, heading, bound fields) of what is shown."""
        for key, label, names in self.GROUPS:
            shown = [self[name] for name in names if name in self.fields]
            if shown:
                yield key, label, shown

    @property
    def paper_rows(self):
        """(number, bound fields) of each paper line."""
        if "paper_1" not in self.fields:
            return []
        names = ("paper_{}", "paper_title_{}", "minutes_{}", "total_{}", "pass_{}")
        return [(n, [self[name.format(n)] for name in names]) for n in range(1, PAPERS + 1)]

    def clean_code(self):
        code = self.cleaned_data["code"]
        if code in WORDS_KEPT:
            raise forms.ValidationError(_("这个代码是保留字，请换一个。"))
        return code

    def _papers(self) -> list[PaperLine]:
        given = self.cleaned_data
        return [
            PaperLine(
                given.get(f"paper_{n}"),
                given.get(f"paper_title_{n}") or "",
                given.get(f"minutes_{n}"),
                # With a paper its own full mark counts.
                None if given.get(f"paper_{n}") else given.get(f"total_{n}"),
                given.get(f"pass_{n}"),
            )
            for n in range(1, PAPERS + 1)
            if given.get(f"paper_{n}") or given.get(f"paper_title_{n}")
        ]

    def save(self, act, *, new_code, **given):
        """``act`` with the values, its result; None after a refusal, now an error of this form."""
        names = {name for _key, _label, fields in self.GROUPS for name in fields} - self.NOT_VALUES
        values = {name: self.cleaned_data[name] for name in names & self.fields.keys()}
        until = self.sitting and self.sitting.appeals_until
        if until and values.get("appeals_until") == until.replace(second=0, microsecond=0):
            # Shown to the minute: left as it was.
            values["appeals_until"] = until
        if self.cleaned_data.get("generate"):
            values["entry_code"] = new_code()
        if "code" in self.fields:
            values["code"] = self.cleaned_data["code"]
        if "paper_1" in self.fields:
            values["papers"] = self._papers()
        if "scope_units" in self.fields:
            values["scope_units"] = list(self.cleaned_data["scope_units"])
        try:
            return act(**values, **given)
        except Refused as refused:
            field = "paper_1" if refused.field == "papers" else refused.field
            self.add_error(field if field in self.fields else None, refused.message)
            return None


class SittingFilterForm(forms.Form):
    q = forms.CharField(
        label=_("名称或代码"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("名称或代码")}),
    )


class CandidateFilterForm(forms.Form):
    q = forms.CharField(
        label=_("姓名、工号或准考证号"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名、工号或准考证号")}),
    )
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部状态")), *Registration.State.choices]
    )
    unit = forms.ModelChoiceField(
        label=_("单位"), required=False, queryset=None, to_field_name="code", empty_label=_("全部单位")
    )
    outcome = forms.ChoiceField(label=_("结果"), required=False)

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["outcome"].choices = [("", _("全部结果")), *queries.outcomes()]


class PeopleFilterForm(forms.Form):
    q = forms.CharField(
        label=_("姓名或工号"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名或工号")}),
    )
    unit = forms.ModelChoiceField(
        label=_("单位"), required=False, queryset=None, to_field_name="code", empty_label=_("全部单位")
    )
    show = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units


class DutyForm(forms.Form):
    """Only accounts that hold the role now are offered."""

    kind = forms.ChoiceField(label=_("分工"), choices=Duty.Kind.choices)
    user = forms.ModelChoiceField(label=_("人员"), queryset=None, empty_label=_("请选择"))
    room = forms.ModelChoiceField(label=_("考场"), queryset=None, required=False, empty_label=_("全部考场"))

    def __init__(self, *args, now, rooms, **kwargs):
        super().__init__(*args, **kwargs)
        roles = [Role.INVIGILATOR, Role.MARKER, Role.EXAM]
        holders = Grant.objects.active(now).filter(role__in=roles).values("user")
        self.fields["user"].queryset = User.objects.filter(pk__in=holders, is_active=True).order_by("name", "username")
        self.fields["user"].label_from_instance = lambda user: (
            f"{user.name or user.username}{_('（')}{user.username}{_('）')}"
        )
        self.fields["room"].queryset = Room.objects.filter(pk__in=rooms).select_related("site")
        self.fields["room"].label_from_instance = lambda room: f"{room.site.name} {room.name}"


class SheetForm(forms.Form):
    file = forms.FileField(
        label=_("报名表"),
        help_text=_("Excel（.xlsx、.xls）、WPS（.et）或 CSV，列：姓名、身份证号或工号、单位。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.et,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请检查后重新选择。")},
    )


class RehearsalForm(forms.Form):
    numbers = forms.CharField(
        label=_("参加演练的人"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("工号，每行一个；须有可以考试的账号。"),
    )

    def values(self) -> list[str]:
        return self.cleaned_data["numbers"].replace("，", " ").replace(",", " ").replace("、", " ").split()
