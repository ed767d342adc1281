"""Addresses of practice."""

urlpatterns = []
