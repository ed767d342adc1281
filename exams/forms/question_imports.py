"""Forms of the question import and export."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.actions import question_imports as actions
from exams.actions.question_exports import FORMATS
from portal.actions.errors import Refused


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("试题文件"),
        help_text=_("Excel（.xlsx、.xls）、WPS（.et）、CSV、Moodle XML 或 GIFT。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.et,.csv,.xml,.gift,.txt"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请检查后重新选择。")},
    )

    def save(self, **facts):
        """The new import, or None with the refusal beside its field."""
        file = self.cleaned_data["file"]
        try:
            return actions.upload(file=file, filename=file.name, **facts)
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)
            return None


class CommitForm(forms.Form):
    with_review = forms.BooleanField(label=_("待核的试题一并导入"), required=False)
    activate = forms.BooleanField(label=_("本批试题已经审定，直接启用"), required=False)
    reason = forms.CharField(
        label=_("由谁、何时审定"),
        required=False,
        max_length=200,
        help_text=_("直接启用时填写，记入日志。例：2026年题库审定会，法制科周文彬、李明审定。"),
    )

    def __init__(self, *args, waiting: int, may_activate: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not waiting:
            del self.fields["with_review"]
        if not may_activate:
            del self.fields["activate"], self.fields["reason"]

    def clean(self):
        data = super().clean()
        if data.get("activate") and not data.get("reason", "").strip():
            self.add_error("reason", _("请填写本批试题由谁、何时审定。"))
        return data

    def save(self, **facts):
        """The import, or None with the refusal beside its field."""
        try:
            return actions.request_commit(**facts, **self.cleaned_data)
        except Refused as refused:
            self.add_error(refused.field if refused.field in self.fields else None, refused.message)
            return None


class ExportForm(forms.Form):
    form = forms.ChoiceField(
        label=_("格式"),
        choices=list(
            zip(FORMATS, (_("Excel 模板（可再导入）"), _("Moodle XML（含图片）"), _("GIFT 文本（图片只留编号）")))
        ),
        widget=forms.RadioSelect,
        initial="xlsx",
    )
