"""Addresses: roster."""

urlpatterns = []
