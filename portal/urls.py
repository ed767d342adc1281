"""All addresses. Domain apps are included by name; the kernel does not import them."""

from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from portal.urls_cms import front_door

handler400 = "portal.views.errors.bad_request"
handler403 = "portal.views.errors.forbidden"
handler404 = "portal.views.errors.not_found"
handler500 = "portal.views.errors.server_error"

urlpatterns = [
    front_door,
    path("cms/", include("portal.urls_cms")),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("portal.urls_kernel")),
    path("", include("portal.law.urls")),
    path("", include("staffing.urls")),
    path("", include("exams.urls")),
    path("", include("courses.urls")),
    path("", include(wagtail_urls)),
]
