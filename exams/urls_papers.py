"""Addresses of papers."""

urlpatterns = []
