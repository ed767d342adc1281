"""Addresses of sittings, registration and the pre-flight check."""

urlpatterns = []
