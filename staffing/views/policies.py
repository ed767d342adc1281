"""政策口径 in the CMS: Wagtail's snippet pages, with our action behind the save button."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet

from portal.actions.errors import Refused
from staffing.actions import policies
from staffing.models import Policy
from staffing.rules.params import MOST_DAYS, thresholds


class PolicyForm(WagtailAdminModelForm):
    """Shows the action's refusal beside the field it is about."""

    def clean_alert_days(self):
        return _reminders(self.cleaned_data["alert_days"])

    def clean_return_alert_days(self):
        return _reminders(self.cleaned_data["return_alert_days"])

    def clean(self):
        data = super().clean()
        if data.get("start"):
            shown = Policy(
                pk=self.instance.pk, locality=data.get("locality") or "", start=data["start"], end=data.get("end")
            )
            try:
                policies.refuse_clash(shown)
            except Refused as refusal:
                self.add_error(refusal.field, forms.ValidationError(refusal.message))
        names = [field.name for field in Policy._meta.concrete_fields if field.name.startswith("hours_")]
        if not self.errors.keys() & names:
            try:
                policies.refuse_hours(Policy(**{name: data.get(name) for name in names if name in data}))
            except Refused as refusal:
                self.add_error(refusal.field, forms.ValidationError(refusal.message))
        return data


def _reminders(text: str) -> str:
    try:
        return ",".join(str(days) for days in thresholds(text))
    except ValueError as error:
        words = _("填写1至%(most)s的整数，用逗号分隔，如 90,60,30。") % {"most": MOST_DAYS}
        raise forms.ValidationError(words) from error


class _Saves:
    def save_instance(self):
        policy = self.form.save(commit=False)
        return policies.save_policy(actor=self.request.user, now=timezone.now(), policy=policy)


class PolicyCreateView(_Saves, CreateView):
    pass


class PolicyEditView(_Saves, EditView):
    pass


def _rows(*names):
    return [FieldPanel(name) for name in names]


class PolicyViewSet(SnippetViewSet):
    model = Policy
    icon = "calendar-check"
    menu_label = _("政策口径")
    menu_order = 150
    add_to_admin_menu = True
    # The usage page counts references that our tables do not keep; versions are ended by date, never deleted or copied.
    copy_view_enabled = False
    list_display = ["name", "code", "locality", "start", "end"]
    search_fields = ["name", "code", "legal_basis"]
    list_per_page = 50
    add_view_class = PolicyCreateView
    edit_view_class = PolicyEditView
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [*_rows("name", "code", "locality"), FieldRowPanel(_rows("start", "end")), FieldPanel("legal_basis")],
                heading=_("版本与依据"),
            ),
            MultiFieldPanel(
                _rows("downstream_target", "downstream_scope", "full_time_required", "native_counts"),
                heading=_("执法力量下沉"),
            ),
            MultiFieldPanel(
                _rows(
                    "reviewer_share",
                    "reviewer_minimum",
                    "reviewer_includes_self",
                    "reviewer_cutoff",
                    "reviewer_grades",
                    "reviewer_all_modes",
                ),
                heading=_("法制审核人员"),
            ),
            MultiFieldPanel(
                _rows(
                    "certificate_months",
                    "certificate_check",
                    "certificate_minimum",
                    "certificate_unit_bound",
                    "alert_days",
                ),
                heading=_("行政执法证件"),
            ),
            MultiFieldPanel(
                _rows(
                    "hours_target",
                    "hours_online_min",
                    "hours_online_max",
                    "hours_auxiliaries",
                    "hours_leave_days",
                    "hours_daily_cap",
                    "hours_teaching_cap",
                    "hours_teaching_factor",
                    "hours_unit_minutes",
                    "hours_presence_full",
                    "hours_presence_min",
                    "hours_court",
                ),
                heading=_("教育培训学时"),
            ),
            MultiFieldPanel(
                _rows("return_alert_days", "retire_age_male", "retire_age_female"), heading=_("归位提醒与退休年龄")
            ),
        ],
        base_form_class=PolicyForm,
    )
