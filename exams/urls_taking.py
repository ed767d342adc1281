"""Addresses of taking an exam: what the take page asks for (the page itself is in urls_takepage)."""

from django.urls import path

from exams.views import taking

urlpatterns = [
    path("exams/take/<uuid:pk>/paper/", taking.take_paper, name="take_paper"),
    path("exams/take/<uuid:pk>/save/", taking.take_save, name="take_save"),
    path("exams/take/<uuid:pk>/pulse/", taking.take_pulse, name="take_pulse"),
    path("exams/take/<uuid:pk>/hand-in/", taking.take_hand_in, name="take_hand_in"),
    path("exams/take/<uuid:pk>/takeover/", taking.take_takeover, name="take_takeover"),
]
