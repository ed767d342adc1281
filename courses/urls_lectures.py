"""Addresses of lectures: learners' pages, the office's sessions and series, calendars."""

from django.urls import path

from courses.views import calendar, lectures, series, sessions, signups

OFFICE = "learning/office/sessions/"
ONE = f"{OFFICE}<str:code>/"
SERIES = "learning/office/series/"
SHOWN = "learning/lectures/<str:code>/"

urlpatterns = [
    path(SHOWN, lectures.lecture, name="lecture"),
    path(f"{SHOWN}sign-up/", lectures.sign_up, name="sign_up"),
    path(f"{SHOWN}sign-off/", lectures.sign_off, name="sign_off"),
    path(f"{SHOWN}lecture.ics", calendar.lecture_ics, name="lecture_ics"),
    path("learning/calendar/", calendar.calendar, name="calendar"),
    path("learning/calendar/renew/", calendar.calendar_renew, name="calendar_renew"),
    path("learning/calendar/<str:key>/lectures.ics", calendar.calendar_feed, name="calendar_feed"),
    path(OFFICE, sessions.sessions, name="sessions"),
    path(f"{OFFICE}new/", sessions.session_new, name="session_new"),
    path(ONE, sessions.session, name="session"),
    path(f"{ONE}edit/", sessions.session_edit, name="session_edit"),
    path(f"{ONE}do/<str:act>/", sessions.session_act, name="session_act"),
    path(f"{ONE}signups/", signups.signups, name="signups"),
    path(f"{ONE}signups/<int:pk>/drop/", signups.signup_drop, name="signup_drop"),
    path(SERIES, series.series_list, name="series_list"),
    path(f"{SERIES}new/", series.series_new, name="series_new"),
    path(f"{SERIES}<str:code>/", series.series, name="series"),
    path(f"{SERIES}<str:code>/edit/", series.series_edit, name="series_edit"),
    path(f"{SERIES}<str:code>/plan/", series.series_plan, name="series_plan"),
    path(f"{SERIES}<str:code>/slots/<int:pk>/", series.slot, name="slot"),
]
