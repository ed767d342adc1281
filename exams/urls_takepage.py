"""Addresses of the pages a candidate sees: entering, and the paper (its questions come from urls_taking)."""

from django.urls import path

from exams.views import take_page

urlpatterns = [
    path("exams/enter/<str:code>/", take_page.enter, name="enter"),
    path("exams/take/<uuid:pk>/", take_page.take, name="take"),
]
