"""Forms on claims: the learner's, and the office's decision."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from courses.actions import claims as actions
from courses.models import ClaimFile, HourClaim
from courses.rules.claims import KINDS, NOTE_LENGTH
from exams.forms.sittings import MomentField
from portal.actions.errors import Refused
from staffing.models import HourKind

ACCEPT = ".pdf,.jpg,.jpeg,.png"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; a list, empty without any."""

    widget = ManyFilesInput(attrs={"accept": ACCEPT})

    def clean(self, data, initial=None):
        many = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(ManyFilesField, self).clean(file, initial) for file in many]


class ActingForm(forms.Form):
    """A form that calls an action and puts a refusal beside the field it is about."""

    def act(self, act, **given):
        """The action's result, or None after a refusal (now an error of this form)."""
        try:
            return act(**given)
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)
            return None


class ClaimForm(ActingForm):
    kind = forms.ChoiceField(label=_("类别"), choices=[("", "——"), *((kind, HourKind(kind).label) for kind in KINDS)])
    title = forms.CharField(label=_("内容"), max_length=120, help_text=_("如：全市行政复议应诉业务培训"))
    organiser = forms.CharField(label=_("主办单位"), max_length=80, required=False)
    began = MomentField(label=_("开始时间"))
    ended = MomentField(label=_("结束时间"), help_text=_("多日培训填首日开始和末日结束，每天按同一时段计。"))
    hours_asked = forms.DecimalField(
        label=_("申报学时"),
        max_digits=4,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.5", "min": "0.5", "inputmode": "decimal"}),
        help_text=_("以0.5为单位。旁听庭审按每次的认定标准填写；授课已含折算倍数。"),
    )
    note = forms.CharField(
        label=_("心得或说明"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    evidence = ManyFilesField(
        label=_("证明材料"),
        required=False,
    )

    def __init__(self, *args, claim: HourClaim | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.claim = claim
        text = gettext("旁听庭审、带教必填，不少于%(n)s字。")
        self.fields["note"].help_text = text % {"n": NOTE_LENGTH}
        text = gettext("通知、结业证书、签到表等，PDF、JPG或PNG，最多%(n)s个，每个不超过%(mb)s MB。")
        told = {"n": actions.MOST_FILES, "mb": actions.MOST_BYTES // 2**20}
        self.fields["evidence"].help_text = text % told
        if claim is not None:
            self.initial |= {name: getattr(claim, name) for name in self.fields if name != "evidence"}
            self.fields["drop"] = forms.ModelMultipleChoiceField(
                label=_("去掉已上传的材料"),
                queryset=ClaimFile.objects.filter(claim=claim),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields["drop"].label_from_instance = lambda row: row.name

    def save(self, **given):
        """The claim handed in (or handed in again), or None after a refusal."""
        values = dict(self.cleaned_data)
        evidence, drop = values.pop("evidence"), values.pop("drop", ())
        claimed = actions.Claimed(**values)
        if self.claim is None:
            return self.act(actions.make_claim, claimed=claimed, evidence=evidence, **given)
        given.pop("person", None)
        return self.act(
            actions.change_claim,
            claim=self.claim,
            claimed=claimed,
            evidence=evidence,
            drop=[row.pk for row in drop],
            **given,
        )


class DecideForm(ActingForm):
    """Approve with so many hours, return, or refuse."""

    state = forms.ChoiceField(
        label=pgettext_lazy("noun", "审核结果"),
        choices=[
            (HourClaim.State.APPROVED, _("认定")),
            (HourClaim.State.RETURNED, _("退回补充")),
            (HourClaim.State.REFUSED, _("不予认定")),
        ],
        widget=forms.RadioSelect,
    )
    hours_given = forms.DecimalField(
        label=_("认定学时"),
        max_digits=4,
        decimal_places=1,
        required=False,
        widget=forms.NumberInput(attrs={"step": "0.5", "min": "0.5", "inputmode": "decimal"}),
    )
    reason = forms.CharField(
        label=_("审核意见"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("退回或不予认定时必填，申报人将看到。"),
    )

    def save(self, claim: HourClaim, **given):
        """The decided claim, or None after a refusal."""
        return self.act(actions.decide_claim, claim=claim, **self.cleaned_data, **given)


class ClaimFilter(forms.Form):
    """``q``: part of a name or of what was learnt; ``state``: "" for all."""

    q = forms.CharField(
        label=_("姓名或内容"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("姓名或内容")}),
    )
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *HourClaim.State.choices], widget=forms.HiddenInput
    )
