"""Addresses of the kernel's own pages."""

from django.urls import path, re_path

from portal.views import audit, grants, health, home, jobs, pictures, signin, users

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("password/", signin.password, name="password"),
    path("language/", signin.set_language, name="set_language"),
    path("large-text/", signin.large_text, name="large_text"),
    path("me/", home.me, name="me"),
    path("notices/", home.notices, name="notices"),
    path("notices/read/", home.notices_read, name="notices_read"),
    path("admin/users/", users.users, name="users"),
    path("admin/users/new/", users.user_new, name="user_new"),
    path("admin/users/<int:pk>/", users.user, name="user"),
    re_path(r"^admin/users/(?P<pk>\d+)/(?P<act>disable|enable)/$", users.user_switch, name="user_switch"),
    path("admin/users/<int:pk>/reset/", users.user_reset, name="user_reset"),
    path("admin/grants/", grants.grants, name="grants"),
    path("admin/grants/new/", grants.grant_new, name="grant_new"),
    path("admin/grants/<int:pk>/end/", grants.grant_end, name="grant_end"),
    path("admin/audit/", audit.audit, name="audit"),
    path("admin/audit/verify/", audit.audit_verify, name="audit_verify"),
    path("admin/jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:pk>/", jobs.job, name="job"),
    path("jobs/<uuid:pk>/poll/", jobs.job_poll, name="job_poll"),
    path("jobs/<uuid:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<uuid:pk>/retry/", jobs.job_retry, name="job_retry"),
    path("media/<path:name>", pictures.picture, name="picture"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
