"""Addresses of the officer's own exams."""

from django.urls import path

from exams.views import mine

urlpatterns = [
    path("exams/", mine.mine, name="mine"),
    path("exams/calendar.ics", mine.calendar, name="my_calendar"),
]
