"""Forms of sign-in and of the administrators' pages. Rules live in the actions; forms clean what was typed."""

from datetime import datetime, time

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.backends import is_own_password, lock_text, locked_until
from portal.forms.days import DateInput, DayField
from portal.models import Role, User


def moment(day):
    """Local midnight that begins ``day``, or None."""
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("用户名"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class PasswordForm(forms.Form):
    """Change of one's own password. The old one is asked again, so that an unattended screen gives nothing away;
    guesses at it count towards the lock of the account as those at sign-in do.
    """

    old = forms.CharField(
        label=_("现密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label=_("新密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("再输一次新密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args, user, ip, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.ip = user, ip
        self.fields["new"].help_text = " ".join(password_validators_help_texts())

    def clean_old(self):
        old, now = self.cleaned_data["old"], timezone.now()
        if is_own_password(self.user, old, self.ip, now):
            return old
        until = locked_until(self.user.username, self.ip, now)
        raise forms.ValidationError(lock_text(until, now) if until else _("现密码不正确。"))

    def clean_new(self):
        new = self.cleaned_data["new"]
        validate_password(new, self.user)
        # Compared with what was typed and found right: asking the account here would be a way to guess past the lock.
        if new == self.cleaned_data.get("old"):
            raise forms.ValidationError(_("新密码不能与现密码相同。"))
        return new

    def clean(self):
        data = super().clean()
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("两次输入的新密码不一致。"))
        return data


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["username", "name", "email"]
        help_texts = {"username": _("字母、数字和 @ . + - _，最多150个字符。")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["email"].label = _("电子邮箱")
        self.fields["email"].required = False


class UserChangeForm(UserForm):
    class Meta(UserForm.Meta):
        fields = ["name", "email"]


class UnitChoice(forms.ModelChoiceField):
    """A unit of the tree, indented by depth. The kernel knows the model only by its name in the settings."""

    def __init__(self, **kwargs):
        super().__init__(
            queryset=apps.get_model(settings.PORTAL_UNIT_MODEL)._default_manager.order_by("path"), **kwargs
        )

    def label_from_instance(self, unit):
        return f"{'　' * (unit.depth - 1)}{unit.name}"


class UserChoice(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return str(_("%(name)s（%(code)s）") % {"name": user.name or user.username, "code": user.username})


class GrantForm(forms.Form):
    user = UserChoice(label=_("账号"), queryset=User.objects.filter(is_active=True).order_by("username"))
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    unit = UnitChoice(label=_("单位范围"), required=False, empty_label=_("全部单位"), help_text=_("含下级单位。"))
    starts = DayField(label=_("起"), required=False, widget=DateInput(), help_text=_("留空表示立即生效。"))
    ends = DayField(label=_("止"), required=False, widget=DateInput(), help_text=_("不含当日；留空表示长期。"))
    reason = forms.CharField(label=_("事由"), max_length=200, help_text=_("如任职文件、岗位调整，写入审计记录。"))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("事由"), max_length=200)


class AuditFilterForm(forms.Form):
    """GET filters of the audit page; wrong values simply filter nothing (the page says which)."""

    q = forms.CharField(label=_("操作人"), required=False, max_length=100)
    action = forms.ChoiceField(label=_("操作"), required=False)
    object_type = forms.ChoiceField(label=_("对象种类"), required=False)
    object_id = forms.CharField(label=_("对象编号"), required=False, max_length=60)
    since = DayField(label=_("自"), required=False, widget=DateInput())
    until = DayField(label=_("至"), required=False, widget=DateInput(), help_text=_("含当日"))

    def __init__(self, *args, actions, object_types, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", _("全部")), *actions]
        self.fields["object_type"].choices = [("", _("全部")), *object_types]


class UserFilterForm(forms.Form):
    q = forms.CharField(label=_("用户名或姓名"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), ("active", _("在用")), ("disabled", _("已停用"))]
    )


class GrantFilterForm(forms.Form):
    q = forms.CharField(label=_("用户名或姓名"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("角色"), required=False, choices=[("", _("全部")), *Role.choices])
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("current", _("有效")), ("ending", _("30日内到期")), ("over", _("已结束")), ("all", _("全部"))],
    )
