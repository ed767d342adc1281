"""Forms of series and their year plans."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.forms.lectures import CHOICES, ActForm
from courses.models import Cadence, Series
from courses.rules import cadence
from courses.rules.workdays import CHINA
from staffing.forms.facts import DayField, UnitField
from staffing.queries import units

# One line of the days left out: a day or a range, and why.
LINE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:至|到|~|—|–|-{2,})\s*(\d{4}-\d{1,2}-\d{1,2}))?\s*(.*)")
MOST_LINES = 60


class SeriesForm(ActForm):
    """A series; its code is given once."""

    name = forms.CharField(label=_("名称"), max_length=80)
    code = forms.RegexField(
        r"^[a-z0-9-]+\Z",
        label=_("代码"),
        max_length=40,
        help_text=_("小写字母、数字和 -，用于网址和命令，以后不能改，如 djt。"),
        error_messages={"invalid": _("代码只能有小写字母、数字和 -。")},
    )
    summary = forms.CharField(label=_("说明"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    unit = UnitField(label=_("主办单位"))
    cadence = forms.ChoiceField(label=_("频次"), choices=Cadence.choices)
    kind = forms.ChoiceField(label=_("学时类别"), choices=CHOICES)
    place = forms.CharField(label=_("常用地点"), max_length=80, required=False)
    closed = forms.BooleanField(label=_("停办：不再安排新的讲座，往期保留"), required=False)

    def __init__(self, *args, scope, day, series: Series | None = None, **kwargs):
        if series is not None:
            names = ("name", "summary", "cadence", "kind", "place", "closed")
            kwargs["initial"] = {name: getattr(series, name) for name in names} | {"unit": series.unit_id}
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units.choices(scope, day)
        if series is not None:
            del self.fields["code"]
            if series.kind not in dict(CHOICES):
                self.fields["kind"].choices = [*CHOICES, (series.kind, series.get_kind_display())]
        else:
            del self.fields["closed"]

    def clean_code(self):
        code = self.cleaned_data["code"]
        if code == "new":
            raise forms.ValidationError(_("这个代码是保留字，请换一个。"))
        return code


class PlanForm(ActForm):
    """The plan of a year by the series' rhythm. ``values`` brings the days left out: holidays and those typed."""

    first = DayField(label=_("第一期"), help_text=_("以后各期与它同为星期几。"))
    until = DayField(label=_("排到"))
    holidays = forms.BooleanField(label=_("法定节假日不排"), required=False, initial=True)
    closed = forms.CharField(
        label=_("另外不排的日子"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": _("2026-07-20 至 2026-07-31 防汛值守")}),
        help_text=_("每行一天或一段，后面写原因。"),
    )
    replace = forms.BooleanField(
        label=_("撤去这段时间内不合此频次的计划"),
        required=False,
        help_text=_("只撤今天以后、还没有安排讲座的日期。"),
    )

    def __init__(self, *args, series: Series, **kwargs):
        self.series = series
        super().__init__(*args, **kwargs)

    def clean_closed(self):
        """{day: why} of the lines typed."""
        found: dict[date, str] = {}
        lines = [line.strip() for line in self.cleaned_data["closed"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("最多%(n)s行。"), params={"n": MOST_LINES})
        for line in lines:
            first, last, why = _line(line)
            while first <= last:
                found[first] = why or str(_("不排"))
                first += timedelta(days=1)
        return found

    def clean(self):
        data = super().clean()
        if not self.errors and data.get("holidays"):
            try:
                days = cadence.occurrences(self.series.cadence, data["first"], data["until"])
            except ValueError:
                # The action says so beside the field.
                return data
            unknown = sorted({day.year for day in days if not CHINA.knows(day.year)})
            if unknown:
                text = _("系统中还没有%(year)s年的放假安排，请取消勾选，把放假的日子写在下面。")
                self.add_error("holidays", forms.ValidationError(text, params={"year": unknown[0]}))
                return data
            off = {day: str(_("法定节假日")) for day in days if CHINA.is_holiday(day)}
            data["closed"] = off | data["closed"]
        return data

    def values(self) -> dict:
        """Arguments for the action."""
        return {name: self.cleaned_data[name] for name in ("first", "until", "closed", "replace")}


def _line(line: str) -> tuple[date, date, str]:
    told = {"line": line[:40]}
    wrong = forms.ValidationError(_("看不懂这一行：%(line)s。应如 2026-07-20 至 2026-07-31 防汛值守。"), params=told)
    found = LINE.fullmatch(line)
    if not found:
        raise wrong
    try:
        first, last = (date(*map(int, text.split("-"))) for text in (found.group(1), found.group(2) or found.group(1)))
    except ValueError as error:
        raise wrong from error
    if not 0 <= (last - first).days <= cadence.MOST_DAYS:
        raise wrong
    return first, last, found.group(3).strip()[:120]


class SlotForm(ActForm):
    """A planned day: why it was missed, or that it is left out."""

    dropped = forms.BooleanField(label=_("这一期不排，不计入计划"), required=False)
    reason = forms.CharField(
        label=_("原因"), max_length=120, required=False, help_text=_("缺办或不排的原因，如：主讲冲突、防汛值守。")
    )


class DayForm(ActForm):
    day = DayField(label=_("加排一期"))
