"""The choices before an export is made."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ExportForm(forms.Form):
    """``full`` and its reason are offered only to who may see full numbers."""

    content = forms.ChoiceField(
        label=_("内容"), choices=[("people", _("人员花名册")), ("qualifications", _("资格证件"))], initial="people"
    )
    format = forms.ChoiceField(
        label=_("格式"), choices=[("xlsx", _("Excel 工作簿（.xlsx）")), ("csv", _("CSV 文本（.csv）"))], initial="xlsx"
    )
    full = forms.BooleanField(label=_("含完整身份证号和联系电话"), required=False)
    reason = forms.CharField(
        label=_("导出完整号码的原因"),
        required=False,
        max_length=200,
        help_text=_("原因、人数和时间将记入审计日志。"),
    )

    def __init__(self, *args, may_reveal: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_reveal:
            del self.fields["full"], self.fields["reason"]
