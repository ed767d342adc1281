"""Forms of sessions: the session itself, recording that it was held, who signs up."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Lecturer, Series, Session
from courses.queries import series as series_queries
from courses.queries import signups
from exams.forms.fields import ManyField
from exams.forms.sittings import MomentField
from portal.actions.errors import Refused
from staffing.models import HourKind
from staffing.queries import units

# Hours of other kinds are claimed or earned elsewhere.
KINDS = [HourKind.LECTURE, HourKind.COURT, HourKind.CASE, HourKind.CONTEST, HourKind.POLITICAL]
CHOICES = [(kind.value, kind.label) for kind in KINDS]


class ManyUnits(ManyField):
    widget = forms.SelectMultiple(attrs={"size": 8})

    def label_from_instance(self, unit):
        return f"{'　' * (unit.depth - 1)}{unit.name}"


class ManyLecturers(ManyField):
    widget = forms.SelectMultiple(attrs={"size": 6})


class ActForm(forms.Form):
    """``save(act)`` calls the action with the values; a refusal becomes an error beside its field."""

    def values(self) -> dict:
        """Arguments for the action."""
        return dict(self.cleaned_data)

    def save(self, act, **given):
        """The action's result, or None after a refusal."""
        try:
            return act(**self.values(), **given)
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)
            return None


class SessionForm(ActForm):
    """A session. ``session`` None: a new one of ``series``. Once held, only title, place and lecturers are shown."""

    title = forms.CharField(label=_("题目"), max_length=120)
    starts_at = MomentField(label=_("开始"))
    ends_at = MomentField(label=_("结束"))
    place = forms.CharField(label=_("地点"), max_length=80, required=False)
    lecturers = ManyLecturers(
        label=_("主讲人"),
        required=False,
        queryset=None,
        help_text=_("在内容管理的“主讲人”中添加；按住 Ctrl 可多选。本单位人员授课另计授课学时。"),
    )
    units = ManyUnits(
        label=_("参加单位"), required=False, queryset=None, help_text=_("含下级；不选为全员。按住 Ctrl 可多选。")
    )
    capacity = forms.IntegerField(
        label=_("名额"), min_value=1, max_value=100_000, required=False, help_text=_("留空不限；满额后转候补。")
    )
    needs_signup = forms.BooleanField(label=_("须报名，应到人数按已报名人员计"), required=False)
    kind = forms.ChoiceField(label=_("学时类别"), choices=CHOICES)
    slot = forms.ModelChoiceField(
        label=_("计划日期"),
        required=False,
        queryset=None,
        empty_label=_("计划外"),
        help_text=_("为哪一期而办；选已过的日期即为补办。"),
    )
    number = forms.IntegerField(
        label=_("讲次"), min_value=1, max_value=999, required=False, help_text=_("留空按时间顺序自动编排。")
    )

    GROUPS = (
        (_("讲座"), ("title", "lecturers", "kind")),
        (_("时间与地点"), ("starts_at", "ends_at", "place", "slot", "number")),
        (_("参加人员"), ("units", "capacity", "needs_signup")),
    )
    WHEN_HELD = {"title", "place", "lecturers"}

    def __init__(self, *args, series: Series, scope, day, now, session: Session | None = None, **kwargs):
        self.session = session
        kwargs["initial"] = (_initial(session) if session else _usual(series)) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units.choices(scope, day)
        self.fields["lecturers"].queryset = Lecturer.objects.all()
        keep = session.slot_id if session else None
        self.fields["slot"].queryset = series_queries.free_slots(series, now, keep=keep)
        self.fields["slot"].label_from_instance = lambda slot: slot.day.isoformat()
        if session is not None and session.kind not in KINDS:
            self.fields["kind"].choices = [*CHOICES, (session.kind, session.get_kind_display())]
        if session is not None and session.state == Session.State.HELD:
            for name in set(self.fields) - self.WHEN_HELD:
                del self.fields[name]

    def values(self) -> dict:
        """Arguments for the action. A moment shown to the minute and not touched stays as it was."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in ("units", "lecturers")}
        for name in ("starts_at", "ends_at"):
            stored = self.session and getattr(self.session, name)
            if stored and found.get(name) == stored.replace(second=0, microsecond=0):
                found[name] = stored
        for name in ("units", "lecturers"):
            if name in self.fields:
                found[name] = list(self.cleaned_data[name])
        if self.session is not None and found.get("number") == self.session.number:
            found["number"] = None
        return found

    @property
    def groups(self):
        """(heading, bound fields) of what is shown."""
        for label, names in self.GROUPS:
            shown = [self[name] for name in names if name in self.fields]
            if shown:
                yield label, shown


def _initial(session: Session) -> dict:
    names = ("title", "starts_at", "ends_at", "place", "capacity", "needs_signup", "kind", "number")
    found = {name: getattr(session, name) for name in names}
    return found | {
        "slot": session.slot_id,
        "units": list(session.units.values_list("pk", flat=True)),
        "lecturers": list(session.lecturers.values_list("pk", flat=True)),
    }


def _usual(series: Series) -> dict:
    return {"place": series.place, "kind": series.kind}


class HoldForm(ActForm):
    minutes_held = forms.IntegerField(
        label=_("实际分钟"),
        min_value=1,
        max_value=1440,
        required=False,
        help_text=_("提前结束或延长时填写，学时按实际分钟核定；留空按时间表。"),
    )


class SessionFilterForm(forms.Form):
    q = forms.CharField(
        label=_("题目、地点或代码"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("题目、地点或代码")}),
    )
    series = forms.ModelChoiceField(
        label=_("系列"), required=False, queryset=None, to_field_name="code", empty_label=_("全部系列")
    )
    unsigned = forms.BooleanField(label=_("没有签到记录"), required=False)
    state = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(self, *args, scope, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["series"].queryset = series_queries.visible(scope)


class PeopleForm(forms.Form):
    """Filter of who has signed up, or may be signed up."""

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

    def __init__(self, *args, scope, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = signups.units_of(scope, session)
