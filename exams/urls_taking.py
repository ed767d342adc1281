"""Addresses of taking an exam."""

urlpatterns = []
