"""Addresses of the invigilator's console."""

from django.urls import path

from exams.views import console, console_acts

urlpatterns = [
    path("exams/consoles/", console.consoles, name="consoles"),
    path("exams/consoles/<str:code>/", console.hall, name="console"),
    path("exams/consoles/<str:code>/live/", console.live, name="console_live"),
    path("exams/consoles/<str:code>/log/", console.events, name="console_log"),
    path("exams/consoles/<str:code>/log/<int:pk>/clear/", console_acts.clear, name="console_clear"),
    path("exams/consoles/<str:code>/act/", console_acts.act, name="console_act"),
]
