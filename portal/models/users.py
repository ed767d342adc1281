"""Thin user: a way to sign in. Who the person is and where they serve is staffing's matter."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    first_name = None
    last_name = None
    name = models.CharField(_("姓名"), max_length=50, blank=True)
    language = models.CharField(_("界面语言"), max_length=10, blank=True)
    large_text = models.BooleanField(_("大字版"), default=False)
    must_change_password = models.BooleanField(_("下次登录须改密码"), default=False)

    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return self.name or self.username

    def get_short_name(self):
        return self.name or self.username


class SignInFailure(models.Model):
    """One failed sign-in. Locks are computed from these by user name and by (user name, address), never by address."""

    # A keyed hash of the name (portal.backends.name_key): what was typed may have been a password.
    username = models.CharField(max_length=150)
    ip = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["username", "at"], name="signin_fail_user_at")]

    def __str__(self):
        return f"{self.username} {self.at:%Y-%m-%d %H:%M}"
