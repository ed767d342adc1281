"""Forms of the roster import: upload, columns, decisions."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portal.forms.days import DateInput, DayField
from staffing.actions import rosters
from staffing.actions.errors import Refused
from staffing.models import EndReason, PostingKind
from staffing.queries import rosters as queries
from staffing.roster import CANONICAL
from staffing.roster.diff.values import POSTING_KINDS
from staffing.roster.resolve import ACCEPT, ASKS, FIX, SET, SKIP, asks, check_given, choices, deciding

# What each choice means, said for the problem at hand.
WORDS = {
    ("GENDER_ID_MISMATCH", FIX): gettext_lazy("以身份证号为准，更正性别"),
    ("GENDER_ID_MISMATCH", ACCEPT): gettext_lazy("以表中所填性别为准"),
    ("HIDDEN_ROW", ACCEPT): gettext_lazy("导入这一行"),
    ("DUP_ID_OTHER_UNIT", SKIP): gettext_lazy("以另一行为准，这一行不导入"),
    ("DUP_ID_OTHER_UNIT", ACCEPT): gettext_lazy("以这一行的单位和内容为准"),
    ("DUP_ID_DIFF_NAME", SKIP): gettext_lazy("这一行不导入"),
    ("DUP_ID_DIFF_NAME", FIX): gettext_lazy("是同一人，姓名用另一行的"),
    ("DUP_ID_DIFF_NAME", ACCEPT): gettext_lazy("是同一人，以这一行的姓名和内容为准"),
    ("MISSING_ID", SET): gettext_lazy("填入身份证号"),
    ("MISSING_ID", ACCEPT): gettext_lazy("暂无身份证号，按姓名和单位认人"),
    ("DUP_CERT_NO", FIX): gettext_lazy("导入人员，不登记这个证号"),
    ("AUX_WITH_CERT", FIX): gettext_lazy("导入人员，不登记执法证"),
    ("AUX_WITH_CERT", ACCEPT): gettext_lazy("照表登记执法证"),
    ("DATE_ORDER", SET): gettext_lazy("改正日期"),
    ("DATE_ORDER", FIX): gettext_lazy("导入，归位时间留空"),
    ("UNKNOWN_ENUM", SET): gettext_lazy("选定派驻形式"),
}
OTHERWISE = {
    ACCEPT: gettext_lazy("按表中内容导入"),
    FIX: gettext_lazy("按建议改正后导入"),
    SET: gettext_lazy("填写后导入"),
    SKIP: gettext_lazy("这一行不导入"),
}


def choice_words(row, choice: str) -> str:
    """A choice in words, for the problem that made the row wait."""
    for issue in deciding(row):
        if (issue.code, choice) in WORDS:
            return str(WORDS[issue.code, choice])
    return str(OTHERWISE[choice])


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("花名册文件"),
        help_text=gettext_lazy("Excel（.xlsx、.xls）、WPS（.et）或 CSV。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.et,.csv,.xlsm"}),
        error_messages={
            "required": gettext_lazy("请选择文件。"),
            "empty": gettext_lazy("文件是空的，请检查后重新选择。"),
        },
    )
    as_of = DayField(
        label=gettext_lazy("名册日期"),
        help_text=gettext_lazy("名册反映的是哪一天的情况。"),
        widget=DateInput(),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"],
        error_messages={
            "required": gettext_lazy("请填名册日期。"),
            "invalid": gettext_lazy("日期请写成2024-11-04的样子。"),
        },
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("填报单位"),
        queryset=None,
        required=False,
        help_text=gettext_lazy("名册中没有单位列时，人员归入此单位。"),
    )
    complete = forms.BooleanField(
        label=gettext_lazy("是全员名册"),
        required=False,
        initial=True,
        help_text=gettext_lazy("在册而不在表中的人员会列为拟离队，由您逐人确认，不会自动办理。"),
    )
    again = forms.BooleanField(label=gettext_lazy("同一文件再导入一次"), required=False)

    def __init__(self, *args, scope, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = queries.units(scope)
        self.fields["unit"].empty_label = _("（不指定）")
        self.fields["as_of"].initial = timezone.localdate()
        # Whoever answers for a whole county may leave it open; a town's HR says whose roster it is.
        if not scope.everywhere and not self.fields["unit"].queryset.filter(depth=1).exists():
            self.fields["unit"].required = True
            self.fields["unit"].error_messages["required"] = _("请选择填报单位。")

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > settings.ROSTER_MAX_BYTES:
            limit = settings.ROSTER_MAX_BYTES // 2**20
            raise forms.ValidationError(_("文件超过%(limit)s MB，请分成几个文件上传。") % {"limit": limit})
        return file

    def clean_as_of(self):
        day = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("名册日期不能晚于今天。"))
        return day

    def save(self, *, actor, now):
        """The started import, or None with the refusal among the form's errors."""
        data = self.cleaned_data
        try:
            return rosters.start_import(
                actor=actor,
                now=now,
                file=data["file"],
                filename=data["file"].name,
                as_of=data["as_of"],
                unit=data["unit"],
                complete=data["complete"],
                again=data["again"],
            )
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)
            return None


def fields_offered() -> list[tuple[str, str]]:
    """Everything a column may mean, for the select; empty means: not used."""
    english = (get_language() or "").startswith("en")
    named = sorted((spec.label_en if english else spec.label_zh, key) for key, spec in CANONICAL.items())
    return [("", _("（不使用）")), *((key, text) for text, key in named)]


class MappingForm(forms.Form):
    """One select a column, named ``c<sheet>_<column>``; ``read`` the sheets to be read."""

    remember = forms.BooleanField(label=gettext_lazy("记住，下次同样的表头照此对应"), required=False, initial=True)

    def __init__(self, *args, sheets: list[dict], chosen: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.sheets = sheets
        options = fields_offered()
        self.fields["read"] = forms.MultipleChoiceField(
            label=_("读取哪些工作表"),
            required=False,
            choices=[(sheet["name"], sheet["name"]) for sheet in sheets],
            initial=chosen or [s["name"] for s in sheets if s["role"] != "hidden"],
            widget=forms.CheckboxSelectMultiple,
        )
        for at, sheet in enumerate(sheets):
            for column in sheet["columns"]:
                self.fields[self.name(at, column)] = forms.ChoiceField(
                    label=column["header"] or column["letter"],
                    required=False,
                    choices=options,
                    initial=column["canonical"],
                )

    @staticmethod
    def name(at: int, column: dict) -> str:
        return f"c{at}_{column['index']}"

    def tables(self):
        """(sheet, [(column, its select)]) for the page."""
        return [
            (sheet, [(column, self[self.name(at, column)]) for column in sheet["columns"]])
            for at, sheet in enumerate(self.sheets)
            if sheet["columns"]
        ]

    def corrections(self) -> dict[str, str]:
        """Only what was changed: header → field; for columns without a header "sheet!letter" → field."""
        changed = {}
        for at, sheet in enumerate(self.sheets):
            for column in sheet["columns"]:
                value = self.cleaned_data.get(self.name(at, column), "")
                if value != column["canonical"]:
                    changed[column["header"] or f"{sheet['name']}!{column['letter']}"] = value
        return changed

    def chosen_sheets(self) -> list[str]:
        """The sheets to read; empty when it is what would be read anyway."""
        read = self.cleaned_data["read"]
        usual = [sheet["name"] for sheet in self.sheets if sheet["role"] != "hidden"]
        return [] if read == usual or not read else read


class DecisionForm(forms.Form):
    """What to do with one row that waits."""

    choice = forms.ChoiceField(
        label=gettext_lazy("如何处理"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择一种处理办法。")},
    )

    def __init__(self, *args, row, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        self.fields["choice"].choices = [(choice, choice_words(row, choice)) for choice in choices(row)]
        record = row.record or {}
        for name in asks(row) if SET in choices(row) else ():
            self.fields[f"set_{name}"] = self._asked(name, record.get(name))

    @staticmethod
    def _asked(name: str, value):
        if name == "posting_type":
            kinds = [(text, PostingKind(kind).label) for text, kind in POSTING_KINDS.items()]
            return forms.ChoiceField(label=_("派驻形式"), required=False, choices=[("", _("请选择")), *kinds])
        if name == "id_number":
            return forms.CharField(label=_("身份证号"), required=False, max_length=18)
        label = {"posting_start": _("派驻时间"), "actual_return": _("实际归位时间")}[name]
        widget = DateInput()
        return forms.CharField(label=label, required=False, initial=value, widget=widget)

    def clean(self):
        data = super().clean()
        if data.get("choice") != SET:
            return data
        given = {}
        for name in asks(self.row):
            try:
                given[name] = check_given(name, data.get(f"set_{name}") or "")
            except ValueError as error:
                self.add_error(f"set_{name}", str(error))
        needed = {name for issue in deciding(self.row) for name in ASKS.get(issue.code, ())}
        if "id_number" in needed and not given.get("id_number") and not self.errors:
            self.add_error("set_id_number", _("请填身份证号。"))
        if "posting_type" in needed and not given.get("posting_type") and not self.errors:
            self.add_error("set_posting_type", _("请选定派驻形式。"))
        start, end = given.get("posting_start"), given.get("actual_return")
        if start and end and end < start:
            self.add_error("set_actual_return", _("归位时间早于派驻时间，请改后再保存。"))
        data["given"] = given
        return data

    def decision(self) -> dict:
        """In the form the import keeps it."""
        decision = {"choice": self.cleaned_data["choice"]}
        if self.cleaned_data.get("given"):
            decision["set"] = self.cleaned_data["given"]
        return decision


class LeaversForm(forms.Form):
    """Who of the proposed really left, and why. One tick and one reason a person."""

    reason = forms.ChoiceField(
        label=gettext_lazy("离队原因"), choices=[c for c in EndReason.choices if c[0] != EndReason.MOVED]
    )
    people = forms.MultipleChoiceField(required=False)

    def __init__(self, *args, people: list[int], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [(str(pk), str(pk)) for pk in people]
        self.shown = people

    def decisions(self) -> dict[str, dict | None]:
        """Ticked people leave, the others shown do not."""
        ticked = {int(pk) for pk in self.cleaned_data["people"]}
        reason = self.cleaned_data["reason"]
        return {f"left!{pk}": ({"reason": reason} if pk in ticked else None) for pk in self.shown}
