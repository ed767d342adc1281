"""What every request carries: the caller's address for the audit trail, their language, and the CMS's own CSP."""

from ipaddress import ip_address

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from portal import audit, cms
from portal.access import access_of
from portal.actions.errors import Refused

# Wagtail's admin writes inline scripts and styles and evaluates templates in the browser; only editors see it.
CMS_POLICY = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
}


def client_ip(request) -> str | None:
    """The caller's address; X-Forwarded-For is believed only as far as TRUSTED_PROXIES says."""
    hops = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        try:
            return str(ip_address(hops[-trusted]))
        except ValueError:
            pass  # The proxy wrote no address (some add a port): its own is better than none.
    return request.META.get("REMOTE_ADDR") or None


class ChosenLanguageMiddleware(LocaleMiddleware):
    """Chinese unless somebody chose otherwise: a browser's preference says nothing about the bureau's language."""

    def process_request(self, request):
        try:
            language = translation.get_supported_language_variant(
                request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
            )
        except LookupError:
            language = settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language


class SignedInMiddleware:
    """After authentication: address, the user's own language, forced password change, and the doors of the CMS."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.client_ip = client_ip(request)
        user = request.user
        if user.is_authenticated and user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        with audit.from_address(request.client_ip):
            response = self._gate(request) or self.get_response(request)
        if user.is_authenticated and not response.has_header("Cache-Control"):
            # Pages name people: the next person at a shared computer must not find them with the back button.
            response["Cache-Control"] = "private, no-store"
        if response.get("Content-Encoding") == "None":
            # Wagtail says so of documents that have none, and some viewers take it for a name.
            del response["Content-Encoding"]
        if request.path.startswith("/cms/"):
            response._csp_update = CMS_POLICY
        return response

    def process_exception(self, request, exception):
        """In the CMS a refusal of ours is told above the editor one came from, not on an error page."""
        if not (isinstance(exception, Refused) and request.path.startswith("/cms/")):
            return None
        messages.error(request, exception.message)
        page = getattr(exception, "page", None)
        return redirect("wagtailadmin_pages:edit", page.pk) if page is not None else redirect("wagtailadmin_home")

    def _gate(self, request):
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            # No name or code holds one, and PostgreSQL cannot even be asked about it.
            raise BadRequest
        user = request.user
        if not user.is_authenticated:
            # Wagtail hands a document to whoever knows its address; ours are for the bureau's own people.
            return redirect_to_login(request.get_full_path()) if request.path.startswith("/documents/") else None
        if request.path.startswith("/cms/"):
            access = access_of(request)
            # Grants end by date; Wagtail's groups do not. The grants decide, about each group as about the door.
            if not (access.can("cms.edit") or access.can("policies.edit")):
                raise PermissionDenied
            cms.sync_groups(user=user, now=timezone.now())
        if user.must_change_password:
            allowed = {reverse("portal:password"), reverse("portal:sign_out")}
            if request.path not in allowed and not request.path.startswith(settings.STATIC_URL):
                return redirect("portal:password")
        return None
