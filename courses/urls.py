"""Addresses of this app, one list an area. Study pages themselves are served by Wagtail under /study/."""

from django.urls import path

from courses import (
    urls_attendance,
    urls_cases,
    urls_courses,
    urls_hours,
    urls_lectures,
    urls_ledger,
    urls_shelf,
    urls_watching,
)
from courses.views.study import study

app_name = "courses"
urlpatterns = [
    *urls_courses.urlpatterns,
    *urls_lectures.urlpatterns,
    *urls_attendance.urlpatterns,
    *urls_ledger.urlpatterns,
    *urls_cases.urlpatterns,
    *urls_shelf.urlpatterns,
    *urls_hours.urlpatterns,
    *urls_watching.urlpatterns,
    path("study/", study, name="study"),
    path("study/<path:below>/", study, name="study"),
]
