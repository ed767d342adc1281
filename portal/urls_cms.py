"""Doors of Wagtail's admin that lead to our own sign-in: lock-out, audit and forced change of password live there."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from portal.access import public
from portal.views import signin

to_sign_in = public(RedirectView.as_view(pattern_name="portal:sign_in", query_string=True))
# Wagtail serves one more sign-in page under the site itself.
front_door = re_path(r"^_util/login/", to_sign_in)

urlpatterns = [
    re_path(r"^(?:login|password_reset)/", to_sign_in),
    path("logout/", signin.sign_out),
]
