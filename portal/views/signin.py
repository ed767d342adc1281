"""In and out, and the two switches of the frame: language and text size."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portal.access import public, signed_in
from portal.actions import sessions, users
from portal.backends import lock_text, locked_until
from portal.forms.accounts import PasswordForm, SignInForm
from portal.shell import LARGE_COOKIE, public_links

YEAR = 365 * 24 * 3600


def _onward(request, fallback="portal:home"):
    """Where the form asked to go next, when that is a path of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = {"allowed_hosts": {request.get_host()}, "require_https": request.is_secure()}
    # A bare word would be taken for the name of a view.
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, **here):
        return wanted
    return reverse(fallback)


def _refusal(username, ip, now) -> tuple[str, bool]:
    """The sentence for a failed sign-in, equal for known and unknown names, and whether it is a lock."""
    until = locked_until(username, ip, now)
    if until:
        return lock_text(until, now), True
    return _("用户名或密码不正确，或账号已停用。连续输错%(n)d次将暂停登录%(minutes)d分钟。") % {
        "n": settings.LOCKOUT["username_and_ip"],
        "minutes": settings.LOCKOUT["minutes"],
    }, False


@public
@never_cache
@sensitive_post_parameters("password")
def sign_in(request):
    if request.user.is_authenticated:
        return redirect(_onward(request))
    form, refusal = SignInForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        now, username = timezone.now(), form.cleaned_data["username"].strip()
        user = authenticate(request, username=username, password=form.cleaned_data["password"])
        if user:
            login(request, user)
            sessions.signed_in(actor=user, now=now)
            return redirect(_onward(request))
        refusal, locked = _refusal(username, request.client_ip, now)
        sessions.refused(now=now, username=username, locked=locked)
    onward = request.POST.get("next") or request.GET.get("next") or ""
    context = {"form": form, "refusal": refusal, "next": onward, "public_links": public_links()}
    return render(request, "portal/sign_in.html", context)


@public
@require_POST
def sign_out(request):
    if request.user.is_authenticated:
        sessions.signed_out(actor=request.user, now=timezone.now())
    logout(request)
    return redirect("portal:sign_in")


@signed_in
@never_cache
@sensitive_post_parameters()
def password(request):
    form = PasswordForm(request.POST or None, user=request.user, ip=request.client_ip)
    if request.method == "POST" and form.is_valid():
        users.change_password(actor=request.user, now=timezone.now(), new=form.cleaned_data["new"])
        update_session_auth_hash(request, request.user)
        return redirect("portal:me")
    return render(request, "portal/password.html", {"form": form, "forced": request.user.must_change_password})


@public
@require_POST
def set_language(request):
    """For everybody: a cookie. For an account: remembered with it, too."""
    language = request.POST.get("language")
    response = redirect(_onward(request))
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            users.set_preferences(actor=request.user, language=language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    return response


@public
@require_POST
def large_text(request):
    """大字版 on or off: ``on`` in the form decides, without it the present state is turned round."""
    wanted = request.POST.get("on")
    shown = request.user.large_text if request.user.is_authenticated else request.COOKIES.get(LARGE_COOKIE) == "1"
    large = wanted == "1" if wanted in ("0", "1") else not shown
    if request.user.is_authenticated:
        users.set_preferences(actor=request.user, large_text=large)
    response = redirect(_onward(request))
    response.set_cookie(
        LARGE_COOKIE, "1" if large else "0", max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response
