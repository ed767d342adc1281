"""Addresses of the officer's own exams."""

urlpatterns = []
